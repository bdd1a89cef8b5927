"""/api/audit/person: one person's ratings, and how many people have those that somebody knows; nothing is kept."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated

from fastapi import APIRouter, Depends, Query
from pydantic import BaseModel, Field

from cofactor.arrays import Id
from cofactor.errors import BadOption
from cofactor.serving.opened import Opened, OpenModel, expect_people
from cofactor.serving.pages.people import RatedItem, person_page
from cofactor.serving.pages.rows import JsonId

if TYPE_CHECKING:
    from cofactor.audit.privacy.detail import Detail
    from cofactor.audit.privacy.person_search import PersonSearch

__all__ = ["Matching", "RatedAlike", "crowds_of", "matching_of", "routes"]

routes = APIRouter(prefix="/api/audit/person", tags=["audit"], dependencies=[Depends(expect_people)])

IMPORTS = (
    "from cofactor.audit.privacy.detail import Detail\nfrom cofactor.audit.privacy.person_search import PersonSearch\n"
)


class KnownRatings(BaseModel):
    """A person, the items whose ratings are known, in the order in which they became known, and in what detail."""

    user: int | str
    items: Annotated[list[int | str], Field(max_length=100)]
    detail: str | None = None


@dataclass(frozen=True)
class Matching:
    """How many people have the first 1, 2, …, m of the known ratings, the person included, of all there are."""

    matching: list[int]
    people: int
    python: str


@dataclass(frozen=True)
class RatedAlike(RatedItem):
    """A person's rating, and how many people have it, to the detail that is known, the person included."""

    people: int


@dataclass(frozen=True)
class PersonsRatings:
    """The details there are, the one asked for, and a person's ratings in it, those that most people have first."""

    user: JsonId
    details: list[str]
    detail: str
    people: int
    ratings: list[RatedAlike]
    python: str


@routes.get("")
def crowds(user: str, opened: Opened, detail: Annotated[str | None, Query()] = None) -> PersonsRatings:
    """One person's ratings, and how many people have each of them."""
    return crowds_of(opened, user, detail)


@routes.post("")
def matching(known: KnownRatings, opened: Opened) -> Matching:
    """How many people have all of some ratings of a person."""
    return matching_of(opened, known.user, known.items, known.detail)


def crowds_of(opened: OpenModel, user: Id, detail: str | None) -> PersonsRatings:
    """A person's ratings. Raises `UnknownIds`, and `BadOption` for a detail that there is not."""
    page, known = person_page(opened, user), _details(opened)
    asked = _detail(known, detail)
    shared = _search(opened, asked).crowds(page.user)
    rows = [RatedAlike(**vars(row), people=shared[row.item]) for row in page.ratings]
    rows.sort(key=lambda row: -row.people)
    python = opened.python(f"{IMPORTS}\nPersonSearch.of(model.ratings, {asked!r}).crowds({page.user!r})")
    return PersonsRatings(page.user, list(known), str(asked), _n_people(opened), rows, python)


def matching_of(opened: OpenModel, user: Id, items: list[int | str], detail: str | None) -> Matching:
    """How many people match. Raises `UnknownIds`, and `BadOption` for a detail that there is not, or an item that the
    person has not rated."""
    asked = _detail(_details(opened), detail)
    python = opened.python(f"{IMPORTS}\nPersonSearch.of(model.ratings, {asked!r}).n_matching({user!r}, {items!r})")
    return Matching(_search(opened, asked).n_matching(user, items), _n_people(opened), python)


def _details(opened: OpenModel) -> "dict[str, Detail]":
    from cofactor.audit.privacy.detail import usual_details

    return {str(one): one for one in usual_details(opened.model.ratings)}


def _detail(known: "dict[str, Detail]", asked: str | None) -> "Detail":
    if asked is not None and asked not in known:
        raise BadOption(f"{asked!r} is no detail of this table. Choose one of: {'; '.join(known)}.")
    return next(iter(known.values())) if asked is None else known[asked]


def _search(opened: OpenModel, detail: "Detail") -> "PersonSearch":
    from cofactor.audit.privacy.person_search import PersonSearch

    return opened.once(f"person search, {detail}", lambda: PersonSearch.of(opened.model.ratings, detail))


def _n_people(opened: OpenModel) -> int:
    return int((opened.model.ratings.user_counts > 0).sum())
