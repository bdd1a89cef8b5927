"""One shard on disk: the ratings of some users in about three bytes each, and a key for each user.

counts   (n_users,)    uint16, or uint32 where a user has over 65,535 ratings
items    (n_ratings,)  uint16, or int32 where there are over 65,536 items; ascending within a user
codes    (n_ratings,)  uint8, each value's place among the folder's `levels`; absent where all values are one
values   (n_ratings,)  float32, in place of codes where there are over 256 different values
keys     (n_users,)    uint64, the hash of each user's id, ascending
"""

import hashlib
import os
from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple

import numpy as np
from safetensors.numpy import save

from cofactor.arrays import Array, FloatArray, IntArray
from cofactor.data.csr_rows import Rows
from cofactor.data.packing.expectations import is_array
from cofactor.errors import BadShards
from cofactor.kernels.absent import NO_CODES, NO_NUMBERS
from cofactor.scale.table.storage import Storage, give_back_pages

__all__ = [
    "Shard",
    "ShardFacts",
    "are_counts",
    "checked_rows",
    "not_as_described",
    "read_shard",
    "write_shard",
    "write_whole",
]

NARROW = np.iinfo(np.uint16).max + 1


class ShardFacts(NamedTuple):
    """The facts of one shard that the manifest keeps."""

    file: str
    n_users: int
    n_ratings: int
    sha256: str
    first_key: int = 0  # of its users; the keys of all shards ascend
    ids_sha256: str = ""  # of the file that keeps its users' ids, where they are not their keys undone


class Shard(NamedTuple):
    """The users of one shard: their ratings, and the hashes of their ids."""

    rows: Rows
    keys: IntArray  # (n_users,) uint64, ascending


def write_shard(folder: Path, file: str, shard: Shard, n_items: int) -> ShardFacts:
    """Write one shard under this name, whole or not at all, and return what the manifest keeps of it.

    Raises `OSError` as the file system does.
    """
    rows, counts = shard.rows, shard.rows.counts
    arrays: dict[str, Array] = {
        "counts": counts.astype(np.uint16 if counts.max(initial=0) < NARROW else np.uint32),
        "items": rows.indices.astype(np.uint16 if n_items <= NARROW else np.int32),
        "keys": shard.keys,
    }
    if rows.codes.size:
        arrays["codes"] = rows.codes
    elif len(rows.levels) == len(rows.indices) > 0:  # of a single rating, too
        arrays["values"] = rows.levels
    first_key = int(shard.keys[0]) if len(shard.keys) else 0
    return ShardFacts(file, len(counts), len(rows.indices), write_whole(folder / file, arrays), first_key)


def write_whole(path: Path, arrays: dict[str, Array]) -> str:
    """Write arrays under this name, whole or not at all, and return the file's SHA-256. Raises `OSError`."""
    data = save(arrays)
    draft = path.with_name(f".{path.name}.new")
    with draft.open("wb") as stream:
        stream.write(data)
        stream.flush()
        os.fsync(stream.fileno())
        give_back_pages(stream.fileno())
    draft.replace(path)
    return hashlib.sha256(data).hexdigest()


def read_shard(storage: Storage, facts: ShardFacts, levels: FloatArray, n_items: int, *, verify: bool = True) -> Shard:
    """The shard that `write_shard` wrote.

    levels: the different values of the folder     verify: compare its hash with that of the manifest
    Raises `BadShards` where the file is missing, cut short or changed.
    """
    arrays = storage.load(facts.file, facts.sha256 if verify else "")
    keys = arrays.get("keys", NO_CODES)
    if not is_array(keys, np.uint64, facts.n_users):
        raise not_as_described(storage, facts)
    return Shard(checked_rows(storage, facts, arrays, levels, n_items), keys)


def checked_rows(
    storage: Storage, facts: ShardFacts, arrays: Mapping[str, Array], levels: FloatArray, n_items: int
) -> Rows:
    """The rows of these arrays, which a kernel may be given: nothing in them leads beyond an array.

    Raises `BadShards` where they are not those of a shard of these facts.
    """
    counts, items, codes = (arrays.get(name, NO_CODES) for name in ("counts", "items", "codes"))
    n = facts.n_ratings
    if not (
        are_counts(counts, facts) and _are_values(arrays, levels, n)
        and items.shape == (n,) and items.dtype.name in ("uint16", "int32")
        and (not n or (int(items.min()) >= 0 and int(items.max()) < n_items))
    ):  # fmt: skip
        raise not_as_described(storage, facts)
    indptr = np.concatenate([np.zeros(1, np.int64), np.cumsum(counts, dtype=np.int64)])
    return Rows(indptr, items.astype(np.int32), arrays.get("values", levels) if n else NO_NUMBERS, codes)


def _are_values(arrays: Mapping[str, Array], levels: FloatArray, n: int) -> bool:
    """Return whether these say one value of each rating: by its place among the levels, as it is, or one for all."""
    if "codes" in arrays:
        codes = arrays["codes"]
        return "values" not in arrays and is_array(codes, np.uint8, n) and int(codes.max(initial=0)) < len(levels)
    return is_array(arrays["values"], np.float32, n) if "values" in arrays else len(levels) == 1 or not n


def are_counts(counts: Array, facts: ShardFacts) -> bool:
    """Return whether this is how many ratings each user of the shard has."""
    are_there = counts.shape == (facts.n_users,) and counts.dtype.name in ("uint16", "uint32")
    return are_there and int(counts.sum(dtype=np.int64)) == facts.n_ratings


def not_as_described(storage: Storage, facts: ShardFacts) -> BadShards:
    """The error of a shard that is not what the manifest says of it."""
    path = storage.path_of(facts.file)
    return BadShards(f"{path} is not the shard that the manifest describes. Copy the folder again.")
