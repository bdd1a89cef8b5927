"""Shards written one after the other, and what is known of the table as a whole when all stand."""

from pathlib import Path
from typing import NamedTuple

import numpy as np

from cofactor.arrays import FloatArray, IntArray
from cofactor.data.csr_rows import Rows
from cofactor.data.ratings import Ratings
from cofactor.errors import BadOption
from cofactor.kernels.absent import NO_NUMBERS
from cofactor.kernels.ratings.layout import count_indices
from cofactor.scale.folder import MANIFEST, Shards, write_manifest
from cofactor.scale.keys import keys_of
from cofactor.scale.shard_file import Shard, ShardFacts, write_shard

__all__ = ["ShardWriter", "shard_table"]


class _Totals(NamedTuple):
    """Sums over all shards that were written."""

    item_counts: IntArray  # (n_items,)
    level_counts: IntArray  # (l,)
    values: list[float]  # Σ v of each shard


class ShardWriter:
    """Writes shards to a folder; `finish` then says what they are. A folder without that is not whole."""

    def __init__(self, folder: str | Path, catalogue: Ratings, levels: FloatArray) -> None:
        """catalogue: nobody's ratings of all items     levels: the different values, or nothing for over 256

        Raises `BadOption` where the folder holds a finished table, or anything that is not a shard.
        """
        self._folder, self._catalogue, self._levels = Path(folder), catalogue, levels
        self._parts: list[ShardFacts] = []
        self._totals = _Totals(np.zeros(catalogue.n_items, np.int64), np.zeros(len(levels), np.int64), [])
        self._prepare()

    def _prepare(self) -> None:
        self._folder.mkdir(parents=True, exist_ok=True)
        for file in self._folder.iterdir():
            if file.name == MANIFEST or not file.name.endswith((".shard", ".new")):
                raise BadOption(f"{self._folder} holds {file.name}; shards are written to a folder of their own.")

    def write(self, shard: Shard) -> None:
        """Write the next shard. Raises `OSError` as the file system does."""
        rows, n_items = shard.rows, self._catalogue.n_items
        name = f"{len(self._parts):05d}.shard"
        self._parts.append(write_shard(self._folder, name, shard, n_items))
        self._totals.item_counts[:] += count_indices(rows.indices, n_items)
        if rows.codes.size:
            of_level = np.bincount(rows.codes, minlength=len(self._levels))
        else:
            of_level = np.array([len(rows.indices)] if len(self._levels) == 1 else [], np.int64)
        self._totals.level_counts[:] += of_level
        exact = float(of_level @ self._levels.astype(np.float64)) if len(self._levels) else 0.0
        self._totals.values.append(exact or float(rows.values.sum(dtype=np.float64)))

    def finish(self) -> Shards:
        """Write the manifest, and return the table that now lies in the folder."""
        n = sum(part.n_ratings for part in self._parts)
        shards = Shards(
            folder=self._folder, catalogue=self._catalogue, levels=self._levels,
            level_counts=self._totals.level_counts, item_counts=self._totals.item_counts,
            mean=sum(self._totals.values) / max(1, n), parts=tuple(self._parts),
        )  # fmt: skip
        write_manifest(shards)
        return shards


def shard_table(ratings: Ratings, folder: str | Path, *, n_shards: int) -> Shards:
    """The table in memory as a folder of shards, which it can be compared with.

    Raises `BadOption` for fewer shards than one, and for a folder that holds something else.
    """
    if n_shards < 1:
        raise BadOption(f"n_shards counts files, 1 or more, but {n_shards} came.")
    by_user, keys = ratings.by_user, keys_of(ratings.users.values)
    writer = ShardWriter(folder, ratings.catalogue, levels_of(by_user))
    number = np.minimum((keys.astype(np.float64) / 2.0**64 * n_shards).astype(np.int64), n_shards - 1)
    for at in range(n_shards):
        users = np.flatnonzero(number == at)
        users = users[np.argsort(keys[users], kind="stable")]
        writer.write(Shard(by_user.take(users), keys[users]))
    return writer.finish()


def levels_of(rows: Rows) -> FloatArray:
    """(l,) the different values; nothing where there are over 256."""
    return rows.levels if rows.codes.size or len(rows.levels) == 1 else NO_NUMBERS
