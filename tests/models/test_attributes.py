"""What attributes say of users and items nobody has ratings of, and how it gives way to ratings."""

from copy import copy
from dataclasses import replace

import numpy as np
import pytest

import cofactor as cf
from cofactor.errors import BadOption, Unsupported
from cofactor.posterior.attribute_prior import AttributePrior

OPTIONS = {"n_factors": 4, "n_epochs": 8, "unobserved_weight": 0.3, "reg": 0.01}
N = 60


@pytest.fixture(scope="module")
def tastes_by_kind() -> cf.Ratings:
    """Sixty users and items of two kinds; like clicks like. Items 56 to 59 and users 58, 59 have no clicks."""
    rng = np.random.default_rng(0)
    pairs = [(u, i) for u in range(58) for i in range(56) if u % 2 == i % 2 and rng.random() < 0.5]
    kind = np.array(["even", "odd"] * (N // 2), object)
    users, items = zip(*pairs, strict=True)
    return cf.read(
        {"user": users, "item": items}, rating=False, unrated="keep",
        items={"item": list(range(N)), "kind": kind.tolist()}, users={"user": list(range(N)), "kind": kind.tolist()},
    )  # fmt: skip


@pytest.fixture(scope="module")
def model(tastes_by_kind):
    return cf.ImplicitMF(**OPTIONS, attributes=True).fit(tastes_by_kind, progress=False)


def best_kinds(model: cf.Recommender, who, **rest) -> set[int]:
    return {item % 2 for item in model.recommend(who, n=3, **rest)["item"].to_list()}


def test_a_new_item_with_attributes_is_recommended_to_the_right_people(model):
    assert set(model.recommend(4, n=2, candidates=[56, 57, 58, 59])["item"].to_list()) == {56, 58}
    assert set(model.recommend(7, n=2, candidates=[56, 57, 58, 59])["item"].to_list()) == {57, 59}


def test_a_new_user_with_attributes_gets_a_demographic_guess(model):
    assert best_kinds(model, 58) == {0}
    assert best_kinds(model, 59) == {1}


def test_somebody_new_is_described_in_the_call(model):
    assert best_kinds(model, {}, attributes={"kind": "odd"}) == {1}
    assert best_kinds(model, {}, attributes={"kind": "even"}) == {0}


def test_the_guess_gives_way_to_what_somebody_does(model):
    """An "odd" newcomer clicks even items: the more, the more even ones they are told."""
    scores = [
        model.score_newcomer(dict.fromkeys(range(0, 2 * n, 2), 1.0), {"kind": "odd"})[20:56] for n in (0, 1, 3, 10)
    ]
    lead = [float(one[0::2].mean() - one[1::2].mean()) for one in scores]
    assert lead[0] < 0 < lead[-1]


def test_items_that_come_later_are_placed_by_their_attributes(tastes_by_kind):
    model = cf.ImplicitMF(**OPTIONS, attributes=True).fit(tastes_by_kind, progress=False)
    later = cf.read(
        {"user": [1, 3], "item": [1, 3]}, rating=False, unrated="keep",
        items={"item": [1, 100, 101], "kind": ["odd", "even", "odd"]},
    )  # fmt: skip
    model.update(later)
    assert model.recommend(4, n=1, candidates=[100, 101])["item"].to_list() == [100]
    assert model.recommend(7, n=1, candidates=[100, 101])["item"].to_list() == [101]


def test_who_comes_later_is_placed_where_a_newcomer_who_is_and_does_the_same_is(model):
    """Users are held more strongly to what their kind says than items are."""
    held = copy(model)
    held.user_attribute_strength_, held.item_attribute_strength_ = 3.0, 0.03
    as_newcomer = held.score_newcomer({0: 1.0, 2: 1.0}, {"kind": "odd"})
    later = {"user": [200, 200], "item": [0, 2]}
    held.update(cf.read(later, rating=False, users={"user": [200], "kind": ["odd"]}))
    np.testing.assert_allclose(held.score_users(held.ratings.users.index_of([200]))[0], as_newcomer, atol=1e-4)
    assert np.abs(as_newcomer - model.score_newcomer({0: 1.0, 2: 1.0}, {"kind": "odd"})).max() > 0.05


def test_one_click_of_each_tells_what_their_kind_does():
    """Sixty people, of whom even ones click one of 0, 2 and 4, odd ones one of 1, 3 and 5."""
    users = list(range(N))
    clicks = {"user": users, "item": [(u % 2) + 2 * (u // 2 % 3) for u in users]}
    kinds = {"user": users, "kind": ["even", "odd"] * (N // 2)}
    model = cf.ImplicitMF(**OPTIONS, attributes=True).fit(cf.read(clicks, rating=False, users=kinds), progress=False)
    scores = model.score_newcomer({}, {"kind": "odd"})
    assert scores[1::2].min() > 0.1 > scores[0::2].max()


def test_random_attributes_do_not_hurt(tastes):
    clicks, rng = replace(tastes, kind="clicks", scale=None), np.random.default_rng(3)
    random = {"code": np.array([f"c{n}" for n in rng.integers(0, 40, tastes.n_items)], object)}
    split = cf.split(replace(clicks, item_attributes=random, user_attributes={}), test=0.2, by="user", seed=0)
    with_them, without = (
        cf.evaluate(cf.ImplicitMF(n_factors=16, attributes=one).fit(split.train, progress=False), split.test,
                    metrics=["ndcg@10"]).values["ndcg@10"]
        for one in (True, False)
    )  # fmt: skip
    assert with_them > 0.99 * without


def test_a_saved_model_still_knows_what_attributes_say(model, tmp_path):
    again = cf.open(model.save(tmp_path / "model.cofactor"))
    np.testing.assert_allclose(
        again.score_newcomer({3: 1.0}, {"kind": "odd"}), model.score_newcomer({3: 1.0}, {"kind": "odd"}), rtol=1e-5
    )


def test_the_coefficients_are_found_and_those_of_noise_are_held_to_nothing():
    """Rows that are 1 for one category, -1 for the other, beside a random one."""
    rng, kind = np.random.default_rng(1), np.array(["a", "b"] * 100, object)
    noise = np.array([f"n{n}" for n in rng.integers(0, 20, 200)], object)
    prior = AttributePrior({"kind": kind, "noise": noise}, 3)
    rows = np.where(kind == "a", 1.0, -1.0)[:, None] + 0.3 * rng.standard_normal((200, 3))
    for _ in range(10):
        prior.learn(rows, np.ones(200, bool))
    assert prior.encodings[0].columns == ["kind: a", "kind: b"]
    assert np.abs(prior.expected - np.where(kind == "a", 1.0, -1.0)[:, None]).max() < 0.15
    assert np.abs(prior.coefficients[2:]).max() < 0.1


def test_what_cannot_be_known_is_refused_by_name(model, tastes_by_kind, checkerboard):
    with pytest.raises(BadOption, match="no attribute 'age'. They have: kind"):
        model.recommend({}, attributes={"age": 33})
    with pytest.raises(BadOption, match="users the model holds have their own"):
        model.recommend(4, attributes={"kind": "odd"})
    with pytest.raises(Unsupported, match="EASE learns nothing from the attributes"):
        cf.EASE().fit(tastes_by_kind).recommend({}, attributes={"kind": "odd"})
    with pytest.raises(BadOption, match="has none"):
        cf.ImplicitMF(attributes=True).fit(checkerboard)


def test_text_for_a_newcomers_number_is_refused_by_name(tastes_by_kind):
    aged = replace(tastes_by_kind, user_attributes={"age": np.linspace(10, 80, N)})
    model = cf.ImplicitMF(**OPTIONS, attributes=True).fit(aged, progress=False)
    with pytest.raises(BadOption, match=r"'age' was learned as a number, but \['young'\] came"):
        model.recommend({}, attributes={"age": "young"})


# --- of ratings -------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def rated_by_kind() -> cf.Ratings:
    """The same people and items: each loves their own kind and hates the other, but for every seventh, a contrarian."""
    rng = np.random.default_rng(0)
    rows = [
        (u, i, 5 if (u % 2 == i % 2) == (u % 7 > 0) else 1)
        for u in range(58) for i in range(56) if rng.random() < 0.4
    ]  # fmt: skip
    users, items, values = zip(*rows, strict=True)
    kind = ["even", "odd"] * (N // 2)
    return cf.read(
        {"user": users, "item": items, "rating": values}, unrated="keep",
        items={"item": list(range(N)), "kind": kind}, users={"user": list(range(N)), "kind": kind},
    )  # fmt: skip


RATING_MODELS = {
    "als": cf.ExplicitALS(n_factors=3, n_epochs=6, attributes=True),
    "adam": cf.MatrixFactorization(n_factors=3, n_epochs=30, learning_rate=0.05, y_range=(0.5, 5.5), attributes=True),
    "bayesian": cf.BayesianMF(n_factors=3, n_draws=30, n_burn_in=20, user_bag=False),
}


@pytest.fixture(params=RATING_MODELS, scope="module")
def rating_model(request, rated_by_kind):
    return RATING_MODELS[request.param].fit(rated_by_kind, progress=False)


def test_people_and_items_without_ratings_are_rated_as_their_kind_is(rating_model):
    scores = rating_model.predict([4, 4, 9, 9, 58, 58, 58, 59], [56, 57, 56, 57, 0, 1, 58, 58])
    loved = np.array([True, False, False, True, True, False, True, False])
    assert scores[loved].min() > 3.3
    assert scores[~loved].max() < 2.7


@pytest.mark.parametrize("side", ["user", "item"])
@pytest.mark.parametrize("name", ["als", "adam"])
def test_rows_without_ratings_stand_exactly_where_attributes_say(name, side, rated_by_kind):
    """Wherever rows are counted from."""
    model = RATING_MODELS[name].fit(rated_by_kind, progress=False)
    counts = rated_by_kind.user_counts if side == "user" else rated_by_kind.item_counts
    unrated = np.flatnonzero(counts == 0)
    expected = model._expected(side, rated_by_kind.attributes_of(side, unrated), len(unrated))
    np.testing.assert_allclose(model._rows(side, unrated), expected, atol=1e-5)
    assert np.abs(expected).max() > 0.1


def test_a_described_newcomer_is_rated_as_their_kind_until_they_rate_themselves(rating_model):
    scores = [
        rating_model.score_newcomer({item: 5.0 if item % 2 else 1.0 for item in range(n)}, {"kind": "even"})[40]
        for n in (0, 1, 4, 20)
    ]
    assert scores[0] > 3.5
    assert scores[-1] < 2.5


def test_what_comes_later_is_placed_by_attributes_and_ratings_alike(rating_model, rated_by_kind):
    later = cf.read(
        {"user": [200, 200, 4, 7], "item": [1, 3, 300, 300], "rating": [1, 2, 5, 1]}, scale=(1, 5), unrated="keep",
        items={"item": [1, 3, 300, 301], "kind": ["odd", "odd", "even", "odd"]},
        users={"user": [200, 201], "kind": ["even", "odd"]},
    )  # fmt: skip
    model = copy(rating_model).update(later)
    scores = model.predict([200, 200, 201, 201, 10, 10], [2, 5, 2, 5, 301, 300])
    assert scores[0] > scores[1]
    assert scores[2] < scores[3]
    assert scores[4] < scores[5]
