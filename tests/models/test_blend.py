"""A blend of models: predictions stay in the ratings' unit, lists take the best of both, nothing given is changed."""

import numpy as np
import pytest

import cofactor as cf
from cofactor.blending.candidates import list_candidates
from cofactor.blending.lists import standardised
from cofactor.contract.abilities import Abilities
from cofactor.contract.profile import UserProfile
from cofactor.data.ratings import Ratings
from cofactor.errors import BadModelFolder, BadOption, Unsupported


@pytest.fixture(scope="module")
def halves(tastes):
    return cf.split(tastes, test=0.2, seed=3)


@pytest.fixture(scope="module")
def of_ratings(halves):
    return cf.Blend([cf.Bias(), cf.ExplicitALS(n_factors=8, reg=0.3)]).fit(halves.train)


@pytest.fixture(scope="module")
def of_lists(halves):
    return cf.Blend(["ease", cf.ImplicitMF(n_factors=8), "popularity"]).fit(halves.train)


def test_a_blend_of_predictors_predicts_and_is_no_worse_than_its_members(of_ratings, halves):
    found = [cf.evaluate(one, halves.test, metrics=["rmse"]).values["rmse"] for one in (of_ratings, *of_ratings.fitted)]
    assert found[0] < min(found[1:]) + 0.002
    assert of_ratings.blend_reaches_ == pytest.approx(found[0], abs=0.05)


def test_its_prediction_is_the_weighted_sum(of_ratings):
    users, items = np.array([0, 1, -1]), np.array([3, 4, 5])
    parts = [weight * one.score_pairs(users, items) for weight, one in zip(of_ratings.weights_, of_ratings.fitted)]
    np.testing.assert_allclose(of_ratings.score_pairs(users, items), sum(parts) + of_ratings.intercept_, rtol=1e-5)


def test_a_sum_beyond_what_single_precision_holds_is_the_largest_number_it_holds(of_ratings):
    members = of_ratings.copied()
    members.weights_, members.intercept_ = np.array([2.0, 1.0]), -1e38
    up, down = members._sum([np.array([3e38, -3e38, 1e38], np.float32)] * 2).tolist()[:2]
    assert (up, down) == (np.finfo(np.float32).max, np.finfo(np.float32).min)
    assert members._sum([np.array([1e38], np.float32)] * 2) == np.float32(2e38)


def test_its_list_is_of_the_weighted_sum_of_scores_in_units_of_their_own_spread(of_lists):
    users = np.array([0, 1, -1])
    parts = [weight * standardised(one.score_users(users)) for weight, one in zip(of_lists.weights_, of_lists.fitted)]
    np.testing.assert_allclose(of_lists.score_users(users), sum(parts), atol=1e-5)
    newcomer = [weight * standardised(one.score_profile(UserProfile(np.array([3]), np.array([5.0])))[None])[0]
                for weight, one in zip(of_lists.weights_, of_lists.fitted)]  # fmt: skip
    np.testing.assert_allclose(
        of_lists.score_profile(UserProfile(np.array([3]), np.array([5.0]))), sum(newcomer), atol=1e-5
    )


def test_one_member_that_only_ranks_makes_a_blend_that_ranks(of_lists):
    assert not of_lists.abilities.predicts
    with pytest.raises(Unsupported, match="Blend ranks items"):
        of_lists.predict("u0001", "inception-2010")


def test_one_member_that_takes_in_no_newcomers_makes_a_blend_that_takes_in_none(of_ratings, monkeypatch):
    assert of_ratings.abilities.folds_in
    monkeypatch.setattr(cf.Bias, "abilities", Abilities(folds_in=False))
    with pytest.raises(Unsupported, match="Blend cannot recommend to newcomers"):
        of_ratings.recommend({"inception-2010": 5})


def test_a_blend_of_rankers_finds_what_its_best_member_finds(of_lists, halves):
    found = [
        cf.evaluate(one, halves.test, metrics=["ndcg@20"]).values["ndcg@20"] for one in (of_lists, *of_lists.fitted)
    ]
    assert found[0] > max(found[1:]) - 0.005


def test_it_says_its_weights_and_its_gain(of_lists):
    weights, reach, *_ = of_lists.notes()
    assert f"EASE {of_lists.weights_[0]:.3f}, ImplicitMF" in weights
    assert "nDCG@20 on the held-out 10%" in reach
    assert f"{of_lists.gain:+.2%} against the best member" in reach


def test_its_gain_is_against_the_best_member_and_above_0_where_it_is_better(of_lists, of_ratings):
    assert of_lists.gain == pytest.approx(of_lists.blend_reaches_ / max(of_lists.members_reach_) - 1)
    assert of_ratings.gain == pytest.approx(1 - of_ratings.blend_reaches_ / min(of_ratings.members_reach_))


def test_candidates_are_hits_where_they_were_held_out_and_once_each(checkerboard):
    """Both members put near what alone is left: each user's own number, which counts once."""
    members = [cf.Popularity().fit(checkerboard), cf.Bias().fit(checkerboard)]
    wanted = cf.Ratings(
        users=checkerboard.users, items=checkerboard.items, user_idx=np.arange(12, dtype=np.int32),
        item_idx=np.arange(12, dtype=np.int32), values=np.ones(12, np.float32), kind="clicks",
    )  # fmt: skip
    near = list_candidates(members, np.array([3, 7]), wanted)
    assert near.hits.sum(axis=1).tolist() == [1, 1]
    assert near.n_relevant.tolist() == [1, 1]


def test_members_given_stay_as_they_are(checkerboard, tastes):
    fitted = cf.Bias().fit(checkerboard)
    blend = cf.Blend([fitted, cf.Popularity()]).fit(tastes)
    assert fitted.ratings is checkerboard
    assert blend.fitted[0].ratings is tastes


def test_every_member_ends_with_all_training_ratings(of_lists, halves):
    alone = cf.EASE().fit(halves.train)
    np.testing.assert_array_equal(of_lists.fitted[0].weights_, alone.weights_)


def test_without_members_it_takes_two_that_suit_the_data(checkerboard, tmp_path):
    from dataclasses import replace

    blend = cf.Blend().fit(replace(checkerboard, kind="clicks"))
    assert [type(one).__name__ for one in blend.fitted] == ["EASE", "ImplicitMF"]
    again = cf.open(blend.save(tmp_path / "blend"))
    np.testing.assert_array_equal(again.rank([1, 2, 3], 1).idx, blend.rank([1, 2, 3], 1).idx)


def test_a_blend_of_blends_is_saved_whole(checkerboard, tmp_path):
    inner = cf.Blend(["bias", "popularity"], seed=1)
    blend = cf.Blend([inner, "bias"]).fit(checkerboard)
    again = cf.open(blend.save(tmp_path / "blend"))
    assert again.notes() == blend.notes()
    np.testing.assert_array_equal(again.score_users(np.arange(3)), blend.score_users(np.arange(3)))


def test_a_saved_blend_with_a_part_too_few_is_refused(checkerboard, tmp_path):
    from cofactor.model_folder import SavedModel, write_model_folder

    blend = cf.Blend(["bias", "popularity"]).fit(checkerboard)
    learned = {name: a for name, a in blend.learned_values().items() if name != "1.popularity_"}
    folder = write_model_folder(SavedModel("blend", "", blend.options(), learned, checkerboard), tmp_path / "b")
    with pytest.raises(BadModelFolder, match="not what a popularity learns"):
        cf.open(folder)


def test_a_saved_blend_with_a_weight_too_many_is_refused(of_ratings):
    learned = {name: np.asarray(value) for name, value in of_ratings.learned_values().items()}
    three = {"weights_": np.ones(3), "members_reach_": np.ones(3)}
    with pytest.raises(BadModelFolder, match="There are 3 weights for the 2 members of a blend"):
        of_ratings.check_learned(learned | three, of_ratings.ratings)


@pytest.mark.parametrize(("blend", "gain"), [(0.0, 0.0), (0.2, float("inf"))])
def test_a_gain_against_members_that_reach_nothing_is_said(blend, gain, checkerboard):
    clicks = Ratings.from_arrays(checkerboard.user_idx.tolist(), checkerboard.item_idx.tolist())
    model = cf.Blend(["popularity", "ease"], held_out=0.5).fit(clicks)
    model.members_reach_, model.blend_reaches_ = np.zeros(2), blend
    assert model.gain == gain
    assert f"{gain:+.2%} against the best member" in model.notes()[1]


def test_every_option_is_felt(tastes):
    weights = [cf.Blend(["bias", "popularity"], **o).fit(tastes).weights_ for o in ({}, {"seed": 5}, {"held_out": 0.3})]
    assert not np.array_equal(weights[0], weights[1])
    assert not np.array_equal(weights[0], weights[2])


@pytest.mark.parametrize(
    ("given", "telling"),
    [
        ({"members": ["bias"]}, "at least 2 members"),
        ({"members": ["bias", "popularity"], "held_out": 1.0}, "between 0 and 1"),
        ({"members": ["bias", {"model": "popularity", "damping": -1}]}, "damping counts ratings"),
        ({"members": None}, "members lists the models of a blend"),
        ({"members": [cf.Bias, "bias"]}, "A member is a model, its name, or"),
        ({"members": [{"model": "bias", "reg": 1}, "bias"]}, "Bias has no option 'reg'"),
        ({"members": "bias"}, r"such as \('ease', 'bias'\), but 'bias' came"),
    ],
)
def test_bad_options_are_refused_before_anything_is_fitted(given, telling, checkerboard):
    with pytest.raises(BadOption, match=telling):
        cf.Blend(**given).fit(checkerboard)


@pytest.mark.parametrize(
    ("members", "message"),
    [
        (None, "members lists the models of a blend, .* but None came"),
        ("ease", "but 'ease' came"),
        (("bias", 7), "A member is a model, .* but 7 came"),
        (("bias", {"model": "bias", "speed": 1}), "Bias has no option 'speed'"),
    ],
)
def test_what_is_no_member_is_refused_when_it_is_given_and_when_it_is_set_later(halves, members, message):
    with pytest.raises(BadOption, match=message):
        cf.Blend(members)
    model = cf.Blend(("bias", "popularity"))
    model.members = members
    with pytest.raises(BadOption, match=message):
        model.fit(halves.train)


def test_an_array_of_no_dimension_is_no_list_of_members():
    with pytest.raises(BadOption, match="members lists the models"):
        cf.Blend(np.array("bias"))


def test_a_blend_of_what_makes_no_error_gains_nothing():
    alike = Ratings.from_arrays([1, 1, 1, 2, 2, 2], [1, 2, 3, 1, 2, 3], [3] * 6)
    model = cf.Blend(("bias", "popularity"), held_out=0.4).fit(alike, progress=False)
    assert model.gain == 0


def test_a_note_is_said_once(of_ratings):
    stopped = of_ratings.copied()
    stopped.interrupted_ = "after 1 of 2 fits"
    assert sum("Interrupted" in note for note in stopped.notes()) == 1
