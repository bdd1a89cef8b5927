"""Rows solved from the sums of shards are those solved from all ratings."""

import numpy as np
import pytest
from test_solve import Side, make_side

from cofactor.kernels.posterior.prior import BiasTerm
from cofactor.kernels.posterior.problem import RowProblem
from cofactor.kernels.posterior.row_sums import RowSums, add_ratings_to, solve_sums
from cofactor.kernels.posterior.schedule import schedule_rows
from cofactor.kernels.posterior.solve import solve
from cofactor.kernels.posterior.weights import UNIT_WEIGHTS
from cofactor.kernels.ratings.csr import CsrRatings


def shards_of(side: Side, n_shards: int):
    """The same rows, each shard with the ratings that meet every third, say, row of the other side."""
    rows = np.repeat(np.arange(40), np.diff(side.ratings.indptr))
    for number in range(n_shards):
        own = side.ratings.indices % n_shards == number
        indptr = np.concatenate([[0], np.cumsum(np.bincount(rows[own], minlength=40))])
        design, offset = side.design[number::n_shards], side.offset[number::n_shards]
        ratings = CsrRatings(indptr, side.ratings.indices[own] // n_shards, side.ratings.values[own])
        yield side.problem(design=np.ascontiguousarray(design), offset=offset.copy(), ratings=ratings)


def sums_of(problems, k: int, *, has_bias: bool = False) -> RowSums:
    sums = RowSums.zeros(40, k, has_bias=has_bias)
    for problem in problems:
        add_ratings_to(sums, problem)
    return sums


@pytest.mark.parametrize("n_shards", [1, 3])
def test_the_rows_are_those_of_all_ratings_in_one_place(n_shards):
    side, out = make_side(32), np.empty((40, 32), np.float32)
    explained = solve_sums(out, sums_of(shards_of(side, n_shards), 32), side.prior)
    np.testing.assert_allclose(out, side.solve(), atol=1e-4)
    assert explained.shape == (40,)


def test_a_bias_is_one_more_coordinate():
    side = make_side(16)
    bias = BiasTerm(np.zeros(40, np.float32), np.append(np.zeros(16), 0.5).astype(np.float32), np.ones(1, np.float32))
    out, alone = np.empty((40, 16), np.float32), bias._replace(out=np.zeros(40, np.float32))
    sums = sums_of((one._replace(bias=bias) for one in shards_of(side, 2)), 16, has_bias=True)
    explained = solve_sums(out, sums, side.prior, bias)
    whole = np.empty((40, 16), np.float32)
    expected = solve(whole, side.problem(bias=alone), schedule_rows(side.ratings.indptr, 16))
    np.testing.assert_allclose(out, whole, atol=1e-4)
    np.testing.assert_allclose(bias.out, alone.out, atol=1e-4)
    np.testing.assert_allclose(explained, expected, rtol=1e-4, atol=1e-4)


def test_shards_that_were_summed_apart_are_added():
    side = make_side(16)
    one, two = (sums_of([problem], 16) for problem in shards_of(side, 2))
    one.add(two)
    np.testing.assert_allclose(one.precision, sums_of([side.problem()], 16).precision, rtol=1e-5, atol=1e-5)


def test_a_row_without_ratings_has_its_priors_mean():
    side, out = make_side(16), np.empty((40, 16), np.float32)
    solve_sums(out, sums_of([side.problem()], 16), side.prior)
    np.testing.assert_allclose(out[3], side.posterior(3)[1], atol=1e-5)


def test_a_million_ratings_are_summed_as_exactly_as_a_few():
    """Equal terms are the worst case, as each is rounded the same way; in single precision throughout it is 1e-3."""
    n, k = 1_000_000, 16
    user, values = np.full((1, k), 0.1, np.float32), np.full(1, 3.7, np.float32)
    ratings = CsrRatings(np.array([0, n]), np.zeros(n, np.int32), values)
    sums = RowSums.zeros(1, k, has_bias=True)
    prior = make_side(k).prior
    add_ratings_to(sums, RowProblem(user, np.zeros(1, np.float32), ratings, UNIT_WEIGHTS, prior))
    tenth = np.float64(np.float32(0.1))
    np.testing.assert_allclose(sums.precision, n * tenth**2, rtol=5e-6)
    np.testing.assert_allclose(sums.b, n * tenth * np.float64(np.float32(3.7)), rtol=5e-6)
    assert sums.of_bias[0, k] == n
