"""Sparse EASE: each item's score is a weighted sum of its nearest items alone, for catalogues that EASE cannot hold.

The restricted closed form of Steck, "Markov random fields for collaborative filtering", NeurIPS 2019 [steck2019mrf];
the same aim as SANSA's approximate inverse [spisak2023sansa], reached by a small exact regression for each item.
"""

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

import numpy as np

from cofactor.contract.forgetting import Forgetting
from cofactor.errors import BadOption
from cofactor.models._item_weights import ItemWeights
from cofactor.search_space import Between, Space

if TYPE_CHECKING:
    from cofactor.arrays import Array, IntArray
    from cofactor.data.ratings import Ratings
    from cofactor.run.run import Run

__all__ = ["SparseEASE"]


@dataclass(kw_only=True)
class SparseEASE(ItemWeights):
    """For each item j minimises |x_j - X_N b|² + reg |b|² over its nearest N, by the cosine of who has them.

    X holds a 1 for each pair in the table, or the values. An item that never occurs with j is not among its nearest.
    """

    objective: ClassVar = (
        "To tell whether somebody has an item from those they have that are nearest to it: the square of each error is "
        "added up, over all people."
    )

    n_neighbors: int = 200  # of each item; memory grows with items times this
    reg: float = 120.0  # larger: nearer to counting what occurs together

    def search_space(self) -> Space:
        return {
            "reg": Between(1.0, 1000.0, log=True),
            "n_neighbors": Between(50, 500, log=True),
        }

    def _check_options(self) -> None:
        if not (self.n_neighbors >= 1 and self.reg > 0):
            raise BadOption(f"n_neighbors is at least 1 and reg above 0, but {self.n_neighbors} and {self.reg} came.")

    @property
    def forgetting(self) -> Forgetting:
        return "retrain-equal"

    def state_without(self, user_idx: "IntArray", remaining: "Ratings") -> "dict[str, Array]":
        """All of it, learned anew: who has an item less changes the nearest items of every other, too."""
        return self._learned_anew(remaining)

    def _fit(self, train: "Ratings", run: "Run") -> None:
        from cofactor.kernels.neighbours.item_graph import item_graph, nearest_items, neighbour_weights

        graph = item_graph(self._profiles(train))
        size = np.sqrt(graph.diagonal)
        cosine = graph.values / (size[graph.rows] * size[graph.indices])
        near = nearest_items(graph, cosine, min(self.n_neighbors, max(1, train.n_items - 1)))
        self._set_weights(near, neighbour_weights(graph, near, self.reg))
