"""The fused perceptron against its readable twin, `nets.EmbeddingMLP` in torch, and against what dropout promises."""

from dataclasses import replace

import numpy as np
import pytest

from cofactor.kernels.gradient.labelled_pairs import LabelledPairs
from cofactor.nets.perceptron import Network
from cofactor.training.batches import Batches
from cofactor.training.engines.fused_perceptron import FusedPerceptron
from cofactor.training.negatives import Negatives
from cofactor.training.schedule import constant, one_cycle
from small_tables import random_ratings

N_USERS, N_ITEMS = 60, 300  # most items are missing from most batches, so their rows have steps to make up


def make(*, units=(20, 9), batch_norm=True, dot=0, y_range=(0.0, 5.5), clicks=False, dropout=0.0, batch_size=40):
    """(40: no multiple of a register tile; 1,500 ratings: the last batch is short)"""
    ratings = random_ratings(N_USERS, N_ITEMS, 1500)
    start = Network.random((N_USERS, N_ITEMS), (10 + dot, 12 + dot), units, batch_norm=batch_norm, dot=dot, seed=1)
    pairs = LabelledPairs(ratings.user_idx, ratings.item_idx, ratings.values)
    if clicks:
        likes = replace(ratings, values=np.ones(len(ratings), np.float32), kind="clicks", scale=None)
        pairs, y_range = Negatives(likes, 2, seed=5), None
    batches = Batches(1500 * (3 if clicks else 1), batch_size, seed=5)
    return FusedPerceptron(start, pairs, batches, y_range, dropout)


def twin_of(fused: FusedPerceptron):
    torch_engine = pytest.importorskip("cofactor.training.engines.torch_engine")
    from cofactor.nets.mlp import EmbeddingMLP

    net = EmbeddingMLP.of(fused.start, fused.y_range)
    return torch_engine.TorchEngine(net, fused.pairs, fused.batches)


def arrays(network: Network) -> list[np.ndarray]:
    return [network.users, network.items, *(part for layer in network.layers for part in layer)]


@pytest.mark.parametrize(
    "options",
    [
        {}, {"batch_norm": False}, {"dot": 3}, {"y_range": None}, {"clicks": True, "dot": 3}, {"units": (5,)},
        {"units": (100, 50, 20)},
    ],
    ids=str,
)  # fmt: skip
def test_both_engines_compute_the_same_epoch(options):
    fused = make(**options)
    twin = twin_of(fused)
    losses = []
    for engine in (fused, twin):
        engine.begin(one_cycle(fused.n_steps, 5e-3), 0.1)
        losses.append(engine.run(0, 0, engine.n_steps))
    np.testing.assert_allclose(*losses, rtol=2e-4)
    for mine, its in zip(arrays(fused.network), arrays(twin.network), strict=True):
        np.testing.assert_allclose(mine, its, atol=1e-4)
    pairs = np.arange(50) % N_USERS, np.arange(50)
    np.testing.assert_allclose(fused.predict(*pairs), twin.predict(*pairs), atol=1e-4)


def test_a_second_schedule_goes_on_with_the_same_momentum():
    fused = make()
    twin = twin_of(fused)
    for rate in (5e-3, 1e-3):
        losses = []
        for engine in (fused, twin):
            engine.begin(constant(10, rate), weight_decay=0.01)
            losses.append(engine.run(0, 0, 10))
        np.testing.assert_allclose(*losses, rtol=2e-4)


@pytest.mark.parametrize("dropout", [0.0, 0.3])
def test_a_restored_engine_continues_bit_for_bit(dropout):
    first, second = make(dropout=dropout), make(dropout=dropout)
    schedule = one_cycle(2 * first.n_steps, 5e-3)
    first.begin(schedule, 0.1)
    first.run(0, 0, first.n_steps)
    half = first.state()
    straight = first.run(1, 0, first.n_steps)
    second.begin(schedule, 0.1)
    second.restore(half)
    np.testing.assert_array_equal(second.run(1, 0, second.n_steps), straight)


def test_dropout_silences_its_share_of_units_and_keeps_their_mean():
    engine = make(dropout=0.25, batch_size=1500, units=(200,))
    engine.begin(constant(1, 1e-3), 0.0)
    engine.run(0, 0, 1)
    kept = engine._space.kept[engine._layout.rows[1] :][: 1500 * 208].reshape(1500, 208)[:, :200]
    assert set(np.unique(kept)) == {0.0, np.float32(1 / 0.75)}
    assert (kept == 0).mean() == pytest.approx(0.25, abs=0.005)
    assert np.abs((kept == 0).mean(axis=0) - 0.25).max() < 0.06  # every unit alike


def test_dropout_draws_anew_at_every_step():
    engine = make(dropout=0.5, units=(50,))
    engine.begin(constant(2, 1e-3), 0.0)
    masks = []
    for step in range(2):
        engine.run(0, step, step + 1)
        masks.append(engine._space.kept[engine._layout.rows[1] :][: 40 * 64].reshape(40, 64)[:, :50].copy())
    assert (masks[0] != masks[1]).mean() == pytest.approx(0.5, abs=0.05)


def test_parameters_that_were_put_in_come_out():
    engine, other = make(), make()
    other.begin(constant(5, 0.01), 0.1)
    other.run(0, 0, 5)
    engine.set_parameters(other.network)
    for mine, its in zip(arrays(engine.network), arrays(other.network), strict=True):
        np.testing.assert_array_equal(mine, its)
