"""The same ratings are held out wherever they are met, and errors of shards add up to those of all."""

import numpy as np
import pytest

import cofactor as cf
from cofactor.data.csr_rows import Rows
from cofactor.data.id_keys import keys_of
from cofactor.errors import BadOption
from cofactor.scale.fitting.held_out import ErrorSums, HeldOut
from cofactor.scale.table.shard_file import Shard


@pytest.fixture(scope="module")
def shard():
    table = cf.load("tastes")
    return Shard(table.by_user, keys_of(table.users.values))


def pairs(rows: Rows, keys):
    return set(zip(np.repeat(keys, rows.counts).tolist(), rows.indices.tolist(), strict=True))


def test_every_rating_is_in_one_part_and_the_share_is_about_what_was_asked(shard):
    train, test = HeldOut(0.2, cf.load("tastes").items.values).split(shard)
    assert pairs(train, shard.keys) | pairs(test, shard.keys) == pairs(shard.rows, shard.keys)
    assert not pairs(train, shard.keys) & pairs(test, shard.keys)
    n = len(shard.rows.indices)
    assert abs(len(test.indices) / n - 0.2) < 4 * (0.2 * 0.8 / n) ** 0.5
    assert sorted([*train.values, *test.values]) == sorted(shard.rows.values)


def test_what_is_held_out_depends_on_user_item_and_seed_alone(shard):
    held_out = HeldOut(0.2, cf.load("tastes").items.values, seed=7)
    whole = pairs(held_out.split(shard).test, shard.keys)
    some = np.arange(100, 300)
    part = held_out.split(Shard(shard.rows.take(some), shard.keys[some])).test
    assert pairs(part, shard.keys[some]) == {one for one in whole if one[0] in set(shard.keys[some].tolist())}
    assert whole != pairs(HeldOut(0.2, cf.load("tastes").items.values, seed=8).split(shard).test, shard.keys)


def test_without_a_share_nothing_is_held_out(shard):
    train, test = HeldOut(0, cf.load("tastes").items.values).split(shard)
    assert (len(train.indices), len(test.indices)) == (len(shard.rows.indices), 0)


def test_a_share_that_leaves_nothing_is_refused():
    with pytest.raises(BadOption, match="validation=1 is no share of the ratings: give one from 0 up to 1"):
        HeldOut(1, np.arange(3))


def test_errors_of_two_users_by_hand():
    """Squared errors 1, 1 and 4 of three ratings: their mean is 2."""
    sums = ErrorSums.of(np.array([1.0, -1.0, 2.0]), np.array([0, 2, 3]))
    assert sums.rmse == pytest.approx(2**0.5)
    assert (
        ErrorSums.of(np.array([1.0, -1.0]), np.array([0, 2])) + ErrorSums.of(np.array([2.0]), np.array([0, 1])) == sums
    )


def test_the_interval_is_as_wide_as_that_of_resampled_users():
    rng = np.random.default_rng(0)
    counts = rng.integers(1, 20, 2_000)
    errors = rng.standard_normal(counts.sum()) * np.repeat(rng.gamma(2.0, size=2_000), counts)
    indptr = np.concatenate([[0], np.cumsum(counts)])
    low, high = ErrorSums.of(errors, indptr).interval()
    s = np.add.reduceat(errors**2, indptr[:-1])
    drawn = rng.integers(0, 2_000, (1_000, 2_000))
    values = np.sqrt(s[drawn].sum(axis=1) / counts[drawn].sum(axis=1))
    assert (low, high) == pytest.approx(np.percentile(values, [2.5, 97.5]), rel=0.02)


def test_of_nothing_held_out_nothing_is_claimed():
    assert np.isnan([ErrorSums().rmse, *ErrorSums().interval()]).all()


def test_what_is_too_little_for_an_interval_says_so():
    assert str(ErrorSums()) == "nothing, for no rating was left out"
    assert str(ErrorSums.of(np.array([1.0]), np.array([0, 1]))) == (
        "RMSE 1.0000 (one user has no interval), of 1 rating by 1 user"
    )
