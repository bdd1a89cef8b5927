"""The n best items of each of many users, block by block, so that memory does not grow with their number.

Memory, beside the lists themselves (12 n bytes a user) and what a model's `score_users` needs:

- by scores: a block of `BLOCK` numbers, 16 MB of float32 (one user's row if that is more);
- by products: as much of users' factors, a copy of the items' factors, and 11 bytes an item for each core.
"""

from collections.abc import Callable, Iterable, Iterator
from typing import NamedTuple, TypeAlias

import numpy as np

from cofactor.arrays import BoolArray, FloatArray, IntArray
from cofactor.kernels.ranking.lists import SeenItems
from cofactor.kernels.ranking.top_scores import COMPILED_FROM_ROWS, top_scores

__all__ = ["BLOCK", "Best", "DotProducts", "blocks", "joined", "rank_exactly", "rank_products"]

# scores, or users' factors, held at once; on a busy machine, many small products wait long for their threads
BLOCK = 4_000_000
N_TYPICAL_USERS = 1_000  # whose mean factors decide the order in which items are scored

Best: TypeAlias = tuple[IntArray, FloatArray]  # (b, n) items, -1 behind a list's end, and scores, -inf there


def _unchanged(products: FloatArray) -> FloatArray:
    return products


class DotProducts(NamedTuple):
    """Scores that are dot products, or increasing functions of them."""

    items: FloatArray  # (n_items, f)
    users: Callable[[IntArray], FloatArray]  # (b,) indices, -1 for a stranger -> (b, f)
    scores: Callable[[FloatArray], FloatArray] = _unchanged  # of products, any shape


def rank_exactly(
    score: Callable[[IntArray], FloatArray], products: Callable[[], DotProducts | None], user_idx: IntArray, n: int,
    seen: SeenItems, excluded: BoolArray,
) -> Best:  # fmt: skip
    """The n best items of each of these users; by dot products if the model has them and the users are many.

    score: (b,) users -> (b, n_items)     products: called only if it is used
    seen: the items that may not be on each user's list     excluded: (n_items,), True for those on no list
    """
    of_model = products() if len(user_idx) >= COMPILED_FROM_ROWS else None  # lists of fewer are made by NumPy alone
    if of_model is None:
        return _rank_scores(score, user_idx, n, seen, excluded)
    return rank_products(of_model, user_idx, n, seen, excluded)


def _rank_scores(
    score: Callable[[IntArray], FloatArray], user_idx: IntArray, n: int, seen: SeenItems, excluded: BoolArray
) -> Best:
    compiled = len(user_idx) >= COMPILED_FROM_ROWS
    return joined(
        top_scores(score(user_idx[at]), n, seen.rows(at), excluded, compiled=compiled)
        for at in blocks(len(user_idx), len(excluded))
    )


def rank_products(products: DotProducts, user_idx: IntArray, n: int, seen: SeenItems, excluded: BoolArray) -> Best:
    """The n best items of each user by dot products, without an array of all scores."""
    from cofactor.kernels.ranking.top_products import pack_items, top_products

    parts = blocks(len(user_idx), products.items.shape[1])
    typical = products.users(user_idx[:N_TYPICAL_USERS])  # items that suit them are scored first
    catalogue = pack_items(products.items, excluded, typical.mean(axis=0) if len(typical) else None)

    def best_of(at: slice) -> Best:
        idx, top = top_products(products.users(user_idx[at]), catalogue, n, seen.rows(at))
        return idx, np.where(idx >= 0, products.scores(top), top)

    return joined(best_of(at) for at in parts)


def blocks(n_rows: int, width: int) -> Iterator[slice]:
    """Slices of the rows, each of at most `BLOCK` numbers or one row; at least one slice, which may be empty."""
    size = max(1, BLOCK // max(1, width))
    return (slice(at, at + size) for at in range(0, max(1, n_rows), size))


def joined(parts: Iterable[Best]) -> Best:
    """The lists of all parts, one below the other."""
    each = list(parts)
    if len(each) == 1:
        return each[0]
    idx, top = zip(*each, strict=True)
    return np.concatenate(idx), np.concatenate(top)
