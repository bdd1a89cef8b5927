"""Items that one objective puts on lists and the other would not."""

from collections.abc import Sequence
from dataclasses import dataclass
from statistics import NormalDist
from typing import Any

import numpy as np

from cofactor.arrays import BoolArray, FloatArray, Id, IntArray
from cofactor.audit.objective.blended_lists import BlendedLists
from cofactor.data.item_values import AlignedValues
from cofactor.data.ratings import Ratings
from cofactor.evaluation.metrics import exposure

__all__ = ["PushedItems", "pushed_by", "score_interval", "unsure_values"]


@dataclass(frozen=True, eq=False)
class PushedItems:
    """The items that one objective alone pushes, those it pushes most first.

    items, titles: (n,) ids, and titles or ids as text     values, errors: (n,) of these, and their standard errors, nan
    where none were given     n_own, n_other: (n,) lists that hold each, of those that the one objective alone makes and
    of those of the other     n_lists: lists of either     n_places: entries of all lists of the one
    n_unsure: items that would be among them, but for the interval of their value, which holds the mean
    """

    items: list[Id]
    titles: list[str]
    values: FloatArray
    errors: FloatArray
    n_own: IntArray
    n_other: IntArray
    n_lists: int
    n_places: int
    n_unsure: int

    @property
    def share_of_places(self) -> float:
        """The share, 0 to 1, that these items have of all entries of the lists by which they are pushed."""
        return float(self.n_own.sum() / max(1, self.n_places))

    def __len__(self) -> int:
        return len(self.items)

    def columns(self, own: str, other: str, confidence: float) -> dict[str, list[Any]]:
        """One row an item: its value, the lists of either kind that hold it, and their share with its interval.

        own, other: the names of both objectives, behind those of the columns
        """
        columns: dict[str, list[Any]] = {
            "item": self.items, "title": self.titles, "value": self.values.tolist(),
            "standard_error": self.errors.tolist(),
        }  # fmt: skip
        for name, counts in ((own, self.n_own), (other, self.n_other)):
            low, high = score_interval(counts, self.n_lists, confidence)
            columns |= {f"lists_{name}": counts.tolist(), f"share_{name}": (counts / max(1, self.n_lists)).tolist()}
            columns |= {f"low_{name}": low.tolist(), f"high_{name}": high.tolist()}
        return columns


def pushed_by(
    own: BlendedLists, other: BlendedLists, aligned: AlignedValues, ratings: Ratings, *, better: bool,
    higher_is_better: bool, confidence: float,
) -> PushedItems:  # fmt: skip
    """The items on more of the lists of one objective than of the other whose value is on the far side of the mean.

    They come by how many more lists hold them, times the distance of their value from the mean of all items with one.
    Where values have standard errors, an item whose value's interval holds the mean is counted, but not among them.
    better: those of better values than the mean, else of worse ones
    """
    values = aligned.values
    counts = [exposure(one.items, len(values)) for one in (own, other)]
    above = values - np.nanmean(values)
    distance = above if better == higher_is_better else -above
    more = counts[0] - counts[1]
    unsure, far = unsure_values(aligned, confidence), (more > 0) & (distance > 0)  # without a value nothing is known
    pushed = np.flatnonzero(far & ~unsure)
    idx = pushed[np.argsort(-(more * distance)[pushed], kind="stable")]
    ids, titles = ratings.items.gather(idx).tolist(), ratings.title_of(idx)
    n_places = int(np.count_nonzero(own.items >= 0))
    errors = np.full(len(idx), np.nan) if aligned.errors is None else aligned.errors[idx]
    n_unsure = int(np.count_nonzero(far & unsure))
    return PushedItems(
        ids, titles, values[idx], errors, counts[0][idx], counts[1][idx], len(own.items), n_places, n_unsure
    )


def unsure_values(aligned: AlignedValues, confidence: float) -> BoolArray:
    """(n_items,) True where the interval of an item's value holds the mean of all; nowhere without standard errors.

    >>> values = AlignedValues(np.array([0.0, 1.0, 5.0]), 0, np.array([0.4, 0.6, 0.6]))
    >>> unsure_values(values, 0.95).tolist()
    [False, True, False]
    """
    if aligned.errors is None:
        return np.zeros(len(aligned.values), np.bool_)
    z = NormalDist().inv_cdf((1 + confidence) / 2)
    return np.abs(aligned.values - np.nanmean(aligned.values)) <= z * aligned.errors


def score_interval(counts: IntArray | Sequence[int], n: int, confidence: float) -> tuple[FloatArray, FloatArray]:
    """Both ends, (k,) each, of the intervals of shares that were counted among n people [wilson1927probable].

    >>> [end.round(3).tolist() for end in score_interval([0, 5, 10], 10, 0.95)]
    [[0.0, 0.237, 0.722], [0.278, 0.763, 1.0]]
    """
    z, share = NormalDist().inv_cdf((1 + confidence) / 2), np.asarray(counts) / max(1, n)
    centre, width = share + z * z / (2 * n), z * np.sqrt(share * (1 - share) / n + (z / (2 * n)) ** 2)
    low, high = (np.clip((centre + side * width) / (1 + z * z / n), 0, 1) for side in (-1, 1))
    return low, high
