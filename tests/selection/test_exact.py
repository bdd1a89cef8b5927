"""Ranking everybody holds no more memory for more people."""

import tracemalloc

import numpy as np
import pytest

from cofactor.kernels.ranking.lists import SeenItems
from cofactor.selection.exact import BLOCK, DotProducts, rank_exactly

N_ITEMS, N_FACTORS = 5_000, 32


def peak(n_users: int, *, products: bool) -> int:
    """Bytes held at most while everybody's best item is found."""
    rng = np.random.default_rng(0)
    items = rng.normal(size=(N_ITEMS, N_FACTORS)).astype(np.float32)
    users = rng.normal(size=(1000, N_FACTORS)).astype(np.float32)
    excluded = np.zeros(N_ITEMS, bool)
    of_model = DotProducts(items, lambda idx: users[idx % 1000]) if products else None

    def rank(n_users: int) -> None:
        score, seen = lambda idx: users[idx % 1000] @ items.T, SeenItems.none(n_users)
        rank_exactly(score, lambda: of_model, np.arange(n_users), 1, seen, excluded)

    rank(100)  # the first call compiles
    tracemalloc.start()
    rank(n_users)
    held = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    return held


@pytest.mark.parametrize("products", [True, False])
def test_four_blocks_of_users_hold_one_block_at_a_time(products):
    size = BLOCK // (N_FACTORS if products else N_ITEMS)
    lists = (2 * 12 + 16) * 4 * size  # in their blocks and joined; who is asked for
    assert peak(4 * size, products=products) < 1.25 * 4 * BLOCK + lists


def test_users_are_ranked_alike_in_one_block_and_in_many(monkeypatch):
    rng = np.random.default_rng(0)
    users, items = rng.normal(size=(100, 4)).astype(np.float32), rng.normal(size=(60, 4)).astype(np.float32)
    given = (
        lambda idx: users[idx] @ items.T, lambda: DotProducts(items, lambda idx: users[idx]), np.arange(100), 7,
        SeenItems.none(100), np.zeros(60, bool),
    )  # fmt: skip
    whole = rank_exactly(*given)
    monkeypatch.setattr("cofactor.selection.exact.BLOCK", 50)
    for one, other in zip(whole, rank_exactly(*given), strict=True):
        np.testing.assert_array_equal(one, other)
