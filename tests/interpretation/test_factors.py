import numpy as np
import pytest

import cofactor as cf
from cofactor.errors import BadOption, Unsupported
from cofactor.interpretation.factors import factors


@pytest.fixture(scope="module")
def model(tastes):
    return cf.MatrixFactorization(n_factors=8, n_epochs=12, y_range=(0.5, 5.5)).fit(tastes, progress=False)


def test_the_first_factor_is_an_axis_that_was_put_in(model):
    from cofactor.data.sources.tastes import truth

    found = factors(model, n=2, least=60)
    axes = truth().item_axes[found.idx]
    correlation = np.corrcoef(np.column_stack([found.places[:, 0], axes]).T)[0, 1:]
    assert np.abs(correlation).max() > 0.7


def test_the_ends_of_the_first_factor_are_the_lectures_opposites(model):
    ends = [set(end) for end in factors(model).extremes(0, n=40)]
    family = next(end for end in ends if "Frozen (2013)" in end or "Toy Story (1995)" in end)
    assert "Alien (1979)" not in family


def test_shares_fall_and_are_parts_of_one(model):
    shares = factors(model, n=8).shares
    assert (np.diff(shares) <= 0).all()
    assert shares.sum() == pytest.approx(1)


def test_users_have_factors_too(model):
    assert len(factors(model, side="user").names) == np.sum(model.ratings.user_counts >= 20)


def test_signs_do_not_depend_on_the_run(model):
    np.testing.assert_array_equal(factors(model).places, factors(model).places)


def test_a_model_without_vectors_says_so(tastes):
    with pytest.raises(Unsupported, match="no vectors"):
        factors(cf.Bias().fit(tastes))


def test_more_factors_than_there_are_is_refused(model):
    with pytest.raises(BadOption, match="between 1 and 8"):
        factors(model, n=9)
