"""Sparse EASE: regressions on few neighbours, against the same by the formula."""

import numpy as np
import pytest

import cofactor as cf
from cofactor.errors import BadOption


@pytest.fixture(scope="module")
def clicks():
    rng = np.random.default_rng(0)
    liked = rng.random((60, 25)) < 0.35 + 0.3 * (np.arange(25) % 3 == np.arange(60)[:, None] % 3)
    user, item = np.nonzero(liked)
    return cf.read({"user": user, "item": item}), liked.astype(float)


def test_with_all_that_occur_together_it_is_ridge_regression_of_each_item_on_the_others(clicks):
    ratings, x = clicks
    model = cf.SparseEASE(n_neighbors=24, reg=5.0).fit(ratings)
    weights = model._weight_matrix.toarray()
    for item in range(25):
        others = np.delete(np.arange(25), item)
        gram = x[:, others].T @ x[:, others] + 5 * np.eye(24)
        np.testing.assert_allclose(weights[others, item], np.linalg.solve(gram, x[:, others].T @ x[:, item]), atol=1e-5)
    assert not np.diag(weights).any()


def test_an_item_is_written_by_its_nearest_alone(clicks):
    ratings, x = clicks
    model = cf.SparseEASE(n_neighbors=3, reg=5.0).fit(ratings)
    weights, size = model._weight_matrix.toarray(), np.sqrt(x.sum(axis=0))
    cosine = x.T @ x / np.outer(size, size) - 2 * np.eye(25)
    for item in range(25):
        assert np.count_nonzero(weights[:, item]) <= 3
        far = np.argsort(-cosine[:, item])[6:]  # ties leave some choice among the nearest
        assert not weights[far, item].any()


def test_a_newcomer_with_somebodys_items_gets_their_scores(clicks):
    ratings, _ = clicks
    model = cf.SparseEASE(n_neighbors=8).fit(ratings)
    items = ratings.by_user.of(5)[0]
    newcomer = {ratings.items.values[item]: 1.0 for item in items}
    np.testing.assert_allclose(model.score_newcomer(newcomer), model.score_users(np.array([5]))[0], atol=1e-6)


def test_options_out_of_range_are_refused(clicks):
    with pytest.raises(BadOption, match="n_neighbors is at least 1"):
        cf.SparseEASE(n_neighbors=0).fit(clicks[0])
