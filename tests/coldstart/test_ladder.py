"""What a recommendation stands on, from own ratings down to popularity."""

from dataclasses import replace

import numpy as np
import pytest

import cofactor as cf
from cofactor.coldstart.ladder import Ladder, Rung
from cofactor.data.ratings import NO_TIME, Ratings
from cofactor.errors import BadOption, FewerLeft

DAY = 86_400


@pytest.fixture(scope="module")
def table() -> cf.Ratings:
    """Forty users; "even" ones love items 0 to 4 and hate 5 to 9, "odd" ones the reverse. User 40 has rated nothing."""
    rows = [(u, i, 5 if (i < 5) == (u % 2 == 0) else 1) for u in range(40) for i in range(10) if (u + i) % 3]
    users, items, values = zip(*rows, strict=True)
    return cf.read(
        {"user": users, "item": items, "rating": values, "timestamp": [DAY * (1 + i) for i in items]},
        users={"user": list(range(41)), "kind": ["even", "odd"] * 20 + ["odd"]}, unrated="keep",
    )  # fmt: skip


@pytest.fixture(scope="module")
def plain(table):
    return cf.ExplicitALS(n_factors=2, n_epochs=5).fit(table, progress=False)


@pytest.fixture(scope="module")
def described(table):
    return cf.BayesianMF(n_factors=2, n_draws=40, n_burn_in=20, user_bag=False).fit(table, progress=False)


def loved(ladder: Ladder, who, **rest) -> set[bool]:
    """Whether the three best are of the items that "even" users love."""
    return {item < 5 for item in ladder.recommend(who, 3, **rest)["item"].to_list()}


def test_somebody_with_ratings_stands_on_them(plain):
    ladder = Ladder(plain, group="kind")
    assert ladder.answer(2).rung is Rung.RATINGS
    assert ladder.answer({0: 5.0}).rung is Rung.RATINGS
    assert loved(ladder, {7: 5.0, 1: 1.0}) == {False}


def test_without_ratings_attributes_say_what_to_expect(described):
    ladder = Ladder(described, group="kind")
    assert ladder.answer(40).rung is Rung.ATTRIBUTES
    assert loved(ladder, 40) == {False}
    assert loved(ladder, {}, attributes={"kind": "even"}) == {True}


def test_a_model_that_knows_no_attributes_leaves_it_to_the_group(plain):
    ladder = Ladder(plain, group="kind")
    assert ladder.answer(40).rung is Rung.GROUP
    assert loved(ladder, 40) == {False}
    assert loved(ladder, "a stranger", attributes={"kind": "even"}) == {True}


def test_of_whom_nothing_is_known_popularity_speaks(plain, table):
    ladder = Ladder(plain, damping=10.0)
    answer = ladder.answer("a stranger")
    assert (answer.rung, answer.n_known) == (Rung.POPULARITY, 0)
    values = table.values[table.item_idx == 3]
    by_hand = (values.sum() + 10 * table.mean) / (len(values) + 10)
    assert answer.scores[3] == pytest.approx(by_hand, rel=1e-5)


@pytest.mark.parametrize("who", ["a stranger", {}], ids=str)
def test_somebody_who_says_nothing_is_of_no_group(plain, who):
    """Not of that of the last user either, who is odd."""
    assert Ladder(plain, group="kind").answer(who).rung is Rung.POPULARITY


def test_the_doubt_of_an_average_holds_what_people_differ_by_and_how_few_they_are():
    """Ratings 1 and 3 of the one item: their mean is 2, their variance 1, and the mean's own 1/2."""
    ratings = cf.Ratings.from_arrays([1, 2, 1], [10, 10, 20], [1.0, 3.0, 5.0], scale=(1, 5))
    answer = Ladder(cf.Popularity().fit(ratings), damping=0).answer("a stranger")
    assert answer.scores[0] == 2
    assert answer.doubt[0] == pytest.approx(1.5**0.5)


def test_damping_is_doubted_as_ratings_of_the_usual_variance():
    """Beside 1 and 3 of the item stand two ratings of the table's mean, 3, whose variance is 8/3: the mean is 2.5."""
    ratings = cf.Ratings.from_arrays([1, 2, 1], [10, 10, 20], [1.0, 3.0, 5.0], scale=(1, 5))
    answer = Ladder(cf.Popularity().fit(ratings), damping=2).answer("a stranger")
    assert answer.scores[0] == 2.5
    variance = (1.5**2 + 0.5**2 + 2 * 8 / 3) / 4
    assert answer.doubt[0] == pytest.approx((variance * (1 + 1 / 4)) ** 0.5)


def test_who_has_ratings_gets_what_the_model_says_and_how_many_they_are(plain, table):
    ladder = Ladder(plain)
    known, newcomer = ladder.answer(2), ladder.answer({7: 5.0, 1: 1.0, "of another world": 3.0})
    assert (known.n_known, newcomer.n_known) == (table.user_counts[2], 2)
    np.testing.assert_array_equal(known.scores, plain.score_users(np.array([2]))[0])
    np.testing.assert_array_equal(newcomer.scores, plain.score_newcomer({7: 5.0, 1: 1.0}))


def test_the_doubt_is_that_of_the_row_models_after_the_ratings(plain, table):
    """One row model: the deviation of a rating given them; of a known user by the ratings they gave."""
    (row_model,), told = plain.row_models(), {7: 5.0, 1: 1.0}
    _, variance = row_model.expected(row_model.posterior(np.array([7, 1]), np.array([5.0, 1.0])))
    np.testing.assert_allclose(Ladder(plain).answer(told).doubt, np.sqrt(variance), rtol=1e-6)
    items, values = table.by_user.of(2)
    theirs = dict(zip(items.tolist(), values.tolist(), strict=True))
    np.testing.assert_allclose(Ladder(plain).answer(2).doubt, Ladder(plain).answer(theirs).doubt, rtol=1e-5)


def test_draws_differ_in_what_they_expect_and_that_is_doubt_too(described):
    row_models, none = described.row_models(), (np.zeros(0, int), np.zeros(0))
    means, variances = (
        np.array(part)
        for part in zip(*(row_model.expected(row_model.posterior(*none)) for row_model in row_models), strict=True)
    )
    doubt = Ladder(described).answer(40).doubt
    np.testing.assert_allclose(doubt, np.sqrt(variances.mean(axis=0) + means.var(axis=0)), rtol=1e-6)


def test_a_groups_mean_is_held_to_that_of_all_by_hand(plain, table):
    ladder = Ladder(plain, group="kind", damping=4.0)
    odd = table.values[(table.item_idx == 3) & (table.user_idx % 2 == 1)]
    of_all = ladder.answer("a stranger").scores[3]
    expected = (odd.sum() + 4 * of_all) / (len(odd) + 4)
    assert ladder.answer({}, {"kind": "odd"}).scores[3] == pytest.approx(expected, rel=1e-5)


def test_a_window_is_of_the_days_before_the_newest_rating_by_hand(plain, table):
    """The newest rating is of day 10; three days before it are those after day 7: items 7 to 9."""
    ladder, whole = Ladder(plain, window_days=3, damping=4.0), Ladder(plain, damping=4.0).answer("a stranger").scores
    scores = ladder.answer("a stranger").scores
    np.testing.assert_allclose(scores[:7], whole[:7], rtol=1e-6)
    for item in (7, 8, 9):
        values = table.values[table.item_idx == item]
        assert scores[item] == pytest.approx((values.sum() + 4 * whole[item]) / (len(values) + 4), rel=1e-5)


def test_of_clicks_popularity_is_the_share_of_all_damped(table):
    clicks = replace(table, kind="clicks", scale=None)
    ladder = Ladder(cf.Popularity().fit(clicks), damping=10.0)
    expected = table.item_counts / (len(table) + 10)
    np.testing.assert_allclose(ladder.answer("a stranger").scores, expected, rtol=1e-5)


def test_seen_items_are_hidden_unless_they_are_asked_for(plain, table):
    ladder, unseen = Ladder(plain), {0, 3, 6, 9}
    with pytest.warns(FewerLeft):
        assert set(ladder.recommend(3, 10)["item"].to_list()) == unseen
    assert len(ladder.recommend(3, 10, hide_seen=False)) == 10
    with pytest.warns(FewerLeft):
        assert len(ladder.recommend({7: 5.0, 1: 1.0}, 10)) == 8


def test_somebody_who_rates_only_what_nobody_knows_steps_down_a_rung(plain):
    ladder = Ladder(plain)
    assert ladder.answer({"a film of another world": 5.0}).rung is Rung.POPULARITY


def test_popularity_may_be_of_the_newest_ratings_alone(plain):
    """Item i is rated on day i + 1, so the last three days know items 7 to 9; the others stand at their old mean."""
    window, whole = Ladder(plain, window_days=3), Ladder(plain)
    assert window.answer("a stranger").scores[2] == pytest.approx(whole.answer("a stranger").scores[2], rel=1e-5)
    assert window.answer("a stranger").scores[8] != pytest.approx(whole.answer("a stranger").scores[8], rel=1e-3)


def test_zero_ratings_one_five_are_one_continuous_path(described):
    """Doubt falls and the score of what is like the ratings rises, rung or no rung."""
    ladder = Ladder(described)
    told = [dict.fromkeys([5, 6, 7, 8][:n], 5.0) for n in (1, 2, 4)]
    answers = [ladder.answer({}, {"kind": "odd"}), *(ladder.answer(one, {"kind": "odd"}) for one in told)]
    doubts = [float(one.doubt[9]) for one in answers]
    assert doubts == sorted(doubts, reverse=True)
    assert answers[-1].scores[9] > answers[-1].scores[0]


def test_every_recommendation_says_what_it_stands_on_and_how_sure_it_is(described):
    answer = Ladder(described).recommend({7: 5.0}, 2)
    assert answer.columns == ["user", "item", "rank", "score", "rung", "doubt"]
    assert set(answer["rung"].to_list()) == {"own ratings"}
    assert all(doubt > 0 for doubt in answer["doubt"].to_list())
    assert 7 not in answer["item"].to_list()


def test_where_no_time_is_known_no_rating_lies_in_the_window(table):
    timeless = replace(table, timestamps=np.full(len(table), NO_TIME))
    model = cf.Popularity().fit(timeless)
    window, whole = (Ladder(model, window_days=days).answer("a stranger").scores for days in (3, None))
    np.testing.assert_allclose(window, whole, rtol=1e-6)


def test_a_recommendation_names_who_asked_and_calls_somebody_new_a_newcomer(plain):
    names = [set(Ladder(plain).recommend(who, 2)["user"].to_list()) for who in (2, "a stranger", {7: 5.0})]
    assert names == [{2}, {"a stranger"}, {"newcomer"}]


def test_clicks_are_counted_and_have_no_doubt_in_stars(table):
    clicks = replace(table, kind="clicks", scale=None)
    ladder = Ladder(cf.ImplicitMF(n_factors=2, n_epochs=3).fit(clicks, progress=False))
    answer = ladder.answer("a stranger")
    assert answer.scores.argmax() == table.item_counts.argmax()
    assert np.isnan(answer.doubt).all()


def test_groups_and_windows_that_are_not_there_are_refused(plain, checkerboard):
    with pytest.raises(BadOption, match="no attribute 'age' to group them by. They have: kind"):
        Ladder(plain, group="age")
    with pytest.raises(BadOption, match="no attribute 'age'. They have: kind"):
        Ladder(plain).answer({}, {"age": 3})
    with pytest.raises(BadOption, match="needs ratings with times"):
        Ladder(cf.Popularity().fit(checkerboard), window_days=7)


def test_a_ladder_follows_the_updates_of_its_model(table):
    model = cf.ExplicitALS(n_factors=2, n_epochs=3).fit(table, progress=False)
    ladder = Ladder(model)
    assert len(ladder.answer("a stranger").scores) == 10
    model.update(cf.read({"user": [0], "item": [77], "rating": [5]}))
    assert len(ladder.answer("a stranger").scores) == 11


def test_the_doubt_of_values_near_the_end_of_32_bits_is_a_number():
    """The square of 1e30 is none in single precision; two of 0 and 1e30 spread by 5e29."""
    huge = Ratings.from_arrays([1, 2], [1, 1], [0, 1e30])
    answer = Ladder(cf.Popularity().fit(huge)).answer("nobody")
    assert answer.doubt[0] == pytest.approx(5e29, rel=0.2)


def test_without_damping_an_item_that_nobody_rated_is_what_it_is_held_to():
    """Its mean was 0 / 0."""
    ratings = Ratings.from_arrays([1, 2, 1], [1, 1, 2], [2, 4, 5]).subset(np.array([0, 1]))
    answer = Ladder(cf.Popularity().fit(ratings), damping=0).answer("nobody")
    assert answer.scores.tolist() == [3, 3]
    assert np.isnan(answer.doubt).tolist() == [False, True]


def test_an_array_is_no_group_of_one_person():
    users = {"user": [1, 2], "kind": ["a", "b"]}
    ratings = cf.read({"user": [1, 2], "item": [7, 8], "rating": [5, 4]}, users=users)
    ladder = Ladder(cf.Popularity().fit(ratings), group="kind")
    with pytest.raises(BadOption, match="'kind' of one person is a single value"):
        ladder.answer("new", {"kind": np.array(["a", "b"])})
