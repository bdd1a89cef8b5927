"""Rows solved from the sums of shards are those solved from all ratings."""

import numpy as np
from test_solve import Side, make_side

from cofactor.kernels.posterior.shards import join_sums, solve_sums, sum_shard
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


def test_the_rows_are_those_of_all_ratings_in_one_place():
    side, out = make_side(32), np.empty((40, 32), np.float32)
    solve_sums(out, join_sums([sum_shard(one) for one in shards_of(side, 3)]), side.prior)
    np.testing.assert_allclose(out, side.solve(), atol=1e-4)


def test_a_shard_sends_the_rows_alone_that_its_ratings_touch():
    side = make_side(16)
    alone = CsrRatings(np.array([0, 0, 2, *[2] * 38]), np.array([4, 7], np.int32), np.ones(2, np.float32))
    sums = sum_shard(side.problem(ratings=alone))
    assert sums.rows.tolist() == [1]
    assert (sums.precision.shape, sums.b.shape) == ((1, 16, 16), (1, 16))


def test_a_row_without_ratings_has_its_priors_mean():
    side, out = make_side(16), np.empty((40, 16), np.float32)
    solve_sums(out, join_sums([sum_shard(side.problem())]), side.prior)
    np.testing.assert_allclose(out[3], side.posterior(3)[1], atol=1e-5)
