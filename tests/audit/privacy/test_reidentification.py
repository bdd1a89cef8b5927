"""How many people a few known ratings single out: counted by hand, by a plain loop, and what must hold always."""

from itertools import combinations

import numpy as np
import pytest
from hypothesis import given, strategies as st

import cofactor as cf
from cofactor.audit.privacy.detail import Detail, usual_details
from cofactor.audit.privacy.reidentification import reidentification
from cofactor.data.ratings import NO_TIME, Ratings
from cofactor.errors import BadOption

DAY = 86_400


def share(table, n_known, **detail):
    """The share of unique people where one detail and one number are asked for."""
    found = reidentification(table, known=[n_known], details=[Detail(**detail)])
    return found.unique(n_known, **detail).value


@pytest.fixture(scope="module")
def four() -> Ratings:
    """ann and bob rate alike, on other days of one week; eve differs in a value, dan has an item of his own."""
    return Ratings.from_arrays(
        ["ann", "ann", "bob", "bob", "eve", "eve", "dan"], [1, 2, 1, 2, 1, 2, 3], [5, 3, 5, 3, 5, 4, 1],
        timestamps=np.array([0, 0, DAY, DAY, 0, 0, 0]),
    )  # fmt: skip


@pytest.mark.parametrize(
    ("detail", "unique"),
    [
        ({"step": None}, 1 / 4),  # dan: the others have rated the same items
        ({}, 2 / 4),  # and eve, by her 4
        ({"step": 2.0}, 1 / 4),  # 3 and 4 are of one class: 1-2, 3-4, 5
        ({"dates": "1 week"}, 2 / 4),
        ({"dates": "1 day"}, 4 / 4),
        ({"step": None, "dates": "1 day"}, 2 / 4),  # bob came a day later, ann and eve on one
    ],
)
def test_who_is_unique_by_all_their_ratings_is_counted_by_hand(four, detail, unique):
    assert share(four, 2, **detail) == unique


def test_one_known_rating_singles_out_its_only_owner():
    """Each of ann's two ratings is shared with somebody; of bob's and eve's two one each is their own."""
    table = Ratings.from_arrays(["ann", "ann", "bob", "bob", "eve", "eve"], [1, 2, 1, 3, 2, 4], [5] * 6)
    found = reidentification(table, known=[1, 2], details=[Detail()], n_draws=2_000)
    assert found.unique(1).value == pytest.approx((0 + 1 / 2 + 1 / 2) / 3, abs=0.02)
    assert found.unique(2).value == 1


def test_the_shares_are_those_of_a_plain_loop_over_all_pairs_of_ratings(tastes):
    """Two of each person's ratings: the mean over all pairs, where the audit draws."""
    few = tastes.subset(tastes.user_idx < 20)
    rated = [set(zip(*map(np.ndarray.tolist, few.by_user.of(u)), strict=True)) for u in range(20)]
    unique = [np.mean([sum({*two} <= one for one in rated) == 1 for two in combinations(own, 2)]) for own in rated]
    expected = np.mean(unique)
    found = reidentification(few, known=[2], details=[Detail()], n_draws=200).unique(2)
    assert found.low < expected < found.high
    assert found.value == pytest.approx(expected, abs=0.02)


@given(st.lists(st.tuples(st.integers(0, 5), st.integers(0, 6), st.integers(1, 3), st.integers(0, 3)), min_size=1))
def test_to_know_more_never_hides_anybody(rows):
    """More ratings, finer dates and values: for the same draws the share never falls, nor does a crowd grow."""
    users, items, values, days = zip(*rows, strict=True)
    table = Ratings.from_arrays(users, items, values, kind="ratings", timestamps=np.array(days) * DAY)
    coarse_to_fine = [Detail(None), Detail(2.0), Detail(), Detail(dates="2 days"), Detail(dates="1 day")]
    found = reidentification(table, known=[1, 2, 3, 9], details=coarse_to_fine, n_draws=2, n_bootstrap=40)
    by_detail = np.array([one.value for one in found.shares.values()]).reshape(5, 4)
    crowds = np.array(list(found.median_matching.values())).reshape(5, 4)
    assert (np.diff(by_detail, axis=0) >= 0).all()
    assert (np.diff(by_detail, axis=1) >= 0).all()
    assert (np.diff(crowds, axis=0) <= 0).all()
    assert (np.diff(crowds, axis=1) <= 0).all()


def test_other_ids_and_another_order_change_nothing(four):
    order = np.random.default_rng(0).permutation(len(four))
    users, items = (np.array(ids)[order] for ids in (four.user_idx * 7 + 1, 90 - four.item_idx))
    renamed = Ratings.from_arrays(users.tolist(), items.tolist(), four.values[order], timestamps=four.timestamps[order])
    still = [detail for detail in usual_details(four) if not detail.moves]
    all_known = [reidentification(one, known=[2], details=still, n_bootstrap=40).columns() for one in (four, renamed)]
    assert all_known[0] == all_known[1]


def test_of_a_pair_rated_twice_the_last_counts():
    table = Ratings.from_arrays(["ann", "bob", "bob"], [1, 1, 1], [5, 1, 5])
    assert share(table, 1) == 0


def test_an_unknown_date_matches_only_unknown_ones():
    table = Ratings.from_arrays(["ann", "bob", "eve"], [1, 1, 1], [5, 5, 5], timestamps=np.array([NO_TIME, NO_TIME, 0]))
    assert share(table, 1, dates="1 day") == pytest.approx(1 / 3)


def test_where_all_are_unique_the_interval_is_that_of_a_binomial():
    """Of twenty people all: 0.025 ** (1 / 20), the lower end of Clopper and Pearson; and of none the mirror of it."""
    apart = Ratings.from_arrays(range(20), range(20), [5] * 20)
    alike = Ratings.from_arrays(range(20), [0] * 20, [5] * 20)
    all_unique, none = (reidentification(one, known=[1], details=[Detail()]).unique(1) for one in (apart, alike))
    assert all_unique == pytest.approx((1, 0.8316, 1), abs=1e-4)
    assert none == pytest.approx((0, 0, 0.1684), abs=1e-4)


def test_the_interval_holds_the_share_of_everybody_when_some_are_drawn(tastes):
    whole = reidentification(tastes, known=[3], details=[Detail()], seed=1).unique(3)
    some = reidentification(tastes, known=[3], details=[Detail()], n_people=300, seed=2)
    assert some.n_people == 300
    assert some.unique(3).low < whole.value < some.unique(3).high
    assert whole.high - whole.low < some.unique(3).high - some.unique(3).low


def test_many_candidates_are_looked_at_in_parts(tastes, monkeypatch):
    whole = reidentification(tastes, n_draws=1, n_bootstrap=40).columns()
    monkeypatch.setattr("cofactor.audit.privacy.matching.PAIRS_AT_ONCE", 1_000)
    assert reidentification(tastes, n_draws=1, n_bootstrap=40).columns() == whole


def test_clicks_without_times_are_known_by_their_items_alone():
    clicks = Ratings.from_arrays(["ann", "bob"], [1, 1])
    assert set(reidentification(clicks, n_bootstrap=40).columns()["detail"]) == {"items alone"}


def test_it_is_shown_as_a_sheet_and_given_as_a_table(four):
    found = reidentification(four, known=[1, 2], details=[Detail(dates="1 day")])
    assert "items, ratings, dates to 1 day" in str(found)
    assert "4 people, looked for among 4; 5 random draws" in str(found)
    assert "1 of them has fewer ratings than 2, and is known by all they have." in str(found)
    assert found.table()["unique"].to_list() == [one.value for one in found.shares.values()]


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"known": []}, "known lists numbers of ratings, 1 or more"),
        ({"known": [0]}, "known lists numbers of ratings, 1 or more"),
        ({"known": 4}, "known lists numbers of ratings, 1 or more, as in \\[1, 2, 4\\], but 4 came"),
        ({"details": []}, "details lists at least one Detail"),
        ({"details": ["1 day"]}, "A detail is a Detail"),
        ({"details": [Detail(-1.0)]}, "step is the width of classes"),
        ({"details": [Detail(dates="soon")]}, "dates is a time above 0 with its unit"),
        ({"details": [Detail(2.0, moved_ratings=1.0)]}, "Only exact ratings are moved"),
        ({"details": [Detail(moved_ratings=-1.0)]}, "moved_ratings is by how much ratings are moved"),
        ({"details": [Detail(dates="1 day", moved_dates="2 days")]}, "give one of the two"),
        ({"details": [Detail(moved_dates="soon")]}, "moved_dates is a time above 0 with its unit"),
        ({"n_draws": 0}, "n_draws counts draws"),
        ({"n_people": 0}, "n_people counts people"),
    ],
)
def test_what_cannot_be_asked_is_refused(four, options, message):
    with pytest.raises(BadOption, match=message):
        reidentification(four, **options)


def test_dates_of_a_table_without_times_and_a_table_of_nobody_are_refused(four):
    with pytest.raises(BadOption, match="The table has no times"):
        reidentification(Ratings.from_arrays(["ann"], [1], [5]), details=[Detail(dates="1 day")])
    with pytest.raises(BadOption, match="has no ratings"):
        reidentification(four.subset(np.zeros(0, int)))


def test_a_share_that_was_not_counted_is_refused_by_name(four):
    with pytest.raises(BadOption, match=r"3 known ratings with Detail.* were not counted"):
        reidentification(four, known=[1]).unique(3)


def test_two_rated_films_and_their_days_single_out_most_people_of_ml_1m(data_folder):
    if not (data_folder / "ml-1m").is_dir():
        pytest.skip(f"{data_folder} holds no ml-1m")
    found = reidentification(cf.load("ml-1m"), known=[2], details=[Detail(), Detail(dates="1 day")], n_people=1_000)
    assert 0.04 < found.unique(2).value < 0.10
    assert 0.80 < found.unique(2, dates="1 day").value < 0.90
