"""Similar items: of one or several, among those that match, with the number of people behind them."""

from dataclasses import replace

import numpy as np
import polars as pl
import pytest

import cofactor as cf
from cofactor.data.ratings import Ratings
from cofactor.data.sources.tastes import truth
from cofactor.errors import BadOption, UnknownIds, Unsupported


@pytest.fixture(scope="module")
def model():
    """Item i was rated by i + 1 of six users."""
    pairs = [(user, item) for item in range(6) for user in range(item + 1)]
    ratings = Ratings.from_arrays(*zip(*pairs))
    known = replace(ratings, titles=np.array(list("abcdef"), object), item_attributes={"year": 1990 + np.arange(6)})
    return cf.ImplicitMF(n_factors=2).fit(known, progress=False)


def test_a_neighbour_says_on_how_many_people_it_stands(model):
    table = model.similar_items("c", n=5)
    assert table.columns == ["item", "title", "rank", "similarity", "ratings"]
    assert dict(zip(table["item"], table["ratings"])) == {0: 1, 1: 2, 3: 4, 4: 5, 5: 6}


def test_neighbours_have_at_least_so_many_ratings_and_match(model):
    assert set(model.similar_items(2, min_ratings=4)["item"]) == {3, 4, 5}
    assert set(model.similar_items(2, where="year < 1995", min_ratings=2)["item"]) == {1, 3, 4}
    assert len(model.similar_items(2, min_ratings=7)) == 0


def test_several_items_have_a_table_each_one_below_the_other(model):
    both = model.similar_items(["c", 5], 2)
    assert both["similar_to"].to_list() == ["c", "c", "5", "5"] or both["similar_to"].to_list() == ["c", "c", 5, 5]
    each = [model.similar_items(one, 2) for one in ("c", 5)]
    assert both.drop("similar_to").equals(pl.concat(each))
    assert model.nearest_items(["c", 5], 2)["item"] == both["item"].to_list()


def test_several_users_too(model):
    table = model.similar_users([1, 2], 2)
    assert table["similar_to"].to_list() == [1, 1, 2, 2]
    assert table.filter(pl.col("similar_to") == 2)["user"].to_list() == model.similar_users(2, 2)["user"].to_list()


def test_of_users_too_the_number_of_ratings_is_said_and_can_be_asked_for(model):
    table = model.similar_users(5, 5)
    assert table.columns == ["user", "rank", "similarity", "ratings"]
    assert dict(zip(table["user"], table["ratings"])) == {0: 6, 1: 5, 2: 4, 3: 3, 4: 2}
    assert set(model.similar_users(5, min_ratings=4)["user"]) == {0, 1, 2}


def test_nothing_asked_is_an_empty_table(model):
    assert len(model.similar_items([])) == 0


@pytest.mark.parametrize(
    ("ask", "error", "message"),
    [
        (lambda m: m.similar_items([1, "z"]), UnknownIds, "'z'"),
        (lambda m: m.similar_items(1, min_ratings=-1), BadOption, "min_ratings counts ratings, 0 or more, but -1 came"),
        (lambda m: m.similar_items(1, min_ratings="5"), BadOption, "min_ratings must be a whole number, but '5' came"),
        (lambda m: m.similar_items(1, where="yeer = 1"), BadOption, "Did you mean 'year'"),
        (lambda m: m.similar_items(1, by="angle"), BadOption, "by must be one of cosine, dot, posterior or None"),
        (lambda m: m.similar_users(1, min_ratings=-1), BadOption, "0 or more, but -1 came"),
        (lambda m: m.similar_items(1, by="posterior"), Unsupported, "no posterior of its rows"),
        (lambda m: m.similar_to_mix([]), BadOption, "at least one item that it is like"),
        (lambda m: m.similar_to_mix(1, "z"), UnknownIds, "'z'"),
    ],
)
def test_what_cannot_be_asked_is_refused(model, ask, error, message):
    with pytest.raises(error, match=message):
        ask(model)


# ---- by what they are similar -------------------------------------------------------------------------------


@pytest.fixture(
    scope="module", params=[cf.ExplicitALS(n_factors=8), cf.BayesianMF(n_factors=8, n_draws=16, n_burn_in=16)]
)
def of_ratings(request, tastes):
    return request.param.fit(tastes, progress=False)


def test_cosine_and_dot_product_are_those_of_the_vectors(of_ratings):
    vectors, alien = of_ratings.vectors(), of_ratings.ratings.find_items(["Alien (1979)"])[0]
    products = vectors @ vectors[alien]
    cosine = products / np.linalg.norm(vectors, axis=1) / np.linalg.norm(vectors[alien])
    for by, expected in (("cosine", cosine), ("dot", products)):
        expected[alien] = -np.inf
        near = of_ratings.nearest_items("Alien (1979)", 5, by=by)
        np.testing.assert_allclose(near["similarity"], np.sort(expected)[::-1][:5], rtol=1e-4)
    assert of_ratings.nearest_items("Alien (1979)", 9) == of_ratings.nearest_items("Alien (1979)", 9, by="cosine")


def test_distances_are_those_that_people_drawn_at_random_see(tastes):
    """10,000 people and draws of both items, each from the model's posterior by an exact inverse."""
    model, rng = cf.ExplicitALS(n_factors=4).fit(tastes, progress=False), np.random.default_rng(0)
    near = model.similar_items("Alien (1979)", 3, by="posterior")
    people = rng.multivariate_normal(np.zeros(5), model.noise_ * np.linalg.inv(model.user_precision_), 10_000)[:, 1:]

    def drawn(title):
        item = tastes.find_items([title])[0]
        users = tastes.by_item.of(item)[0]
        design = np.column_stack([np.ones(len(users)), model.user_factors_[users]])
        covariance = model.noise_ * np.linalg.inv(model.item_precision_ + design.T @ design)
        return rng.multivariate_normal(model.item_factors_[item], covariance[1:, 1:], 10_000)

    for title, distance in zip(near["title"], near["distance"], strict=True):
        apart = np.einsum("nf,nf->n", people, drawn("Alien (1979)") - drawn(title))
        assert distance == pytest.approx(np.sqrt(np.mean(apart**2)), rel=0.1)


def test_by_the_posterior_the_nearest_come_first_and_the_rarely_rated_do_not(of_ratings):
    near = of_ratings.similar_items("Toy Story (1995)", 20, by="posterior")
    assert near.columns == ["item", "title", "rank", "distance", "ratings"]
    assert near["distance"].is_sorted()
    assert near["distance"][0] > 0
    assert near["ratings"].mean() > of_ratings.ratings.item_counts.mean()
    assert of_ratings.similar_users("u0001", 3, by="posterior")["distance"].is_sorted()


def test_distances_are_those_of_the_ratings_the_model_has_now(tastes):
    model = cf.ExplicitALS(n_factors=4, n_epochs=2).fit(tastes, progress=False)
    before = model.nearest_users("u0001", 3, by="posterior")
    items = tastes.items.gather(np.arange(100)).tolist()
    model.update(pl.DataFrame({"user": ["u0001"] * 100, "item": items, "rating": [1] * 100}))
    assert model.nearest_users("u0001", 3, by="posterior") != before


@pytest.mark.parametrize(
    "model",
    [
        cf.ExplicitALS(n_factors=8),
        cf.ExplicitALS(n_factors=8, attributes=True),
        cf.MatrixFactorization(n_factors=8, n_epochs=6, y_range=(0.5, 5.5)),
        cf.BayesianMF(n_factors=8, n_draws=16, n_burn_in=16),
    ],
    ids=["least squares", "attributes", "squashed", "draws"],
)
def test_distances_are_those_between_the_tastes_that_ratings_were_generated_from(tastes, model):
    """In stars, for much rated films: shrunk a little, and the scale has only five of them."""
    known, much_rated = truth(), tastes.item_counts > 100
    found = model.fit(tastes, progress=False).row_posterior("item")
    for film in tastes.find_items(["Alien (1979)", "Toy Story (1995)", "The Matrix (1999)"]):
        apart = (known.item_axes - known.item_axes[film]) @ np.linalg.cholesky(np.cov(known.user_axes.T))
        true, distance = np.linalg.norm(apart, axis=1)[much_rated], found.distances(int(film))[much_rated]
        assert np.corrcoef(distance, true)[0, 1] > 0.9
        assert 0.5 < np.median(distance) / np.median(true) < 1.05


# ---- mixes ----------------------------------------------------------------------------------------------------


def test_a_mix_ranks_by_the_cosine_with_the_mix_of_directions(of_ratings):
    like, unlike = ["Toy Story (1995)", "Alien (1979)"], ["Frozen (2013)"]
    table = of_ratings.similar_to_mix(like, unlike, 10)
    assert table.columns == ["item", "title", "rank", "similarity", "ratings"]
    assert not set(table["title"]) & {*like, *unlike}
    unit = of_ratings.vectors() / np.maximum(np.linalg.norm(of_ratings.vectors(), axis=1, keepdims=True), 1e-12)
    a, b, c = unit[of_ratings.ratings.find_items([*like, *unlike])]
    scores = unit @ ((a + b) / 2 - c / 2)
    scores[of_ratings.ratings.find_items([*like, *unlike])] = -np.inf
    assert of_ratings.ratings.find_items(table["item"].to_list()).tolist() == np.argsort(-scores)[:10].tolist()


def test_a_mix_has_items_that_match_and_were_rated_enough(of_ratings):
    table = of_ratings.similar_to_mix("Alien (1979)", n=10, where="year < 1980", min_ratings=30)
    assert all(int(title[-5:-1]) < 1980 for title in table["title"])
    assert table["ratings"].min() >= 30


def test_a_mix_of_one_is_its_neighbours(of_ratings):
    mixed, near = of_ratings.similar_to_mix("Alien (1979)", n=5), of_ratings.similar_items("Alien (1979)", 5)
    assert mixed["item"].to_list() == near["item"].to_list()


def test_a_mix_is_of_weights_where_a_model_links_items_by_weights(tastes):
    model = cf.ItemKNN().fit(tastes, progress=False)
    with_, without = (
        model.similar_to_mix("Toy Story (1995)", unlike, 20, min_ratings=30)["title"].to_list()
        for unlike in (["Frozen (2013)"], [])
    )
    assert with_ != without
