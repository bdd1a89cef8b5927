"""Why an item has its score for somebody, as JSON: the parts of `explain`, and the ratings that it hangs on."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from cofactor.arrays import Id
from cofactor.contract.counterfactual import Counterfactual
from cofactor.contract.explanation import Explanation
from cofactor.contract.indices import find
from cofactor.serving.about import score_meaning
from cofactor.serving.opened import OpenModel
from cofactor.serving.rows import ItemRow, item_rows

__all__ = ["ReasonsAnswer", "reasons_of"]

APPROXIMATE = "The parts are approximate: what one rating adds depends on the others."
ADDED_UP = "The parts add up to the score."
BEFORE_SIGMOID = "The parts add up to the sum, which the sigmoid of y_range turns into the score."


@dataclass(frozen=True)
class ReasonPart:
    """A part of a score: of all pairs ("base"), of the user, the item, …, or of a past rating, with its item
    part: what it adds to the sum     score_part: its share of the score itself"""

    reason: str
    item: Id | None
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

    user: Id | None
    item: Id
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
        found.reasons.squashed is not None, found.approximate, score_meaning(model).unit, found.interval,
        _parts(found), _says(found), without and _counterfactual(opened, without),
        opened.python(f"model.explain({person!r}, {found.item!r}{words})"),
    )  # fmt: skip


def _parts(found: Explanation) -> list[ReasonPart]:
    columns = found.columns()
    titles = columns.get("title", [None if one is None else str(one) for one in columns["item"]])
    names = ("reason", "item", "rating", "part", "score_part")
    rows = [dict(zip(names, row)) for row in zip(*(columns[name] for name in names))]
    return [ReasonPart(title=title, **row) for title, row in zip(titles, rows, strict=True)]


def _says(found: Explanation) -> str:
    if found.approximate:
        return APPROXIMATE
    return ADDED_UP if found.reasons.squashed is None else BEFORE_SIGMOID


def _counterfactual(opened: OpenModel, found: Counterfactual) -> CounterfactualAnswer:
    ratings = opened.model.ratings
    rows = item_rows(ratings, ratings.items.find(found.items)) if found.items else []
    return CounterfactualAnswer(found.found, found.n, rows, found.sheet().title)
