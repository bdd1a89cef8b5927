"""What gradient descent and least squares on ratings share: biased factors, their priors, and how they answer.

    r_ui ≈ squash(μ + b_u + b_i + p_u · q_i)

Koren, Bell & Volinsky, "Matrix factorization techniques for recommender systems", IEEE Computer 2009, eq. 4
[koren2009matrix].
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar, Literal

import numpy as np

from cofactor.arrays import Array, BoolArray, FloatArray, IntArray, rows_or_zero
from cofactor.contract.abilities import Abilities, unsupported
from cofactor.contract.forgetting import Forgetting
from cofactor.contract.learned import floats, number, precision
from cofactor.contract.profile import UserProfile
from cofactor.contract.row_posterior import RowPosterior
from cofactor.errors import BadOption
from cofactor.kernels.blas import quiet_blas
from cofactor.kernels.posterior.single_row import row_mean, sigmoid_row_mean
from cofactor.models._attribute_mixin import AttributeMixin, learned_attributes
from cofactor.nets.embeddings import Embeddings, slope, squash
from cofactor.posterior.everybody import Everybody
from cofactor.posterior.row_model import RowModel
from cofactor.posterior.row_prior import (
    MAX_SAMPLE,
    N_PROBE_ROWS,
    LinearisedRatings,
    PriorEvidence,
    ProbeSums,
    mean_move,
    noise_variance,
    sum_of_rows,
)
from cofactor.selection.exact import DotProducts

if TYPE_CHECKING:
    from cofactor.data.csr_rows import Rows
    from cofactor.data.joining import Joined
    from cofactor.data.ratings import Ratings

__all__ = ["BiasedFactors"]

ENOUGH_RATINGS = 200_000  # of whole users: they tell the noise, and where the rows of newcomers lie, to one per cent
MIN_NOISE = 1e-6  # variance; ratings that are all alike leave none, and precisions would be 0
MIN_VARIANCE_SHARE = 1e-4  # smallest variance of a coordinate, of the largest: float32 solves it to four digits
PAIRS_AT_ONCE = 2_000  # ratings scored at once


@dataclass(kw_only=True)
class BiasedFactors(AttributeMixin):
    """Factors and biases of users and items; a subclass learns them.

    Parameters are centred on the expected future row, whose part of the score lies in μ and the biases, so a zero row
    predicts for a user without ratings. With `attributes` that user's row is its prior mean by attributes instead, and
    first ratings are added to it.
    """

    learned: ClassVar = {
        "mean_": number(), "user_bias_": floats("n_users"), "item_bias_": floats("n_items"),
        "user_factors_": floats("n_users", "n_factors"), "item_factors_": floats("n_items", "n_factors"),
        "user_precision_": precision("n_factors + 1", "n_factors + 1", dtype="float64"),
        "item_precision_": precision("n_factors + 1", "n_factors + 1", dtype="float64"),
        "noise_": number(above=0), **learned_attributes("n_factors + 1"),
    }  # fmt: skip
    objective: ClassVar = "Predictions as near as possible to the ratings given: the square of each error is added up."

    n_factors: int = 50  # of each user and item, beside their biases

    @property
    def abilities(self) -> Abilities:
        return super().abilities._replace(
            has_vectors=True, has_posterior=True, has_row_posterior=True, needs_ratings=True
        )

    def _check_options(self) -> None:
        super()._check_options()
        if self.n_factors < 1:
            raise BadOption(f"n_factors must be at least 1, but {self.n_factors} came.")

    @property
    def _range(self) -> tuple[float, float] | None:
        """The range into which scores are squashed; None: they are not."""
        return None

    # ---- what is learned ------------------------------------------------------------------------------------

    def _set_parameters(self, parameters: Embeddings, train: "Ratings", everybody: Everybody | None = None) -> None:
        """Set what is learned from trained parameters. everybody: whom `train` has some of, where it has not all"""
        rated, known = train.user_counts > 0, train.item_counts > 0
        everybody = everybody or _everybody(parameters, train)
        p_mean = everybody.middle_user[1:].astype(np.float32)
        q_mean = parameters.item_factors.mean(axis=0, where=known[:, None])
        item_bias = parameters.item_bias + parameters.item_factors @ p_mean
        b_mean, c_mean = np.float32(everybody.middle_user[0] + p_mean @ q_mean), item_bias[known].mean()
        self.mean_ = float(b_mean + c_mean - p_mean @ q_mean)
        self.user_bias_ = np.where(rated, parameters.user_bias + parameters.user_factors @ q_mean - b_mean, 0)
        self.item_bias_ = np.where(known, item_bias - c_mean, 0)
        self.user_factors_, self.item_factors_ = parameters.user_factors - p_mean, parameters.item_factors - q_mean
        self.user_factors_[~rated], self.item_factors_[~known] = 0, 0
        self.noise_ = max(self._mean_square(train, everybody), MIN_NOISE)
        self._learn_from_attributes(train, rated, known)
        with quiet_blas():  # of matrices so small that its other threads only cost
            self._learn_priors(rated, known, everybody, np.append(c_mean, q_mean))

    def _mean_square(self, train: "Ratings", everybody: Everybody) -> float:
        """The mean squared error on the training ratings of some users, scored some at a time."""
        users, total = self._some_users(train, everybody), 0.0
        rows = train.some_rows("user", users)
        user_idx, values = np.repeat(users, rows.counts), rows.values
        for at in range(0, len(values), PAIRS_AT_ONCE):
            some = slice(at, at + PAIRS_AT_ONCE)
            errors = self.score_pairs(user_idx[some], rows.indices[some]) - values[some]
            total += float(np.square(errors).sum(dtype=np.float64))
        return total / max(1, len(values))

    def _some_users(self, train: "Ratings", everybody: Everybody) -> IntArray:
        """As many users, drawn by their ids, as have `ENOUGH_RATINGS`."""
        n_users = min(MAX_SAMPLE, -(-ENOUGH_RATINGS * everybody.n_users // max(1, everybody.n_ratings)))
        return train.users.sample(np.flatnonzero(train.user_counts), n_users)

    def _learn_from_attributes(self, train: "Ratings", rated: BoolArray, known: BoolArray) -> None:
        """Learn the rows' prior means by attributes, and set rows without ratings to them."""
        d = self.n_factors + 1
        of_users, of_items = self._attribute_priors(train, d)
        if of_users:
            of_users.learn_finally(self._rows("user"), rated)
            self.user_bias_[~rated], self.user_factors_[~rated] = _split(of_users.expected[~rated])
        if of_items:
            of_items.learn_finally(self._rows("item"), known)
            self.item_bias_[~known], self.item_factors_[~known] = _split(of_items.expected[~known])
        self._set_attributes(of_users, of_items, d)

    def _learn_priors(self, rated: BoolArray, known: BoolArray, everybody: Everybody, middle_item: FloatArray) -> None:
        """Learn the priors of users and items to come and the noise, and centre the rows on the priors' means.

        middle_item: (k + 1,) what was taken from the trained items
        """
        users, items = self._evidence("user", rated), self._evidence("item", known, self._told(everybody, middle_item))
        effective_dof = everybody.n_users * users.effective_dof + known.sum() * items.effective_dof
        self.noise_ = noise_variance(self.noise_, everybody.n_ratings, effective_dof)
        of_users, of_items = self._mean_newcomer(users, everybody), items.mean(self.noise_)
        self._recentre("item", of_items, known)
        of_users = _absorb_shift_into_bias(of_users[None], of_items)[0]
        self._recentre("user", of_users, rated)
        self.user_precision_ = self._precision(users.covariance, of_items)
        self.item_precision_ = self._precision(items.covariance, of_users)

    def _evidence(
        self, side: Literal["user", "item"], has_ratings: BoolArray, told: ProbeSums | None = None
    ) -> PriorEvidence:
        """By a sample of the rows, and closely by some of these. told: of which all that was rated is known already"""
        ids, rows = self.ratings.users if side == "user" else self.ratings.items, np.flatnonzero(has_ratings)
        some = self._residual_rows(side, ids.sample(rows, MAX_SAMPLE))
        probes = told or ProbeSums.of(self._linearised_ratings(side, ids.sample(rows, N_PROBE_ROWS)))
        return PriorEvidence(some, self.noise_, probes)

    def _mean_newcomer(self, users: PriorEvidence, everybody: Everybody) -> FloatArray:
        """(k + 1,) the mean of future users."""
        from cofactor.posterior.fold_in import fold_in_rows

        ratings, precision = self.ratings, self.noise_ * np.linalg.inv(users.covariance)
        some = self._some_users(ratings, everybody)
        trained, theirs = self._rows("user", some), ratings.some_rows("user", some)
        expected = self._expected("user", ratings.attributes_of("user", some), len(some))
        found = fold_in_rows(theirs, self._rows("item"), self.mean_, precision, self._range, expected, near=trained)
        if not np.isfinite(found).all():  # single precision loses the prior beside many ratings in few directions
            return users.mean(self.noise_)
        return mean_move(trained - expected, found - expected)

    def _told(self, everybody: Everybody, middle_item: FloatArray) -> ProbeSums | None:
        """What all raters say of some items, where not all ratings are at hand."""
        if (raters := everybody.raters) is None:
            return None
        expected = self._expected("item", self.ratings.attributes_of("item", raters.items), len(raters.items))
        rows = self._residual_rows("item", raters.items)
        return raters.about(rows, everybody.middle_user[1:], middle_item + expected)

    def _precision(self, covariance: FloatArray, others_from: FloatArray) -> FloatArray:
        """noise · covariance⁻¹ after the other side was centred on `others_from`; positive definite however rounded."""
        half = _absorb_shift_into_bias(covariance, others_from)
        sizes, axes = np.linalg.eigh(_absorb_shift_into_bias(half.T, others_from))
        return self.noise_ * (axes / np.maximum(sizes, MIN_VARIANCE_SHARE * sizes[-1])) @ axes.T

    def _residual_rows(self, side: Literal["user", "item"], rows: IntArray) -> FloatArray:
        """(n, k + 1) these rows less their prior means by attributes."""
        return self._rows(side, rows) - self._expected(side, self.ratings.attributes_of(side, rows), len(rows))

    def _linearised_ratings(self, side: Literal["user", "item"], rows: IntArray) -> Iterator[LinearisedRatings]:
        theirs = self.ratings.some_rows(side, rows)
        ratings = zip(*(np.split(part, theirs.indptr[1:-1]) for part in (theirs.indices, theirs.values)), strict=True)
        for at, row, (idx, values) in zip(rows, self._residual_rows(side, rows), ratings, strict=True):
            whole = self._rows(side, np.array([at]))[0]
            yield self._linearised(whole, idx, values, "item" if side == "user" else "user")._replace(row=row)

    def _linearised(
        self, row: FloatArray, idx: IntArray, values: FloatArray, others_are: Literal["user", "item"] = "item"
    ) -> LinearisedRatings:
        """The ratings (m,) of a row [bias, factors], linearised at it. idx: (m,) the others of its pairs"""
        others = self._rows(others_are, idx)
        design = np.column_stack([np.ones(len(idx), np.float32), others[:, 1:]])
        scores = squash(self.mean_ + design @ row + others[:, 0], self._range)
        if self._range is not None:
            design *= slope(scores, self._range)[:, None]
        return LinearisedRatings(row, design, values - scores)

    def _recentre(self, side: Literal["user", "item"], start: FloatArray, has_ratings: BoolArray) -> None:
        """Move the centre of a side's rows from 0 to `start` (k + 1,); no score changes.

        Rows without ratings stay where they are, at their prior means.
        """
        start = start.astype(np.float32)
        self.mean_ += float(start[0])
        if side == "user":
            _subtract(self.user_bias_, self.user_factors_, start, has_ratings)
            self.item_bias_ += self.item_factors_ @ start[1:]
            self.item_coefficients_ = _absorb_shift_into_bias(self.item_coefficients_, start)
        else:
            _subtract(self.item_bias_, self.item_factors_, start, has_ratings)
            self.user_bias_ += self.user_factors_ @ start[1:]
            self.user_coefficients_ = _absorb_shift_into_bias(self.user_coefficients_, start)

    def _rows(self, side: Literal["user", "item"], idx: IntArray | slice = slice(None)) -> FloatArray:
        """(n, k + 1) [bias, factors]."""
        if side == "user":
            return np.column_stack([self.user_bias_[idx], self.user_factors_[idx]])
        return np.column_stack([self.item_bias_[idx], self.item_factors_[idx]])

    def updated_state(self, joined: "Joined") -> dict[str, FloatArray]:
        from cofactor.posterior.fold_in import fold_in_new

        of_users = self._folded_in("user", joined.ratings, joined.users)
        of_items = self._folded_in("item", joined.ratings, joined.items)
        users, items = fold_in_new(joined, self._rows("user"), self._rows("item"), of_users, of_items)
        return _named("user", users) | _named("item", items)

    @property
    def forgetting(self) -> Forgetting:
        return "re-solved locally"

    def state_without(self, user_idx: IntArray, remaining: "Ratings") -> dict[str, FloatArray]:
        """The items that they had are solved on the ratings that remain, the users being given; all else stays.

        So do items some of whose ratings lie elsewhere: they were solved from those alone.
        """
        touched, items = self.ratings.items_of(user_idx), self._rows("item")
        touched = touched[self.ratings.are_all_held(touched)]
        users = np.delete(self._rows("user"), user_idx, axis=0)
        with quiet_blas():
            items[touched] = self._solved_items(touched, remaining, users)
        return _named("user", users) | _named("item", items)

    def _solved_items(self, touched: IntArray, ratings: "Ratings", users: FloatArray) -> FloatArray:
        """(b, k + 1) the posterior means of these items. users: (n_users, k + 1) [bias, factors]"""
        return self._folded_in("item", ratings, touched)(ratings.by_item.take(touched), users)

    def _folded_in(
        self, side: Literal["user", "item"], ratings: "Ratings", which: IntArray
    ) -> Callable[["Rows", FloatArray], FloatArray]:
        """From the ratings of these rows of a side, and the other side's rows, to their posterior means."""
        from cofactor.posterior.fold_in import fold_in_rows

        expected = self._expected(side, ratings.attributes_of(side, which), len(which))
        precision = self.user_precision_ if side == "user" else self.item_precision_
        return lambda rows, others: fold_in_rows(rows, others, self.mean_, precision, self._range, expected)

    # ---- answers ------------------------------------------------------------------------------------------

    def score_users(self, user_idx: IntArray) -> FloatArray:
        factors, bias = rows_or_zero(self.user_factors_, user_idx), rows_or_zero(self.user_bias_, user_idx)
        scores = factors @ self.item_factors_.T
        scores += self.item_bias_ + np.float32(self.mean_)
        scores += bias[:, None]
        return squash(scores, self._range)

    def dot_products(self) -> DotProducts:
        """[p, μ + b_u, 1] · [q, 1, b_i]; the sigmoid changes no order."""

        def users(idx: IntArray) -> FloatArray:
            bias = rows_or_zero(self.user_bias_, idx) + np.float32(self.mean_)
            return np.column_stack([rows_or_zero(self.user_factors_, idx), bias, np.ones_like(bias)])

        items = np.column_stack([self.item_factors_, np.ones_like(self.item_bias_), self.item_bias_])
        return DotProducts(items, users, lambda products: squash(products, self._range))

    def score_pairs(self, user_idx: IntArray, item_idx: IntArray, timestamps: IntArray | None = None) -> FloatArray:
        p, q = rows_or_zero(self.user_factors_, user_idx), rows_or_zero(self.item_factors_, item_idx)
        bias = rows_or_zero(self.user_bias_, user_idx) + rows_or_zero(self.item_bias_, item_idx)
        return squash(np.einsum("bf,bf->b", p, q) + bias + np.float32(self.mean_), self._range)

    def score_profile(self, profile: UserProfile) -> FloatArray:
        expected = self._expected_row("user", profile.attributes)
        row = self._fold_in(profile.item_idx, profile.values, expected).astype(np.float32)
        return squash(self.mean_ + row[0] + self.item_bias_ + self.item_factors_ @ row[1:], self._range)

    def _fold_in(self, item_idx: IntArray, values: FloatArray, expected: FloatArray) -> FloatArray:
        """(k + 1,) [b, p]: the posterior mean of a row with these ratings and this prior mean."""
        design = np.column_stack([np.ones(len(item_idx)), self.item_factors_[item_idx]])
        offset = self.mean_ + self.item_bias_[item_idx] + design @ expected
        if self._range is None:
            return expected + row_mean(design, values - offset, self.user_precision_)
        return expected + sigmoid_row_mean(design, offset, values, self.user_precision_, *self._range)

    def row_models(self) -> list[RowModel]:
        """One; under y_range the sigmoid is linearised at the scores of the average user."""
        design = np.column_stack([np.ones_like(self.item_bias_), self.item_factors_])
        offset, prior = self.item_bias_ + np.float32(self.mean_), np.zeros(design.shape[1])
        if self._range is not None:
            offset = squash(offset, self._range)
            design = design * slope(offset, self._range)[:, None]
        noise = np.full(len(design), self.noise_)
        return [RowModel(design, offset, prior, self.user_precision_ / self.noise_, noise)]

    def rows_by_model(self, user_idx: IntArray) -> list[FloatArray]:
        return [self._rows("user", user_idx)]

    def expected_rows_by_model(self, attributes: Mapping[str, Array], n: int) -> list[FloatArray]:
        if not self.abilities.learns_attributes:
            raise unsupported(self, "learns_attributes")
        return [self._expected("user", attributes, n)]

    def row_posterior(self, side: Literal["user", "item"]) -> RowPosterior:
        """Given the other side. Under y_range the sigmoid is linearised at the other side's average scores."""
        from cofactor.models._row_posterior import posterior_given_others

        of_items, other, ratings = side == "item", "user" if side == "item" else "item", self.ratings
        rows, others = ratings.by_item if of_items else ratings.by_user, self._rows(other)
        own, theirs = (self.item_precision_, self.user_precision_)[:: 1 if of_items else -1]
        expected = self._expected(other, ratings.attributes_of(other, np.arange(len(others))), len(others))
        # of the whole population: what attributes let expect, and about that
        covariance = self.noise_ * np.linalg.inv(theirs) + np.cov(expected.T, bias=True)
        prior = covariance, own, self.noise_
        return posterior_given_others(rows, self.row_vectors(side), others, prior, self.mean_, self._range)

    def row_vectors(self, side: Literal["user", "item"]) -> FloatArray:
        return self.user_factors_ if side == "user" else self.item_factors_


def _everybody(parameters: Embeddings, train: "Ratings") -> Everybody:
    """All of a table in memory."""
    rated = train.user_counts > 0
    n_users = int(np.count_nonzero(rated))
    bias = parameters.user_bias.sum(where=rated, dtype=np.float64)
    middle = np.append(bias, sum_of_rows(parameters.user_factors, rated)) / max(1, n_users)
    return Everybody(n_users, len(train), middle)


def _named(side: Literal["user", "item"], rows: FloatArray) -> dict[str, FloatArray]:
    """The rows [bias, factors] of a side as the learned arrays hold them."""
    bias, factors = _split(rows)
    return {f"{side}_bias_": bias, f"{side}_factors_": factors}


def _split(rows: FloatArray) -> tuple[FloatArray, FloatArray]:
    """The bias and the factors of rows [bias, factors], as copies."""
    return rows[:, 0].copy(), rows[:, 1:].copy()


def _subtract(bias: FloatArray, factors: FloatArray, start: FloatArray, where: BoolArray) -> None:
    """Subtract `start` from some rows, in place and without a copy."""
    np.subtract(bias, start[0], out=bias, where=where)
    np.subtract(factors, start[1:], out=factors, where=where[:, None])


def _absorb_shift_into_bias(rows: FloatArray, by: FloatArray) -> FloatArray:
    """(n, k + 1) [bias, factors] after the other side's rows were shifted by -`by`; the bias takes up the change."""
    return np.column_stack([rows[:, 0] + rows[:, 1:] @ by[1:], rows[:, 1:]])
