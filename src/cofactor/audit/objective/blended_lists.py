"""The lists of audited users for each weight of a value, from one ranking of the whole catalogue."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from cofactor.arrays import FloatArray, IntArray
from cofactor.audit.popularity_lists import AuditedUsers
from cofactor.evaluation.statistic import divided
from cofactor.kernels.ranking.lists import empty_lists
from cofactor.kernels.ranking.top_scores import top_scores
from cofactor.recommender import Recommender
from cofactor.reranking.greedy import relevance
from cofactor.reranking.item_values import ValueBlend, blended, value_shares
from cofactor.selection.exact import blocks

__all__ = ["BlendedLists", "blended_lists"]


@dataclass(frozen=True, eq=False)
class BlendedLists:
    """The lists at one weight, those of `Recommender.rank` with this `value_weight`.

    items: (n_users, k) int64, -1 behind a list's end
    engagement: (n_users,) mean relevance of the items of each list, 1 for the user's best one, 0 for the last
    """

    weight: float
    items: IntArray
    engagement: FloatArray

    def value_means(self, values: FloatArray) -> FloatArray:
        """(n_users,) the mean value of the items of each list that have one; nan where none has.

        values: (n_items,) nan where an item has none
        """
        listed = np.where(self.items >= 0, values[self.items], np.nan)
        known = ~np.isnan(listed)
        return divided(np.where(known, listed, 0).sum(axis=1), known.sum(axis=1))


def blended_lists(
    model: Recommender, users: AuditedUsers, values: FloatArray, weights: Sequence[float], k: int,
    *, higher_is_better: bool,
) -> list[BlendedLists]:  # fmt: skip
    """The lists of k at each of the weights. values: (n_items,) nan where an item has none"""
    n_users, n_items = users.held.n_users, model.ratings.n_items
    found = [BlendedLists(one, empty_lists(n_users, k, np.float32)[0], np.zeros(n_users)) for one in weights]
    blend = ValueBlend(values, np.zeros(0), higher_is_better)
    for at in blocks(n_users, n_items):
        idx, scores = model.rank_users(users.held.model_users[at], n_items)
        relevances, shares = relevance(scores), value_shares(blend.of(idx))
        for lists in found:
            mixed = blended(relevances, shares, np.full(len(idx), lists.weight))
            places = top_scores(np.where(idx >= 0, mixed, -np.inf), k)[0]  # equal values stay in the order of scores
            there, place = places >= 0, np.maximum(places, 0)
            lists.items[at, : places.shape[1]] = np.where(there, np.take_along_axis(idx, place, axis=1), -1)
            listed = np.where(there, np.take_along_axis(relevances, place, axis=1), 0)
            lists.engagement[at] = divided(listed.sum(axis=1).astype(np.float64), there.sum(axis=1))
    return found
