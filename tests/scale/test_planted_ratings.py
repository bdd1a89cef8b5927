"""The generated ratings of benchmarks: the law that is stated, and the same whoever makes them."""

import numpy as np
import pytest

from benchmarks.shared.planted_folder import planted_shards
from benchmarks.shared.planted_ratings import AliasTable, World, user_rows
from cofactor.kernels.threads import set_threads
from cofactor.scale.table.folder import open_shards


@pytest.fixture(scope="module")
def world():
    return World.of(300, 4)


def same(one, other) -> bool:
    return np.array_equal(one.keys, other.keys) and all(map(np.array_equal, one.rows, other.rows))


def test_two_look_ups_draw_by_the_weights():
    """What every column stands for adds up to each one's weight."""
    weights = np.array([5.0, 1, 3, 0, 1])
    accept, alias = AliasTable.of(weights)
    share = accept / 2**32
    drawn = share + np.bincount(alias.astype(int), 1 - share, minlength=5)
    assert drawn / 5 == pytest.approx(weights / 10, abs=1e-8)


def test_a_user_is_the_same_in_any_shard_on_any_number_of_threads(world):
    whole = world.shard(0, 600)
    set_threads(1)
    try:
        assert same(world.shard(0, 600), whole)
        part = world.shard(200, 100)
    finally:
        set_threads(None)
    at = np.flatnonzero(np.isin(whole.keys, part.keys))
    assert all(map(np.array_equal, part.rows, whole.rows.take(at)))


def test_the_items_of_a_user_differ_and_their_values_are_those_of_the_planted_factors(world):
    users, _ = world.users_of_shard(0, 5_000)
    rows, planted = world.shard(0, 5_000).rows, user_rows(world, users)
    user = np.repeat(np.arange(5_000), rows.counts)
    assert (np.diff(rows.indices)[np.diff(user) == 0] > 0).all()
    score = 3.6 + planted[user, 0] + world.bias[rows.indices]
    score += np.einsum("nk,nk->n", planted[user, 1:], world.factors[rows.indices])
    middle = np.abs(score - 3) < 0.5  # where hardly anything is clipped
    errors = (rows.values - score)[middle]
    assert abs(errors.mean()) < 0.01
    assert errors.std() == pytest.approx((0.8**2 + 1 / 12) ** 0.5, abs=0.01)  # noise, and a rounding's twelfth


def test_a_folder_that_was_interrupted_keeps_its_whole_shards(world, tmp_path, monkeypatch):
    monkeypatch.setattr("benchmarks.shared.planted_folder.USERS_IN_SHARD", 50)
    whole = planted_shards(tmp_path / "whole", world, 220, lambda *_: None)
    planted_shards(tmp_path / "other", world, 220, lambda *_: None)
    (tmp_path / "other" / "shards.json").unlink()
    (tmp_path / "other" / "00003.shard").write_bytes(b"half")
    there = dict[int, bool]()
    again = planted_shards(tmp_path / "other", world, 220, there.__setitem__)
    assert list(there.values()) == [True, True, True, False, True]
    assert again.fingerprint == whole.fingerprint == open_shards(tmp_path / "other").fingerprint
    assert (again.mean, len(again), again.n_users) == (whole.mean, len(whole), 220)
    assert np.array_equal(again.item_counts, whole.item_counts)
