"""Tables written to files and read again."""

from dataclasses import replace
from datetime import UTC, datetime

import numpy as np
import polars as pl
import pytest

import cofactor as cf
from cofactor.data.id_lists import read_user_ids
from cofactor.data.ratings import NO_TIME, Ratings
from cofactor.data.writing import ratings_frame, write_blocks, write_frame
from cofactor.errors import BadOption, BadTable, NotSaved

TABLE = Ratings.from_arrays(["ann", "bob", "bob"], [7, 7, 9], [4.5, 0.1, 3])


@pytest.mark.parametrize("ending", ["csv", "parquet", "CSV"])
def test_ratings_come_back_as_they_were_written(tmp_path, ending):
    times = np.array([int(datetime(2020, 5, 31, tzinfo=UTC).timestamp()), 0, 86_400])
    whole = replace(TABLE, timestamps=times, titles=np.array(["Fargo", "Heat; 2"], object))
    again = cf.read(write_frame(ratings_frame(whole), tmp_path / f"t.{ending}"))
    assert again.users.gather(again.user_idx).tolist() == ["ann", "bob", "bob"]
    assert again.items.gather(again.item_idx).tolist() == [7, 7, 9]
    np.testing.assert_array_equal(again.values, whole.values)
    np.testing.assert_array_equal(again.timestamps, times)
    assert again.titles.tolist() == ["Fargo", "Heat; 2"]


def test_clicks_have_no_rating_and_an_unknown_time_is_missing():
    clicks = Ratings.from_arrays([1, 2], [3, 4], timestamps=np.array([5, NO_TIME]))
    frame = ratings_frame(clicks)
    assert frame.columns == ["user", "item", "timestamp"]
    assert frame["timestamp"].to_list() == [5, None]


def test_blocks_come_below_each_other_and_replace_what_stood_there(tmp_path):
    file = tmp_path / "all.parquet"
    for n in (3, 2):
        assert write_blocks((pl.DataFrame({"at": [block, block]}) for block in range(n)), file) == file
    assert pl.read_parquet(file)["at"].to_list() == [0, 0, 1, 1]
    assert [one.name for one in tmp_path.iterdir()] == ["all.parquet"]


def test_a_block_that_fails_leaves_the_file_as_it_was(tmp_path):
    file = write_blocks([pl.DataFrame({"at": [1]})], tmp_path / "all.parquet")

    def failing():
        yield pl.DataFrame({"at": [2]})
        raise BadOption("the second one")

    with pytest.raises(BadOption, match="the second one"):
        write_blocks(failing(), file)
    assert pl.read_parquet(file)["at"].to_list() == [1]


@pytest.mark.parametrize(
    ("path", "message"),
    [
        ("lists.txt", "a file whose name ends with .parquet or .csv, but 'lists.txt' came"),
        (7, "a path, such as 'movies.cofactor', but 7 came"),
    ],
)
def test_a_path_that_says_no_kind_of_table_is_refused(path, message):
    with pytest.raises(BadOption, match=message):
        write_frame(pl.DataFrame({"at": [1]}), path)


def test_what_no_file_can_hold_is_refused_by_name(tmp_path):
    frame = ratings_frame(Ratings.from_arrays([(1, 2), (3, 4)], [1, 2]))
    with pytest.raises(BadOption, match="The values of 'user' are of no type that a file can hold"):
        write_frame(frame, tmp_path / "t.parquet")


def test_what_the_system_refuses_is_told(tmp_path):
    (tmp_path / "file").write_text("mine")
    with pytest.raises(NotSaved, match="could not be written"):
        write_frame(pl.DataFrame({"at": [1]}), tmp_path / "file" / "t.csv")


# ---- lists of ids ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "ids"),
    [
        ("user\n12\n9\n", [12, 9]),
        ("12\n9", [12, 9]),
        ("\ufeff12\r\n\r\n9\r\n", [12, 9]),
        ("name,userId\nx,12\ny,9\n", [12, 9]),
        ("zoe\nann\n", ["zoe", "ann"]),
    ],
)
def test_users_are_a_column_or_one_a_line(tmp_path, text, ids):
    (tmp_path / "users.csv").write_text(text)
    assert read_user_ids(tmp_path / "users.csv", Ratings.from_arrays([12, 9], [1, 2])).tolist() == ids


def test_ids_are_text_where_those_of_the_model_are(tmp_path):
    (tmp_path / "users.txt").write_text("12\n9\n")
    assert read_user_ids(tmp_path / "users.txt", Ratings.from_arrays(["007", "12"], [1, 2])).tolist() == ["12", "9"]


@pytest.mark.parametrize("text", ["", "\n\n", None])
def test_no_list_of_users_is_refused(tmp_path, text):
    if text is not None:
        (tmp_path / "users.csv").write_text(text)
    with pytest.raises(BadTable):
        read_user_ids(tmp_path / "users.csv", TABLE)
