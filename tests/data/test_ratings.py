"""The one table that models are given: columns of equal length, and the same seen from users and from items."""

import pickle
from concurrent.futures import ThreadPoolExecutor
from copy import deepcopy
from dataclasses import replace
from threading import Barrier

import numpy as np
import pytest
from hypothesis import given, strategies as st

from cofactor.data.ratings import Ratings
from cofactor.data.reading import read
from cofactor.errors import AmbiguousTitle, BadOption, BadTable, UnknownIds
from cofactor.kernels.ratings.csr import CodedValues
from small_tables import random_ratings

SOME = Ratings.from_arrays(["ann", "ann", "bob"], [10, 20, 10], [5, 3, 4], titles=np.array(["Alien", "Heat"], object))
TABLES = st.lists(st.tuples(st.integers(0, 6), st.integers(0, 6), st.integers(1, 5)), min_size=1)


def dense(ratings: Ratings) -> np.ndarray:
    """The same by a plain loop; the last of a pair that occurs twice stays."""
    matrix = np.zeros((ratings.n_users, ratings.n_items), np.float32)
    for user, item, value in zip(ratings.user_idx, ratings.item_idx, ratings.values, strict=True):
        matrix[user, item] = value
    return matrix


@given(TABLES)
def test_users_items_and_the_matrix_tell_the_same(table: list[tuple[int, int, int]]):
    ratings = Ratings.from_arrays(*zip(*table, strict=True))
    expected = dense(ratings)
    by_users, by_items = np.zeros_like(expected), np.zeros_like(expected)
    for user in range(ratings.n_users):
        at, values = ratings.by_user.of(user)
        by_users[user, at] = values
    for item in range(ratings.n_items):
        at, values = ratings.by_item.of(item)
        by_items[at, item] = values
    assert (ratings.matrix.toarray() == expected).all()
    assert (by_users == expected).all()
    assert (by_items == expected).all()


@given(TABLES)
def test_counts_are_those_of_the_rows(table: list[tuple[int, int, int]]):
    ratings = Ratings.from_arrays(*zip(*table, strict=True))
    users, items, _ = zip(*table, strict=True)
    assert ratings.user_counts.tolist() == [users.count(user) for user in ratings.users.values.tolist()]
    assert ratings.item_counts.tolist() == [items.count(item) for item in ratings.items.values.tolist()]


def test_of_somebody_unknown_there_are_no_rows():
    items, values = SOME.by_user.of(-1)
    assert (items.tolist(), values.tolist()) == ([], [])


def test_it_says_how_many_they_are_and_how_dense():
    assert repr(SOME) == "Ratings('ratings': 3 ratings of 2 items by 2 users)"
    made_up = Ratings.from_arrays([1, 2], [1, 2], name="shop", synthetic=True)
    assert repr(made_up) == "Ratings('shop', synthetic: 2 clicks of 2 items by 2 users)"
    assert (SOME.density, made_up.density) == (3 / 4, 2 / 4)
    assert Ratings.from_arrays([1], [1]).density == 1


def test_titles_like_a_text_hold_it_or_are_spelt_nearly_so():
    titles = np.array(["Alien 3 (1992)", "Aliens", "Alien", None, "Heat"], object)
    ratings = Ratings.from_arrays([1] * 5, range(5), titles=titles)
    assert ratings.titles_like("alien") == ["Alien", "Aliens", "Alien 3 (1992)"]
    assert ratings.titles_like("alien", 1) == ["Alien"]
    assert ratings.titles_like("Haet") == ["Heat"]
    assert ratings.titles_like("") == ratings.titles_like(7) == SOME.titles_like("zzz") == []


def test_a_part_has_its_rows_times_and_maybe_a_name_of_its_own():
    times = np.array([30, 10, 20])
    whole = Ratings.from_arrays(["ann", "ann", "bob"], [10, 20, 10], [5, 3, 4], timestamps=times, name="all")
    part = whole.subset(np.array([2, 0]), "two of them")
    assert (part.values.tolist(), part.timestamps.tolist(), part.name) == ([4, 5], [20, 30], "two of them")
    assert (whole.subset(np.array([1])).name, whole.subset(np.array([1])).user_idx.tolist()) == ("all", [0])


@given(TABLES, st.data())
def test_a_part_keeps_ids_and_scale_of_the_whole(table: list[tuple[int, int, int]], data: st.DataObject):
    ratings = Ratings.from_arrays(*zip(*table, strict=True))
    kept = data.draw(st.lists(st.booleans(), min_size=len(table), max_size=len(table)))
    part = ratings.subset(np.array(kept))
    assert part.values.tolist() == ratings.values[np.array(kept)].tolist()
    assert (part.users is ratings.users, part.scale) == (True, ratings.scale)


def rows_of(ratings: Ratings) -> list[tuple]:
    """Every rating as people would write it."""
    ids = ratings.users.gather(ratings.user_idx).tolist(), ratings.items.gather(ratings.item_idx).tolist()
    return list(zip(*ids, ratings.values.tolist(), ratings.timestamps.tolist(), strict=True))


@given(TABLES, st.sets(st.integers(0, 6)), st.sets(st.integers(0, 6)))
def test_without_some_users_and_items_the_other_ratings_stay_as_they_were(table, users, items):
    whole = Ratings.from_arrays(*zip(*table, strict=True), timestamps=np.arange(len(table)))
    users, items = users & set(whole.users.values.tolist()), items & set(whole.items.values.tolist())
    rest = whole.without(users=users, items=items)
    assert rows_of(rest) == [row for row in rows_of(whole) if row[0] not in users and row[1] not in items]
    assert rest.users.values.tolist() == [one for one in whole.users.values.tolist() if one not in users]
    assert rest.items.values.tolist() == [one for one in whole.items.values.tolist() if one not in items]
    assert rest.scale == whole.scale


@given(TABLES, st.sets(st.integers(0, 6)), st.sets(st.integers(0, 6)))
def test_what_was_laid_out_stays_so_without_some(table, users, items):
    whole, fresh = (Ratings.from_arrays(*zip(*table, strict=True)) for _ in range(2))
    users, items = users & set(whole.users.values.tolist()), items & set(whole.items.values.tolist())
    _ = whole.by_user, whole.by_item, whole.user_digests
    rest, anew = whole.without(users=users, items=items), fresh.without(users=users, items=items)
    assert {"by_user", "by_item"} <= vars(rest).keys()
    for mine, its in ((rest.by_user, anew.by_user), (rest.by_item, anew.by_item)):
        assert (mine.indptr.tolist(), mine.indices.tolist()) == (its.indptr.tolist(), its.indices.tolist())
        assert mine.values.tolist() == its.values.tolist()
    assert (rest.user_digests == anew.user_digests).all()


def test_of_who_is_taken_out_nothing_is_left():
    table = {"user": ["ann", "ann", "bob"], "item": [10, 20, 10], "rating": [5, 3, 4]}
    about = {
        "users": {"user": ["bob", "ann"], "age": [30, 40], "plan": ["gold", "free"]},
        "items": {"item": [10, 20], "title": ["Alien", "Heat"], "year": [1979, 1995]},
    }
    whole, users, items = read(table, **about), about["users"], about["items"]
    rest = whole.without(users=["ann"], items=[20])
    never = read(
        {"user": ["bob"], "item": [10], "rating": [4]}, scale=(3, 5),
        users={name: column[:1] for name, column in users.items()},
        items={name: column[:1] for name, column in items.items()},
    )  # fmt: skip
    assert rest.fingerprint == never.fingerprint
    assert (rest.titles.tolist(), rest.scale, rest.report) == (["Alien"], (3, 5), None)
    for mine, its in ((rest.user_attributes, never.user_attributes), (rest.item_attributes, never.item_attributes)):
        assert {name: column.tolist() for name, column in mine.items()} == {
            name: column.tolist() for name, column in its.items()
        }
    assert (rest.find_items(["Heat"]).tolist(), rest.titles_like("heat")) == ([-1], [])


def test_the_whole_table_stays_as_it_was_when_somebody_is_taken_out():
    before = SOME.fingerprint
    assert len(SOME.without(users=["ann", "bob"])) == 0
    assert SOME.without().fingerprint == SOME.fingerprint == before


def test_who_is_not_in_the_table_cannot_be_taken_out():
    with pytest.raises(UnknownIds, match="'bea'"):
        SOME.without(users=["ann", "bea"])
    with pytest.raises(UnknownIds, match="item"):
        SOME.without(items=["Heat"])  # a title is no id
    for one in ("ann", 7, None, {"ann": 1}):
        with pytest.raises(BadOption, match="users=.* is no list of ids"):
            SOME.without(users=one)


def test_equal_data_have_equal_fingerprints_and_any_change_another():
    again = Ratings.from_arrays(["ann", "ann", "bob"], [10, 20, 10], [5, 3, 4])
    assert SOME.fingerprint == again.fingerprint
    assert SOME.fingerprint != Ratings.from_arrays(["ann", "ann", "bob"], [10, 20, 10], [5, 3, 3]).fingerprint
    assert SOME.fingerprint != Ratings.from_arrays(["ann", "ann", "bea"], [10, 20, 10], [5, 3, 4]).fingerprint
    assert SOME.fingerprint != Ratings.from_arrays(["ann", "ann", "bob"], [10, 30, 10], [5, 3, 4]).fingerprint
    timed = [replace(again, timestamps=np.array([1, 2, last])).fingerprint for last in (3, 4)]
    assert len({SOME.fingerprint, *timed}) == 3


def test_without_values_they_are_clicks():
    clicks = Ratings.from_arrays(["ann", "bob"], [1, 2])
    assert (clicks.explicit, clicks.scale, clicks.values.tolist()) == (False, None, [1, 1])


def test_the_scale_is_that_of_the_ratings_where_none_is_stated():
    assert SOME.scale == (3, 5)


def test_columns_of_different_lengths_are_refused():
    with pytest.raises(BadTable, match=r"one length.*\[1, 2\]"):
        Ratings.from_arrays(["ann", "bob"], [1, 2], [5])


def test_an_item_is_found_by_its_id_or_its_title():
    assert SOME.find_items([20, "Heat", "Alien", "Frozen"]).tolist() == [1, 1, 0, -1]


def test_a_title_of_two_items_is_refused_and_both_are_named():
    twins = Ratings.from_arrays([1, 2], [10, 20], titles=np.array(["Heat", "Heat"], object))
    with pytest.raises(AmbiguousTitle, match="Two items have the title 'Heat': 10, 20"):
        twins.find_items(["Heat"])
    assert twins.find_items([20, "Alien"]).tolist() == [1, -1]
    assert twins.titles_like("hea") == ["Heat"]


def test_an_item_without_a_title_is_called_by_its_id():
    ratings = Ratings.from_arrays([1, 2], [10, 20], titles=np.array(["Heat", None], object))
    assert ratings.title_of(np.array([0, 1])) == ["Heat", "20"]


def test_some_rows_hold_the_last_rating_of_a_pair_and_ascend_whether_all_are_laid_out_or_not():
    table = Ratings.from_arrays([1, 1, 2, 1], [20, 10, 10, 20], [5, 3, 4, 2])
    before = table.some_rows("user", np.array([0]))
    _ = table.by_user
    for rows in (before, table.some_rows("user", np.array([0]))):
        assert (rows.indices.tolist(), rows.values.tolist()) == ([0, 1], [3, 2])


@pytest.mark.parametrize("laid_out", [False, True])
def test_some_rows_are_empty_of_who_has_rated_nothing(laid_out):
    """User 2, the last of those asked for, has no rating in this part; item 10 was rated by users 1 and 3."""
    part = Ratings.from_arrays([1, 2, 3], [10, 20, 10], [5, 4, 3]).subset(np.array([0, 2]))
    if laid_out:
        _ = part.by_user, part.by_item
    of_users, of_items = part.some_rows("user", np.array([0, 1])), part.some_rows("item", np.array([0, 1]))
    assert (of_users.counts.tolist(), of_items.counts.tolist()) == ([1, 0], [2, 0])
    assert of_users.of(1)[0].tolist() == []


@pytest.mark.parametrize("laid_out", [False, True])
def test_some_rows_are_the_same_whether_all_are_laid_out_or_not(laid_out):
    ratings = random_ratings(30, 20, 200)
    which = np.array([2, 5, 29])
    if laid_out:
        _ = ratings.by_user, ratings.by_item
    for side, whole in (("user", random_ratings(30, 20, 200).by_user), ("item", random_ratings(30, 20, 200).by_item)):
        rows = which if side == "user" else which[:2]
        found = ratings.some_rows(side, rows)
        for at, row in enumerate(rows):
            mine, its = ({**dict(zip(*part.of(int(n)), strict=True))} for part, n in ((found, at), (whole, row)))
            assert mine == its


def test_clicks_by_item_are_by_item_without_the_values():
    ratings = random_ratings(30, 20, 200)
    for clicks in (ratings.clicks_by_item, ratings.by_item and ratings.clicks_by_item):
        np.testing.assert_array_equal(clicks.indptr, ratings.by_item.indptr)
        np.testing.assert_array_equal(clicks.indices, ratings.by_item.indices)


def test_counts_are_the_same_before_and_after_the_ratings_are_laid_out():
    twice = Ratings.from_arrays([1, 1, 2, 1], [10, 20, 10, 10], [5, 3, 4, 2])  # one pair occurs twice
    once = twice.subset(np.arange(3))
    for ratings in (twice, once):
        before = ratings.user_counts.tolist(), ratings.item_counts.tolist()
        again = ratings.subset(np.arange(len(ratings)))
        _ = again.by_user, again.by_item
        assert (again.user_counts.tolist(), again.item_counts.tolist()) == before


@pytest.mark.parametrize("values", [[4.5, 1.0, 4.5, 3.0], [1.0] * 4, [0.1, 0.2, 0.3, 0.4]])
def test_values_are_the_same_before_and_after_the_table_is_laid_out(values):
    ratings = Ratings.from_arrays([1, 2, 2, 1], [7, 7, 8, 9], values)
    before = ratings.values.copy()
    assert len(ratings.by_user.indices) == 4
    assert isinstance(ratings._stored._held, CodedValues) == (
        len(set(values)) < 4
    )  # four different ones stay as they are
    for table in (ratings, replace(ratings, name="copy"), deepcopy(ratings), pickle.loads(pickle.dumps(ratings))):
        np.testing.assert_array_equal(table.values, before)
        np.testing.assert_array_equal(table.values_of(np.array([2, 0])), before[[2, 0]])
    np.testing.assert_array_equal(ratings.subset(ratings.item_idx == 0).values, before[:2])


def test_a_table_cannot_be_written_into_and_its_columns_are_the_same_arrays_each_time():
    ratings = Ratings.from_arrays([1, 2, 2, 1], [7, 7, 8, 9], [4, 1, 4, 3], timestamps=np.arange(4))
    held = ratings.values
    _ = ratings.by_user
    assert held is ratings.values
    for column in (ratings.user_idx, ratings.item_idx, ratings.values, ratings.timestamps):
        with pytest.raises(ValueError, match="read-only"):
            column[0] = 2


def test_threads_may_lay_a_table_out_and_read_its_values_at_once():
    ratings = random_ratings(300, 200, 20_000)
    expected, start = ratings.values.copy(), Barrier(4)

    def read(which: int) -> bool:
        start.wait()
        _ = ratings.by_user if which % 2 else ratings.values
        return bool((ratings.values == expected).all())

    with ThreadPoolExecutor(4) as pool:
        assert list(pool.map(read, range(4))) == [True] * 4


def test_ratings_of_which_sums_would_leave_single_precision_are_refused():
    whole = {"user": [1, 2], "item": [1, 1], "rating": [2.0, -2e30]}
    with pytest.raises(BadTable, match="infinite, or larger than 1e[+]30 in row 1"):
        read(whole)
    with pytest.raises(BadTable, match=r"up to 1e[+]30 in size \(-2e[+]30\) in row 1"):
        Ratings.from_arrays(*whole.values())
    assert read({**whole, "rating": [2.0, -1e30]}).values.min() == np.float32(-1e30)


def test_ratings_are_one_column():
    for shape in ((1, 0), (1, 1)):
        with pytest.raises(BadTable, match=r"one column of numbers, but they came in the shape \(1, "):
            Ratings.from_arrays([1], [1], np.ones(shape))
