"""Ratings that come later, joined to those that were there."""

from dataclasses import replace

import numpy as np
import pytest

import cofactor as cf
from cofactor.data.joining import join
from cofactor.data.ratings import NO_TIME, Ratings
from cofactor.errors import BadTable


def rated(*triples, **rest) -> Ratings:
    users, items, values = zip(*triples, strict=True)
    return Ratings.from_arrays(users, items, values, **rest)


def told(ratings: Ratings) -> set:
    users, items = ratings.users.gather(ratings.user_idx), ratings.items.gather(ratings.item_idx)
    return set(zip(users.tolist(), items.tolist(), ratings.values.tolist(), strict=True))


def test_who_was_known_keeps_their_index_and_strangers_come_behind():
    old, new = rated(("bob", 1, 4), ("dan", 2, 5)), rated(("ann", 1, 3), ("dan", 7, 2))
    joined = join(old, new)
    assert joined.ratings.users.values.tolist() == ["bob", "dan", "ann"]
    assert joined.ratings.items.values.tolist() == [1, 2, 7]
    assert told(joined.ratings) == {("bob", 1, 4), ("dan", 2, 5), ("ann", 1, 3), ("dan", 7, 2)}


def test_it_says_who_has_new_ratings_and_what_is_rated_for_the_first_time():
    joined = join(rated(("bob", 1, 4), ("dan", 2, 5)), rated(("ann", 1, 3), ("dan", 7, 2)))
    assert joined.users.tolist() == [1, 2]
    assert joined.items.tolist() == [2]


def test_a_pair_that_is_rated_again_counts_as_it_was_rated_last():
    joined = join(rated(("bob", 1, 4), ("bob", 2, 5)), rated(("bob", 1, 2)))
    assert told(joined.ratings) == {("bob", 1, 2), ("bob", 2, 5)}


def test_a_part_of_the_same_table_needs_no_new_ids():
    whole = rated(("bob", 1, 4), ("dan", 2, 5), ("dan", 1, 3))
    joined = join(whole.subset(np.array([0])), whole.subset(np.array([1, 2])))
    assert joined.ratings.users is whole.users
    assert joined.items.tolist() == [1]


def test_times_that_one_table_lacks_are_unknown():
    joined = join(rated(("bob", 1, 4)), rated(("ann", 1, 3), timestamps=np.array([77])))
    assert joined.ratings.timestamps.tolist() == [NO_TIME, 77]


def test_titles_and_attributes_grow_with_the_ids():
    of_old = {"year": np.array([1994]), "genre": np.array(["Drama"], object)}
    of_new = {"year": np.array([1994, 2001]), "studio": np.array(["A", "B"], object)}
    old = rated(("bob", 1, 4), titles=np.array(["One"], object), item_attributes=of_old)
    new = rated(("bob", 1, 3), ("bob", 2, 3), titles=np.array(["Uno", "Two"], object), item_attributes=of_new)
    ratings = join(old, new).ratings
    assert ratings.titles.tolist() == ["One", "Two"]
    assert ratings.item_attributes["year"].tolist() == [1994, 2001]
    assert ratings.item_attributes["year"].dtype == np.int64
    assert ratings.item_attributes["genre"].tolist() == ["Drama", None]
    assert ratings.item_attributes["studio"].tolist() == ["A", "B"]  # what was missing is filled in


def test_a_number_that_is_missing_is_nan():
    old = rated(("bob", 1, 4), item_attributes={"year": np.array([1994])})
    year = join(old, rated(("bob", 2, 3))).ratings.item_attributes["year"]
    np.testing.assert_array_equal(year, [1994.0, np.nan])


def test_text_ids_do_not_join_whole_numbers():
    with pytest.raises(BadTable, match="text, such as 'ann', but those of the model whole numbers"):
        join(rated((1, 1, 4)), rated(("ann", 1, 3)))


def test_clicks_do_not_join_ratings():
    with pytest.raises(BadTable, match="clicks cannot be joined to ratings"):
        join(rated(("bob", 1, 4)), Ratings.from_arrays(["bob"], [2]))


def test_text_and_whole_numbers_are_never_taken_for_each_other():
    text = Ratings.from_arrays(["007", "12", "12"], [1, 1, 2], [5, 4, 3])
    whole = Ratings.from_arrays([12, 9], [2, 1], [4, 1], scale=(1, 5))
    with pytest.raises(BadTable, match=r"user ids here are whole numbers, such as 9.*text.*ids=\{'user'"):
        join(text, whole)
    with pytest.raises(BadTable, match=r"user ids here are text.*Mend them, or read both tables"):
        join(whole, text)
    with pytest.raises(BadTable, match="no user would be known"):
        cf.evaluate(cf.Bias().fit(text), whole)
    again = Ratings.from_arrays([12, 9], [2, 1], [4, 1], scale=(1, 5), ids={"user": "text"})
    assert join(text, again).ratings.users.values.tolist() == ["007", "12", "9"]


def test_whole_numbers_beyond_64_bits_join_smaller_ones():
    joined = join(Ratings.from_arrays([1, 2], [1, 2], [5, 4]), Ratings.from_arrays([2**70], [1], [4], scale=(1, 5)))
    assert joined.ratings.users.values.tolist() == [1, 2, 2**70]


def test_later_ratings_add_to_the_counts_that_a_catalogue_says():
    """Of ten and twenty ratings that lie elsewhere; ann rates the second item, and then again."""
    table = Ratings.from_arrays(["old"], [10], [3.0], scale=(1.0, 5.0))
    catalogue = replace(join(table, Ratings.from_arrays(["old"], [20], [3.0])).ratings.catalogue, item_totals=COUNTS)
    once = join(catalogue, Ratings.from_arrays(["ann", "ann"], [20, 30], [5.0, 4.0])).ratings
    assert once.item_counts.tolist() == [10, 21, 1]
    twice = join(once, Ratings.from_arrays(["ann"], [20], [1.0])).ratings
    assert twice.item_counts.tolist() == [10, 21, 1]


COUNTS = np.array([10, 20])
