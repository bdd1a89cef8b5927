"""The best n of each user: the product with all items and the choice among them, in one pass.

As many users' scores of 48 items as registers hold are summed there and compared with each user's threshold, the worst
score on the list so far: after the first few panels almost every candidate is refused by one comparison of a vector,
and no score is ever written to memory. A score that reaches its threshold goes into a heap whose root is the worst of
the n.

Items come in the order in which the average user likes them, so that thresholds rise early. Equal scores keep catalogue
order whatever that order is. Nothing is allocated: the caller brings the work space. Fast mathematics must not assume
that there are no infinities: -inf has to compare as itself.
"""

import numpy as np
from numba import njit

from cofactor.kernels.arithmetic.vectors import TILE_ROWS
from cofactor.kernels.compiling.jit import JIT
from cofactor.kernels.ranking.heap_loops import replace_root, sort_list, worse
from cofactor.kernels.ranking.lists import SeenItems
from cofactor.kernels.ranking.score_tiles import lowest_bit, score_tile
from cofactor.kernels.ranking.top_products import PANEL, USERS_AT_ONCE, PackedItems

__all__ = ["PackedItems", "SeenItems", "choose_products", "pack"]  # entries find the argument structs here, by name

LOWEST_THRESHOLD = np.float32(-3.4028235e38)  # the first threshold: every finite score reaches it, -inf does not


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
def choose_products(idx, top, users, seen, packed, X, thresholds, bits, tile, marks, start, stop):
    """Write the best of rows start:stop to idx and top (b, n), which hold -1 and -inf.

    users: (b, k) factors     seen: `SeenItems`     packed: `PackedItems`
    Work space, n being USERS_AT_ONCE: X (n k,), thresholds (n,), bits (n_panels n,); tile (TILE_ROWS · 48,), marks
    (TILE_ROWS,)
    """
    for first in range(start, stop, USERS_AT_ONCE):
        last = min(first + USERS_AT_ONCE, stop)
        for at in range(USERS_AT_ONCE):
            thresholds[at] = LOWEST_THRESHOLD if first + at < last else np.float32(np.inf)
        _load_users(X, users, first, last)
        _mark_seen(bits, seen, packed, first, last)
        _run_block(idx[first:last], top[first:last], packed, users.shape[1], X, thresholds, bits, tile, marks)
        for row in range(first, last):
            sort_list(idx[row], top[row])


@njit(**JIT)
def _load_users(X, users, first, last):
    """X ← the users in tiles of TILE_ROWS side by side, factor by factor; the rest of a last tile is not written."""
    k = users.shape[1]
    for row in range(first, last):
        at, start = row - first, (row - first) // TILE_ROWS * TILE_ROWS * k
        for t in range(k):
            X[start + t * TILE_ROWS + at % TILE_ROWS] = users[row, t]


@njit(**JIT)
def _mark_seen(bits, seen, packed, first, last):
    """bits ← 1 for each item that a user has seen, and for the places behind the last item."""
    for word in range(bits.size):
        bits[word] = 0
    n_items = packed.order.size
    if n_items % PANEL:
        beyond = np.int64(-1) << np.int64(n_items % PANEL)
        for at in range(USERS_AT_ONCE):
            bits[n_items // PANEL * USERS_AT_ONCE + at] = beyond
    for row in range(first, last):
        user = seen.users[row]
        if user >= 0:
            for at in range(seen.indptr[user], seen.indptr[user + 1]):
                place = packed.place[seen.indices[at]]
                if place >= 0:
                    bits[place // PANEL * USERS_AT_ONCE + row - first] |= np.int64(1) << np.int64(place % PANEL)


@njit(**JIT)
def _run_block(idx, top, packed, k, X, thresholds, bits, tile, marks):
    """Offer all items to the lists of a block of users, whose factors are in X."""
    n_users = idx.shape[0]
    for panel in range((packed.order.size + PANEL - 1) // PANEL):
        for at in range(0, n_users, TILE_ROWS):
            any_mark = score_tile(
                tile,
                marks,
                X,
                at * k,
                packed.panels,
                panel * PANEL * k,
                k,
                thresholds,
                at,
                bits,
                panel * USERS_AT_ONCE + at,
            )
            if any_mark != 0:
                for i in range(min(TILE_ROWS, n_users - at)):
                    _offer_marked(idx[at + i], top[at + i], thresholds, at + i, marks[i], tile, i, packed.order, panel)


@njit(**JIT)
def _offer_marked(idx, top, thresholds, user, mark, tile, i, order, panel):
    """Put those of the marked items of a panel on a user's list that are better than its worst entry."""
    while mark != 0:
        lane = lowest_bit(mark)
        mark &= mark - 1
        score, item = tile[i * PANEL + lane], order[panel * PANEL + lane]
        if worse(top[0], idx[0], score, item):
            replace_root(idx, top, idx.size, item, score)
            thresholds[user] = max(top[0], LOWEST_THRESHOLD)
