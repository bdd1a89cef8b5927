"""What models share whose items have weighted neighbours: a score is the weighted sum over a user's items."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np

from cofactor.arrays import FloatArray, IntArray
from cofactor.contract.abilities import Abilities
from cofactor.contract.learned import floats, indices, row_pointers
from cofactor.contract.profile import UserProfile
from cofactor.contract.reasons import Reasons
from cofactor.contract.steps import Side
from cofactor.models._profile_model import ProfileModel, profile_row

if TYPE_CHECKING:
    from scipy.sparse import csr_array

    from cofactor.data.joining import Joined


@dataclass(kw_only=True)
class ItemWeights(ProfileModel):
    """score = x W, with W sparse: row j holds the weights that item j adds to other items' scores, in three arrays."""

    learned: ClassVar = {
        "indptr_": row_pointers("n_items", of="n_weights"), "items_": indices("n_weights", below="n_items"),
        "weights_": floats("n_weights"),
    }  # fmt: skip

    use_values: bool = False  # x holds the values in place of 1, of counts log(1 + value)

    @property
    def abilities(self) -> Abilities:
        return Abilities(predicts=False, places_items=False, has_item_weights=True, gives_reasons=True)

    def _set_weights(self, near: IntArray, weights: FloatArray) -> None:
        """Set W. near, weights: (n_items, m) the neighbours of each item, -1 for none, and their weights"""
        from cofactor.kernels.neighbours.item_graph import rows_by_neighbour

        self.indptr_, self.items_, self.weights_ = rows_by_neighbour(near, weights)

    @property
    def _weight_matrix(self) -> "csr_array":
        from scipy.sparse import csr_array

        n = len(self.indptr_) - 1
        return csr_array((self.weights_, self.items_, self.indptr_), shape=(n, n))

    def _mapped(self, rows: "csr_array") -> FloatArray:
        scores: Any = rows @ self._weight_matrix  # sparse
        return scores.toarray()

    def updated_state(self, joined: "Joined") -> dict[str, IntArray]:
        """Users are their ratings; new items have no weights."""
        n_new = joined.ratings.n_items - (len(self.indptr_) - 1)
        return {"indptr_": np.append(self.indptr_, np.full(n_new, self.indptr_[-1], self.indptr_.dtype))}

    def score_profile(self, profile: UserProfile) -> FloatArray:
        x = profile_row(profile.values, self.ratings.kind, self.use_values)
        if not x.any():
            return self._average.copy()
        return x @ self._weight_matrix[profile.item_idx].toarray()

    def similarity(self, side: Side, idx: int) -> FloatArray:
        """Of items their weights, -inf for those that the one has no weight for."""
        if side == "user":
            return super().similarity(side, idx)
        similar, row = np.full(self.ratings.n_items, -np.inf, np.float32), slice(*self.indptr_[idx : idx + 2])
        similar[self.items_[row]] = self.weights_[row]
        return similar

    def reasons(self, who: int | UserProfile, item_idx: int) -> Reasons:
        """Past ratings whose items have no weight for this one add nothing, and are left out."""
        items, values = self.past_ratings(who)
        x = profile_row(values, self.ratings.kind, self.use_values)
        if not x.any():
            return Reasons(item=float(self._average[item_idx]))
        parts = self._weight_matrix[items][:, [item_idx]].toarray()[:, 0] * x
        counting = parts != 0
        return Reasons(item_idx=items[counting], parts=parts[counting])
