"""Why an item has its score for somebody, as JSON: the parts of `explain`, and the ratings that it hangs on."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from cofactor.arrays import Id
from cofactor.contract.counterfactual import Counterfactual
from cofactor.contract.explanation import Explanation
from cofactor.contract.indices import find
from cofactor.serving.opened import OpenModel
from cofactor.serving.pages.about import prediction_meaning, score_meaning
from cofactor.serving.pages.rows import ItemRow, JsonId, item_rows

__all__ = ["ReasonsAnswer", "reasons_of"]

APPROXIMATE = "The parts are approximate: what one rating adds depends on the others."
ADDED_UP = "The parts add up to the score."
OF_PREDICTION = "This is why the predicted rating is what it is; the list is ordered by another score."
BEFORE_SIGMOID = "The parts add up to the sum, which the sigmoid of y_range turns into the score."


@dataclass(frozen=True)
class ReasonPart:
    """A part of a score: of all pairs ("base"), of the user, the item, …, or of a past rating, with its item
    part: what it adds to the sum     score_part: its share of the score itself"""

    reason: str
    item: JsonId | None
    title: str | None
    rating: float | None
    part: float
    score_part: float


@dataclass(frozen=True)
class CounterfactualAnswer:
    """The fewest past ratings found without which the item would not be among the n best, and a sentence about it."""

    found: bool
    n: int
    without: list[ItemRow]
    says: str


@dataclass(frozen=True)
class ReasonsAnswer:
    """Why an item has its score. squashed: the parts add up to `sum`, and the score is its sigmoid
    approximate: the parts add up only with what the past ratings add jointly"""

    user: JsonId | None
    item: JsonId
    title: str
    score: float
    sum: float
    squashed: bool
    approximate: bool
    unit: str
    interval: tuple[float, float] | None
    parts: list[ReasonPart]
    says: str
    counterfactual: CounterfactualAnswer | None
    python: str


def reasons_of(
    opened: OpenModel, who: Id | Mapping[Id, float], item: Id, *, counterfactual: bool = False, n: int = 10,
    attributes: Mapping[str, Any] | None = None,
) -> ReasonsAnswer:  # fmt: skip
    """The reasons of a user's item, or of somebody's who is new. Raises as `explain` and `counterfactual` do."""
    model, ratings = opened.model, opened.model.ratings
    is_new = isinstance(who, Mapping)
    person: Any = dict(who) if is_new else ratings.users.gather(find(ratings, "user", [who])).tolist()[0]
    options = {"attributes": dict(attributes)} if attributes and is_new else {}
    found = model.explain(person, item, **options)
    without = model.counterfactual(person, found.item, n, **options) if counterfactual else None
    words = "".join(f", {name}={value!r}" for name, value in options.items())
    return ReasonsAnswer(
        None if is_new else person, found.item, found.title, found.score, found.total,
        found.reasons.squashed is not None, found.approximate, _unit(opened), found.interval,
        _parts(found), _says(opened, found), without and _counterfactual(opened, without),
        opened.python(f"model.explain({person!r}, {found.item!r}{words})"),
    )  # fmt: skip


def _parts(found: Explanation) -> list[ReasonPart]:
    columns = found.columns()
    titles = columns.get("title", [None if one is None else str(one) for one in columns["item"]])
    names = ("reason", "item", "rating", "part", "score_part")
    rows = [dict(zip(names, row)) for row in zip(*(columns[name] for name in names))]
    return [ReasonPart(title=title, **row) for title, row in zip(titles, rows, strict=True)]


def _says(opened: OpenModel, found: Explanation) -> str:
    exactly = ADDED_UP if found.reasons.squashed is None else BEFORE_SIGMOID
    says = APPROXIMATE if found.approximate else exactly
    return f"{OF_PREDICTION} {says}" if _explains_prediction(opened) else says


def _unit(opened: OpenModel) -> str:
    """The unit of the number that is explained, which need not be the one that lists are ordered by."""
    model = opened.model
    return (prediction_meaning(model) if _explains_prediction(opened) else score_meaning(model)).unit


def _explains_prediction(opened: OpenModel) -> bool:
    can = opened.model.abilities
    return can.predicts and not can.lists_by_prediction


def _counterfactual(opened: OpenModel, found: Counterfactual) -> CounterfactualAnswer:
    ratings = opened.model.ratings
    rows = item_rows(ratings, ratings.items.find(found.items)) if found.items else []
    return CounterfactualAnswer(found.found, found.n, rows, found.sheet().title)
