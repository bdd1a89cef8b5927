"""Lists one can use: conditions, caps, candidates and exclusions of each user, several newcomers at once."""

import warnings
from collections import Counter
from dataclasses import replace

import numpy as np
import polars as pl
import pytest

import cofactor as cf
from cofactor.arrays import object_array
from cofactor.errors import BadOption, FewerLeft, ItemsIgnored, UnknownIds, Unsupported

EVEN = "parity = 'even'"


@pytest.fixture(scope="module")
def parities(checkerboard):
    """The checkerboard, whose items know their number and parity."""
    parity = object_array(["even", "odd"] * 6)
    return replace(checkerboard, item_attributes={"number": np.arange(12), "parity": parity})


@pytest.fixture(scope="module")
def model(parities):
    return cf.MatrixFactorization(n_factors=4, n_epochs=60, learning_rate=0.05).fit(parities, progress=False)


@pytest.fixture(scope="module")
def ranker(parities):
    """Its lists are not ordered by what it predicts."""
    rater = {"model": "explicit_als", "n_factors": 2, "reg": 0.05}
    return cf.RankerAndRater({"model": "ease", "reg": 10.0, "use_values": True}, rater).fit(parities, progress=False)


def items(model, users, n=10, **options):
    """The items of each list, by user."""
    columns = model.rank(users, n, hide_seen=False, **options).columns(model.ratings)
    return {user: [i for u, i in zip(columns["user"], columns["item"]) if u == user] for user in columns["user"]}


def test_without_a_profile_everybody_gets_what_a_stranger_gets(model):
    stranger = model.rank("nobody", 5, unknown="fallback").columns(model.ratings)["item"]
    for who in (3, {1: 5.0, 3: 1.0}):
        lists = model.rank(who, 5, profile=False).columns(model.ratings)
        assert lists["item"] == stranger
    assert list(items(model, [3, 4], 5, profile=False).values()) == [stranger, stranger]


def test_without_a_profile_not_even_what_was_rated_is_left_out(model):
    assert len(model.rank(3, 12, profile=False).idx[0]) == 12


def test_a_stranger_is_refused_without_a_profile_too(model):
    with pytest.raises(UnknownIds, match="nobody"):
        model.recommend("nobody", profile=False)


def test_a_list_cannot_be_calibrated_to_a_past_that_is_left_out(model):
    with pytest.raises(
        BadOption, match="calibrated mixes a list as its user's past does, which profile=False leaves out"
    ):
        model.recommend(3, profile=False, calibrated="genres")


# ---- where ----------------------------------------------------------------------------------------------------------


def test_only_items_that_match_are_recommended(model):
    assert set(items(model, [3], 6, where=EVEN)[3]) == {0, 2, 4, 6, 8, 10}
    assert set(items(model, [3], 3, where=f"{EVEN} and number < 5")[3]) == {0, 2, 4}
    assert set(items(model, {0: 1, 1: 5}, 3, where=f"{EVEN} and number < 5")["newcomer"]) == {0, 2, 4}


def test_a_condition_goes_with_candidates_and_exclusions(model):
    assert items(model, 3, 1, where=EVEN, candidates=[1, 2, 4], exclude=[4]) == {3: [2]}


def test_a_list_that_a_condition_shortens_says_so(model):
    with pytest.warns(FewerLeft, match="among the candidates, or left out by where"):
        assert len(model.recommend(3, where="number = 3")) == 1
    with pytest.warns(FewerLeft, match="Only 0 of 10 items"):
        assert len(model.recommend(3, where="number > 99")) == 0


def test_a_condition_that_cannot_be_asked_is_refused(model):
    with pytest.raises(BadOption, match="Did you mean 'number'"):
        model.recommend(3, where="numbers > 4")
    with pytest.raises(BadOption, match="where must be a text, but 4 came"):
        model.recommend(3, where=4)


# ---- candidates and exclusions of each user -------------------------------------------------------------------------


def test_each_user_has_candidates_and_exclusions_of_their_own(model):
    own = {3: [0, 1], 4: [2, 5, 7], 9: [1]}
    found = items(model, [3, 4], 1, candidates=own)
    assert found == {3: [1], 4: [2]}
    best = items(model, [3, 4], 3)
    assert items(model, [3, 4], 2, exclude={3: best[3][:1]}) == {3: best[3][1:], 4: best[4][:2]}


def test_sets_of_each_of_no_users_are_no_lists(model):
    assert items(model, [], 2, candidates={3: [1]}) == items(model, [], 2, exclude={3: [1]}) == {}


def test_sets_of_each_user_are_found_by_any_writing_of_their_id(model):
    assert items(model, ["3"], 1, candidates={3: [7]}) == {"3": [7]}
    assert items(model, [3], 1, candidates={"3": 7}) == {3: [7]}


def test_newcomers_and_strangers_have_sets_of_their_own(model):
    assert items(model, {0: 5}, 1, candidates={"newcomer": [6]}) == {"newcomer": [6]}
    assert items(model, ["zoe", 3], 1, unknown="fallback", candidates={"zoe": [6], 3: [5]}) == {"zoe": [6], 3: [5]}
    assert items(model, {"zoe": {0: 5}, "ann": {1: 5}}, 1, candidates={"zoe": [6], "ann": [7]}) == {
        "zoe": [6],
        "ann": [7],
    }


def test_many_users_get_the_lists_that_each_gets_alone(model):
    users, own = list(range(12)) * 10, {user: [user, (user + 3) % 12, (user + 4) % 12] for user in range(12)}
    many = model.rank(users, 2, hide_seen=False, exclude=own)
    for at, user in enumerate(users[:12]):
        np.testing.assert_array_equal(many.idx[at], model.rank(user, 2, hide_seen=False, exclude=own).idx[0])


def test_a_set_of_each_user_that_lacks_those_who_ask_is_refused(model):
    with pytest.raises(BadOption, match="candidates as a mapping are {user: items}.* but 4 is not among them"):
        model.recommend([3, 4], candidates={3: [1]})
    with pytest.raises(BadOption, match="exclude as a mapping are"):
        model.recommend([3, 4], exclude={5: [1]})


def test_items_that_were_not_trained_are_ignored_and_counted(model):
    with pytest.warns(ItemsIgnored, match="2 of the 4 items in candidates are not among the 12 known ones.*: 'x', 99."):
        assert set(items(model, 3, 2, candidates=["x", 1, 99, 2])[3]) == {1, 2}
    with pytest.warns(ItemsIgnored, match="1 of the 3 items in exclude"):
        assert items(model, [3, 4], 1, exclude={3: [1, "x"], 4: [2, "x"]}).keys() == {3, 4}
    with pytest.warns(ItemsIgnored) as told:
        model.recommend(3, 1, candidates=[1, "x"], hide_seen=False)
    assert told[0].filename == __file__
    assert told[0].message.ids == ["x"]


@pytest.mark.parametrize("nobody_knows", ["x", ["x"], ["x", "y"], {3: ["x"]}])
def test_a_set_of_unknown_items_alone_is_an_error(model, nobody_knows):
    with pytest.raises(UnknownIds, match="not among the 12 known ones: 'x'"):
        model.recommend(3, candidates=nobody_knows)


def test_nobody_is_given_nothing_by_an_empty_set(model):
    with pytest.warns(FewerLeft):
        assert len(model.recommend(3, candidates=[])) == 0
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert items(model, 3, 3, exclude=[]) == items(model, 3, 3)


# ---- caps -----------------------------------------------------------------------------------------------------------


def test_a_list_has_at_most_so_many_of_a_kind(model):
    capped = items(model, [3, 4], 4, max_per={"parity": 2})
    for user, found in capped.items():
        assert Counter(item % 2 for item in found) == {0: 2, 1: 2}
        plain = items(model, user, 12)[user]
        assert sorted(found, key=plain.index) == found
        assert [item for item in found if item % 2][:2] == [item for item in plain if item % 2][:2]


def test_films_of_several_genres_count_in_each(tastes):
    model = cf.Bias().fit(tastes)
    genres = dict(zip(tastes.items.values, tastes.item_attributes["genres"]))
    found = model.rank(tastes.users.values[:3].tolist(), 12, max_per={"genres": 2, "year": 1}).columns(tastes)
    for user in tastes.users.values[:3]:
        listed = [item for who, item in zip(found["user"], found["item"]) if who == user]
        assert max(Counter(word for item in listed for word in genres[item].split("|")).values()) == 2
        assert len(listed) == 12


def test_newcomers_sets_and_conditions_go_with_caps(model, ranker):
    found = items(model, {0: 5, 1: 1}, 2, max_per={"parity": 1}, where="number < 6", exclude={"newcomer": [0]})
    assert sorted(item % 2 for item in found["newcomer"]) == [0, 1]
    table = ranker.recommend([3, 4], 2, hide_seen=False, max_per={"parity": 1})
    assert table.filter(pl.col("user") == 3)["item"].to_numpy().sum() % 2 == 1
    assert table["rating"].is_finite().all()


def test_a_list_that_caps_shorten_says_so(model):
    with pytest.warns(FewerLeft, match="Only 2 of 10 items .*, or left out by max_per"):
        model.recommend(3, max_per={"parity": 1}, hide_seen=False)


@pytest.mark.parametrize(
    ("cap", "message"),
    [
        ({"pairity": 1}, "max_per names the attribute 'pairity', which items do not have. Did you mean 'parity'"),
        ({"parity": 0}, "max_per\\['parity'\\] counts items, at least 1, but 0 came"),
        ({"parity": "3"}, "max_per\\['parity'\\] must be a whole number, but '3' came"),
        (3, "max_per is given as {'genres': 3}, but 3 came"),
    ],
)
def test_a_cap_that_makes_no_sense_is_refused(model, cap, message):
    with pytest.raises(BadOption, match=message):
        model.recommend(3, max_per=cap)


def test_no_cap_caps_nothing(model):
    assert items(model, 3, 5, max_per={}) == items(model, 3, 5)


# ---- several newcomers ----------------------------------------------------------------------------------------------

EVEN_TASTES, ODD_TASTES = {0: 5, 1: 1}, {0: 1, 1: 5}


def test_several_newcomers_get_the_lists_that_each_gets_alone(model, ranker):
    for one in (model, ranker):
        both = one.recommend([EVEN_TASTES, ODD_TASTES, {}], 3)
        assert both["user"].to_list() == [0] * 3 + [1] * 3 + [2] * 3
        for at, newcomer in enumerate((EVEN_TASTES, ODD_TASTES, {})):
            alone = one.recommend(newcomer, 3)
            assert both.filter(pl.col("user") == at).drop("user").equals(alone.drop("user"))


def test_newcomers_may_have_names(model):
    table = model.recommend({"ann": EVEN_TASTES, "bob": ODD_TASTES}, 1)
    assert table["user"].to_list() == ["ann", "bob"]
    assert [item % 2 for item in table["item"]] == [0, 1]


def test_a_ranking_model_without_newcomers_refuses_several_too(checkerboard):
    class Closed(cf.Popularity):
        @property
        def abilities(self):
            return super().abilities._replace(folds_in=False)

    with pytest.raises(Unsupported, match="cannot recommend to newcomers"):
        Closed().fit(checkerboard).recommend([{0: 5}, {1: 5}])


@pytest.mark.parametrize(
    ("newcomers", "attributes", "message"),
    [
        ([{0: 5}, {1: 5}], {"age": 3}, "attributes of several people are given as their ratings, a list of 2, but"),
        ([{0: 5}, {1: 5}], [{"age": 3}], "a list of 2, but"),
        ({"ann": {0: 5}}, {"age": 3}, "{'ann': {'age': 33}, …}, but {'age': 3} came"),
        ([{0: 5}, {1: 5}], [{"age": 3}, None], "Users have no attribute 'age'"),
        ([{0: 5}, 3], None, "Somebody new is given as {item: rating}"),
        ({"ann": {0: 5}, "bob": 3}, None, "Somebody new is given as {item: rating}"),
    ],
)
def test_newcomers_are_described_one_by_one(model, newcomers, attributes, message):
    with pytest.raises(BadOption, match=message):
        model.recommend(newcomers, attributes=attributes)
