"""Pairwise descent against its formula, who may be a negative, and lanes that do not meet."""

import numpy as np
import pytest

from cofactor.kernels.gradient import pairwise
from cofactor.kernels.gradient.pairwise import BprFactors, arrange_likes, assign_groups, run_round


def small(n_users: int, n_items: int, seed: int = 0) -> BprFactors:
    rng = np.random.default_rng(seed)
    users, items = (rng.normal(0, 0.3, (n, 16)).astype(np.float32) for n in (n_users, n_items))
    return BprFactors(users, items, rng.normal(0, 0.3, n_items).astype(np.float32))


def likes_of(n_users: int, n_items: int, each: int, seed: int = 0) -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(seed)
    items = [np.sort(rng.choice(n_items, each, replace=False)) for _ in range(n_users)]
    return np.arange(n_users + 1) * each, np.concatenate(items).astype(np.int32)


def copied(factors: BprFactors) -> BprFactors:
    return BprFactors(*(part.copy() for part in factors))


def test_one_pair_is_moved_as_the_formula_says():
    """One user who likes item 1 of two: the other one is the negative."""
    factors = small(1, 2)
    p, (r, q), b = factors.users[0].copy(), factors.items.copy(), factors.bias.copy()
    likes = arrange_likes(np.array([0, 1]), np.array([1], np.int32), 2, seed=0)
    loss = run_round(factors, likes, assign_groups(likes, 0, 0), 0, 0.1, 0.05, 7)
    g = 1 / (1 + np.exp(p @ (q - r) + b[1] - b[0]))
    keep, pull = 1 - 0.1 * 0.05, 0.1 * g
    assert loss == pytest.approx(g, rel=1e-5)
    np.testing.assert_allclose(factors.users[0], keep * p + pull * (q - r), rtol=1e-5)
    np.testing.assert_allclose(factors.items, [keep * r - pull * p, keep * q + pull * p], rtol=1e-5)
    np.testing.assert_allclose(factors.bias, [keep * b[0] - pull, keep * b[1] + pull], rtol=1e-5)


def test_a_like_is_never_a_negative():
    """Everybody likes items 0..4 of 6, so item 5 is the only negative: all others only ever rise."""
    factors = BprFactors(np.zeros((50, 16), np.float32), np.zeros((6, 16), np.float32), np.zeros(6, np.float32))
    likes = arrange_likes(np.arange(51) * 5, np.tile(np.arange(5, dtype=np.int32), 50), 6, seed=0)
    run_round(factors, likes, assign_groups(likes, 0, 0), 0, 0.01, 0.0, 3)
    assert (factors.bias[:5] > 0).all()
    assert factors.bias[5] < 0


def test_who_likes_everything_is_left_out():
    factors = small(1, 4)
    before = copied(factors)
    likes = arrange_likes(np.array([0, 4]), np.arange(4, dtype=np.int32), 4, seed=0)
    assert run_round(factors, likes, assign_groups(likes, 0, 0), 0, 0.1, 0.1, 0) == 0
    np.testing.assert_array_equal(factors.items, before.items)


def test_negatives_are_drawn_evenly():
    """Item 0 is liked by all; with a rate this small every draw pushes an item down by the same."""
    n = 20_000
    factors = BprFactors(np.zeros((n, 16), np.float32), np.zeros((11, 16), np.float32), np.zeros(11, np.float32))
    likes = arrange_likes(np.arange(n + 1), np.zeros(n, np.int32), 11, seed=0)
    run_round(factors, likes, assign_groups(likes, 0, 0), 0, 1e-5, 0.0, 5)
    share = factors.bias[1:] / factors.bias[1:].sum()
    np.testing.assert_allclose(share, 0.1, atol=0.01)


def test_an_epoch_visits_every_like_once_and_lanes_share_no_row():
    n = pairwise.MIN_FOR_STRATA + 37
    indptr, indices = likes_of(n, n, 9)
    likes = arrange_likes(indptr, indices, n, seed=1)
    groups = assign_groups(likes, 1, 0)
    assert likes.n_strata == pairwise.N_STRATA
    assert sorted(groups.ravel().tolist()) == list(range(likes.n_groups))
    assert sorted(likes.users.tolist()) == sorted(likes.members.tolist()) == list(range(n))
    assert sorted(zip(likes.user_idx.tolist(), likes.item_idx.tolist())) == list(
        zip(np.repeat(np.arange(n), 9).tolist(), indices.tolist())
    )
    group_of = np.empty(n, int)
    group_of[likes.members] = np.repeat(np.arange(likes.n_groups), np.diff(likes.ends))
    blocks = np.repeat(np.arange(len(likes.bounds) - 1), np.diff(likes.bounds))
    np.testing.assert_array_equal(blocks % likes.n_groups, group_of[likes.item_idx])


def test_any_number_of_threads_gives_the_same(monkeypatch):
    n = pairwise.MIN_FOR_STRATA
    likes, start = arrange_likes(*likes_of(n, n, 9), n, seed=1), small(n, n)
    found = []
    for n_threads in (1, 5):
        monkeypatch.setenv("COFACTOR_THREADS", str(n_threads))
        factors = copied(start)
        losses = [run_round(factors, likes, assign_groups(likes, 0, 0), number, 0.1, 0.01, 9) for number in range(8)]
        found.append((losses, factors.users, factors.items, factors.bias))
    for one, other in zip(*found):
        np.testing.assert_array_equal(one, other)
    assert not np.array_equal(found[0][1], start.users)
