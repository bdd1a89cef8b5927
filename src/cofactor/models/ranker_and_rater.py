"""A ranker and a rater in one: lists ordered by what people take up, weighed by whether they will like it.

The parts are models of their own; joining them by "will take it up" times "will like it if so" is the selection and
response of Marlin & Zemel, "Collaborative prediction and ranking with non-random missing data", RecSys 2009
[marlin2009nonrandom], with each factor learned by a model that is good at it.
"""

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np

from cofactor.arrays import Array, FloatArray, IntArray
from cofactor.contract.abilities import Abilities, unsupported
from cofactor.contract.learned import number
from cofactor.contract.profile import UserProfile
from cofactor.contract.reasons import Reasons
from cofactor.contract.row_posterior import RowPosterior
from cofactor.contract.steps import Side
from cofactor.errors import BadOption
from cofactor.models._with_members import AsGiven, WithMembers, as_member, as_option, expect_share
from cofactor.recommender import Recommender

if TYPE_CHECKING:
    from cofactor.data.ratings import Ratings
    from cofactor.posterior.row_model import RowModel
    from cofactor.run.run import Run

__all__ = ["RankerAndRater"]

NORMAL_80 = 1.2816  # standard deviations to either side that hold 80 % of a normal distribution
LOGISTIC = math.pi / math.sqrt(3)  # standard deviations of a logistic distribution in its scale


@dataclass(kw_only=True)
class RankerAndRater(WithMembers):
    """score = z · P(r ≥ t) where z > 0, else z        P(r ≥ t) = 1 / (1 + exp(-(r̂ - t′) π / (σ √3)))

    z: the ranker's scores of a user, standardised over the catalogue     r̂: the rater's prediction, σ its error
    t: the lowest rating that counts as relevant, t′ half-way between it and the next lower one

    Predicted ratings order lists badly: they say what somebody would give an item, not whether they would ever take it
    up. So lists are ordered by the ranker, and the rater says which of these items will disappoint. `predict`, and the
    rating beside each item of a list, are the rater's.
    """

    learned: ClassVar = {"threshold_": number(), "error_": number(above=0)}
    objective: ClassVar = (
        "Of its two parts each its own: the ranker's, whether somebody takes an item up, and the rater's, what they "
        "would give it. Lists are ordered by both together, which nothing optimises."
    )

    ranker: AsGiven = field(default="ease", kw_only=False)
    rater: AsGiven = field(default="bayesian_mf", kw_only=False)
    weighted: bool = True  # False: lists are the ranker's alone
    error: float | None = None  # σ; None: measured on held-out ratings, for which the rater is fitted twice
    held_out: float = 0.1  # share of the training ratings on which σ is measured
    seed: int = 0  # of that part

    def _conform_options(self) -> None:
        self.ranker, self.rater = map(as_member, (self.ranker, self.rater))
        super()._conform_options()

    def options(self) -> dict[str, Any]:
        ranker, rater = map(as_option, self._given)
        return {
            "ranker": ranker, "rater": rater, "weighted": self.weighted, "error": self.error,
            "held_out": self.held_out, "seed": self.seed,
        }  # fmt: skip

    def _check_options(self) -> None:
        if not self._given[1].abilities.predicts:
            raise BadOption(f"The rater must predict ratings, but {self._given[1]!r} only ranks. Choose another.")
        if self.error is not None and not self.error > 0:
            raise BadOption(f"error must be above 0, but {self.error} came.")
        expect_share(self.held_out)

    @property
    def _given(self) -> tuple[Recommender, ...]:
        return as_member(self.ranker), as_member(self.rater)

    @property
    def abilities(self) -> Abilities:
        ranks, rates = (one.abilities for one in self._parts)
        return Abilities(
            personal=ranks.personal,
            folds_in=ranks.folds_in and rates.folds_in,
            places_items=ranks.places_items and rates.places_items,
            has_vectors=ranks.has_vectors or rates.has_vectors,
            has_item_weights=ranks.has_item_weights,
            has_posterior=rates.has_posterior,
            has_row_posterior=rates.has_row_posterior,
            gives_intervals=rates.gives_intervals,
            learns_attributes=ranks.learns_attributes and rates.learns_attributes,
            gives_reasons=rates.gives_reasons,
            reasons_add_up=rates.reasons_add_up,
            needs_ratings=True,
            lists_by_prediction=False,
        )

    # ---- training -----------------------------------------------------------------------------------------

    def _fit(self, train: "Ratings", run: "Run") -> None:
        if not train.explicit:
            raise BadOption(f"A rater needs ratings, but {train!r} are {train.kind}. Fit the ranker alone.")
        if self.error is None:
            self.threshold_, self.error_ = _threshold(train), self._measured_error(train, run)
        else:
            self._learn_own(train)
        self.fitted_ = tuple(self._fit_each(train, run))

    def _learn_own(self, train: "Ratings") -> None:
        if self.error is None:
            raise BadOption("The rater's error is measured where it is fitted. Give it here, as error=0.9.")
        self.threshold_, self.error_ = _threshold(train), self.error

    @property
    def _learns_own(self) -> bool:
        return self.error is None

    def state_without(self, user_idx: IntArray, remaining: "Ratings") -> dict[str, Any]:
        return {**super().state_without(user_idx, remaining), "threshold_": _threshold(remaining)}

    def _measured_error(self, train: "Ratings", run: "Run") -> float:
        """The root mean squared error of a rater that has not seen a part of the ratings, on that part."""
        from cofactor.data.splits.splitting import split

        part, rest = split(train, self.held_out, by="random", seed=self.seed)
        rater = self._new(part)[1].learn(part, its := run.part())
        if its.stopped:
            raise KeyboardInterrupt
        errors = rater.score_pairs(rest.user_idx, rest.item_idx, rest.timestamps) - rest.values
        return max(float(np.sqrt(np.mean(np.square(errors, dtype=np.float64)))), 1e-6)

    # ---- answers ------------------------------------------------------------------------------------------

    def notes(self) -> tuple[str, ...]:
        ranker, rater = (type(one).__name__ for one in self.fitted)
        order = f"Lists are ordered by the scores of {ranker}"
        if self.weighted:
            order += f", times the probability of a rating of {self.threshold_:g} or more by {rater}"
        return (*super().notes(), f"{order}; ratings are predicted by {rater}, to within {self.error_:.3f} (RMSE).")

    def score_users(self, user_idx: IntArray) -> FloatArray:
        ranker, rater = self.fitted
        return self._weighed(ranker.score_users(user_idx), lambda: rater.score_users(user_idx))

    def score_profile(self, profile: UserProfile) -> FloatArray:
        ranker, rater = self.fitted
        return self._weighed(ranker.score_profile(profile)[None], lambda: rater.score_profile(profile)[None])[0]

    def _weighed(self, ranked: FloatArray, rated: Callable[[], FloatArray]) -> FloatArray:
        """(b, n_items) the ranker's scores, standardised, times the probability that the rating is relevant.

        What the ranker holds for less likely than the average item stays as it is: below all that is weighed.
        """
        from cofactor.blending.lists import standardised

        scores = standardised(ranked).astype(np.float32)
        if self.weighted:
            scores *= np.where(scores > 0, self._relevant_probability(rated()), np.float32(1))
        return scores

    def _relevant_probability(self, predicted: FloatArray) -> FloatArray:
        steepness = np.float32(LOGISTIC / self.error_)
        return 1 / (1 + np.exp(np.clip(-steepness * (predicted - np.float32(self.threshold_)), -80, 80)))

    def score_pairs(self, user_idx: IntArray, item_idx: IntArray, timestamps: IntArray | None = None) -> FloatArray:
        return self.fitted[1].score_pairs(user_idx, item_idx, timestamps)

    def predict_profile(self, profile: UserProfile) -> FloatArray:
        return self.fitted[1].predict_profile(profile)

    def predictions_listed(self, who: IntArray | UserProfile, item_idx: IntArray) -> dict[str, FloatArray]:
        """The predicted rating; of users, where the rater has a posterior, also between which values 80 % of such
        ratings lie."""
        if isinstance(who, UserProfile):
            return {"rating": self._in_scale(self.predict_profile(who)[item_idx])}
        rater, found = self.fitted[1], {"rating": self.score_pairs(who, item_idx)}
        if rater.abilities.gives_intervals:
            half_width = NORMAL_80 * np.sqrt(rater.pair_variances(who, item_idx))
            found |= {"low": found["rating"] - half_width, "high": found["rating"] + half_width}
        return {name: self._in_scale(values) for name, values in found.items()}

    def _in_scale(self, values: FloatArray) -> FloatArray:
        scale = self.ratings.scale
        return np.clip(values, *scale) if scale else values

    # ---- questions that one of the two answers ------------------------------------------------------------

    def pair_variances(self, user_idx: IntArray, item_idx: IntArray) -> FloatArray:
        return self.fitted[1].pair_variances(user_idx, item_idx)

    def row_models(self) -> "Sequence[RowModel]":
        return self.fitted[1].row_models()

    def rows_by_model(self, user_idx: IntArray) -> Sequence[FloatArray]:
        return self.fitted[1].rows_by_model(user_idx)

    def expected_rows_by_model(self, attributes: Mapping[str, Array], n: int) -> Sequence[FloatArray]:
        if not self.abilities.learns_attributes:
            raise unsupported(self, "learns_attributes")
        return self.fitted[1].expected_rows_by_model(attributes, n)

    def row_posterior(self, side: Side) -> RowPosterior:
        return self.fitted[1].row_posterior(side)

    def reasons(self, who: int | UserProfile, item_idx: int) -> Reasons:
        """Those of the predicted rating."""
        return self.fitted[1].reasons(who, item_idx)

    def list_reasons(self, who: int | UserProfile, item_idx: int) -> Reasons:
        """Those of the ranker's score, where the ranker gives reasons, else of the predicted rating."""
        ranker, rater = self.fitted
        return (ranker if ranker.abilities.gives_reasons else rater).list_reasons(who, item_idx)

    def similarity(self, side: Side, idx: int) -> FloatArray:
        """(n,) similarities by the ranker, where it compares such rows, else by the rater."""
        return self._answering(f"compares_{side}s").similarity(side, idx)

    def row_vectors(self, side: Side) -> FloatArray:
        """Those of the ranker, where it has vectors, else of the rater."""
        return self._answering("has_vectors").row_vectors(side)

    def _answering(self, ability: str) -> Recommender:
        for one in self.fitted:
            if getattr(one.abilities, ability):
                return one
        raise unsupported(self, ability)


def _threshold(train: "Ratings") -> float:
    """Half-way between the lowest relevant rating and the next lower one that was given."""
    from cofactor.data.relevance import lowest_relevant

    lowest = lowest_relevant(train, train)
    if lowest is None:
        return float(train.values.min())
    lower = train.values[train.values < lowest]
    return (lowest + float(lower.max())) / 2 if len(lower) else lowest
