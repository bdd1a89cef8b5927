"""Sparse EASE: each item's score is a weighted sum of its nearest items alone, for catalogues that EASE cannot hold.

The restricted closed form of Steck, "Markov random fields for collaborative filtering", NeurIPS 2019 [steck2019mrf];
the same aim as SANSA's approximate inverse [spisak2023sansa], reached by a small exact regression for each item.
"""

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

import numpy as np

from cofactor.arrays import FloatArray, IntArray
from cofactor.errors import BadOption
from cofactor.recommender import Recommender
from cofactor.search_space import Between, Space

if TYPE_CHECKING:
    from scipy.sparse import csr_array

    from cofactor.data.ratings import Ratings

__all__ = ["SparseEASE"]


@dataclass(kw_only=True)
class SparseEASE(Recommender):
    """For each item j minimises |x_j - X_N b|² + reg |b|² over its nearest N, by the cosine of who has them.

    X holds a 1 for each pair in the table, or the values. An item that never occurs with j is not among its nearest.
    """

    learned: ClassVar = ("indptr_", "items_", "weights_")
    objective: ClassVar = "The squared error of writing who has which item as a sum over the items nearest to it."
    predicts: ClassVar = False

    n_neighbors: int = 200  # of each item; memory grows with items times this
    reg: float = 60.0  # larger: nearer to counting what occurs together
    use_values: bool = False  # X holds the values in place of 1

    def search_space(self) -> Space:
        return {
            "reg": Between(1.0, 1000.0, log=True),
            "n_neighbors": Between(50, 500, log=True),
        }

    def _check_options(self) -> None:
        if not (self.n_neighbors >= 1 and self.reg > 0):
            raise BadOption(f"n_neighbors is at least 1 and reg above 0, but {self.n_neighbors} and {self.reg} came.")

    def _fit(self, train: "Ratings") -> None:
        from cofactor.kernels.item_graph import item_graph, nearest, on_neighbours, sparse_rows

        graph = item_graph(self._rows(train))
        size = np.sqrt(graph.diagonal)
        cosine = graph.values / (size[graph.rows] * size[graph.indices])
        near = nearest(graph, cosine, min(self.n_neighbors, max(1, train.n_items - 1)))
        self.indptr_, self.items_, self.weights_ = sparse_rows(near, on_neighbours(graph, near, self.reg))

    def _rows(self, ratings: "Ratings") -> "csr_array":
        from scipy.sparse import csr_array

        rows = ratings.by_user
        values = rows.values if self.use_values else np.ones(len(rows.values), np.float32)
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

    def _score_newcomer(self, item_idx: IntArray, values: FloatArray) -> FloatArray:
        return (values if self.use_values else np.ones_like(values)) @ self._given[item_idx].toarray()
