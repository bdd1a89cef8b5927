"""GET /api/data: the training data in numbers, and the rating matrix as a picture that can be zoomed."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, Literal

import numpy as np
from fastapi import APIRouter, Query, Response

from cofactor.arrays import Array, FloatArray, IntArray
from cofactor.data.facts import rows_of_facts
from cofactor.errors import BadOption
from cofactor.serving.opened import Opened, OpenModel
from cofactor.serving.pages.about import Counts
from cofactor.serving.pages.rows import ItemRow, ValueCount, item_rows, value_counts

if TYPE_CHECKING:
    from cofactor.data.ratings import Ratings

__all__ = ["matrix_picture", "routes", "table_page"]

routes = APIRouter(prefix="/api/data", tags=["data"])

MAX_POINTS = 400  # of a curve
HEAD = 0.2  # of the items: those rated most


@dataclass(frozen=True)
class Tail:
    """Numbers of ratings by rank, most first; `shown` of all ranks, evenly apart on a logarithmic scale."""

    rank: list[int]
    count: list[int]
    shown: int
    of: int


@dataclass(frozen=True)
class TablePage:
    """A table of ratings in numbers. density: share of the matrix that is filled     head_share: share of the ratings
    that the fifth of the items rated most have"""

    counts: Counts
    density: float
    facts: list[tuple[str, str]]
    histogram: list[ValueCount]
    tail: Tail
    user_tail: Tail
    head_share: float
    most: list[ItemRow]
    python: str


@routes.get("")
def data(opened: Opened) -> TablePage:
    """The training data in numbers."""
    return table_page(opened)


@routes.get("/matrix", response_class=Response)
def matrix(
    opened: Opened, rows: str = "", columns: str = "", size: Annotated[int, Query(ge=8, le=1024)] = 256,
    what: Literal["filled", "value"] = "filled",
) -> Response:  # fmt: skip
    """A window of the rating matrix as bytes, row by row: `rows` and `columns` are "from,to" by number of ratings,
    most first. X-Shape has the numbers of rows and columns, X-Window the window, X-Most the largest share of a cell
    that is filled.

    Raises `BadOption` for a window outside the matrix, and for the values of clicks.
    """
    ratings = opened.model.ratings
    window = (*_range(rows, ratings.n_users, "rows"), *_range(columns, ratings.n_items, "columns"))
    if what == "value" and not ratings.explicit:
        raise BadOption(f"{ratings.kind.capitalize()} have no values to draw. Ask for what=filled.")
    picture, most = matrix_picture(ratings, window, size, what)
    headers = {"X-Shape": str(list(picture.shape)), "X-Window": str(list(window)), "X-Most": f"{most:.6g}"}
    return Response(picture.tobytes(), media_type="application/octet-stream", headers=headers)


def table_page(opened: OpenModel) -> TablePage:
    """The page of the table that the model learned from."""
    ratings = opened.model.ratings
    counts = np.sort(ratings.item_counts)[::-1]
    head = counts[: max(1, round(HEAD * len(counts)))]
    return TablePage(
        Counts(ratings.n_users, ratings.n_items, len(ratings)), ratings.density,
        rows_of_facts(ratings.kind, ratings.n_users, ratings.n_items, ratings.values, ratings.timestamps),
        value_counts(ratings.values), _tail(ratings.item_counts), _tail(ratings.user_counts),
        float(head.sum() / max(1, counts.sum())), item_rows(ratings, _most_first(ratings.item_counts)[:10]),
        opened.python("from cofactor.data.describing import describe\n\ndescribe(model.ratings)"),
    )  # fmt: skip


def matrix_picture(
    ratings: "Ratings", window: tuple[int, int, int, int], size: int, what: Literal["filled", "value"] = "filled"
) -> tuple[Array, float]:
    """(h, w) bytes, at most size × size: users by items from the window's first to its last, most ratings first.

    filled: 0 for a cell without a rating, else 1 to 255 by the square root of the share of it that is filled, 255 where
    that is the most of all cells; value: 1 to 255 by the mean of its ratings on their scale. Beside it the largest
    share of a cell that is filled.
    """
    top, bottom, left, right = window
    height, width = min(size, bottom - top), min(size, right - left)
    places = [_places(ratings.user_counts)[ratings.user_idx], _places(ratings.item_counts)[ratings.item_idx]]
    inside = (places[0] >= top) & (places[0] < bottom) & (places[1] >= left) & (places[1] < right)
    at = (places[0][inside] - top) * height // (bottom - top) * width
    at += (places[1][inside] - left) * width // (right - left)
    n = np.bincount(at, minlength=height * width)
    most = float(n.max()) / max(1.0, (bottom - top) * (right - left) / (height * width))
    if what == "filled":
        return _bytes(np.sqrt(n / max(1, n.max())), n).reshape(height, width), min(1.0, most)
    sums = np.bincount(at, ratings.values_of(inside), minlength=height * width)
    low, high = ratings.scale or (0.0, float(ratings.values.max(initial=1)))
    shades = _bytes((sums / np.maximum(n, 1) - low) / max(high - low, 1e-12), n)
    return shades.reshape(height, width), min(1.0, most)


def _bytes(shares: FloatArray, n: IntArray) -> Array:
    return np.where(n > 0, 1 + np.round(254 * np.clip(shares, 0, 1)), 0).astype(np.uint8)


def _most_first(counts: IntArray) -> IntArray:
    return np.argsort(-counts, kind="stable")


def _places(counts: IntArray) -> IntArray:
    """The place of each in the order of their counts, most first."""
    places = np.empty(len(counts), np.int64)
    places[_most_first(counts)] = np.arange(len(counts))
    return places


def _tail(counts: IntArray) -> Tail:
    ordered = np.sort(counts)[::-1]
    ordered = ordered[ordered > 0]
    ranks = np.unique(np.geomspace(1, max(1, len(ordered)), MAX_POINTS).round().astype(int))[: len(ordered)]
    return Tail(ranks.tolist(), ordered[ranks - 1].tolist(), len(ranks), len(ordered))


def _range(text: str, n: int, name: str) -> tuple[int, int]:
    """ "from,to" within 0 and n; all where it is empty."""
    if not text:
        return 0, n
    try:
        first, last = (int(word) for word in text.split(","))
    except ValueError:
        raise BadOption(f"{name} takes two whole numbers such as 0,100, but {text!r} came.") from None
    if not 0 <= first < last <= n:
        raise BadOption(f"{name} must lie within 0,{n}, the first below the second, but {text!r} came.")
    return first, last
