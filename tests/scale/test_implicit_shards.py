"""What shards of clicks give is what the whole table in memory gives."""

from dataclasses import replace

import numpy as np
import pytest

import cofactor as cf
from cofactor.data.csr_rows import Rows
from cofactor.scale.fitting.held_out import HeldOut, SplitShard
from cofactor.scale.fitting.implicit_als import ClickShardSolver, ShardedClicks
from cofactor.scale.fitting.learned_shards import LearnedShards
from cofactor.scale.fitting.passes import ShardPass
from cofactor.scale.table.writing import shard_table
from cofactor.training.engines.implicit_als import ClickWeights, ImplicitLeastSquares, ImplicitObjective, RowSolver

K = 8


@pytest.fixture(scope="module")
def tastes():
    return cf.load("tastes")


@pytest.fixture(scope="module")
def shards(tastes, tmp_path_factory):
    return shard_table(tastes, tmp_path_factory.mktemp("scale") / "tastes.shards", n_shards=20)


@pytest.mark.parametrize("confidence", [0.0, 2.0], ids=["clicks alike", "clicks weighed by value"])
def test_after_three_sweeps_the_items_are_those_of_the_table_in_memory(tastes, shards, confidence):
    objective = ImplicitObjective(0.1, 0.01, 1.0, ClickWeights(confidence))
    whole = ImplicitLeastSquares(tastes, K, objective, RowSolver(), seed=0)
    engine = ShardedClicks(learned(shards), K, objective)
    for sweep in range(3):
        (expected,) = whole.run(sweep, 0, 1)
        assert float(engine.run(sweep, 0, engine.n_steps)[-1]) == pytest.approx(float(expected), rel=1e-4)
    expected = whole.factors[1]
    assert np.abs(engine.item_factors - expected).max() < 1e-4 * np.abs(expected).max()


def test_two_passes_are_added_to_what_one_over_both_gives(tastes, shards):
    objective = ImplicitObjective(0.1, 0.01, 1.0, ClickWeights())
    items = np.random.default_rng(0).standard_normal((tastes.n_items, 16)).astype(np.float32) / 4
    todo = ShardPass(learned(shards), ClickShardSolver(items, 16, objective))
    first, second, both = (todo(numbers) for numbers in (range(9), range(9, 20), range(20)))
    first.add(second)
    assert (first.n_clicks, first.n_users) == (both.n_clicks, both.n_users) == (len(tastes), tastes.n_users)
    np.testing.assert_allclose(first.gram, both.gram, rtol=1e-12)
    np.testing.assert_allclose(first.of_items.precision, both.of_items.precision, rtol=1e-9, atol=1e-9)
    assert (first.weight, first.penalty) == (both.weight, pytest.approx(both.penalty))


def test_dislikes_are_left_out(tastes, tmp_path):
    """Stars less 3: what is 0 or below is nobody's having."""
    table = replace(tastes, values=tastes.values - 3, scale=(-2.0, 2.0))
    shards = shard_table(table, tmp_path / "less.shards", n_shards=4)
    engine = ShardedClicks(learned(shards), K, ImplicitObjective(0.1, 0.01, 1.0, ClickWeights()))
    assert np.array_equal(engine.counts.of_items, table.positives.item_counts)


def test_a_pass_takes_what_is_learned_from_alone(tastes):
    objective = ImplicitObjective(0.1, 0.01, 1.0, ClickWeights())
    solver = ClickShardSolver(np.ones((tastes.n_items, 16), np.float32), 16, objective)
    nobody = Rows(np.zeros(1, np.int64), np.zeros(0, np.int32), np.ones(1, np.float32))
    solver.add(sums := solver.no_sums(), SplitShard(nobody, tastes.by_user))
    assert (sums.n_clicks, sums.n_users, sums.weight) == (0, 0, 0)


def learned(shards) -> LearnedShards:
    """All of it."""
    return LearnedShards(shards, HeldOut(0.0, shards.catalogue.items.values))
