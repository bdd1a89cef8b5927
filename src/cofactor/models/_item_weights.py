"""What models share that give each item a few others with weights: a score is the sum over what somebody has."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

import numpy as np

from cofactor.arrays import FloatArray, IntArray
from cofactor.learned import floats, indices, row_pointers
from cofactor.recommender import Recommender

if TYPE_CHECKING:
    from scipy.sparse import csr_array

    from cofactor.data.joining import Joined
    from cofactor.data.ratings import Ratings


@dataclass(kw_only=True)
class ItemWeights(Recommender):
    """score = x W, W sparse: row j holds what having item j gives to whom, in three arrays."""

    learned: ClassVar = {
        "indptr_": row_pointers("n_items", of="n_weights"), "items_": indices("n_weights", below="n_items"),
        "weights_": floats("n_weights"),
    }  # fmt: skip
    predicts: ClassVar = False
    places_items: ClassVar = False

    use_values: bool = False  # x holds the values in place of 1

    def _take(self, near: IntArray, weights: FloatArray) -> None:
        """near, weights: (n_items, m), what each item takes from whom; -1: from nobody"""
        from cofactor.kernels.neighbours.item_graph import rows_by_neighbour

        self.indptr_, self.items_, self.weights_ = rows_by_neighbour(near, weights)

    def _rows(self, ratings: "Ratings") -> "csr_array":
        from scipy.sparse import csr_array

        rows = ratings.by_user
        values = rows.values if self.use_values else np.ones(len(rows.indices), np.float32)
        return csr_array((values, rows.indices, rows.indptr), shape=(ratings.n_users, ratings.n_items))

    @property
    def _given(self) -> "csr_array":
        from scipy.sparse import csr_array

        n = len(self.indptr_) - 1
        return csr_array((self.weights_, self.items_, self.indptr_), shape=(n, n))

    def _score(self, user_idx: IntArray) -> FloatArray:
        scores = (self._rows(self.ratings)[np.maximum(user_idx, 0)] @ self._given).toarray()
        scores[user_idx < 0] = 0
        return scores

    def _updated(self, joined: "Joined") -> dict[str, IntArray]:
        """Users are their ratings; nothing is given to new items, nor by them."""
        n_new = joined.ratings.n_items - (len(self.indptr_) - 1)
        return {"indptr_": np.append(self.indptr_, np.full(n_new, self.indptr_[-1], self.indptr_.dtype))}

    def _score_newcomer(self, item_idx: IntArray, values: FloatArray) -> FloatArray:
        return (values if self.use_values else np.ones_like(values)) @ self._given[item_idx].toarray()
