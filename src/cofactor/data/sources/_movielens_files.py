"""The file formats of the MovieLens releases.

    ml-100k                      u.data, u.item, u.user       tabs and bars, ISO-8859-1
    ml-1m, ml-10m                ratings.dat, movies.dat …    "::" between fields, ISO-8859-1 (10M: UTF-8)
    ml-20m and later, "latest"   ratings.csv, movies.csv      CSV with a header, UTF-8

Some copies of ml-1m have their ratings in `ratings-without-timestamp.dat.gz` and the times, where known, in
`timestamps-partial.txt.gz`; both have a line for each row of the original file.

Zip codes are left out: they help to find a person and no model asks for them.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from cofactor.arrays import Array, BoolArray, IntArray
from cofactor.data.ids import IdMap
from cofactor.data.ratings import NO_TIME, Ratings
from cofactor.errors import DataNotAvailable

if TYPE_CHECKING:
    import polars as pl

__all__ = ["published_tests", "read_release"]

COLUMNS = ("user", "item", "rating", "timestamp")
WHOLE_STARS, HALF_STARS = (1.0, 5.0), (0.5, 5.0)

AGES_1M = {1: "under 18", 18: "18-24", 25: "25-34", 35: "35-44", 45: "45-49", 50: "50-55", 56: "56+"}
OCCUPATIONS_1M = (
    "other", "academic/educator", "artist", "clerical/admin", "college/grad student", "customer service",
    "doctor/health care", "executive/managerial", "farmer", "homemaker", "K-12 student", "lawyer",
    "programmer", "retired", "sales/marketing", "scientist", "self-employed", "technician/engineer",
    "tradesman/craftsman", "unemployed", "writer",
)  # fmt: skip
NO_GENRES = {"(no genres listed)": "", "unknown": ""}  # how two of the releases say so
PUBLISHED_TESTS_100K = ("u1", "u2", "u3", "u4", "u5", "ua", "ub")


@dataclass
class _Release:
    """What the files hold; attributes by id, in columns."""

    ratings: Mapping[str, Array]  # user, item, rating, timestamp (`NO_TIME` where unknown)
    scale: tuple[float, float]
    items: Mapping[int, tuple[str, str]]  # id -> title, genres "A|B"
    users: Mapping[int, tuple[Any, ...]] = field(default_factory=dict[int, tuple[Any, ...]])
    user_columns: Sequence[str] = ()


def read_release(folder: Path, name: str) -> Ratings:
    """The release whose files lie in `folder`."""
    for file, read in READERS.items():
        if (folder / file).is_file():
            return _as_ratings(read(folder), name)
    expected = ", ".join(READERS)
    raise DataNotAvailable(f"{folder} holds no ratings of {name!r}: one of these files is expected: {expected}.")


def published_tests(folder: Path) -> dict[str, BoolArray]:
    """The test files of ml-100k as masks over the rows of `u.data`."""
    rows = _pair_keys(_tabbed(folder / "u.data"))
    return {test: np.isin(rows, _pair_keys(_tabbed(folder / f"{test}.test"))) for test in PUBLISHED_TESTS_100K}


def _pair_keys(ratings: Mapping[str, Array]) -> IntArray:
    return ratings["user"] * 10**6 + ratings["item"]


def _as_ratings(release: _Release, name: str) -> Ratings:
    columns = release.ratings
    users, user_idx = IdMap.encode(columns["user"], "user")
    items, item_idx = IdMap.encode(columns["item"], "item")
    titles, genres = zip(*(release.items.get(one, (None, None)) for one in items.values.tolist()), strict=True)
    nobody = (None,) * len(release.user_columns)
    people = [release.users.get(one, nobody) for one in users.values.tolist()]
    return Ratings(
        users=users,
        items=items,
        user_idx=user_idx,
        item_idx=item_idx,
        values=columns["rating"],
        timestamps=columns["timestamp"],
        scale=release.scale,
        titles=_objects(titles),
        item_attributes={"year": _years(titles), "genres": _objects([NO_GENRES.get(g, g) for g in genres])},
        user_attributes={
            column: _narrowed([person[at] for person in people]) for at, column in enumerate(release.user_columns)
        },
        name=name,
    )


# --- one reader for each format -------------------------------------------------------------------


def _read_100k(folder: Path) -> _Release:
    genre_names = [line.split("|")[0] for line in _lines(folder / "u.genre") if line]
    items = {}
    for fields in _fields(folder / "u.item", "|"):
        flags = fields[-len(genre_names) :]
        items[int(fields[0])] = (
            fields[1],
            "|".join(g for g, on in zip(genre_names, flags, strict=True) if on == "1"),
        )
    users = {int(f[0]): (int(f[1]), f[2], f[3]) for f in _fields(folder / "u.user", "|")}
    return _Release(_tabbed(folder / "u.data"), WHOLE_STARS, items, users, ("age", "gender", "occupation"))


def _read_dat(folder: Path) -> _Release:
    """ml-1m, which has people, and ml-10m, which has none but half stars."""
    ratings = _double_colon(folder / "ratings.dat", COLUMNS)
    return _with_dat_tables(ratings, folder)


def _read_dat_without_times(folder: Path) -> _Release:
    ratings = _double_colon(folder / "ratings-without-timestamp.dat.gz", ("user", "item", "rating"))
    pl = _polars()
    times = pl.read_csv(folder / "timestamps-partial.txt.gz", has_header=False, schema_overrides=[pl.Int64])
    if len(times) != len(ratings["user"]):
        raise DataNotAvailable(
            f"{folder}: {len(times):,} timestamps for {len(ratings['user']):,} ratings, one a rating is expected."
        )
    return _with_dat_tables(ratings | {"timestamp": _times(times.to_series(0))}, folder)


def _with_dat_tables(ratings: Mapping[str, Array], folder: Path) -> _Release:
    items = {int(f[0]): (f[1], f[2]) for f in _fields(folder / "movies.dat", "::")}
    if not (folder / "users.dat").is_file():
        return _Release(ratings, HALF_STARS, items)
    users = {
        int(f[0]): (AGES_1M[int(f[2])], f[1], OCCUPATIONS_1M[int(f[3])]) for f in _fields(folder / "users.dat", "::")
    }
    return _Release(ratings, WHOLE_STARS, items, users, ("age_group", "gender", "occupation"))


def _read_csv(folder: Path) -> _Release:
    pl = _polars()
    ratings = pl.read_csv(folder / "ratings.csv", schema_overrides=[pl.Int64, pl.Int64, pl.Float32, pl.Int64])
    movies = pl.read_csv(folder / "movies.csv", schema_overrides={"title": pl.String, "genres": pl.String})
    rows = movies.select("movieId", "title", "genres").iter_rows()
    items = {one: (title, genres) for one, title, genres in rows}
    return _Release(_columns(ratings, COLUMNS), HALF_STARS, items)


READERS = {  # the file by which a format is known
    "u.data": _read_100k,
    "ratings.dat": _read_dat,
    "ratings-without-timestamp.dat.gz": _read_dat_without_times,
    "ratings.csv": _read_csv,
}


# --- their parts ----------------------------------------------------------------------------------


def _polars() -> Any:
    """Loaded late: the smallest release is read sooner than Polars is."""
    import polars as pl

    from cofactor.data.formats.after_fork import require_polars

    require_polars()
    return pl


def _tabbed(path: Path) -> Mapping[str, Array]:
    table = np.fromstring(path.read_text(), np.int64, sep=" ").reshape(-1, len(COLUMNS))
    users, items, ratings, times = table.T
    return dict(zip(COLUMNS, (users, items, ratings.astype(np.float32), times), strict=True))


def _double_colon(path: Path, names: Sequence[str]) -> dict[str, Array]:
    """Polars splits at one character: at ":" every second column is the gap inside "::"."""
    pl = _polars()
    kinds = {"rating": pl.Float32}
    types = [kind for name in names for kind in (kinds.get(name, pl.Int64), pl.String)][:-1]
    table = pl.read_csv(path, separator=":", has_header=False, schema_overrides=types)
    return _columns(table[:, ::2], names)


def _columns(table: "pl.DataFrame", names: Sequence[str]) -> dict[str, Array]:
    """The frame's columns under these names."""
    parts = zip(names, table.get_columns(), strict=True)
    return {name: _times(part) if name == "timestamp" else part.to_numpy() for name, part in parts}


def _times(column: "pl.Series") -> IntArray:
    return column.fill_null(NO_TIME).to_numpy()


def _fields(path: Path, separator: str) -> list[list[str]]:
    return [line.split(separator) for line in _lines(path) if line]


def _lines(path: Path) -> list[str]:
    data = path.read_bytes()
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError:  # the older releases; their accents are no valid UTF-8
        text = data.decode("iso-8859-1")
    return text.replace("\r\n", "\n").split("\n")  # splitlines would also split at ISO-8859-1's 0x85


def _years(titles: Sequence[str | None]) -> Array:
    """The year at each title's end, nan where it has none."""
    found = [re.search(r"\((\d{4})\)\s*$", title or "") for title in titles]
    return _narrowed([int(match[1]) if match else None for match in found])


def _narrowed(values: Sequence[Any]) -> Array:
    """Whole numbers as int64 (float64 with nan where some are missing), anything else as objects."""
    if all(isinstance(value, int) for value in values):
        return np.array(values, np.int64)
    if all(value is None or isinstance(value, int) for value in values):
        return np.array(values, np.float64)
    return _objects(values)


def _objects(values: Sequence[Any]) -> Array:
    return np.array(values, dtype=object)
