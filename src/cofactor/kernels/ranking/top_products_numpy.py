"""The NumPy twins of `top_products.py`: all products in double precision, and the best of them."""

import numpy as np

from cofactor.arrays import BoolArray, FloatArray, IntArray
from cofactor.kernels.ranking.lists import SeenItems
from cofactor.kernels.ranking.top_products import PANEL, PackedItems, order_of_items
from cofactor.kernels.ranking.top_scores_numpy import top_scores

__all__ = ["pack_items", "top_products"]

USERS_AT_ONCE = 512


def pack_items(
    items: FloatArray, excluded: BoolArray | None = None, typical_user: FloatArray | None = None
) -> PackedItems:
    """Panels of 48 items, each transposed."""
    items = np.ascontiguousarray(items, np.float32)
    order, place = order_of_items(items, excluded, typical_user)
    n_panels, k = -(-len(order) // PANEL), items.shape[1]
    padded = np.zeros((n_panels * PANEL, k), np.float32)
    padded[: len(order)] = items[order]
    return PackedItems(
        np.ascontiguousarray(padded.reshape(n_panels, PANEL, k).transpose(0, 2, 1)).ravel(), order, place
    )


def top_products(users: FloatArray, packed: PackedItems, n: int, seen: SeenItems) -> tuple[IntArray, FloatArray]:
    """`top_scores` of the products; items that are in no panel are excluded."""
    k, n_items = users.shape[1], len(packed.place)
    items = np.zeros((n_items, k), np.float32)
    panels = packed.panels.reshape(-1, k, PANEL).transpose(0, 2, 1).reshape(-1, k)
    items[packed.order] = panels[: len(packed.order)]
    absent, lists = packed.place < 0, list[tuple[IntArray, FloatArray]]()
    for at in range(0, max(1, len(users)), USERS_AT_ONCE):
        block = slice(at, at + USERS_AT_ONCE)
        lists.append(top_scores(_products(users[block], items), n, seen.rows(block), absent))
    idx, top = (np.concatenate(parts) for parts in zip(*lists, strict=True))
    return idx, top


def _products(users: FloatArray, items: FloatArray) -> FloatArray:
    with np.errstate(invalid="ignore", over="ignore"):  # factors that are not finite are only never chosen
        return (users.astype(np.float64) @ items.T.astype(np.float64)).astype(np.float32)
