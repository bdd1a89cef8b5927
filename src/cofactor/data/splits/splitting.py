"""Splits: which ratings are learned from, and which are kept back to measure with.

A split is a frozen value that says how it was made and can be recognised by its fingerprint. Train and test
keep the whole table's ids, so that indices mean the same in both.
"""

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Literal

import numpy as np

from cofactor.arrays import BoolArray, IntArray
from cofactor.data.expecting import RatingsOrFrame, as_ratings
from cofactor.data.ratings import NO_TIME, Ratings
from cofactor.errors import BadOption, BadTable, counted, shown, some_of
from cofactor.hyperparameters import conformed, seed_of
from cofactor.sheet import Sheet, SheetMixin

__all__ = ["Split", "UnknownTimes", "folds", "split"]

By = Literal["random", "user", "last", "time"]
UnknownTimes = Literal["raise", "oldest"]


@dataclass(frozen=True, eq=False)
class Split(SheetMixin):
    """A table in two parts; unpacks as `train, test = split`.

    rows_train, rows_test: int64, ascending rows of `whole`; together all of them, each once
    """

    whole: Ratings
    rows_train: IntArray
    rows_test: IntArray
    how: str  # one line that says how it was made

    @classmethod
    def of(cls, whole: Ratings, is_test: BoolArray, how: str) -> "Split":
        """From a mask over the rows; raises `BadOption` where either part is empty."""
        parts = np.flatnonzero(~is_test), np.flatnonzero(is_test)
        for part, name in zip(parts, ("train", "test"), strict=True):
            if not len(part):
                raise BadOption(
                    f"Nothing is left for {name} of {counted(len(whole), 'rating')} split like this: {how}. "
                    f"Give it a larger share, or more ratings."
                )
        return cls(whole, *parts, how)

    @cached_property
    def train(self) -> Ratings:
        """The ratings to learn from, with all ids of the whole table."""
        return self.whole.subset(self.rows_train, f"{self.whole.name} (train)")

    @cached_property
    def test(self) -> Ratings:
        """The ratings kept back, with all ids of the whole table."""
        return self.whole.subset(self.rows_test, f"{self.whole.name} (test)")

    @cached_property
    def fingerprint(self) -> str:
        """SHA-256 over the data's fingerprint and the test's rows: equal for equal parts of equal data."""
        return hashlib.sha256(self.whole.fingerprint.encode() + self.rows_test.tobytes()).hexdigest()

    def __iter__(self) -> Iterator[Ratings]:
        return iter((self.train, self.test))

    def sheet(self) -> Sheet:
        """One row for each part, and how it was made."""
        rows = [
            (
                name,
                f"{len(part):,}",
                f"{np.count_nonzero(part.user_counts):,}",
                f"{np.count_nonzero(part.item_counts):,}",
            )
            for name, part in (("train", self.train), ("test", self.test))
        ]
        return Sheet(self.whole.name, ("", self.whole.kind, "users", "items"), rows, (self.how,))

    def __repr__(self) -> str:
        return f"Split({len(self.rows_train):,} train, {len(self.rows_test):,} test: {self.how})"


def split(
    ratings: RatingsOrFrame, test: float = 0.2, *, by: By = "random", n_last: int = 1, seed: int = 0,
    unknown_times: UnknownTimes = "raise",
) -> Split:  # fmt: skip
    """The ratings in two parts, `train, test = split(ratings)`.

    Shares are rounded down, and no user is left without training ratings except by "random" and "time", where that is
    part of the question.

    ratings: ratings, or a pandas, Polars or Arrow table of them with columns of usual names
    test: the share kept back, between 0 and 1 ("last" keeps back `n_last` instead)
    by: "random": any ratings; "user": that share of each user's, at random; "last": each user's `n_last`
        newest, the later row of two at one moment; "time": the newest of all, no moment on both sides
    unknown_times: "raise" `BadTable` where a time that is needed is unknown, or "oldest": you know that
        ratings without a time are older than all that are kept back
    Raises `BadOption` for an argument out of range, and where nothing would be left for either part; `BadTable` for a
    table without the times that the split goes by.

    >>> from cofactor.data.ratings import Ratings
    >>> clicks = Ratings.from_arrays(["ann", "ann", "bob", "bob"], [1, 2, 1, 3])
    >>> train, test = split(clicks, test=0.5, by="user")
    >>> sorted(test.users.gather(test.user_idx))
    ['ann', 'bob']
    """
    ratings = as_ratings(ratings, "split divides")
    by, unknown_times = conformed("by", By, by), conformed("unknown_times", UnknownTimes, unknown_times)
    test, n_last, seed = conformed("test", float, test), conformed("n_last", int, n_last), seed_of(seed)
    if not 0 < test < 1:
        raise BadOption(f"test is the share of ratings kept back, between 0 and 1, but {test} came.")
    if n_last < 1:
        raise BadOption(f"n_last counts each user's newest ratings, at least 1, but {n_last} came.")
    if by == "random":
        how = f"random {test:.0%} of the ratings, seed {seed}"
        return Split.of(ratings, _random(len(ratings), test, seed), how)
    if by == "user":
        how = f"random {test:.0%} of each user's ratings, seed {seed}"
        return Split.of(ratings, _per_user(ratings, test, seed), how)
    if by == "last":
        return Split.of(ratings, _last(ratings, n_last, unknown_times), f"each user's {n_last} newest")
    return Split.of(ratings, _newest(ratings, test, unknown_times), f"the newest {test:.0%} of all ratings")


def folds(ratings: RatingsOrFrame, n: int = 5, *, seed: int = 0) -> list[Split]:
    """n splits for cross-validation: their test parts, drawn at random, make up the whole table.

    The parts differ by a rating at most in size. Raises `BadOption` for fewer than 2 folds, or more than ratings.
    """
    ratings = as_ratings(ratings, "folds divides")
    n, seed = conformed("n", int, n), seed_of(seed)
    order = np.random.default_rng(seed).permutation(len(ratings))
    return folds_of(ratings, order, n, f"seed {seed}")


def folds_of(ratings: Ratings, order: IntArray, n: int, what: str) -> list[Split]:
    """n splits by contiguous parts of this order of the rows; the first ones may be a row longer.

    what: says how the order was made     Raises `BadOption` for fewer than 2 folds, or more than ratings.
    """
    if not 2 <= n <= len(ratings):
        raise BadOption(f"n folds need 2 to {len(ratings):,} (the number of ratings), but n={shown(n)} came.")
    parts = np.array_split(order, n)
    return [
        Split.of(ratings, _mask(len(ratings), part), f"fold {at} of {n}, {what}")
        for at, part in enumerate(parts, start=1)
    ]


# --- the rows to keep back -------------------------------------------------------------------------------------


def _random(n: int, share: float, seed: int) -> BoolArray:
    return _mask(n, np.random.default_rng(seed).permutation(n)[: _part_of(n, share)])


def _per_user(ratings: Ratings, share: float, seed: int) -> BoolArray:
    shuffled = np.random.default_rng(seed).permutation(len(ratings))
    order = shuffled[np.argsort(ratings.user_idx[shuffled], kind="stable")]
    return _last_of_each(ratings, order, _part_of(ratings.user_counts, share))


def _last(ratings: Ratings, n_last: int, unknown_times: UnknownTimes) -> BoolArray:
    times = _times(ratings, unknown_times)
    return _last_of_each(ratings, np.lexsort((times, ratings.user_idx)), n_last)


def _last_of_each(ratings: Ratings, order: IntArray, n_last: IntArray | int) -> BoolArray:
    """The last rows of every user in an order that is sorted by user; one a user always stays."""
    counts = ratings.user_counts
    taken = np.minimum(n_last, np.maximum(counts - 1, 0))
    left = np.repeat(np.cumsum(counts), counts) - np.arange(len(order))  # rows of this user from here on
    return _mask(len(order), order[left <= np.repeat(taken, counts)])


def _newest(ratings: Ratings, share: float, unknown_times: UnknownTimes) -> BoolArray:
    times = _times(ratings, unknown_times)
    n, n_test, n_unknown = len(times), int(_part_of(len(times), share)), int((times == NO_TIME).sum())
    if not n_test:
        return np.zeros(n, bool)
    if n_unknown > n - n_test:
        raise BadTable(
            f"{some_of(n_unknown, n, 'rating', 'have')} no time, so the newest {share:.0%} would hold some "
            f"of them. Keep a smaller share back."
        )
    return times > np.partition(times, n - n_test - 1)[n - n_test - 1]


def _times(ratings: Ratings, unknown_times: UnknownTimes) -> IntArray:
    if ratings.timestamps is None:
        raise BadTable(f"{ratings!r} has no timestamps, which this split goes by. Split by 'random' or 'user'.")
    unknown = ratings.timestamps == NO_TIME
    if unknown.any() and unknown_times == "raise":
        users = ratings.users.gather(np.unique(ratings.user_idx[unknown]))
        named = ", ".join(repr(one) for one in users[:5].tolist()) + (", …" if len(users) > 5 else "")
        raise BadTable(
            f"{some_of(int(unknown.sum()), len(ratings), 'rating', 'have')} no time (of "
            f"{counted(len(users), 'user')}: {named}), "
            f"so it is not known which are the newest. Leave them out, or, where you know that they are "
            f"older than what is kept back, pass unknown_times='oldest'."
        )
    return ratings.timestamps


# --- small arithmetic -----------------------------------------------------------------------------


def _part_of(n: IntArray | int, share: float) -> IntArray:
    """share · n rounded down; 0.1 · 30 is 3, not what is left of it in binary."""
    return np.floor(np.asarray(n) * share + 1e-9).astype(np.int64)


def _mask(n: int, rows: IntArray) -> BoolArray:
    mask = np.zeros(n, bool)
    mask[rows] = True
    return mask
