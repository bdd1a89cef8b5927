"""The unit of a scale: what is much wider or narrower than 1 to 5 is trained on in its own."""

import numpy as np
import pytest

import cofactor as cf
from cofactor.data.ratings import Ratings
from cofactor.training.rating_unit import rating_unit


@pytest.mark.parametrize(("width", "unit"), [(4, 1), (8, 1), (9, 2.25), (2, 1), (1, 0.25), (1e-38, 1), (0, 1)])
def test_it_is_the_scales_width_in_those_of_a_scale_from_1_to_5(width, unit):
    assert rating_unit(Ratings.from_arrays([1, 2], [1, 2], [0.0, width], kind="ratings")) == pytest.approx(unit)


def test_a_scale_of_next_to_nothing_is_learned_without_a_word():
    users, items = np.divmod(np.arange(30), 6)
    ratings = Ratings.from_arrays(users, items, np.where((users + items) % 2, 1e-38, 0), kind="ratings")
    model = cf.MatrixFactorization(solver="sgd", n_factors=4).fit(ratings, progress=False)
    assert abs(model.predict(1, 2)) < 1e-30
