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
    keys: (n,) int64, record * n_users + person
    """

    n_users: int
    starts: IntArray
    keys: IntArray

    @classmethod
    def of(cls, user_idx: IntArray, records: IntArray, n_users: int) -> "RecordIndex":
        """The index of n pairs of person and record, each pair once."""
        starts = np.concatenate([[0], np.cumsum(np.bincount(records))])
        return cls(n_users, starts, np.sort(records * np.int64(n_users) + user_idx))

    def n_matching(self, known: IntArray) -> IntArray:
        """(p, m) the people who have all of the first 1, 2, …, m known records, whoever is meant included.

        known: (p, m) records that a person has, `UNKNOWN_RECORD` only after the last of fewer than m
        """
        ends = np.cumsum(self._n_having(known[:, 0])) // PAIRS_AT_ONCE
        blocks = np.split(known, np.flatnonzero(np.diff(ends)) + 1)
        return np.concatenate([self._n_matching_at_once(one) for one in blocks])

    def _n_matching_at_once(self, known: IntArray) -> IntArray:
        counts = np.ones(known.shape, np.int64)
        counts[:, 0] = self._n_having(known[:, 0])
        known = self._rarer_first(known)
        n_first = np.where(counts[:, 0] > 1, self._n_having(known[:, 0]), 0)  # whoever is alone stays so
        person = np.repeat(np.arange(len(known)), n_first)
        offset = np.arange(len(person)) - np.repeat(np.cumsum(n_first) - n_first, n_first)
        candidate = self.keys[self.starts[known[person, 0]] + offset] % self.n_users
        for at in range(1, known.shape[1]):
            keep = self._has(known[person, at], candidate)
            person, candidate = person[keep], candidate[keep]
            counts[:, at] = np.maximum(1, np.bincount(person, minlength=len(known)))
            keep = counts[person, at] > 1
            person, candidate = person[keep], candidate[keep]
        return counts

    def _rarer_first(self, known: IntArray) -> IntArray:
        """The records, with the rarer of the first two before the other: it has the fewer candidates to look at."""
        if known.shape[1] < 2:
            return known
        first, second = known[:, 0], known[:, 1]
        swap = (second != UNKNOWN_RECORD) & (self._n_having(second) < self._n_having(first))
        return np.column_stack([np.where(swap, second, first), np.where(swap, first, second), known[:, 2:]])

    def _n_having(self, records: IntArray) -> IntArray:
        return self.starts[records + 1] - self.starts[records]

    def _has(self, records: IntArray, user_idx: IntArray) -> BoolArray:
        """Whether each person has each record; true where the record is unknown."""
        keys = records * np.int64(self.n_users) + user_idx
        at = np.minimum(np.searchsorted(self.keys, keys), len(self.keys) - 1)
        return (records == UNKNOWN_RECORD) | (self.keys[at] == keys)


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
