"""The manifest says which shards are summed together, so that no cluster can decide it."""

import json

import numpy as np
import polars as pl
import pytest

import cofactor as cf
from cofactor.cli import main
from cofactor.errors import BadOption
from cofactor.scale.table.shard_counts import ShardCounts


@pytest.fixture
def file(tmp_path):
    rng = np.random.default_rng(0)
    frame = pl.DataFrame(
        {"user": rng.integers(1, 90, 900), "item": rng.integers(1, 60, 900), "rating": [3, 4, 5] * 300}
    )
    frame.write_csv(tmp_path / "r.csv")
    return tmp_path / "r.csv"


def sizes(shards):
    return [len(bundle) for bundle in shards.bundles]


def test_bundles_are_of_sixteen_shards(file, tmp_path):
    assert sizes(cf.shard(file, tmp_path / "out", n_shards=20, progress=False)) == [16, 4]


def test_as_many_bundles_as_asked_for_are_kept_in_the_manifest(file, tmp_path):
    shards = cf.shard(file, tmp_path / "out", n_shards=12, n_bundles=4, progress=False)
    assert sizes(shards) == sizes(cf.open_shards(tmp_path / "out")) == [3, 3, 3, 3]


def test_there_are_at_least_as_many_shards_as_bundles(file, tmp_path, capsys):
    assert main(["shard", str(file), "--out", str(tmp_path / "out"), "--n-bundles", "5"]) == 0
    assert sizes(cf.open_shards(tmp_path / "out")) == [1, 1, 1, 1, 1]


def test_a_manifest_that_does_not_say_is_of_sixteen(file, tmp_path):
    cf.shard(file, tmp_path / "out", n_shards=20, n_bundles=2, progress=False)
    manifest = json.loads((tmp_path / "out" / "shards.json").read_text())
    del manifest["in_bundle"]
    (tmp_path / "out" / "shards.json").write_text(json.dumps(manifest))
    assert sizes(cf.open_shards(tmp_path / "out")) == [16, 4]


@pytest.mark.parametrize(("n_rows", "most", "expected"), [(100, 4096, 7), (10_000, 4096, 105), (10_000, 64, 63)])
def test_shards_are_a_multiple_of_the_bundles(n_rows, most, expected):
    """Of 100 rows each, and no more than there are files to make them of."""
    assert ShardCounts(n_bundles=7).shards_for(n_rows, 100, most) == expected


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"n_bundles": 0}, "counts bundles"),
        ({"n_bundles": 5000}, "counts bundles"),
        ({"n_shards": 10, "n_bundles": 4}, "10 shards make no 4 bundles of one size"),
    ],
)
def test_numbers_that_make_no_sense_are_refused(options, words, file, tmp_path):
    with pytest.raises(BadOption, match=words):
        cf.shard(file, tmp_path / "out", progress=False, **options)
    assert not (tmp_path / "out").exists()
