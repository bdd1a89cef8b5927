"""Matrix factorisation of clicks: what was not clicked counts too, a little, and costs nothing extra.

Hu, Koren & Volinsky, "Collaborative filtering for implicit feedback datasets", ICDM 2008 [hu2008implicit]; the form
of the loss and of the penalty after Rendle et al., "Revisiting the performance of iALS", RecSys 2022 [rendle2022ials].
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, ClassVar, Literal, Self

import numpy as np

from cofactor.arrays import FloatArray, IntArray
from cofactor.contract.abilities import Abilities
from cofactor.contract.forgetting import Forgetting
from cofactor.contract.learned import floats, number
from cofactor.contract.profile import UserProfile
from cofactor.contract.reasons import Reasons
from cofactor.errors import BadOption
from cofactor.memory import refuse_beyond
from cofactor.models._attribute_mixin import AttributeMixin, learned_attributes
from cofactor.models._average_user import AverageRowMixin, mean_row
from cofactor.models._implicit_choice import N_EPOCHS, Weighting, chosen_weighting
from cofactor.scale.fitting.fits_shards import FitsShards
from cofactor.search_space import Between, OneOf, Space
from cofactor.selection.exact import DotProducts

if TYPE_CHECKING:
    from cofactor.data.csr_rows import Rows
    from cofactor.data.joining import Joined
    from cofactor.data.ratings import Ratings
    from cofactor.run.run import Run
    from cofactor.scale.cluster.ordered_map import OrderedMap
    from cofactor.scale.fitting.implicit_als import ShardedClicks
    from cofactor.scale.fitting.learned_shards import LearnedShards, SampledUsers
    from cofactor.training.engines.implicit_als import ImplicitLeastSquares, ImplicitObjective
    from cofactor.training.validation import Loss

__all__ = ["ImplicitMF"]

SAMPLED_USERS = 20_000  # of shards: by whom weights are chosen and lists judged


@dataclass(kw_only=True)
class ImplicitMF(FitsShards["ImplicitLeastSquares"], AverageRowMixin, AttributeMixin):
    """Minimises Σ_clicks c (1 - p·q)² + α Σ_all (p·q)² + λ Σ_rows hᵉ |row|², by alternating least squares.

    c = 1 + confidence · log(1 + value / unit), or 1 + confidence · (value / unit) ** power; the unit is the median
    value of the training clicks, so that only ratios of values matter. Where `confidence` is not given, counts are
    weighed so, and ratings and clicks all weigh 1. A dislike, a value of 0 or below, is a pair without a click.
    h = the row's clicks + α · the other side's size, its share of the whole loss

    With `attributes` each row is also drawn to A x, x being its attributes and A learned with the rows, a fifth as
    strongly as a typical row is to 0; a row without clicks stands at A x itself, so that a new item is recommended to
    whom items like it are. Holding clicked rows to A x alone makes much of what few click on (tried: nDCG@10 on ml-1m
    fell by 5 %).

    Somebody nothing is known about has the mean row of the users with clicks, with `attributes`, too: undescribed, they
    are expected to be like the average of those who are described.

    solver="exact" solves each row; up to some hundred factors nothing ends lower or sooner by much. "cg" takes a few
    conjugate gradient steps from where the row stands [takacs2011cg], each scaled by what is known of all rows: half
    the time of a sweep, and two steps end as low.
    "block" is iALS++ [rendle2021ialspp]: a row's factors in blocks, no system of their full size, for many hundreds.
    """

    learned: ClassVar = {
        "user_factors_": floats("n_users", "n_factors"), "item_factors_": floats("n_items", "n_factors"),
        "average_": floats("n_factors"),
        "unit_": number(above=0), "unobserved_weight_": number(above=0), "reg_": number(above=0),
        "user_attribute_strength_": number(above=-1), "item_attribute_strength_": number(above=-1),
        **learned_attributes("n_factors"),
    }  # fmt: skip
    objective: ClassVar = (
        "Scores near 1 for what somebody took and near 0 for all else: the square of each distance is added up, that "
        "of what was taken with more weight."
    )
    mend: ClassVar = "Raise reg or lower confidence."

    n_factors: int = 64
    n_epochs: int = 16  # sweeps over both sides; a thousand factors rank best after some four
    solver: Literal["exact", "cg", "block"] = "exact"
    n_steps: int = 2  # cg: steps for a row in a sweep
    block_size: int = 128  # block: factors solved at once, a multiple of 16
    unobserved_weight: float | None = None  # α: of a pair without a click; a click weighs 1 more; None: chosen at fit
    reg: float | None = None  # λ; None: chosen at fit, by short fits on a tenth of the clicks
    reg_exponent: float = 1.0  # e: 0 holds all rows alike, 1 those with many clicks more
    memory_gb: float | None = None  # what may be used; None: what is free
    confidence: float | None = None  # how strongly the value of a click raises its weight; None: counts 1, else 0
    power: float | None = None  # of the value in that weight; None: its logarithm
    seed: int = 0

    @property
    def abilities(self) -> Abilities:
        return super().abilities._replace(predicts=False, has_vectors=True, gives_reasons=True)

    def search_space(self) -> Space:
        return {
            "n_factors": Between(16, 256, log=True),
            "unobserved_weight": Between(0.001, 3.0, log=True),
            "reg": Between(1e-4, 0.1, log=True),
        }

    def space_for(self, train: "Ratings") -> Space:
        """The search space of its options; of counts also how their values weigh."""
        if train.kind != "counts":
            return self.search_space()
        weights: Space = {"confidence": OneOf((0.0, 0.1, 0.3, 1.0, 3.0, 10.0)), "power": OneOf((None, 0.25, 0.5, 1.0))}
        return {**self.search_space(), **weights}

    def _check_options(self) -> None:
        if self.block_size % 16:
            raise BadOption(f"block_size must be a multiple of 16, but {self.block_size} came.")
        for name in ("n_factors", "n_epochs", "n_steps", "block_size"):
            if getattr(self, name) < 1:
                raise BadOption(f"{name} must be at least 1, but {getattr(self, name)} came.")
        for name in ("unobserved_weight", "reg"):
            if (value := getattr(self, name)) is not None and not value > 0:
                raise BadOption(f"{name} must be above 0, but {getattr(self, name)} came.")
        if self.confidence is not None and self.confidence < 0:
            raise BadOption(f"confidence must be 0 or more, but {self.confidence} came.")
        if self.power is not None and not self.power > 0:
            raise BadOption(f"power must be above 0, but {self.power} came.")

    # ---- training -----------------------------------------------------------------------------------------

    def _make_engine(self, train: "Ratings", run: "Run") -> "ImplicitLeastSquares":
        from cofactor.training.engines.implicit_als import ImplicitLeastSquares, RowSolver

        train = train.positives
        self.unit_ = float(np.median(train.values)) if self._confidence else 1.0
        mend = "Use fewer n_factors, or leave out rare users and items."
        what = f"ImplicitMF(n_factors={self.n_factors}) on {train!r}"
        refuse_beyond(self.needed_gb(train), self.memory_gb, what, mend)
        given = self.unobserved_weight, self.reg
        self.unobserved_weight_, self.reg_ = chosen_weighting(*given, train, self._short_fit, self.seed)
        how, priors = RowSolver(self.solver, self.n_steps, self.block_size), self._attribute_priors
        return ImplicitLeastSquares(
            train, self.n_factors, self._objective, how, self.seed, *priors(train, self.n_factors)
        )

    def _short_fit(self, weighting: Weighting) -> Self:
        n_epochs = min(N_EPOCHS, self.n_epochs)
        return replace(self, unobserved_weight=weighting.weight, reg=weighting.reg, n_epochs=n_epochs)

    def _set_learned(self, engine: "ImplicitLeastSquares", train: "Ratings") -> None:
        self._drop_average()
        self.user_factors_, self.item_factors_ = engine.factors
        self.user_attribute_strength_, self.item_attribute_strength_ = (
            engine.user_attribute_strength,
            engine.item_attribute_strength,
        )
        self._set_attributes(engine.of_users, engine.of_items, self.n_factors)
        self.average_ = mean_row(self.user_factors_, train)

    def _make_shard_engine(self, learned: "LearnedShards", ordered_map: "OrderedMap") -> "ShardedClicks":
        from cofactor.scale.fitting.implicit_als import ShardedClicks

        if self.attributes or self.solver != "exact":
            raise BadOption("Shards are learned from without attributes, and solved exactly: leave those options out.")
        some = learned._replace(positives=True).sample(SAMPLED_USERS).ratings
        self.ratings_ = some
        self.unit_ = float(np.median(some.values)) if self._confidence else 1.0
        given = self.unobserved_weight, self.reg
        self.unobserved_weight_, self.reg_ = chosen_weighting(*given, some, self._short_fit, self.seed)
        return ShardedClicks(learned, self.n_factors, self._objective, seed=self.seed, ordered_map=ordered_map)

    def _set_learned_from_shards(self, engine: "ShardedClicks", catalogue: "Ratings") -> None:
        self._drop_average()
        self.user_attribute_strength_ = self.item_attribute_strength_ = 0.0
        self._set_attributes(None, None, self.n_factors)
        self.item_factors_, self.average_ = engine.item_factors, engine.middle_user
        self.user_factors_ = np.zeros((0, self.n_factors), np.float32)
        self.ratings_ = replace(catalogue, item_totals=engine.counts.of_items)

    def _be_of(self, sample: "SampledUsers", engine: "ShardedClicks") -> None:
        """Be the model of some of the users in the shards."""
        self.ratings_, self.item_factors_ = sample.ratings, engine.item_factors
        self.user_factors_ = engine.user_factors(sample.ratings)

    def _on_held_out(self, engine: "ShardedClicks") -> str:
        """The lists of the users of some shards."""
        from cofactor.blending.candidates import list_candidates

        (twin := self.copied())._be_of(sample := engine.sampled(SAMPLED_USERS), engine)
        users = np.unique(sample.held_out.user_idx)
        if not len(users):
            return ""
        reached = list_candidates([twin], users, sample.held_out).ndcg(np.ones(1))
        half = 1.96 * float(reached.std()) / len(reached) ** 0.5
        low, high = reached.mean() - half, reached.mean() + half
        return f"On what was held out: nDCG@20 {reached.mean():.4f} ({low:.4f} to {high:.4f}), of {len(users):,} users."

    def _average_user(self) -> FloatArray:
        return self.average_

    def _loss_on(self, held_out: "Ratings", engine: "ImplicitLeastSquares", train: "Ratings") -> "Loss":
        """The objective without its penalty, held-out clicks in place of those of training."""
        return lambda: engine.loss_on(held_out.positives)

    @property
    def _objective(self) -> "ImplicitObjective":
        from cofactor.training.engines.implicit_als import ClickWeights, ImplicitObjective

        weighting = ClickWeights(self._confidence, self.power, self.unit_)
        return ImplicitObjective(self.unobserved_weight_, self.reg_, self.reg_exponent, weighting)

    @property
    def _confidence(self) -> float:
        if self.confidence is None:
            return 1.0 if self.ratings.kind == "counts" else 0.0
        return self.confidence

    def needed_gb(self, train: "Ratings") -> float:
        """Memory that learning takes beyond the table, in GB.

        The ratings by user and by item, the factors three or four times, a few squares of the factors' number.
        """
        size, widest = self.n_factors + 16, max(train.n_users, train.n_items)
        floats = size * (2 * (train.n_users + train.n_items) + 2 * widest) + 8 * size**2 + 6 * len(train)
        return 4 * floats / 1e9

    def notes(self) -> tuple[str, ...]:
        if self.unobserved_weight is not None and self.reg is not None:
            return super().notes()
        chosen = f"unobserved_weight={self.unobserved_weight_:g} and reg={self.reg_:g}"
        kind = self.ratings.kind
        return (*super().notes(), f"Chosen by short fits on a tenth of the {kind}, held out for that: {chosen}.")

    # ---- answers ------------------------------------------------------------------------------------------

    def score_users(self, user_idx: IntArray) -> FloatArray:
        return self._user_rows(user_idx) @ self.item_factors_.T

    def dot_products(self) -> DotProducts:
        return DotProducts(self.item_factors_, self._user_rows)

    def score_profile(self, profile: UserProfile) -> FloatArray:
        """(n_items,) scores by the row that the users' half would give to somebody with these clicks and attributes."""
        return self.item_factors_ @ self._row_of(profile)

    def _row_of(self, profile: UserProfile) -> FloatArray:
        """(k,) of somebody new; without clicks it is what their attributes let expect, else the average row."""
        expected = self._expected_row("user", profile.attributes)
        is_click = profile.values > 0
        if not is_click.any():
            return expected.astype(np.float32) if expected.any() else self._average
        precision, weighed = self._normal_equations(profile.item_idx[is_click], profile.values[is_click])
        right = weighed.sum(axis=0) + self.user_attribute_strength_ * expected
        return np.linalg.solve(precision, right).astype(np.float32)

    def _normal_equations(self, item_idx: IntArray, values: FloatArray) -> tuple[FloatArray, FloatArray]:
        """(k, k) what a user's row is multiplied with, and (m, k) what each of their clicks adds to the right side."""
        q, weight = self.item_factors_[item_idx].astype(np.float64), self._objective.clicks.weights(values)
        ridge = self._objective.ridge(np.array([len(q)]), len(self.item_factors_))[0]
        base = self.unobserved_weight_ * (self.item_factors_.T @ self.item_factors_) + ridge * np.eye(self.n_factors)
        weighed = q * weight[:, None]
        return base + weighed.T @ q, weighed

    def reasons(self, who: int | UserProfile, item_idx: int) -> Reasons:
        """A row is linear in the clicks, the items being given: each adds its share of p · q."""
        items, values = self.past_ratings(who)
        items, values = items[values > 0], values[values > 0]
        is_new = isinstance(who, UserProfile)
        row, q = self._row_of(who) if is_new else self.user_factors_[who], self.item_factors_[item_idx]
        score = float(row @ q)
        known = who.attributes if is_new else self.ratings.attributes_of("user", np.array([who]))
        expected = self._expected_row("user", known)
        if not len(items):
            return Reasons(attributes=score) if expected.any() else Reasons(item=float(self._average @ q))
        precision, weighed = self._normal_equations(items, values)
        through = np.linalg.solve(precision, q.astype(np.float64))
        parts = weighed @ through
        attributes = float(self.user_attribute_strength_ * expected @ through)
        training = score - attributes - float(parts.sum())
        return Reasons(attributes=attributes, item_idx=items, parts=parts, training=training)

    def updated_state(self, joined: "Joined") -> dict[str, FloatArray]:
        from cofactor.posterior.fold_in import fold_in_new

        table = joined.ratings
        joined = joined._replace(ratings=joined.ratings.positives)
        places = self._solved("user", joined.ratings, joined.users), self._solved("item", joined.ratings, joined.items)
        users, items = fold_in_new(joined, self.user_factors_, self.item_factors_, *places)
        return {"user_factors_": users, "item_factors_": items, "average_": self._average_of(users, table)}

    def _solved(
        self, side: Literal["user", "item"], clicks: "Ratings", which: IntArray
    ) -> Callable[["Rows", FloatArray], FloatArray]:
        """From the clicks of these rows of a side, and the other side's rows, to what minimises the objective."""
        from cofactor.kernels.alignment import padded_width
        from cofactor.training.engines.implicit_als import RowSolver, SideSolver

        width, strengths = padded_width(self.n_factors), (self.user_attribute_strength_, self.item_attribute_strength_)
        expected = self._expected(side, clicks.attributes_of(side, which), len(which))

        def solved(rows: "Rows", others: FloatArray) -> FloatArray:
            wide, out = np.zeros((len(others), width), np.float32), np.zeros((len(which), width), np.float32)
            wide[:, : self.n_factors] = others
            solver = SideSolver(rows, self.n_factors, self._objective, RowSolver("exact"))
            solver.solve(out, wide, np.float32(strengths[side == "item"]) * expected)
            return np.where((rows.counts > 0)[:, None], out[:, : self.n_factors], expected)

        return solved

    @property
    def forgetting(self) -> Forgetting:
        return "re-solved locally"

    def state_without(self, user_idx: IntArray, remaining: "Ratings") -> dict[str, FloatArray]:
        """The items that they had are solved on the clicks that remain, the users being given; all else stays.

        So do items some of whose clicks lie elsewhere: they were solved from those alone.
        """
        from cofactor.kernels.blas import quiet_blas

        touched, clicks = self.ratings.positives.items_of(user_idx), remaining.positives
        touched = touched[self.ratings.are_all_held(touched)]
        users, items = np.delete(self.user_factors_, user_idx, axis=0), self.item_factors_.copy()
        with quiet_blas():  # of products so small that its other threads only cost
            items[touched] = self._solved("item", clicks, touched)(clicks.by_item.take(touched), users)
        return {"user_factors_": users, "item_factors_": items, "average_": self._average_of(users, remaining)}

    def _average_of(self, users: FloatArray, table: "Ratings") -> FloatArray:
        """(k,) of these rows of users; of a model that was fitted to shards that of its fit, where these are not."""
        return mean_row(users, table) if table.item_totals is None else self.average_

    def row_vectors(self, side: Literal["user", "item"]) -> FloatArray:
        return self.user_factors_ if side == "user" else self.item_factors_
