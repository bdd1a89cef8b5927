"""Sums over all raters say of items what their ratings would, had they been kept."""

import numpy as np

from cofactor.posterior.everybody import RaterSums
from cofactor.posterior.row_prior import LinearisedRatings, ProbeSums

K, N_RATERS = 3, 12
RNG = np.random.default_rng(0)
ITEMS, MIDDLE_ITEMS, MIDDLE_USER = RNG.normal(size=(2, K + 1)), RNG.normal(size=(2, K + 1)), RNG.normal(size=K)
RATERS, TARGETS = RNG.normal(size=(2, N_RATERS, K)), RNG.normal(size=(2, N_RATERS))  # a rating less the rater's bias


def with_one(factors):
    return np.column_stack([np.ones(len(factors)), factors])


def told() -> RaterSums:
    designs = [with_one(theirs) for theirs in RATERS]
    pulls = [design.T @ y for design, y in zip(designs, TARGETS, strict=True)]
    return RaterSums(np.arange(2), np.stack([design.T @ design for design in designs]), np.stack(pulls))


def test_raters_are_counted_from_their_middle_and_ratings_from_what_is_expected():
    probes = list[LinearisedRatings]()
    for row, middle, theirs, y in zip(ITEMS, MIDDLE_ITEMS, RATERS, TARGETS, strict=True):
        design = with_one(theirs - MIDDLE_USER)
        probes.append(LinearisedRatings(row, design, y - design @ (row + middle)))
    expected, found = ProbeSums.of(probes), told().about(ITEMS, MIDDLE_USER, MIDDLE_ITEMS)
    for one, other in zip(found, expected, strict=True):
        np.testing.assert_allclose(one, other, atol=1e-12)


def test_a_unit_is_taken_by_the_ratings_and_its_root_by_the_factors():
    """Ratings four times as far apart: factors of both sides are twice as large, biases four times."""
    designs = [with_one(2 * theirs) for theirs in RATERS]
    found = told().in_whole_units(4.0)
    np.testing.assert_allclose(found.grams, [design.T @ design for design in designs])
    np.testing.assert_allclose(found.pulls, [one.T @ (4 * y) for one, y in zip(designs, TARGETS, strict=True)])
