"""The best n items of many users from their factors: scored and chosen in one pass, on all cores."""

from typing import NamedTuple

import numpy as np

from cofactor.arrays import BoolArray, FloatArray, IntArray
from cofactor.kernels.compiling.native import Native
from cofactor.kernels.ranking.lists import SeenItems, empty_lists
from cofactor.kernels.threads import on_threads
from cofactor.kernels.twins import with_numpy_twin

__all__ = ["PANEL", "USERS_AT_ONCE", "PackedItems", "order_of_items", "pack_items", "top_products"]

USERS_AT_ONCE = 64  # whose lists a thread makes at once, while a panel of items stays in its cache
USERS_PER_PIECE = 8 * USERS_AT_ONCE  # users that a thread takes at a time
PANEL = 48  # items that lie side by side, in a row of tiles of `score_tiles.score_tile`
MAX_TILE_ROWS = 8  # users of a tile, at most

_pack = Native("cofactor.kernels.ranking.top_products_loops", "pack")
_choose = Native("cofactor.kernels.ranking.top_products_loops", "choose_products")


class PackedItems(NamedTuple):
    """The items that may be on lists, as the kernel reads them."""

    panels: FloatArray  # their factors, 48 items side by side
    order: IntArray  # (m,) int64: the item at each place
    place: IntArray  # (n_items,) int64: the place of each item; -1: it is excluded


@with_numpy_twin
def pack_items(
    items: FloatArray, excluded: BoolArray | None = None, typical_user: FloatArray | None = None
) -> PackedItems:
    """A copy of the items' factors (n_items, k), in panels, in the order in which they are scored.

    excluded: (n_items,) True for items that may be on no list
    typical_user: (k,) factors; items that are good for this user come first. Any order gives the same lists, but one
        that suits most users gives them sooner
    """
    items = np.ascontiguousarray(items, np.float32)
    (order, place), k = order_of_items(items, excluded, typical_user), items.shape[1]
    panels = np.zeros(-(-len(order) // PANEL) * PANEL * k, np.float32)
    _pack(items, order, panels)
    return PackedItems(panels, order, place)


def order_of_items(
    items: FloatArray, excluded: BoolArray | None, typical_user: FloatArray | None
) -> tuple[IntArray, IntArray]:  # fmt: skip
    """The item at each place, (m,), and the place of each item, (n_items,), -1 for excluded ones."""
    with np.errstate(invalid="ignore", over="ignore"):  # factors that are not finite are only never chosen
        order = np.arange(len(items)) if typical_user is None else np.argsort(-(items @ typical_user), kind="stable")
    order = order if excluded is None else order[~excluded[order]]
    place = np.full(len(items), -1)
    place[order] = np.arange(len(order))
    return order, place


@with_numpy_twin
def top_products(users: FloatArray, packed: PackedItems, n: int, seen: SeenItems) -> tuple[IntArray, FloatArray]:
    """The indices (b, min(n, n_items)) int64 and products of the items with the largest products, best first.

    Equal products are in catalogue order; nan is never chosen. Where fewer are left, the index is -1 and the product
    -inf. A user's products are the same bits whatever the other users and the number of threads.

    users: (b, k) factors     seen: the items that may not be on each user's list
    """
    users = np.ascontiguousarray(users, np.float32)
    idx, top = empty_lists(len(users), min(n, len(packed.place)), np.float32)

    def piece(number: int) -> None:
        start = number * USERS_PER_PIECE
        space = _work_space(users.shape[1], len(packed.order))
        _choose(idx, top, users, seen, packed, *space, start, min(start + USERS_PER_PIECE, len(users)))

    if idx.size and len(packed.order):
        on_threads(piece, -(-len(users) // USERS_PER_PIECE))
    return idx, top


def _work_space(k: int, n_items: int) -> tuple[FloatArray, FloatArray, IntArray, FloatArray, IntArray]:
    """Users' factors, thresholds, bits of seen items, a tile of scores and its marks."""
    return (
        np.zeros(USERS_AT_ONCE * k, np.float32), np.empty(USERS_AT_ONCE, np.float32),
        np.empty(-(-n_items // PANEL) * USERS_AT_ONCE, np.int64),
        np.empty(MAX_TILE_ROWS * PANEL, np.float32), np.empty(MAX_TILE_ROWS, np.int64),
    )  # fmt: skip
