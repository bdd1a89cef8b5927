"""GET /api/items/…: one item, its neighbours in the model's full space, and the neighbours of a mix of items."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, Any

import numpy as np
from fastapi import APIRouter, Query

from cofactor.arrays import Id
from cofactor.contract.indices import find
from cofactor.contract.neighbours import Measure
from cofactor.serving.opened import OnShelf, Opened, OpenModel
from cofactor.serving.pages.bias import Bias, bias_of
from cofactor.serving.pages.rows import ItemRow, JsonId, ValueCount, plain, value_counts

if TYPE_CHECKING:
    from cofactor.data.ratings import Ratings

__all__ = ["ItemPage", "NearItem", "NearItems", "item_page", "mixes", "near_items", "near_mix", "routes"]

routes = APIRouter(prefix="/api/items", tags=["items"])
mixes = APIRouter(prefix="/api/near", tags=["items"])

N_FANS = 12
MEANINGS = {
    "weights": "similarity: how much having the one speaks for the other",
    "cosine": "similarity: the cosine of the two items' vectors, 1 for the same direction, whatever their length",
    "dot": "similarity: the dot product of the two items' vectors, which favours what is rated much or in extremes",
    "posterior": "distance: by how much people's ratings of the two are expected to differ by taste, smallest first",
}


@dataclass(frozen=True)
class Fan:
    """A user who rated an item, and how."""

    user: JsonId
    value: float


@dataclass(frozen=True)
class ItemPage(ItemRow):
    """An item with what its raters say. bias: how much more than others it is liked, whoever rates, in the ratings'
    unit     fans: of the highest ratings, those of the most active users; None where no persons are shown"""

    attributes: dict[str, Any]
    mean: float | None
    histogram: list[ValueCount]
    popularity_rank: int
    of_items: int
    bias: Bias | None
    fans: list[Fan] | None


@dataclass(frozen=True)
class NearItem(ItemRow):
    """A neighbour: its similarity and rank; `ratings` is the number of people that its place stands on."""

    similarity: float
    rank: int


@dataclass(frozen=True)
class NearItems:
    """The neighbours of some items, nearest first. by: the measure     says: what the number means"""

    rows: list[NearItem]
    by: str
    says: str
    python: str


@routes.get("/{item:path}/neighbours")
def neighbours(
    item: str, opened: Opened, n: Annotated[int, Query(ge=1, le=200)] = 15, by: Measure | None = None,
    where: str | None = None, min_ratings: Annotated[int, Query(ge=0)] = 0,
) -> NearItems:  # fmt: skip
    """The items most similar to one, as `similar_items` has them."""
    return near_items(opened, item, n, by=by, where=where, min_ratings=min_ratings)


@mixes.get("")
def near(
    opened: Opened, like: Annotated[list[str], Query()], unlike: Annotated[list[str] | None, Query()] = None,
    n: Annotated[int, Query(ge=1, le=200)] = 15, where: str | None = None,
) -> NearItems:  # fmt: skip
    """The items most like some and less like others, as `similar_to_mix` has them."""
    return near_mix(opened, like, unlike or [], n, where)


@routes.get("/{item:path}")
def item(item: str, shelf: OnShelf) -> ItemPage:
    """One item, by its id or exact title."""
    return item_page(shelf.opened, item, people=shelf.permissions.people)


def item_page(opened: OpenModel, item: Id, *, people: bool) -> ItemPage:
    """The page of an item. Raises `UnknownIds`."""
    ratings = opened.model.ratings
    idx = find(ratings, "item", [item])
    users, values = ratings.some_rows("item", idx).of(0)
    attributes = {name: plain(column[0]) for name, column in ratings.attributes_of("item", idx).items()}
    count = int(ratings.item_counts[idx[0]])
    return ItemPage(
        ratings.items.gather(idx).tolist()[0], ratings.title_of(idx)[0], count, attributes,
        float(values.mean()) if len(values) else None, value_counts(values),
        1 + int((ratings.item_counts > count).sum()), ratings.n_items, bias_of(opened, "item", int(idx[0])),
        _fans(ratings, users, values) if people else None,
    )  # fmt: skip


def near_items(opened: OpenModel, item: Id, n: int, **options: Any) -> NearItems:
    """The n items most similar to one; options are those of `similar_items`, which raises."""
    one = _id_of(opened, item)
    given: dict[str, Any] = {name: value for name, value in options.items() if value}
    found = opened.model.nearest_items(one, n, **given)
    words = "".join(f", {name}={value!r}" for name, value in given.items())
    question = f"model.similar_items({one!r}, n={n}{words})"
    by = given.get("by")
    return NearItems(_near_rows(found), by or _own_measure(opened), _says(opened, by), opened.python(question))


def near_mix(opened: OpenModel, like: list[str], unlike: list[str], n: int, where: str | None = None) -> NearItems:
    """The n items most like some and less like others. Raises as `similar_to_mix` does."""
    liked, disliked = ([_id_of(opened, one) for one in ids] for ids in (like, unlike))
    narrowed: dict[str, Any] = {"where": where} if where else {}
    found = opened.model.nearest_to_mix(liked, disliked or None, n, **narrowed)
    words = (f", {disliked!r}" if disliked else "") + f", n={n}" + "".join(f", {k}={v!r}" for k, v in narrowed.items())
    says = "similarity: to what it shall be like, less half of that to what it shall not"
    question = f"model.similar_to_mix({liked!r}{words})"
    return NearItems(_near_rows(found), _own_measure(opened), says, opened.python(question))


def _id_of(opened: OpenModel, item: Id) -> Id:
    """The id of an item given by its id or title, each as text or as it is. Raises `UnknownIds`."""
    ratings = opened.model.ratings
    return ratings.items.gather(find(ratings, "item", [item])).tolist()[0]


def _near_rows(found: Mapping[str, list[Any]]) -> list[NearItem]:
    titles = found.get("title", [str(one) for one in found["item"]])
    numbers = found["similarity"] if "similarity" in found else found["distance"]
    rows = zip(found["item"], titles, found["ratings"], numbers, found["rank"], strict=True)
    return [NearItem(*row) for row in rows]


def _own_measure(opened: OpenModel) -> str:
    return "weights" if opened.model.abilities.has_item_weights else "cosine"


def _says(opened: OpenModel, by: Measure | None) -> str:
    return MEANINGS[by or _own_measure(opened)]


def _fans(ratings: "Ratings", users: Any, values: Any) -> list[Fan]:
    order = np.lexsort((-ratings.user_counts[users], -values))[:N_FANS]
    names = ratings.users.gather(users[order]).tolist()
    return [Fan(*row) for row in zip(names, values[order].astype(float).tolist(), strict=True)]
