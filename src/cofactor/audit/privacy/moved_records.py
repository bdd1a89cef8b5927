"""How many people match what is known of one, in a release whose ratings or dates were moved by noise."""

from typing import NamedTuple

import numpy as np

from cofactor.arrays import BoolArray, FloatArray, IntArray
from cofactor.audit.privacy.detail import Detail
from cofactor.audit.privacy.matching import UNKNOWN_RECORD, RecordIndex
from cofactor.data.durations import seconds_in
from cofactor.data.ratings import NO_TIME, Ratings

__all__ = ["MovedRecords"]

ROUNDING_ERROR = 1e-6  # of sums of a time in seconds and of noise


class MovedRecords(NamedTuple):
    """The people who have each record, and the numbers that were released with it after they had been moved.

    records: by what was not moved     true: (n, t) by row of the table     released: (n, t) by place in `records.keys`
    bounds: (t,) the most by which each number was moved
    """

    records: RecordIndex
    true: FloatArray
    released: FloatArray
    bounds: FloatArray

    @classmethod
    def of(cls, records: RecordIndex, table: Ratings, detail: Detail, rng: np.random.Generator) -> "MovedRecords":
        """A release of a table, each pair of user and item in it once, moved at random. records: of its codes"""
        numbers, bounds = list[FloatArray](), list[float]()
        if detail.moved_ratings:
            numbers.append(table.values.astype(np.float64))
            bounds.append(detail.moved_ratings)
        if detail.moved_dates is not None:
            assert table.timestamps is not None
            known = table.timestamps != NO_TIME
            numbers.append(np.where(known, table.timestamps, 0).astype(np.float64))
            bounds.append(float(seconds_in("moved_dates", detail.moved_dates)))
        true, most = np.column_stack(numbers), np.array(bounds)
        moved = true + rng.uniform(-most, most, true.shape)
        return cls(records, true, moved[records.row_of_key], most)

    def n_matching(self, known: IntArray, rows: IntArray) -> IntArray:
        """(p, m) the people whose release may have come of the first 1, 2, …, m known ratings.

        known: (p, m) their records, `UNKNOWN_RECORD` behind the last     rows: (p, m) of the table
        """
        return np.concatenate([self._at_once(known[at], rows[at]) for at in self.records.blocks(known)])

    def _at_once(self, known: IntArray, rows: IntArray) -> IntArray:
        counts = np.ones(known.shape, np.int64)
        person, at_key = self.records.having_first(known, self.records.n_having(known[:, 0]))
        candidate = self.records.keys[at_key] % self.records.n_users
        for at in range(known.shape[1]):
            if at:
                at_key = self.records.places(known[person, at], candidate)
            keep = (known[person, at] == UNKNOWN_RECORD) | ((at_key >= 0) & self._within(at_key, rows[person, at]))
            person, candidate = person[keep], candidate[keep]
            counts[:, at] = np.maximum(1, np.bincount(person, minlength=len(known)))
        return counts

    def _within(self, at_key: IntArray, rows: IntArray) -> BoolArray:
        """Whether each release may have come of the rating in each row of the table."""
        within: BoolArray = np.abs(self.released[at_key] - self.true[rows]) <= self.bounds + ROUNDING_ERROR
        return np.logical_and.reduce(within, axis=1)
