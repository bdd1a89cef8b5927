"""What every model keeps, present and future: the folder is asked, no list is kept."""

import re
import warnings
from copy import copy
from dataclasses import replace

import numpy as np
import pytest

import cofactor as cf
from cofactor.contract.profile import user_profile
from cofactor.data.ratings import Ratings
from cofactor.errors import (
    BadOption,
    CofactorError,
    Diverged,
    FewerLeft,
    ItemsNotPlaced,
    NotFitted,
    UnknownIds,
    Unsupported,
)
from cofactor.models import model_class, model_names
from cofactor.recommender import Recommender

# hyperparameters that suit a table of twelve users; a model that is not named here runs on its defaults
SMALL = {
    "blend": {"members": ("bias", {"model": "bayesian_mf", "n_factors": 4, "n_draws": 40})},
    "bpr": {"n_factors": 4, "n_epochs": 100},
    "ease": {"reg": 10.0, "use_values": True},
    "explicit_als": {"n_factors": 4, "n_epochs": 20, "reg": 0.05},
    "implicit_mf": {"n_factors": 2, "unobserved_weight": 1.0, "confidence": 1.0},
    "bayesian_mf": {"n_factors": 4, "n_draws": 40},
    "matrix_factorization": {"n_factors": 4, "n_epochs": 60, "learning_rate": 0.05, "weight_decay": 0.01},
    "private_als": {"epsilon": None, "n_factors": 2, "n_epochs": 8},
    "ranker_and_rater": {
        "ranker": {"model": "ease", "reg": 10.0, "use_values": True},
        "rater": {"model": "explicit_als", "n_factors": 4, "reg": 0.05},
    },
    "neural_cf": {"n_factors": 8, "layers": (16,), "n_epochs": 60, "learning_rate": 0.02, "batch_size": 32},
}


@pytest.fixture(scope="module")
def likes(checkerboard: Ratings) -> Ratings:
    """Of the checkerboard what is loved, as clicks: six or, for the one held out, five for each user and item."""
    loved = checkerboard.values > 3
    return Ratings.from_arrays(checkerboard.user_idx[loved], checkerboard.item_idx[loved], name="likes")


@pytest.fixture(params=model_names(), scope="module")
def model(request: pytest.FixtureRequest, checkerboard: Ratings) -> Recommender:
    return new(request.param).fit(checkerboard, progress=False)


@pytest.fixture(scope="module")
def taster(model: Recommender, likes: Ratings) -> Recommender:
    """The model on what it learns tastes from: values where it predicts them, else who has what."""
    return model if model.abilities.predicts else again(model).fit(likes, progress=False)


@pytest.fixture(scope="module")
def partial(taster: Recommender) -> Recommender:
    """The taster without the ratings of user 5 and of item 3, who stay in the table."""
    table = taster.ratings
    part = table.subset((table.user_idx != 5) & (table.item_idx != 3))
    return again(taster).fit(part, progress=False)


def new(name: str) -> Recommender:
    return model_class(name)(**SMALL.get(name, {}))


def again(model: Recommender) -> Recommender:
    return new(model.model_name())


def needs(model: Recommender, ability: str) -> None:
    if not getattr(model.abilities, ability):
        pytest.skip(f"{type(model).__name__} says {ability} = False")


def needs_tastes(model: Recommender) -> None:
    needs(model, "personal")
    if model.model_name() == "bias":
        pytest.skip("Bias knows generosity and standing, no tastes")


def columns(table) -> dict[str, list]:
    return table.to_dict(as_series=False)


def test_the_held_out_item_stands_above_all_that_is_disliked(taster):
    """Even users like even items, odd ones odd; each one's own number is the only even (odd) one they do not have."""
    needs_tastes(taster)
    scores = taster.score_users(np.array([4, 7]))
    assert scores[0, 4] > scores[0, 1::2].max()
    assert scores[1, 7] > scores[1, 0::2].max()


def test_seen_items_are_hidden_and_the_list_says_that_it_is_short(model):
    with pytest.warns(FewerLeft, match="Only 1 of 10 items is left for 3"):
        assert columns(model.recommend(3))["item"] == [3]


def test_seen_items_come_back_when_asked_for(model):
    assert len(columns(model.recommend(3, n=12, hide_seen=False))["item"]) == 12


def test_the_rows_of_its_row_models_score_as_the_model_scores(model):
    """A tenth of a star off for the few of BayesianMF's draws that stand for all of them."""
    needs(model, "has_posterior")
    users = np.arange(12)
    pairs = zip(model.row_models(), model.rows_by_model(users), strict=True)
    by_models = np.mean([one.offset + rows @ one.design.T for one, rows in pairs], axis=0)
    pairs = np.repeat(users, 12), np.tile(np.arange(12), len(users))
    np.testing.assert_allclose(by_models.ravel(), model.score_pairs(*pairs), atol=0.1)


def test_its_row_models_expect_of_newcomers_what_the_model_scores(model):
    """Those of BayesianMF leave out what companions say, and are for draws of the items."""
    needs(model, "has_posterior")
    off = 0.1 if model.model_name() == "bayesian_mf" else 1e-4
    told, values = (np.array([0, 2, 1]), np.array([5.0, 5, 1])), {0: 5, 2: 5, 1: 1}
    for (idx, ratings), newcomer in (((told[0][:0], told[1][:0]), {}), (told, values)):
        expected = [one.expected(one.posterior(idx, ratings))[0] for one in model.row_models()]
        predicted = model.predict_profile(user_profile(model.ratings, newcomer))
        np.testing.assert_allclose(np.mean(expected, axis=0), predicted, atol=off)


def test_a_list_is_sorted_by_score_and_ranked_from_one(model):
    answer = columns(model.recommend(5, n=6, hide_seen=False))
    assert answer["rank"] == [1, 2, 3, 4, 5, 6]
    assert answer["score"] == sorted(answer["score"], reverse=True)


def test_only_candidates_are_recommended_and_excluded_items_never(model):
    answer = columns(model.recommend(5, n=2, hide_seen=False, candidates=[1, 2, 3], exclude=[2]))
    assert set(answer["item"]) == {1, 3}


def test_indices_are_ranked_without_what_is_seen_unless_it_is_asked_for(model):
    users = np.array([3, 8])
    assert model.rank_users(users, 2)[0].tolist() == [[3, -1], [8, -1]]
    assert (model.rank_users(users, 12, hide_seen=False)[0] >= 0).all()


def test_many_users_at_once_get_the_lists_that_each_gets_alone(model):
    """Many are ranked by a compiled pass, one by NumPy; user 99 is a stranger."""
    users = [*range(12), 99]
    many = model.rank(users * 6, n=4, hide_seen=False, exclude=[5], unknown="fallback")
    alone = [model.rank(user, n=4, hide_seen=False, exclude=[5], unknown="fallback") for user in users]
    np.testing.assert_allclose(many.scores, np.concatenate([one.scores for one in alone] * 6), rtol=1e-4, atol=1e-6)
    assert 5 not in many.idx


def test_many_users_at_once_are_told_nothing_they_have_seen(model):
    with pytest.warns(FewerLeft):
        ranking = model.rank([*range(12)] * 6, n=3)
    assert ranking.idx.tolist() == [[user, -1, -1] for user in [*range(12)] * 6]


def test_scores_that_are_dot_products_are_handed_over_as_such(model):
    """For the fused pass over many users; what a stranger is multiplied by, too."""
    products, users = model.dot_products(), np.array([0, 5, -1])
    assert (products is not None) == (
        model.model_name() in ("bpr", "explicit_als", "implicit_mf", "matrix_factorization")
    )
    if products is not None:
        found = products.scores(products.users(users) @ products.items.T)
        np.testing.assert_allclose(found, model.score_users(users), rtol=1e-4, atol=1e-6)


def test_predict_repeats_one_user_over_many_items(model):
    needs(model, "predicts")
    assert model.predict(4, [1, 2, 3]).shape == (3,)


def test_predict_and_recommend_give_the_same_score(model):
    needs(model, "predicts")
    needs(model, "lists_by_prediction")
    answer = columns(model.recommend(5, n=12, hide_seen=False))
    np.testing.assert_allclose(model.predict(5, answer["item"]), answer["score"], rtol=1e-4)


def test_every_model_scores_a_pair_as_its_list_does(model):
    shown = model.rank(5, 12, hide_seen=False)
    found = shown.idx[0][shown.idx[0] >= 0]
    np.testing.assert_allclose(model.score(5, found), shown.scores[0][: len(found)], rtol=1e-4, atol=1e-5)


def test_candidates_of_each_user_are_as_those_of_one_for_all(model):
    own = {4: [0, 3, 8, 11], 7: [1, 2, 9, 10]}
    for n in (3, 4):
        both = model.rank([4, 7], n, hide_seen=False, candidates=own)
        alone = [model.rank(user, n, hide_seen=False, candidates=items) for user, items in own.items()]
        np.testing.assert_allclose(both.scores, np.concatenate([one.scores for one in alone]), rtol=1e-5, atol=1e-6)
    for at, one in enumerate(alone):  # item by item, for rounding decides the order of scores that are about equal
        found, expected = (dict(zip(its.idx[row], its.scores[row], strict=True)) for its, row in ((both, at), (one, 0)))
        assert found == pytest.approx(expected, rel=1e-5, abs=1e-6)
        assert set(found) == set(list(own.values())[at])


def test_several_newcomers_get_what_each_gets_alone(model):
    needs(model, "folds_in")
    people = [{0: 5, 1: 1}, {1: 5}, {}]
    together = model.rank(people, 4)
    alone = [model.rank(one, 4) for one in people]
    np.testing.assert_array_equal(together.idx, np.concatenate([one.idx for one in alone]))
    np.testing.assert_array_equal(together.scores, np.concatenate([one.scores for one in alone]))


def test_a_clipped_prediction_lies_on_the_scale(model):
    needs(model, "predicts")
    plain, clipped = (model.predict(list(range(12)) * 2, [*range(12), *[2] * 12], clip=clip) for clip in (False, True))
    np.testing.assert_array_equal(clipped, np.clip(plain, 1, 5))


def test_a_stranger_is_named_in_the_error(model):
    with pytest.raises(UnknownIds, match="'nobody'"):
        model.recommend("nobody")


def test_a_stranger_may_be_a_newcomer_on_request(model):
    needs(model, "predicts")
    scores = model.predict("nobody", [0, 1], unknown="fallback")
    assert np.isfinite(scores).all()


def test_an_unknown_policy_is_refused(model):
    with pytest.raises(BadOption, match="one of raise, fallback"):
        model.predict(1, 1, unknown="ignore")


def test_a_newcomer_with_even_tastes_gets_even_items(taster):
    needs(taster, "folds_in")
    needs_tastes(taster)
    ratings = {0: 5, 1: 1, 2: 5, 3: 1} if taster.abilities.predicts else {0: 1, 2: 1}
    answer = columns(taster.recommend(ratings, n=4))
    assert answer["user"] == ["newcomer"] * 4
    assert set(answer["item"]) == {4, 6, 8, 10}


def test_what_a_newcomer_rated_is_hidden_unless_it_is_asked_for(model):
    needs(model, "folds_in")
    with pytest.warns(FewerLeft, match="Only 10 of 12 items are left for 'newcomer'"):
        assert set(columns(model.recommend({0: 5, 1: 1}, n=12))["item"]) == set(range(2, 12))
    assert set(columns(model.recommend({0: 5, 1: 1}, n=12, hide_seen=False))["item"]) == set(range(12))


def test_a_newcomer_gets_candidates_alone_and_excluded_items_never(model):
    needs(model, "folds_in")
    answer = columns(model.recommend({0: 5, 1: 1}, n=2, candidates=[1, 2, 3, 4], exclude=[2]))
    assert set(answer["item"]) == {3, 4}
    answer = columns(model.recommend({0: 5, 1: 1}, n=9, exclude=[2]))
    assert set(answer["item"]) == set(range(3, 12))


def test_a_newcomer_rates_on_the_scale(model):
    needs(model, "folds_in")
    with pytest.raises(BadOption, match="scale 1 to 5"):
        model.recommend({0: 11})


def test_even_items_resemble_even_items(taster):
    needs(taster, "compares_items")
    assert all(item % 2 == 0 for item in columns(taster.similar_items(4, n=4))["item"])


def test_even_users_resemble_even_users(model):
    needs(model, "compares_users")
    assert all(user % 2 == 1 for user in columns(model.similar_users(3, n=4))["user"])


def test_what_is_near_comes_as_a_table_or_as_plain_columns(model):
    needs(model, "compares_items")
    assert model.nearest_items(4, n=3) == columns(model.similar_items(4, n=3))
    needs(model, "compares_users")
    assert model.nearest_users(4, n=3) == columns(model.similar_users(4, n=3))


@pytest.mark.parametrize(
    ("ability", "ask"),
    [
        ("compares_items", lambda model: model.similar_items(1)),
        ("compares_users", lambda model: model.similar_users(1)),
        ("compares_items", lambda model: model.similar_to_mix(1, 2)),
        ("has_row_posterior", lambda model: model.similar_items(1, by="posterior")),
        ("has_row_posterior", lambda model: model.similar_users(1, by="posterior")),
        ("has_vectors", lambda model: model.similar_items(1, by="dot")),
        ("has_vectors", lambda model: model.vectors("user")),
        ("gives_reasons", lambda model: model.explain(1, 1).table()),
        ("predicts", lambda model: [model.predict(1, 1)]),
        ("folds_in", lambda model: model.recommend({1: 5})),
    ],
    ids=[
        "similar_items",
        "similar_users",
        "mix",
        "near_items",
        "near_users",
        "dot",
        "vectors",
        "explain",
        "predict",
        "newcomer",
    ],
)
def test_a_model_does_what_it_says_and_refuses_the_rest_by_name(model, ability, ask):
    if getattr(model.abilities, ability):
        assert len(ask(model))
    else:
        with pytest.raises(Unsupported, match=type(model).__name__):
            ask(model)


def test_a_model_whose_lists_are_by_predicted_ratings_says_so_and_names_a_ranker(model):
    by_prediction = model.abilities.predicts and model.abilities.lists_by_prediction
    assert any("For lists fit RankerAndRater" in note for note in model.notes()) == by_prediction


def test_a_pair_has_the_score_that_it_has_among_all_items(model):
    needs(model, "lists_by_prediction")
    users, items = np.array([4, -1, 4, 7]), np.array([3, 0, 11, 3])
    np.testing.assert_allclose(
        model.score_pairs(users, items), model.score_users(users)[np.arange(4), items], rtol=1e-4, atol=1e-5
    )


def test_reasons_add_up_to_the_score_and_name_what_the_user_rated(model):
    needs(model, "gives_reasons")
    users, items = np.arange(12), np.array([4, 2, 11, 0, 4, 7, 3, 2, 8, 10, 1, 6])
    near = {"rel": 1e-6, "abs": 1e-4 * float(model.score_users(users).std())}  # of the scores' spread
    for user, item, score in zip(users.tolist(), items.tolist(), model.score_pairs(users, items).tolist(), strict=True):
        found = model.explain(user, item)
        assert found.score == pytest.approx(score, rel=1e-6)
        assert found.reasons.score == pytest.approx(score, **near)
        table = columns(found.table())
        assert sum(table["part"]) == pytest.approx(found.total, **near)
        assert sum(table["score_part"]) == pytest.approx(score, **near)
        assert set(found.reasons.item_idx.tolist()) <= set(model.ratings.by_user.of(user)[0].tolist())
        assert len(found.reasons.item_idx) == len(found.reasons.parts)


@pytest.mark.parametrize("rated", [{0: 5, 3: 1, 6: 4, 9: 2}, {1: 5}, {}], ids=["four", "one", "none"])
def test_somebody_news_reasons_leave_nothing_to_training(model, rated):
    """Their row is nothing but what follows from their ratings, so the parts alone make up the score."""
    needs(model, "gives_reasons")
    needs(model, "folds_in")
    scores = model.predict_profile(user_profile(model.ratings, rated))
    off = 1e-4 * float(scores.std()) + 1e-6 * float(np.abs(scores).max())
    for item in (0, 5, 8):
        found = model.explain(rated, item)
        assert found.score == pytest.approx(scores[item], rel=1e-6)
        assert found.reasons.score == pytest.approx(scores[item], abs=off)
        assert found.reasons.training == pytest.approx(0, abs=off)


def test_only_a_model_whose_reasons_add_up_leaves_nothing_to_all_ratings_jointly(model):
    needs(model, "gives_reasons")
    found = model.explain(4, 4)
    assert found.approximate == (not model.abilities.reasons_add_up)
    assert (found.reasons.jointly != 0) == found.approximate
    assert ("Approximate" in str(found)) == found.approximate


def test_without_the_counterfactual_ratings_another_item_is_shown(taster):
    """User 4 has rated neither 3 nor 4. As somebody new with the other ratings they are not shown what they were."""
    needs(taster, "gives_reasons")
    needs(taster, "folds_in")
    items, values = taster.ratings.by_user.of(4)
    rated = {item: value for item, value in zip(items.tolist(), values.tolist()) if item != 3}
    (shown,) = columns(taster.recommend(rated, n=1))["item"]
    found = taster.counterfactual(rated, shown, n=1)
    left = {item: value for item, value in rated.items() if item not in found.items}
    (instead,) = columns(taster.recommend(left, n=1, exclude=found.items))["item"]
    assert (instead != shown) == found.found == bool(found.items)


def test_liked_even_items_speak_for_an_even_one(taster):
    """User 4 loves even items; user 4's row is explained by these, most of all where odd ones are not known."""
    needs(taster, "gives_reasons")
    needs_tastes(taster)
    reasons = taster.reasons(4, 4)
    assert reasons.parts[reasons.item_idx % 2 == 0].sum() > 0


def test_who_is_described_to_a_model_that_learns_no_attributes_is_refused_by_name(model):
    """It was fitted to a table without any."""
    described = copy(model)
    described.ratings_ = replace(model.ratings, user_attributes={"age": np.arange(12.0)})
    with pytest.raises(Unsupported, match=f"{type(model).__name__} learns nothing from the attributes"):
        described.recommend({}, attributes={"age": 33.0})
    if model.abilities.has_posterior:
        with pytest.raises(Unsupported, match=f"{type(model).__name__} learns nothing from the attributes"):
            model.expected_rows_by_model({"age": np.array([33.0])}, 1)


def test_who_is_known_has_attributes_of_their_own(model):
    with pytest.raises(BadOption, match="users the model holds have their own"):
        model.recommend(4, attributes={"age": 33})
    with pytest.raises(BadOption, match="users the model holds have their own"):
        model.predict(4, 1, attributes={"age": 33})


def test_a_list_has_at_least_one_entry(model):
    assert len(model.recommend(4, n=1, hide_seen=False)) == 1
    with pytest.raises(BadOption, match="at least 1, but 0 came"):
        model.recommend(4, n=0)


def test_one_of_each_gives_a_number_and_several_give_an_array(model):
    needs(model, "predicts")
    assert np.ndim(model.predict(4, 1)) == 0
    assert model.predict([4], 1).shape == model.predict(4, [1]).shape == (1,)
    np.testing.assert_allclose(model.predict([4, 5], [1, 2]), [model.predict(4, 1), model.predict(5, 2)], rtol=1e-5)


def test_at_any_time_a_model_that_learns_from_none_predicts_the_same(model):
    needs(model, "predicts")
    np.testing.assert_array_equal(model.predict(4, [1, 2], times=[0, 86_400]), model.predict(4, [1, 2]))


def test_a_newcomers_prediction_is_their_score_and_has_no_interval(model):
    needs(model, "predicts")
    newcomer = {0: 5.0, 1: 1.0}
    predicted = model.predict_profile(user_profile(model.ratings, newcomer))
    assert model.predict(newcomer, 7) == predicted[7]
    np.testing.assert_array_equal(model.predict(newcomer, [7, 2]), predicted[[7, 2]])
    if model.abilities.lists_by_prediction:
        np.testing.assert_array_equal(model.score_newcomer(newcomer), predicted)
    with pytest.raises(BadOption, match="An interval is of users the model holds"):
        model.predict(newcomer, 7, interval=0.9)


# --- rows without ratings ---------------------------------------------------------------------------------------


def test_an_item_nobody_rated_gets_a_score_that_is_nobodys_taste(partial):
    """Beside what each user gives on average, its scores lie far closer together than those of a rated one."""
    needs_tastes(partial)
    scores = np.delete(partial.score_users(np.arange(12)), 5, axis=0)
    tastes = np.ptp(scores - scores.mean(axis=1, keepdims=True), axis=0)
    assert tastes[3] < 0.25 * np.median(tastes)


def test_a_user_without_ratings_gets_what_a_stranger_gets(partial):
    """Nearly so where the row is the mean of forty draws."""
    off = 0.15 if partial.model_name() in ("bayesian_mf", "blend") else 1e-6
    np.testing.assert_allclose(*partial.score_users(np.array([5, -1])), atol=off)


def test_there_is_a_vector_for_every_user_and_every_item(model, checkerboard):
    needs(model, "has_vectors")
    wide = checkerboard.subset(checkerboard.user_idx < 7)
    users, items = (ids.gather(idx) for ids, idx in ((wide.users, wide.user_idx), (wide.items, wide.item_idx)))
    oblong = again(model).fit(Ratings.from_arrays(users, items, wide.values), progress=False)
    assert (len(oblong.vectors("user")), len(oblong.vectors("item"))) == (7, 12)


def test_rows_nobody_rated_stand_nowhere(partial):
    """Wherever training started; so they are like nothing."""
    needs(partial, "has_vectors")
    assert not partial.vectors("item")[3].any()
    assert not partial.vectors("user")[5].any()
    assert set(columns(partial.similar_items(4, n=12))["item"]) == set(range(12)) - {3, 4}
    assert set(columns(partial.similar_users(4, n=12))["user"]) == set(range(12)) - {4, 5}


def test_saved_and_opened_it_answers_the_same(model, tmp_path):
    users = np.array([0, 5, -1] if model.saves_ratings else [-1])
    opened = cf.open(model.save(tmp_path / "model.cofactor"))
    np.testing.assert_allclose(opened.score_users(users), model.score_users(users), rtol=1e-5)
    assert opened.options() == model.options()


def test_the_same_seed_gives_the_same_scores_bit_for_bit(model, checkerboard):
    needs(model, "repeatable")
    same = again(model).fit(checkerboard, progress=False)
    np.testing.assert_array_equal(same.score_users(np.arange(12)), model.score_users(np.arange(12)))


@pytest.mark.parametrize("name", model_names())
def test_what_was_asked_of_the_table_before_changes_no_bit(name, checkerboard):
    """A table laid out already is no other table; the last column stands first here, so that order could matter."""
    plain, laid_out = (checkerboard.subset(np.arange(len(checkerboard))[::-1]) for _ in range(2))
    _ = laid_out.by_user, laid_out.by_item, laid_out.matrix
    scores = [new(name).fit(table, progress=False).score_users(np.arange(12)) for table in (plain, laid_out)]
    np.testing.assert_array_equal(*scores)


def test_it_says_what_it_optimises_and_what_not(model):
    assert model.objective.endswith(".")
    assert "people are better off" in model.not_optimised[0]
    assert ("everybody is given the same order" in " ".join(model.not_optimised)) is not model.abilities.personal
    assert new(model.model_name()).not_optimised[:4] == model.not_optimised[:4]  # before it has learned, too


def test_an_unfitted_model_says_so():
    for name in model_names():
        with pytest.raises(NotFitted, match="Call .fit"):
            new(name).recommend(1)


def test_no_ratings_are_refused(checkerboard):
    for name in model_names():
        with pytest.raises(BadOption, match="no ratings to learn from"):
            new(name).fit(checkerboard.subset(np.zeros(0, int)))


def test_items_are_found_by_id_or_by_exact_title(tastes):
    model = cf.Popularity().fit(tastes)
    with pytest.raises(UnknownIds, match="This user is not among the 1,200 known ones: 'u0'"):
        model.predict("u0", "Inception (2010)")
    with pytest.raises(UnknownIds, match="These 2 items are not among the 547 known ones: 'x', 'y'"):
        model.predict("u0001", ["x", "y"])
    by_title = model.predict("u0001", "Inception (2010)")
    assert by_title == model.predict("u0001", "inception-2010")


def test_answers_come_in_the_library_of_the_question(checkerboard):
    pandas = pytest.importorskip("pandas")
    model = cf.Popularity().fit(replace(checkerboard, library="pandas"))
    assert isinstance(model.recommend(1, n=1), pandas.DataFrame)


# --- ratings that come later ------------------------------------------------------------------------------------


COUNT_ANEW = ("popularity", "graph_filter", "item_knn")


def without(ratings: Ratings, user: int = -1, item: int = -1) -> tuple[Ratings, Ratings]:
    """The table less everything of one user or one item, and what was taken out."""
    out = (ratings.user_idx == user) | (ratings.item_idx == item)
    return ratings.subset(~out), ratings.subset(out)


def updated(name: str, first: Ratings, later: Ratings) -> Recommender:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ItemsNotPlaced)
        return new(name).fit(first, progress=False).update(later)


def test_somebody_who_rates_after_the_fit_gets_what_a_newcomer_with_these_ratings_gets(taster):
    """User 104, whom the table does not hold, rates what user 4 does; nothing is retrained."""
    needs(taster, "folds_in")
    if taster.model_name() in COUNT_ANEW:
        pytest.skip("Its counts are of all ratings, at any time")
    table = taster.ratings
    first, model = without(table, user=4)[0], again(taster)
    items, values = (part.tolist() for part in table.by_user.of(4))
    later = Ratings.from_arrays([104] * len(items), items, values if table.explicit else None, scale=table.scale)
    newcomer = model.fit(first, progress=False).score_newcomer(dict(zip(items, values, strict=True)))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ItemsNotPlaced)
        model.update(later)
    answer = columns(model.recommend(104, n=12, hide_seen=False))
    assert answer["user"] == [104] * 12
    drawn = model.model_name() in ("bayesian_mf", "blend")  # a row for each draw of the others
    np.testing.assert_allclose(answer["score"], newcomer[answer["item"]], atol=0.05 if drawn else 2e-4)


@pytest.mark.parametrize("name", model_names())
def test_later_ratings_move_nobody_else(name, checkerboard):
    if name in COUNT_ANEW:
        pytest.skip("Its counts are of all ratings, at any time")
    first, later = without(checkerboard, user=4)
    model = new(name).fit(first, progress=False)
    before = model.score_users(np.array([5, 6]))
    np.testing.assert_allclose(model.update(later).score_users(np.array([5, 6])), before, rtol=1e-6)


def test_an_item_rated_after_the_fit_is_placed_or_named(taster):
    first, later = without(taster.ratings, item=3)
    model = again(taster).fit(first, progress=False)
    with warnings.catch_warnings(record=True) as said:
        warnings.simplefilter("always", ItemsNotPlaced)
        scores = model.update(later).score_users(np.arange(12))[:, 3]
    assert [one.category for one in said] == [ItemsNotPlaced] * (not model.abilities.places_items)
    needs(model, "places_items")
    needs_tastes(model)
    odd, even = scores[1::2], scores[0::2]
    assert odd.min() > even.max()


def test_a_pair_that_is_rated_again_counts_as_it_was_rated_last(model, checkerboard):
    """User 4 changes their mind about every even item: what they are then told is what a newcomer would be."""
    needs(model, "folds_in")
    if model.model_name() in COUNT_ANEW:
        pytest.skip("Its counts are of all ratings, at any time")
    items, values = (part.tolist() for part in checkerboard.by_user.of(4))
    later = Ratings.from_arrays([4] * len(items), items, [6 - value for value in values], scale=(1, 5))
    changed = copy(model).update(later)
    newcomer = model.score_newcomer({item: 6 - value for item, value in zip(items, values, strict=True)})
    drawn = model.model_name() in ("bayesian_mf", "blend")
    np.testing.assert_allclose(changed.score_users(np.array([4]))[0], newcomer, atol=0.1 if drawn else 1e-3)
    assert len(changed.ratings) == len(checkerboard)


@pytest.mark.parametrize("name", model_names())
def test_an_updated_model_is_saved_whole(name, checkerboard, tmp_path):
    first, later = without(checkerboard, user=4)
    model = updated(name, first, later)
    opened = cf.open(model.save(tmp_path / "model.cofactor"))
    users = np.arange(12) if model.saves_ratings else np.array([-1])
    np.testing.assert_allclose(opened.score_users(users), model.score_users(users), rtol=1e-5)


def test_later_ratings_that_do_not_fit_leave_the_model_as_it_was(model, checkerboard):
    before = model.score_users(np.arange(12))
    for wrong, match in (([11.0], "scale 1 to 5"), ([float("nan")], "finite"), (None, "clicks cannot be joined")):
        with pytest.raises(CofactorError, match=match):
            model.update(Ratings.from_arrays([1], [2], wrong, scale=None if wrong is None else (0, 20)))
    np.testing.assert_array_equal(model.score_users(np.arange(12)), before)
    assert model.ratings is checkerboard


@pytest.mark.parametrize("name", model_names())
def test_values_whose_squares_are_beyond_32_bits_are_learned_from_or_refused(name):
    """1e30 is a number; its square is none in single precision."""
    users, items = np.divmod(np.arange(25), 5)
    huge = Ratings.from_arrays(users, items, np.where((users + items) % 2, 1e30, 0), kind="ratings")
    try:
        model = model_class(name)(**SMALL.get(name, {})).fit(huge, progress=False)
    except (Diverged, BadOption) as refusal:
        assert re.search("finite|inverted", str(refusal))  # noqa: PT017
    else:
        ranking = model.rank([1, 2, 3], 3, hide_seen=False)
        assert np.isfinite(ranking.scores[ranking.filled]).all()


def test_nobody_is_recommended_nothing(model):
    assert model.rank([], 3).idx.shape == (0, 3)
    assert len(model.recommend([], 3)) == 0


@pytest.mark.parametrize("name", ["bpr", "matrix_factorization", "neural_cf", "implicit_mf", "bayesian_mf"])
@pytest.mark.parametrize("option", ["n_factors", "n_epochs"])
def test_what_no_memory_can_hold_is_refused_before_it_is_begun(name, option, checkerboard):
    model = new(name)
    if option == "n_epochs" and name in ("implicit_mf", "bayesian_mf"):
        pytest.skip("holds nothing for each sweep that is to come, or has no epochs")
    setattr(model, option, 10**9)
    with pytest.raises(BadOption, match=r"needs [\d.]+ GB, but [\d.]+ GB may be used"):
        model.fit(checkerboard)
