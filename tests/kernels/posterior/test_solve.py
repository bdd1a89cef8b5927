"""All rows of a side at once against the formula in double precision."""

from typing import Any, NamedTuple

import numpy as np
import pytest

import cofactor.kernels.posterior.schedule as scheduling
from cofactor.kernels.posterior.prior import BiasTerm, Prior
from cofactor.kernels.posterior.problem import RowProblem
from cofactor.kernels.posterior.problem_numpy import row_system
from cofactor.kernels.posterior.schedule import SPLIT_ABOVE, schedule_rows
from cofactor.kernels.posterior.solve import solve
from cofactor.kernels.posterior.weights import RatingWeights
from cofactor.kernels.ratings.csr import CsrRatings


class Side(NamedTuple):
    """A side of 40 rows, some without ratings, and all that the kernel asks for."""

    design: np.ndarray
    offset: np.ndarray
    ratings: CsrRatings
    weights: RatingWeights
    prior: Prior

    def posterior(self, row: int) -> tuple[np.ndarray, np.ndarray]:
        """Precision and mean by the formula, in float64."""
        system = row_system(self.problem(), row)
        return system.precision, system.mean

    def problem(self, **other: Any) -> RowProblem:
        """What the kernel is given, some of it replaced."""
        return RowProblem(self.design, self.offset, self.ratings, self.weights, self.prior)._replace(**other)

    def solve(self, draw: int | None = None, split_above: int = SPLIT_ABOVE) -> np.ndarray:
        out = np.empty((len(self.ratings.indptr) - 1, self.design.shape[1]), np.float32)
        schedule = schedule_rows(self.ratings.indptr, out.shape[1], split_above=split_above)
        solve(out, self.problem(), schedule, draw=draw)
        return out


def make_side(k: int, n: int = 40, m: int = 300) -> Side:
    rng = np.random.default_rng(k)
    counts = rng.integers(0, m, n)
    counts[3] = 0
    indices = np.concatenate([rng.permutation(m)[:count] for count in counts]).astype(np.int32)
    root = rng.normal(size=(k, 2 * k))
    precision = (root @ root.T / k + np.eye(k)).astype(np.float32)
    numbers = [rng.normal(0, 0.5, (m, k)), rng.normal(size=m), rng.random(len(indices)), rng.random(n)]
    design, offset, values, ridge = (one.astype(np.float32) for one in numbers)
    ratings = CsrRatings(np.concatenate([[0], np.cumsum(counts)]), indices, values)
    weights = RatingWeights(*(np.float32(x) for x in (0.5, 2, 0.25, 1.5)))
    return Side(
        design, offset, ratings, weights, Prior(precision.ravel(), ridge, rng.normal(size=(n, k)).astype(np.float32))
    )


@pytest.mark.parametrize("k", [16, 32, 48, 64, 80, 128, 256])
def test_all_rows_get_the_mean_that_the_formula_gives_in_double_precision(k):
    side = make_side(k)
    for row, found in enumerate(side.solve()):
        mean = side.posterior(row)[1]
        assert np.abs(found - mean).max() < 3e-5 * np.abs(mean).max()


def test_draws_have_the_posteriors_mean_and_covariance():
    side = make_side(16, n=4)
    draws = np.stack([side.solve(draw=key) for key in range(4000)]).astype(np.float64)
    for row in range(4):
        precision, mean = side.posterior(row)
        # in the coordinates in which the posterior is a standard normal
        standard = (draws[:, row] - mean) @ np.linalg.cholesky(precision)
        assert np.abs(standard.mean(axis=0)).max() < 4.5 / np.sqrt(4000)
        assert np.abs(np.cov(standard.T) - np.eye(16)).max() < 0.12


def test_a_draw_depends_on_its_key_and_its_row_alone():
    side = make_side(32)
    first, again, other = side.solve(draw=7), side.solve(draw=7), side.solve(draw=8)
    assert np.array_equal(first, again)
    assert not np.isclose(first, other).any(axis=1).all()
    fewer = side._replace(ratings=CsrRatings(side.ratings.indptr[:6], side.ratings.indices, side.ratings.values))
    assert np.array_equal(fewer.solve(draw=7), first[:5])


def test_a_rating_of_weight_two_counts_like_the_same_rating_twice():
    side = make_side(16)
    times = np.random.default_rng(0).integers(1, 4, len(side.ratings.values))
    row = np.repeat(np.arange(40), np.diff(side.ratings.indptr))
    repeated = CsrRatings(
        np.concatenate([[0], np.cumsum(np.bincount(row, times, 40).astype(int))]),
        np.repeat(side.ratings.indices, times), np.repeat(side.ratings.values, times),
    )  # fmt: skip
    weighted = side.ratings._replace(weights=times.astype(np.float32))
    twice = side._replace(ratings=repeated).solve()
    np.testing.assert_allclose(side._replace(ratings=weighted).solve(), twice, atol=1e-4)


def test_a_joined_row_is_added_to_the_designs():
    side, rng = make_side(32), np.random.default_rng(0)
    third = rng.normal(size=(5, 32)).astype(np.float32)
    third_idx = rng.integers(0, 5, len(side.ratings.values)).astype(np.int32)
    # every pair of rows, already added, in a design of its own
    pairs = (side.design[:, None] + third[None]).reshape(-1, 32)
    spread = CsrRatings(side.ratings.indptr, side.ratings.indices * 5 + third_idx, side.ratings.values)
    plain = side._replace(design=pairs, offset=np.repeat(side.offset, 5), ratings=spread).solve()
    out = np.empty_like(plain)
    ratings, schedule = side.ratings._replace(third_idx=third_idx), schedule_rows(side.ratings.indptr, 32)
    solve(out, side.problem(ratings=ratings, third=third), schedule)
    np.testing.assert_allclose(out, plain, atol=1e-4)


def with_bias(side: Side, draw: int | None = None, split_above: int = SPLIT_ABOVE) -> np.ndarray:
    """The first 15 coordinates, and the last as a bias that is eliminated: (n, 16)."""
    k, n = side.design.shape[1], len(side.ratings.indptr) - 1
    rows, bias, design = np.zeros((n, k), np.float32), np.zeros(n, np.float32), side.design.copy()
    design[:, -1] = 0
    whole, precision = side.prior.precision.reshape(k, k), np.eye(k, dtype=np.float32)
    precision[:-1, :-1], last = whole[:-1, :-1], np.append(whole[-1], whole[-1, -1])
    last[k - 1], pull = 0, side.prior.pull.copy()
    pull[:, -1] = 0
    prior, known = side.prior._replace(precision=precision.ravel(), pull=pull), side.prior.pull[:, -1].copy()
    schedule = schedule_rows(side.ratings.indptr, k, split_above=split_above)
    problem = side.problem(design=design, prior=prior, bias=BiasTerm(bias, last, known))
    solve(rows, problem, schedule, draw=draw)
    rows[:, -1] = bias
    return rows


@pytest.mark.parametrize("split_above", [SPLIT_ABOVE, 40])
def test_a_bias_that_is_eliminated_is_a_coordinate_of_ones(split_above):
    side = make_side(32)
    side.design[:, -1] = 1
    np.testing.assert_allclose(with_bias(side, split_above=split_above), side.solve(), atol=2e-4)


def test_a_bias_is_drawn_with_its_row():
    side = make_side(16, n=4)
    side.design[:, -1] = 1
    draws = np.stack([with_bias(side, draw=key) for key in range(4000)]).astype(np.float64)
    for row in range(4):
        precision, mean = side.posterior(row)
        standard = (draws[:, row] - mean) @ np.linalg.cholesky(precision)
        assert np.abs(standard.mean(axis=0)).max() < 4.5 / np.sqrt(4000)
        assert np.abs(np.cov(standard.T) - np.eye(16)).max() < 0.12


# ---- rows that all threads share --------------------------------------------------------------------------


@pytest.mark.parametrize("k", [16, 48, 128])
def test_a_row_that_is_split_over_threads_gets_the_same_mean(k):
    side = make_side(k)
    whole, split = side.solve(), side.solve(split_above=40)
    assert np.abs(whole - split).max() < 2e-5 * np.abs(whole).max()


def test_a_plan_splits_long_rows_alone_and_misses_no_rating():
    side = make_side(16)
    schedule, counts = schedule_rows(side.ratings.indptr, 16, split_above=100), np.diff(side.ratings.indptr)
    assert sorted(one.row for one in schedule.long_rows) == np.flatnonzero(counts > 100).tolist()
    assert sorted([*schedule.order, *(one.row for one in schedule.long_rows)]) == list(range(40))
    for one in schedule.long_rows:
        assert (one.cuts[0], one.cuts[-1]) == tuple(side.ratings.indptr[one.row : one.row + 2])
        assert len(one.cuts) > 2


@pytest.mark.parametrize("split_above", [40, 16_384])
def test_any_number_of_threads_gives_the_same_bits(split_above, monkeypatch):
    side, found = make_side(48), []
    for n in (1, 2, 5):
        monkeypatch.setenv("COFACTOR_THREADS", str(n))
        found.append(side.solve(draw=1, split_above=split_above))
    assert np.array_equal(found[0], found[1])
    assert np.array_equal(found[0], found[2])


# ---- rows with fewer ratings than coordinates -------------------------------------------------------------


@pytest.mark.parametrize("k", [32, 128, 256])
def test_short_rows_get_the_same_mean_by_a_system_of_their_own_size(k, monkeypatch):
    monkeypatch.setattr(scheduling, "EIGENBASIS_COST", float("-inf"))  # always worth it
    side = make_side(k)
    assert schedule_rows(side.ratings.indptr, k).n_short == np.count_nonzero(np.diff(side.ratings.indptr) <= 0.75 * k)
    for row, found in enumerate(side.solve()):
        mean = side.posterior(row)[1]
        assert np.abs(found - mean).max() < 3e-5 * np.abs(mean).max()


def test_short_rows_say_what_they_explain(monkeypatch):
    side, explained = make_side(64), []
    for turn in (float("-inf"), float("inf")):
        monkeypatch.setattr(scheduling, "EIGENBASIS_COST", turn)
        schedule, out = schedule_rows(side.ratings.indptr, 64), np.empty((40, 64), np.float32)
        explained.append(solve(out, side.problem(), schedule))
    np.testing.assert_allclose(*explained, rtol=1e-5)


def test_short_rows_have_a_bias_too(monkeypatch):
    """A prior of a number a coordinate, as in plain least squares, nothing of which is turned."""
    side, k, found = make_side(64), 64, []
    n = len(side.ratings.indptr) - 1
    prior = side.prior._replace(precision=np.diag(np.linspace(0.5, 2, k)).astype(np.float32).ravel())
    for turn in (float("-inf"), float("inf")):
        monkeypatch.setattr(scheduling, "EIGENBASIS_COST", turn)
        rows, out = np.empty((n, k), np.float32), np.empty(n, np.float32)
        pulls = np.linspace(-1, 1, n).astype(np.float32)
        bias = BiasTerm(out, np.append(np.zeros(k), 0.7).astype(np.float32), pulls)
        schedule = schedule_rows(side.ratings.indptr, k)
        explained = solve(rows, side.problem(prior=prior, bias=bias), schedule)
        found.append(np.column_stack([rows, out, explained]))
    np.testing.assert_allclose(*found, rtol=2e-4, atol=2e-5)


def test_ratings_that_may_weigh_nothing_are_not_divided_by(monkeypatch):
    monkeypatch.setattr(scheduling, "EIGENBASIS_COST", float("-inf"))
    side = make_side(64)
    side.ratings.values[::3] = 0
    side = side._replace(weights=side.weights._replace(weight=np.float32(0)))
    for row, found in enumerate(side.solve()):
        mean = side.posterior(row)[1]
        assert np.abs(found - mean).max() < 3e-5 * np.abs(mean).max()


def test_few_short_rows_are_not_worth_turning_the_prior():
    assert schedule_rows(np.arange(40), 128).n_short == 0
    assert schedule_rows(np.arange(100_000), 128).n_short == 99_999
