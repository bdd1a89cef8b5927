"""POST /api/whatif: what a list would be with other ratings, seen before anything is kept; nothing ever is."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from fastapi import APIRouter
from pydantic import BaseModel, Field

from cofactor.arrays import Id
from cofactor.contract.indices import find
from cofactor.serving.opened import OnShelf, OpenModel, expect_people
from cofactor.serving.pages.given_ratings import GivenRatings, by_item
from cofactor.serving.pages.lists import RecommendedList, list_of_newcomer
from cofactor.serving.pages.reasons import ReasonsAnswer, reasons_of
from cofactor.serving.pages.rows import JsonId

__all__ = ["Mark", "WhatIf", "marks_of", "routes", "what_if"]

routes = APIRouter(prefix="/api/whatif", tags=["people"])

SAYS = (
    "Both lists are worked out from the ratings alone, as for somebody new, so that nothing but the change can make "
    "them differ. Nothing is kept."
)


class Question(BaseModel):
    """The user whose ratings are changed (None: nobody), the changes, the length of the lists, and the condition that
    their items meet."""

    user: int | str | None = None
    changes: GivenRatings
    n: int = Field(10, ge=1, le=100)
    where: str | None = None


class WhyQuestion(BaseModel):
    """The user whose ratings are changed, the changes, and the item whose score is asked about.

    counterfactual: whether the ratings that its place hangs on are looked for
    """

    user: int | str | None = None
    changes: GivenRatings
    item: int | str
    counterfactual: bool = False


@dataclass(frozen=True)
class Mark:
    """The fate of an item: it enters or leaves the list, rises, falls, or stays; its ranks, None off the list."""

    item: JsonId
    title: str
    mark: str
    before: int | None
    after: int | None


@dataclass(frozen=True)
class WhatIf:
    """A list before and after some changes, and the fate of each item that is on either."""

    before: RecommendedList
    after: RecommendedList
    marks: list[Mark]
    says: str


@routes.post("")
def whatif(question: Question, shelf: OnShelf) -> WhatIf:
    """The list of somebody with some ratings changed, beside that without the changes."""
    if question.user is not None:
        expect_people(shelf)
    changes = by_item(question.changes)
    return what_if(shelf.opened, question.user, changes, question.n, question.where)


@routes.post("/reasons")
def why(question: WhyQuestion, shelf: OnShelf) -> ReasonsAnswer:
    """Why an item has its score for somebody with some ratings changed."""
    if question.user is not None:
        expect_people(shelf)
    rated, attributes = _person(shelf.opened, question.user)
    changed = _changed(shelf.opened, rated, by_item(question.changes))
    return reasons_of(
        shelf.opened, changed, question.item, counterfactual=question.counterfactual, attributes=attributes
    )


def what_if(
    opened: OpenModel, user: Id | None, changes: Mapping[Any, float | None], n: int, where: str | None = None
) -> WhatIf:  # fmt: skip
    """Both lists. Raises as `list_of_newcomer` does."""
    rated, attributes = _person(opened, user)
    before = list_of_newcomer(opened, rated, n, attributes, where)
    after = list_of_newcomer(opened, _changed(opened, rated, changes), n, attributes, where)
    return WhatIf(before, after, marks_of(before, after), SAYS)


def marks_of(before: RecommendedList, after: RecommendedList) -> list[Mark]:
    """The fate of each item of either list: those of the new one in its order, then those that left."""
    old, new = ({row.item: row for row in one.rows} for one in (before, after))
    there = [
        _mark(row.item, row.title, old[row.item].rank if row.item in old else None, row.rank) for row in after.rows
    ]
    gone = [Mark(row.item, row.title, "leaves", row.rank, None) for row in before.rows if row.item not in new]
    return there + gone


def _mark(item: Id, title: str, before: int | None, after: int) -> Mark:
    if before is None:
        return Mark(item, title, "enters", None, after)
    word = "stays" if before == after else "rises" if after < before else "falls"
    return Mark(item, title, word, before, after)


def _changed(
    opened: OpenModel, rated: Mapping[Id, float], changes: Mapping[Any, float | None]
) -> dict[Id, float]:  # fmt: skip
    """The ratings with the changes made; an item may be named by its title."""
    ratings = opened.model.ratings
    ids = ratings.items.gather(find(ratings, "item", list(changes))).tolist()
    changed = {**rated, **dict(zip(ids, changes.values(), strict=True))}
    return {item: value for item, value in changed.items() if value is not None}


def _person(opened: OpenModel, user: Id | None) -> tuple[dict[Id, float], dict[str, Any]]:
    """Somebody's ratings, and their attributes where the model learned from such."""
    if user is None:
        return {}, {}
    ratings = opened.model.ratings
    idx = find(ratings, "user", [user])
    items, values = ratings.some_rows("user", idx).of(0)
    rated = dict(zip(ratings.items.gather(items).tolist(), values.astype(float).tolist(), strict=True))
    known = {name: column[0] for name, column in ratings.attributes_of("user", idx).items()}
    learns = opened.model.abilities.learns_attributes
    return rated, {name: one for name, one in known.items() if one is not None and one == one} if learns else {}
