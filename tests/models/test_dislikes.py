"""What somebody dislikes is no click: it recommends nothing to anybody, and is not recommended to them again."""

import numpy as np
import pytest

import cofactor as cf
from cofactor.data.ratings import Ratings
from cofactor.errors import BadOption
from cofactor.evaluation.held_out import HeldOut
from cofactor.models import model_class

OF_WHO_HAS_WHAT = ("bpr", "ease", "graph_filter", "implicit_mf", "item_knn", "neural_cf", "popularity", "sparse_ease")
SMALL = {"implicit_mf": {"n_factors": 4}, "bpr": {"n_factors": 4}, "graph_filter": {"n_components": 4}}
HATED = 0  # item
CASES = [
    (name, kind)
    for name in OF_WHO_HAS_WHAT
    for kind in ("clicks", "counts", "ratings")
    if kind != "ratings" or name not in ("neural_cf", "popularity")  # which predict ratings, and low ones for it
]


@pytest.fixture(scope="module")
def pairs() -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """80 people who each like 6 of 12 items; 60 of them dislike item 0, the most common item of all."""
    rng = np.random.default_rng(1)
    users = np.repeat(np.arange(80), 6)
    items = np.concatenate([1 + rng.permutation(12)[:6] for _ in range(80)])
    return np.append(users, np.arange(60)), np.append(items, np.zeros(60, int)), np.repeat([1.0, 0.0], [480, 60])


def made(pairs, kind: str) -> Ratings:
    users, items, values = pairs
    return Ratings.from_arrays(users, items, values if kind == "clicks" else 3 * values - 1, kind=kind)


@pytest.mark.parametrize(("name", "kind"), CASES)
def test_what_60_people_dislike_is_nobodys_first_recommendation(name, kind, pairs):
    ratings = made(pairs, kind)
    assert ratings.n_dislikes == 60
    assert ratings.item_counts.argmax() == HATED
    model = model_class(name)(**SMALL.get(name, {})).fit(ratings, progress=False)
    first = model.rank(list(range(80)), 1, hide_seen=True).idx[:, 0]
    assert (ratings.items.gather(first) != HATED).all()
    newcomers = [model.rank({1: 1, 2: 1}, 1).idx[0, 0], model.rank({HATED: 0, 3: 1}, 1, hide_seen=False).idx[0, 0]]
    assert (ratings.items.gather(np.array(newcomers)) != HATED).all()


@pytest.mark.parametrize("name", OF_WHO_HAS_WHAT)
def test_it_is_not_recommended_to_them_again(name, pairs):
    model = model_class(name)(**SMALL.get(name, {})).fit(made(pairs, "clicks"), progress=False)
    shown = model.rank(list(range(60)), 6).idx
    assert not (model.ratings.items.gather(shown.ravel()) == HATED).any()


@pytest.mark.parametrize("name", ["ease", "item_knn", "popularity", "sparse_ease"])  # which draw no random numbers
def test_other_items_score_as_if_the_dislikes_had_not_been_there(name, pairs):
    users, items, values = pairs
    clicks = Ratings.from_arrays(users[values > 0], items[values > 0])
    with_them = model_class(name)().fit(made(pairs, "clicks"), progress=False)
    without = model_class(name)().fit(clicks, progress=False)
    assert np.allclose(with_them.score_users(np.arange(80))[:, 1:], without.score_users(np.arange(80)), atol=1e-5)


@pytest.mark.parametrize("name", OF_WHO_HAS_WHAT)
def test_a_later_dislike_takes_a_click_back(name, pairs):
    ratings = made(pairs, "clicks")
    model = model_class(name)(**SMALL.get(name, {})).fit(ratings, progress=False)
    mine = ratings.items.gather(ratings.positives.by_user.of(70)[0]).tolist()
    model.update(Ratings.from_arrays([70] * 6, mine, [0] * 6, kind="clicks"))
    scores = model.score_users(np.array([70]))
    assert model.ratings.positives.user_counts[70] == 0
    if model.abilities.personal and name != "neural_cf":  # which then takes them for an average user
        assert np.allclose(scores, model.score_users(np.array([-1])), atol=1e-5)


@pytest.mark.parametrize("name", OF_WHO_HAS_WHAT)
def test_who_has_nothing_but_dislikes_is_the_average_user(name, pairs):
    """User 80 stands in the table with two of them, a newcomer with one."""
    users, items, values = pairs
    more = np.append(users, [80, 80]), np.append(items, [HATED, 1]), np.append(values, [0.0, 0.0])
    model = model_class(name)(**SMALL.get(name, {})).fit(made(more, "clicks"), progress=False)
    average = model.score_users(np.array([-1]))[0]
    np.testing.assert_allclose(model.score_users(np.array([80]))[0], average, rtol=1e-4, atol=1e-6)
    if name != "neural_cf":  # which draws what a newcomer has not chosen
        np.testing.assert_allclose(model.score_newcomer({HATED: 0}), average, rtol=1e-4, atol=1e-6)


@pytest.mark.parametrize("name", ["ease", "implicit_mf", "item_knn", "popularity", "sparse_ease"])
def test_the_average_user_is_the_mean_of_those_who_have_something(name, pairs):
    users, items, values = pairs
    more = np.append(users, 80), np.append(items, HATED), np.append(values, 0.0)
    model = model_class(name)(**SMALL.get(name, {})).fit(made(more, "clicks"), progress=False)
    mean = model.score_users(np.arange(80)).mean(axis=0, dtype=float)
    np.testing.assert_allclose(model.score_users(np.array([-1]))[0], mean, rtol=1e-4, atol=1e-5)


def test_the_reasons_of_somebody_with_dislikes_alone_are_what_the_item_is_to_the_average_user(pairs):
    users, items, values = pairs
    more = np.append(users, 80), np.append(items, HATED), np.append(values, 0.0)
    for model in (cf.EASE(), cf.ImplicitMF(n_factors=4), cf.ItemKNN()):
        reasons = model.fit(made(more, "clicks")).reasons(80, 5)
        assert reasons.item == reasons.total == pytest.approx(float(model.score_users(np.array([-1]))[0, 5]), rel=1e-5)


def test_weighted_item_models_take_a_dislike_as_a_negative_signal(pairs):
    users, items, values = pairs
    ratings = Ratings.from_arrays(users, items, 2 * values - 1, kind="clicks")
    model = cf.EASE(reg=10.0, use_values=True).fit(ratings)
    scores = model.score_users(np.arange(80))
    assert scores[:60, HATED].mean() < -0.05


def test_reasons_name_no_dislikes(pairs):
    for model in (cf.EASE(), cf.ImplicitMF(n_factors=4), cf.ItemKNN()):
        reasons = model.fit(made(pairs, "clicks")).reasons(3, 5)
        assert HATED not in model.ratings.items.gather(reasons.item_idx).tolist()


def test_held_out_dislikes_are_not_relevant(pairs):
    train, test = cf.split(made(pairs, "clicks"), test=0.5, seed=0)
    assert test.n_dislikes > 10
    assert HeldOut.of(train, test).n_relevant.sum() == len(test) - test.n_dislikes


def test_a_table_of_dislikes_alone_is_refused():
    with pytest.raises(BadOption, match="dislikes"):
        cf.EASE().fit(Ratings.from_arrays([1, 2], [1, 2], [0, 0], kind="clicks"))
    with pytest.raises(BadOption, match="values of 0 or below: BPR learns"):
        cf.BPR().fit(Ratings.from_arrays([1, 2], [1, 2], [0, -1], kind="ratings"))
    with pytest.raises(BadOption, match="dislikes"):
        cf.ImplicitMF().fit(Ratings.from_arrays([1, 2], [1, 2], [0, -1], kind="ratings"))


def test_a_low_rating_still_says_that_somebody_had_the_item(tastes):
    assert tastes.values.min() == 1
    assert tastes.positives is tastes


def test_the_last_of_a_pair_decides(pairs):
    twice = Ratings.from_arrays(["a", "a", "b"], [1, 1, 2], [1, 0, 1], kind="clicks")
    assert (len(twice.positives), twice.positives.n_users, twice.n_dislikes) == (1, 2, 1)


@pytest.mark.parametrize("values", [(0, 0, 0), (0, -1, -2)])
@pytest.mark.parametrize("name", sorted({name for name, kind in CASES if kind == "ratings"}))
def test_ratings_of_0_and_below_alone_are_for_models_of_ratings(name, values):
    """Nobody has anything; what each is rated can be learned nonetheless."""
    ratings = Ratings.from_arrays([1, 2, 2], [1, 2, 1], values, kind="ratings")
    with pytest.raises(
        BadOption, match="nobody has anything. If each row is a click, read the table with rating=False"
    ):
        model_class(name)(**SMALL.get(name, {})).fit(ratings)
    assert cf.Bias().fit(ratings).predict(1, 2) <= 0


def test_the_report_says_how_many_dislikes_there_are():
    table = {"user": [1, 2, 3], "item": [1, 1, 2], "liked": [True, False, False]}
    ratings = cf.read(table)
    assert ratings.report is not None
    (said,) = [found for found in ratings.report.notes if "dislikes" in found.text]
    assert (said.count, said.rows) == (2, (1, 2))
    assert (ratings.kind, ratings.n_dislikes, len(ratings)) == ("clicks", 2, 3)
    assert not any("dislikes" in note.text for note in cf.read(table | {"liked": [5, 4, 1]}).report.notes)
