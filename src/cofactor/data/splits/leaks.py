"""Leaks: what a test must not share with training, found and named."""

from dataclasses import dataclass

import numpy as np

from cofactor.arrays import IntArray
from cofactor.data.alignment import aligned_pairs
from cofactor.data.ratings import NO_TIME, Ratings
from cofactor.errors import Leak, counted, some_of, verb_of

__all__ = ["FoundLeak", "find_leaks", "refuse_leaks"]


@dataclass(frozen=True, eq=False)
class FoundLeak:
    """One kind of leak.

    rows: the rows concerned, of the test for "pair", of the training ratings for "future"
    """

    kind: str  # "pair": a (user, item) of the test is in train; "future": train knows what came after the test
    rows: IntArray
    message: str

    def __str__(self) -> str:
        return self.message


def find_leaks(train: Ratings, test: Ratings, *, by_time: bool = False) -> list[FoundLeak]:
    """The leaks from test to training, none where nothing is wrong. Ids are compared, not indices.

    by_time: also look for training ratings that are newer than the oldest test rating
    """
    found = [_pairs(train, test), _future(train, test) if by_time else None]
    return [one for one in found if one]


def refuse_leaks(train: Ratings, test: Ratings, *, by_time: bool = False) -> None:
    """Raise `Leak`, which names what was found."""
    found = find_leaks(train, test, by_time=by_time)
    if found:
        raise Leak(" ".join(str(one) for one in found))


def _pairs(train: Ratings, test: Ratings) -> FoundLeak | None:
    user_idx, item_idx = (idx.astype(np.int64) for idx in aligned_pairs(test, train))
    asked = np.where((user_idx < 0) | (item_idx < 0), -1, user_idx * train.n_items + item_idx)
    rows = train.by_user
    known = np.repeat(np.arange(train.n_users, dtype=np.int64), rows.counts) * train.n_items + rows.indices
    if not len(known):
        return None
    place = np.minimum(np.searchsorted(known, asked), len(known) - 1)
    leaked = np.flatnonzero(known[place] == asked)
    if not len(leaked):
        return None
    users = len(np.unique(test.user_idx[leaked]))
    mend = (
        "Fit on one part and measure on the other: train, test = cf.split(ratings)."
        if len(leaked) == len(test)
        else "Leave them out of one of the two."
        " Their rows in the test are cofactor.data.splits.leaks.find_leaks(train, test)[0].rows."
    )
    return FoundLeak(
        "pair",
        leaked,
        f"{len(leaked):,} of {counted(len(test), 'test rating')}, of {counted(users, 'user')}, "
        f"{verb_of(len(leaked), 'are')} of a user and an item that are in train too: {_named(test, leaked)}. {mend}",
    )


def _future(train: Ratings, test: Ratings) -> FoundLeak | None:
    if train.timestamps is None or test.timestamps is None:
        raise Leak("A split by time cannot be checked without timestamps in train and test.")
    known = test.timestamps[test.timestamps != NO_TIME]
    if not len(known):
        raise Leak("A split by time cannot be checked: no test rating has a known time.")
    rows = np.flatnonzero(train.timestamps > known.min())
    if not len(rows):
        return None
    return FoundLeak(
        "future",
        rows,
        f"{some_of(len(rows), len(train), 'training rating', 'are')} newer than the oldest test rating (of second "
        f"{known.min()}), so training knows the future: {_named(train, rows)}. Split with by='time'.",
    )


def _named(ratings: Ratings, rows: IntArray) -> str:
    users = ratings.users.gather(ratings.user_idx[rows[:3]]).tolist()
    items = ratings.items.gather(ratings.item_idx[rows[:3]]).tolist()
    pairs = [f"user {user!r} item {item!r}" for user, item in zip(users, items, strict=True)]
    return "; ".join(pairs) + ("; …" if len(rows) > 3 else "")
