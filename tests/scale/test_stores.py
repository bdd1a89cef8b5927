"""Shards in an object store are those of the local folder: the same table, the same model, the same refusals."""

import pickle
import socket
import sys
import traceback
from dataclasses import replace
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread

import numpy as np
import polars as pl
import pytest

import cofactor as cf
from cofactor.cli import main
from cofactor.errors import BadOption, BadShards, MissingExtra, UnknownIds
from cofactor.scale.cluster.cluster_tasks import check_shards
from cofactor.scale.fitting.explicit_als import ShardedLeastSquares
from cofactor.scale.fitting.held_out import HeldOut
from cofactor.scale.fitting.learned_shards import LearnedShards
from cofactor.scale.fitting.passes import ShardPass
from cofactor.scale.lists import write_lists
from cofactor.scale.table.storage import StoreFolder
from cofactor.scale.table.writing import shard_table

fsspec = pytest.importorskip("fsspec", reason="the extra 'stores' is not installed")
SECRET = "hunter2"


@pytest.fixture(scope="module")
def local(tastes, tmp_path_factory):
    return shard_table(tastes, tmp_path_factory.mktemp("local") / "tastes.shards", n_shards=5)


@pytest.fixture
def memory(local):
    """The address of a copy in a store, which is emptied afterwards."""
    store = fsspec.filesystem("memory")
    store.put(str(local.folder), "/bucket/tastes.shards", recursive=True)
    yield "memory://bucket/tastes.shards"
    store.store.clear()
    store.pseudo_dirs[:] = [""]


@pytest.fixture(params=["memory", "file", "http"])
def address(request, local):
    """The address of the same shards in each kind of store."""
    if request.param == "memory":
        return request.getfixturevalue("memory")
    return local.folder.as_uri() if request.param == "file" else request.getfixturevalue("served")


class Quiet(SimpleHTTPRequestHandler):
    def log_message(self, *_):
        """Say nothing."""


@pytest.fixture
def served(local):
    """The address of the local folder behind a server."""
    pytest.importorskip("aiohttp", reason="what fsspec reads http:// with is not installed")
    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(Quiet, directory=local.folder.parent))
    thread = Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}/{local.folder.name}"
    server.shutdown()
    thread.join()
    server.server_close()


def pass_over(shards):
    """The first pass of a fit, with the items as they begin."""
    learned = LearnedShards(shards, HeldOut(0.1, shards.catalogue.items.values))
    engine = ShardedLeastSquares(learned, 8, 0.1, 0.8)
    engine.start()
    return ShardPass(learned, engine._solver())


def items_of(model):
    return [model.item_factors_, model.item_bias_]


def put(address, file, data):
    with fsspec.open(f"{address}/{file}", "wb") as stream:
        stream.write(data)


# ---- the same table ---------------------------------------------------------------------------------------


def test_it_describes_itself_as_the_local_folder_does(address, local):
    shards = cf.open_shards(address)
    assert (str(shards), repr(shards)) == (str(local), repr(local))
    assert shards.fingerprint == local.fingerprint


def test_every_user_is_found_with_their_ratings(address, local):
    shards = cf.open_shards(f"{address}/")
    assert shards.ratings_of("u0071") == local.ratings_of("u0071")
    assert shards.find("u0003").user_idx == local.find("u0003").user_idx
    with pytest.raises(UnknownIds):
        shards.find("nobody")


def test_the_ids_of_a_shard_are_read(address, local):
    for number, (one, other) in enumerate(zip(cf.open_shards(address).each(), local.each(), strict=True)):
        assert cf.open_shards(address).ids_of(number, one).tolist() == local.ids_of(number, other).tolist()


def test_a_fit_gives_the_same_bits(address, local):
    here, there = (
        cf.ExplicitALS(n_factors=8, n_epochs=2).fit(shards, validation=0.1, progress=False)
        for shards in (local, cf.open_shards(address))
    )
    assert all(np.array_equal(one, other) for one, other in zip(items_of(here), items_of(there), strict=True))
    assert here.notes() == there.notes()


def test_the_lists_of_everybody_are_the_same(memory, local, tmp_path):
    model = cf.ExplicitALS(n_factors=8, n_epochs=1).fit(local, progress=False)
    here, there = (
        write_lists(model, shards, tmp_path / name, 3, progress=False)
        for name, shards in (("here", local), ("there", cf.open_shards(memory)))
    )
    assert [file.name for file in sorted(here.iterdir())] == [file.name for file in sorted(there.iterdir())]
    assert pl.read_parquet(here / "*.parquet").equals(pl.read_parquet(there / "*.parquet"))


def test_commands_take_an_address(memory, tmp_path, capsys):
    out = str(tmp_path / "m")
    assert main(["fit", memory, "--out", out, "--n-epochs", "1", "--model", "explicit_als"]) == 0
    assert main(["recommend", out, "u0071", "--people", memory, "-n", "3", "--csv"]) == 0
    assert main(["recommend", out, "--users", memory, "--out", str(tmp_path / "lists"), "-n", "2"]) == 0
    assert main(["data", "describe", memory]) == 0
    assert "tastes, in shards" in capsys.readouterr().out


@pytest.mark.slow
def test_the_workers_of_a_cluster_open_the_address_themselves(ray, local):
    options = {"n_factors": 8, "n_epochs": 1}
    here = cf.ExplicitALS(**options).fit(local, progress=False)
    shards = cf.open_shards(local.folder.as_uri())
    there = cf.ExplicitALS(**options).fit(shards, progress=False, cluster="auto", workers=2)
    assert np.array_equal(here.item_factors_, there.item_factors_)


def test_a_worker_sums_what_it_reads_by_the_address(memory, local):
    """As one that gets the pass in another process: pickled, and so opened anew."""
    here, there = (
        pickle.loads(pickle.dumps(pass_over(shards)))(range(5)) for shards in (local, cf.open_shards(memory))
    )
    assert (here.squares, here.penalty, here.left, here.n_ratings) == (
        there.squares, there.penalty, there.left, there.n_ratings
    )  # fmt: skip


@pytest.mark.parametrize(
    ("url", "words"),
    [
        ("memory://bucket/t", "memory://bucket/t is no folder of shards"),
        ("lacking://bucket/t", "lacking:// needs the extra 'stores' and no_such_package"),
    ],
)
def test_the_machine_that_cannot_read_the_address_is_named(url, words, local):
    fsspec.register_implementation("lacking", "no_such_package.Store", errtxt="Install it", clobber=True)
    with pytest.raises(BadShards, match=f"On {socket.gethostname()}: .*{words}.* same path or address"):
        check_shards(StoreFolder(url), local.fingerprint)


# ---- what is refused --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("file", "words"),
    [
        ("shards.json", "was not finished: it has no shards.json"),
        ("00002.shard", "is not whole: 00002.shard is missing"),
        ("00002.ids", "is not whole: 00002.ids is missing"),
        ("catalogue.safetensors", "catalogue.safetensors cannot be read: there is no such file"),
    ],
)
def test_a_missing_file_is_named(file, words, memory):
    fsspec.filesystem("memory").rm(f"/bucket/tastes.shards/{file}")
    with pytest.raises(BadShards, match=words):
        cf.open_shards(memory)


@pytest.mark.parametrize("harm", [lambda data: data[:-1], lambda data: data[:-1] + bytes([data[-1] ^ 1])])
def test_a_file_that_was_cut_short_or_changed_is_refused_when_it_is_read(harm, memory, local):
    shards = cf.open_shards(memory)
    for part in local.parts:
        for file in (part.file, part.file.replace(".shard", ".ids")):
            put(memory, file, harm((local.folder / file).read_bytes()))
    with pytest.raises(BadShards, match=r"memory://bucket/tastes.shards/00000.shard is not what was written"):
        list(shards.each())
    with pytest.raises(BadShards, match=r"\.(shard|ids) is not what was written"):
        shards.find("u0071")
    with pytest.raises(BadShards, match=r"00003.ids is not what was written"):
        shards.ids_of(3, None)


def test_a_file_that_goes_missing_later_is_refused_when_it_is_read(memory):
    shards = cf.open_shards(memory)
    fsspec.filesystem("memory").rm("/bucket/tastes.shards/00001.shard")
    with pytest.raises(BadShards, match="00001.shard cannot be read: there is no such file"):
        list(shards.each())


def test_a_store_that_lists_nothing_is_read_all_the_same(memory, local, monkeypatch):
    def denied(*_, **__):
        raise PermissionError("ListBucket")

    monkeypatch.setattr("fsspec.implementations.memory.MemoryFileSystem.ls", denied)
    assert len(list(cf.open_shards(memory).each())) == len(local.parts)


def test_an_empty_place_is_no_folder_of_shards(memory):
    with pytest.raises(BadShards, match=r"memory://bucket/another is no folder of shards"):
        cf.open_shards("memory://bucket/another")


def test_a_store_out_of_reach_is_told_with_its_reason(memory, monkeypatch):
    def out_of_reach(*_, **__):
        raise TimeoutError("nobody answers")

    monkeypatch.setattr("fsspec.implementations.memory.MemoryFileSystem.cat_file", out_of_reach)
    with pytest.raises(BadShards, match=r"\(TimeoutError: nobody answers\)\. Check the address, the network"):
        cf.open_shards(memory)


def test_an_address_of_no_known_kind_is_refused():
    with pytest.raises(BadOption, match=r"s4://bucket/t is no address that fsspec opens .*s3://, gs://"):
        cf.open_shards("s4://bucket/t")


def test_a_package_that_a_store_lacks_is_named():
    hint = 'It requires "no-such-package" to be installed'
    fsspec.register_implementation("lacking", "no_such_package.Store", errtxt="Install it", clobber=True)
    with pytest.raises(MissingExtra, match=r"lacking:// .*pip install 'cofactor\[stores\]' no_such_package"):
        cf.open_shards("lacking://bucket/t")
    own = "fsspec.implementations.no_such_store.Store"
    fsspec.register_implementation("lacking", own, errtxt=hint, clobber=True)
    with pytest.raises(MissingExtra, match=r"pip install 'cofactor\[stores\]' no-such-package"):
        cf.open_shards("lacking://bucket/t")


def test_without_fsspec_the_extra_is_named(monkeypatch):
    monkeypatch.setitem(sys.modules, "fsspec", None)
    with pytest.raises(MissingExtra, match=r"Reading from s3:// needs the extra 'stores'"):
        cf.open_shards("s3://bucket/t")


def test_local_shards_need_nothing_of_it(local, monkeypatch):
    monkeypatch.setitem(sys.modules, "fsspec", None)
    assert len(list(cf.open_shards(local.folder).each())) == 5


@pytest.mark.parametrize("place", [Path("s3://bucket/t"), "s3:/bucket/t"])
def test_an_address_with_one_slash_is_refused(place):
    with pytest.raises(BadOption, match=r"begins with s3://.*Give it as text"):
        cf.open_shards(place)


def test_shards_and_lists_are_not_written_to_an_address(memory, local, tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "r.csv").write_text("user,item,rating\n1,1,5\n1,2,3\n2,1,4\n")
    assert main(["shard", "r.csv", "--out", "s3://bucket/t"]) == 2
    assert "Shards are written to a folder of this machine" in capsys.readouterr().err
    model = cf.ExplicitALS(n_factors=4, n_epochs=1).fit(local, progress=False)
    with pytest.raises(BadOption, match="Lists are written to a folder of this machine"):
        write_lists(model, local, "s3://bucket/lists", progress=False)
    assert [one.name for one in tmp_path.iterdir()] == ["r.csv"]


# ---- secrets ----------------------------------------------------------------------------------------------

WITH_SECRETS = [
    f"nowhere://ann:{SECRET}@host/t.shards",
    f"nowhere://{SECRET}@host/t.shards",
    f"nowhere://ann:a/{SECRET}@host/t.shards",
    f"nowhere://host/t.shards?token={SECRET}",
    f"simplecache::nowhere://ann:{SECRET}@host/t.shards",
]


@pytest.fixture
def nowhere():
    """A store out of reach, whose errors quote the address."""

    class Nowhere(fsspec.AbstractFileSystem):
        protocol = "nowhere"

        def _open(self, path, *_, **__):
            raise OSError(f"no way to {path}")

        @classmethod
        def _strip_protocol(cls, path):
            return path

    fsspec.register_implementation("nowhere", Nowhere, clobber=True)


@pytest.mark.parametrize("url", WITH_SECRETS)
def test_no_secret_of_an_address_is_printed(url, nowhere, capsys):
    """Neither in the message, nor above it, where Python prints what an error came from."""
    with pytest.raises(BadShards) as caught:
        cf.open_shards(url)
    printed = "".join(traceback.format_exception(caught.value)) + repr(StoreFolder(url)) + str(StoreFolder(url))
    assert SECRET not in printed
    assert main(["data", "describe", url]) == 2
    assert SECRET not in capsys.readouterr().err


def test_without_secrets_the_reason_is_told(nowhere):
    with pytest.raises(BadShards, match=r"nowhere://host/t\.shards cannot be read \(OSError: no way to nowhere://host"):
        cf.open_shards("nowhere://host/t.shards")


def test_a_folder_may_have_any_name(local):
    store = fsspec.filesystem("memory")
    store.put(str(local.folder), "/bucket/why? #1@home/t.shards", recursive=True)
    assert len(list(cf.open_shards("memory://bucket/why? #1@home/t.shards").each())) == 5
    store.rm("/bucket", recursive=True)


def test_what_follows_a_question_mark_is_said_of_each_file(served):
    assert len(list(cf.open_shards(f"{served}?token={SECRET}").each())) == 5


def test_neither_a_model_nor_its_checkpoint_holds_the_address(memory, tmp_path):
    shards = cf.open_shards(memory)
    secret = replace(shards, storage=StoreFolder(f"{memory}?{SECRET}"))
    secret.storage.__dict__["_opened"] = shards.storage._opened
    model = cf.ExplicitALS(n_factors=4, n_epochs=1)
    model.fit(secret, validation=0.1, progress=False, checkpoint=tmp_path / "c.npz").save(tmp_path / "m")
    files = [file for file in tmp_path.rglob("*") if file.is_file()]
    assert len(files) > 3
    assert not any(SECRET.encode() in file.read_bytes() or b"memory://" in file.read_bytes() for file in files)


def test_it_is_sent_to_other_processes_as_its_address(memory):
    shards = cf.open_shards(memory)
    sent = pickle.loads(pickle.dumps(shards.storage))
    assert sent == shards.storage
    assert sent.found("shards.json") == shards.storage.found("shards.json")
