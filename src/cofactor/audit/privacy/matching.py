"""How many people match what is known of one: an inverted index from each record to the people who have it."""

from typing import NamedTuple

import numpy as np

from cofactor.arrays import BoolArray, IntArray

__all__ = ["UNKNOWN_RECORD", "RecordIndex", "draw_records"]

UNKNOWN_RECORD = -1  # in place of a record that a person does not have
PAIRS_AT_ONCE = 4_000_000  # of a person and a candidate, 64 MB


class RecordIndex(NamedTuple):
    """The people who have each record, ascending by record and person.

    n_users: people in all     starts: (n_records + 1,) where each record's people begin
    keys: (n,) int64, record * n_users + person     row_of_key: (n,) the row of the table that each is of
    """

    n_users: int
    starts: IntArray
    keys: IntArray
    row_of_key: IntArray

    @classmethod
    def of(cls, user_idx: IntArray, records: IntArray, n_users: int) -> "RecordIndex":
        """The index of n pairs of person and record, each pair once."""
        starts = np.concatenate([[0], np.cumsum(np.bincount(records))])
        keys = records * np.int64(n_users) + user_idx
        order = np.argsort(keys)
        return cls(n_users, starts, keys[order], order)

    def n_matching(self, known: IntArray) -> IntArray:
        """(p, m) the people who have all of the first 1, 2, …, m known records, whoever is meant included.

        known: (p, m) records that a person has, `UNKNOWN_RECORD` only after the last of fewer than m
        """
        return np.concatenate([self._n_matching_at_once(known[at]) for at in self.blocks(known)])

    def blocks(self, known: IntArray) -> list[IntArray]:
        """The rows of known records in parts, so that all who have the first of each are not too many at once."""
        ends = np.cumsum(self.n_having(known[:, 0])) // PAIRS_AT_ONCE
        return np.split(np.arange(len(known)), np.flatnonzero(np.diff(ends)) + 1)

    def _n_matching_at_once(self, known: IntArray) -> IntArray:
        counts = np.ones(known.shape, np.int64)
        counts[:, 0] = self.n_having(known[:, 0])
        known = self._rarer_first(known)
        n_first = np.where(counts[:, 0] > 1, self.n_having(known[:, 0]), 0)  # whoever is alone stays so
        person, at_key = self.having_first(known, n_first)
        candidate = self.keys[at_key] % self.n_users
        for at in range(1, known.shape[1]):
            keep = self._has(known[person, at], candidate)
            person, candidate = person[keep], candidate[keep]
            counts[:, at] = np.maximum(1, np.bincount(person, minlength=len(known)))
            keep = counts[person, at] > 1
            person, candidate = person[keep], candidate[keep]
        return counts

    def having_first(self, known: IntArray, n_first: IntArray) -> tuple[IntArray, IntArray]:
        """(c,) pairs of a row of `known`, (p, m), and of the place in `keys` of somebody who has its first record.

        n_first: (p,) how many of those who have it, all or none
        """
        person = np.repeat(np.arange(len(known)), n_first)
        offset = np.arange(len(person)) - np.repeat(np.cumsum(n_first) - n_first, n_first)
        return person, self.starts[known[person, 0]] + offset

    def _rarer_first(self, known: IntArray) -> IntArray:
        """The records, with the rarer of the first two before the other: it has the fewer candidates to look at."""
        if known.shape[1] < 2:
            return known
        first, second = known[:, 0], known[:, 1]
        swap = (second != UNKNOWN_RECORD) & (self.n_having(second) < self.n_having(first))
        return np.column_stack([np.where(swap, second, first), np.where(swap, first, second), known[:, 2:]])

    def n_having(self, records: IntArray) -> IntArray:
        """(...) the people who have each record; 0 of `UNKNOWN_RECORD`."""
        return self.starts[records + 1] - self.starts[records]

    def _has(self, records: IntArray, user_idx: IntArray) -> BoolArray:
        """Whether each person has each record; true where the record is unknown."""
        return (records == UNKNOWN_RECORD) | (self.places(records, user_idx) >= 0)

    def places(self, records: IntArray, user_idx: IntArray) -> IntArray:
        """(c,) where in `keys` each person has each record; -1 where they do not, or it is unknown."""
        keys = records * np.int64(self.n_users) + user_idx
        at = np.minimum(np.searchsorted(self.keys, keys), len(self.keys) - 1)
        return np.where((records != UNKNOWN_RECORD) & (self.keys[at] == keys), at, -1)


def draw_records(starts: IntArray, people: IntArray, n_known: int, rng: np.random.Generator) -> IntArray:
    """(p, n_known) numbers of rows of each person, drawn without repetition; `UNKNOWN_RECORD` beyond all they have.

    starts: (n_users + 1,) where each person's rows begin     people: (p,) who are drawn for, each with a row
    """
    counts = starts[people + 1] - starts[people]
    first = np.cumsum(counts) - counts
    owner = np.repeat(np.arange(len(people)), counts)
    order = np.argsort(owner + rng.random(len(owner)))
    rank = np.arange(n_known)
    within = order[np.minimum(first[:, None] + rank, len(owner) - 1)] - first[:, None] + starts[people][:, None]
    return np.where(rank < counts[:, None], within, UNKNOWN_RECORD)
