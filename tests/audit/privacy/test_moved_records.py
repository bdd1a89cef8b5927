"""Releases moved by noise: how often others match, by hand, and the two ends where noise is nothing or everything."""

import numpy as np
import pytest

from cofactor.audit.privacy.detail import Detail
from cofactor.audit.privacy.reidentification import reidentification
from cofactor.data.ratings import NO_TIME, Ratings

DAY = 86_400


def share(table, n_known, *, n_draws=5, seed=0, **detail):
    found = reidentification(table, known=[n_known], details=[Detail(**detail)], n_draws=n_draws, seed=seed)
    return found.unique(n_known, **detail).value


@pytest.mark.parametrize(("apart", "matching"), [(0, 1), (1, 3 / 4), (2, 1 / 2), (4, 0)])
def test_others_match_as_often_as_even_noise_brings_them_near(apart, matching):
    """Of ratings that differ by d, moved by up to 2, |d + noise| is at most 2 in 1 - d / 4 of all cases."""
    two = Ratings.from_arrays(["ann", "bob"], [1, 1], [5.0, 5.0 - apart], kind="ratings")
    assert share(two, 1, n_draws=2_000, moved_ratings=2.0) == pytest.approx(1 - matching, abs=0.03)


def test_dates_are_moved_by_time():
    """A day apart, moved by up to two: the other matches in three of four cases."""
    two = Ratings.from_arrays(["ann", "bob"], [1, 1], [5, 5], timestamps=np.array([0, DAY]))
    assert share(two, 1, n_draws=2_000, moved_dates="2 days") == pytest.approx(1 / 4, abs=0.03)


def test_noise_smaller_than_all_differences_hides_nobody(tastes):
    assert share(tastes, 3, moved_ratings=0.2) == share(tastes, 3)  # ratings are half a star apart
    instant = "0.00001 days"  # less than a second
    assert share(tastes, 2, moved_dates=instant) == share(tastes, 2, dates=instant)


def test_noise_larger_than_all_differences_is_as_if_it_were_not_known(tastes):
    hidden = share(tastes, 4, moved_ratings=1e6)
    assert hidden == pytest.approx(share(tastes, 4, step=None), abs=0.002)
    assert share(tastes, 2, moved_dates="10000000 days") == pytest.approx(share(tastes, 2), abs=0.002)


def test_more_noise_hides_more_people(tastes):
    shares = [share(tastes, 2, moved_dates=one) for one in ("1 day", "7 days", "90 days")]
    assert shares == sorted(shares, reverse=True)
    assert shares[0] > shares[-1]


def test_whoever_has_fewer_ratings_is_known_by_them_and_all_must_match():
    """bob matches ann in one of her two ratings alone."""
    table = Ratings.from_arrays(["ann", "ann", "bob", "bob"], [1, 2, 1, 2], [5, 1, 5, 5], kind="ratings")
    assert share(table, 2, moved_ratings=0.5) == 1
    one = Ratings.from_arrays(["ann", "ann", "bob"], [1, 2, 1], [5, 1, 5], kind="ratings")
    assert share(one, 2, moved_ratings=0.5) == 1 / 2  # bob is known by one, which ann has too


def test_an_unknown_date_matches_only_unknown_ones():
    table = Ratings.from_arrays(["ann", "bob", "eve"], [1, 1, 1], [5, 5, 5], timestamps=np.array([NO_TIME, NO_TIME, 0]))
    assert share(table, 1, moved_dates="90 days") == pytest.approx(1 / 3)


def test_the_same_seed_moves_alike_and_another_otherwise(tastes):
    one, same, other = (share(tastes, 1, moved_dates="7 days", seed=seed) for seed in (1, 1, 2))
    assert one == same != other


def test_it_is_named_by_what_was_moved():
    assert str(Detail(moved_ratings=1.0)) == "items, ratings moved by up to 1"
    assert str(Detail(None, moved_dates="7 days")) == "items alone, dates moved by up to 7 days"


def test_many_candidates_are_looked_at_in_parts(tastes, monkeypatch):
    whole = share(tastes, 3, moved_dates="7 days", n_draws=1)
    monkeypatch.setattr("cofactor.audit.privacy.matching.PAIRS_AT_ONCE", 1_000)
    assert share(tastes, 3, moved_dates="7 days", n_draws=1) == whole
