"""Ratings, clicks and counts are told apart by one rule, and stay what they are."""

from dataclasses import replace

import numpy as np
import pytest

import cofactor as cf
from cofactor.data.joining import join
from cofactor.data.kinds import infer_kind, linear_values
from cofactor.data.packing.ratings import pack_ratings, unpack_ratings
from cofactor.data.ratings import Ratings
from cofactor.errors import BadOption, BadTable

PLAYS = {"user": ["ann", "ann", "bob", "bob", "cid"], "item": [1, 2, 1, 3, 1], "value": [1, 2, 1, 64, 3]}


def read(values, column: str = "value", **options) -> Ratings:
    n = len(values)
    return cf.read({"user": list(range(n)), "item": list(range(n)), column: values}, **options)


@pytest.mark.parametrize(
    ("values", "kind"),
    [
        ([1, 2, 1, 64], "counts"),
        ([1, 1, 1, 11], "counts"),
        ([0, 1, 1, 64], "counts"),  # 0 is a dislike among them
        ([1, 1, 1, 10], "ratings"),  # a scale of ten
        ([5, 80, 70, 100], "ratings"),  # per cent
        ([2, 2, 2, 19], "ratings"),  # not ten times the median
        ([1, 2, 1.5, 64], "ratings"),  # not whole
        ([-1, 2, 1, 64], "ratings"),
        ([True, False, True, True], "clicks"),
        (["true", "false", "true", "true"], "clicks"),
        (["Yes", "no", "yes", "yes"], "clicks"),
    ],
)
def test_the_kind_is_told_by_the_values(values, kind):
    assert read(values).kind == kind


@pytest.mark.parametrize(
    ("column", "values", "kind"),
    [
        ("plays", [1, 2, 3], "counts"),
        ("Play Count", [1, 2, 3], "counts"),
        ("quantity", [1.0, 2.0, 3.0], "counts"),
        ("weight", [13883, 12, 30, 5], "counts"),
        ("weight", [3, 2, 5], "ratings"),
        ("plays", [0.5, 2, 3], "ratings"),
        ("liked", [1, 0, 1], "clicks"),
        ("liked", [1, -1, 1], "clicks"),
        ("liked", [1, 5, 3], "ratings"),
        ("rating", [1, 0, 1], "ratings"),
    ],
)
def test_a_column_may_tell_it_by_its_name(column, values, kind):
    assert read(values, column).kind == kind


def test_the_report_says_which_kind_it_is_and_why_and_how_to_say_otherwise():
    report = read([1, 2, 1, 64]).report
    assert report is not None
    assert report.kind == "counts"
    assert "kind: counts" in str(report)
    assert "'value' holds counts: whole numbers up to 64, most of them small. To say otherwise, pass kind" in str(
        report
    )
    stated = read([1, 2, 1, 64], kind="ratings").report
    assert stated is not None
    assert (stated.kind, stated.notes) == ("ratings", ())


def test_what_is_said_holds_and_a_scale_says_ratings():
    assert read([1, 2, 3], kind="counts").kind == "counts"
    assert read([1, 2, 1, 64], scale=(1, 100)).kind == "ratings"
    assert read([1, 2, 1, 64], duplicates="sum").kind == "counts"


def test_ratings_that_are_read_as_clicks_have_the_value_1_and_dislikes_their_own():
    clicks = read([4, 0, 2, -3], kind="clicks")
    assert (clicks.kind, clicks.values.tolist(), clicks.scale) == ("clicks", [1, 0, 1, -3], None)


def test_counts_of_one_pair_are_added_up_and_every_row_is_accounted_for():
    table = {"user": ["a", "a", "b", "a"], "item": [1, 1, 1, 2], "plays": [3, 4, 5, 1]}
    counts = cf.read(table)
    assert (counts.values.tolist(), counts.kind) == ([7, 5, 1], "counts")
    assert counts.report is not None
    assert [(found.count, found.rows) for found in counts.report.left_out] == [(1, (0,))]
    assert "their sum kept" in str(counts.report)
    assert cf.read(table, duplicates="last").values.tolist() == [4, 5, 1]


def test_clicks_that_are_added_up_are_counts():
    counts = cf.read({"user": ["a", "a", "b"], "item": [1, 1, 1]}, duplicates="sum")
    assert (counts.kind, counts.values.tolist()) == ("counts", [2, 1])
    assert cf.read({"user": ["a", "a", "b"], "item": [1, 1, 1]}, kind="counts").values.tolist() == [2, 1]


def test_arrays_follow_the_same_rule():
    users, items, values = PLAYS.values()
    assert Ratings.from_arrays(users, items, values).kind == "counts"
    assert Ratings.from_arrays(users, items, values, kind="ratings").kind == "ratings"
    assert Ratings.from_arrays(users, items, values, scale=(1, 100)).kind == "ratings"
    assert Ratings.from_arrays(users, items).kind == Ratings.from_arrays(users, items, scale=(1, 5)).kind == "clicks"
    liked = [True, False, True, True, True]
    for column in (liked, np.array(liked)):
        assert Ratings.from_arrays(users, items, column).kind == "clicks"
        assert Ratings.from_arrays(users, items, column).n_dislikes == 1
    with pytest.raises(BadOption, match="'plays' is not known"):
        Ratings.from_arrays(users, items, values, kind="plays")  # pyright: ignore[reportArgumentType]
    twice = Ratings.from_arrays(["a", "b", "a"], [1, 1, 1], [2, 3, 4], kind="counts", timestamps=np.array([5, 6, 7]))
    assert (twice.values.tolist(), twice.timestamps.tolist()) == ([3, 6], [6, 7])


def test_the_kind_stays_through_parts_joins_and_packing():
    counts = cf.read(PLAYS)
    train, test = cf.split(counts, test=0.4, seed=0)
    parts = [
        train, test, counts.subset(np.array([0])), counts.without(users=["cid"]), unpack_ratings(*pack_ratings(counts)),
        join(train, test).ratings, next(iter(cf.folds(counts, 2))).train,
    ]  # fmt: skip
    assert {part.kind for part in parts} == {"counts"}
    assert "5 counts of 3 items" in repr(counts)


def test_another_kind_is_another_table():
    counts = cf.read(PLAYS)
    assert counts.fingerprint != replace(counts, kind="ratings").fingerprint


def test_later_counts_are_added_to_the_earlier_ones():
    earlier = Ratings.from_arrays(["a", "a", "b"], [1, 2, 1], [3, 1, 2], kind="counts")
    joined = join(earlier, Ratings.from_arrays(["c", "a", "b"], [1, 2, 9], [5, 10, 1], kind="counts")).ratings
    assert sorted(joined.values.tolist()) == [1, 2, 3, 5, 11]
    assert joined.by_user.of(0)[1].tolist() == [3, 11]


def test_update_refuses_another_kind_and_says_how_to_read_it():
    model = cf.Popularity().fit(cf.read(PLAYS))
    with pytest.raises(BadTable, match=r"ratings cannot be joined to counts.*kind='counts'"):
        model.update(cf.read({"user": ["ann"], "item": [1], "value": [2]}))


def test_nothing_at_all_is_of_the_usual_kind():
    assert infer_kind(np.empty(0, np.float32)).kind == infer_kind(np.empty((1, 0), np.float32)).kind == "ratings"


def test_linear_models_take_the_logarithm_of_counts_alone():
    values = np.array([-1, 0, 1, 7], np.float32)
    assert linear_values(values, "ratings") is values
    assert np.allclose(linear_values(values, "counts"), [-np.log(2), 0, np.log(2), np.log(8)])
