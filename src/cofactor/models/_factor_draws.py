"""Answers by draws of biased factors: means over the draws, intervals, rows that came later, models of newcomers' rows.

A row is [factors, bias], n_factors + 1 numbers; its draws lie side by side, in half precision.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar, Literal

import numpy as np

from cofactor.arrays import Array, FloatArray, IntArray
from cofactor.contract.abilities import Abilities, unsupported
from cofactor.contract.learned import doubles, encodings, floats, halves, number, positive, precision, whole_numbers
from cofactor.contract.profile import UserProfile
from cofactor.contract.row_posterior import RowPosterior
from cofactor.data.features import bag_share, learn_encodings, pack_encodings, unpack_encodings
from cofactor.kernels.absent import NO_CODES
from cofactor.kernels.scoring.half_precision import single_precision
from cofactor.posterior.row_model import RowModel
from cofactor.recommender import Recommender

if TYPE_CHECKING:
    from cofactor.data.csr_rows import Rows
    from cofactor.data.joining import Joined
    from cofactor.data.ratings import Ratings
    from cofactor.gibbs.draws import Draws
    from cofactor.gibbs.expectation import Expected
    from cofactor.gibbs.samples import PosteriorSamples

__all__ = ["FactorDraws"]

D = "n_factors + 1"  # a row: its factors and its bias
MAX_ROW_MODELS = 16  # about so many draws represent all of them where a newcomer is asked


@dataclass(kw_only=True)
class FactorDraws(Recommender):
    """Draws from the posterior of factors and biases; a subclass makes them."""

    learned: ClassVar = {
        "mean_": number(), "noise_": positive("n_kept"), "dof_": number(above=0, may_be_infinite=True),
        "user_draws_": halves("n_users", "n_kept", D), "item_draws_": halves("n_items", "n_kept", D),
        "user_mean_": floats("n_kept", D), "item_mean_": floats("n_kept", D),
        "user_prior_draws_": floats("n_kept", D), "item_prior_draws_": floats("n_kept", D),
        "user_precision_": precision("n_kept", D, D), "item_precision_": precision("n_kept", D, D),
        "user_noise_variance_": positive("n_users"), "item_noise_variance_": positive("n_items"),
        "bag_draws_": halves("n_items", "n_kept", D, when="user_bag"),
        "bag_mean_": floats("n_kept", D, when="user_bag"),
        "days_": whole_numbers("n_days", when="days", ascending=True),
        "day_draws_": halves("n_days", "n_kept", D, when="days"), "day_mean_": floats("n_kept", D, when="days"),
        "user_attribute_draws_": halves("n_user_features", "n_kept", D, when="n_user_features"),
        "item_attribute_draws_": halves("n_item_features", "n_kept", D, when="n_item_features"),
        "user_mean_features_": floats("n_user_features"), "item_mean_features_": floats("n_item_features"),
        "encodings_": encodings(),
        "cuts_": doubles("n_kept", "n_cuts", when="ordinal"), "levels_": floats("n_cuts + 1", when="ordinal"),
        "level_targets_": floats("n_cuts + 1", when="ordinal"),
    }  # fmt: skip

    n_factors: int = 32
    user_bag: bool = True  # what somebody rated, whatever the rating, says what to expect of them (SVD++)
    days: bool = False  # the day of a rating has factors, too; needs timestamps
    row_noise: bool = True  # each user and item has noise of its own: careful ratings count more
    attributes: bool = True  # and so do the attributes of users and items, where there are any
    ordinal: bool = False  # ratings are ordered levels (probit), not numbers
    seed: int = 0

    @property
    def abilities(self) -> Abilities:
        learned = hasattr(self, "user_attribute_draws_") and self.user_attribute_draws_.size > 0
        return Abilities(
            has_vectors=True, has_posterior=True, has_row_posterior=True, gives_intervals=True,
            learns_attributes=learned, needs_ratings=True,
        )  # fmt: skip

    def pair_variances(self, user_idx: IntArray, item_idx: IntArray) -> FloatArray:
        """(b,) variance over the draws plus noise; a row without ratings is drawn from the prior."""
        no_user, no_item = np.append(self.ratings.user_counts, 0) == 0, np.append(self.ratings.item_counts, 0) == 0
        users, items = (np.where(no[idx], -1, idx) for no, idx in ((no_user, user_idx), (no_item, item_idx)))
        noise, variance = self._noise_variance(users, items), np.empty(len(users))
        draws = self._draws._replace(unknown_user=self.user_prior_draws_, unknown_item=self.item_prior_draws_)
        for part, scores in draws.of_pairs(users, items, None):
            if self.ordinal:
                mean, square = (self._levels(scores, noise[part], power).mean(axis=1) for power in (1, 2))
                variance[part] = square - mean**2
            else:
                variance[part] = scores.var(axis=1) + np.mean(1 / self.noise_) * noise[part]
        return variance

    def score_pairs(self, user_idx: IntArray, item_idx: IntArray, timestamps: IntArray | None = None) -> FloatArray:
        from cofactor.gibbs.chain import days_of

        if timestamps is None or not self.days:
            return self._mean(user_idx, item_idx, None)
        asked = days_of(timestamps)
        row = np.minimum(np.searchsorted(self.days_, asked), len(self.days_) - 1)
        return self._mean(user_idx, item_idx, np.where(self.days_[row] == asked, row, -1))

    def _mean(self, user_idx: IntArray, item_idx: IntArray, day: IntArray | None) -> FloatArray:
        mean, variance = np.empty(len(user_idx), np.float32), self._noise_variance(user_idx, item_idx)
        for part, scores in self._draws.of_pairs(user_idx, item_idx, day):
            mean[part] = (self._levels(scores, variance[part]) if self.ordinal else scores).mean(axis=1)
        return mean

    def _levels(self, scores: FloatArray, variance: FloatArray, power: int = 1) -> FloatArray:
        """(b, n_draws) the mean of the rating, or of its square, given latent scores."""
        from cofactor.gibbs.likelihood import expected_level

        return expected_level(scores, self.cuts_, 1 / np.sqrt(variance)[:, None], self.levels_**power)

    def _noise_variance(self, user_idx: IntArray, item_idx: IntArray) -> FloatArray:
        """(b,) the noise variance of each pair, relative to the usual."""
        return np.append(self.user_noise_variance_, 1)[user_idx] * np.append(self.item_noise_variance_, 1)[item_idx]

    @property
    def _draws(self) -> "Draws":
        from cofactor.gibbs.draws import Draws

        rows = self.user_draws_, self.item_draws_, self.day_draws_
        return Draws(*rows, self.day_mean_, self.user_mean_, self.item_mean_, self.mean_)

    def score_users(self, user_idx: IntArray) -> FloatArray:
        return self._score_rows(self._draws.of_users(user_idx), np.append(self.user_noise_variance_, 1)[user_idx])

    def _score_rows(self, rows: FloatArray, variance: FloatArray) -> FloatArray:
        """(b, n_items) scores. rows: (b, n_draws, k + 1) of users     variance: (b,) of their noise, relative"""
        if not self.ordinal:
            return self._draws.mean_scores(rows)
        items = self._draws.of_items()
        scores = np.empty((len(rows), len(items)), np.float32)
        for at, one in enumerate(zip(rows, variance, strict=True)):
            scores[at] = self._level_of_each(items, *one)
        return scores

    def _level_of_each(self, items: FloatArray, row: FloatArray, variance: float) -> FloatArray:
        scores = np.einsum("sk,isk->is", row[:, :-1], items[..., :-1]) + row[:, -1] + items[..., -1]
        return self._levels(scores, variance * self.item_noise_variance_).mean(axis=1).astype(np.float32)

    def score_profile(self, profile: UserProfile) -> FloatArray:
        rows, variance = self._newcomer(profile)
        return self._score_rows(rows[None], np.array([variance]))[0]

    def _newcomer(self, profile: UserProfile) -> tuple[FloatArray, float]:
        """(n_draws, d) the newcomer's row at its posterior mean in each draw, and the noise variance of their ratings,
        relative to the usual."""
        from cofactor.gibbs.newcomer_rows import newcomer_rows

        items, expected = profile.item_idx, self._expected_of(profile) + self._bag_parts(profile.item_idx)[1]
        return newcomer_rows(
            self._draws.of_items(items), self.item_noise_variance_[items], self._targets(profile.values), expected,
            self.user_precision_, self.noise_, self.dof_ if self.row_noise else None,
        )  # fmt: skip

    def _expected_of(self, profile: UserProfile) -> FloatArray:
        """(n_draws, d) the prior means of somebody with these attributes."""
        from cofactor.gibbs.expectation import expected_of_one

        if profile.attributes is None or not self.user_attribute_draws_.size:
            return self.user_mean_
        of_users = unpack_encodings(self.encodings_)[0]
        known = self.user_attribute_draws_, self.user_mean_features_, of_users, profile.attributes
        return self.user_mean_ + expected_of_one(*known)

    def row_models(self) -> list[RowModel]:
        """One for each of some draws; they leave out what a newcomer's companions let expect."""
        from cofactor.gibbs.later_rows import DrawnRows

        items, row_models = DrawnRows(self.item_draws_, self.item_noise_variance_, self.day_mean_), list[RowModel]()
        for draw in self._model_draws:
            rows = items.of(draw)
            design = np.column_stack([rows[:, :-1], np.ones(len(rows), np.float32)])
            offset, noise = rows[:, -1] + np.float32(self.mean_), self.item_noise_variance_ / self.noise_[draw]
            row_models.append(RowModel(design, offset, self.user_mean_[draw], self.user_precision_[draw], noise))
        return row_models

    def rows_by_model(self, user_idx: IntArray) -> list[FloatArray]:
        return [self.user_draws_[user_idx, draw].astype(np.float32) for draw in self._model_draws]

    def expected_rows_by_model(self, attributes: Mapping[str, Array], n: int) -> list[FloatArray]:
        if not self.abilities.learns_attributes:
            raise unsupported(self, "learns_attributes")
        by_attributes = self._expected_by_attributes("user", attributes, n)
        return [by_attributes(draw) for draw in self._model_draws]

    @property
    def _model_draws(self) -> range:
        n = self.user_draws_.shape[1]
        return range(0, n, max(1, n // MAX_ROW_MODELS))

    def _bag_parts(self, item_idx: IntArray) -> tuple[FloatArray, FloatArray]:
        """(m, n_draws, d) what each item that a user has adds to the prior mean, and (n_draws, d) their sum, less that
        of the average user."""
        if not (self.user_bag and len(item_idx)):
            return np.zeros((len(item_idx), *self.user_mean_.shape), np.float32), np.zeros_like(self.user_mean_)
        parts = single_precision(self.bag_draws_[item_idx])
        parts *= bag_share(np.array(len(item_idx)))
        return parts, parts.sum(axis=0, dtype=np.float64) - self.bag_mean_

    def _targets(self, values: FloatArray) -> FloatArray:
        """(m,) the score asked for by each rating."""
        if self.ordinal:
            return self.level_targets_[np.abs(self.levels_ - values[:, None]).argmin(axis=1)]
        return values - np.float32(self.mean_)

    def row_vectors(self, side: Literal["user", "item"]) -> FloatArray:
        """(n, n_draws · k) all draws side by side: their angles do not depend on how a draw's axes are rotated."""
        draws = self.user_draws_ if side == "user" else self.item_draws_
        rated = (self.ratings.user_counts if side == "user" else self.ratings.item_counts) > 0
        return np.where(rated[:, None], draws[..., :-1].astype(np.float32).reshape(len(draws), -1), 0)

    def row_posterior(self, side: Literal["user", "item"]) -> RowPosterior:
        """By some of the draws; with `ordinal` a unit of the scores is worth what levels differ by on average there."""
        from cofactor.gibbs.row_posterior import posterior_of_draws

        unit = np.ptp(self.levels_) / max(np.ptp(self.level_targets_), 1e-12) if self.ordinal else 1.0
        draws = self.item_draws_, self.user_draws_[self.ratings.user_counts > 0], self.user_mean_
        if side == "user":
            draws = self.user_draws_, self.item_draws_[self.ratings.item_counts > 0], self.item_mean_
        return posterior_of_draws(*draws, self._model_draws, float(unit))

    # ---- what is learned --------------------------------------------------------------------------------------

    def _set_draws(self, kept: "PosteriorSamples", days: IntArray | None, train: "Ratings") -> None:
        """Set what `learned` names to the kept draws. days: (n_days,) that have rows, or None"""
        n, nothing = kept.n_kept, np.zeros((0, 0), np.float32)
        sides = kept.users, kept.items, kept.days, kept.bag  # with fewer draws than asked for if interrupted
        self.user_draws_, self.item_draws_, self.day_draws_, self.bag_draws_ = (
            np.ascontiguousarray(side.draws[:, :n]) for side in sides
        )
        self.mean_, self.days_ = train.mean, np.zeros(0, np.int64) if days is None else days
        self.bag_mean_ = np.stack(kept.bag.means) if self.user_bag else nothing
        self.user_mean_, self.item_mean_ = np.stack(kept.users.means), np.stack(kept.items.means)
        self.day_mean_ = np.stack(kept.days.means) if self.days else nothing
        self.user_prior_draws_ = np.stack(kept.users.prior_draws)
        self.item_prior_draws_ = np.stack(kept.items.prior_draws)
        self.user_precision_, self.item_precision_ = np.stack(kept.users.precisions), np.stack(kept.items.precisions)
        self.noise_ = np.array(kept.noise, np.float32)
        self.user_noise_variance_ = kept.mean_noise_variance(0, train.n_users)
        self.item_noise_variance_ = kept.mean_noise_variance(1, train.n_items)
        self.dof_ = float(np.mean(kept.dof)) if self.row_noise else float("inf")
        self.cuts_ = np.stack(kept.cuts) if self.ordinal else np.zeros((0, 0))
        self.levels_, self.level_targets_ = np.zeros(0, np.float32), np.zeros(0, np.float32)
        self._set_attributes(kept, train)

    def _set_attributes(self, kept: "PosteriorSamples", train: "Ratings") -> None:
        from cofactor.gibbs.expectation import mean_features

        n, known = kept.n_kept, (train.user_attributes, train.item_attributes)
        encodings = [learn_encodings(one) if self.attributes else [] for one in known]
        self.user_attribute_draws_ = kept.user_coefficients.draws[:, :n]
        self.item_attribute_draws_ = kept.item_coefficients.draws[:, :n]
        self.user_mean_features_, self.item_mean_features_ = map(mean_features, encodings, known)
        self.encodings_ = pack_encodings(encodings)

    def _set_levels(self, targets: FloatArray, train: "Ratings") -> None:
        """Set the ordered levels and the mean latent score of each. targets: of every rating, by user"""
        self.levels_, level = np.unique(train.by_user.values, return_inverse=True)
        sums = np.bincount(level, targets) / np.bincount(level)
        self.level_targets_, self.mean_ = sums.astype(np.float32), 0.0

    # ---- rows that came later -------------------------------------------------------------------------------

    def _expected_by_attributes(
        self, side: Literal["user", "item"], attributes: Mapping[str, Array], n: int
    ) -> "Expected":
        from cofactor.gibbs.expectation import expected_by_attributes

        of_users, of_items = unpack_encodings(self.encodings_)
        if side == "user":
            return expected_by_attributes(self.user_attribute_draws_, self.user_mean_features_, of_users, attributes, n)
        return expected_by_attributes(self.item_attribute_draws_, self.item_mean_features_, of_items, attributes, n)

    def updated_state(self, joined: "Joined") -> dict[str, FloatArray]:
        """Rows are drawn, one for each draw of the other side, so that their intervals are as honest as in `fit`."""
        from cofactor.gibbs.expectation import expected_with_bag
        from cofactor.gibbs.later_rows import DrawnRows, draw_new_rows
        from cofactor.posterior.fold_in import fold_in_new, padded_rows

        ratings, dof = joined.ratings, self.dof_ if self.row_noise else None
        bag = padded_rows(self.bag_draws_, ratings.n_items) if self.user_bag else self.bag_draws_
        variances = (
            padded_rows(self.user_noise_variance_, ratings.n_users, 1),
            padded_rows(self.item_noise_variance_, ratings.n_items, 1),
        )
        attributes = ratings.attributes_of("user", joined.users), ratings.attributes_of("item", joined.items)
        users_by_attributes = self._expected_by_attributes("user", attributes[0], len(joined.users))
        items_by_attributes = self._expected_by_attributes("item", attributes[1], len(joined.items))

        def fold_in_users(rows: "Rows", items: FloatArray) -> FloatArray:
            rows = rows._replace(levels=self._targets(rows.values), codes=NO_CODES)
            others = DrawnRows(items, variances[1], self.day_mean_)
            of_bag = expected_with_bag(self.user_mean_, rows, bag, self.bag_mean_)

            def expected(draw: int) -> FloatArray:
                return of_bag(draw) + users_by_attributes(draw)

            drawn = draw_new_rows(rows, others, expected, self.user_precision_, self.noise_, self.seed, dof)
            variances[0][joined.users] = drawn.variance
            return drawn.rows

        def fold_in_items(rows: "Rows", users: FloatArray) -> FloatArray:
            rows = rows._replace(levels=self._targets(rows.values), codes=NO_CODES)
            others = DrawnRows(users, variances[0], self.day_mean_)

            def expected(draw: int) -> FloatArray:
                return self.item_mean_[draw] + items_by_attributes(draw)

            return draw_new_rows(rows, others, expected, self.item_precision_, self.noise_, self.seed).rows

        means = self.user_mean_, self.item_mean_
        users, items = fold_in_new(joined, self.user_draws_, self.item_draws_, fold_in_users, fold_in_items, means)
        return {
            "user_draws_": users, "item_draws_": items, "bag_draws_": bag,
            "user_noise_variance_": variances[0], "item_noise_variance_": variances[1],
        }  # fmt: skip
