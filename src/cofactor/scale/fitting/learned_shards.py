"""What of a folder of shards is learned from, shard by shard, and some of its users as a table in memory."""

from collections.abc import Iterable, Iterator
from typing import NamedTuple

import numpy as np

from cofactor.data.csr_rows import Rows
from cofactor.data.ratings import Ratings
from cofactor.scale.fitting.held_out import HeldOut, SplitShard
from cofactor.scale.table.folder import Shards
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
            split = self.held_out.split(shard)
            yield SplitShard(*(self._in_unit(rows.above(0) if self.positives else rows) for rows in split))

    def _in_unit(self, rows: Rows) -> Rows:
        return rows if self.unit == 1 else rows._replace(levels=rows.levels / np.float32(self.unit))

    def sample(self, n_users: int) -> "SampledUsers":
        """So many users of the first shards, or all that there are, in the ratings' own unit.

        They stand for the others: a shard holds users by a hash of their ids, and in its order.
        """
        found, left = list[SplitShard](), n_users
        for part in self._replace(unit=1.0).parts():
            some = np.arange(min(left, len(part.train.counts)))
            found.append(part if len(some) == len(part.train.counts) else SplitShard(*(one.take(some) for one in part)))
            left -= len(some)
            if not left:
                break
        return SampledUsers(*(table_of(self.shards.catalogue, rows) for rows in zip(*found, strict=True)))

    def rows_of(self, sample: Ratings) -> Rows:
        """The rows of sampled users, in units."""
        return self._in_unit(sample.by_user)


class SampledUsers(NamedTuple):
    """Some users, as tables in memory."""

    ratings: Ratings  # that were learned from
    held_out: Ratings
