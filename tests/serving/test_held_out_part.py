"""Models that the page fits anew are equal to those of `fit`, tell how far they are, and end where they are told to."""

import numpy as np
import pytest

import cofactor as cf
from cofactor.serving.background import Cancelled
from cofactor.serving.pages.held_out import fitted_anew

MODEL = cf.MatrixFactorization(n_factors=2, n_epochs=4, y_range=(0, 5.5))


def test_a_fit_tells_its_sweeps_and_is_the_one_of_python(checkerboard):
    told = list[float]()
    fresh = fitted_anew(MODEL, checkerboard, told.append)
    assert told == [0, 0.25, 0.5, 0.75]
    expected = cf.MatrixFactorization(n_factors=2, n_epochs=4, y_range=(0, 5.5)).fit(checkerboard, progress=False)
    np.testing.assert_array_equal(fresh.score_users(np.arange(3)), expected.score_users(np.arange(3)))


def test_a_fit_ends_at_the_sweep_at_which_it_is_told_to(checkerboard):
    def watch(done: float) -> None:
        if done >= 0.5:
            raise Cancelled

    with pytest.raises(Cancelled):
        fitted_anew(MODEL, checkerboard, watch)
