"""Somebody's list with all that a score must not stand without: its unit, its place, where it came from."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from cofactor.arrays import BoolArray, FloatArray, Id, IntArray
from cofactor.contract.indices import find
from cofactor.filtering.matching import items_where
from cofactor.ranking import Ranking
from cofactor.serving.opened import OpenModel
from cofactor.serving.pages.about import score_meaning
from cofactor.serving.pages.rows import ItemRow, item_rows, number

if TYPE_CHECKING:
    from cofactor.data.ratings import Ratings

__all__ = ["LeftOut", "ListedItem", "RecommendedList", "list_of_newcomer", "list_of_user"]

INTERVAL = 0.8  # the probability that a rating lies within the interval shown, as in `explain`
PLAIN: Mapping[str, Any] = {}
RATED, ATTRIBUTES, NOTHING = "own ratings", "attributes", "what everybody likes"


@dataclass(frozen=True)
class ListedItem(ItemRow):
    """One place of a list: its rank among all `candidates`, where the model has them the predicted rating and the
    interval that it lies in 8 times of 10; popular: whether the list of what is rated most, as long as this one, has
    it too; was: its rank by the scores alone, None where they alone made the list; value: of its own, where the list is
    blended with values"""

    rank: int
    score: float
    rating: float | None
    interval: tuple[float, float] | None
    candidates: int
    source: str
    popular: bool
    was: int | None
    value: float | None


@dataclass(frozen=True)
class LeftOut:
    """How many items could not be on a list, and why."""

    why: str
    n: int


@dataclass(frozen=True)
class RecommendedList:
    """The best items for somebody. same_as_popular: how many of them the list of what is rated most has too
    rung: the evidence that it stands on     says: what a score means"""

    rows: list[ListedItem]
    same_as_popular: int
    left_out: list[LeftOut]
    rung: str
    says: str
    python: str


def list_of_user(
    opened: OpenModel, user: Id, n: int, where: str | None = None, moved: Mapping[str, Any] = PLAIN
) -> RecommendedList:
    """The list of a user of the model. moved: the options of `recommend` that move it away from the scores alone

    Raises `UnknownIds`, `BadOption` for a condition that cannot be read, and `Unsupported` where the model lacks what
    an option needs.
    """
    model, ratings = opened.model, opened.model.ratings
    idx = find(ratings, "user", [user])
    (one,) = ratings.users.gather(idx).tolist()
    seen = ratings.some_rows("user", idx).of(0)[0]
    candidates = _candidates(ratings, seen, where)
    options: dict[str, Any] = ({"where": where} if where else {}) | dict(moved)
    ranking = candidates.ranked(n, lambda length: model.rank(one, length, **options))
    intervals = _intervals(opened, one, ranking.idx[ranking.filled])
    python = opened.python(f"model.recommend({one!r}, n={n}{_arguments(opened, options)})")
    return _listed(opened, ranking, candidates, _rung(opened, len(seen), idx), intervals, python)


def list_of_newcomer(
    opened: OpenModel, rated: Mapping[Id, float], n: int, attributes: Mapping[str, Any] | None = None,
    where: str | None = None,
) -> RecommendedList:  # fmt: skip
    """The list of somebody whose ratings are given; nothing is kept. Raises `UnknownIds`, `BadOption` for ratings off
    the scale and a condition that cannot be read, and `Unsupported` of a model that takes no newcomers in."""
    model = opened.model
    candidates = _candidates(model.ratings, model.ratings.find_items(list(rated)), where)
    options: dict[str, Any] = {"attributes": dict(attributes)} if attributes else {}
    options |= {"where": where} if where else {}
    ranking = candidates.ranked(n, lambda length: model.rank(dict(rated), length, **options))
    rung = RATED if rated else ATTRIBUTES if attributes else NOTHING
    python = opened.python(f"model.recommend({dict(rated)!r}, n={n}{_arguments(opened, options)})")
    return _listed(opened, ranking, candidates, rung, None, python)


def _arguments(opened: OpenModel, options: Mapping[str, Any]) -> str:
    values = {} if opened.item_values is None else {"item_values": opened.item_values.expression}
    return "".join(f", {name}={values.get(name, repr(value))}" for name, value in options.items())


def _listed(
    opened: OpenModel, ranking: Ranking, candidates: "_Candidates", rung: str, intervals: FloatArray | None, python: str
) -> RecommendedList:
    ratings = opened.model.ratings
    idx, scores = ranking.idx[ranking.filled], ranking.scores[ranking.filled]
    popular = _most_rated(ratings, candidates.which, len(idx))
    predicted = ranking.extra.get("rating", [None] * len(idx))
    was: list[int | None] = ranking.extra["was"].tolist() if "was" in ranking.extra else [None] * len(idx)
    values = ranking.extra.get("value")
    rows = [
        ListedItem(
            row.item, row.title, row.ratings, rank, float(scores[rank - 1]),
            None if predicted[rank - 1] is None else number(predicted[rank - 1]),
            None if intervals is None else (float(intervals[0, rank - 1]), float(intervals[1, rank - 1])),
            candidates.n, rung, bool(np.isin(idx[rank - 1], popular)),
            was[rank - 1], None if values is None else number(values[rank - 1]),
        )
        for rank, row in enumerate(item_rows(ratings, idx), 1)
    ]  # fmt: skip
    return RecommendedList(
        rows, sum(row.popular for row in rows), candidates.left_out, rung, score_meaning(opened.model).meaning, python
    )


class _Candidates(NamedTuple):
    """which: (n_items,) what could be on a list     left_out: how many of the others are not, for what reason"""

    which: BoolArray
    left_out: list[LeftOut]

    @property
    def n(self) -> int:
        return int(self.which.sum())

    def ranked(self, n: int, best: Callable[[int], Ranking]) -> Ranking:
        """The n best, or as many as there are: a shorter list needs no warning where it says what it leaves out."""
        if self.n == 0:
            return Ranking([None], np.empty((1, 0), np.int64), np.empty((1, 0), np.float32))
        return best(min(n, self.n))


def _candidates(ratings: "Ratings", seen: IntArray, where: str | None) -> _Candidates:
    rated = np.zeros(ratings.n_items, bool)
    rated[seen] = True
    outside = ~items_where(ratings, where) & ~rated if where else np.zeros(ratings.n_items, bool)
    reasons = {"already rated": rated, "outside the filter": outside}
    left_out = [LeftOut(why, int(which.sum())) for why, which in reasons.items() if which.any()]
    return _Candidates(~(rated | outside), left_out)


def _most_rated(ratings: "Ratings", open_to: BoolArray, n: int) -> IntArray:
    return np.argsort(np.where(open_to, -ratings.item_counts, 1), kind="stable")[:n]


def _rung(opened: OpenModel, n_rated: int, user_idx: IntArray) -> str:
    if n_rated and opened.model.abilities.personal:
        return RATED
    known = opened.model.ratings.attributes_of("user", user_idx)
    described = any(column[0] is not None and column[0] == column[0] for column in known.values())
    return ATTRIBUTES if described and opened.model.abilities.learns_attributes else NOTHING


def _intervals(opened: OpenModel, user: Id, item_idx: IntArray) -> FloatArray | None:
    """(2, m) the ends of each item's interval; None of a model that has none."""
    model = opened.model
    if not (model.abilities.gives_intervals and model.abilities.lists_by_prediction and len(item_idx)):
        return None
    answer = model.predict(user, model.ratings.items.gather(item_idx).tolist(), interval=INTERVAL)
    return np.stack([answer.low, answer.high])
