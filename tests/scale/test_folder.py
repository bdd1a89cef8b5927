"""A folder of shards holds the table that was written, describes itself, and is refused where it is not whole."""

import json
from itertools import pairwise

import numpy as np
import pytest

from cofactor.data.id_keys import keys_of
from cofactor.data.ratings import Ratings
from cofactor.errors import BadOption, BadShards
from cofactor.models.popularity import Popularity
from cofactor.scale.table.folder import open_shards
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
        (lambda folder: (folder / "shards.json").unlink(), r"shards.json is missing. Copy the folder again, or shard"),
        (lambda folder: (folder / "shards.json").write_text("{"), "is damaged: it is not whole JSON"),
        (lambda folder: (folder / "shards.json").write_bytes(b"\xff"), "is damaged: it is not whole JSON"),
        (lambda folder: (folder / "shards.json").write_text("[]"), "it holds a list, and should hold an object"),
        (lambda folder: (folder / "shards.json").write_text(json.dumps({"format": 99})), "format 99"),
        (lambda folder: (folder / "catalogue.safetensors").write_bytes(b"x"), "its hash differs"),
    ],
)
def test_a_folder_that_is_not_whole_is_refused(harm, words, folder):
    harm(folder)
    with pytest.raises(BadShards, match=words):
        open_shards(folder)


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (lambda about: about.pop("format"), "it does not say 'format'"),
        (lambda about: about.pop("sha256"), "it does not say 'sha256'"),
        (lambda about: about.update(shards={}), "it says an object as 'shards', and should say a list"),
        (lambda about: about.update(mean="3"), "it says a text as 'mean', and should say a number"),
        (lambda about: about.update(mean=float("nan")), "its 'mean' is no finite number"),
        (lambda about: about.update(mean=10**400), "its 'mean' is no finite number"),
        (lambda about: about.update(in_bundle=0), "its 'in_bundle' is 0, and should be 1 or more"),
        (lambda about: about["shards"].insert(0, None), "number 0 of its 'shards' is null, and should be an object"),
        (lambda about: about["shards"][2].pop("n_users"), "number 2 of its 'shards' does not say 'n_users'"),
        (lambda about: about["shards"][2].update(n_users=1.5), "says a number as 'n_users', .* say a whole number"),
        (lambda about: about["shards"][2].update(n_users=-1), "counts less than nothing"),
        (lambda about: about["shards"][2].update(n_likes=7), "says 'n_likes', which is said of no shard"),
        (lambda about: about["shards"][2].update(file="../s"), "number 2 of its 'shards' is no file of the folder"),
        (lambda about: about.update(report=[1]), "its 'report' is not one of a table that was read"),
        (lambda about: about.update(report={}), "its 'report' is not one of a table that was read"),
        (lambda about: about["catalogue"].pop("columns"), r"catalogue.safetensors do not describe one list of items"),
        (lambda about: about["catalogue"].update(kind=[]), r"catalogue.safetensors do not describe one list of items"),
    ],
)
def test_a_manifest_that_was_changed_is_refused_in_words(change, words, folder):
    about = json.loads((folder / "shards.json").read_text())
    change(about)
    (folder / "shards.json").write_text(json.dumps(about))
    with pytest.raises(BadShards, match=f"is damaged: .*{words}.* Copy the folder again, or shard the table anew\\.$"):
        open_shards(folder)


def test_only_an_interrupted_run_is_told_to_go_on(folder):
    (folder / "shards.json").unlink()
    (folder / ".sharding").mkdir()
    with pytest.raises(BadShards, match=r"was not finished: it has no shards.json. Run `cofactor shard` .* it goes on"):
        open_shards(folder)


@pytest.mark.parametrize(
    ("place", "words"),
    [
        ("smal.shards", r"There is no folder '.*smal.shards'. Did you mean '.*small.shards'\?"),
        ("other/place", r"There is no folder '.*other.place'. `cofactor shard TABLE --out FOLDER` makes one"),
        (".", r"no folder of shards, but holds such folders. Give one of them: .*small.shards\."),
        ("t.csv", r"t.csv is a file, no folder of shards"),
        (
            "small.shards/00000.shard",
            r"00000.shard is one file of a folder of shards. Give the folder: .*small.shards\.",
        ),
        ("m", r"m is a saved model, no folder of shards"),
        (
            "empty",
            r"empty is no folder of shards: it has no shards.json. `cofactor shard TABLE --out FOLDER` makes one",
        ),
    ],
)
def test_another_place_is_called_what_it_is(place, words, folder, table):
    (folder.parent / "t.csv").write_text("user,item\n1,1\n")
    (folder.parent / "empty").mkdir()
    Popularity().fit(table).save(folder.parent / "m")
    with pytest.raises(BadShards, match=words):
        open_shards(folder.parent / place)


def test_a_shard_that_was_cut_short_is_refused_when_it_is_read(folder):
    file = folder / "00001.shard"
    file.write_bytes(file.read_bytes()[:-1])
    with pytest.raises(BadShards, match=r"00001.shard is not what was written"):
        list(open_shards(folder).each())


def test_a_folder_with_other_things_is_not_written_to(folder, table):
    with pytest.raises(BadOption, match=r"holds .*folder of their own"):
        shard_table(table, folder, n_shards=2)
