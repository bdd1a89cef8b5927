"""What of a folder of shards is learned from, shard by shard, and some of its users as a table in memory."""

from collections.abc import Iterable, Iterator
from typing import NamedTuple

import numpy as np

from cofactor.arrays import IntArray
from cofactor.data.csr_rows import Rows
from cofactor.data.id_keys import ids_of_keys
from cofactor.data.ratings import Ratings
from cofactor.scale.fitting.held_out import HeldOut, SplitShard
from cofactor.scale.table.folder import Shards
from cofactor.scale.table.shard_file import Shard
from cofactor.scale.table.tables import table_of

__all__ = ["LearnedShards", "SampledUsers"]


class LearnedShards(NamedTuple):
    """A folder of shards, and what of it is learned from."""

    shards: Shards
    held_out: HeldOut
    unit: float = 1.0  # of the values, in which they are learned from
    positives: bool = False  # dislikes, values of 0 or below, are left out

    def parts(self, numbers: Iterable[int] | None = None) -> Iterator[SplitShard]:
        """Split each of these shards, or of all, into what is learned from and what is held out, in units.

        Raises `BadShards` as `Shards.each` does.
        """
        for shard in self.shards.each(numbers):
            yield self._part(shard)

    def _part(self, shard: Shard) -> SplitShard:
        split = self.held_out.split(shard)
        return SplitShard(*(self._in_unit(rows.above(0) if self.positives else rows) for rows in split))

    def _in_unit(self, rows: Rows) -> Rows:
        return rows if self.unit == 1 else rows._replace(levels=rows.levels / np.float32(self.unit))

    def sample(self, n_users: int) -> "SampledUsers":
        """So many users of the first shards, or all that there are, in the ratings' own unit.

        Their ids are what their keys would be as whole numbers. As shards hold users in the order of keys, these are
        the ones that `IdMap.sample` finds in memory.
        """
        found, keys, left = list[SplitShard](), list[IntArray](), n_users
        for shard in self.shards.each():
            part, some = self._replace(unit=1.0)._part(shard), np.arange(min(left, len(shard.keys)))
            found.append(part if len(some) == len(shard.keys) else SplitShard(*(one.take(some) for one in part)))
            keys.append(shard.keys[some])
            left -= len(some)
            if not left:
                break
        ids = ids_of_keys(np.concatenate(keys))
        return SampledUsers(*(table_of(self.shards.catalogue, rows, ids) for rows in zip(*found, strict=True)))

    def rows_of(self, sample: Ratings) -> Rows:
        """The rows of sampled users, in units."""
        return self._in_unit(sample.by_user)


class SampledUsers(NamedTuple):
    """Some users, as tables in memory."""

    ratings: Ratings  # that were learned from
    held_out: Ratings
