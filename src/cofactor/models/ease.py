"""EASE: each item's score is a weighted sum of the others that somebody has, with the best weights in closed form.

Steck, "Embarrassingly shallow autoencoders for sparse data", WWW 2019 [steck2019ease].
"""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np

from cofactor.arrays import FloatArray, IntArray
from cofactor.contract.abilities import Abilities
from cofactor.contract.forgetting import Forgetting
from cofactor.contract.learned import floats, number
from cofactor.contract.profile import UserProfile
from cofactor.contract.reasons import Reasons
from cofactor.contract.steps import Side
from cofactor.errors import BadOption
from cofactor.kernels.blas import quiet_blas
from cofactor.kernels.large_matrices import cholesky_of, gram_of, inverse_of_positive
from cofactor.kernels.threads import on_threads
from cofactor.memory import refuse_beyond
from cofactor.models._profile_model import ProfileModel, profile_row
from cofactor.search_space import Between, Space

if TYPE_CHECKING:
    from scipy.sparse import csr_array

    from cofactor.data.joining import Joined
    from cofactor.data.ratings import Ratings
    from cofactor.run.run import Run

__all__ = ["EASE"]

FEW_USERS = 2  # that many times as many items: the inverse is then found through the users
MIN_REG = 5  # times the mean square in X; below, single precision loses too much on the way through the users
MAX_SHARE = 0.1  # of the number of items: so many users are taken out of the inverse sooner than it is found anew
ROWS_AT_ONCE = 32  # of the weights, worked on by one thread while they are in its cache
COPIES = 2  # item × item matrices held at once: the one that is inverted in place, and what is handed over


@dataclass(kw_only=True)
class EASE(ProfileModel):
    """Minimises |X - X B|² + reg |B|² over all B with a diagonal of 0 (eq. 8):

    B = I - P / diag(P)     P = (XᵀX + reg I)⁻¹

    X holds a 1 for each pair in the table, or the values. B has a number for each pair of items, so the memory grows
    with the square of the catalogue; it is stated, and refused, before anything is computed.
    """

    learned: ClassVar = {
        "weights_": floats("n_items", "n_items"),
        "diagonal_": floats("n_items"),
        "trace_": number(above=-1),
    }  # B, the diagonal of P, and Σ x² of the profiles that were counted
    objective: ClassVar = (
        "To tell whether somebody has an item from the other items they have: the square of each error is added up, "
        "over all people and all items."
    )

    reg: float = 400.0  # larger: nearer to popularity; typical 50 to 1000
    use_values: bool = False  # X holds the values in place of 1, of counts log(1 + value)
    memory_gb: float | None = None  # what may be used; None: what the machine has free

    @property
    def abilities(self) -> Abilities:
        return Abilities(predicts=False, has_item_weights=True, gives_reasons=True)

    def search_space(self) -> Space:
        return {
            "reg": Between(5.0, 5000.0, log=True),
        }

    def _check_options(self) -> None:
        if not self.reg > 0:
            raise BadOption(f"reg must be above 0, but {self.reg} came.")

    def needed_gb(self, train: "Ratings") -> float:
        """Memory that learning takes beyond the table, in GB."""
        return COPIES * 4 * train.n_items**2 / 1e9

    def _fit(self, train: "Ratings", run: "Run") -> None:
        what = f"EASE of {train.n_items:,} items ({train.n_items:,} × {train.n_items:,} weights)"
        mend = "Use SparseEASE, whose memory does not grow so, or leave out rare items."
        refuse_beyond(self.needed_gb(train), self.memory_gb, what, mend)
        x = self._profiles(train)
        few_users = FEW_USERS * train.n_users < train.n_items
        cancels = self.reg < MIN_REG * float(np.square(x.data).sum(dtype=np.float64)) / max(1, x.nnz)
        inverse = self._inverse_by_users(x) if few_users and not cancels else self._inverse_by_items(x)
        learned, self.trace_ = self._state_of(inverse), self._trace(train)
        self.diagonal_, self.weights_ = learned["diagonal_"], np.ascontiguousarray(learned["weights_"])

    def _inverse_by_items(self, x: "csr_array") -> FloatArray:
        """P, by the Cholesky factor of XᵀX + reg I."""
        gram = (x.T @ x).toarray().astype(np.float32, copy=False)
        gram[np.diag_indices(len(gram))] += self.reg
        try:
            return inverse_of_positive(gram)
        except np.linalg.LinAlgError:
            raise BadOption(
                f"With reg={self.reg} the items' matrix cannot be inverted in single precision. Raise reg."
            ) from None

    def _inverse_by_users(self, x: "csr_array") -> FloatArray:
        """P = (I - Xᵀ (X Xᵀ + reg I)⁻¹ X) / reg (Woodbury), where users are few: a tenth of the time for a tenth of
        them."""
        from scipy.linalg import solve_triangular

        gram = (x @ x.T).toarray().astype(np.float64)
        gram[np.diag_indices(len(gram))] += self.reg
        root = cholesky_of(gram).astype(np.float32)
        half = solve_triangular(root, x.toarray(), lower=True, overwrite_b=True)
        inverse = gram_of(half)
        inverse /= -np.float32(self.reg)
        inverse[np.diag_indices(len(inverse))] += np.float32(1 / self.reg)
        return inverse

    def _row(self, values: FloatArray) -> FloatArray:
        return profile_row(values, self.ratings.kind, self.use_values)

    def _mapped(self, rows: "csr_array") -> FloatArray:
        return rows @ self.weights_

    def updated_state(self, joined: "Joined") -> dict[str, FloatArray]:
        """Users are their ratings. New items get the weights of a new fit, and give them, by the inverse of a matrix in
        blocks: the old items' own part of XᵀX stays as it was.

            S = G_nn - G_on' P G_on     P' = [P + P G_on S⁻¹ G_on' P,  -P G_on S⁻¹;  …,  S⁻¹]
        """
        ratings, n_new = joined.ratings, len(joined.items)
        if not n_new:
            return {}
        larger, was = np.zeros(2 * (ratings.n_items,), np.float32), len(self.weights_)
        larger[:was, :was] = -self.weights_ * self.diagonal_
        inverse = self._with_items(larger, was, joined)
        return self._state_of(inverse)

    def _state_of(self, inverse: FloatArray) -> dict[str, FloatArray]:
        """P -> B and the diagonal of P, in its place."""
        diagonal = np.diag(inverse).copy()
        inverse /= -diagonal
        np.fill_diagonal(inverse, 0)
        return {"weights_": inverse, "diagonal_": diagonal}

    def _with_items(self, inverse: FloatArray, was: int, joined: "Joined") -> FloatArray:
        """P' in place of P; joined.items were alone in XᵀX + reg I until now, or not in it at all."""
        inverse[np.diag_indices(was)] = self.diagonal_
        new, old = joined.items, np.setdiff1d(np.arange(len(inverse)), joined.items)
        x = self._profiles(joined.ratings)
        gram = (x.T @ x[:, new]).toarray()
        gram[new, np.arange(len(new))] += self.reg
        across = inverse[np.ix_(old, old)] @ gram[old]
        left = np.linalg.inv(gram[new] - gram[old].T @ across)
        inverse[np.ix_(old, old)] += across @ left @ across.T
        inverse[np.ix_(old, new)] = -across @ left
        inverse[np.ix_(new, old)] = inverse[np.ix_(old, new)].T
        inverse[np.ix_(new, new)] = left
        return inverse

    def score_profile(self, profile: UserProfile) -> FloatArray:
        x = self._row(profile.values)
        return x @ self.weights_[profile.item_idx] if x.any() else self._average.copy()

    @property
    def forgetting(self) -> Forgetting:
        return "retrain-equal"

    def state_without(self, user_idx: IntArray, remaining: "Ratings") -> dict[str, Any]:
        """All of it, by their rows X less in XᵀX (Woodbury): P' = P + P Xᵀ (I - X P Xᵀ)⁻¹ X P.

        Learned anew where that is quicker, for many at once, or where XᵀX does not hold them, as after an `update`.
        """
        if len(user_idx) > MAX_SHARE * self.ratings.n_items or self.trace_ != self._trace(self.ratings):
            return self._learned_anew(remaining)
        rows = self._profiles(self.ratings, user_idx)
        with quiet_blas():  # of products so small that its other threads only cost
            through = rows.toarray() * self.diagonal_ - (rows @ self.weights_) * self.diagonal_  # (k, n_items) X P
            left = np.eye(len(user_idx)) - (rows @ through.T).astype(np.float64)
            solved = np.linalg.solve(left, through.astype(np.float64)).astype(np.float32)
            # counted anew: less theirs, it would be rounded otherwise than the next time asks for
            return {**self._downdated(through, solved), "trace_": self._trace(remaining)}

    def _trace(self, ratings: "Ratings") -> float:
        """Of XᵀX: by it a table is known again."""
        if not self.use_values:
            return float(len(ratings.positives.by_user.indices))
        return float(np.square(self._profiles(ratings).data).sum(dtype=np.float64))

    def _downdated(self, through: FloatArray, solved: FloatArray) -> dict[str, FloatArray]:
        """The state of P + throughᵀ solved, (k, n_items) each: B diag(P) / diag(P') - throughᵀ solved / diag(P')."""
        diagonal = self.diagonal_ + np.einsum("kn,kn->n", through, solved)
        shrunk, step = self.diagonal_ / diagonal, solved / diagonal
        weights, left = np.empty_like(self.weights_), np.ascontiguousarray(through.T)

        product = np.multiply if len(step) == 1 else np.matmul  # BLAS takes three times as long for an outer product

        def some(at: int) -> None:
            rows = slice(ROWS_AT_ONCE * at, ROWS_AT_ONCE * (at + 1))
            new, change = weights[rows], product(left[rows], step)
            np.multiply(self.weights_[rows], shrunk, out=new)
            np.subtract(new, change, out=new)

        on_threads(some, -(-len(weights) // ROWS_AT_ONCE))
        np.fill_diagonal(weights, 0)
        return {"weights_": weights, "diagonal_": diagonal}

    def similarity(self, side: Side, idx: int) -> FloatArray:
        """(n_items,) the weights of an item: by how much having it raises the score of each; -inf where nobody had it.

        Raises `Unsupported` for users, who have no vectors to be compared by.
        """
        if side == "user":
            return super().similarity(side, idx)
        return np.where(self.ratings.positives.item_counts > 0, self.weights_[idx], np.float32(-np.inf))

    def reasons(self, who: int | UserProfile, item_idx: int) -> Reasons:
        items, values = self.past_ratings(who)
        x = self._row(values)
        if not x.any():
            return Reasons(item=float(self._average[item_idx]))
        return Reasons(item_idx=items[x != 0], parts=(self.weights_[items, item_idx] * x)[x != 0])
