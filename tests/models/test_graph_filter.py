"""The filter against the same by dense matrices, and what its exponents do."""

import numpy as np
import pytest

import cofactor as cf
from cofactor.errors import BadOption


@pytest.fixture(scope="module")
def clicks():
    rng = np.random.default_rng(0)
    liked = rng.random((40, 12)) < np.linspace(0.1, 0.7, 12)
    liked[:, 0] |= ~liked.any(axis=1)
    liked[np.arange(12), np.arange(12)] = True
    user, item = np.nonzero(liked)
    return cf.read({"user": user, "item": item}), liked.astype(float)


def units(scores):
    return scores / scores.std(axis=1, keepdims=True)


@pytest.mark.parametrize("dense_share", [0.0, 1.0])
@pytest.mark.parametrize("numbers_at_once", [1, 100, 10_000])
def test_the_linear_part_is_the_formula_by_either_product_and_in_any_pieces(
    clicks, monkeypatch, dense_share, numbers_at_once
):
    monkeypatch.setattr("cofactor.models.graph_filter.DENSE_SHARE", dense_share)
    monkeypatch.setattr("cofactor.models.graph_filter.NUMBERS_AT_ONCE", numbers_at_once)
    ratings, x = clicks
    model = cf.GraphFilter(n_components=0, given_exponent=0.6, user_exponent=0.9, reached_exponent=0.2).fit(ratings)
    users, items = x.sum(axis=1), x.sum(axis=0)
    spread = (x * items**-0.6) @ (x.T * users**-0.9) @ x * items**-0.2
    np.testing.assert_allclose(model.score_users(np.arange(40)), units(spread), rtol=1e-4)


def test_the_smooth_part_keeps_the_first_singular_vectors_weighted_as_ridge_regression_does(clicks):
    ratings, x = clicks
    ridge, options = 0.3, {"n_components": 3, "basis_exponent": 0.5, "ridge": 0.3}
    model, plain = (
        cf.GraphFilter(low_pass=2, **options).fit(ratings),
        cf.GraphFilter(low_pass=0, **options).fit(ratings),
    )
    users, items = x.sum(axis=1), x.sum(axis=0)
    _, values, vectors = np.linalg.svd(x * users[:, None] ** -0.5 * items**-0.5)
    v, share = vectors[:3].T, values[:3] ** 2 / values[0] ** 2
    smooth = (x * items**-0.5) @ (v * share / (share + ridge)) @ v.T * items**0.5
    difference = model.score_users(np.arange(40)) - plain.score_users(np.arange(40))
    np.testing.assert_allclose(difference, 2 * units(smooth), atol=2e-3)


def test_a_larger_last_exponent_leads_away_from_what_is_popular(clicks):
    ratings, x = clicks
    popularity = x.sum(axis=0)

    def mean_popularity(exponent):
        scores = cf.GraphFilter(n_components=0, reached_exponent=exponent).fit(ratings).score_users(np.arange(40))
        return popularity[np.argsort(-scores, axis=1)[:, :3]].mean()

    assert mean_popularity(0.0) > mean_popularity(0.5) > mean_popularity(1.0)


def test_negative_sizes_are_refused(clicks):
    with pytest.raises(BadOption, match="0 or more"):
        cf.GraphFilter(n_components=-1).fit(clicks[0])
