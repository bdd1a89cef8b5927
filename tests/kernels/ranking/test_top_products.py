"""The best n of each user from factors: what the compiled pass finds is what sorting all products finds."""

import numpy as np
import pytest
from hypothesis import given, strategies as st

from cofactor.kernels.ranking.lists import SeenItems
from cofactor.kernels.ranking.top_products import pack_items, top_products

# products of these are exact in float32, whatever the order of additions: equal scores are really equal
NUMBERS = np.array([-2, -1, 0, 0.5, 1, 3], np.float32)


def hide(rows: list[list[int]]) -> SeenItems:
    indptr = np.cumsum([0, *map(len, rows)])
    return SeenItems(np.arange(len(rows)), indptr, np.array([i for row in rows for i in sorted(row)], np.int32))


def by_sorting(users, items, n, seen: list[list[int]], excluded) -> tuple[list[list[int]], list[list[float]]]:
    """Every product in float64, sorted; equal ones by item."""
    lists = []
    for user, own in zip(users, seen, strict=True):
        scores = items.astype(np.float64) @ user
        left = [i for i in range(len(items)) if i not in own and not excluded[i] and scores[i] == scores[i]]
        best = sorted(left, key=lambda i, scores=scores: (-scores[i], i))[: min(n, len(items))]
        short = min(n, len(items)) - len(best)
        lists.append(([*best, *[-1] * short], [*scores[best], *[-np.inf] * short]))
    return [idx for idx, _ in lists], [top for _, top in lists]


@given(
    sizes=st.tuples(st.integers(1, 150), st.integers(1, 110), st.integers(1, 20)),
    n=st.integers(1, 130),
    seed=st.integers(0, 2**32 - 1),
)
def test_the_lists_are_those_that_sorting_gives(sizes, n, seed):
    """Few different numbers, so that most scores tie; seen items, excluded items, lists longer than the catalogue."""
    n_users, n_items, k = sizes
    rng = np.random.default_rng(seed)
    users, items = rng.choice(NUMBERS, (n_users, k)), rng.choice(NUMBERS, (n_items, k))
    seen = [np.flatnonzero(rng.random(n_items) < rng.choice([0, 0.3, 1])).tolist() for _ in range(n_users)]
    excluded = rng.random(n_items) < 0.2
    found = top_products(users, pack_items(items, excluded, rng.choice(NUMBERS, k)), n, hide(seen))
    idx, top = by_sorting(users, items, n, seen, excluded)
    assert found[0].tolist() == idx
    assert found[1].tolist() == top


def test_equal_scores_keep_catalogue_order_whatever_the_order_of_looking():
    users, items = np.ones((70, 2), np.float32), np.ones((100, 2), np.float32)
    backwards = pack_items(items)._replace(order=np.arange(100)[::-1].copy(), place=np.arange(100)[::-1].copy())
    for packed in (pack_items(items), backwards):
        assert (top_products(users, packed, 3, SeenItems.none(70))[0] == [0, 1, 2]).all()


def test_nan_and_minus_infinity_are_never_chosen_and_infinity_comes_first():
    items = np.array([[np.nan], [1], [-np.inf], [np.inf], [2]], np.float32)
    idx, top = top_products(np.ones((1, 1), np.float32), pack_items(items), 5, SeenItems.none(1))
    assert idx.tolist() == [[3, 4, 1, -1, -1]]
    assert top.tolist() == [[np.inf, 2, 1, -np.inf, -np.inf]]


def test_a_user_whose_factors_are_not_finite_gets_an_empty_list_and_disturbs_nobody():
    users, items = np.ones((9, 2), np.float32), np.arange(12, dtype=np.float32).reshape(6, 2)
    users[4] = np.nan
    idx, _ = top_products(users, pack_items(items, typical_user=users.mean(axis=0)), 2, SeenItems.none(9))
    assert idx.tolist() == [[5, 4]] * 4 + [[-1, -1]] + [[5, 4]] * 4


def test_with_nothing_to_choose_from_the_lists_are_empty():
    users, items = np.ones((3, 2), np.float32), np.ones((5, 2), np.float32)
    assert (top_products(users, pack_items(items, np.ones(5, bool)), 2, SeenItems.none(3))[0] == -1).all()
    assert top_products(users[:0], pack_items(items), 2, SeenItems.none(0))[0].shape == (0, 2)


@pytest.mark.parametrize("n", [1, 10, 300])
def test_a_users_list_is_the_same_bit_for_bit_whoever_else_is_asked_for(n):
    rng = np.random.default_rng(0)
    users, items = (rng.normal(size=(size, 64)).astype(np.float32) for size in (1200, 2000))
    whole = top_products(users, pack_items(items, typical_user=users.mean(axis=0)), n, SeenItems.none(1200))
    part = top_products(users[700:760], pack_items(items), n, SeenItems.none(60))
    for all_users, few in zip(whole, part, strict=True):
        np.testing.assert_array_equal(all_users[700:760], few)


def test_products_are_accurate_to_float32():
    rng = np.random.default_rng(1)
    users, items = (rng.normal(size=(size, 300)).astype(np.float32) for size in (100, 500))
    idx, top = top_products(users, pack_items(items), 20, SeenItems.none(100))
    exact = np.take_along_axis(users.astype(np.float64) @ items.T, idx, axis=1)
    np.testing.assert_allclose(top, exact, rtol=2e-5)
