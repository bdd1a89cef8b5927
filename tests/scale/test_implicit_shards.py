"""What shards of clicks give is what the whole table in memory gives."""

import numpy as np
import pytest

import cofactor as cf
from cofactor.kernels.alignment import empty_aligned
from cofactor.scale.implicit_als import solve_clicked_items, sum_click_shards
from cofactor.training.engines.implicit_als import ClickWeights, ImplicitLeastSquares, ImplicitObjective, RowSolver

K = 8


@pytest.mark.parametrize("confidence", [0.0, 2.0], ids=["clicks alike", "clicks weighed by value"])
def test_after_three_sweeps_the_items_are_those_of_the_table_in_memory(confidence):
    tastes = cf.load("tastes")
    objective = ImplicitObjective(0.1, 0.01, 1.0, ClickWeights(confidence))
    whole = ImplicitLeastSquares(tastes, K, objective, RowSolver(), seed=0)
    users = np.array_split(np.arange(tastes.n_users), 5)
    start = whole.state()["items"]
    items = empty_aligned(start.shape)
    items[:] = start
    for sweep in range(3):
        (expected,) = whole.run(sweep, 0, 1)
        shards = (tastes.by_user.take(part) for part in users)
        sums = sum_click_shards(shards, items, K, objective)
        items, loss = solve_clicked_items(sums, tastes.item_counts, K, objective)
        assert loss == pytest.approx(float(expected), rel=1e-4)
    assert np.abs(items - whole.state()["items"]).max() < 1e-4 * np.abs(items).max()


def test_two_passes_are_added_to_what_one_over_both_gives():
    tastes = cf.load("tastes")
    objective = ImplicitObjective(0.1, 0.01, 1.0, ClickWeights())
    items = np.random.default_rng(0).standard_normal((tastes.n_items, 16)).astype(np.float32) / 4
    parts = [tastes.by_user.take(part) for part in np.array_split(np.arange(tastes.n_users), 4)]
    first, second, both = (sum_click_shards(some, items, 16, objective) for some in (parts[:2], parts[2:], parts))
    first.add(second)
    assert (first.n_clicks, first.n_users) == (both.n_clicks, both.n_users)
    np.testing.assert_allclose(first.gram, both.gram, rtol=1e-12)
    np.testing.assert_allclose(first.of_items.precision, both.of_items.precision, rtol=1e-9, atol=1e-9)
    assert (first.weight, first.penalty) == (both.weight, pytest.approx(both.penalty))
