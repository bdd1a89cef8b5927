"""ItemKNN: what is most like the items somebody has, items being alike when the same people have them.

Deshpande & Karypis, "Item-based top-N recommendation algorithms", TOIS 2004 [deshpande2004itemknn]; the weights after
Robertson & Zaragoza 2009 [robertson2009bm25], an item being a document and its users the words.
"""

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar, Literal, get_args

import numpy as np

from cofactor.contract.abilities import Abilities
from cofactor.contract.forgetting import Forgetting
from cofactor.errors import BadOption
from cofactor.models._item_weights import ItemWeights
from cofactor.search_space import Between, OneOf, Space

if TYPE_CHECKING:
    from scipy.sparse import csr_array

    from cofactor.arrays import Array, IntArray
    from cofactor.data.joining import Joined
    from cofactor.data.ratings import Ratings
    from cofactor.run.run import Run

__all__ = ["ItemKNN"]

Weighting = Literal["none", "tfidf", "bm25"]
SATURATION, LENGTH = 1.2, 0.75  # k₁ and b of BM25, as is usual


@dataclass(kw_only=True)
class ItemKNN(ItemWeights):
    """score_i = Σ_j x_j s_ij over those j of somebody's items that i has among its nearest

    s_ij = x_i · x_j / (|x_i| |x_j| + shrinkage)     x_i: who has item i, weighted. Memory is linear in what is kept.
    """

    objective: ClassVar = "Nothing: it counts which items the same people have, and shows what goes with one's own."

    n_neighbors: int = 200  # of each item
    shrinkage: float = 30.0  # larger: likeness that few people vouch for counts less
    weighting: Weighting = "none"  # tfidf, bm25: who has much says less; bm25: and so does who likes what all do

    @property
    def abilities(self) -> Abilities:
        return super().abilities._replace(places_items=True)

    def search_space(self) -> Space:
        return {
            "n_neighbors": Between(20, 500, log=True),
            "shrinkage": Between(0.1, 1000.0, log=True),
            "weighting": OneOf(get_args(Weighting)),
        }

    def _check_options(self) -> None:
        if self.n_neighbors < 1 or self.shrinkage < 0:
            raise BadOption(
                f"n_neighbors is at least 1 and shrinkage 0 or more, but {self.n_neighbors} and {self.shrinkage} came."
            )

    def _fit(self, train: "Ratings", run: "Run") -> None:
        from cofactor.kernels.neighbours.cooccurrence import nearest_columns

        m = min(self.n_neighbors, max(1, train.n_items - 1))
        self._set_weights(*nearest_columns(_weighted(self._profiles(train), self.weighting), m, self.shrinkage))

    def updated_state(self, joined: "Joined") -> "dict[str, Array]":
        """Counting is all there is to learn, so all is counted anew."""
        return self._learned_anew(joined.ratings)

    @property
    def forgetting(self) -> Forgetting:
        return "retrain-equal"

    def state_without(self, user_idx: "IntArray", remaining: "Ratings") -> "dict[str, Array]":
        return self._learned_anew(remaining)


def _weighted(x: "csr_array", weighting: Weighting) -> "csr_array":
    """(n_users, n_items), each entry by how rare its user is and, for BM25, how short its item."""
    if weighting == "none":
        return x
    sizes = np.asarray(x.sum(axis=0))
    rarity = np.log(len(sizes) / (1 + np.diff(x.indptr)))
    if weighting == "bm25":
        damped = SATURATION * (1 - LENGTH + LENGTH * sizes / sizes.mean())[x.indices]
        x.data = x.data * (SATURATION + 1) / (damped + x.data)
    x.data = (x.data * np.repeat(np.maximum(rarity, 0), np.diff(x.indptr))).astype(np.float32)
    return x
