"""The n best items of a user among those near to them, for catalogues too large for an exact search.

The largest product is made the nearest point by one more coordinate: with item rows [q, √(M² - |q|²)], M the largest
|q|, and user rows [p, 0], |p - q|² = |p|² + M² - 2 p·q (Bachrach et al., RecSys 2014 [bachrach2014xbox]). Points are
kept in inverted lists around centres, and only the lists nearest to the user are searched. Lists by the product itself
were tried: popular items draw all others to them, and 128 lists of 2,500 found 31 % where these found 97 %.
"""

from collections.abc import Callable
from typing import Any

import numpy as np

from cofactor.arrays import BoolArray, FloatArray, IntArray
from cofactor.errors import Diverged, MissingExtra
from cofactor.kernels.ranking.lists import SeenItems, empty_lists
from cofactor.selection.exact import Best, DotProducts, blocks, rank_products

__all__ = ["PAYS_FROM", "ItemIndex", "advice"]

PAYS_FROM = 300_000  # items; with fewer an exact search is quick enough
MIN_USERS = 64  # from so many users on, exact lists in such a catalogue take seconds
N_SAMPLE_USERS, SAMPLE_LENGTH = 500, 100  # recall is measured on the lists of so many users, of so many items
MAX_FETCHED = 4096  # items fetched for one user; a user who has seen more is ranked exactly
POINTS_PER_CENTRE = 50  # from which the centres are learned
SEED = 0

Exactly = Callable[[IntArray, int, SeenItems, BoolArray], Best]


def advice(n_users: int, n_items: int) -> str | None:
    """The advice to search approximately, for a caller who ranks so many users exactly; None where that is quick."""
    if n_users < MIN_USERS or n_items < PAYS_FROM:
        return None
    return (
        f"Each of {n_users:,} users is compared with all {n_items:,} items. From {PAYS_FROM:,} items on, "
        f"approximate=True takes a small part of that time and finds 95 % of the best (extra 'ann'); "
        f"approximate=False says that exact lists are meant."
    )


class ItemIndex:
    """Inverted lists over the items of a model whose scores are products.

    recall: the share of the hundred best items that is found, mean over a sample of users
    n_probes: the number of the `n_lists` lists that are searched for each user, the smallest of 1, 2, 4 … with the
    recall that was asked for
    """

    def __init__(self, products: DotProducts, known_users: IntArray, recall: float = 0.95) -> None:
        """known_users: indices of users to measure recall on     Raises `MissingExtra` without faiss."""
        self._products, self._lists = products, _inverted_lists(products.items)
        self.n_lists: int = self._lists.nlist
        rng = np.random.default_rng(SEED)
        self._choose_probes(rng.permutation(known_users)[:N_SAMPLE_USERS], recall)

    def _choose_probes(self, user_idx: IntArray, recall: float) -> None:
        n_items = len(self._products.items)
        length, excluded = min(SAMPLE_LENGTH, n_items), np.zeros(n_items, bool)
        best, _ = rank_products(self._products, user_idx, length, SeenItems.none(len(user_idx)), excluded)
        rows, self.n_probes = self._products.users(user_idx), 1
        self.recall = _share_found(best, self._nearest(rows, length))
        while self.recall < recall and self.n_probes < self.n_lists:
            self.n_probes = min(2 * self.n_probes, self.n_lists)
            self.recall = _share_found(best, self._nearest(rows, length))

    def rank(self, user_idx: IntArray, n: int, seen: SeenItems, excluded: BoolArray, exactly: Exactly) -> Best:
        """The n best items found for each user (-1: unknown), with their exact scores.

        seen: the items that may not be on each user's list; so many more are fetched
        excluded: (n_items,), True for those on no list
        exactly: the exact search, for users whose list is short, and for all where most items are excluded
        """
        if 2 * np.count_nonzero(excluded) > len(excluded):
            return exactly(user_idx, n, seen, excluded)
        idx, top = empty_lists(len(user_idx), min(n, len(excluded)), np.float32)
        n_fetch = self._n_to_fetch(n, seen, excluded)
        for size in np.unique(n_fetch).tolist():
            of_size = np.flatnonzero(n_fetch == size)
            for at in blocks(len(of_size), max(size, n * self._products.items.shape[1])):
                rows = of_size[at]
                idx[rows], top[rows] = self._search(user_idx[rows], size, seen.rows(rows), excluded, idx.shape[1])
        short = np.flatnonzero(idx[:, -1] < 0)
        if len(short):
            idx[short], top[short] = exactly(user_idx[short], n, seen.rows(short), excluded)
        return idx, top

    def _n_to_fetch(self, n: int, seen: SeenItems, excluded: BoolArray) -> IntArray:
        """(b,) the number of items to fetch for each user, enough if all seen items come first; a power of 2."""
        n_seen = np.where(seen.users < 0, 0, np.append(np.diff(seen.indptr), 0)[seen.users])
        needed = (n + n_seen) / (1 - np.mean(excluded))
        return np.minimum(2 ** np.ceil(np.log2(needed)), min(MAX_FETCHED, len(excluded))).astype(np.int64)

    def _search(self, user_idx: IntArray, n_fetch: int, seen: SeenItems, excluded: BoolArray, n: int) -> Best:
        """The first n of the nearest items that are neither seen nor excluded, by their exact scores."""
        rows = self._products.users(user_idx)
        near = self._nearest(rows, n_fetch)
        out = (near < 0) | excluded[near] | _is_seen(near, seen, len(excluded))
        first = np.argsort(out, axis=1, kind="stable")[:, :n]
        idx = np.where(np.take_along_axis(out, first, axis=1), -1, np.take_along_axis(near, first, axis=1))
        products = np.einsum("bf,bnf->bn", rows, self._products.items[idx])
        scores = np.where(idx >= 0, self._products.scores(products), -np.inf)
        order = np.lexsort((idx, -scores))  # equal scores in catalogue order
        padded = empty_lists(len(rows), n, np.float32)
        for out_of, columns in zip(padded, (idx, scores), strict=True):
            out_of[:, : order.shape[1]] = np.take_along_axis(columns, order, axis=1)
        return padded

    def _nearest(self, rows: FloatArray, n: int) -> IntArray:
        """(b, n) items, the nearest first, -1 behind the last one."""
        self._lists.nprobe = self.n_probes
        return self._lists.search(_with_coordinate(rows, np.zeros(len(rows))), n)[1]


def _inverted_lists(items: FloatArray) -> Any:
    """4 √n_items lists around the centres of k-means."""
    faiss: Any = _faiss()
    if not np.isfinite(items).all():
        raise Diverged("Some item factors are not finite numbers, so nothing is near them. Fit the model again.")
    squares = np.einsum("nf,nf->n", items, items, dtype=np.float64)
    points = _with_coordinate(items, np.sqrt(squares.max() - squares))
    n_lists = max(1, min(int(4 * np.sqrt(len(points))), len(points) // POINTS_PER_CENTRE))
    lists = faiss.IndexIVFFlat(faiss.IndexFlatL2(points.shape[1]), points.shape[1], n_lists)
    lists.cp.max_points_per_centroid, lists.cp.niter, lists.cp.seed = POINTS_PER_CENTRE, 10, SEED
    lists.cp.min_points_per_centroid = 1  # else faiss warns of small catalogues on stderr
    lists.train(points)
    lists.add(points)
    return lists


def _faiss() -> Any:
    try:
        import faiss  # pyright: ignore[reportMissingImports]
    except ImportError as error:
        raise MissingExtra("Approximate search", "ann") from error
    return faiss


def _with_coordinate(rows: FloatArray, last: FloatArray) -> FloatArray:
    return np.column_stack([rows, last]).astype(np.float32)


def _share_found(best: IntArray, found: IntArray) -> float:
    return float(np.mean([np.isin(one, other).mean() for one, other in zip(best, found, strict=True)]))


def _is_seen(near: IntArray, seen: SeenItems, n_items: int) -> BoolArray:
    """(b, n) whether the user of the row has seen the item."""
    of_rows = [seen.of_row(row) for row in range(len(near))]
    first = np.arange(len(near)) * n_items  # keys of a row begin here, so that those of all rows are ascending
    keys = np.concatenate([at + items for at, items in zip(first, of_rows, strict=True)] + [[np.iinfo(np.int64).max]])
    asked = near + first[:, None]
    return keys[np.searchsorted(keys, asked)] == asked
