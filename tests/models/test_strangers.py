"""Somebody nothing is known about is the average user, in every model, present and future."""

from contextlib import nullcontext

import numpy as np
import pytest

import cofactor as cf
from cofactor.contract.profile import UserProfile, user_profile
from cofactor.data.ratings import Ratings
from cofactor.errors import ItemsNotPlaced
from cofactor.evaluation.monitoring import monitor
from cofactor.models import model_class, model_names
from cofactor.recommender import Recommender
from cofactor.run.stopping import EarlyStopping
from models.test_contract import SMALL

N_USERS, N_ITEMS, POPULAR, RARE = 60, 12, 7, 2
NOBODY = np.array([-1])
# their scores are linear in the user, so those of the average user are the mean of all users' scores
LINEAR = ("bpr", "ease", "implicit_mf", "item_knn", "popularity", "sparse_ease")
SETTINGS = SMALL | {"sparse_ease": {"reg": 10.0}, "graph_filter": {"n_components": 4}}


@pytest.fixture(scope="module")
def lopsided() -> Ratings:
    """Nearly everybody has item 7 and loves it, three have item 2 and find it poor; half have each of the others, which
    pass. User 59 has rated nothing, and is in the table."""
    rng = np.random.default_rng(5)
    has, values = rng.random((N_USERS, N_ITEMS)) < 0.5, rng.integers(2, 5, (N_USERS, N_ITEMS)).astype(float)
    has[:, POPULAR], values[:, POPULAR] = rng.random(N_USERS) < 0.95, 5.0
    has[:, RARE], values[:, RARE] = np.isin(np.arange(N_USERS), (3, 20, 41)), 1.0
    users, items = np.nonzero(has)
    whole = Ratings.from_arrays(users, items, values[users, items], scale=(1, 5), name="lopsided")
    return whole.subset(whole.user_idx != N_USERS - 1)


@pytest.fixture(params=model_names(), scope="module")
def model(request: pytest.FixtureRequest, lopsided: Ratings) -> Recommender:
    return new(request.param).fit(lopsided, progress=False)


def new(name: str) -> Recommender:
    return model_class(name)(**SETTINGS.get(name, {}))


def empty() -> UserProfile:
    return UserProfile(np.zeros(0, np.int64), np.zeros(0, np.float32))


def test_a_stranger_has_the_scores_of_somebody_new_without_ratings(model):
    if not model.abilities.folds_in:
        pytest.skip(f"{type(model).__name__} takes no newcomers in")
    stranger = model.score_users(NOBODY)[0]
    np.testing.assert_allclose(model.score_profile(empty()), stranger, rtol=1e-4, atol=1e-6)
    np.testing.assert_allclose(model.score_newcomer({}), stranger, rtol=1e-4, atol=1e-6)


def test_a_stranger_is_told_what_is_popular_before_what_is_rare(model):
    scores = model.score_users(NOBODY)[0]
    assert np.ptp(scores) > 0
    assert scores[POPULAR] > scores[RARE]


def test_a_strangers_list_begins_with_what_nearly_everybody_loves(model):
    listed = model.recommend("nobody", n=4, unknown="fallback").to_dict(as_series=False)["item"]
    assert listed[0] == POPULAR
    assert RARE not in listed


def test_who_has_no_ratings_left_is_a_stranger(model):
    if model.model_name() in ("bayesian_mf", "blend"):
        pytest.skip("Of somebody without ratings it holds forty draws")
    np.testing.assert_allclose(*model.score_users(np.array([N_USERS - 1, -1])), rtol=1e-4, atol=1e-6)


def test_a_stranger_among_many_gets_what_they_get_alone(model):
    alone = model.score_users(NOBODY)[0]
    among = model.score_users(np.array([3, -1, 5, -1, 3]))
    np.testing.assert_allclose(among[[1, 3]], [alone] * 2, rtol=1e-5, atol=1e-6)
    many = model.rank([*range(N_USERS), "nobody"] * 2, 3, hide_seen=False, unknown="fallback")
    np.testing.assert_array_equal(many.idx[[N_USERS, -1]], model.rank_users(np.array([-1, -1]), 3)[0])


@pytest.mark.parametrize("name", LINEAR)
def test_the_average_user_has_the_mean_of_all_users_scores(name, lopsided):
    """Those with ratings; of BPR, those with likes."""
    fitted = new(name).fit(lopsided, progress=False)
    known = np.arange(N_USERS - 1)
    if name == "bpr":
        known = known[fitted.user_factors_[known].any(axis=1)]
    mean = fitted.score_users(known).mean(axis=0, dtype=float)
    np.testing.assert_allclose(fitted.score_users(NOBODY)[0], mean, rtol=1e-4, atol=1e-5)


def test_the_average_user_of_the_graph_has_each_item_by_the_share_of_users_who_have_it(lopsided):
    graph = cf.GraphFilter(n_components=4).fit(lopsided)
    table = np.zeros((N_USERS, N_ITEMS))
    table[lopsided.user_idx, lopsided.item_idx] = 1
    users, items = np.maximum(table.sum(axis=1), 1), table.sum(axis=0)
    share = items / (N_USERS - 1)
    spread = (share * items**-0.7) @ (table.T * users**-0.7) @ table * items**-graph.reached_exponent
    smooth = (share * items**-0.5) @ graph.basis_ @ graph.basis_.T * items**0.5
    expected = spread / spread.std() + 0.5 * smooth / smooth.std()
    np.testing.assert_allclose(graph.score_users(NOBODY)[0], expected, rtol=1e-4)


def test_values_count_by_their_mean_over_all_users(lopsided):
    model = cf.EASE(reg=10.0, use_values=True).fit(lopsided)
    table = np.zeros((N_USERS, N_ITEMS))
    table[lopsided.user_idx, lopsided.item_idx] = lopsided.values
    expected = table.sum(axis=0) / (N_USERS - 1) @ model.weights_
    np.testing.assert_allclose(model.score_users(NOBODY)[0], expected, rtol=1e-4)


@pytest.mark.parametrize("name", LINEAR)
def test_after_an_update_the_average_is_that_of_all_who_are_there(name, lopsided):
    """A new item and a new user; the snapshot from before keeps its own average."""
    fitted = new(name).fit(lopsided, progress=False)
    first, before = fitted.score_users(NOBODY)[0], fitted.snapshot()
    later = Ratings.from_arrays([100, 100, 100], [3, 4, 99], [5.0, 4, 5], scale=(1, 5))
    with pytest.warns(ItemsNotPlaced) if not fitted.abilities.places_items else nullcontext():
        fitted.update(later)
    np.testing.assert_array_equal(before.score_users(NOBODY)[0], first)
    known = np.array([*range(N_USERS - 1), N_USERS])
    if name == "bpr":
        known = known[fitted.user_factors_[known].any(axis=1)]
    mean = fitted.score_users(known).mean(axis=0, dtype=float)
    after = fitted.score_users(NOBODY)[0]
    np.testing.assert_allclose(after, mean, rtol=1e-4, atol=1e-5)
    assert (len(first), len(after)) == (N_ITEMS, N_ITEMS + 1)


@pytest.mark.parametrize("name", ["bpr", "ease", "implicit_mf"])
def test_without_somebody_the_average_is_that_of_the_others(name, lopsided):
    fitted = new(name).fit(lopsided, progress=False)
    _ = fitted.score_users(NOBODY)
    fitted.forget(3)
    known = np.arange(N_USERS - 2)
    if name == "bpr":
        known = known[fitted.user_factors_[known].any(axis=1)]
    mean = fitted.score_users(known).mean(axis=0, dtype=float)
    np.testing.assert_allclose(fitted.score_users(NOBODY)[0], mean, rtol=1e-4, atol=1e-5)


@pytest.mark.parametrize("name", ["bpr", "implicit_mf"])
def test_what_early_stopping_asked_of_an_earlier_epoch_is_not_kept(name, lopsided):
    """The watched metric asks for a stranger's list after every epoch."""
    held_out = Ratings.from_arrays(["0", "nobody"], [POPULAR, 3], [5.0, 5.0])
    train = Ratings.from_arrays(lopsided.user_idx.astype(str), lopsided.item_idx, lopsided.values, scale=(1, 5))
    train = train.subset(~((train.user_idx == 0) & (train.item_idx == train.items.find([POPULAR])[0])))
    watched, rising = monitor("ndcg@10", held_out), iter(range(1000))
    stopping = EarlyStopping(metric=lambda model: watched(model) + next(rising), better="higher")
    fitted = new(name).fit(train, early_stopping=stopping, progress=False)
    rows = fitted.user_factors_[fitted.user_factors_.any(axis=1)]
    expected = fitted.item_factors_ @ rows.mean(axis=0) + (fitted.item_bias_ if name == "bpr" else 0)
    np.testing.assert_allclose(fitted.score_users(NOBODY)[0], expected, rtol=1e-4, atol=1e-5)


@pytest.mark.parametrize("members", [("ease", "implicit_mf"), ("item_knn", "bpr")], ids=str)
def test_a_blend_of_rankers_follows_its_members(members, lopsided):
    clicks = Ratings.from_arrays(lopsided.user_idx, lopsided.item_idx)
    blend = cf.Blend(members).fit(clicks, progress=False)
    scores = blend.score_users(NOBODY)[0]
    assert scores[POPULAR] > scores[RARE]
    np.testing.assert_allclose(blend.score_profile(empty()), scores, rtol=1e-4, atol=1e-6)


@pytest.mark.parametrize("name", ["ease", "implicit_mf", "sparse_ease"])
def test_the_reasons_of_somebody_without_ratings_are_what_the_item_is_to_the_average_user(name, lopsided):
    model = new(name).fit(lopsided, progress=False)
    reasons = model.reasons(N_USERS - 1, POPULAR)
    assert reasons.item == reasons.total == pytest.approx(float(model.score_users(NOBODY)[0, POPULAR]), rel=1e-5)


def test_undescribed_somebody_is_the_average_of_those_described(lopsided):
    """With attributes; described they are what their attributes let expect."""
    kinds = np.where(np.arange(N_USERS) % 2, "odd", "even").astype(object)
    described = Ratings.from_arrays(lopsided.user_idx, lopsided.item_idx, user_attributes={"kind": kinds[:59]})
    model = cf.ImplicitMF(n_factors=4, attributes=True).fit(described, progress=False)
    expected = model.item_factors_ @ model.user_factors_.mean(axis=0)
    unsaid = user_profile(model.ratings, {}, {"kind": None})
    for scores in (model.score_users(NOBODY)[0], model.score_newcomer({}), model.score_profile(unsaid)):
        np.testing.assert_allclose(scores, expected, rtol=1e-4, atol=1e-6)
    assert not np.allclose(model.score_newcomer({}, {"kind": "odd"}), expected, rtol=1e-3)
