"""Onboarding: the item to ask a newcomer about next, and recommendations from their answers.

`variance` asks about the item whose answer is expected to lower the variance of the newcomer's ratings most (A-optimal
design; Rubens et al., "Active learning in recommender systems" [rubens2015active]):

    gain_j  =  P(know j) · a_jᵀ C M C a_j / (noise + a_jᵀ C a_j)        M = Σ_i P(know i, if they know j) a_i a_iᵀ

C is the posterior covariance of the row after the answers so far. "I don't know it" is an answer, too: it is evidence
of which other items they know, and of their tastes (`answers.py`). With attributes, the prior is centred on people who
have the same. The other strategies are baselines: `random`, `popularity`, `entropy0` [rashid2008learning]
and a decision `tree` [golbandi2011adaptive].
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Literal, NamedTuple

import numpy as np

from cofactor.arrays import Array, FloatArray, Id, IntArray
from cofactor.coldstart.answers import AnswerModel
from cofactor.coldstart.familiarity import Familiarity, learn_familiarity
from cofactor.coldstart.question_tree import QuestionTree
from cofactor.contract.absent_people import lack_of_people
from cofactor.contract.profile import attribute_columns, check_values, expect_attributes, items_rated, rating_of
from cofactor.errors import NothingToAsk, Unsupported
from cofactor.hyperparameters import conformed, seed_of
from cofactor.kernels.ranking.lists import SeenItems
from cofactor.kernels.ranking.top_scores import top_scores
from cofactor.posterior.attribute_prior import AttributePrior
from cofactor.posterior.row_model import Belief
from cofactor.ranking import Ranking, list_length
from cofactor.recommender import Recommender, expect_model

__all__ = ["Answers", "Onboarding", "Question", "Strategy"]

Strategy = Literal["variance", "random", "popularity", "entropy0", "tree"]
Answers = Mapping[Id, float | None]  # {item id or title: rating, or None: I don't know it}
Attributes = Mapping[str, Any] | None  # of a newcomer; None: unknown

UNRATED_WEIGHT = 0.5  # of "unrated" in entropy0, where a rating has 1 [rashid2008learning]
N_FACTORS = 16  # of the familiarity


class AttributeProfile(NamedTuple):
    """A newcomer's attributes, and the prior mean of their familiarity by these attributes."""

    columns: dict[str, Array]  # the attributes, (1,) each
    taste: FloatArray  # (f,) the prior mean of z, their factors in the `Familiarity`


class ParsedAnswers(NamedTuple):
    """A newcomer's answers, in indices."""

    idx: IntArray  # (m,) the items that were asked about
    values: FloatArray  # (m,) their ratings; nan: they do not know the item
    profile: AttributeProfile | None


class Question(NamedTuple):
    """The item to ask about: does the newcomer know it, and how do they rate it?"""

    item: Id
    title: str
    known: float  # the probability that they know it
    gain: float  # the strategy's criterion; of "variance" the expected fall of the variance, in squared stars


@dataclass(frozen=True)
class Onboarding:
    """An interview of newcomers, for a fitted model with a prior of newcomers' rows (`row_models`).

    It uses the present state of the model: after an update of the model, make a new one.
    Raises `Unsupported` for the strategy "variance" with a model that has no such prior.

    >>> import cofactor as cf
    >>> model = cf.MatrixFactorization(n_factors=8).fit(cf.load("tastes"), progress=False)
    >>> interview = Onboarding(model)
    >>> first = interview.next_question({})
    >>> second = interview.next_question({first.item: None})  # they don't know it
    >>> second.item != first.item
    True
    """

    model: Recommender
    strategy: Strategy = "variance"
    seed: int = 0  # of "random"

    def __post_init__(self) -> None:
        expect_model(self.model, "Onboarding asks for")
        object.__setattr__(self, "strategy", conformed("strategy", Strategy, self.strategy))
        object.__setattr__(self, "seed", seed_of(self.seed))
        if not len(ratings := self.model.ratings):
            mend = "Write" if ratings.item_totals is not None else "Ask before it is saved, or write"
            raise Unsupported(
                f"Onboarding learns who knows which item from a model's ratings, but this {type(self.model).__name__} "
                f"{lack_of_people(ratings)}. {mend} your own questions."
            )
        if self.strategy == "variance":
            _ = self._models  # raises `Unsupported`

    def next_question(self, answers: Answers, attributes: Attributes = None) -> Question:
        """The question to ask after these answers.

        attributes: of the newcomer, as {"age": 33, …}, where the model learns from those of users
        Raises `NothingToAsk` where every item was asked about, `UnknownIds` for an answer about an item that the model
        does not know, `BadOption` for a rating off the scale and for an attribute that users do not have.
        """
        parsed = self._read(answers, attributes)
        gains = self._gains(parsed)
        gains[parsed.idx] = -np.inf
        at = int(np.argmax(gains))
        if not np.isfinite(gains[at]):
            raise NothingToAsk(f"All {len(gains):,} items that anybody has rated were asked about.")
        ratings = self.model.ratings
        (item,), (title,) = ratings.items.gather(np.array([at])).tolist(), ratings.title_of(np.array([at]))
        return Question(item, title, float(self._known(parsed)[at]), float(gains[at]))

    def check(self, answers: Answers) -> None:
        """Check the answers. Raises `UnknownIds` and `BadOption` as `next_question` does."""
        self._read(answers)

    def scores(self, answers: Answers, attributes: Attributes = None, *, chosen: bool = False) -> FloatArray:
        """(n_items,) the expected rating of each item after these answers, if it is shown to the newcomer.

        chosen: if they choose the item by themselves, as people choose what they expect to like
        Under y_range the sigmoid is linearised, as in the model's `row_models`.
        Raises as `next_question` does, and `Unsupported` where the model has no belief about newcomers.
        """
        beliefs = self._beliefs(self._read(answers, attributes))
        return np.mean([row_model.expected(belief, chosen=chosen) for row_model, belief in beliefs], axis=0)

    def rank(self, answers: Answers, n: int = 10, attributes: Attributes = None) -> Ranking:
        """The n best items after these answers; items they do not know may be among them.

        All answers count if the model has a posterior, else the ratings alone. Raises `UnknownIds` and
        `BadOption` as `next_question` does.
        """
        n = list_length(n)
        if not self.model.abilities.has_posterior:
            self._read(answers, attributes)
            rated_items = {item: rating for item, rating in answers.items() if rating is not None}
            return self.model.rank(rated_items, n, attributes=attributes)
        parsed = self._read(answers, attributes)
        rated = np.sort(parsed.idx[~np.isnan(parsed.values)])
        seen = SeenItems(np.zeros(1, np.int64), np.array([0, len(rated)]), rated.astype(np.int32))
        scores, unrated = self.scores(answers, attributes), self._counts == 0
        ranking = Ranking(["newcomer"], *top_scores(scores[None], n, seen, unrated))
        ranking.warn_if_short(n, stacklevel=3)
        return ranking

    def doubt(self, answers: Answers, attributes: Attributes = None) -> float:
        """The standard deviation of the expected ratings after these answers, over the items they are expected to know.

        The ratings' own noise is not counted. Raises as `scores` does.
        """
        beliefs = self._beliefs(self._read(answers, attributes))
        return float(np.sqrt(np.mean([row_model.variance(belief) for row_model, belief in beliefs])))

    # ---- the strategies: answers -> (n_items,) the criterion, highest first -----------------------------------

    def _gains(self, parsed: ParsedAnswers) -> FloatArray:
        criteria: dict[str, Callable[[ParsedAnswers], FloatArray]] = {
            "variance": self._variance, "random": self._random,
            "tree": lambda parsed: self._tree.gains(parsed.idx, parsed.values),
            "popularity": lambda _: self._counts.astype(float), "entropy0": lambda _: self._entropy0.copy(),
        }  # fmt: skip
        return np.where(self._counts > 0, criteria[self.strategy](parsed), -np.inf)

    def _variance(self, parsed: ParsedAnswers) -> FloatArray:
        return np.mean([row_model.gains(belief) for row_model, belief in self._beliefs(parsed)], axis=0)

    def _random(self, parsed: ParsedAnswers) -> FloatArray:
        return np.random.default_rng([self.seed, len(parsed.idx)]).random(len(self._counts))

    @cached_property
    def _tree(self) -> QuestionTree:
        return QuestionTree(self.model.ratings)

    @cached_property
    def _entropy0(self) -> FloatArray:
        """(n_items,) -Σ_c w_c p_c ln p_c / Σ_c w_c over what users may answer: each value, or "unrated"."""
        ratings, n_users = self.model.ratings, max(1, self._n_users)
        levels, level = np.unique(ratings.values, return_inverse=True)
        counts = np.zeros((ratings.n_items, 1 + len(levels)))
        np.add.at(counts, (ratings.item_idx, 1 + level), 1)
        counts[:, 0] = n_users - counts.sum(axis=1)
        share = np.maximum(counts / n_users, 1e-12)
        weights = np.append(UNRATED_WEIGHT, np.ones(len(levels)))
        return -(weights * share * np.log(share)).sum(axis=1) / weights.sum()

    # ---- beliefs ------------------------------------------------------------------------------------------

    def _read(self, answers: Answers, attributes: Attributes = None) -> ParsedAnswers:
        idx = items_rated(self.model.ratings, answers)
        values = np.array([np.nan if one is None else rating_of(one) for one in answers.values()], np.float64)
        check_values(self.model.ratings, values[~np.isnan(values)])
        if attributes is None or not len(expect_attributes(self.model.ratings, attributes)):
            return ParsedAnswers(idx, values, None)
        columns = attribute_columns(self.model.ratings, attributes)
        taste = self._taste_by_attributes.expected_of(columns, 1)[0]
        return ParsedAnswers(idx, values, AttributeProfile(columns, taste))

    def _known(self, parsed: ParsedAnswers) -> FloatArray:
        """(n_items,) the probability of knowing each item after these answers."""
        known, prior_mean = ~np.isnan(parsed.values), parsed.profile.taste if parsed.profile else None
        return self._familiarity.expected(self._familiarity.posterior(parsed.idx, known.astype(float), prior_mean).mean)

    def _beliefs(self, parsed: ParsedAnswers) -> list[tuple[AnswerModel, Belief]]:
        """The belief after these answers under each row model: there is one, or one for each posterior draw."""
        if parsed.profile is None:
            return [(row_model, row_model.posterior(parsed.idx, parsed.values)) for row_model in self._models]
        rows = self.model.expected_rows_by_model(parsed.profile.columns, 1)
        return [
            (row_model, row_model.posterior(parsed.idx, parsed.values, np.append(row[0], parsed.profile.taste)))
            for row_model, row in zip(self._difference_models, rows, strict=True)
        ]

    @cached_property
    def _models(self) -> list[AnswerModel]:
        row_models, rows = self.model.row_models(), self.model.rows_by_model(self._familiarity.users)
        return [
            AnswerModel(row_model, of_model, self._familiarity)
            for row_model, of_model in zip(row_models, rows, strict=True)
        ]

    @cached_property
    def _difference_models(self) -> list[AnswerModel]:
        """The models of the differences between people's rows and their prior means by attributes."""
        users = self._familiarity.users
        rows, known = self.model.rows_by_model(users), self.model.ratings.attributes_of("user", users)
        differences = [
            one - two for one, two in zip(rows, self.model.expected_rows_by_model(known, len(users)), strict=True)
        ]
        tastes = self._familiarity._replace(rows=self._familiarity.rows - self._taste_by_attributes.expected)
        return [AnswerModel(*one, tastes) for one in zip(self.model.row_models(), differences, strict=True)]

    @cached_property
    def _taste_by_attributes(self) -> AttributePrior:
        """The regression of the familiarity's factors on the users' attributes."""
        tastes = self._familiarity
        known = self.model.ratings.attributes_of("user", tastes.users)
        prior = AttributePrior(known, tastes.rows.shape[1])
        prior.learn_finally(tastes.rows, np.ones(len(tastes.rows), bool))
        return prior

    @cached_property
    def _familiarity(self) -> Familiarity:
        return learn_familiarity(self.model.ratings, N_FACTORS)

    @cached_property
    def _counts(self) -> IntArray:
        return self.model.ratings.item_counts

    @cached_property
    def _n_users(self) -> int:
        return int((self.model.ratings.user_counts > 0).sum())
