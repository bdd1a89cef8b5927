"""What noise an ε takes, and what ε a sequence of noises spends."""

import sys

import numpy as np
import pytest

from cofactor.errors import MissingExtra
from cofactor.training.private.accountant import (
    budget_shares,
    composed_epsilon,
    noise_multiplier,
    release_multipliers,
)
from cofactor.training.private.secure_normals import secure_normals

pytest.importorskip("dp_accounting")


def gaussian_delta(epsilon: float, sigma: float) -> float:
    """Balle & Wang 2018, theorem 8, of sensitivity 1."""
    from scipy.stats import norm

    half, apart = 1 / (2 * sigma), epsilon * sigma
    return float(norm.cdf(half - apart) - np.exp(epsilon) * norm.cdf(-half - apart))


@pytest.mark.parametrize("epsilon", [0.5, 1.0, 5.0, 10.0])
def test_the_noise_of_an_epsilon_is_just_enough_by_the_formula(epsilon):
    sigma = noise_multiplier(epsilon, 1e-6)
    assert gaussian_delta(epsilon, sigma) <= 1e-6
    assert gaussian_delta(epsilon, 0.999 * sigma) > 1e-6


def test_all_releases_together_spend_what_was_asked_for():
    """By another way than the calibration: the whole sequence's distribution of the privacy loss."""
    multipliers = release_multipliers(noise_multiplier(1.0, 1e-6), budget_shares(3))
    assert composed_epsilon(multipliers, 1e-6) == pytest.approx(1.0, rel=1e-4)


def test_a_release_more_spends_more():
    multipliers = release_multipliers(noise_multiplier(1.0, 1e-6), budget_shares(1))
    assert composed_epsilon([*multipliers, multipliers[-1]], 1e-6) > 1.2


@pytest.mark.parametrize("n_sweeps", [0, 1, 3, 10])
def test_shares_of_the_budget_make_it_up(n_sweeps):
    shares = budget_shares(n_sweeps)
    assert len(shares) == n_sweeps + 1
    assert sum(shares) == pytest.approx(1)
    assert sum(1 / one**2 for one in release_multipliers(2.0, shares)) == pytest.approx(1 / 2.0**2)


def test_without_the_library_the_extra_is_named(monkeypatch):
    monkeypatch.setitem(sys.modules, "dp_accounting", None)
    with pytest.raises(MissingExtra, match=r"cofactor\[privacy\]"):
        composed_epsilon([1.0], 1e-6)


def test_secure_noise_is_standard_normal_and_never_the_same():
    from scipy.stats import kstest

    first, second = secure_normals(20_000), secure_normals(20_000)
    assert not np.array_equal(first, second)
    assert kstest(first, "norm").pvalue > 1e-6
    assert abs(np.corrcoef(first, second)[0, 1]) < 0.05
