"""Lists chosen from longer ones, which are fetched longer still where a list does not fill up."""

from collections.abc import Callable
from typing import Any, TypeVar

import numpy as np

from cofactor.arrays import IntArray
from cofactor.kernels.ranking.lists import empty_lists
from cofactor.selection.exact import Best, blocks

__all__ = ["Fetch", "lists_from_longer"]

GROWTH = 4  # times the length of the list before is what is fetched

Fetch = Callable[[IntArray, int], Best]
Found = TypeVar("Found", bound=tuple[Any, ...])  # items first, and what it takes to choose from them


def lists_from_longer(
    fetch: Callable[[IntArray, int], Found], choose: Callable[[IntArray, Found], Best], n_rows: int, n: int,
    n_items: int, n_candidates: int,
) -> Best:  # fmt: skip
    """(n_rows, min(n, n_items)) items and scores that were chosen; -1 and -inf behind a list's end.

    fetch: (b,) rows and a length -> the best items of these rows     choose: (b,) rows and these -> (b, n) of them
    n_candidates: the first length at least, as far as there are items
    """
    lists = empty_lists(n_rows, min(n, n_items), np.float32)
    rows, length = np.arange(n_rows), n
    while len(rows):
        length = min(n_items, max(GROWTH * length, n_candidates))
        unfilled = [rows[:0]]
        for at in blocks(len(rows), length):
            some = rows[at]
            best = fetch(some, length)
            chosen = choose(some, best)
            for whole, part in zip(lists, chosen, strict=True):
                whole[some] = part[:, : whole.shape[1]]
            exhausted = best[0][:, -1] < 0 if length < n_items else np.ones(len(some), np.bool_)
            unfilled.append(some[(lists[0][some, -1] < 0) & ~exhausted])
        rows = np.concatenate(unfilled)
    return lists
