"""Items that the same people have: likeness by hand, and against the formula written out."""

import numpy as np
import pytest

import cofactor as cf
from cofactor.errors import BadOption
from cofactor.kernels.neighbours import cooccurrence


@pytest.fixture(scope="module")
def three():
    """Item 1 has users a, b, c, d; item 2 has a, b; item 3 has d."""
    return cf.read({"user": list("abcdabd"), "item": [1, 1, 1, 1, 2, 2, 3]}, rating=False)


def likeness(model: cf.ItemKNN) -> np.ndarray:
    return model._weight_matrix.toarray()


def test_likeness_is_the_cosine_of_who_has_them(three):
    s = likeness(cf.ItemKNN(shrinkage=0.0).fit(three))
    np.testing.assert_allclose(s, [[0, 2 / np.sqrt(8), 1 / 2], [2 / np.sqrt(8), 0, 0], [1 / 2, 0, 0]], rtol=1e-6)


def test_shrinkage_holds_few_witnesses_back(three):
    s = likeness(cf.ItemKNN(shrinkage=2.0).fit(three))
    assert s[0, 1] == pytest.approx(2 / (np.sqrt(8) + 2))
    assert s[0, 2] == pytest.approx(1 / (2 + 2))


def test_a_score_adds_up_what_ones_items_give(three):
    model = cf.ItemKNN(shrinkage=0.0).fit(three)
    (scores,) = model.score_users(three.users.find(["d"]))
    np.testing.assert_allclose(scores, [0.5, 2 / np.sqrt(8), 0.5], rtol=1e-6)


def test_values_count_where_they_are_asked_for():
    ratings = cf.read({"user": ["a", "a", "b", "b"], "item": [1, 2, 1, 2], "rating": [1.0, 2.0, 3.0, 1.0]})
    s = likeness(cf.ItemKNN(shrinkage=0.0, use_values=True).fit(ratings))
    assert s[0, 1] == pytest.approx((1 * 2 + 3 * 1) / np.sqrt((1 + 9) * (4 + 1)))


def weights_by_hand(x: np.ndarray, weighting: str) -> np.ndarray:
    rarity = np.maximum(np.log(x.shape[1] / (1 + x.sum(axis=1))), 0)
    size = x.sum(axis=0)
    saturated = x * 2.2 / (1.2 * (0.25 + 0.75 * size / size.mean()) + x)
    return {"none": x, "tfidf": x * rarity[:, None], "bm25": saturated * rarity[:, None]}[weighting]


@pytest.mark.parametrize("weighting", ["none", "tfidf", "bm25"])
def test_each_item_keeps_its_nearest_by_the_formula(weighting):
    rng = np.random.default_rng(0)
    x = (rng.random((50, 30)) < 0.3).astype(float)
    user, item = np.nonzero(x)
    model = cf.ItemKNN(n_neighbors=5, shrinkage=3.0, weighting=weighting).fit(cf.read({"user": user, "item": item}))
    w = weights_by_hand(x, weighting)
    length = np.sqrt(np.square(w).sum(axis=0))
    s = w.T @ w / (np.outer(length, length) + 3)
    np.fill_diagonal(s, 0)
    found, fifth = likeness(model), np.sort(s, axis=0)[-5]  # of column i the five largest s_ji
    np.testing.assert_allclose(found, np.where(found, s, 0), atol=1e-6)
    assert (np.count_nonzero(found, axis=0) == 5).all()
    assert (found[s > fifth + 1e-6] > 0).all()


def test_any_number_of_threads_finds_the_same_neighbours(tastes, monkeypatch):
    found = []
    for n in (1, 3):
        monkeypatch.setenv("COFACTOR_THREADS", str(n))
        found.append(cf.ItemKNN(n_neighbors=7, weighting="bm25").fit(tastes))
    assert np.array_equal(found[0].weights_, found[1].weights_)
    assert np.array_equal(found[0].items_, found[1].items_)


def test_columns_that_nobody_has_have_no_neighbours():
    from scipy.sparse import csr_array

    near, alike = cooccurrence.nearest_columns(csr_array(np.array([[1.0, 0, 1], [0, 0, 1]], np.float32)), 2, 0.0)
    assert near.tolist() == [[2, -1], [-1, -1], [0, -1]]
    assert alike[1].tolist() == [0, 0]


@pytest.mark.parametrize(
    ("options", "message"),
    [({"n_neighbors": 0}, "at least 1"), ({"shrinkage": -1.0}, "0 or more"), ({"weighting": "idf"}, "tfidf, bm25")],
)
def test_options_out_of_range_are_refused(options, message, three):
    with pytest.raises(BadOption, match=message):
        cf.ItemKNN(**options).fit(three)
