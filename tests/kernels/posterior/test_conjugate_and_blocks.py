"""Conjugate steps and block steps against the posterior that they approach, written out in double precision."""

from functools import partial

import numpy as np
import pytest
from test_solve import make_side

from cofactor.kernels.posterior import blocks, conjugate
from cofactor.kernels.posterior.blocks import block_steps
from cofactor.kernels.posterior.conjugate import conjugate_steps
from cofactor.kernels.posterior.schedule import RATINGS_AT_ONCE, SPLIT_ABOVE, schedule_rows
from cofactor.kernels.twins import twin_of

METHODS = {"conjugate": partial(conjugate_steps, n_steps=60), "block": partial(block_steps, block=32)}


def start_of(side):
    n, k = len(side.ratings.indptr) - 1, side.design.shape[1]
    return np.random.default_rng(0).normal(size=(n, k)).astype(np.float32)


def improve(method, side, out, split_above=SPLIT_ABOVE):
    schedule = schedule_rows(side.ratings.indptr, out.shape[1], split_above=split_above)
    return method(out, side.problem(), schedule)


@pytest.mark.parametrize("split_above", [60, SPLIT_ABOVE])
@pytest.mark.parametrize("k", [16, 48, 208])
def test_conjugate_steps_end_at_the_posterior_mean(k, split_above):
    side = make_side(k)
    out = start_of(side)
    improve(METHODS["conjugate"], side, out, split_above)
    for row, found in enumerate(out):
        mean = side.posterior(row)[1]
        assert np.abs(found - mean).max() < 3e-4 * np.abs(mean).max()


@pytest.mark.parametrize("split_above", [60, SPLIT_ABOVE])
@pytest.mark.parametrize("block", [16, 32, 48])
def test_a_round_over_the_blocks_solves_each_given_the_others(block, split_above):
    side = make_side(80)
    out, expected = start_of(side), start_of(side)
    improve(partial(block_steps, block=block), side, out, split_above)
    improve(partial(twin_of(block_steps), block=block), side, expected, split_above)
    assert (np.abs(out - expected).max(axis=1) < 2e-5 * np.abs(expected).max(axis=1)).all()


@pytest.mark.parametrize("method", METHODS)
def test_it_says_what_the_rows_explain(method):
    side = make_side(48)
    out = start_of(side)
    explained = improve(METHODS[method], side, out)
    for row, x in enumerate(out.astype(np.float64)):
        precision, mean = side.posterior(row)
        gained, paid = 2 * x @ precision @ mean, x @ precision @ x
        assert abs(explained[row] - (gained - paid)) < 1e-6 * (abs(gained) + abs(paid))  # they all but cancel in one


@pytest.mark.parametrize("method", METHODS)
def test_a_row_too_long_to_be_kept_is_gathered_again_with_the_same_result(method, monkeypatch):
    side = make_side(32)
    kept = start_of(side)
    improve(METHODS[method], side, kept)
    for module in (conjugate, blocks):
        monkeypatch.setattr(module, "MAX_GATHERED", RATINGS_AT_ONCE * 32)
    again = start_of(side)
    improve(METHODS[method], side, again)
    np.testing.assert_allclose(again, kept, atol=2e-5 * np.abs(kept).max())


def test_a_rating_without_weight_has_a_pull_but_no_part_in_predictions():
    side = make_side(48)
    side = side._replace(weights=side.weights._replace(weight=np.float32(0)))
    side.ratings.values[::3] = 0
    out = start_of(side)
    for _ in range(60):
        improve(METHODS["block"], side, out)
    for row, found in enumerate(out):
        mean = side.posterior(row)[1]
        assert np.abs(found - mean).max() < 2e-2 * np.abs(mean).max()


def test_a_step_knows_the_prior_s_shape_and_comes_much_further_than_a_plain_one():
    side = make_side(48)
    stretch = np.geomspace(1e4, 1, 48).astype(np.float32)
    turn = np.linalg.qr(np.random.default_rng(1).normal(size=(48, 48)))[0].astype(np.float32)
    side = side._replace(prior=side.prior._replace(precision=((turn * stretch) @ turn.T).ravel()))
    start = start_of(side)
    found = start.copy()
    improve(partial(conjugate_steps, n_steps=1), side, found)
    ours, plain = [], []
    for row, x in enumerate(start.astype(np.float64)):
        precision, mean = side.posterior(row)
        down = precision @ (mean - x)
        steepest = x + down * (down @ down) / (down @ precision @ down)
        for places, away in ((ours, found[row] - mean), (plain, steepest - mean)):
            places.append(away @ precision @ away / ((x - mean) @ precision @ (x - mean)))
    assert np.median(ours) < 0.2 * np.median(plain)
