"""Tables that cannot be read as ratings, each with the error it must give and the words that tell the mend."""

import gzip
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from cofactor.errors import BadOption, BadTable, CofactorError

SOUND = b"user,item,rating\nann,1,5\nann,2,3\nbob,1,4\n"
LINES = b'{"user": 1, "item": 2, "rating": 3}\n'
TITLES = {"item": [1, 2], "title": ["Alien", "Heat"]}


@dataclass(frozen=True)
class Broken:
    what: str
    source: bytes | Callable[[], Any]  # bytes: the content of `file`
    words: tuple[str, ...]  # all must stand in the message
    options: dict[str, Any] = field(default_factory=dict)
    file: str = "ratings.csv"
    error: type[CofactorError] = BadTable

    def written(self, folder: Path) -> Any:
        """What `cf.read` is given."""
        if not isinstance(self.source, bytes):
            return self.source()
        path = folder / self.file
        path.write_bytes(self.source)
        return path


def _pandas(*args: Any, **kwargs: Any) -> Any:
    import pandas

    return pandas.DataFrame(*args, **kwargs)


def _matrix(rows: list[list[int]]) -> Any:
    from scipy.sparse import csr_array

    return csr_array(rows)


def _arrow_of_two_types() -> Any:
    """An Arrow table, of whose last column each cell may be a number or text."""
    import pyarrow as pa

    cells = pa.UnionArray.from_sparse(pa.array([0, 1], pa.int8()), [pa.array([4, 5]), pa.array(["4", "5"])])
    return pa.table({"user": ["ann", "bob"], "item": [1, 2], "rating": cells})


def _pivot() -> dict[str, list[Any]]:
    return {"person": ["ann", "bob"]} | {f"film {at}": [5, None] for at in range(20)}


def _columns(**columns: list[Any]) -> Callable[[], dict[str, list[Any]]]:
    return lambda: columns


BROKEN = (
    # the file
    Broken("a file that is not there", lambda: "no-such-ratings.csv", ("no file", "no-such-ratings.csv")),
    Broken("a folder", lambda: Path(__file__).parent, ("is a folder", "one of its files")),
    Broken("an empty file", b"", ("empty", "user,item,rating")),
    Broken("a header and nothing else", b"user,item,rating\n", ("no rows",)),
    Broken("an Excel workbook", b"PK\x03\x04\x14\x00", ("zip archive", ".parquet", "data frame"), file="ratings.xlsx"),
    Broken("JSON that is no lines", b'[{"user": 1}]', (".json", "data frame"), file="ratings.json"),
    Broken("a JSON array of rows", b'[{"user": 1, "item": 2}]', ("JSON array", "JSON lines"), file="r.txt"),
    Broken("a line of JSON cut short", LINES + b'{"user": 1, "it', ("Line 2 is no JSON", "object on each line")),
    Broken("a line that is no object", LINES + b"[1, 2]", ("Line 2 is no JSON object",)),
    Broken("JSON lines without items", b'{"user": 1}', ("No column is left for the items",)),
    Broken("damaged gzip", gzip.compress(SOUND)[:-9], ("gzip", "damaged"), file="ratings.csv.gz"),
    Broken("half a Parquet file", b"PAR1" + bytes(20), ("cannot be read", "write it again"), file="ratings.parquet"),
    Broken("an Arrow type that Polars has not", _arrow_of_two_types, ("Arrow table cannot be read", "Union")),
    Broken("a number in a table's place", lambda: 42, ("int", "dict of columns")),
    # the text
    Broken("the wrong separator", SOUND.replace(b",", b";"), ("one column", "separator=';'"), {"separator": ","}),
    Broken("an unusual separator", SOUND.replace(b",", b"~"), ("one column", "separator=…"), {}),
    Broken(
        "the wrong encoding", "user,item,rating\nann,1,5\nrené,2,3\n".encode("latin-1"),
        ("UTF-8", "line 3", "encoding='latin-1'"),
    ),
    Broken("UTF-16", SOUND.decode().encode("utf-16"), ("encoding='utf-16'",)),
    Broken("an unknown encoding", SOUND, ("'martian'", "latin-1"), {"encoding": "martian"}, error=BadOption),
    Broken("an unquoted comma", SOUND + b"bob,Me, Myself,2\n", ("More than 3 fields", "line 5", "Quote")),
    Broken("a quote that is not closed", SOUND + b'bob,"2,4\n', ("quotes",)),
    # the columns
    Broken(
        "data in the header's place", b"1,2,5\n1,3,4\n",
        ("looks like data", "has_header=False"), {"has_header": True},
    ),
    Broken("a header in the data's place", SOUND, ("looks like a header",), {"has_header": False}),
    Broken("a frame with data for names", lambda: _pandas({"196": [1], "242": [2], "3": [4]}), ("header=None",)),
    Broken("a frame of two columns with data for names", lambda: _pandas({"196": [1], "242": [2]}), ("header=None",)),
    Broken("a column that is not there", SOUND, ("'users'", "Did you mean 'user'?"), {"user": "users"}),
    Broken("a position beyond the table", SOUND, ("item=7", "3 columns"), {"item": 7}),
    Broken("one column for two parts", SOUND, ("both as user and as item",), {"user": "item", "item": "item"}),
    Broken("two columns of one name", lambda: _pandas([[1, 2, 3]], columns=["user", "item", "item"]), ("Rename",)),
    Broken("columns of different lengths", _columns(user=[1, 2], item=[1]), ("one length", "'user': 2")),
    Broken("a matrix as a wide table", _pivot, ("looks wide", "wide=True")),
    # the ids
    Broken("missing users", SOUND + b",2,4\n", ("user id is missing", "line 5", "missing='drop'")),
    Broken("missing items", _columns(user=["a", "b"], item=[1, None], rating=[1, 2]), ("item id is missing", "row 1")),
    Broken("ids with fractions", _columns(user=[0.5, 1.5], item=[1, 2]), ("'user'", "fractions", "user=…")),
    Broken("ids of several kinds", _columns(user=[1, "1", 2], item=[1, 2, 3]), ("whole numbers (1)", "ids='text'")),
    Broken("lists for ids", _columns(user=[[1], [2]], item=[1, 2]), ("list", "cannot be an id")),
    # the ratings
    Broken("missing ratings", SOUND + b"bob,2,\nbob,3,NA\n", ("rating is missing", "2 lines: 5, 6", "missing='drop'")),
    Broken("thousands or decimals", b"user;item;rating\nann;1;4,500\nbob;2;3\n", ("not a number", "'4,500'", "line 2")),
    Broken("commas and points", b"user;item;rating\nann;1;4,5\nbob;2;3.5\n", ("not a number", "'4,5'", "line 2")),
    Broken("infinite ratings", SOUND + b"bob,2,inf\n", ("infinite", "line 5")),
    Broken(
        "ratings outside the scale", SOUND + b"bob,2,50\n",
        ("3 to 50", "scale 1 to 5", "line 5"), {"scale": (1, 5)},
    ),
    Broken("times for ratings", b"user,item,value\n1,1,978300760\n2,2,978302109\n", ("timestamps", "rating=False")),
    Broken("dates for ratings", SOUND.replace(b",5", b",2024-05-31"), ("not a number", "'2024-05-31'")),
    Broken("the same pair twice", SOUND + b"ann,1,2\n", ("'ann'", "line 5", "'last'"), {"duplicates": "error"}),
    Broken("nothing left after dropping", b"user,item,rating\na,1,\nb,2,\n", ("No usable row",), {"missing": "drop"}),
    # the times
    Broken(
        "seconds among milliseconds", _columns(user=[1, 2], item=[1, 2], time=[978300760, 978300760_000]),
        ("milliseconds", "row 0", "one unit"),
    ),
    Broken(
        "times that are none", b"user,item,time\na,1,yesterday\nb,2,\n",
        ("'yesterday'", "line 2", "timestamp=False"),
    ),
    # what is attached
    Broken(
        "users and items exchanged", _columns(user=[1, 2, 1], item=["ann", "bob", "ann"], rating=[1, 2, 3]),
        ("exchanged", "user=…"), {"items": TITLES},
    ),
    Broken(
        "a transposed matrix", lambda: _matrix([[5, 0, 1], [0, 4, 2]]),
        ("transposed", "matrix.T"), {"items": TITLES},
    ),
    Broken("another table's titles", SOUND, ("None of the 2 item ids",), {"items": {"item": [8], "title": ["Heat"]}}),
    # the options
    Broken("an unknown policy", SOUND, ("'first'", "last, mean, sum, error"), {"duplicates": "first"}, error=BadOption),
    Broken("an unknown kind", SOUND, ("'plays'", "ratings, clicks, counts"), {"kind": "plays"}, error=BadOption),
    Broken(
        "ratings added up", SOUND, ("duplicates='sum'", "kind='ratings'"), {"kind": "ratings", "duplicates": "sum"},
        error=BadOption,
    ),
    Broken("ratings without a column of them", _columns(user=[1], item=[2]), ("rating=…",), {"kind": "ratings"}),
    Broken("a scale upside down", SOUND, ("scale=(5, 1)",), {"scale": (5, 1)}, error=BadOption),
)  # fmt: skip
