"""GET /api/people/…: one person's ratings, list, reasons and neighbours; refused where no persons are shown."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, Any

import numpy as np
from fastapi import APIRouter, Depends, Query

from cofactor.arrays import Id, IntArray
from cofactor.contract.indices import find
from cofactor.data.facts import NO_TIME, utc_date
from cofactor.serving.opened import Opened, OpenModel, expect_people
from cofactor.serving.pages.bias import Bias, bias_of
from cofactor.serving.pages.list_options import ListOptions
from cofactor.serving.pages.lists import RecommendedList, list_of_user
from cofactor.serving.pages.reasons import ReasonsAnswer, reasons_of
from cofactor.serving.pages.rows import ItemRow, JsonId, item_rows, plain

if TYPE_CHECKING:
    from cofactor.data.ratings import Ratings

__all__ = ["PersonPage", "find_people", "person_page", "routes", "search_people"]

IMPORT = "from cofactor.serving.pages.people import search_people"

routes = APIRouter(prefix="/api/people", tags=["people"], dependencies=[Depends(expect_people)])

Length = Annotated[int, Query(ge=1, le=500)]


@dataclass(frozen=True)
class PersonRow:
    """A user and the number of their ratings."""

    user: JsonId
    ratings: int


@dataclass(frozen=True)
class FoundPeople:
    """The first `shown` of all `of` people that were asked for."""

    people: list[PersonRow]
    shown: int
    of: int
    python: str


@dataclass(frozen=True)
class RatedItem(ItemRow):
    """An item and the rating that a person gave it; date: the day, None where it is not known."""

    value: float
    date: str | None


@dataclass(frozen=True)
class PersonPage:
    """A person of the model. bias: how much higher than others they rate, whatever the item"""

    user: JsonId
    n: int
    mean: float | None
    bias: Bias | None
    attributes: dict[str, Any]
    ratings: list[RatedItem]
    python: str


@dataclass(frozen=True)
class NearPerson(PersonRow):
    """A neighbour among people: their similarity, and the rank of it."""

    similarity: float
    rank: int


@dataclass(frozen=True)
class NearPeople:
    """The people most similar to one, nearest first."""

    rows: list[NearPerson]
    says: str
    python: str


@routes.get("")
def people(opened: Opened, q: str = "", n: Length = 50) -> FoundPeople:
    """People whose id holds a text, the most active first."""
    return find_people(opened, q, n)


@routes.get("/{user:path}/list")
def recommended(
    user: str, opened: Opened, moved: Annotated[ListOptions, Depends()], n: Length = 10, where: str | None = None
) -> RecommendedList:
    """The best items for one person, as `recommend` has them with these options."""
    return list_of_user(opened, user, n, where, moved.arguments(opened))


@routes.get("/{user:path}/neighbours")
def neighbours(user: str, opened: Opened, n: Length = 15) -> NearPeople:
    """The people most similar to one, as `similar_users` has them."""
    return near_people(opened, user, n)


@routes.get("/{user:path}/reasons/{item:path}")
def reasons(
    user: str, item: str, opened: Opened, counterfactual: bool = False, n: Annotated[int, Query(ge=1, le=500)] = 10
) -> ReasonsAnswer:  # fmt: skip
    """Why an item has its score for one person, as `explain` has it; on request the ratings it hangs on."""
    return reasons_of(opened, user, item, counterfactual=counterfactual, n=n)


@routes.get("/{user:path}")
def person(user: str, opened: Opened) -> PersonPage:
    """One person's ratings, the highest first."""
    return person_page(opened, user)


def find_people(opened: OpenModel, text: str, n: int) -> FoundPeople:
    """The first n people whose id holds the text, the most active first, and how many there are."""
    ratings = opened.model.ratings
    found = search_people(ratings, text)
    shown = found[:n]
    columns = ratings.users.gather(shown).tolist(), ratings.user_counts[shown].tolist()
    python = opened.python(
        f"{IMPORT}\n\nmodel.ratings.users.gather(search_people(model.ratings, {text!r})[:{n}]).tolist()"
    )
    return FoundPeople([PersonRow(*row) for row in zip(*columns, strict=True)], len(shown), len(found), python)


def search_people(ratings: "Ratings", text: str) -> IntArray:
    """The users whose id holds the text, upper and lower case alike, the most active first."""
    order = np.argsort(-ratings.user_counts, kind="stable")
    if not (sought := text.strip().casefold()):
        return order
    return order[[sought in str(one).casefold() for one in ratings.users.gather(order).tolist()]]


def person_page(opened: OpenModel, user: Id) -> PersonPage:
    """The page of a person. Raises `UnknownIds`."""
    ratings = opened.model.ratings
    idx = find(ratings, "user", [user])
    items, values = ratings.some_rows("user", idx).of(0)
    order = np.lexsort((ratings.item_counts[items] * -1, -values))
    dates = _dates(opened, int(idx[0]))
    rows = [
        RatedItem(row.item, row.title, row.ratings, value, dates.get(at))
        for row, value, at in zip(
            item_rows(ratings, items[order]), values[order].astype(float).tolist(), items[order].tolist(), strict=True
        )
    ]
    attributes = {name: plain(column[0]) for name, column in ratings.attributes_of("user", idx).items()}
    bias = bias_of(opened, "user", int(idx[0]))
    (one,) = ratings.users.gather(idx).tolist()
    python = opened.python(f"model.ratings.by_user.of(model.ratings.users.find([{one!r}])[0])")
    return PersonPage(one, len(items), float(values.mean()) if len(values) else None, bias, attributes, rows, python)


def near_people(opened: OpenModel, user: Id, n: int) -> NearPeople:
    """The n people most similar to one. Raises as `similar_users` does."""
    ratings = opened.model.ratings
    (one,) = ratings.users.gather(find(ratings, "user", [user])).tolist()
    found = opened.model.nearest_users(one, n)
    counts = ratings.user_counts[ratings.users.find(found["user"])].tolist()
    rows = [NearPerson(*row) for row in zip(found["user"], counts, found["similarity"], found["rank"])]
    says = "similarity: the cosine of the two people's vectors, 1 for the same direction"
    return NearPeople(rows, says, opened.python(f"model.similar_users({one!r}, n={n})"))


def _dates(opened: OpenModel, user_idx: int) -> dict[int, str]:
    """The day of each of a user's ratings, by item index, where it is known."""
    ratings = opened.model.ratings
    if ratings.timestamps is None:
        return {}
    at = np.flatnonzero(ratings.user_idx == user_idx)
    times = zip(ratings.item_idx[at].tolist(), ratings.timestamps[at].tolist(), strict=True)
    days = {item: utc_date(time) for item, time in times if time != NO_TIME}
    return {item: f"{day:%Y-%m-%d}" for item, day in days.items() if day is not None}
