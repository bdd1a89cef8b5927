"""What a report tells: problems, what was left out and why, and what was guessed."""

from typing import Any

import pytest

import cofactor as cf
from cofactor.data.checking import check
from cofactor.data.options import Options
from cofactor.data.reading import examine
from cofactor.data.report import Report
from cofactor.errors import BadOption, BadTable

REPEATED = {
    "user": ["ann", "ann", "ann", "bob"],
    "item": [1, 1, 1, 2],
    "rating": [5, 1, 3, 4],
    "timestamp": [30, 90, 60, 0],
}


def told(report: Report) -> str:
    return " ".join(str(note) for note in report.notes)


def test_a_sound_table_has_no_problems_and_says_what_was_read():
    report = check({"user": [1, 2], "item": [8, 9], "rating": [4, 5]})
    assert report.ok
    assert (report.n_read, report.n_kept) == (2, 2)
    assert report.columns == {"user": "user", "item": "item", "rating": "rating"}
    assert "sound" in str(report)


def test_all_problems_are_found_at_once_with_their_rows():
    table = {"user": ["a", None, "b", "c"], "item": [1, 2, 3, 4], "rating": [1, 2, 9, float("inf")]}
    report = check(table, scale=(1, 5))
    assert {problem.rows for problem in report.problems} == {(1,), (2,), (3,)}


def test_an_error_names_every_problem():
    with pytest.raises(BadTable, match=r"(?s)user id is missing.*rating is not a number"):
        cf.read({"user": ["a", None, "b"], "item": [1, 2, 3], "rating": ["1", "2", "good"]})


@pytest.mark.parametrize(
    "table",
    [b'user,item,rating\n"",1,5\nb,2,4\nc,3,1\n', {"user": ["", "b", "c"], "item": [1, 2, 3]},
     {"user": [None, "b", "c"], "item": [1, 2, 3]}, {"user": [float("nan"), 2.0, 3.0], "item": [1, 2, 3]},
     {"user": [None, ("b", 1), ("c", 1)], "item": [1, 2, 3]}],
    ids=["a quoted nothing", "an empty text", "none", "not a number", "none among tuples"],
)  # fmt: skip
def test_an_id_that_is_none_is_missing_and_no_other_is(table):
    (problem,) = check(table).problems
    assert "The user id is missing" in str(problem)
    assert problem.count == 1


def test_many_rows_are_counted_and_the_first_five_named():
    (problem,) = check({"user": [1, 2] * 5, "item": [8, 9] * 5, "rating": [None, 1.0] * 5}, duplicates="mean").problems
    assert problem.count == 5
    assert problem.rows == (0, 2, 4, 6, 8)


def test_dropping_leaves_out_what_cannot_be_used_and_counts_each_reason():
    table = b"user,item,rating\na,1,5\n,2,4\nb,,3\nb,2,bad\nb,3,\nb,4,inf\nb,9,1\n"
    ratings = cf.read(table, missing="drop")
    assert ratings.report is not None
    assert ratings.values.tolist() == [5, 1]
    assert [(finding.count, finding.rows) for finding in ratings.report.left_out] == [
        (1, (3,)), (1, (4,)), (1, (6,)), (1, (5,)), (1, (7,))
    ]  # fmt: skip


def test_a_row_that_is_faulty_in_several_ways_is_left_out_once():
    report = check(b"user,item,rating\n,,bad\na,,\na,1,5\nb,2,inf\n,3,inf\n", missing="drop")
    assert [(finding.count, finding.rows) for finding in report.left_out] == [(2, (2, 6)), (1, (3,)), (1, (5,))]
    assert report.n_read == report.n_kept + sum(finding.count for finding in report.left_out)


def test_a_row_that_is_faulty_in_several_ways_is_a_problem_in_each():
    problems = check(b"user,item,rating\n,1,bad\na,2,5\n").problems
    assert [finding.rows for finding in problems] == [(2,), (2,)]


def test_blank_lines_are_no_ratings_and_are_counted():
    ratings = cf.read(b"user,item,rating\na,1,5\n\nb,2,4\n\n")
    assert ratings.report is not None
    assert (ratings.report.n_kept, ratings.report.left_out[0].rows) == (2, (3, 5))


def test_a_report_reads_as_a_page():
    report = check(b"user,item,rating,mood\na,1,5,x\n\n,2,4,x\nb,3,good,y\nb,4,2,z\n")
    assert (
        str(report)
        == """\
the given text: 5 rows read, 2 kept
  columns: user = user, item = item, rating = rating
  kind: ratings
  problems:
    - The user id is missing in line 4. Mend the table, or pass missing='drop' to leave such rows out.
    - The rating is not a number ('good') in line 5. Mend the table, or pass missing='drop' to leave such rows out.
  left out:
    - Blank lines in line 3.
  notes:
    - Columns not used: 'mood'.
  not usable as it is"""
    )


def test_a_sound_report_says_so_in_its_last_line():
    assert (
        str(check({"user": [1, 2], "item": [8, 9], "rating": [4, 5]}))
        == """\
a dict of columns: 2 rows read, 2 kept
  columns: user = user, item = item, rating = rating
  kind: ratings
  sound: nothing stands against training on it"""
    )


def test_more_than_five_rows_end_in_an_ellipsis():
    def told(n: int) -> str:
        return str(check({"user": [None] * n + [1, 2], "item": [8, 9] * (n // 2 + 1), "rating": [1, 2] * (n // 2 + 1)}))

    assert "in 4 rows: 0, 1, 2, 3. Mend" in told(4)
    assert "in 6 rows: 0, 1, 2, 3, 4, …. Mend" in told(6)


# ---- the same pair more than once -------------------------------------------------------------------------


def test_the_last_by_time_stays():
    ratings = cf.read(REPEATED)
    assert ratings.values.tolist() == [1, 4]
    assert ratings.report is not None
    assert ratings.report.left_out[0].rows == (0, 2)


def test_the_last_by_row_stays_where_there_is_no_time():
    assert cf.read(REPEATED, timestamp=False).values.tolist() == [3, 4]


def test_the_mean_stands_in_the_latest_row():
    ratings = cf.read(REPEATED, duplicates="mean")
    assert ratings.values.tolist() == [3, 4]
    assert ratings.timestamps is not None
    assert ratings.timestamps.tolist() == [90, 0]


def test_repeats_are_an_error_where_that_is_asked_for():
    (problem,) = check(REPEATED, duplicates="error").problems
    assert (problem.count, problem.rows) == (2, (1, 2))


def test_ratings_at_both_ends_of_the_scale_are_on_it_and_those_beyond_either_are_not():
    table = {"user": [1, 2, 1], "item": [8, 8, 9], "rating": [1, 5, 3]}
    assert check(table, scale=(1, 5)).ok
    assert [problem.rows for problem in check(table, scale=(2, 5)).problems] == [(0,)]
    assert [problem.rows for problem in check(table, scale=(1, 4)).problems] == [(1,)]


def test_with_problems_there_are_no_ratings_but_a_report():
    """Also where each row could be read: one rating is off the scale."""
    ratings, report = examine({"user": [1, 2], "item": [8, 9], "rating": [1, 9]}, Options(scale=(1, 5)))
    assert ratings is None
    assert len(report.problems) == 1


# ---- what deserves a look ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("table", "words"),
    [
        ({"user": [1, 2], "item": [8, 9], "rating": [1, 1]}, "All ratings are 1"),
        ({"user": [1, 2], "item": [8, 9], "rating": [True, False]}, "true and false"),
        ({"user": [1, 2], "item": [8, 9], "mood": [1, 2]}, "'mood' holds ratings or counts, pass rating=…"),
        ({"user": [1, 2], "item": [8, 9], "rating": [1, 2], "mood": [1, 2]}, "not used: 'mood'"),
        ({"user": ["nan", "b"], "item": [8, 9]}, "'nan'"),
        ({"user": [" b", "b"], "item": [8, 9]}, "' b'"),
    ],
)
def test_what_is_no_fault_but_strange_is_noted(table: dict[str, list[Any]], words: str):
    report = check(table)
    assert report.ok
    assert words in told(report)


def test_names_that_say_the_opposite_are_noted():
    table = {"userId": [1, 2], "movieId": [8, 9], "rating": [4, 5]}
    assert "look swapped" in told(check(table, user="movieId", item="userId"))


def test_true_and_false_in_a_text_file_are_one_and_nought():
    assert cf.read(b"user,item,rating\n1,1,true\n2,2,False\n").values.tolist() == [1, 0]


def test_an_option_that_makes_no_sense_is_not_the_tables_fault():
    with pytest.raises(BadOption, match="missing='ignore'"):
        check({"user": [1], "item": [1]}, missing="ignore")


def test_why_no_row_is_usable_is_said_once():
    with pytest.raises(BadTable) as error:
        cf.read({"user": [1, 2], "item": [1, 2], "rating": ["good", "bad"]})
    assert str(error.value).count("is not a number") == 1
    assert "No usable row is left." in str(error.value)
