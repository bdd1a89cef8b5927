"""Onboarding: which item to ask a newcomer about next, and what to recommend to them after their answers.

`variance` asks what narrows the newcomer's row most where it matters (A-optimal design; Rubens et al., "Active
learning in recommender systems" [rubens2015active]):

    gain_j  =  P(know j) · a_jᵀ C M C a_j / (noise + a_jᵀ C a_j)        M = Σ_i P(know i, if they know j) a_i a_iᵀ

C is the covariance of the row by now: the gain is by how much the answer is expected to lower the variance of what
they may come to rate. "I don't know it" is an answer, too: what somebody does not know tells of what else they know,
and of their tastes (`answers.py`). Who is described begins where people like them lie. The other strategies are what it
is compared with: `random`, `popularity`, `entropy0` [rashid2008learning] and a decision `tree` [golbandi2011adaptive].
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Literal, NamedTuple

import numpy as np

from cofactor.arrays import Array, FloatArray, Id, IntArray
from cofactor.coldstart.answers import AnswerLaw
from cofactor.coldstart.familiarity import Familiarity, learn_familiarity
from cofactor.coldstart.question_tree import QuestionTree
from cofactor.contract.profile import attribute_columns, check_values, expect_attributes, items_rated, rating_of
from cofactor.errors import NothingToAsk
from cofactor.hyperparameters import conformed, seed_of
from cofactor.kernels.ranking.lists import SeenItems
from cofactor.kernels.ranking.top_scores import top_scores
from cofactor.newcomer import Belief
from cofactor.ranking import Ranking, list_length
from cofactor.recommender import Recommender, expect_model
from cofactor.training.attribute_prior import AttributePrior

__all__ = ["Answers", "Onboarding", "Question", "Strategy"]

Strategy = Literal["variance", "random", "popularity", "entropy0", "tree"]
Answers = Mapping[Id, float | None]  # {item id or title: rating, or None: I don't know it}
Attributes = Mapping[str, Any] | None  # of a newcomer; None: not described

UNRATED = 0.5  # what "unrated" weighs in entropy0, beside 1 of a rating [rashid2008learning]
TASTES = 16  # factors of who knows what


class Described(NamedTuple):
    """Somebody before they say anything."""

    columns: dict[str, Array]  # their attributes, (1,) each
    taste: FloatArray  # (f,) what somebody described so is expected to know


class Heard(NamedTuple):
    """What somebody has said."""

    idx: IntArray  # the items that were asked about
    values: FloatArray  # nan: they don't know the item
    described: Described | None


class Question(NamedTuple):
    """Do you know this item, and how do you like it?"""

    item: Id
    title: str
    known: float  # the probability that they know it
    gain: float  # by which the strategy ranks; "variance": expected fall of the variance, in squared stars


@dataclass(frozen=True)
class Onboarding:
    """Asks on behalf of a fitted model that can say what it believes of a newcomer (`newcomer_laws`), as it is now:
    a model that was updated needs a new one.

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
        if self.strategy == "variance":
            _ = self._laws  # raises where the model has none

    def next_question(self, answers: Answers, attributes: Attributes = None) -> Question:
        """The question to ask after these answers; raises `NothingToAsk` where every item was asked about.

        attributes: of the newcomer, as {"age": 33, …}, where the model learns from those of users
        Raises `UnknownIds` for an answer about an item that the model does not know, `BadOption` for one off the scale
        and for an attribute that users do not have.
        """
        heard = self._read(answers, attributes)
        gains = self._gains(heard)
        gains[heard.idx] = -np.inf
        at = int(np.argmax(gains))
        if not np.isfinite(gains[at]):
            raise NothingToAsk(f"All {len(gains):,} items that anybody has rated were asked about.")
        ratings = self.model.ratings
        (item,), (title,) = ratings.items.gather(np.array([at])).tolist(), ratings.title_of(np.array([at]))
        return Question(item, title, float(self._known(heard)[at]), float(gains[at]))

    def check(self, answers: Answers) -> None:
        """Raise `UnknownIds` or `BadOption` where `next_question` would."""
        self._read(answers)

    def scores(self, answers: Answers, attributes: Attributes = None, *, chosen: bool = False) -> FloatArray:
        """(n_items,) how somebody who answered so is expected to rate each item, were it shown to them.

        chosen: how they rate those that they come to by themselves, as people rate what they expect to like
        Under y_range the sigmoid is made linear, as in the model's `newcomer_laws`.
        Raises as `next_question` does, and `Unsupported` where the model has no belief about newcomers.
        """
        beliefs = self._beliefs(self._read(answers, attributes))
        return np.mean([law.expected(belief, chosen=chosen) for law, belief in beliefs], axis=0)

    def rank(self, answers: Answers, n: int = 10, attributes: Attributes = None) -> Ranking:
        """The n best items for somebody who answered so; what they do not know may be among them.

        By all that was answered where the model has a belief about newcomers, else by their ratings alone.
        """
        n = list_length(n)
        if not self.model.abilities.has_posterior:
            self._read(answers, attributes)
            rated_items = {item: rating for item, rating in answers.items() if rating is not None}
            return self.model.rank(rated_items, n, attributes=attributes)
        heard = self._read(answers, attributes)
        rated = np.sort(heard.idx[~np.isnan(heard.values)])
        hidden = SeenItems(np.zeros(1, np.int64), np.array([0, len(rated)]), rated.astype(np.int32))
        ranking = Ranking(
            ["newcomer"], *top_scores(self.scores(answers, attributes)[None], n, hidden, self._counts == 0)
        )
        ranking.warn_if_short(n, stacklevel=3)
        return ranking

    def doubt(self, answers: Answers, attributes: Attributes = None) -> float:
        """The standard deviation of a rating that is left after these answers, over what people come to rate,
        the noise of ratings not counted."""
        beliefs = self._beliefs(self._read(answers, attributes))
        return float(np.sqrt(np.mean([law.variance(belief) for law, belief in beliefs])))

    # ---- the strategies: what was heard -> (n_items,) the larger the sooner -----------------------------------

    def _gains(self, heard: Heard) -> FloatArray:
        ways: dict[str, Callable[[Heard], FloatArray]] = {
            "variance": self._variance, "random": self._random,
            "tree": lambda heard: self._tree.gains(heard.idx, heard.values),
            "popularity": lambda _: self._counts.astype(float), "entropy0": lambda _: self._entropy0.copy(),
        }  # fmt: skip
        return np.where(self._counts > 0, ways[self.strategy](heard), -np.inf)

    def _variance(self, heard: Heard) -> FloatArray:
        return np.mean([law.gains(belief) for law, belief in self._beliefs(heard)], axis=0)

    def _random(self, heard: Heard) -> FloatArray:
        return np.random.default_rng([self.seed, len(heard.idx)]).random(len(self._counts))

    @cached_property
    def _tree(self) -> QuestionTree:
        return QuestionTree(self.model.ratings)

    @cached_property
    def _entropy0(self) -> FloatArray:
        """-Σ_c w_c p_c ln p_c / Σ_c w_c over what users may say: each value, or nothing."""
        ratings, n_users = self.model.ratings, max(1, self._n_users)
        levels, level = np.unique(ratings.values, return_inverse=True)
        counts = np.zeros((ratings.n_items, 1 + len(levels)))
        np.add.at(counts, (ratings.item_idx, 1 + level), 1)
        counts[:, 0] = n_users - counts.sum(axis=1)
        share = np.maximum(counts / n_users, 1e-12)
        weights = np.append(UNRATED, np.ones(len(levels)))
        return -(weights * share * np.log(share)).sum(axis=1) / weights.sum()

    # ---- what they are based on ---------------------------------------------------------------------------

    def _read(self, answers: Answers, attributes: Attributes = None) -> Heard:
        ratings = self.model.ratings
        idx = items_rated(ratings, answers)
        values = np.array([np.nan if one is None else rating_of(one) for one in answers.values()], np.float64)
        check_values(ratings, values[~np.isnan(values)])
        if attributes is None or not len(expect_attributes(ratings, attributes)):
            return Heard(idx, values, None)
        columns = attribute_columns(ratings, attributes)
        return Heard(idx, values, Described(columns, self._taste_by_attributes.expected_of(columns, 1)[0]))

    def _known(self, heard: Heard) -> FloatArray:
        """(n_items,) the probability that somebody who knows, and does not know, these items knows each."""
        known, beforehand = ~np.isnan(heard.values), heard.described.taste if heard.described else None
        return self._familiarity.expected(self._familiarity.given(heard.idx, known.astype(float), beforehand).mean)

    def _beliefs(self, heard: Heard) -> list[tuple[AnswerLaw, Belief]]:
        """Under each law of the model."""
        if heard.described is None:
            return [(law, law.given(heard.idx, heard.values)) for law in self._laws]
        rows = self.model.described_under_laws(heard.described.columns, 1)
        return [
            (law, law.given(heard.idx, heard.values, np.append(row[0], heard.described.taste)))
            for law, row in zip(self._laws_beside_attributes, rows, strict=True)
        ]

    @cached_property
    def _laws(self) -> list[AnswerLaw]:
        laws, rows = self.model.newcomer_laws(), self.model.rows_under_laws(self._familiarity.users)
        return [AnswerLaw(law, of_law, self._familiarity) for law, of_law in zip(laws, rows, strict=True)]

    @cached_property
    def _laws_beside_attributes(self) -> list[AnswerLaw]:
        """Of how people differ from those who are described as they are."""
        users = self._familiarity.users
        rows, known = self.model.rows_under_laws(users), self.model.ratings.attributes_of("user", users)
        beside = [one - two for one, two in zip(rows, self.model.described_under_laws(known, len(users)), strict=True)]
        tastes = self._familiarity._replace(rows=self._familiarity.rows - self._taste_by_attributes.expected)
        return [AnswerLaw(*one, tastes) for one in zip(self.model.newcomer_laws(), beside, strict=True)]

    @cached_property
    def _taste_by_attributes(self) -> AttributePrior:
        """What people come to know, by their attributes."""
        tastes = self._familiarity
        known = self.model.ratings.attributes_of("user", tastes.users)
        prior = AttributePrior(known, tastes.rows.shape[1])
        prior.settle(tastes.rows, np.ones(len(tastes.rows), bool))
        return prior

    @cached_property
    def _familiarity(self) -> Familiarity:
        return learn_familiarity(self.model.ratings, TASTES)

    @cached_property
    def _counts(self) -> IntArray:
        return self.model.ratings.item_counts

    @cached_property
    def _n_users(self) -> int:
        return int((self.model.ratings.user_counts > 0).sum())
