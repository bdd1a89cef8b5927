"""The best n of each user: the product with all items and the choice among them, in one pass.

As many users' scores of 48 items as registers hold are summed there and held against each user's bar, the worst score
on their list so far: after the first few panels almost every candidate is refused by one comparison of a vector, and no
score is ever written to memory. Whatever reaches its bar goes into a heap whose root is the worst of the n.

Items come in the order in which the average user likes them, so that bars rise early. Equal scores keep catalogue
order whatever that order is. Nothing is allocated: the caller brings the work space. No fast mathematics that would
take infinities for absent: -inf must compare as itself.
"""

import numpy as np
from numba import njit

from cofactor.kernels.arithmetic.vectors import TILE_ROWS
from cofactor.kernels.compiling.jit import JIT
from cofactor.kernels.ranking.heap_loops import replace_root, sort_list, worse
from cofactor.kernels.ranking.score_tiles import lowest_bit, score_tile
from cofactor.kernels.ranking.top_products import PANEL, USERS, Catalogue
from cofactor.kernels.ranking.top_scores import Hidden

__all__ = ["Catalogue", "Hidden", "choose_products", "pack"]  # found here by name

LOWEST = np.float32(-3.4028235e38)  # the first bar: every finite score reaches it, -inf does not


# ---- a list of n, as a heap: idx and top (n,) start as -1 and -inf --------------------------------------------


# ---- from factors ---------------------------------------------------------------------------------------------


@njit(**JIT)
def pack(items, order, panels):
    """Rows order[p] of items (m, k) into panels of 48, each transposed: panels[(panel · k + t) · 48 + lane]."""
    k = items.shape[1]
    for place in range(order.size):
        start = (place // PANEL) * PANEL * k + place % PANEL
        row = items[order[place]]
        for t in range(k):
            panels[start + t * PANEL] = row[t]


@njit(**JIT)
def choose_products(idx, top, users, hidden, catalogue, X, bars, bits, tile, marks, start, stop):
    """The best of rows start:stop into idx and top (b, n), which hold -1 and -inf.

    users: (b, k) factors     hidden: `Hidden`     catalogue: `Catalogue`
    Work space: X (USERS k,), bars (USERS,), bits (n_panels USERS,), tile (TILE_ROWS · 48,), marks (TILE_ROWS,)
    """
    for first in range(start, stop, USERS):
        last = min(first + USERS, stop)
        for at in range(USERS):
            bars[at] = LOWEST if first + at < last else np.float32(np.inf)
        _load_users(X, users, first, last)
        _hide(bits, hidden, catalogue, first, last)
        _run_block(idx[first:last], top[first:last], catalogue, users.shape[1], X, bars, bits, tile, marks)
        for row in range(first, last):
            sort_list(idx[row], top[row])


@njit(**JIT)
def _load_users(X, users, first, last):
    """TILE_ROWS users side by side, factor by factor; what is left of the last keeps old numbers behind its bar."""
    k = users.shape[1]
    for row in range(first, last):
        at, start = row - first, (row - first) // TILE_ROWS * TILE_ROWS * k
        for t in range(k):
            X[start + t * TILE_ROWS + at % TILE_ROWS] = users[row, t]


@njit(**JIT)
def _hide(bits, hidden, catalogue, first, last):
    """A bit for each item of each user; the places behind the last item are hidden from all."""
    for word in range(bits.size):
        bits[word] = 0
    n_items = catalogue.order.size
    if n_items % PANEL:
        beyond = np.int64(-1) << np.int64(n_items % PANEL)
        for at in range(USERS):
            bits[n_items // PANEL * USERS + at] = beyond
    for row in range(first, last):
        user = hidden.users[row]
        if user >= 0:
            for at in range(hidden.indptr[user], hidden.indptr[user + 1]):
                place = catalogue.place[hidden.indices[at]]
                if place >= 0:
                    bits[place // PANEL * USERS + row - first] |= np.int64(1) << np.int64(place % PANEL)


@njit(**JIT)
def _run_block(idx, top, catalogue, k, X, bars, bits, tile, marks):
    n_users = idx.shape[0]
    for panel in range((catalogue.order.size + PANEL - 1) // PANEL):
        for at in range(0, n_users, TILE_ROWS):
            any_mark = score_tile(
                tile, marks, X, at * k, catalogue.panels, panel * PANEL * k, k, bars, at, bits, panel * USERS + at
            )
            if any_mark != 0:
                for i in range(min(TILE_ROWS, n_users - at)):
                    _take_in(idx[at + i], top[at + i], bars, at + i, marks[i], tile, i, catalogue.order, panel)


@njit(**JIT)
def _take_in(idx, top, bars, user, mark, tile, i, order, panel):
    """The marked items of a panel, as far as they are better than the worst on the list."""
    while mark != 0:
        lane = lowest_bit(mark)
        mark &= mark - 1
        score, item = tile[i * PANEL + lane], order[panel * PANEL + lane]
        if worse(top[0], idx[0], score, item):
            replace_root(idx, top, idx.size, item, score)
            bars[user] = max(top[0], LOWEST)


# ---- from scores ----------------------------------------------------------------------------------------------
