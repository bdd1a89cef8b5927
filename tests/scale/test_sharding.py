"""A table that was sharded is the table that `cofactor.read` reads, whatever it came as, and whatever happened."""

import errno
import json
import os
import sqlite3
import sys

import numpy as np
import polars as pl
import pytest

import cofactor as cf
from cofactor.errors import BadOption, BadShards, BadTable, NotSaved
from cofactor.kernels.ids.key_ranges import KeyedRows
from cofactor.scale.sharding import shard_run
from cofactor.scale.sharding.shard import shard
from cofactor.scale.table.folder import open_shards
from cofactor.scale.table.writing import shard_table

RNG = np.random.default_rng(0)
N = 3000
COLUMNS = {
    "userId": RNG.integers(1, 90, N), "movieId": RNG.integers(1, 60, N), "rating": RNG.integers(1, 11, N) / 2,
    "timestamp": RNG.integers(10**9, 10**9 + 500, N),
}  # fmt: skip
FRAME = pl.DataFrame(COLUMNS)
N_REPEATS = N - FRAME.unique(["userId", "movieId"]).height
AS_TEXT = FRAME.with_columns(pl.format("u{}", "userId").alias("userId"), pl.format("m{}", "movieId").alias("movieId"))
needs_locks = pytest.mark.skipif(sys.platform == "win32", reason="no locks here")


@pytest.fixture(autouse=True)
def small_blocks(monkeypatch):
    """Blocks so small that every table has several."""
    monkeypatch.setattr(shard_run, "MAX_BLOCK_BYTES", 20_000)
    monkeypatch.setattr(shard_run, "MAX_BLOCK_ROWS", 700)
    monkeypatch.setattr(shard_run, "MAX_BATCH_ROWS", 1000)
    monkeypatch.setattr("cofactor.scale.sharding.spill.ROWS_A_SLOT", 10)


@pytest.fixture
def file(tmp_path):
    FRAME.write_csv(tmp_path / "ratings.csv")
    return tmp_path / "ratings.csv"


def assert_equal_to(ratings, shards):
    """The same items, users, pairs and values, in whatever order the users are."""
    assert shards.catalogue.items.values.tolist() == ratings.items.values.tolist()
    assert (len(shards), shards.n_users, shards.kind) == (len(ratings.by_user.indices), ratings.n_users, ratings.kind)
    assert shards.catalogue.scale == ratings.scale
    for at, user in enumerate(ratings.users.values.tolist()):
        items, values = ratings.by_user.of(at)
        found = shards.find(user)
        assert found.item_idx.tolist() == items.tolist()
        assert found.values.tolist() == pytest.approx(values.tolist(), rel=1e-6)


def csv_of(frame, folder, name="ratings.csv"):
    frame.write_csv(folder / name)
    return folder / name


def query_of(frame, _):
    base = sqlite3.connect(":memory:")
    base.execute("create table r (userId, movieId, rating, timestamp)")
    base.executemany("insert into r values (?, ?, ?, ?)", frame.rows())
    return base.execute("select * from r")


def parquet_of(frame, folder):
    (folder / "parts").mkdir()
    for at, part in enumerate(frame.iter_slices(1100)):
        part.write_parquet(folder / "parts" / f"{at}.parquet")
    (folder / "parts" / "_SUCCESS").touch()
    return folder / "parts"


def csvs_of(frame, folder):
    return [csv_of(part, folder, f"{at}.csv") for at, part in enumerate(frame.iter_slices(1100))]


@pytest.mark.parametrize("frame", [FRAME, AS_TEXT], ids=["numbers", "texts"])
@pytest.mark.parametrize("source", [csv_of, csvs_of, parquet_of, query_of, lambda frame, _: frame])
def test_a_source_of_any_kind_becomes_the_same_table(source, frame, tmp_path):
    shards = shard(source(frame, tmp_path), tmp_path / "out", n_shards=5)
    assert_equal_to(cf.read(frame), open_shards(shards.folder))
    assert shards.report.n_read == N
    assert len(shards.parts) == 5


def test_a_table_is_called_as_its_folder(tmp_path, monkeypatch):
    parts = parquet_of(FRAME, tmp_path)
    assert shard(parts, tmp_path / "out").catalogue.name == "parts"
    monkeypatch.chdir(parts)
    assert shard(".", tmp_path / "here").catalogue.name == "parts"
    assert shard(".", tmp_path / "named", name="plays").catalogue.name == "plays"
    assert shard("0.parquet", tmp_path / "file").catalogue.name == "0"


@pytest.mark.parametrize(
    "options",
    [
        {"duplicates": "mean"}, {"rating": False}, {"rating": False, "timestamp": False}, {"kind": "counts"},
        {"rating": False, "half_life": "1h"}, {"rating": False, "duplicates": "sum"}, {"ids": "text"},
        {"timestamp": False}, {"kind": "clicks"},
    ],
)  # fmt: skip
def test_options_mean_what_they_mean_to_read(options, file, tmp_path):
    assert_equal_to(cf.read(file, **options), shard(file, tmp_path / "out", n_shards=3, **options))


@pytest.mark.parametrize("frame", [FRAME, AS_TEXT], ids=["numbers", "texts"])
def test_the_sizes_of_blocks_and_spilled_files_change_no_bit(frame, tmp_path, monkeypatch):
    file = csv_of(frame, tmp_path)
    expected = shard(file, tmp_path / "small", n_shards=5).fingerprint
    for name, size in {
        "MAX_BLOCK_BYTES": 1 << 23,
        "MAX_BLOCK_ROWS": 90,
        "MAX_BATCH_ROWS": 1 << 20,
        "ROWS_AT_ONCE": 8,
    }.items():
        monkeypatch.setattr(shard_run, name, size)
    assert shard(file, tmp_path / "large", n_shards=5).fingerprint == expected


def test_a_shard_of_a_single_rating_keeps_its_value_where_there_are_many_of_them(tmp_path):
    users = np.arange(300)
    frame = pl.DataFrame({"user": users, "item": users % 7, "rating": users + 0.5})
    shards = shard(csv_of(frame, tmp_path), tmp_path / "out", n_shards=200)
    assert 1 in {part.n_ratings for part in shards.parts}
    assert_equal_to(cf.read(frame), shards)


def test_two_users_of_one_key_stay_two(tmp_path, monkeypatch):
    for room in ("data.id_keys", "scale.sharding.shard_rows"):
        monkeypatch.setattr(f"cofactor.{room}.keys_of_texts", lambda _, lengths: np.full(len(lengths), 7, np.uint64))
    monkeypatch.setattr("cofactor.scale.table.finding.keys_of", lambda ids: np.full(len(ids), 7, np.uint64))
    assert_equal_to(cf.read(AS_TEXT), shard(csv_of(AS_TEXT, tmp_path), tmp_path / "out", n_shards=3))


def highest_open_file() -> int:
    """The limit is on the numbers of files, of which the process that runs the tests may hold many."""
    return max(int(name) for name in os.listdir("/proc/self/fd") if name.isdecimal())


@pytest.mark.skipif(not os.path.isdir("/proc/self/fd"), reason="the system does not tell which files are open")
def test_there_may_be_more_shards_than_files_may_be_open(file, tmp_path):
    resource = pytest.importorskip("resource")
    before = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (highest_open_file() + 20, before[1]))
    try:
        shards = shard(file, tmp_path / "out", n_shards=64)
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, before)
    assert len(shards.parts) == 64
    assert_equal_to(cf.read(file), shards)


@pytest.mark.parametrize("one", ["007", "+7", " 7", "-0", "7 ", "x", "9" * 20])
def test_ids_that_turn_out_to_be_text_late_are_text_from_the_beginning(one, tmp_path):
    late = FRAME.cast({"userId": pl.String}).with_columns(
        userId=pl.when(pl.int_range(N) == N - 1).then(pl.lit(one)).otherwise("userId")
    )
    file = csv_of(late, tmp_path)
    assert_equal_to(cf.read(file), shard(file, tmp_path / "out"))


def test_titles_come_with_the_items(file, tmp_path):
    titles = pl.DataFrame({"movieId": range(1, 60), "title": [f"film {at}" for at in range(1, 60)]})
    shards = shard(file, tmp_path / "out", items=csv_of(titles, tmp_path, "movies.csv"))
    assert shards.catalogue.titles.tolist() == cf.read(file, items=titles).titles.tolist()
    beside = FRAME.with_columns(title=pl.format("film {}", "movieId"))
    assert shard(beside, tmp_path / "beside").catalogue.titles.tolist() == cf.read(beside).titles.tolist()


def test_the_report_says_what_reading_says(tmp_path):
    broken = FRAME.with_columns(rating=pl.when(pl.int_range(N) % 500 == 3).then(None).otherwise("rating"))
    file = csv_of(broken, tmp_path)
    with pytest.raises(BadTable) as by_read:
        cf.read(file)
    with pytest.raises(BadTable) as by_shard:
        shard(file, tmp_path / "out")
    assert str(by_shard.value) == str(by_read.value)
    shards = shard(file, tmp_path / "out", missing="drop")
    expected = cf.read(file, missing="drop").report
    assert shards.report.left_out[0] == expected.left_out[0]
    assert (shards.report.n_kept, len(shards)) == (expected.n_kept, expected.n_kept)
    assert open_shards(tmp_path / "out").report == shards.report


def test_a_spilled_row_that_is_lost_is_noticed(file, tmp_path, monkeypatch):
    def cut(ranges, *rest):
        ranges = [list(chunks) for chunks in ranges]
        chunks = next(filter(None, ranges))
        chunks[0] = KeyedRows(*(column[:-1] for column in chunks[0]))
        return make(ranges, *rest)

    make = shard_run.make_shard
    monkeypatch.setattr(shard_run, "make_shard", cut)
    with pytest.raises(BadShards, match="are not those that were written"):
        shard(file, tmp_path / "out")
    with pytest.raises(BadShards):
        open_shards(tmp_path / "out")


def test_a_spilled_file_that_was_cut_short_is_noticed(file, tmp_path, monkeypatch):
    interrupt_after(0, monkeypatch, file, tmp_path)
    spilled = max((tmp_path / "out" / ".sharding").glob("*.spill"), key=lambda one: one.stat().st_size)
    spilled.write_bytes(spilled.read_bytes()[:-5])
    with pytest.raises(BadShards, match="cut short"):
        shard(file, tmp_path / "out", n_shards=4)


def test_an_id_that_changed_on_the_disk_is_noticed(tmp_path, monkeypatch):
    interrupt_after(0, monkeypatch, csv_of(AS_TEXT, tmp_path), tmp_path)
    for spilled in (tmp_path / "out" / ".sharding").glob("*.spill"):
        spilled.write_bytes(spilled.read_bytes().replace(b"u7u", b"u6u"))
    with pytest.raises(BadShards, match="ids that were read again"):
        shard(tmp_path / "ratings.csv", tmp_path / "out", n_shards=4)


def interrupt_after(n_shards, monkeypatch, file, folder):
    """End a run of four shards when so many stand, as a kill would."""

    def write(self, *given):
        if len(self.parts) == n_shards:
            raise KeyboardInterrupt
        before(self, *given)

    before = shard_run.ShardWriter.write
    with monkeypatch.context() as patch:
        patch.setattr(shard_run.ShardWriter, "write", write)
        with pytest.raises(KeyboardInterrupt):
            shard(file, folder / "out", n_shards=4)


@pytest.mark.parametrize("n_done", [0, 2, 3])
def test_an_interrupted_run_goes_on_where_it_was(n_done, file, tmp_path, monkeypatch):
    interrupt_after(n_done, monkeypatch, file, tmp_path)
    with pytest.raises(BadShards, match="was not finished"):
        open_shards(tmp_path / "out")
    with monkeypatch.context() as patch:
        patch.setattr(shard_run, "pass_over", None)  # nothing is read again
        shards = shard(file, tmp_path / "out")
    assert_equal_to(cf.read(file), shards)
    assert shards.fingerprint == shard(file, tmp_path / "another", n_shards=4).fingerprint
    assert not (tmp_path / "out" / ".sharding").exists()


@needs_locks
def test_a_second_run_into_the_same_folder_is_refused_and_the_first_goes_on(file, tmp_path, monkeypatch):
    def write(self, *given):
        if not self.parts:
            with pytest.raises(BadOption, match="Another process is sharding a table to .*out"):
                shard(file, tmp_path / "out", n_shards=4)
        before(self, *given)

    before = shard_run.ShardWriter.write
    monkeypatch.setattr(shard_run.ShardWriter, "write", write)
    assert_equal_to(cf.read(file), shard(file, tmp_path / "out", n_shards=4))


def test_a_source_that_changed_is_sharded_anew_and_that_is_said(file, tmp_path, monkeypatch):
    interrupt_after(2, monkeypatch, file, tmp_path)
    pl.concat([FRAME, FRAME.head(1).with_columns(userId=pl.lit(9999, pl.Int64))]).write_csv(file)
    shards = shard(file, tmp_path / "out", n_shards=4)
    assert_equal_to(cf.read(file), shards)
    assert "changed since" in str(shards.report)


def own_files(shards):
    """The names that a finished folder should hold."""
    ids = [part.file.replace(".shard", ".ids") for part in shards.parts if part.ids_sha256]
    return sorted([*(part.file for part in shards.parts), *ids, "catalogue.safetensors", "shards.json"])


def test_an_unfinished_run_of_another_source_is_kept_and_named(file, tmp_path, monkeypatch):
    interrupt_after(3, monkeypatch, file, tmp_path)
    other = csv_of(FRAME.head(100), tmp_path, "other.csv")
    for source in (other, [file, other], FRAME.head(100)):
        with pytest.raises(
            BadOption, match=r"an unfinished run of another source, .*ratings\.csv\. Run that once more"
        ):
            shard(source, tmp_path / "out", n_shards=1)
    monkeypatch.setattr(shard_run, "pass_over", None)  # nothing is read again
    assert_equal_to(cf.read(file), shard(file, tmp_path / "out"))


def test_a_run_goes_on_when_its_files_are_back(file, tmp_path, monkeypatch):
    interrupt_after(3, monkeypatch, file, tmp_path)
    file.rename(tmp_path / "elsewhere.csv")
    with pytest.raises(BadTable, match="There is no file"):
        shard(file, tmp_path / "out")
    (tmp_path / "elsewhere.csv").rename(file)
    with pytest.raises(BadTable, match="There is no file"):
        shard(file, tmp_path / "out", items=tmp_path / "none.csv")
    monkeypatch.setattr(shard_run, "pass_over", None)
    assert_equal_to(cf.read(file), shard(file, tmp_path / "out"))


def test_with_another_option_nothing_is_left_of_the_shards_before(tmp_path, monkeypatch):
    file = csv_of(AS_TEXT, tmp_path)
    interrupt_after(3, monkeypatch, file, tmp_path)
    shards = shard(file, tmp_path / "out", n_shards=1, duplicates="mean")
    assert sorted(os.listdir(shards.folder)) == own_files(shards)
    assert "an option changed since" in str(shards.report)


def test_of_a_folder_that_got_another_file_nothing_is_left_of_the_shards_before(tmp_path, monkeypatch):
    folder = parquet_of(AS_TEXT, tmp_path)
    interrupt_after(3, monkeypatch, folder, tmp_path)
    AS_TEXT.head(9).write_parquet(folder / "late.parquet")
    shards = shard(folder, tmp_path / "out", n_shards=2)
    assert sorted(os.listdir(shards.folder)) == own_files(shards)
    assert shards.report.n_read == N + 9


@pytest.mark.parametrize("source", [csv_of, query_of])
def test_what_is_left_of_a_source_that_is_no_file_is_removed(source, tmp_path, monkeypatch):
    """Nobody can tell it again, so nothing could go on from it."""
    interrupt_after(3, monkeypatch, AS_TEXT, tmp_path)
    shards = shard(source(FRAME, tmp_path), tmp_path / "out", n_shards=2)
    assert sorted(os.listdir(shards.folder)) == own_files(shards)
    assert_equal_to(cf.read(FRAME), shards)


def test_shards_whose_state_is_gone_are_removed_too(file, tmp_path):
    shard(AS_TEXT, tmp_path / "out", n_shards=5)
    (tmp_path / "out" / "shards.json").unlink()
    shards = shard(file, tmp_path / "out", n_shards=2)
    assert sorted(os.listdir(shards.folder)) == own_files(shards)


@pytest.mark.parametrize("name", ["mine.shard", ".mine.new", "00001.shard.bak"])
def test_a_file_of_another_name_is_never_removed(name, file, tmp_path):
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / name).touch()
    with pytest.raises(BadOption, match="a folder of their own"):
        shard(file, tmp_path / "out")
    assert os.listdir(tmp_path / "out") == [name]


def test_shards_of_another_number_are_not_mixed(file, tmp_path, monkeypatch):
    interrupt_after(2, monkeypatch, file, tmp_path)
    with pytest.raises(BadOption, match="n_shards=4, but 7 came"):
        shard(file, tmp_path / "out", n_shards=7)


@pytest.mark.parametrize("stage", ["SpillWriter._write", "ShardWriter.write"])
def test_a_full_disk_is_said_and_what_stands_is_kept(stage, file, tmp_path, monkeypatch):
    def full(*_):
        raise OSError(errno.ENOSPC, "No space left on device")

    room = "cofactor.scale.sharding.spill" if "Spill" in stage else "cofactor.scale.table.writing"
    with monkeypatch.context() as patch:
        patch.setattr(f"{room}.{stage}", full)
        with pytest.raises(NotSaved, match=r"is full: some 0.0 GB are needed.*run it again"):
            shard(file, tmp_path / "out")
    assert_equal_to(cf.read(file), shard(file, tmp_path / "out"))


@pytest.mark.parametrize(
    ("source", "options", "words"),
    [
        ([], {}, "No file was given"),
        (".", {}, "holds no table"),
        ("none.csv", {}, "There is no file"),
        (FRAME, {"rating": "stars"}, "is not among the columns"),
        (FRAME.with_columns(userId=pl.lit(True)), {}, "whole numbers or text"),
        (FRAME, {"duplicates": "error"}, f"come again in {N_REPEATS:,} rows of one shard .first user [0-9]+, item"),
        ("ragged.csv", {}, "has no column 'rating'"),
    ],
)
def test_what_is_no_table_is_refused(source, options, words, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    if isinstance(source, str) and source == "ragged.csv":
        FRAME.write_csv("a.csv")
        FRAME.drop("rating").write_csv("b.csv")
        source = ["a.csv", "b.csv"]
    with pytest.raises(BadTable, match=words):
        shard(source, tmp_path / "out", **options)
    assert not list((tmp_path / "out").glob("*.shard"))


def test_the_first_pair_that_comes_again_is_named(tmp_path):
    for users in (["ann", "ann", "bob", "bob", "bob"], [1, 1, 2, 2, 2]):
        file = csv_of(pl.DataFrame({"user": users, "item": [7, 8, 8, 9, 8], "rating": [1, 2, 3, 4, 5]}), tmp_path)
        with pytest.raises(BadTable, match=rf"ratings.csv: .* in 1 row of .* \(first user {users[-1]!r}, item 8\)\. "):
            shard(file, tmp_path / "out", duplicates="error", n_shards=1)


SEMICOLONS = "user;item;rating\n" + "".join(f"ann {at};Summer, no. {at};3,5\n" for at in range(20))


def test_a_file_whose_columns_are_not_told_apart_is_named_as_by_reading(tmp_path):
    file = tmp_path / "semi.csv"
    file.write_text(SEMICOLONS)
    with pytest.raises(
        BadTable, match=r"^semi.csv: No column .* only 'user;item;rating'\. Pass separator=';' if"
    ) as one:
        shard(file, tmp_path / "out")
    with pytest.raises(BadTable) as by_read:
        cf.read(file)
    assert str(one.value) == str(by_read.value)
    assert_equal_to(cf.read(file, separator=";"), shard(file, tmp_path / "out", separator=";"))


def test_of_several_files_the_one_that_cannot_be_read_is_named(file, tmp_path):
    (tmp_path / "late.csv").touch()
    with pytest.raises(BadTable, match=r"late\.csv: .*empty"):
        shard([file, tmp_path / "late.csv"], tmp_path / "out")


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"memory_gb": 0.01}, "too little"),
        ({"memory_gb": "4"}, "of type str. Give a number"),
        ({"n_shards": "4"}, "counts files"),
        ({"users": FRAME}, "keep no attributes of users"),
        ({"n_shards": 0}, "counts files"),
        ({"n_shards": 5000}, "counts files"),
        ({"kind": "stars"}, "is not known"),
    ],
)
def test_options_that_make_no_sense_are_refused(options, words, file, tmp_path):
    with pytest.raises(BadOption, match=words):
        shard(file, tmp_path / "out", **options)


def test_a_shard_that_memory_cannot_take_is_refused_and_what_was_read_is_kept(file, tmp_path, monkeypatch):
    monkeypatch.setattr(shard_run, "BYTES_A_ROW", 10**6)
    with pytest.raises(BadOption, match=r"1 shard, of 3,000 rows, needs 3.0 GB, but 0.1 GB may be used"):
        shard(file, tmp_path / "out", memory_gb=0.1, n_shards=1)
    assert json.loads((tmp_path / "out" / ".sharding" / "pass.json").read_text())["spill"]["counts"]


WIDE = b"name,Alien,Heat,Fargo,Up\nann,5,,3,\nbob,,4,,2\ncid,1,,,5\n"
MANY = {f"c{at}": [1, 2] for at in range(12)}


@pytest.mark.parametrize(
    ("source", "options", "error"), [(WIDE, {}, BadTable), (MANY, {}, BadTable), (WIDE, {"wide": True}, BadOption)]
)
def test_what_to_do_with_a_wide_table_is_said(source, options, error, tmp_path):
    with pytest.raises(error, match=r"Write a row a rating first .*`melt` of pandas.*cf\.read\(table, wide=True\)"):
        shard(source, tmp_path / "out", **options)
    assert shard_table(cf.read(WIDE, wide=True), tmp_path / "as_said", n_shards=2).n_users == 3
