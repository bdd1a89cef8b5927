"""A table in plain words: small enough to count by hand."""

import numpy as np

from cofactor.data.describing import Spread, describe
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
    assert Spread.of(np.array([0, 1, 2, 3])) == Spread(1, 1.5, 2.0, 2.5, 3)


def test_users_of_the_whole_table_are_not_counted_in_a_part():
    assert describe(SOME.subset(np.array([3]))).n_users == 1


def test_many_different_values_are_gathered_in_ten_steps():
    many = Ratings.from_arrays(range(100), range(100), range(100))
    assert [count for _, count in describe(many).histogram] == [10] * 10


def test_the_text_says_that_data_are_synthetic_and_draws_the_histogram():
    text = str(describe(SOME))
    assert "(synthetic): 4 ratings by 2 users of 3 items" in text
    assert "5  ############################## 2 (50.0%)" in text


def test_clicks_have_no_histogram():
    assert "#" not in str(describe(Ratings.from_arrays([1, 2], [1, 2])))
