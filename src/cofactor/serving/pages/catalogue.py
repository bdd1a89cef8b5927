"""GET /api/items and /api/catalogue: items by a search in titles and ids, and all of them at once."""

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated

import numpy as np
from fastapi import APIRouter, Query, Response

from cofactor.arrays import IntArray
from cofactor.serving.opened import Opened
from cofactor.serving.pages.rows import ItemRow, item_rows

if TYPE_CHECKING:
    from cofactor.data.ratings import Ratings

__all__ = ["routes", "search_items"]

IMPORT = "from cofactor.serving.pages.catalogue import search_items"

routes = APIRouter(prefix="/api", tags=["items"])


@dataclass(frozen=True)
class FoundItems:
    """The first `shown` of all `of` items that match."""

    items: list[ItemRow]
    shown: int
    of: int
    python: str


@routes.get("/items")
def items(opened: Opened, q: str = "", n: Annotated[int, Query(ge=1, le=500)] = 20) -> FoundItems:
    """Items whose title or id holds a text; without one those rated most."""
    ratings = opened.model.ratings
    found = search_items(ratings, q)
    python = opened.python(f"{IMPORT}\n\nmodel.ratings.items.gather(search_items(model.ratings, {q!r})[:{n}]).tolist()")
    return FoundItems(item_rows(ratings, found[:n]), min(n, len(found)), len(found), python)


@routes.get("/catalogue", response_class=Response)
def catalogue(opened: Opened) -> Response:
    """Ids, titles and numbers of ratings of all items, in the order of the map's coordinates."""
    return Response(opened.once("catalogue", lambda: _written(opened.model.ratings)), media_type="application/json")


def _written(ratings: "Ratings") -> bytes:
    every = np.arange(ratings.n_items)
    ids, titles = ratings.items.gather(every).tolist(), ratings.title_of(every)
    columns = {"items": ids, "titles": titles, "ratings": ratings.item_counts.tolist()}
    return json.dumps(columns, ensure_ascii=False, separators=(",", ":")).encode()


def search_items(ratings: "Ratings", text: str) -> IntArray:
    """The items whose title or id holds the text, upper and lower case alike: first those that begin with it, in each
    group those rated most."""
    counts = ratings.item_counts
    if not (sought := text.strip().casefold()):
        return np.argsort(-counts, kind="stable")
    every = np.arange(ratings.n_items)
    titles = [title.casefold() for title in ratings.title_of(every)]
    ids = [str(one).casefold() for one in ratings.items.gather(every).tolist()]
    group = np.array([_group(sought, *names) for names in zip(titles, ids, strict=True)])
    order = np.lexsort((-counts, group))
    return order[group[order] < 3]


def _group(sought: str, title: str, one_id: str) -> int:
    """0: it is called so; 1: begins so; 2: holds it; 3: not at all."""
    if sought in (title, one_id):
        return 0
    if title.startswith(sought):
        return 1
    return 2 if sought in title or sought in one_id else 3
