"""The best n items of many users from their factors: score, hide and choose in one pass, on all cores."""

from typing import NamedTuple

import numpy as np

from cofactor.arrays import BoolArray, FloatArray, IntArray
from cofactor.kernels.compiling.native import Native
from cofactor.kernels.ranking.top_scores import Hidden, empty_lists
from cofactor.kernels.threads import on_threads

__all__ = ["USERS", "Catalogue", "best_products", "pack_items"]

USERS = 64  # whose lists a thread makes at once, while a panel of items stays in its cache
PIECE = 8 * USERS  # what a thread is given at a time
PANEL = 48  # items that stand side by side, in a row of tiles of `bars.score_tile`
MOST_ROWS = 8  # users of a tile, at most

_pack = Native("cofactor.kernels.ranking.top_products_loops", "pack")
_choose = Native("cofactor.kernels.ranking.top_products_loops", "choose_products")


class Catalogue(NamedTuple):
    """The items that may be chosen, as the kernel reads them."""

    panels: FloatArray  # their factors, 48 items side by side
    order: IntArray  # (m,) int64: which item stands at each place
    place: IntArray  # (n_items,) int64: at which place an item stands, -1: nowhere


def pack_items(items: FloatArray, barred: BoolArray | None = None, liked: FloatArray | None = None) -> Catalogue:
    """A copy of the items' factors (n_items, k) in the order in which they are looked at.

    barred: (n_items,) those that nobody may be told     liked: (k,) a user for whom the best come first. Any order
    gives the same lists; a good one gives them sooner.
    """
    items = np.ascontiguousarray(items, np.float32)
    n_items, k = items.shape
    with np.errstate(invalid="ignore", over="ignore"):  # factors that are not finite are only never chosen
        order = np.arange(n_items) if liked is None else np.argsort(-(items @ liked), kind="stable")
    order = order if barred is None else order[~barred[order]]
    place = np.full(n_items, -1)
    place[order] = np.arange(len(order))
    panels = np.zeros(-(-len(order) // PANEL) * PANEL * k, np.float32)
    _pack(items, order, panels)
    return Catalogue(panels, order, place)


def best_products(users: FloatArray, catalogue: Catalogue, n: int, hidden: Hidden) -> tuple[IntArray, FloatArray]:
    """The n items of the largest products with each user, best first; equal ones in catalogue order.

    users: (b, k) factors     hidden: what may not be on a user's list
    returns indices (b, min(n, n_items)) int64, -1 where fewer were left, and the products, -inf there

    A product is the same whoever else is asked for and however many threads there are. nan is never chosen.
    """
    users = np.ascontiguousarray(users, np.float32)
    idx, top = empty_lists(len(users), min(n, len(catalogue.place)), np.float32)

    def piece(number: int) -> None:
        start = number * PIECE
        space = _work_space(users.shape[1], len(catalogue.order))
        _choose(idx, top, users, hidden, catalogue, *space, start, min(start + PIECE, len(users)))

    if idx.size and len(catalogue.order):
        on_threads(piece, -(-len(users) // PIECE))
    return idx, top


def _work_space(k: int, n_items: int) -> tuple[FloatArray, FloatArray, IntArray, FloatArray, IntArray]:
    """Users' factors, bars, hidden bits, a tile of scores and its marks."""
    return (
        np.zeros(USERS * k, np.float32), np.empty(USERS, np.float32),
        np.empty(-(-n_items // PANEL) * USERS, np.int64),
        np.empty(MOST_ROWS * PANEL, np.float32), np.empty(MOST_ROWS, np.int64),
    )  # fmt: skip
