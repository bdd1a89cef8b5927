"""Matrix factorisation of clicks: what was not clicked counts too, a little, and costs nothing extra.

Hu, Koren & Volinsky, "Collaborative filtering for implicit feedback datasets", ICDM 2008 [hu2008implicit]; the form
of the loss and of the penalty after Rendle et al., "Revisiting the performance of iALS", RecSys 2022 [rendle2022ials].
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import partial
from typing import TYPE_CHECKING, ClassVar, Literal

import numpy as np

from cofactor.arrays import FloatArray, IntArray, rows_or_zero
from cofactor.contract.abilities import Abilities
from cofactor.contract.learned import floats, number
from cofactor.contract.profile import UserProfile
from cofactor.contract.reasons import Reasons
from cofactor.errors import BadOption, Diverged
from cofactor.memory import refuse_beyond
from cofactor.models._described import Described, described
from cofactor.search_space import Between, Space
from cofactor.selection.exact import DotProducts

if TYPE_CHECKING:
    from cofactor.data.joining import Joined
    from cofactor.data.ratings import Ratings, Rows
    from cofactor.kernels.posterior.weights import RatingWeights
    from cofactor.run.run import Run

__all__ = ["ImplicitMF"]

LEAN = 0.2  # of a typical row's penalty, towards what its attributes say
START = 0.1  # spread of the first scores


@dataclass(kw_only=True)
class ImplicitMF(Described):
    """Minimises Σ_clicks c (1 - p·q)² + α Σ_all (p·q)² + λ Σ_rows hᵉ |row|², by alternating least squares.

    c = 1 + confidence · value     h = the row's clicks + α · the other side's size, its share of the whole loss

    With `attributes` each row is also drawn to A x, x being its attributes and A learned with the rows, a fifth as
    strongly as a typical row is to 0; a row without clicks stands at A x itself, so that a new item is recommended to
    whom items like it are. Holding clicked rows to A x alone makes much of what few click on (tried: nDCG@10 on ml-1m
    fell by 5 %).

    solver="exact" solves each row; up to some hundred factors nothing ends lower or sooner by much. "cg" takes a few
    conjugate gradient steps from where the row stands [takacs2011cg], each scaled by what is known of all rows: half
    the time of a sweep, and two steps end as low.
    "block" is iALS++ [rendle2021ialspp]: a row's factors in blocks, no system of their full size, for many hundreds.
    """

    learned: ClassVar = {
        "user_factors_": floats("n_users", "n_factors"), "item_factors_": floats("n_items", "n_factors"),
        **described("n_factors"), "user_lean_": number(above=-1), "item_lean_": number(above=-1),
    }  # fmt: skip
    objective: ClassVar = "The squared distance of scores from 1 where somebody clicked and from 0 elsewhere."
    effort: ClassVar = "n_epochs"

    n_factors: int = 64
    n_epochs: int = 16  # sweeps over both sides; a thousand factors rank best after some four
    solver: Literal["exact", "cg", "block"] = "exact"
    n_steps: int = 2  # cg: steps for a row in a sweep
    block_size: int = 128  # block: factors solved at once, a multiple of 16
    unobserved_weight: float = 0.1  # α: what a pair without a click weighs, beside 1 of a click
    reg: float = 0.003  # λ
    reg_exponent: float = 1.0  # e: 0 holds all rows alike, 1 those with many clicks more
    memory_gb: float | None = None  # what may be used; None: what is free
    confidence: float = 0.0  # by how much the value of a click raises its weight
    seed: int = 0

    @property
    def abilities(self) -> Abilities:
        return replace(super().abilities, predicts=False, has_vectors=True, gives_reasons=True)

    def search_space(self) -> Space:
        return {
            "n_factors": Between(16, 256, log=True),
            "unobserved_weight": Between(0.001, 3.0, log=True),
            "reg": Between(1e-4, 0.1, log=True),
        }

    def _check_options(self) -> None:
        if self.block_size % 16:
            raise BadOption(f"block_size must be a multiple of 16, but {self.block_size} came.")
        for name in ("n_factors", "n_epochs", "n_steps", "block_size"):
            if getattr(self, name) < 1:
                raise BadOption(f"{name} must be at least 1, but {getattr(self, name)} came.")
        for name in ("unobserved_weight", "reg"):
            if not getattr(self, name) > 0:
                raise BadOption(f"{name} must be above 0, but {getattr(self, name)} came.")
        if self.confidence < 0:
            raise BadOption(f"confidence must be 0 or more, but {self.confidence} came.")

    # ---- training -----------------------------------------------------------------------------------------

    def _fit(self, train: "Ratings", run: "Run") -> None:
        """`history_` keeps the loss with its penalty, for each click, after each sweep; validation is not looked at."""
        from cofactor.kernels.alignment import empty_aligned, padded_width
        from cofactor.kernels.blas import quiet_blas

        if self.confidence and train.values.min() < 0:
            raise BadOption("With confidence above 0 values are weights, 0 or more, but negative ones came.")
        mend = "Use fewer n_factors, or leave out rare users and items."
        what = f"ImplicitMF(n_factors={self.n_factors}) on {train!r}"
        refuse_beyond(self.needed_gb(train), self.memory_gb, what, mend)
        rng, width = np.random.default_rng(self.seed), padded_width(self.n_factors)
        # first the ratings, then the factors: what the sorting needs beside is gone by then
        by_item = train.by_item if self.confidence else train.clicks_by_item
        solve_users, solve_items = self._solver(train.by_user, width), self._solver(by_item, width)
        users, items = (empty_aligned((n, width)) for n in (train.n_users, train.n_items))
        users[:], items[:] = 0, 0
        items[:, : self.n_factors] = rng.standard_normal((train.n_items, self.n_factors), np.float32)
        items *= np.float32(START / np.sqrt(self.n_factors))
        weights = 1 + self.confidence * train.mean if self.confidence else 1.0  # of clicks nobody need make the values
        self.history_ = list[float]()
        of_users, of_items = self._attribute_priors(train, self.n_factors)
        user_ridge = self._ridge(train.user_counts, train.n_items)
        self.user_lean_ = self._lean(train.user_counts, train.n_items)
        self.item_lean_ = self._lean(train.item_counts, train.n_users)
        with run.shown(self.n_epochs, type(self).__name__) as shown, quiet_blas():
            for sweep in run.sweeps(self.n_epochs):
                solve_users(users, items, of_users and self.user_lean_ * of_users.expected)
                penalty = user_ridge @ np.einsum("nk,nk->n", users, users)
                if of_users:
                    drawn = np.einsum("rk,rk->", of_users.expected, users[:, : self.n_factors])
                    penalty -= 2 * self.user_lean_ * float(drawn)
                explained = solve_items(items, users, of_items and self.item_lean_ * of_items.expected)
                self.history_.append(weights + (float(penalty) - explained) / len(train))
                for prior, rows, counts in (
                    (of_users, users, train.user_counts), (of_items, items, train.item_counts),
                ):  # fmt: skip
                    if prior:
                        prior.learn(rows[:, : self.n_factors], counts > 0)
                if not np.isfinite(explained):
                    mend = "Raise reg or lower confidence."
                    raise Diverged(f"The factors left the finite numbers in sweep {sweep}. {mend}")
                shown.step(sweep, 1.0, self.history_[-1])
        self.user_factors_, self.item_factors_ = (
            np.ascontiguousarray(rows[:, : self.n_factors]) for rows in (users, items)
        )
        if of_users:
            self.user_factors_ = np.where((train.user_counts > 0)[:, None], self.user_factors_, of_users.expected)
        if of_items:
            self.item_factors_ = np.where((train.item_counts > 0)[:, None], self.item_factors_, of_items.expected)
        self._take_attributes(of_users, of_items, self.n_factors)

    def _lean(self, counts: IntArray, n_others: int) -> float:
        """How strongly rows are drawn to what their attributes say."""
        return LEAN * float(np.median(self._ridge(counts[counts > 0], n_others)))

    def needed_gb(self, train: "Ratings") -> float:
        """Memory beside the table, in GB.

        The ratings by user and by item, the factors three or four times, a few squares of the factors' number.
        """
        size, widest = self.n_factors + 16, max(train.n_users, train.n_items)
        floats = size * (2 * (train.n_users + train.n_items) + 2 * widest) + 8 * size**2 + 6 * len(train)
        return 4 * floats / 1e9

    def _solver(self, rows: "Rows", width: int, solver: str = "") -> Callable[..., float]:
        """A function that solves one side, the other being given, and returns by how much that lowers the loss.

        drawn: (n, k) the pull of what is expected of the rows; those without clicks are then left at 0, so that they
        are no evidence for anything
        """
        from cofactor.kernels.posterior.prior import Prior
        from cofactor.kernels.posterior.problem import RowProblem
        from cofactor.kernels.posterior.schedule import SPLIT_ABOVE, schedule_rows

        solver = solver or self.solver
        improve = self._method(solver)
        long = SPLIT_ABOVE if solver == "exact" else 4 * SPLIT_ABOVE  # what is split is solved exactly: few rows only
        part, n_others = rows.part, int(rows.indices.max(initial=-1)) + 1
        plan = schedule_rows(rows.indptr, width, n_others=n_others, split_above=long)
        unused = np.diag((np.arange(width) >= self.n_factors).astype(np.float32))
        nothing = np.zeros((1, width), np.float32)

        def one_side(out: FloatArray, others: FloatArray, drawn: FloatArray | None = None) -> float:
            base = np.float32(self.unobserved_weight) * (others.T @ others) + unused
            ridge, pull = self._ridge(rows.counts, len(others)), nothing
            if drawn is not None:
                pull = np.zeros(out.shape, np.float32)
                pull[:, : self.n_factors] = drawn
            offset = np.zeros(len(others), np.float32)
            prior = Prior(base.ravel(), ridge, pull)
            explained = improve(out, RowProblem(others, offset, part, self._law(), prior), plan)
            if drawn is not None:
                out[rows.counts == 0] = 0
            return float(explained.sum(dtype=np.float64))

        return one_side

    def _method(self, solver: str) -> Callable[..., FloatArray]:
        """What is done to the rows of one side."""
        from cofactor.kernels.posterior.blocks import block_steps
        from cofactor.kernels.posterior.conjugate import conjugate_steps
        from cofactor.kernels.posterior.solve import solve

        if solver == "cg":
            return partial(conjugate_steps, n_steps=self.n_steps)
        if solver == "block" and self.n_factors > self.block_size:
            return partial(block_steps, block=self.block_size)
        return solve

    def _law(self) -> "RatingWeights":
        from cofactor.kernels.posterior.weights import RatingWeights

        one, gain = np.float32(1), np.float32(self.confidence)
        return RatingWeights(one, gain, one, gain)

    def _ridge(self, counts: IntArray, n_others: int) -> FloatArray:
        return (self.reg * (counts + self.unobserved_weight * n_others) ** self.reg_exponent).astype(np.float32)

    # ---- answers ------------------------------------------------------------------------------------------

    def score_users(self, user_idx: IntArray) -> FloatArray:
        return rows_or_zero(self.user_factors_, user_idx) @ self.item_factors_.T

    def dot_products(self) -> DotProducts:
        return DotProducts(self.item_factors_, lambda idx: rows_or_zero(self.user_factors_, idx))

    def score_profile(self, profile: UserProfile) -> FloatArray:
        """With the row that the users' half would give somebody with these clicks and attributes."""
        expected = self._expected_row("user", profile.attributes)
        if not len(profile.item_idx):
            return self.item_factors_ @ expected.astype(np.float32)
        precision, weighed = self._normal_equations(profile.item_idx, profile.values)
        row = np.linalg.solve(precision, weighed.sum(axis=0) + self.user_lean_ * expected)
        return self.item_factors_ @ row.astype(np.float32)

    def _normal_equations(self, item_idx: IntArray, values: FloatArray) -> tuple[FloatArray, FloatArray]:
        """(k, k) what a user's row is multiplied with, and (m, k) what each of their clicks adds to the right side."""
        q, weight = self.item_factors_[item_idx].astype(np.float64), 1 + self.confidence * values
        ridge = self._ridge(np.array([len(q)]), len(self.item_factors_))[0]
        base = self.unobserved_weight * (self.item_factors_.T @ self.item_factors_) + ridge * np.eye(self.n_factors)
        weighed = q * weight[:, None]
        return base + weighed.T @ q, weighed

    def reasons(self, user_idx: int, item_idx: int) -> Reasons:
        """A row is linear in the clicks, the items being given: each adds its share of p · q."""
        items, values = self.ratings.by_user.of(user_idx)
        q = self.item_factors_[item_idx].astype(np.float64)
        precision, weighed = self._normal_equations(items, values)
        through, known = np.linalg.solve(precision, q), self.ratings.attributes_of("user", np.array([user_idx]))
        parts = weighed @ through
        attributes = float(self.user_lean_ * self._expected("user", known, 1)[0] @ through)
        score = float(self.user_factors_[user_idx] @ q)
        return Reasons(
            attributes=attributes, item_idx=items, parts=parts, unexplained=score - attributes - float(parts.sum())
        )

    def updated_state(self, joined: "Joined") -> dict[str, FloatArray]:
        from cofactor.kernels.alignment import padded_width
        from cofactor.training.fold_in import place_new

        ratings, width = joined.ratings, padded_width(self.n_factors)

        def place(side: Literal["user", "item"], which: IntArray) -> Callable[["Rows", FloatArray], FloatArray]:
            of_users = side == "user"
            lean = self.user_lean_ if of_users else self.item_lean_
            expected = self._expected(side, ratings.attributes_of(side, which), len(which))

            def one_side(rows: "Rows", others: FloatArray) -> FloatArray:
                wide, out = np.zeros((len(others), width), np.float32), np.zeros((len(which), width), np.float32)
                wide[:, : self.n_factors] = others
                self._solver(rows, width, "exact")(out, wide, np.float32(lean) * expected)
                return np.where((rows.counts > 0)[:, None], out[:, : self.n_factors], expected)

            return one_side

        places = place("user", joined.users), place("item", joined.items)
        users, items = place_new(joined, self.user_factors_, self.item_factors_, *places)
        return {"user_factors_": users, "item_factors_": items}

    def row_vectors(self, side: Literal["user", "item"]) -> FloatArray:
        return self.user_factors_ if side == "user" else self.item_factors_
