"""Groups of items and of people by popularity, counted on training ratings alone.

Members are told from others by their counts, never by their place in the catalogue: where several items are as popular
as the last of the head, all of them are in it.
"""

from typing import NamedTuple

import numpy as np

from cofactor.arrays import Array, BoolArray, FloatArray, IntArray
from cofactor.reranking.head import HEAD_SHARE, short_head

__all__ = [
    "ACTIVITIES", "USER_GROUPS", "TailCut", "activity_strata", "head_by_items", "popularity_bands",
    "tail_cuts", "user_groups",
]  # fmt: skip

HEAD_ITEMS = 0.2  # the usual 20 % of items
BAND_RATINGS = 0.2, 0.8  # where the head ends and the tail begins, in three bands
USER_SHARE = 0.2  # of the users are niche, and as many blockbuster
USER_GROUPS = "niche", "diverse", "blockbuster"
ACTIVITIES = "light", "medium", "heavy"


class TailCut(NamedTuple):
    """A division of the items into the head, which is popular, and the long tail. name: what the head holds"""

    name: str
    head: BoolArray  # (n_items,)


def tail_cuts(item_counts: IntArray) -> tuple[TailCut, TailCut]:
    """The two cuts in use: the most rated fifth of the items, and the items that hold four fifths of the ratings."""
    return (
        TailCut(f"{HEAD_ITEMS:.0%} of items", head_by_items(item_counts, HEAD_ITEMS)),
        TailCut(f"{HEAD_SHARE:.0%} of ratings", short_head(item_counts)),
    )


def head_by_items(item_counts: IntArray, share: float) -> BoolArray:
    """(n_items,) True for the most rated `share` of the catalogue, rounded up to whole items.

    >>> head_by_items(np.array([5, 1, 9, 2, 3]), 0.4)
    array([ True, False,  True, False, False])
    """
    n_head = int(np.ceil(round(share * len(item_counts), 9)))
    return item_counts >= np.sort(item_counts)[len(item_counts) - n_head]


def popularity_bands(item_counts: IntArray) -> IntArray:
    """(n_items,) 0 for the head with the first 20 % of the ratings, 2 for the tail with the last 20 %, 1 between."""
    head, not_tail = (short_head(item_counts, share) for share in BAND_RATINGS)
    return np.where(head, 0, np.where(not_tail, 1, 2))


def user_groups(popularity: FloatArray) -> IntArray:
    """(n_users,) the place in `USER_GROUPS`, -1 where `popularity` is nan: the fifth with the lowest popularity of
    profiles is niche, the fifth with the highest blockbuster [abdollahpouri2019unfairness].

    popularity: (n_users,) of their profiles, such as the share of popular items in them

    >>> user_groups(np.array([0.1, 0.5, np.nan, 0.5, 0.5, 0.9]))
    array([ 0,  1, -1,  1,  1,  2])
    """
    known = ~np.isnan(popularity)
    low, high = np.quantile(popularity[known], [USER_SHARE, 1 - USER_SHARE])
    niche = (popularity <= low) & (popularity < high)
    blockbuster = (popularity >= high) & (popularity > low)
    return np.where(known, np.where(niche, 0, np.where(blockbuster, 2, 1)), -1)


def activity_strata(n_rated: Array) -> IntArray:
    """(n_users,) the place in `ACTIVITIES`: thirds of the users by their number of training ratings.

    >>> activity_strata(np.array([3, 90, 20]))
    array([0, 2, 1])
    """
    return np.searchsorted(np.quantile(n_rated, [1 / 3, 2 / 3]), n_rated, side="left")
