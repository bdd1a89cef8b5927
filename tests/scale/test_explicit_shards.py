"""What shards give is what the whole table in memory gives."""

import numpy as np
import pytest

import cofactor as cf
from cofactor.data.id_keys import keys_of
from cofactor.scale.fitting.explicit_als import ShardedLeastSquares
from cofactor.scale.fitting.held_out import HeldOut
from cofactor.scale.fitting.learned_shards import LearnedShards
from cofactor.scale.table.folder import open_shards
from cofactor.scale.table.shard_file import Shard
from cofactor.scale.table.writing import shard_table
from cofactor.training.engines.explicit_als import AlternatingLeastSquares
from cofactor.training.engines.spectral import spectral_start

K = 8


@pytest.fixture(scope="module")
def tastes():
    return cf.load("tastes")


@pytest.fixture(scope="module")
def shards(tastes, tmp_path_factory):
    folder = tmp_path_factory.mktemp("scale") / "tastes.shards"
    return shard_table(tastes, folder, n_shards=20)  # two bundles


def in_memory(ratings, n_sweeps: int):
    engine = AlternatingLeastSquares(spectral_start(ratings, K, seed=0), ratings, reg=0.1, reg_exponent=0.8)
    losses = [float(engine.run(sweep, 0, 2)[1]) for sweep in range(n_sweeps)]
    return engine, losses


def from_shards(shards, share: float = 0.0):
    return ShardedLeastSquares(LearnedShards(shards, HeldOut(share, shards.catalogue.items.values)), K, 0.1, 0.8)


def test_after_three_sweeps_the_items_are_those_of_the_table_in_memory(tastes, shards):
    whole, losses = in_memory(tastes, 3)
    engine = from_shards(shards)
    assert [float(engine.run(sweep, 0, engine.n_steps)[-1]) for sweep in range(3)] == pytest.approx(losses, rel=1e-4)
    expected = whole.embeddings
    assert (
        np.abs(engine.items.factors[:, :K] - expected.item_factors).max() < 1e-4 * np.abs(expected.item_factors).max()
    )
    assert np.abs(engine.items.bias - expected.item_bias).max() < 1e-4 * np.abs(expected.item_bias).max()


def test_what_is_held_out_is_never_learned_from_and_measured_after_each_sweep(tastes, shards):
    """The same part taken out of the table in memory: the same errors, with users solved from the same ratings."""
    part = HeldOut(0.2, tastes.items.values).split(Shard(tastes.by_user, keys_of(tastes.users.values)))
    users = np.repeat(np.arange(tastes.n_users), part.test.counts)
    out = set((users * tastes.n_items + part.test.indices).tolist())
    pair = tastes.user_idx.astype(np.int64) * tastes.n_items + tastes.item_idx
    train = tastes.subset(np.array([one not in out for one in pair.tolist()]))
    whole, losses = in_memory(train, 2)
    engine = from_shards(shards, share=0.2)
    assert [float(engine.run(sweep, 0, engine.n_steps)[-1]) for sweep in range(2)] == pytest.approx(losses, rel=1e-4)
    whole.run(2, 0, 1)  # the users, given the items after two sweeps
    errors = whole.predict(users, part.test.indices) - part.test.values
    final = engine.final_errors()
    assert final.rmse == pytest.approx(float(np.sqrt(np.mean(errors**2))), rel=1e-4)
    engine.run(2, 0, engine.n_steps)
    assert engine.errors.sums == pytest.approx(final.sums)


def test_a_training_goes_on_from_its_last_sweep(shards):
    one, other = from_shards(shards), from_shards(shards)
    one.run(0, 0, one.n_steps)
    other.restore(kept := one.state())
    same = {name: array.copy() for name, array in kept.items()}
    for engine in (one, other):
        engine.run(1, 0, engine.n_steps)
    assert np.array_equal(one.items.factors, other.items.factors)
    assert all(np.array_equal(array, same[name]) for name, array in kept.items())  # what was told is not written into


def test_the_sums_are_the_same_bits_however_shards_are_asked_for(shards):
    """A bundle is the unit: its shards are summed in order, and so are the bundles."""
    assert [len(one) for one in shards.bundles] == [16, 4]
    one, other = from_shards(shards), from_shards(open_shards(shards.folder))
    one.run(0, 0, 2)
    other.run(0, 0, 1)
    other.run(0, 1, 2)
    assert np.array_equal(one.items.factors, other.items.factors)
