"""The cold-start ladder: recommendations from the best available evidence, from own ratings down to popularity.

    own ratings    the posterior of the user's row in the model
    attributes     the prior mean of people with the same attributes, where the model learns from attributes
    group          the mean ratings of the user's group, shrunk towards those of all (by `damping` ratings)
    popularity     the mean ratings of all, of the newest `window_days` where the ratings have times

The first two are the posterior of the user's row, with ratings or without; the others are used where the model has no
answer. Every recommendation names its rung and its doubt, the standard deviation of the rating.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Any, Literal, NamedTuple

import numpy as np

from cofactor.arrays import BoolArray, FloatArray, Id, IntArray
from cofactor.coldstart.shrunken_means import ShrunkenMeans
from cofactor.contract.profile import Newcomer, expect_attributes, rating_of
from cofactor.data.tables import Table
from cofactor.errors import BadOption, shown
from cofactor.hyperparameters import conformed
from cofactor.kernels.ranking.lists import SeenItems
from cofactor.kernels.ranking.top_scores import top_scores
from cofactor.ranking import ListColumn, Ranking, list_length
from cofactor.recommender import Recommender, expect_model

__all__ = ["Ladder", "LadderAnswer", "Rung"]


class Rung(StrEnum):
    """The evidence that a recommendation is based on."""

    RATINGS = "own ratings"
    ATTRIBUTES = "attributes"
    GROUP = "group"
    POPULARITY = "popularity"


class LadderAnswer(NamedTuple):
    """The scores of all items for one person, and the rung they come from."""

    rung: Rung
    n_known: int  # the number of their ratings that were used
    scores: FloatArray  # (n_items,), higher is better
    doubt: FloatArray  # (n_items,) standard deviation of each item's rating; nan where it is not known


@dataclass(frozen=True)
class Ladder:
    """A fitted model with fallbacks for people of whom it knows too little.

    Raises `BadOption` for a group that users do not have as an attribute, and for options out of range.

    >>> import cofactor as cf
    >>> model = cf.MatrixFactorization(n_factors=8).fit(cf.load("tastes"), progress=False)
    >>> Ladder(model).answer("nobody knows me").rung
    <Rung.POPULARITY: 'popularity'>
    >>> Ladder(model).answer({"Inception (2010)": 5}).rung
    <Rung.RATINGS: 'own ratings'>
    """

    model: Recommender
    group: str | None = None  # a user attribute whose values are groups
    damping: float = 25.0  # number of ratings that the mean of all counts as, in that of a group or of new ratings
    window_days: float | None = None  # days before the newest rating that popularity counts; None: all

    def __post_init__(self) -> None:
        expect_model(self.model, "A ladder stands on")
        for name, kind in (("group", str | None), ("damping", float), ("window_days", float | None)):
            object.__setattr__(self, name, conformed(name, kind, getattr(self, name)))
        if self.damping < 0:
            raise BadOption(f"damping counts ratings, 0 or more, but {self.damping} came.")
        ratings = self.model.ratings
        if self.group is not None and self.group not in ratings.user_attributes:
            known = ", ".join(ratings.user_attributes) or "none at all"
            raise BadOption(f"Users have no attribute {self.group!r} to group them by. They have: {known}.")
        if self.window_days is not None and (ratings.timestamps is None or not self.window_days > 0):
            raise BadOption("window_days is a number of days above 0, and needs ratings with times.")

    def recommend(
        self, who: Id | Newcomer, n: int = 10, *, attributes: Mapping[str, Any] | None = None, hide_seen: bool = True
    ) -> Table[ListColumn | Literal["rung", "doubt"]]:
        """The n best items for one person: a table of user, item, title, rank, score, rung and doubt.

        who: an id, known or not, or somebody new as {item: rating}; items that the model does not know are ignored
        attributes: of somebody the model does not know
        Raises `BadOption` for several people at once, and for attributes that users do not have.
        """
        return replace(self, model=self.model.snapshot())._recommend(who, n, attributes, hide_seen)

    def _recommend(self, who: Id | Newcomer, n: int, attributes: Mapping[str, Any] | None, hide_seen: bool) -> Any:
        n, hide_seen = list_length(n), conformed("hide_seen", bool, hide_seen)
        answer = self.answer(who, attributes)
        rated = self._rated_items(who) if hide_seen else np.zeros(0, np.int64)
        seen = SeenItems(np.zeros(1, np.int64), np.array([0, len(rated)]), rated)
        label = "newcomer" if isinstance(who, Mapping) else who
        ranking = Ranking([label], *top_scores(answer.scores[None], n, seen))
        ranking.warn_if_short(n, stacklevel=4)
        shown = ranking.idx[ranking.filled]
        rungs, doubts = [str(answer.rung)] * len(shown), answer.doubt[shown].tolist()
        return ranking.table(self.model.ratings, more={"rung": rungs, "doubt": doubts})

    def answer(self, who: Id | Newcomer, attributes: Mapping[str, Any] | None = None) -> LadderAnswer:
        """The answer of the highest rung with any evidence about one person.

        who, attributes: as in `recommend`     Raises `BadOption` for several people at once.
        """
        if isinstance(who, (list, set, np.ndarray)):
            raise BadOption(
                f"A ladder answers for one person at a time, but {shown(who)} came. Ask for each: "
                f"[ladder.recommend(one) for one in people]."
            )
        known = self._attributes_of(who, attributes)
        return (
            self._from_ratings(who, known)
            or self._from_attributes(who, known)
            or self._from_group(known)
            or LadderAnswer(Rung.POPULARITY, 0, *self._means.of_everybody())
        )

    # ---- the rungs ----------------------------------------------------------------------------------------

    def _from_ratings(self, who: Id | Newcomer, attributes: dict[str, Any]) -> LadderAnswer | None:
        if rated := self._newcomer_ratings(who):
            described = attributes if attributes and self.model.abilities.learns_attributes else None
            scores = self.model.score_newcomer(rated, described)
            return LadderAnswer(Rung.RATINGS, len(rated), scores, self._doubt_of(rated))
        user = self._user(who)
        n_known = 0 if user < 0 else int(self.model.ratings.user_counts[user])
        if not n_known:
            return None
        items, values = self.model.ratings.by_user.of(user)
        doubt = self._doubt_of(dict(zip(self.model.ratings.items.gather(items).tolist(), values.tolist())))
        return LadderAnswer(Rung.RATINGS, n_known, self.model.score_users(np.array([user]))[0], doubt)

    def _from_attributes(self, who: Id | Newcomer, attributes: dict[str, Any]) -> LadderAnswer | None:
        if not (self.model.abilities.learns_attributes and _has_values(attributes)):
            return None
        user = self._user(who)
        scores = self.model.score_newcomer({}, attributes) if user < 0 else self.model.score_users(np.array([user]))[0]
        return LadderAnswer(Rung.ATTRIBUTES, 0, scores, self._doubt_of({}))

    def _from_group(self, attributes: dict[str, Any]) -> LadderAnswer | None:
        members = self._members(attributes)
        if members is None:
            return None
        return LadderAnswer(Rung.GROUP, 0, *self._means.of_group(members))

    # ---- the evidence about one person --------------------------------------------------------------------

    def _newcomer_ratings(self, who: Id | Newcomer) -> dict[Id, float]:
        """A newcomer's ratings of the items that the model knows; empty for a user's id."""
        if not isinstance(who, Mapping):
            return {}
        known = self.model.ratings.find_items(list(who)) >= 0
        return {item: rating_of(value) for (item, value), here in zip(who.items(), known, strict=True) if here}

    def _attributes_of(self, who: Id | Newcomer, attributes: Mapping[str, Any] | None) -> dict[str, Any]:
        """The attributes that the table has of a known user, replaced by those of the call."""
        attributes = {} if attributes is None else dict(expect_attributes(self.model.ratings, attributes))
        user = self._user(who)
        of_table = {} if user < 0 else {name: c[user] for name, c in self.model.ratings.user_attributes.items()}
        return of_table | dict(attributes)

    def _user(self, who: Id | Newcomer) -> int:
        """The index of a user the model knows; -1 for anybody else."""
        return -1 if isinstance(who, Mapping) else int(self.model.ratings.users.find([who])[0])

    def _rated_items(self, who: Id | Newcomer) -> IntArray:
        """The indices of the items that they have rated and the model knows, ascending."""
        if isinstance(who, Mapping):
            found = self.model.ratings.find_items(list(who))
            return np.sort(found[found >= 0]).astype(np.int64)
        return self.model.ratings.by_user.of(self._user(who))[0].astype(np.int64)

    def _doubt_of(self, rated: Mapping[Id, float]) -> FloatArray:
        """(n_items,) the standard deviation of a rating of each item, given these ratings; nan without a posterior."""
        if not self.model.abilities.has_posterior:
            return np.full(self.model.ratings.n_items, np.nan)
        idx = self.model.ratings.find_items(list(rated))
        values = np.array(list(rated.values()), np.float64)
        expected = [rows.expected(rows.posterior(idx, values)) for rows in self.model.row_models()]
        means, variances = (np.array(column) for column in zip(*expected, strict=True))
        return np.sqrt(variances.mean(axis=0) + means.var(axis=0))

    # ---- groups and popularity ----------------------------------------------------------------------------

    def _members(self, attributes: Mapping[str, Any]) -> BoolArray | None:
        """(n_ratings,) mask of the ratings by the group with these attributes; None: no group."""
        value = attributes.get(self.group) if self.group is not None else None
        if isinstance(value, np.ndarray):
            raise BadOption(f"The {self.group!r} of one person is a single value, but {shown(value)} came.")
        if value is None or value != value:
            return None
        users = np.array([one == value for one in self.model.ratings.user_attributes[str(self.group)].tolist()])
        members = users[self.model.ratings.user_idx]
        return members if members.any() else None

    @property
    def _means(self) -> ShrunkenMeans:
        """The means of the model's present ratings, which an update may have changed."""
        return ShrunkenMeans(self.model.ratings, self.damping, self.window_days)


def _has_values(attributes: Mapping[str, Any]) -> bool:
    return any(value is not None and value == value for value in attributes.values())
