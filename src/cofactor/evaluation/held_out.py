"""The held-out ratings as an evaluation needs them: in the model's indices, by user, with their relevance."""

from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

import numpy as np

from cofactor.arrays import BoolArray, FloatArray, IntArray
from cofactor.contract.absent_people import lack_of_people
from cofactor.data.alignment import Pairs, aligned_pairs
from cofactor.data.ratings import Ratings
from cofactor.data.relevance import lowest_relevant
from cofactor.data.splits.leaks import refuse_leaks
from cofactor.errors import BadOption, counted
from cofactor.evaluation.metrics import exponential_gain

__all__ = ["HeldOut", "RelevantItems"]

BEFORE_SAVED = "Measure a model before it is saved"
FROM_SHARDS = "Such a model is measured by fit(shards, validation=0.05), on a share that it does not learn from"
N_GRADES = 5  # of relevance: stars from 1 to 5 are their own grades, other scales are laid over them


class RelevantItems(NamedTuple):
    """The items a list ought to hold, in compressed sparse rows: a row a user, its items ascending.

    An item that the model does not know is -1: no list holds it. A pair that is in the test twice counts once.
    """

    indptr: IntArray  # (n_users + 1,) int64
    items: IntArray  # (n,) int32
    gains: FloatArray  # (n,) float64, `metrics.exponential_gain` of the rating's grade; of a click 1/2

    @property
    def user(self) -> IntArray:
        """(n,) the row of each item's user."""
        return np.repeat(np.arange(len(self.indptr) - 1), np.diff(self.indptr))

    def places(self, user: IntArray, items: IntArray) -> IntArray:
        """(m,) where in `items` these relevant items of these users are."""
        n_keys = int(self.items.max(initial=-1)) + 2  # a user's items, and -1, are keys in a row
        return np.searchsorted(self.user * n_keys + self.items + 1, user * n_keys + items + 1)


@dataclass(frozen=True, eq=False)
class HeldOut:
    """The n ratings of a test, of n_users users, aligned with the ratings that a model was trained on.

    pairs: user and item of each rating, (n,) each, as indices of `train`; -1 where it has no such id
    user: (n,) the position of each rating's user in `users`     users: (n_users,) indices of `test`
    relevant_from: the lowest rating that is relevant; None: every item of the test is
    """

    train: Ratings
    test: Ratings
    pairs: Pairs
    user: IntArray
    users: IntArray
    relevant_from: float | None

    @classmethod
    def of(cls, train: Ratings, test: Ratings, relevant: float | None = None) -> "HeldOut":
        """The ratings of `test` for a model trained on `train`. relevant: as in `evaluate`

        Raises `Leak` where a test pair is in `train`, `BadOption` for a test that is empty or shares no user with it,
        `BadTable` where the ids are of two kinds.
        """
        if not len(test):
            raise BadOption(f"There are no ratings to measure with in {test!r}.")
        _expect_known_users(train, test)
        refuse_leaks(train, test)
        users, user = np.unique(test.user_idx, return_inverse=True)
        lowest = lowest_relevant(train, test) if relevant is None else relevant
        return cls(train, test, aligned_pairs(test, train), user, users, lowest)

    @property
    def n_users(self) -> int:
        """The number of users with ratings in the test."""
        return len(self.users)

    @cached_property
    def model_users(self) -> IntArray:
        """(n_users,) int32, the users as indices of the model; -1 for those it does not know."""
        found = np.empty(self.n_users, np.int32)
        found[self.user] = self.pairs.user_idx
        return found

    @cached_property
    def is_new(self) -> tuple[BoolArray, BoolArray]:
        """Two masks, (n,) each: ratings by users, and of items, without any training rating."""
        return _unrated(self.train.user_counts, self.pairs.user_idx), _unrated(
            self.train.item_counts, self.pairs.item_idx
        )

    @cached_property
    def relevant(self) -> RelevantItems:
        """The items that each user rated `relevant_from` or above: what their list ought to hold."""
        liked = self.relevant_from is None or self.test.values >= np.float32(self.relevant_from)
        rows = np.flatnonzero(np.broadcast_to(liked, len(self.test)))
        keys = self.user[rows].astype(np.int64) * self.test.n_items + self.test.item_idx[rows]
        rows = rows[np.unique(keys, return_index=True)[1]]
        rows = rows[np.lexsort((self.pairs.item_idx[rows], self.user[rows]))]
        counts = np.bincount(self.user[rows], minlength=self.n_users)
        return RelevantItems(np.concatenate([[0], np.cumsum(counts)]), self.pairs.item_idx[rows], self._gains(rows))

    def _gains(self, rows: IntArray) -> FloatArray:
        """(m,) gains of these test ratings; of counts by their logarithm; every click has the only grade there is."""
        if self.test.kind == "counts":
            sizes = np.log1p(np.maximum(self.test.values, 0).astype(np.float64))
            return sizes[rows] / (1 + sizes.max(initial=0))
        if not self.test.explicit:
            return exponential_gain(np.ones(len(rows)), highest=1)
        low, high = self.train.scale or self.test.scale or (0.0, 0.0)
        above = self.test.values_of(rows).astype(np.float64) - low
        grades = (
            1 + (N_GRADES - 1) * np.clip(above / (high - low), 0, 1) if high > low else np.full(len(rows), N_GRADES)
        )
        return exponential_gain(grades, highest=N_GRADES)

    @property
    def n_relevant(self) -> IntArray:
        """(n_users,) the number of relevant items of each user."""
        return np.diff(self.relevant.indptr)

    @cached_property
    def n_unknown(self) -> IntArray:
        """(n_users,) the number of relevant items of each user that the model does not know."""
        before = np.concatenate([[0], np.cumsum(self.relevant.items < 0)])
        return np.diff(before[self.relevant.indptr])


def _expect_known_users(train: Ratings, test: Ratings) -> None:
    """Raise `BadOption` where the tables share no user: what strangers get says little of the model."""
    if not train.n_users:
        mend = BEFORE_SAVED if train.item_totals is None else FROM_SHARDS
        raise BadOption(
            f"This model {lack_of_people(train)}, so that nobody of the test is known to it. {mend}; or serve the "
            "people of the test as newcomers, by a part of their ratings each: model_card(model, test)."
        )
    if (aligned_pairs(test, train).user_idx < 0).all():
        theirs, ours = (
            f"{counted(len(ids), 'user')}, such as {ids.values.tolist()[0]!r}" for ids in (test.users, train.users)
        )
        raise BadOption(
            f"The test is of {theirs}; none of them is among the model's {ours}. There is nothing to measure: give "
            f"the right tables, or name the right columns."
        )


def _unrated(counts: IntArray, idx: IntArray) -> BoolArray:
    return (idx < 0) | (counts[idx] == 0)
