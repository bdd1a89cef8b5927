"""The fused engines against their readable twins."""

from itertools import pairwise

import numpy as np
import pytest

from cofactor.kernels.gradient import sgd
from cofactor.kernels.gradient.labelled_pairs import LabelledPairs
from cofactor.nets.embeddings import Embeddings, squash
from cofactor.training.batches import Batches
from cofactor.training.engines.fused import FusedAdam, TiledSgd
from cofactor.training.schedule import constant, one_cycle
from small_tables import random_ratings

N_USERS, N_ITEMS, K = (
    60,
    300,
    10,
)  # most items are missing from most batches, so their rows have steps to make up


def engines(y_range, batch_size=16, scale=0.3):
    torch_engine = pytest.importorskip("cofactor.training.engines.torch_engine")
    from cofactor.nets.dot_product import DotProduct

    ratings = random_ratings(N_USERS, N_ITEMS, 1500)
    start = Embeddings.random(N_USERS, N_ITEMS, K, seed=3, scale=scale)
    columns, batches = (ratings.user_idx, ratings.item_idx, ratings.values), Batches(1500, batch_size, seed=5)
    twin = torch_engine.TorchEngine(DotProduct(start, y_range), LabelledPairs(*columns), batches)
    return FusedAdam(start, *columns, batches, y_range), twin


def run_both(fused, twin, n_epochs, schedule, decay):
    for engine in (fused, twin):
        engine.begin(schedule, decay)
    return [[e.run(epoch, 0, e.n_steps) for epoch in range(n_epochs)] for e in (fused, twin)]


@pytest.mark.parametrize("y_range", [None, (0.0, 5.5)])
def test_both_engines_compute_the_same_epochs(y_range):
    fused, twin = engines(y_range)
    schedule = one_cycle(3 * fused.n_steps, 5e-3)
    ours, theirs = run_both(fused, twin, 3, schedule, decay=0.1)
    np.testing.assert_allclose(ours, theirs, rtol=1e-4)
    for mine, its in zip(fused.embeddings, twin.embeddings, strict=True):
        np.testing.assert_allclose(mine, its, atol=2e-5)


def test_a_row_that_is_never_touched_only_decays():
    ratings = random_ratings(N_USERS, N_ITEMS, 1500)
    start = Embeddings.random(N_USERS, N_ITEMS + 1, K, seed=3)  # one more item than anybody rates
    start.item_factors[-1] = 1
    engine = FusedAdam(start, ratings.user_idx, ratings.item_idx, ratings.values, Batches(1500, 16, seed=5))
    engine.begin(constant(engine.n_steps, 0.01), weight_decay=0.5)
    engine.run(0, 0, engine.n_steps)
    np.testing.assert_allclose(engine.embeddings.item_factors[-1], (1 - 0.005) ** engine.n_steps, rtol=1e-5)


def test_a_second_schedule_goes_on_with_the_same_momentum():
    fused, twin = engines((0.0, 5.5))
    for rate in (5e-3, 1e-3):
        schedule = constant(fused.n_steps, rate)
        ours, theirs = run_both(fused, twin, 1, schedule, decay=0.01)
        np.testing.assert_allclose(ours, theirs, rtol=1e-4)


def test_a_short_last_batch_counts_each_rating_once():
    fused, twin = engines(None, batch_size=64)
    assert fused.n_steps == -(-1500 // 64)
    ours, theirs = run_both(fused, twin, 1, constant(fused.n_steps, 1e-3), decay=0.0)
    np.testing.assert_allclose(ours[0][-1], theirs[0][-1], rtol=1e-4)


def test_a_restored_engine_continues_bit_for_bit():
    first, _ = engines((0.0, 5.5))
    schedule = one_cycle(2 * first.n_steps, 5e-3)
    first.begin(schedule, 0.1)
    first.run(0, 0, first.n_steps)
    half = first.state()
    straight = first.run(1, 0, first.n_steps)
    second, _ = engines((0.0, 5.5))
    second.begin(schedule, 0.1)
    second.restore(half)
    np.testing.assert_array_equal(second.run(1, 0, second.n_steps), straight)


def test_sgd_visits_every_rating_once_and_cells_of_a_round_share_no_row():
    ratings = random_ratings(N_USERS, N_ITEMS, 1500)
    cells = sgd.arrange_ratings(ratings.user_idx, ratings.item_idx, ratings.values, N_USERS, N_ITEMS, 16, seed=0)
    before = sorted(zip(ratings.user_idx, ratings.item_idx, ratings.values, strict=True))
    assert sorted(zip(*cells[:3], strict=True)) == before
    for number in range(sgd.N_STRATA):
        bounds = cells.bounds[number * sgd.N_STRATA : (number + 1) * sgd.N_STRATA + 1]
        lanes = [slice(a, b) for a, b in pairwise(bounds)]
        for column in cells[:2]:
            rows = [set(column[lane].tolist()) for lane in lanes]
            assert sum(map(len, rows)) == len(set().union(*rows))


@pytest.mark.parametrize("y_range", [None, (0.0, 5.5)])
def test_sgd_is_its_formula(y_range):
    """The same ratings in the same order, in plain NumPy."""
    ratings = random_ratings(N_USERS, N_ITEMS, 1500)
    start = Embeddings.random(N_USERS, N_ITEMS, K, seed=3, scale=0.3)
    engine = TiledSgd(start, ratings.user_idx, ratings.item_idx, ratings.values, 0, y_range)
    engine.begin(constant(engine.n_steps, 0.02), weight_decay=0.05)
    engine.run(0, 0, engine.n_steps)
    p, b, q, c = (part.astype(np.float64) for part in start)
    for u, i, r in zip(*engine._cells[:3], strict=True):
        score = squash(p[u] @ q[i] + b[u] + c[i], y_range)
        slope = 1.0 if y_range is None else score * (1 - score / 5.5)
        pull, keep = 0.02 * slope * (r - score), 1 - 0.02 * 0.05
        p[u], q[i] = keep * p[u] + pull * q[i], keep * q[i] + pull * p[u]
        b[u], c[i] = keep * b[u] + pull, keep * c[i] + pull
    for mine, formula in zip(engine.embeddings, (p, b, q, c), strict=True):
        np.testing.assert_allclose(mine, formula, atol=1e-5)


def test_the_order_of_ratings_depends_on_seed_and_epoch_alone():
    batches = Batches(100, 8, seed=1)
    np.testing.assert_array_equal(batches.of(3), Batches(100, 8, seed=1).of(3))
    assert (batches.of(3) != batches.of(4)).any()
    assert sorted(batches.of(0).ravel().tolist()) == [-1] * 4 + list(range(100))


def test_the_short_last_batch_can_be_left_out():
    assert Batches(100, 8, seed=1, drop_last=True).of(0).shape == (12, 8)
