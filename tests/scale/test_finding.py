"""A user's ratings are found by id, in one file of a folder of shards."""

import hashlib
from contextlib import suppress
from dataclasses import replace

import numpy as np
import pytest
from safetensors.numpy import load_file, save_file

from cofactor.data.ids import IdMap
from cofactor.data.ratings import Ratings
from cofactor.errors import BadShards, UnknownIds
from cofactor.scale.table.folder import open_shards
from cofactor.scale.table.user_ids import read_user_ids
from cofactor.scale.table.writing import shard_table

RNG = np.random.default_rng(0)
USERS, ITEMS, VALUES = RNG.integers(0, 40, 500), RNG.integers(0, 30, 500), RNG.integers(1, 6, 500)


def table(kind):
    users = USERS.tolist() if kind == "whole" else [f"user {one}" for one in USERS]
    return Ratings.from_arrays(users, ITEMS, VALUES)


@pytest.fixture(params=["whole", "text"])
def ratings(request):
    return table(request.param)


def test_everybody_is_found_with_their_own_ratings(ratings, tmp_path):
    shards = shard_table(ratings, tmp_path / "s", n_shards=5)
    for at, user in enumerate(ratings.users.values.tolist()):
        found = shards.find(user)
        assert [one.tolist() for one in found[1:]] == [one.tolist() for one in ratings.by_user.of(at)]


def test_the_index_counts_users_over_all_shards(ratings, tmp_path):
    shards = shard_table(ratings, tmp_path / "s", n_shards=5)
    assert sorted(shards.find(user).user_idx for user in ratings.users.values.tolist()) == list(range(shards.n_users))


def test_users_with_one_key_stay_two(monkeypatch, tmp_path):
    monkeypatch.setattr(IdMap, "keys", property(lambda ids: np.full(len(ids), 7, np.uint64)))
    monkeypatch.setattr("cofactor.scale.table.finding.keys_of", lambda ids: np.full(len(ids), 7, np.uint64))
    ratings = Ratings.from_arrays(["ann", "bob", "bob"], [1, 2, 3], [5, 4, 3])
    shards = shard_table(ratings, tmp_path / "s", n_shards=3)
    assert shards.find("ann").values.tolist() == [5]
    assert shards.find("bob").values.tolist() == [4, 3]
    with pytest.raises(UnknownIds):
        shards.find("cid")


def test_a_whole_number_is_found_by_its_text_as_well(tmp_path):
    shards = shard_table(table("whole"), tmp_path / "s", n_shards=2)
    assert shards.find("3").user_idx == shards.find(3).user_idx


@pytest.mark.parametrize("stranger", ["ann", "007", 999, True, None, 2**70])
def test_strangers_are_named(stranger, tmp_path):
    shards = shard_table(table("whole"), tmp_path / "s", n_shards=2)
    with pytest.raises(UnknownIds, match="whole numbers"):
        shards.find(stranger)


def test_a_folder_without_its_ids_is_not_whole(tmp_path):
    shard_table(table("text"), tmp_path / "s", n_shards=2)
    (tmp_path / "s" / "00001.ids").unlink()
    with pytest.raises(BadShards, match=r"00001.ids is missing"):
        open_shards(tmp_path / "s")


# ---- files that were changed --------------------------------------------------------------------------------


def with_hashes_made_anew(shards):
    """The same shards, of which the first one's files are taken for what was written."""
    sha256, ids_sha256 = (
        hashlib.sha256((shards.folder / file).read_bytes()).hexdigest() if (shards.folder / file).exists() else ""
        for file in ("00000.shard", "00000.ids")
    )
    first = shards.parts[0]._replace(sha256=sha256, ids_sha256=ids_sha256)
    return replace(shards, parts=(first, *shards.parts[1:]))


def forged(shards, file, name, change):
    """The same shards, of whose first one an array is another, and the hashes are those of the files as they are."""
    arrays = load_file(shards.folder / file)
    save_file(arrays | {name: np.ascontiguousarray(change(arrays[name].copy()))}, shards.folder / file)
    return with_hashes_made_anew(shards)


def set_to(at, value):
    def change(array):
        array[at] = value
        return array

    return change


def test_an_id_that_was_changed_is_refused_where_the_ids_of_a_shard_are_read(tmp_path):
    """By the hash alone: it is text of the same length."""
    shards = shard_table(table("text"), tmp_path / "s", n_shards=2)
    file = tmp_path / "s" / "00001.ids"
    file.write_bytes(file.read_bytes().replace(b"user 1", b"user 7"))
    (shard,) = shards.each([1])
    with pytest.raises(BadShards, match=r"00001.ids is not what was written: its hash differs"):
        shards.ids_of(1, shard)


@pytest.mark.parametrize("file", ["00000.shard", "00000.ids"])
def test_a_file_that_was_changed_is_refused_where_somebody_is_looked_for(file, tmp_path):
    shards = shard_table(table("text"), tmp_path / "s", n_shards=1)
    data = (tmp_path / "s" / file).read_bytes()
    (tmp_path / "s" / file).write_bytes(data[:-1] + bytes([data[-1] ^ 1]))
    with pytest.raises(BadShards, match=f"{file} is not what was written: its hash differs"):
        shards.find("user 3")


def test_a_local_file_is_read_whole_once_and_again_where_it_was_written_since(ratings, tmp_path, monkeypatch):
    shards, user = shard_table(ratings, tmp_path / "s", n_shards=1), ratings.users.values[0]
    found = shards.find(user)
    with monkeypatch.context() as without:
        without.setattr("cofactor.scale.table.storage.hashlib.file_digest", None)
        assert shards.find(user).values.tolist() == found.values.tolist()
    (tmp_path / "s" / "00000.shard").write_bytes(b"x")
    with pytest.raises(BadShards, match="its hash differs"):
        shards.find(user)


@pytest.mark.parametrize(
    ("name", "change"),
    [
        ("codes", lambda codes: codes + 5),
        ("codes", lambda codes: codes[:1]),
        ("codes", lambda codes: codes.astype(np.int8)),
        ("items", lambda items: items + 30),
        ("items", lambda items: items[::-1]),
        ("items", lambda items: items[:0]),
        ("items", lambda items: items.astype(np.int64)),
        ("counts", set_to(0, 1)),
        ("counts", lambda counts: counts[:-1]),
        ("counts", lambda counts: counts.astype(np.float32)),
        ("keys", lambda keys: keys[::-1]),
        ("keys", lambda keys: keys[:-1]),
        ("keys", lambda keys: keys.view(np.int64)),
    ],
)
def test_a_shard_that_cannot_be_is_refused_whatever_its_hash(name, change, tmp_path):
    shards = forged(shard_table(table("whole"), tmp_path / "s", n_shards=1), "00000.shard", name, change)
    with pytest.raises(BadShards, match=r"00000.shard (is not the shard that|does not hold the arrays that)"):
        shards.find(3)


@pytest.mark.parametrize(
    ("name", "change"),
    [
        ("text/users", lambda text: text | 0x80),
        ("text/users", lambda text: text[:2]),
        ("text-ends/users", lambda ends: -ends),
        ("text-ends/users", lambda ends: ends + 10**9),
        ("text-ends/users", lambda ends: ends[:1]),
        ("text-ends/users", lambda ends: ends.astype(np.float64)),
    ],
)
def test_ids_that_cannot_be_are_refused_with_one_mend(name, change, tmp_path):
    shards = forged(shard_table(table("text"), tmp_path / "s", n_shards=1), "00000.ids", name, change)
    words = r"00000.ids does not hold the (ids|arrays) [^.]*(.shard)?\. Copy the folder again, or shard [^.]* anew\.$"
    with pytest.raises(BadShards, match=words):
        read_user_ids(shards.storage, shards.parts[0])
    with pytest.raises(BadShards, match=words):
        read_user_ids(shards.storage, shards.parts[0], slice(3, 5))


@pytest.mark.parametrize("file", ["00000.shard", "00000.ids"])
def test_no_byte_of_a_file_brings_another_error_whatever_its_hash(file, tmp_path):
    ratings = Ratings.from_arrays(["ann", "bob", "bob"], [1, 2, 3], [5, 4, 3])
    shards = shard_table(ratings, tmp_path / "s", n_shards=1)
    data = (tmp_path / "s" / file).read_bytes()
    for at in range(len(data)):
        (tmp_path / "s" / file).write_bytes(data[:at] + bytes([data[at] ^ 0x11]) + data[at + 1 :])
        changed = with_hashes_made_anew(shards)
        with suppress(BadShards, UnknownIds):
            changed.find("bob")
        with suppress(BadShards):
            changed.ids_of(0, *changed.each())
