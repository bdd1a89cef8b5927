"""The prior of future rows, estimated from trained rows, which are over-shrunk and follow their own ratings."""

from typing import NamedTuple

import numpy as np
import pytest

from cofactor.posterior.row_prior import LinearisedRatings, PriorEvidence, ProbeSums, noise_variance, row_covariance

NOISE, N_FACTORS = 0.5, 3


class World(NamedTuple):
    """Rows drawn from a law, and what a ridge of that strength made of a few ratings of each."""

    mean: np.ndarray
    covariance: np.ndarray
    trained: np.ndarray
    probes: list[LinearisedRatings]
    errors: float  # their mean square
    n_ratings: int

    @property
    def evidence(self) -> PriorEvidence:
        return PriorEvidence(self.trained, self.errors, ProbeSums.of(self.probes))


def world_of(ridge: float) -> World:
    rng = np.random.default_rng(0)
    mean, covariance = np.array([0.3, -0.2, 0.1]), np.diag([0.5, 0.3, 0.1])
    trained, probes = [], []
    for row in rng.multivariate_normal(mean, covariance, 600):
        design = rng.normal(size=(rng.integers(4, 12), N_FACTORS))
        values = design @ row + rng.normal(0, np.sqrt(NOISE), len(design))
        trained.append(np.linalg.solve(design.T @ design + ridge * np.eye(N_FACTORS), design.T @ values))
        probes.append(LinearisedRatings(trained[-1], design, values - design @ trained[-1]))
    middle, errors = np.mean(trained, axis=0), np.concatenate([one.errors for one in probes])
    probes = [
        LinearisedRatings(one.row - middle, one.design, one.errors) for one in probes
    ]  # rows are counted from their mean
    return World(mean - middle, covariance, np.array(trained) - middle, probes, np.square(errors).mean(), len(errors))


@pytest.fixture(scope="module")
def held() -> World:
    return world_of(ridge=4.0)


def test_rows_that_were_held_to_the_average_spread_too_little(held):
    """What is unknown of them is added, which brings their covariance nearer to the law's."""
    off = [np.abs(one - held.covariance).max() for one in (row_covariance(held.trained), held.evidence.covariance)]
    assert off[1] < 0.85 * off[0]


def test_their_mean_was_held_to_0_as_well(held):
    off = np.abs(held.evidence.mean(NOISE) - held.mean)
    assert off.max() < 0.6 * np.abs(held.mean).max()


def test_a_few_rows_tell_nearly_what_all_would(held):
    """As each is compared with what was trained of it, the mean is known better than by as many rows alone."""
    few = held.probes[::20]
    both = (ProbeSums.of(probes) for probes in (held.probes, few))
    of_all, of_few = (PriorEvidence(held.trained, held.errors, probes).mean(NOISE) for probes in both)
    assert (np.abs(of_few - of_all) < np.sqrt(np.diag(held.covariance) / len(few)) / 2).all()


def test_ratings_that_rows_have_followed_are_noisier_than_they_look():
    free = world_of(ridge=0.5)
    assert free.errors < 0.75 * NOISE
    noise = noise_variance(free.errors, free.n_ratings, len(free.trained) * free.evidence.effective_dof)
    assert noise == pytest.approx(NOISE, rel=0.1)


def test_more_numbers_than_ratings_leave_a_tenth_of_them():
    assert noise_variance(0.2, 100, 400) == pytest.approx(2.0)


def test_sums_over_many_ratings_in_few_directions_stay_positive():
    """Of a row with 20,000 ratings of items that differ in one direction: rounded to single precision, a covariance of
    future rows would have a variance below 0."""
    rng = np.random.default_rng(0)
    items = (rng.normal(size=(20_000, 1)) * rng.normal(size=10)).astype(np.float32)
    design = np.column_stack([np.ones(len(items), np.float32), items])
    errors = rng.normal(0, 0.01, len(items)).astype(np.float32)
    probes = ProbeSums.of([LinearisedRatings(np.zeros(11, np.float32), design, errors)])
    exact = design.astype(np.float64).T @ design.astype(np.float64)
    np.testing.assert_allclose(probes.grams[0], exact, rtol=1e-12)
    assert np.linalg.eigvalsh(probes.grams[0])[0] > -1e-12 * exact.max()
