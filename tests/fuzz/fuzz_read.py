"""Whatever `cf.read` is given: ratings that hold what was written, or one of our errors, and every row accounted for.

python3 dev.py fuzz -k read            10,000 examples of each property; COFACTOR_FUZZ=300 for so many
"""

import gzip
import json
import math
import warnings
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import numpy as np
import pandas as pd
import polars as pl
import scipy.sparse
from hypothesis import given, strategies as st

import cofactor as cf
from cofactor.data.checking import check
from cofactor.data.ratings import NO_TIME, Ratings
from cofactor.errors import CofactorError

# ---- what is drawn ----------------------------------------------------------------------------------------

NAMES = st.sampled_from(
    [
        "user",
        "item",
        "rating",
        "timestamp",
        "title",
        "userId",
        "movieId",
        " item",
        "item ",
        "",
        "x",
        "column_0",
        "0",
        "5",
    ]
) | st.text(max_size=4)
ANY_TEXT = st.text(max_size=6) | st.sampled_from(
    ["007", "7", "-0", "1e3", "nan", "NA", "", " 1", "a\rb", "a\n", '"', "1,2", "::", "\x1f", "５",
     "2024-05-31T18:00+02:00", "true", "inf", "9" * 25, "\ud800"]
)  # fmt: skip
NOTHING = st.sampled_from([None, float("nan"), pd.NA, pd.NaT, Decimal("nan"), np.datetime64("NaT")])
SCALARS = st.one_of(
    st.integers(-3, 9), st.integers(-(2**70), 2**70), st.floats(), ANY_TEXT, st.booleans(), st.dates(), st.datetimes(),
    st.datetimes(timezones=st.just(UTC)), st.decimals(), st.binary(max_size=3), st.tuples(st.integers(0, 2)),
    st.lists(st.integers(0, 2), max_size=2), st.dictionaries(st.sampled_from("ab"), st.integers(0, 2)), st.timedeltas(),
    st.times(), st.uuids(), st.complex_numbers(), st.builds(np.int64, st.integers(0, 9)),
    st.builds(np.float32, st.floats(width=32)),
    st.builds(np.datetime64, st.datetimes()), st.builds(object), st.frozensets(st.integers(0, 2)),
)  # fmt: skip
KINDS = (
    st.integers(0, 5), st.integers(-(2**63), 2**63 - 1), st.integers(0, 2**80), st.floats(), st.floats(0, 5), ANY_TEXT,
    st.dates(), st.datetimes(), st.booleans(), st.integers(9 * 10**8, 2 * 10**9), st.integers(19990101, 20201231),
    st.binary(max_size=2),
    st.tuples(st.integers(0, 2), st.text(max_size=1)), st.decimals(0, 5, places=1), SCALARS,
)  # fmt: skip
DTYPES = [
    "i1",
    "u8",
    "f2",
    "f4",
    "f8",
    "g",
    "?",
    "M8[s]",
    "M8[D]",
    "M8[ns]",
    "M8[Y]",
    "m8[s]",
    "U3",
    "S3",
    "c8",
    "O",
    ">i4",
]


@st.composite
def columns(draw: st.DrawFn, most: int = 8) -> dict[str, list[Any]]:
    """A dict of columns, most often of equal length, each most often of one kind."""
    n = draw(st.integers(0, most))
    names = draw(st.just(["user", "item", "rating", "timestamp"]) | st.lists(NAMES, max_size=6, unique=True))
    table = {}
    for name in names:
        kind = draw(st.sampled_from(KINDS)) | draw(st.sampled_from([st.nothing(), NOTHING]))
        table[name] = draw(st.lists(kind, min_size=n, max_size=n))
    return table


@st.composite
def csv_text(draw: st.DrawFn) -> bytes:
    """Fields, separators, ends of lines and quotes as they come, often enough in the shape of a table."""
    separator = draw(st.sampled_from([",", ";", "\t", "::", "|", " "]))
    end = draw(st.sampled_from(["\n", "\r\n", "\r", "\r\r\n", "\n\n"]))
    field = st.one_of(
        st.integers(-2, 9).map(str), ANY_TEXT, st.floats(0, 5).map(str), st.datetimes().map(str), st.just(""),
        ANY_TEXT.map(lambda text: '"' + text.replace('"', '""') + '"'),
    )  # fmt: skip
    header = draw(st.sampled_from(["user,item,rating", ",user,item,rating", "user, item,rating,time,", "a,b,b", ""]))
    lines = draw(st.lists(st.lists(field, min_size=2, max_size=5), max_size=6))
    rows = [header.replace(",", separator), *(separator.join(line) for line in lines)]
    return draw(st.sampled_from([b"", b"\xef\xbb\xbf", b"\n"])) + end.join(rows).encode("utf-8", "surrogatepass")


class Query:
    """A database cursor that has executed a query with these rows."""

    def __init__(self, table: dict[str, list[Any]]) -> None:
        self.description = [(name, None, None, None, None, None, None) for name in table]
        self.rows = list(zip(*table.values(), strict=True))

    def fetchmany(self, size: int) -> list[Any]:
        block, self.rows = self.rows[:size], self.rows[size:]
        return block


def as_frame(table: dict[str, list[Any]], library: str) -> Any:
    """In a library that holds these values, else as it is."""
    if library == "query":
        return Query(table)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            if library == "pandas":
                return pd.DataFrame(table)
            frame = pl.DataFrame(table, strict=False)
            return frame.to_arrow() if library == "arrow" else frame.lazy() if library == "lazy" else frame
    except BaseException:  # not ours, and Polars' panic is no Exception
        return table


FRAMES = st.builds(as_frame, columns(), st.sampled_from(["pandas", "polars", "lazy", "arrow", "dict", "query"]))


@st.composite
def arrays(draw: st.DrawFn) -> dict[str, Any]:
    """Columns that are NumPy arrays of all kinds."""
    n, table = draw(st.integers(0, 5)), {}
    for name in ("user", "item", "rating", "timestamp"):
        dtype = np.dtype(draw(st.sampled_from(DTYPES)))
        numbers = draw(st.lists(st.integers(0, 100) | st.integers(-(2**62), 2**62), min_size=n, max_size=n))
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            table[name] = _array(numbers, dtype)
    return table


def _array(numbers: list[int], dtype: np.dtype) -> Any:
    whole = np.array(numbers, "i8")
    return whole.view(dtype) if dtype.kind in "mM" else whole.astype(dtype)


@st.composite
def matrices(draw: st.DrawFn) -> Any:
    n = draw(st.integers(0, 6))
    at = [draw(st.lists(st.integers(0, 3), min_size=n, max_size=n)) for _ in range(2)]
    values = np.array(
        draw(st.lists(st.integers(0, 5), min_size=n, max_size=n)),
        draw(st.sampled_from(["f8", "f4", "i2", "?", "c16", "u8"])),
    )
    matrix = scipy.sparse.coo_array((values, tuple(np.array(one, int) for one in at)), shape=(4, 4))
    return getattr(matrix, draw(st.sampled_from(["tocoo", "tocsr", "tocsc", "tolil", "todok", "tobsr", "todia"])))()


LINES = st.lists(
    st.dictionaries(NAMES, st.none() | st.integers() | st.floats() | ANY_TEXT | st.booleans() | st.lists(st.integers()))
).map(lambda rows: "\n".join(map(json.dumps, rows)).encode())
TEXTS = csv_text() | st.binary(max_size=60) | csv_text().map(gzip.compress) | LINES | LINES.map(gzip.compress)
SOURCES = st.one_of(TEXTS, FRAMES, arrays(), matrices())
ROLE = st.none() | st.sampled_from(["user", "item", "rating", 0, 1, 2, 9, -1])
OPTIONS = st.fixed_dictionaries(
    {},
    optional={
        "user": ROLE, "item": ROLE, "rating": ROLE | st.just(False), "timestamp": ROLE | st.just(False), "title": ROLE,
        "items": SOURCES, "users": SOURCES, "scale": st.sampled_from([None, (1, 5), (0, 1), [0, 9]]),
        "duplicates": st.sampled_from([None, "last", "mean", "sum", "error"]),
        "kind": st.sampled_from([None, "ratings", "clicks", "counts"]), "event": ROLE,
        "weights": st.sampled_from([None, {"view": 1}, {"1": 1, "2": 3, "x": -1}]),
        "half_life": st.sampled_from([None, "1d", "9y"]), "missing": st.sampled_from(["error", "drop"]),
        "unrated": st.sampled_from(["drop", "keep"]), "separator": st.sampled_from([None, ",", ";", "::", "§", "\x1f"]),
        "ids": st.sampled_from(["auto", "text", {"user": "text"}, {"item": "text"}]),
        "wide": st.booleans(), "date_format": st.sampled_from([None, "%d/%m/%Y", "%H", "%Y%m%d"]),
        "encoding": st.sampled_from([None, "utf-8", "latin-1", "utf-16", "utf-7", "idna"]),
        "has_header": st.sampled_from([None, True, False]),
    },
)  # fmt: skip
NONSENSE = st.sampled_from(
    [
        None,
        0,
        -1,
        1.5,
        "",
        "x",
        "\n",
        b"x",
        [],
        [1],
        {},
        {"a": 1},
        (1,),
        (5, 1),
        (1, "a"),
        True,
        object(),
        float("nan"),
        np.array([1, 2]),
    ]
)
NONSENSICAL = st.dictionaries(
    st.sampled_from(["user", "item", "rating", "timestamp", "title", "items", "users", "scale", "kind", "event",
                     "weights", "half_life", "wide", "date_format", "duplicates", "missing", "unrated", "separator",
                     "ids", "encoding", "has_header", "name"]),
    NONSENSE, min_size=1, max_size=3,
)  # fmt: skip


# ---- what holds -------------------------------------------------------------------------------------------


def read_or_refused(source: Callable[[], Any] | Any, **options: Any) -> Ratings | None:
    """The ratings; None where one of our errors came, which a check must then report. No other, and no warning."""
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        try:
            ratings = cf.read(source, **options)
        except CofactorError as error:
            return told(error)
    assert_sound(ratings)
    return ratings


def told(error: CofactorError) -> None:
    """An error is a sentence at least."""
    assert len(str(error)) > 20


def assert_sound(ratings: Ratings) -> None:
    report = ratings.report
    assert report is not None
    assert report.n_kept == len(ratings) > 0
    assert report.n_read == report.n_kept + sum(finding.count for finding in report.left_out)
    assert np.isfinite(ratings.values).all()
    assert len({*zip(ratings.user_idx.tolist(), ratings.item_idx.tolist(), strict=True)}) == len(ratings)
    for ids, idx in ((ratings.users, ratings.user_idx), (ratings.items, ratings.item_idx)):
        assert ids.index_of(ids.values).tolist() == list(range(len(ids)))
        assert idx.min() >= 0
        assert idx.max() < len(ids)


@given(SOURCES, OPTIONS)
def test_read_gives_sound_ratings_or_our_own_error(source: Any, options: dict[str, Any]):
    read_or_refused(source, **options)


@given(FRAMES | arrays(), NONSENSICAL)
def test_read_refuses_options_without_sense_in_our_own_words(source: Any, options: dict[str, Any]):
    read_or_refused(source, **options)


@given(SOURCES, OPTIONS)
def test_check_never_raises_where_the_options_make_sense(source: Any, options: dict[str, Any]):
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        try:
            report = check(source, **options)
        except cf.CofactorError as error:
            assert type(error).__name__ == "BadOption"  # noqa: PT017
        else:
            assert str(report)


@given(columns(), st.sampled_from(["pandas", "polars", "arrow", "dict"]))
def test_read_keeps_ids_values_and_times_as_they_came(table: dict[str, list[Any]], library: str):
    ratings = read_or_refused(table := as_frame(table, library), missing="drop", duplicates="last")
    if ratings is None or not isinstance(table, dict):
        return
    columns = {str(name).strip(): column for name, column in table.items()}
    given_columns = [columns.get(ratings.report.columns[role], []) for role in ("user", "item")]
    for ids, column in zip((ratings.users, ratings.items), given_columns, strict=True):
        if not column:  # a name that was made for it
            continue
        for one in ids.values.tolist():
            assert any(_same_id(one, came) for came in column), (one, column)


def _same_id(one: Any, came: Any) -> bool:
    try:
        return (
            bool(one == came)
            and isinstance(one, str) == isinstance(came, str)
            and isinstance(one, bool) == isinstance(came, bool | np.bool_)
        )
    except (TypeError, ValueError, ArithmeticError):
        return False


FIELD = st.text(st.characters(exclude_categories=["Cs"], exclude_characters='\n\r"'), min_size=1, max_size=5)


@given(
    st.lists(
        st.tuples(FIELD, FIELD, st.integers(-9, 9), st.integers(10**8, 10**10)),
        min_size=1,
        max_size=6,
        unique_by=lambda row: row[:2],
    )
)
def test_read_gives_back_what_a_csv_file_holds(rows: list[tuple[str, str, int, int]]):
    lines = ["user,item,rating,timestamp", *(f'"{user}","{item}",{value},{time}' for user, item, value, time in rows)]
    ratings = cf.read("\n".join(lines).encode())
    for ids, idx, at in ((ratings.users, ratings.user_idx, 0), (ratings.items, ratings.item_idx, 1)):
        assert [str(one) for one in ids.gather(idx).tolist()] == [row[at] for row in rows]
    assert ratings.values.tolist() == [value for *_, value, _ in rows]
    assert ratings.timestamps.tolist() == [time for *_, time in rows]


@given(
    st.lists(st.datetimes(), min_size=1, max_size=4),
    st.timedeltas(timedelta(hours=-23), timedelta(hours=23)),
    st.sampled_from([",", ";"]),
)
def test_read_gives_back_times_whatever_their_offset(times: list[datetime], offset: timedelta, separator: str):
    minutes = int(offset.total_seconds() // 60)
    sign, (hours, rest) = "+-"[minutes < 0], divmod(abs(minutes), 60)
    lines = [separator.join(("user", "item", "time"))]
    lines += [
        separator.join((str(at), "1", f"{time:%Y-%m-%d %H:%M:%S}{sign}{hours:02}:{rest:02}"))
        for at, time in enumerate(times)
        if time.year >= 1000
    ]
    ratings = read_or_refused("\n".join(lines).encode())
    if len(lines) > 1:
        epoch = datetime(1970, 1, 1)
        meant = [
            math.floor((time.replace(microsecond=0) - epoch) / timedelta(seconds=1)) - minutes * 60
            for time in times
            if time.year >= 1000
        ]
        assert ratings is not None
        assert ratings.timestamps.tolist() == meant
        assert NO_TIME not in meant


@given(matrices())
def test_read_takes_a_matrix_as_scipy_adds_it_up(matrix: Any):
    ratings = read_or_refused(matrix)
    if ratings is not None:
        dense = np.zeros(matrix.shape, np.float32)
        dense[ratings.users.gather(ratings.user_idx), ratings.items.gather(ratings.item_idx)] = ratings.values
        np.testing.assert_array_equal(dense, matrix.toarray().astype(np.float32))


@given(st.lists(SCALARS, max_size=5), st.lists(SCALARS, max_size=5), st.none() | st.lists(SCALARS, max_size=5))
def test_from_arrays_gives_sound_ratings_or_our_own_error(users: list[Any], items: list[Any], values: list[Any] | None):
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        try:
            ratings = Ratings.from_arrays(users, items, values)
        except CofactorError:
            return
    assert np.isfinite(ratings.values).all()
    assert all(
        _same_id(one, came) for one, came in zip(ratings.users.gather(ratings.user_idx).tolist(), users, strict=True)
    )


@given(
    st.lists(st.integers(-5, 5) | st.integers(-(2**63), 2**63 - 1), min_size=1, unique=True, max_size=4),
    SCALARS | st.just("--5"),
)
def test_any_id_can_be_asked_for(known: list[int], asked: Any):
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        found = cf.Ratings.from_arrays(known, [0] * len(known)).users.find([asked])[0]
    if found >= 0:
        one = sorted(known)[found]
        assert str(one) == asked if isinstance(asked, str) else one == asked
