"""The lists of audited users for each weight of a value, from one ranking of the whole catalogue."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from cofactor.arrays import FloatArray, IntArray
from cofactor.audit.popularity_lists import AuditedUsers
from cofactor.evaluation.statistic import divided
from cofactor.kernels.ranking.lists import SeenItems, empty_lists
from cofactor.kernels.ranking.top_scores import top_scores
from cofactor.recommender import Recommender
from cofactor.reranking.greedy import relevance
from cofactor.reranking.item_values import ValueBlend, blended, value_shares
from cofactor.selection.exact import blocks
from cofactor.selection.own_items import allowed_scores

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
    held, n_items = users.held, model.ratings.n_items
    found = [BlendedLists(one, empty_lists(held.n_users, k, np.float32)[0], np.zeros(held.n_users)) for one in weights]
    blend, rated = ValueBlend(values, np.zeros(0), higher_is_better), model.ratings.by_user
    seen = SeenItems(held.model_users.astype(np.int64), rated.indptr, rated.indices)
    for at in blocks(held.n_users, n_items):
        scores = allowed_scores(model.score_users(held.model_users[at]), seen.rows(at), np.zeros(n_items, bool))
        relevances, shares = relevance(scores), value_shares(blend.of(scores))
        for lists in found:
            idx = top_scores(blended(scores, relevances, shares, np.full(len(scores), lists.weight)), k)[0]
            lists.items[at, : idx.shape[1]] = idx
            listed = np.where(idx >= 0, np.take_along_axis(relevances, np.maximum(idx, 0), axis=1), 0)
            lists.engagement[at] = divided(listed.sum(axis=1, dtype=np.float64), np.count_nonzero(idx >= 0, axis=1))
    return found
