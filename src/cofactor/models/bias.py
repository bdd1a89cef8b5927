"""Bias: some users are generous, some items are good; nothing about who likes what.

Koren, "Factorization meets the neighborhood", KDD 2008, section 2.1 [koren2008neighborhood].
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np

from cofactor.arrays import FloatArray, IntArray, rows_or_zero
from cofactor.contract.abilities import Abilities
from cofactor.contract.forgetting import Forgetting
from cofactor.contract.learned import floats, number
from cofactor.contract.profile import UserProfile
from cofactor.contract.reasons import Reasons
from cofactor.errors import BadOption
from cofactor.kernels.ratings.gathered_sums import gathered_sums
from cofactor.kernels.ratings.layout import sum_rows
from cofactor.recommender import Recommender
from cofactor.search_space import Between, Space

if TYPE_CHECKING:
    from cofactor.data.csr_rows import Rows
    from cofactor.data.joining import Joined
    from cofactor.data.ratings import Ratings
    from cofactor.run.run import Run

__all__ = ["Bias"]

TOLERANCE = 1e-10  # of the system's remainder, as a share of its right side


@dataclass(kw_only=True)
class Bias(Recommender):
    """r_ui ≈ μ + b_u + b_i, the minimum of Σ (r - μ - b_u - b_i)² + reg_user Σ b_u² + reg_item Σ b_i².

    b_u is eliminated from the normal equations, which leaves one positive definite system in the items' biases:

        (D_i - Nᵀ D_u⁻¹ N) b_i = s_i - Nᵀ D_u⁻¹ s_u

    D the regularised counts, N who rated what, s the sums less those of the mean.
    """

    learned: ClassVar = {"mean_": number(), "user_bias_": floats("n_users"), "item_bias_": floats("n_items")}
    objective: ClassVar = (
        "Predictions as near as possible to the ratings given (the square of each error is added up), from two things "
        "alone: how generous a person is, and how an item is rated by all."
    )

    reg_user: float = 5.0  # weight of b_u²: counts like that many ratings at the average
    reg_item: float = 5.0  # weight of b_i²

    @property
    def abilities(self) -> Abilities:
        return Abilities(gives_reasons=True, needs_ratings=True)

    def search_space(self) -> Space:
        return {
            "reg_user": Between(0.5, 50.0, log=True),
            "reg_item": Between(0.5, 50.0, log=True),
        }

    def _check_options(self) -> None:
        if not (self.reg_user > 0 and self.reg_item > 0):
            raise BadOption(f"reg_user and reg_item must be above 0, but {self.reg_user} and {self.reg_item} came.")

    def _fit(self, train: "Ratings", run: "Run") -> None:
        self._solve(train, np.zeros(train.n_items, np.float32))

    def _solve(self, train: "Ratings", start: FloatArray) -> None:
        """Set the biases of a table. start: (n_items,) where the search for the items' begins"""
        users, items, self.mean_ = train.by_user, train.by_item, train.mean
        user_sums, item_sums = (sum_rows(side.part)[0] - self.mean_ * side.counts for side in (users, items))
        per_user, per_item = 1 / (users.counts + self.reg_user), items.counts + self.reg_item

        def of_users(x: FloatArray) -> FloatArray:
            """D_u⁻¹ N x"""
            return per_user * gathered_sums(users.indptr, users.indices, x)

        def of_items(x: FloatArray) -> FloatArray:
            """Nᵀ x"""
            return gathered_sums(items.indptr, items.indices, x)

        right = item_sums - of_items(per_user * user_sums)
        solved = _solved(lambda b: per_item * b - of_items(of_users(b)), right, per_item, start.astype(np.float64))
        self.item_bias_ = solved.astype(np.float32)
        self.user_bias_ = (per_user * user_sums - of_users(self.item_bias_.astype(np.float64))).astype(np.float32)

    def updated_state(self, joined: "Joined") -> dict[str, FloatArray]:
        from cofactor.posterior.fold_in import fold_in_new

        def place(reg: float) -> Callable[["Rows", FloatArray], FloatArray]:
            def one_side(rows: "Rows", others: FloatArray) -> FloatArray:
                residual = rows.values - np.float32(self.mean_) - others[rows.indices]
                row_of = np.repeat(np.arange(len(rows.counts)), rows.counts)
                return np.bincount(row_of, residual, len(rows.counts)) / (rows.counts + reg)

            return one_side

        users, items = fold_in_new(joined, self.user_bias_, self.item_bias_, place(self.reg_user), place(self.reg_item))
        return {"user_bias_": users, "item_bias_": items}

    @property
    def forgetting(self) -> Forgetting:
        return "retrain-equal"

    def state_without(self, user_idx: IntArray, remaining: "Ratings") -> dict[str, Any]:
        """All of it: the closed form, solved anew from where the items' biases stand."""
        anew = self.copied()
        anew.ratings_ = remaining
        anew._solve(remaining, self.item_bias_)
        return anew.learned_values()

    def both_sides(self) -> tuple[FloatArray, FloatArray]:
        """(n_users,), the mean in it, and (n_items,), float32: the biases whose sums are the predictions."""
        return self.user_bias_ + np.float32(self.mean_), self.item_bias_

    def score_users(self, user_idx: IntArray) -> FloatArray:
        return self.mean_ + rows_or_zero(self.user_bias_, user_idx)[:, None] + self.item_bias_

    def score_pairs(self, user_idx: IntArray, item_idx: IntArray, timestamps: IntArray | None = None) -> FloatArray:
        return self.mean_ + rows_or_zero(self.user_bias_, user_idx) + rows_or_zero(self.item_bias_, item_idx)

    def score_profile(self, profile: UserProfile) -> FloatArray:
        return self.mean_ + self._user_bias_of(profile) + self.item_bias_

    def _user_bias_of(self, profile: UserProfile) -> float:
        residual = profile.values - self.mean_ - self.item_bias_[profile.item_idx]
        return float(residual.sum() / (len(residual) + self.reg_user))

    def reasons(self, who: int | UserProfile, item_idx: int) -> Reasons:
        user = self._user_bias_of(who) if isinstance(who, UserProfile) else float(self.user_bias_[who])
        return Reasons(self.mean_, user, float(self.item_bias_[item_idx]))


def _solved(
    product: Callable[[FloatArray], FloatArray], right: FloatArray, diagonal: FloatArray, start: FloatArray
) -> FloatArray:
    """(n,) the x of a positive definite system that is never formed: conjugate gradients need only its products, and
    a diagonal that is like its own to be quick."""
    from scipy.sparse.linalg import LinearOperator, cg

    shape = (len(right), len(right))
    operator = LinearOperator(shape, product, dtype=np.float64)  # pyright: ignore[reportCallIssue]
    scaled = LinearOperator(shape, lambda x: x / diagonal, dtype=np.float64)  # pyright: ignore[reportCallIssue]
    found, _ = cg(operator, right, x0=start, rtol=TOLERANCE, M=scaled, maxiter=1000)
    return found
