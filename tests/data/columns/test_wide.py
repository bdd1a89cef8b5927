"""Wide tables are noticed, and read on request."""

import io

import numpy as np
import pandas as pd
import polars as pl
import pytest

import cofactor as cf
from cofactor.cli import main
from cofactor.errors import BadOption, BadTable

WIDE = b"name,Alien,Heat,Fargo,Up\nann,5,,3,\nbob,,4,,2\ncid,1,,,5\n"
FILLED = {("ann", "Alien", 5), ("ann", "Fargo", 3), ("bob", "Heat", 4), ("bob", "Up", 2), ("cid", "Alien", 1),
          ("cid", "Up", 5)}  # fmt: skip


def told(ratings: cf.Ratings) -> set[tuple]:
    users, items = ratings.users.gather(ratings.user_idx).tolist(), ratings.items.gather(ratings.item_idx).tolist()
    return set(zip(users, items, ratings.values.tolist(), strict=True))


def test_a_wide_table_is_noticed_and_the_mend_named():
    with pytest.raises(BadTable, match=r"looks wide: a row for each user \('name'\).*'Alien'.*wide=True"):
        cf.read(WIDE)
    with pytest.raises(BadTable, match="looks wide.*wide=True"):
        cf.read(pd.read_csv(io.BytesIO(WIDE)))


@pytest.mark.parametrize(
    "table",
    [
        {"a": [1, 2], "b": [3, 4], "c": [5, 4], "d": [10**9, 10**9]},  # the lecture's four columns
        {"user": [1, 2], "item": [3, 4], "rating": [5, None], "x": [None, 1], "y": [None, 1]},
        {"a": [1, 2], "b": [3, 4], "c": [5, None]},
    ],
)
def test_other_tables_are_not(table):
    assert len(cf.read(table, missing="drop")) > 0


def test_every_filled_cell_is_a_rating():
    ratings = cf.read(WIDE, wide=True)
    assert told(ratings) == FILLED
    assert ratings.report is not None
    assert "wide table of 3 users (rows) by 4 items (columns); 6 of its cells are filled" in str(ratings.report)


@pytest.mark.parametrize("library", [pd.DataFrame, pl.DataFrame, dict])
def test_of_any_library(library):
    table = {"Alien": [5, None, 1], "user": ["ann", "bob", "cid"], "Heat": [None, 4, None], "Up": [None, 2, 5],
             "Fargo": [3, None, None]}  # fmt: skip
    assert told(cf.read(library(table), wide=True)) == FILLED


def test_a_pivot_of_pandas_gives_the_table_it_was_made_of():
    long = pd.DataFrame({"user": [1, 1, 2], "item": [7, 8, 9], "rating": [1, 2, 3.0]})
    pivot = long.pivot_table(index="user", columns="item", values="rating")
    assert told(cf.read(pivot, wide=True)) == {(1, 7, 1), (1, 8, 2), (2, 9, 3)}
    assert told(cf.read(pivot.to_csv().encode(), wide=True)) == {(1, 7, 1), (1, 8, 2), (2, 9, 3)}


def test_ids_may_be_numbers_and_cells_have_commas():
    ratings = cf.read(b";10;20;30\n7;5;;3,5\n8;;4;NA\n", wide=True)
    assert told(ratings) == {(7, 10, 5), (7, 30, 3.5), (8, 20, 4)}


def test_a_wide_table_may_hold_counts_and_the_users_be_named():
    ratings = cf.read(WIDE.replace(b"name", b"x").replace(b",5", b",500"), wide=True, user="x")
    assert (ratings.kind, ratings.values.max()) == ("counts", 500)


def test_what_is_wrong_is_told():
    with pytest.raises(BadTable, match="No cell of the wide table is filled"):
        cf.read(b"user,a,b\n1,,\n2,,\n", wide=True)
    with pytest.raises(BadTable, match=r"not a number \('good'\) in filled cell"):
        cf.read(b"user,a,b\n1,good,4\n2,3,\n", wide=True)
    with pytest.raises(BadOption, match="rating='r'.*wide=True"):
        cf.read(WIDE, rating="r", wide=True)
    with pytest.raises(BadOption, match="wide="):
        cf.read(WIDE, wide="yes")  # pyright: ignore[reportArgumentType]


def test_on_the_command_line(tmp_path, capsys):
    (tmp_path / "wide.csv").write_bytes(WIDE)
    assert main(["data", "check", str(tmp_path / "wide.csv")]) == 2
    assert "Pass --wide to read it so" in capsys.readouterr().out
    assert main(["data", "check", str(tmp_path / "wide.csv"), "--wide"]) == 0


def test_a_dense_wide_table_is_read_too():
    table = {"user": [1, 2], **{f"film {at}": np.array([at % 5 + 1, 3]) for at in range(40)}}
    assert len(cf.read(table, wide=True)) == 80


def test_a_wide_table_without_columns_is_refused():
    for nothing in (pd.DataFrame(), b"{}\n{}"):
        with pytest.raises(BadTable, match="it has no column"):
            cf.read(nothing, wide=True)
