"""A folder of shards holds the table that was written, describes itself, and is refused where it is not whole."""

import json
from itertools import pairwise

import numpy as np
import pytest

from cofactor.data.ratings import Ratings
from cofactor.errors import BadOption, BadShards
from cofactor.scale.table.folder import open_shards
from cofactor.scale.table.keys import keys_of
from cofactor.scale.table.writing import shard_table


@pytest.fixture
def table():
    rng = np.random.default_rng(0)
    return Ratings.from_arrays(
        rng.integers(0, 50, 600), rng.integers(0, 30, 600), rng.integers(1, 6, 600), name="small"
    )


@pytest.fixture
def folder(table, tmp_path):
    shard_table(table, tmp_path / "small.shards", n_shards=4)
    return tmp_path / "small.shards"


def rows_by_key(shards):
    """{key of a user: their items and values}"""
    return {
        key: [one.tolist() for one in shard.rows.of(at)]
        for shard in shards.each()
        for at, key in enumerate(shard.keys.tolist())
    }


@pytest.mark.parametrize("kind", ["ratings", "clicks", "many values"])
def test_every_users_ratings_come_back(kind, table, tmp_path):
    values = {"ratings": table.values, "clicks": None, "many values": np.random.default_rng(1).random(600)}[kind]
    table = Ratings.from_arrays(table.user_idx, table.item_idx, values, kind="clicks" if values is None else "ratings")
    shards = shard_table(table, tmp_path / "any", n_shards=4)
    expected = {
        key: [one.tolist() for one in table.by_user.of(user)]
        for user, key in enumerate(keys_of(table.users.values).tolist())
    }
    assert rows_by_key(open_shards(shards.folder)) == expected


def test_it_describes_itself_without_being_read(folder, table, monkeypatch):
    monkeypatch.setattr("cofactor.scale.table.folder.read_shard", None)
    shards = open_shards(folder)
    rows = table.by_user  # a pair that occurs twice counts once
    assert (len(shards), shards.n_users, shards.n_items) == (len(rows.indices), table.n_users, table.n_items)
    assert shards.mean == pytest.approx(rows.values.mean())
    assert shards.item_counts.tolist() == np.bincount(rows.indices, minlength=table.n_items).tolist()
    assert repr(shards) == "Shards('small': 500 ratings of 30 items by 50 users, in 4 files)".replace(
        "500", f"{len(shards)}"
    )
    assert [line.split() for line in str(shards).splitlines() if "of 3" in line] == [
        ["of", "3", str(int((rows.values == 3).sum()))]
    ]


def test_users_of_one_shard_are_in_the_order_of_their_keys(folder):
    keys = [shard.keys for shard in open_shards(folder).each()]
    assert all((np.diff(one.astype(object)) > 0).all() for one in keys)
    assert all(one[-1] < two[0] for one, two in pairwise(keys))


@pytest.mark.parametrize(
    ("harm", "words"),
    [
        (lambda folder: (folder / "00002.shard").unlink(), "00002.shard is missing"),
        (lambda folder: (folder / "shards.json").unlink(), "was not finished"),
        (lambda folder: (folder / "shards.json").write_text("{"), "is damaged"),
        (lambda folder: (folder / "shards.json").write_text(json.dumps({"format": 99})), "format 99"),
        (lambda folder: (folder / "catalogue.safetensors").write_bytes(b"x"), "its hash differs"),
    ],
)
def test_a_folder_that_is_not_whole_is_refused(harm, words, folder):
    harm(folder)
    with pytest.raises(BadShards, match=words):
        open_shards(folder)


def test_a_shard_that_was_cut_short_is_refused_when_it_is_read(folder):
    file = folder / "00001.shard"
    file.write_bytes(file.read_bytes()[:-1])
    with pytest.raises(BadShards, match=r"00001.shard is not what was written"):
        list(open_shards(folder).each())


def test_a_folder_with_other_things_is_not_written_to(folder, table):
    with pytest.raises(BadOption, match=r"holds .*folder of their own"):
        shard_table(table, folder, n_shards=2)
