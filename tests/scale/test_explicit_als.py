"""What shards give is what the whole table in memory gives."""

import numpy as np
import pytest

import cofactor as cf
from cofactor.scale.explicit_als import ItemRows, solve_items, sum_shards
from cofactor.training.engines.explicit_als import AlternatingLeastSquares, RowPenalty
from cofactor.training.engines.spectral import item_start, spectral_start

K = 8


@pytest.fixture(scope="module")
def tastes():
    return cf.load("tastes")


@pytest.mark.parametrize("n_shards", [1, 5])
def test_after_three_sweeps_the_items_are_those_of_the_table_in_memory(tastes, n_shards):
    whole = AlternatingLeastSquares(spectral_start(tastes, K, seed=0), tastes, reg=0.1, reg_exponent=0.8)
    penalty, counts = RowPenalty(K, 0.1, 0.8), tastes.item_counts.astype(np.float32)
    shards = [tastes.by_user.take(part) for part in np.array_split(np.arange(tastes.n_users), n_shards)]
    start = item_start(shards, tastes.item_counts, tastes.mean, K, seed=0)
    items = ItemRows.of(start, np.zeros(tastes.n_items, np.float32), tastes.mean, penalty.width)
    for sweep in range(3):
        losses = whole.run(sweep, 0, 2)
        items, loss = solve_items(items, sum_shards(shards, items, penalty), counts, penalty)
        assert loss == pytest.approx(float(losses[1]), rel=1e-4)
    expected = whole.embeddings
    assert np.abs(items.factors[:, :K] - expected.item_factors).max() < 1e-4 * np.abs(expected.item_factors).max()
    assert np.abs(items.bias - expected.item_bias).max() < 1e-4 * np.abs(expected.item_bias).max()
