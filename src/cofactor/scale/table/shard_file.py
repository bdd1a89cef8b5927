"""One shard on disk: the ratings of some users in about three bytes each, and a key for each user.

counts   (n_users,)    uint16, or uint32 where a user has over 65,535 ratings
items    (n_ratings,)  uint16, or int32 where there are over 65,536 items; ascending within a user
codes    (n_ratings,)  uint8, each value's place among the folder's `levels`; absent where all values are one
values   (n_ratings,)  float32, in place of codes where there are over 256 different values
keys     (n_users,)    uint64, the hash of each user's id, ascending
"""

import hashlib
import os
from pathlib import Path
from typing import NamedTuple

import numpy as np
from safetensors.numpy import save

from cofactor.arrays import Array, FloatArray, IntArray
from cofactor.data.csr_rows import Rows
from cofactor.errors import BadShards
from cofactor.kernels.absent import NO_CODES, NO_NUMBERS
from cofactor.scale.table.storage import Storage, give_back_pages

__all__ = ["Shard", "ShardFacts", "read_shard", "write_shard", "write_whole"]

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
    elif len(rows.levels) > 1 and len(rows.indices):
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
    return _checked(storage.path_of(facts.file), facts, arrays, levels, n_items)


def _checked(path: str, facts: ShardFacts, arrays: dict[str, Array], levels: FloatArray, n_items: int) -> Shard:
    """What a kernel may be given: nothing in it leads beyond an array."""
    counts, items, keys = (arrays.get(name, NO_CODES) for name in ("counts", "items", "keys"))
    codes, values = arrays.get("codes", NO_CODES), arrays.get("values", levels)
    indptr = np.concatenate([np.zeros(1, np.int64), np.cumsum(counts, dtype=np.int64)])
    n = facts.n_ratings
    fits = (
        counts.shape == keys.shape == (facts.n_users,) and keys.dtype == np.uint64 and indptr[-1] == n
        and items.shape == (n,) and items.dtype.name in ("uint16", "int32")
        and (not codes.size or (codes.dtype == np.uint8 and codes.shape == (n,) and int(codes.max()) < len(levels)))
        and ("values" not in arrays or (values.dtype == np.float32 and values.shape == (n,)))
        and (codes.size or not n or len(values) in (1, n))
        and (not n or (int(items.min()) >= 0 and int(items.max()) < n_items))
    )  # fmt: skip
    if not fits:
        raise BadShards(f"{path} is not the shard that the manifest describes. Copy the folder again.")
    return Shard(Rows(indptr, items.astype(np.int32), values if n else NO_NUMBERS, codes), keys)
