"""Matrix factorisation whose item side is differentially private, by least squares on noisy sums over people.

Chien et al., "Private alternating least squares: practical private matrix completion with tighter rates", ICML 2021
[chien2021private].
"""

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, ClassVar

import numpy as np

from cofactor.arrays import FloatArray, IntArray
from cofactor.contract.abilities import Abilities
from cofactor.contract.learned import doubles, floats, number, positive
from cofactor.contract.privacy_statement import PrivacyStatement
from cofactor.contract.profile import UserProfile
from cofactor.contract.reasons import Reasons
from cofactor.errors import BadOption
from cofactor.models._private_releases import statement_of
from cofactor.posterior.row_model import RowModel
from cofactor.recommender import Recommender
from cofactor.search_space import Between, Space
from cofactor.training.private.user_rows import ItemSide, user_rows

if TYPE_CHECKING:
    from cofactor.data.joining import Joined
    from cofactor.data.ratings import Ratings
    from cofactor.run.run import Run
    from cofactor.training.private.releases import PrivateSettings

__all__ = ["PrivateALS"]


@dataclass(kw_only=True)
class PrivateALS(Recommender):
    """r_ui ≈ μ + b_u + b_i + p_u · q_i, with μ, b_i and q_i learned from sums over people to which noise was added.

    One person with all their ratings more or fewer changes the distribution of the item side by no more than (ε, δ)
    says (`training/private/`). The rows of people, [b_u, p_u], follow from the item side and from their own ratings,
    and are computed when they are asked for; they are not learned, so neither they nor the ratings are in a saved
    model, which serves everybody as somebody new. `privacy` lists what is released and what covers it.

    The list of items, their titles and attributes, `rating_range`, and the number of people are public by declaration:
    nothing hides them. Two fits differ, as the noise has no seed. Needs the extra `privacy`, unless epsilon is None.
    """

    learned: ClassVar = {
        "mean_": number(), "item_bias_": floats("n_items"), "item_factors_": floats("n_items", "n_axes"),
        "item_noise_": positive("n_items"), "row_variances_": positive("n_axes + 1"),
        "delta_": number(above=0), "multipliers_": doubles("n_releases"), "lowest_": number(), "highest_": number(),
    }  # fmt: skip
    objective: ClassVar = "The squared error of each rating, known only by sums over people to which noise was added."
    saves_ratings: ClassVar = False

    epsilon: float | None = 5.0  # ε: the smaller, the more private and the less accurate; None: no noise, NOT private
    delta: float | None = None  # δ; None: 1/n_users², which says how many people there were
    rating_range: tuple[float, float] | None = None  # lowest and highest that can be given; None: the table's scale
    n_factors: int | None = None  # of each item; None: 5 where attributes are used, else 2. 0: biases alone
    n_epochs: int = 3  # sweeps, each of which spends a part of ε
    max_ratings: int = 50  # of a person that count in full; of those who have more, each counts less
    attributes: bool = True  # learn what to expect of items from their attributes, which are public
    seed: int = 0  # of factors that begin at random, beyond two and those of attributes; the noise has no seed

    @property
    def abilities(self) -> Abilities:
        return Abilities(
            has_posterior=True, needs_ratings=True, places_items=False, gives_reasons=True,
            repeatable=self.epsilon is None,
        )  # fmt: skip

    def search_space(self) -> Space:
        """A search looks at ratings without noise: ε does not cover what it finds."""
        return {"n_factors": Between(1, 16, log=True), "max_ratings": Between(20, 200, log=True)}

    def _check_options(self) -> None:
        for name, least in (("n_factors", 0), ("n_epochs", 1), ("max_ratings", 1)):
            if (getattr(self, name) or 0) < least:
                raise BadOption(f"{name} must be at least {least}, but {getattr(self, name)} came.")
        if self.epsilon is not None and self.epsilon <= 0:
            raise BadOption(f"epsilon must be above 0, or None for no privacy at all, but {self.epsilon} came.")
        if self.delta is not None and not 0 < self.delta < 1:
            raise BadOption(f"delta must be above 0 and below 1, best far below 1/n_users, but {self.delta} came.")
        if self.rating_range is not None and not self.rating_range[0] < self.rating_range[1]:
            raise BadOption(f"rating_range is the lowest and the highest rating, but {self.rating_range} came.")

    # ---- training -----------------------------------------------------------------------------------------

    def _fit(self, train: "Ratings", run: "Run") -> None:
        from cofactor.training.private.releases import private_items

        settings = self.settings_for(train)
        items = private_items(train.by_user, train.n_items, settings)
        low, high = settings.rating_range
        half = (high - low) / 2
        self.mean_ = float((low + high) / 2 + half * items.mean)
        self.item_bias_ = (half * items.bias).astype(np.float32)
        self.item_factors_ = (half * items.factors).astype(np.float32)
        self.item_noise_ = (half**2 * items.noise).astype(np.float32)
        self.row_variances_ = (items.prior * np.array([half**2, *np.ones(len(items.prior) - 1)])).astype(np.float32)
        self.delta_, self.multipliers_ = settings.delta, np.array(settings.multipliers)
        self.lowest_, self.highest_ = low, high

    def settings_for(self, train: "Ratings") -> "PrivateSettings":
        """The settings of its releases from these ratings, of which nothing is looked at but the catalogue, the number
        of people, and the scale where no `rating_range` is given.

        Raises `BadOption` for a δ that would let somebody be released whole.
        """
        from cofactor.training.private.accountant import budget_shares, noise_multiplier, release_multipliers
        from cofactor.training.private.releases import PrivateSettings
        from cofactor.training.private.start import attribute_columns, usual_n_factors

        delta = 1 / max(train.n_users, 2) ** 2 if self.delta is None else self.delta
        if delta * train.n_users >= 1:
            raise BadOption(
                f"delta={delta:g} of {train.n_users:,} people would allow to release one of them whole. Give one far "
                f"below {1 / train.n_users:.2g}, or None for 1/n_users²."
            )
        sigma = 0.0 if self.epsilon is None else noise_multiplier(self.epsilon, delta)
        columns = attribute_columns(train.item_attributes if self.attributes else {}, train.n_items)
        return PrivateSettings(
            self._range(train), self.max_ratings, delta, release_multipliers(sigma, budget_shares(self.n_epochs)),
            columns, usual_n_factors(columns) if self.n_factors is None else self.n_factors, self.seed,
        )  # fmt: skip

    def _range(self, train: "Ratings") -> tuple[float, float]:
        low, high = self.rating_range or train.scale or (0.0, 1.0)
        return (low, high) if high > low else (low - 1, high + 1)  # of a table of one value

    def updated_state(self, joined: "Joined") -> dict[str, FloatArray]:
        """Room for new items, with nothing in it: what later ratings say of any item would have to be paid for."""
        from cofactor.posterior.fold_in import padded_rows

        n = joined.ratings.n_items
        return {
            "item_bias_": padded_rows(self.item_bias_, n), "item_factors_": padded_rows(self.item_factors_, n),
            "item_noise_": padded_rows(self.item_noise_, n, float(self.item_noise_.max())),
        }  # fmt: skip

    @property
    def privacy(self) -> PrivacyStatement:
        """The list of all that it releases of the people it learned from, and whether ε covers it.

        Raises `NotFitted` before `fit`.
        """
        return statement_of(self)

    def notes(self) -> tuple[str, ...]:
        stated = self.privacy
        return (
            *super().notes(),
            f"{stated.guarantee} The noise has no seed. Not covered: {'; '.join(stated.not_covered)}.",
        )

    def table_to_save(self) -> "Ratings":
        catalogue = super().table_to_save()
        return replace(
            catalogue, scale=(self.lowest_, self.highest_)
        )  # the table's own may be that of one person's rating

    # ---- answers ------------------------------------------------------------------------------------------

    @property
    def _items(self) -> ItemSide:
        return ItemSide(self.mean_, self.item_bias_, self.item_factors_, self.item_noise_, self.row_variances_)

    def _user_rows(self, user_idx: IntArray) -> FloatArray:
        """(b, d + 1), 0 for -1."""
        rows, known = np.zeros((len(user_idx), len(self.row_variances_))), user_idx >= 0
        if known.any():
            theirs = self.ratings.by_user.take(user_idx[known])
            rows[known] = user_rows(theirs, theirs.values, self._items)
        return rows

    def score_users(self, user_idx: IntArray) -> FloatArray:
        rows = self._user_rows(user_idx)
        return self.mean_ + rows[:, :1] + self.item_bias_ + rows[:, 1:] @ self.item_factors_.T

    def score_pairs(self, user_idx: IntArray, item_idx: IntArray, timestamps: IntArray | None = None) -> FloatArray:
        users, row_of = np.unique(user_idx, return_inverse=True)
        rows, known = self._user_rows(users)[row_of], (item_idx >= 0)
        of_item = self.item_bias_[item_idx] + np.einsum("bf,bf->b", rows[:, 1:], self.item_factors_[item_idx])
        return self.mean_ + rows[:, 0] + np.where(known, of_item, 0)

    def score_profile(self, profile: UserProfile) -> FloatArray:
        (model,) = self.row_models()
        return model.offset + model.design @ model.posterior(profile.item_idx, profile.values).mean

    def reasons(self, who: int | UserProfile, item_idx: int) -> Reasons:
        """The row is linear in the ratings, so each has a part of p · q of its own; none is left to training."""
        items, values = self.past_ratings(who)
        (model,) = self.row_models()
        design = model.design[items] / model.noise[items, None]
        moves = np.linalg.solve(model.precision + design.T @ model.design[items], design.T)  # (d + 1, m)
        moves = moves * (values - model.offset[items])
        parts = self.item_factors_[item_idx].astype(np.float64) @ moves[1:]
        return Reasons(self.mean_, float(moves[0].sum()), float(self.item_bias_[item_idx]), item_idx=items, parts=parts)

    def row_models(self) -> list[RowModel]:
        items = self._items
        precision = np.diag(1 / items.prior)
        return [RowModel(items.design, items.bias + items.mean, np.zeros(len(precision)), precision, items.noise)]

    def rows_by_model(self, user_idx: IntArray) -> list[FloatArray]:
        return [self._user_rows(user_idx)]
