"""A table in plain words: small enough to count by hand."""

import numpy as np

from cofactor.data.describing import FiveNumberSummary, describe
from cofactor.data.ratings import NO_TIME, Ratings

TIMES = np.array([NO_TIME, 86_400, 0, 172_800])
SOME = Ratings.from_arrays(["ann", "ann", "ann", "bob"], [1, 2, 3, 1], [5, 5, 3, 1], timestamps=TIMES, synthetic=True)


def test_counts_density_mean_and_histogram():
    about = describe(SOME)
    assert (about.n_ratings, about.n_users, about.n_items) == (4, 2, 3)
    assert about.density == 4 / 6
    assert about.mean == 3.5
    assert about.histogram == ((1, 1), (3, 1), (5, 2))


def test_times_that_are_unknown_are_counted_apart():
    about = describe(SOME)
    assert (str(about.first)[:10], str(about.last)[:10], about.n_without_time) == ("1970-01-01", "1970-01-03", 1)


def test_spread_is_over_those_who_have_ratings():
    assert FiveNumberSummary.of(np.array([0, 1, 2, 3])) == FiveNumberSummary(1, 1.5, 2.0, 2.5, 3)


def test_users_of_the_whole_table_are_not_counted_in_a_part():
    assert describe(SOME.subset(np.array([3]))).n_users == 1


def test_who_has_no_ratings_at_all_has_none_to_spread():
    assert FiveNumberSummary.of(np.array([0, 0])) == FiveNumberSummary(0, 0, 0, 0, 0)


def test_more_than_twelve_different_values_are_gathered_in_ten_steps():
    twelve, many = (Ratings.from_arrays(range(n), range(n), range(n)) for n in (12, 101))
    assert describe(twelve).histogram == tuple((value, 1) for value in range(12))
    assert describe(many).histogram == (*((10 * step, 10) for step in range(9)), (90, 11))  # 100 is in the last


def test_the_text_says_that_data_are_synthetic_and_draws_the_histogram():
    assert (
        str(describe(SOME))
        == """\
ratings (synthetic): 4 ratings by 2 users of 3 items
  filled      66.667% of all user-item pairs; 33.333% are unknown
  a user has  1 to 3, median 2, half of them 1.5 to 2.5
  an item has 1 to 2, median 1, half of them 1 to 1.5
  time        1970-01-01 to 1970-01-03; 1 without
  mean        3.500
           1  ###############                1 (25.0%)
           3  ###############                1 (25.0%)
           5  ############################## 2 (50.0%)"""
    )


def test_clicks_have_no_histogram_and_may_have_no_time():
    assert (
        str(describe(Ratings.from_arrays([1, 2], [1, 2], name="shop")))
        == """\
shop: 2 clicks by 2 users of 2 items
  filled      50.000% of all user-item pairs; 50.000% are unknown
  a user has  1 to 1, median 1, half of them 1 to 1
  an item has 1 to 1, median 1, half of them 1 to 1
  time        unknown"""
    )


def test_a_time_in_no_calendar_is_unknown():
    far = Ratings.from_arrays([1, 2], [1, 2], timestamps=np.array([0, 2**60]))
    assert "time        unknown" in str(describe(far))


def test_all_times_known_need_no_count_of_the_others():
    all_known = Ratings.from_arrays([1, 2], [1, 2], timestamps=np.array([0, 86_400]))
    assert "time        1970-01-01 to 1970-01-02\n" in str(describe(all_known)) + "\n"
