"""Whatever kind of table comes in, the same ratings come out."""

import gzip
import io
import re
from collections.abc import Callable
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import polars as pl
import pytest
import scipy.sparse
from hypothesis import given, strategies as st
from scipy.sparse import csr_array

import cofactor as cf
from cofactor.data.checking import check
from cofactor.data.formats import after_fork
from cofactor.data.ratings import NO_TIME, Ratings
from cofactor.errors import BadTable, CofactorError, NotAfterFork

USERS, ITEMS, STARS = ["ann", "ann", "bob", "cleo"], [10, 20, 10, 30], [5.0, 3.5, 4.0, 1.0]
TABLE = {"userId": USERS, "movieId": ITEMS, "rating": STARS, "timestamp": [4, 3, 2, 1]}
FRAME = pl.DataFrame(TABLE)


def rows(ratings: Ratings) -> list[tuple[Any, ...]]:
    """Each rating in ids, in the order of the table."""
    users, items = ratings.users.gather(ratings.user_idx), ratings.items.gather(ratings.item_idx)
    return list(zip(users.tolist(), items.tolist(), ratings.values.tolist(), strict=True))


def csv(separator: str = ",", *, header: bool = True) -> bytes:
    lines = [list(TABLE)] * header + [list(map(str, row)) for row in zip(*TABLE.values(), strict=True)]
    return "\n".join(separator.join(line) for line in lines).encode()


def written(path: Path, write: Callable[[Path], Any]) -> Path:
    write(path)
    return path


SOURCES: dict[str, Callable[[Path], Any]] = {
    "csv": lambda folder: written(folder / "r.csv", lambda path: path.write_bytes(csv())),
    "its name as text": lambda folder: str(written(folder / "r.csv", lambda path: path.write_bytes(csv()))),
    "tsv": lambda folder: csv("\t"),
    "semicolons": lambda folder: csv(";"),
    "two colons": lambda folder: csv("::"),
    "no header": lambda folder: csv(header=False),
    "Windows line ends": lambda folder: csv().replace(b"\n", b"\r\n"),
    "byte order mark": lambda folder: b"\xef\xbb\xbf" + csv(),
    "gzip": lambda folder: written(folder / "r.csv.gz", lambda path: path.write_bytes(gzip.compress(csv()))),
    "open file": lambda folder: io.BytesIO(csv()),
    "open text": lambda folder: io.StringIO(csv().decode()),
    "parquet": lambda folder: written(folder / "r.parquet", FRAME.write_parquet),
    "parquet in memory": lambda folder: written(folder / "r", FRAME.write_parquet).read_bytes(),
    "arrow in memory": lambda folder: written(folder / "r", FRAME.write_ipc).read_bytes(),
    "arrow file": lambda folder: written(folder / "r.arrow", FRAME.write_ipc),
    "polars": lambda folder: FRAME,
    "lazy polars": lambda folder: FRAME.lazy(),
    "pandas": lambda folder: pd.DataFrame(TABLE),
    "pandas, indexed by user": lambda folder: pd.DataFrame(TABLE).set_index("userId"),
    "pandas, with an index of two levels": lambda folder: pd.DataFrame(TABLE).set_index("userId", append=True),
    "pandas categories": lambda folder: pd.DataFrame(TABLE).astype({"userId": "category", "movieId": "category"}),
    "pyarrow": lambda folder: FRAME.to_arrow(),
    "dict of columns": lambda folder: TABLE,
}


@pytest.mark.parametrize("kind", SOURCES)
def test_every_kind_of_table_gives_the_same_ratings(kind: str, tmp_path: Path):
    ratings = cf.read(SOURCES[kind](tmp_path))
    assert rows(ratings) == list(zip(USERS, ITEMS, STARS, strict=True))
    assert ratings.timestamps is None or ratings.timestamps.tolist() == [4, 3, 2, 1]


def test_where_the_table_library_cannot_answer_after_a_fork_nothing_is_waited_for(monkeypatch):
    """Its threads are asked in a process that was really forked in `test_processes`."""
    monkeypatch.setattr(after_fork, "is_forked", lambda: True)
    monkeypatch.setattr(after_fork, "_answers", lambda process: False)
    with pytest.raises(NotAfterFork, match="Tables cannot be read in this process"):
        cf.read(TABLE)


@pytest.mark.parametrize(("kind", "library"), [("pandas", "pandas"), ("pyarrow", "arrow"), ("csv", "polars")])
def test_the_library_that_came_in_is_kept(kind: str, library: str, tmp_path: Path):
    assert cf.read(SOURCES[kind](tmp_path)).library == library


def test_a_sparse_matrix_has_a_row_a_user_and_a_column_an_item():
    ratings = cf.read(csr_array([[5, 0, 1], [0, 4, 0]]))
    assert rows(ratings) == [(0, 0, 5.0), (0, 2, 1.0), (1, 1, 4.0)]


def test_a_matrix_of_truths_is_one_of_ones():
    assert rows(cf.read(csr_array([[True, False], [False, True]]))) == [(0, 0, 1.0), (1, 1, 1.0)]


def test_between_two_colons_a_quote_is_a_character_like_any_other():
    ratings = cf.read(b'user::item::rating::title\n1::8::5::"Heat\n2::9::4::The "Best" of\n')
    assert ratings.titles.tolist() == ['"Heat', 'The "Best" of']


def test_the_separator_is_what_parts_nearly_every_line_alike():
    """A comma stands in most of the titles, a semicolon between all fields."""
    lines = [f"{at};{at % 3};{at % 5};{'Good, Bad' if at % 5 else 'Ugly'}" for at in range(20)]
    ratings = cf.read("\n".join(["user;item;rating;title", *lines]).encode())
    assert rows(ratings)[:2] == [(0, 0, 0.0), (1, 1, 1.0)]


def test_a_comma_within_quotes_parts_no_line():
    """Cut at the commas, each line would have two fields, too, and a comma goes before a semicolon."""
    assert rows(cf.read(b'"Doe, Ann";1;5\n"Roe, Bob";2;4\n')) == [("Doe, Ann", 1, 5.0), ("Roe, Bob", 2, 4.0)]


# ---- columns ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "names",
    [("user_id", "item_id", "rating"), ("uid", "iid", "score"), ("User-ID", "ISBN", "Book-Rating"),
     ("reviewerID", "asin", "overall"), ("user_id:token", "item_id:token", "rating:float")],
)  # fmt: skip
def test_columns_are_found_by_their_usual_names_in_any_order(names: tuple[str, str, str]):
    columns = dict(zip(names, ([1, 2], [8, 9], [4, 5]), strict=True))
    backwards = dict(reversed(columns.items()))
    assert rows(cf.read(backwards)) == [(1, 8, 4.0), (2, 9, 5.0)]


def test_unknown_names_are_taken_by_position_and_that_is_noted():
    ratings = cf.read({"who": [1, 2], "what": [8, 9], "how": [4, 5]})
    assert rows(ratings) == [(1, 8, 4.0), (2, 9, 5.0)]
    assert "by their position" in str(ratings.report)


@pytest.mark.parametrize(
    ("table", "options", "words"),
    [
        (
            TABLE,
            {"user": "qqq"},
            "user='qqq' is not among the columns 'userId', 'movieId', 'rating', 'timestamp'. Give",
        ),
        (TABLE, {"user": "USERID"}, "Did you mean 'userId'?"),
        (TABLE, {"item": -1}, "item=-1 names a column by its position, but the table has 4 columns"),
        (TABLE, {"item": 4}, "item=4 names a column by its position, but the table has 4 columns"),
        ({"a": [1, 2]}, {}, "No column is left for the items: the table has only 'a'"),
        ({f"a{at}": [1, 2] for at in range(11)}, {}, r"'a7', … (11 in all). Name them with user=… and item=…"),
    ],
)
def test_a_column_that_is_not_there_is_said_with_those_that_are(table, options, words):
    with pytest.raises(BadTable, match=re.escape(words)):
        cf.read(table, **options)


def test_ten_columns_are_taken_by_position_and_of_further_ones_nothing_is_guessed():
    ratings = cf.read({f"a{at}": [at, at + 1] for at in range(10)})
    assert rows(ratings) == [(0, 1, 2.0), (1, 2, 3.0)]
    assert ratings.timestamps is None
    assert "user = a0, item = a1, rating = a2" in str(ratings.report)


def test_the_first_free_column_stands_for_the_one_that_was_not_named():
    ratings = cf.read({"a": [1, 2], "b": [8, 9], "c": [3, 4]}, user="b")
    assert rows(ratings) == [(8, 1, 1.0), (9, 2, 1.0)]  # where one is named, no rating is guessed
    assert rows(cf.read({"a": [1, 2], "b": [8, 9], "c": [3, 4]}, rating=False)) == [(1, 8, 1.0), (2, 9, 1.0)]


def test_a_name_or_a_position_that_is_given_wins():
    table = {"user": [1, 2], "friend": [3, 4], "item": [8, 9]}
    assert rows(cf.read(table, user="friend")) == rows(cf.read(table, user=1)) == [(3, 8, 1.0), (4, 9, 1.0)]


def test_without_a_rating_column_they_are_clicks():
    ratings = cf.read({"user": [1, 2], "item": [8, 9]})
    assert not ratings.explicit
    assert ratings.values.tolist() == [1, 1]


def test_rating_false_reads_ratings_as_clicks():
    assert not cf.read(TABLE, rating=False).explicit


def test_a_third_column_of_dates_is_taken_for_times_and_one_of_truths_for_ratings():
    dated = cf.read({"a": [1, 2], "b": [8, 9], "c": [date(1970, 1, 2), date(1970, 1, 3)]})
    assert (dated.explicit, dated.timestamps.tolist()) == (False, [86_400, 172_800])
    liked = cf.read({"a": [1, 2], "b": [8, 9], "c": [True, False], "d": [978300760, 978300761]})
    assert (liked.values.tolist(), liked.timestamps.tolist()) == ([1, 0], [978300760, 978300761])


def test_a_third_column_of_times_is_not_taken_for_ratings():
    ratings = cf.read(b"1\t8\t978300760\n2\t9\t978302109\n")
    assert not ratings.explicit
    assert ratings.timestamps is not None
    assert ratings.timestamps.tolist() == [978300760, 978302109]


# ---- ids --------------------------------------------------------------------------------------------------


def test_numbers_in_text_are_whole_numbers():
    assert cf.read(b"user,item,rating\n10,1,5\n9,2,4\n").users.values.tolist() == [9, 10]


def test_zeros_before_a_number_keep_the_whole_column_text():
    assert cf.read(b"user,item,rating\n007,1,5\n7,2,4\n").users.values.tolist() == ["007", "7"]


@pytest.mark.parametrize("word", ["+5", "-0", "5.0", "1e3", "99999999999999999999", " 5"])
def test_an_id_that_a_number_would_change_stays_text(word: str):
    assert word in cf.read(f"user,item,rating\n{word},1,5\n9,2,4\n".encode()).users


def test_text_in_a_frame_stays_text():
    assert cf.read({"user": ["10", "9"], "item": [1, 2]}).users.values.tolist() == ["10", "9"]


def test_whole_ids_that_pandas_made_decimals_are_whole_again():
    frame = pd.DataFrame({"user": [1, 2, None], "item": [1, 2, 3]})
    assert cf.read(frame, missing="drop").users.values.tolist() == [1, 2]


def test_the_fingerprint_does_not_know_which_id_came_first():
    one, other = (cf.read(FRAME.sort("movieId", descending=down)) for down in (False, True))
    assert one.users.values.tolist() == other.users.values.tolist()
    assert one.subset(np.argsort(one.values)).fingerprint == other.subset(np.argsort(other.values)).fingerprint


@given(st.lists(st.integers(-(2**63), 2**63 - 1), min_size=2, unique=True))
def test_whole_numbers_survive_a_text_file(ids: list[int]):
    text = "user,item,rating\n" + "\n".join(f"{one},{at},{at % 5}" for at, one in enumerate(ids))
    ratings = cf.read(text.encode())
    assert ratings.users.gather(ratings.user_idx).tolist() == ids


@given(
    st.lists(st.integers(-3, 3), min_size=2, unique=True),
    st.sampled_from([-(2**62), -5, 0, 2**22 - 2, 2**22 + 9, 2**62]),
)
def test_whole_numbers_are_numbered_alike_wherever_they_lie(ids: list[int], shift: int):
    """Sorted, each with its place; near to 0, far from it and below it."""
    shifted = [one + shift for one in ids]
    ratings = cf.read({"user": [*shifted, shifted[0]], "item": [*range(len(ids)), 99]})
    assert ratings.users.values.tolist() == sorted(shifted)
    assert ratings.users.gather(ratings.user_idx).tolist() == [*shifted, shifted[0]]
    assert ratings.user_idx.dtype == ratings.item_idx.dtype == np.int32


WORDS = st.text(st.characters(exclude_categories=["C", "Z"]), min_size=1)


@given(st.lists(st.tuples(WORDS, WORDS), min_size=2, unique_by=(lambda pair: pair[0], lambda pair: pair[1])))
def test_text_ids_survive_a_quoted_file(pairs: list[tuple[str, str]]):
    ids = [("u" + user, "i" + item, 1.0) for user, item in pairs]
    file = io.BytesIO()
    pl.DataFrame(ids, schema=["user", "item", "rating"], orient="row").write_csv(file, quote_style="always")
    assert rows(cf.read(file.getvalue(), rating=False)) == ids


# ---- times ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "times",
    [[978300760, 978300761], [978300760.9, 978300761.2], [978300760_000, 978300761_500],
     [978300760_000_000, 978300761_000_000], [datetime(2000, 12, 31, 22, 12, 40), datetime(2000, 12, 31, 22, 12, 41)],
     ["2000-12-31 22:12:40", "2000-12-31T22:12:41Z"], ["2000-12-31T22:12:40.25", "2000-12-31T23:12:41+01:00"]],
)  # fmt: skip
def test_times_of_any_kind_become_seconds(times: list[Any]):
    ratings = cf.read({"user": [1, 2], "item": [1, 2], "time": times})
    assert ratings.timestamps is not None
    assert ratings.timestamps.tolist() == [978300760, 978300761]


@pytest.mark.parametrize(
    ("word", "second"),
    [("2000-12-31", 978220800), ("2000/12/31", 978220800), ("2000/12/31 22:12:40", 978300760),
     ("2000-12-31 22:12", 978300720), (" 2000-12-31T22:12:40 ", 978300760), ("2000-12-31 22:12:40 UTC", 978300760)],
)  # fmt: skip
def test_times_written_as_people_write_them_become_seconds(word: str, second: int):
    ratings = cf.read({"user": [1, 2], "item": [1, 2], "time": [word, "2001-01-01 00:00:00"]})
    assert ratings.timestamps.tolist() == [second, 978307200]


def test_a_zero_among_milliseconds_is_no_other_unit():
    ratings = cf.read({"user": [1, 2], "item": [1, 2], "time": [0, 978300760_000]})
    assert ratings.timestamps.tolist() == [0, 978300760]


def test_times_before_1970_are_rounded_down_as_those_after():
    ratings = cf.read({"user": [1, 2], "item": [1, 2], "time": [-1.5, 1.5]})
    assert ratings.timestamps.tolist() == [-2, 1]


def test_times_long_before_1970_are_in_the_unit_of_the_earliest():
    """A hundred years before, in milliseconds, beside 1970 itself."""
    ratings = cf.read({"user": [1, 2], "item": [1, 2], "time": [-3155760000_000, 0]})
    assert ratings.timestamps.tolist() == [-3155760000, 0]


@pytest.mark.parametrize(("column", "kind"), [([True, False], "Boolean"), ([timedelta(1), timedelta(2)], "Duration")])
def test_a_column_of_a_type_that_holds_no_times_is_refused_by_its_type(column: list[Any], kind: str):
    with pytest.raises(BadTable, match=f"'time' holds {kind}.*, not times. Pass timestamp=False to do without"):
        cf.read(pl.DataFrame({"user": [1, 2], "item": [1, 2], "time": column}), timestamp="time")


def test_a_time_beyond_all_times_is_refused_with_its_row():
    with pytest.raises(BadTable, match="'time' is beyond all times in row 1"):
        cf.read({"user": [1, 2], "item": [1, 2], "time": [978300760 * 10**9, 2**63 - 1]})


def test_finer_units_are_converted_and_that_is_noted():
    report = cf.read({"user": [1, 2], "item": [1, 2], "time": [978300760_000, 978300761_000]}).report
    assert "milliseconds" in str(report)


def test_an_unknown_time_stays_unknown_and_is_counted():
    ratings = cf.read(b"user,item,time\n1,1,\n2,2,978300760\n")
    assert ratings.timestamps is not None
    assert ratings.timestamps.tolist() == [NO_TIME, 978300760]
    assert "time is unknown in line 2" in str(ratings.report)


# ---- titles and attributes --------------------------------------------------------------------------------


def test_titles_and_attributes_are_matched_by_id():
    items = {"movieId": [30, 99, 10], "title": ["Heat", "Nobody's", "Alien"], "genres": ["Crime|Drama", "", "Sci-Fi"]}
    ratings = cf.read(TABLE, items=items)
    assert ratings.titles is not None
    assert ratings.titles.tolist() == ["Alien", None, "Heat"]
    assert ratings.item_attributes["genres"].tolist() == ["Sci-Fi", None, "Crime|Drama"]
    assert "1 of 3 items has no row" in str(ratings.report)
    assert "1 row of items='a dict of columns' belongs to no rated item" in str(ratings.report)


def notes(**rest: Any) -> list[str]:
    return [str(note) for note in cf.read(TABLE, **rest).report.notes]


def test_what_an_attached_table_says_twice_or_of_nobody_is_counted_and_a_whole_one_has_no_note():
    films = {"movieId": [30, 10, 20, 20, 99, 98], "title": ["Heat", "Alien", "Shrek", "Again", "x", "y"]}
    ratings = cf.read(TABLE, items=films)
    assert ratings.titles.tolist() == ["Alien", "Shrek", "Heat"]
    assert [str(note) for note in ratings.report.notes] == [
        "2 rows of items='a dict of columns' belong to no rated item.",
        "1 row of items='a dict of columns' repeats an id; the first counts.",
    ]
    assert notes(items={"movieId": [30, 10, 20], "title": ["Heat", "Alien", "Shrek"]}) == []
    assert notes(users={"userId": ["ann", "bob"], "age": [20, 30]}) == [
        "1 of 3 users has no row in users='a dict of columns'."
    ]


def test_in_an_attached_file_without_a_header_the_first_text_is_the_title():
    ratings = cf.read(TABLE, items=b"10\tAlien\t1979\n30\tHeat\t1995\n20\tShrek\t2001\n")
    assert ratings.titles.tolist() == ["Alien", "Shrek", "Heat"]
    assert ratings.item_attributes["column_2"].tolist() == [1979, 2001, 1995]


def test_what_is_wrong_with_an_attached_table_is_said_of_that_table():
    with pytest.raises(BadTable, match=r"items='films\.csv': There is no file"):
        cf.read(TABLE, items="films.csv")
    with pytest.raises(BadTable, match=r"users='the given text': The file is empty"):
        cf.read(TABLE, users=b"")


@pytest.mark.parametrize("source", ["https://ann:secret@host/ratings.csv", Path("s3://bucket/ratings.parquet")])
def test_an_address_in_place_of_a_file_is_told_for_one_without_what_is_secret_in_it(source):
    with pytest.raises(BadTable, match="An address of the kind (https|s3):// came.*Download it") as caught:
        cf.read(source)
    assert "secret" not in str(caught.value)


def test_the_column_of_titles_in_an_attached_table_is_the_one_that_was_named():
    films = {"item": [1, 2], "caption": ["Alien", "Heat"], "title": ["Mr", "Ms"]}
    ratings = cf.read({"user": [1, 2], "item": [1, 2]}, items=films, title="caption")
    assert ratings.titles.tolist() == ["Alien", "Heat"]
    with pytest.raises(BadTable, match="title='captoin' is not among the columns.*Did you mean 'caption'"):
        cf.read({"user": [1, 2], "item": [1, 2]}, items=films, title="captoin")


def test_attached_rows_are_found_by_ids_of_any_type():
    days = [date(2024, 1, 1), date(2024, 1, 2)]
    ratings = cf.read({"user": [1, 2], "item": days}, items={"item": days[::-1], "title": ["New Year+1", "New Year"]})
    assert ratings.titles.tolist() == ["New Year", "New Year+1"]


@pytest.mark.parametrize("name", ["movie_id", "id"])
def test_the_ids_of_an_attached_table_are_found_by_their_name_behind_other_columns(name: str):
    films = {"year": [2001, 1980, 1990], name: [30, 10, 20]}
    assert cf.read(TABLE, items=films).item_attributes["year"].tolist() == [1980, 1990, 2001]


def test_an_attached_frame_keeps_its_types():
    people = {
        "userId": ["ann", "bob", "cleo"], "code": ["1", "2", "3"], "age": [1.5, None, 3], "n": [1, None, 2],
        "whole": [7, 8, 9], "ok": [True, False, None], "born": [date(2000, 1, 1), None, None],
        "small": np.array([1, 2, 255], np.uint8), "huge": np.array([0, 1, 2**64 - 1], np.uint64),
    }  # fmt: skip
    about = cf.read(TABLE, users=people).user_attributes
    assert about["code"].tolist() == ["1", "2", "3"]
    np.testing.assert_array_equal(about["age"], [1.5, np.nan, 3])
    np.testing.assert_array_equal(about["n"], [1, np.nan, 2])
    assert (about["whole"].dtype, about["small"].dtype, about["huge"].dtype) == (np.int64, np.int64, np.uint64)
    assert (about["small"].tolist(), about["huge"].tolist()) == ([1, 2, 255], [0, 1, 2**64 - 1])
    assert about["ok"].tolist() == [True, False, None]
    assert about["born"].tolist() == [date(2000, 1, 1), None, None]


def test_numbers_in_an_attached_file_are_numbers_and_postcodes_are_not():
    users = b"userId,age,postcode\ncleo,30,01067\nann,25,99084\nbob,40,20095\n"
    about = cf.read(TABLE, users=users).user_attributes
    assert about["age"].tolist() == [25, 40, 30]
    assert about["postcode"].tolist() == ["99084", "20095", "01067"]


def test_text_among_an_attributes_numbers_is_told_and_so_is_what_says_nothing():
    users = b"userId,age,country,note\n" + b"".join(b"%d,%d,NZ,%c\n" % (u, 20 + u, 97 + u) for u in range(9))
    people = {"user": list(range(10)), "item": [1, 2] * 5}
    told = str(cf.read(people, users=users + b"9,unknown,NZ,z\n").report)
    assert "Column 'age' of users='the given text' holds numbers, but 1 of 10 cells is text ('unknown')" in told
    assert "Column 'country' of users='the given text' says the same in every row, 'NZ': no model learns" in told
    assert "'note'" not in told
    mended = cf.read(people, users=users + b"9,,NZ,z\n")
    assert mended.user_attributes["age"].dtype == np.float64
    assert "'age'" not in str(mended.report)


def test_of_the_text_among_numbers_the_first_three_words_are_named():
    words = ["young", "old", "young", "grown", "aged", "tiny", "teen", "baby", "senior"]
    people = {"user": list(range(100)), "age": [*map(str, range(len(words), 100)), *words]}
    told = str(cf.read({"user": list(range(100)), "item": [1, 2] * 50}, users=people).report)
    assert "9 of 100 cells are text ('young', 'old', 'grown')" in told


def test_titles_beside_the_ratings_are_taken_too():
    ratings = cf.read(TABLE | {"title": ["Alien", "Heat", "Alien", "Shrek"]})
    assert ratings.titles is not None
    assert ratings.titles.tolist() == ["Alien", "Heat", "Shrek"]


def test_the_title_itself_may_be_the_item_as_in_the_lecture():
    ratings = cf.read({"user": [1, 2], "title": ["Alien", "Heat"], "rating": [5, 4]}, item="title")
    assert ratings.items.values.tolist() == ["Alien", "Heat"]


# ---- what is not readable, and real files ------------------------------------------------------------------


def assert_read_or_refused(source: Any) -> None:
    """No other exception comes through, and what is refused is refused with a report."""
    try:
        ratings = cf.read(source)
    except CofactorError:
        assert check(source).problems
    else:
        assert len(ratings) > 0


@given(st.binary(max_size=200) | st.text("ab12,;\t\n\"'.:|- é", max_size=200).map(str.encode))
def test_any_bytes_are_read_or_refused_in_our_own_words(text: bytes):
    assert_read_or_refused(text)


VALUES = st.none() | st.booleans() | st.integers(-5, 2**70) | st.floats() | st.text(max_size=3) | st.dates()


@given(st.lists(st.tuples(VALUES, VALUES, VALUES, VALUES), max_size=6))
def test_any_columns_are_read_or_refused_in_our_own_words(table: list[tuple[Any, ...]]):
    columns = {name: [row[at] for row in table] for at, name in enumerate(("user", "item", "rating", "time"))}
    assert_read_or_refused(columns)


@pytest.mark.realdata
def test_the_files_of_ml_100k_are_read_as_they_lie_there(data_folder: Path):
    folder = data_folder / "ml-100k"
    ratings = cf.read(folder / "u.data", items=folder / "u.item", users=folder / "u.user", encoding="latin-1")
    assert (len(ratings), ratings.n_users, ratings.n_items) == (100_000, 943, 1682)
    assert ratings.title_of(np.array([0])) == ["Toy Story (1995)"]
    assert ratings.user_attributes["column_1"][0] == 24


@pytest.mark.realdata
def test_the_files_of_ml_1m_are_read_as_they_lie_there(data_folder: Path):
    folder = data_folder / "ml-1m"
    ratings = cf.read(folder / "ratings-without-timestamp.dat.gz", items=folder / "movies.dat", encoding="latin-1")
    assert (len(ratings), ratings.n_users, ratings.n_items) == (1_000_209, 6040, 3706)
    assert ratings.mean == pytest.approx(3.5816, abs=1e-4)


# --- rows that nobody rated, tables that are a part ---------------------------------------------------------------

RATED = {"user": ["ann", "ann", "bob"], "item": [1, 2, 1], "rating": [5, 3, 4]}
FILMS = {"item": [2, 7, 1, 7], "title": ["Two", "Seven", "One", "Again"], "year": [1990, 2001, 1980, 1]}


def test_items_that_nobody_rated_are_dropped_or_kept_with_what_is_known_of_them():
    assert cf.read(RATED, items=FILMS).n_items == 2
    kept = cf.read(RATED, items=FILMS, unrated="keep")
    assert kept.items.values.tolist() == [1, 2, 7]
    assert kept.titles.tolist() == ["One", "Two", "Seven"]
    assert kept.item_attributes["year"].tolist() == [1980, 1990, 2001]
    assert kept.item_counts.tolist() == [2, 1, 0]
    assert "belong to no rated item, and are kept" in str(kept.report)


def test_kept_rows_need_ids_of_the_same_kind():
    with pytest.raises(BadTable, match="have whole numbers as ids, but 'seven'"):
        cf.read(RATED, items={"item": ["1", "2", "seven"], "year": [1, 2, 3]}, unrated="keep")


# ---- one user or one item alone ---------------------------------------------------------------------------

DAY = b"user,item,rating\nann,1,5\n"


def test_a_day_of_one_rating_is_read_and_taken_in_by_a_model():
    model = cf.Bias().fit(cf.read(TABLE))
    model.update(cf.read({"userId": ["dora"], "movieId": [10], "rating": [5]}))
    assert model.ratings.users.values.tolist() == ["ann", "bob", "cleo", "dora"]


@pytest.mark.parametrize(("side", "column"), [("user", "user"), ("item", "item")])
def test_no_model_is_fitted_on_one_user_or_item_alone_and_the_column_is_named(side: str, column: str):
    other = {"user": "item", "item": "user"}[side]
    alone = cf.read({side: ["ann", "ann"], other: [1, 2], "rating": [5, 3]})
    with pytest.raises(BadTable, match=f"Column '{column}' holds one {side} only \\('ann'\\).*with {side}=…"):
        cf.Popularity().fit(alone)


def test_a_check_says_what_a_table_of_one_user_is_good_for():
    report = check(DAY)
    assert report.ok
    assert [finding.text.partition(" only")[0] for finding in report.untrainable] == [
        "Column 'user' holds one user", "Column 'item' holds one item"
    ]  # fmt: skip
    assert str(report).endswith("sound to update or to evaluate a model with; none can be fitted on it alone")


# ---- sparse matrices --------------------------------------------------------------------------------------


@pytest.mark.parametrize("form", ["coo_array", "coo_matrix", "csr_array", "csc_array"])
def test_a_cell_that_is_stored_twice_is_added_up_and_that_is_noted(form: str):
    twice = (np.array([1.0, 1.0, 3.0]), (np.array([0, 0, 1]), np.array([0, 0, 1])))
    matrix = getattr(scipy.sparse, form)(twice, shape=(2, 2))
    ratings = cf.read(matrix)
    assert rows(ratings) == [(0, 0, 2.0), (1, 1, 3.0)]
    assert ("1 cell of the matrix repeats a place" in str(ratings.report)) == form.startswith("coo")


def test_a_matrix_is_left_as_it_was():
    matrix = scipy.sparse.coo_array(([1.0, 1.0], ([0, 0], [0, 0])), shape=(2, 2))
    cf.read(matrix)
    assert matrix.nnz == 2


@pytest.mark.parametrize("dtype", [bool, np.int8, np.uint64, np.float32, np.longdouble])
def test_a_matrix_may_be_of_any_kind_of_number(dtype: Any):
    assert cf.read(csr_array(np.eye(2, dtype=dtype))).values.tolist() == [1.0, 1.0]


def test_decimal_commas_are_read_and_noted():
    for text in (b"user;item;rating\na;1;4,5\nb;2;3\n", b'user,item,rating\na,1,"4,5"\nb,2,3\n', b"1;5;4,5\n2;6;3,0\n"):
        ratings = cf.read(text)
        assert ratings.values.tolist() == [4.5, 3]
        assert "commas for decimal points, as in 4,5" in str(ratings.report)
