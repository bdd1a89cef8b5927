import numpy as np
import pytest

import cofactor as cf
from cofactor.errors import BadOption
from cofactor.training.schedule import exponential, flat_cosine, one_cycle


def test_one_cycle_starts_at_a_25th_peaks_after_a_quarter_and_ends_near_nothing():
    rates = one_cycle(1000, 5e-3).rates
    assert rates[0] == pytest.approx(5e-3 / 25)
    assert np.argmax(rates) == 250
    assert rates[250] == pytest.approx(5e-3)
    assert rates[-1] < 1e-6


def test_the_momentum_mirrors_the_rate():
    momenta = one_cycle(1000, 5e-3).momenta
    assert momenta[0] == pytest.approx(0.95)
    assert np.argmin(momenta) == 250
    assert momenta[250] == pytest.approx(0.85)


def test_flat_cosine_is_flat_for_three_quarters():
    rates = flat_cosine(100, 0.1).rates
    assert (rates[:75] == 0.1).all()
    assert rates[-1] < 0.01


def test_exponential_grows_by_equal_factors():
    rates = exponential(4, 1e-4, 1.0).rates
    np.testing.assert_allclose(rates, [1e-4, 1e-3, 1e-2, 1e-1])


def test_an_unknown_schedule_is_refused_with_the_known_ones():
    with pytest.raises(BadOption, match="one_cycle, constant, flat_cosine, but 'triangle' came"):
        cf.BPR(schedule="triangle")
