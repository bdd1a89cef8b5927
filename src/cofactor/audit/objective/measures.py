"""What an audit of a second objective measures of the lists at each weight, and of whom."""

from collections.abc import Iterator, Sequence
from typing import NamedTuple

import numpy as np

from cofactor.arrays import FloatArray
from cofactor.audit.objective.blended_lists import BlendedLists
from cofactor.audit.popularity_measures import MeasuredUsers
from cofactor.audit.user_means import EVERYBODY, GAP, SAME_ACTIVITY, UserCell
from cofactor.evaluation.metrics import ndcg, recall
from cofactor.evaluation.statistic import Statistic, mean_over_users
from cofactor.kernels.ranking.ranks import mark_hits

__all__ = ["MEASURES", "Measure", "measures_of"]

MEASURES = "engagement", "ndcg", "recall", "value"


class Measure(NamedTuple):
    """One of `MEASURES` at a weight, and of which users it is.

    change: from the model alone, user by user     group, stratum: of users by taste and by activity, as the audit of
    popularity has them; of a change also the difference between two groups
    """

    name: str
    weight: float
    group: str = EVERYBODY
    stratum: str = ""
    change: bool = False


def measures_of(
    lists: Sequence[BlendedLists], values: FloatArray, users: MeasuredUsers
) -> Iterator[tuple[Measure, Statistic]]:
    """Every measure at every weight, in the order in which they are shown.

    lists: at each weight, the first those of the model alone     values: (n_items,) nan where an item has none
    """
    each = [_by_user(one, values, users) for one in lists]
    for one, measured in zip(lists, each, strict=True):
        for name in MEASURES:
            yield Measure(name, one.weight), mean_over_users(measured[name])
    for one, measured in zip(lists[1:], each[1:], strict=True):
        for name in MEASURES:
            yield from _changes(name, one.weight, measured[name] - each[0][name], users)


def _by_user(lists: BlendedLists, values: FloatArray, users: MeasuredUsers) -> dict[str, FloatArray]:
    """(n_users,) each measure of each user's list; nan where it is not defined."""
    held, hits = users.audited.held, np.zeros(lists.items.shape, bool)
    mark_hits(lists.items, 0, held.relevant.indptr, held.relevant.items, hits)
    return {
        "engagement": lists.engagement, "ndcg": ndcg(hits, held.n_relevant), "recall": recall(hits, held.n_relevant),
        "value": lists.value_means(values),
    }  # fmt: skip


def _changes(name: str, weight: float, change: FloatArray, users: MeasuredUsers) -> Iterator[tuple[Measure, Statistic]]:
    """Means over all, each group of taste and each stratum of activity, and the gaps between the ends of taste."""
    for cell in filter(_is_shown, users.cells.cells()):
        members = np.where(cell.members, change, np.nan)
        yield Measure(name, weight, cell.group, cell.stratum, change=True), mean_over_users(members)
    for stratum in ("", SAME_ACTIVITY):
        gap = users.cells.gap(change, same_activity=bool(stratum))
        yield Measure(name, weight, GAP, stratum, change=True), gap


def _is_shown(cell: UserCell) -> bool:
    """Groups of taste, and strata of activity, but not every crossing of both."""
    return not cell.stratum or cell.group == EVERYBODY
