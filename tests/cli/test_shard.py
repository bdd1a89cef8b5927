"""`cofactor shard` writes a folder that `cofactor data describe` tells about."""

import io

import pytest

from cofactor.cli import main


@pytest.fixture
def folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "r.csv").write_text("user,item,rating\nann,1,5\nann,2,3\nbob,1,4\nbob,1,2\n")
    (tmp_path / "wide.csv").write_text("name,Alien,Heat,Fargo\nann,5,,3\nbob,,4,\n")


def test_a_table_is_sharded_and_described(folder, capsys):
    assert main(["shard", "r.csv", "--out", "r.shards", "--n-shards", "2"]) == 0
    out, err = capsys.readouterr()
    assert out == "Shards('r': 3 ratings of 2 items by 2 users, in 2 files): r.shards\n"
    assert "the last one kept; left out in 1 row" in err
    assert main(["data", "describe", "r.shards"]) == 0
    assert "of 5" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["r.csv", "--memory-gb", "0"], "--memory-gb"),
        (["none.csv"], "There is no file 'none.csv'"),
        (["r.csv", "--wide"], "`melt` of pandas"),
        (["wide.csv"], "cf.read(table, wide=True)"),
        (["r.csv", "--users", "r.csv"], "no attributes of users"),
        (["ml-100k"], "needs no shards"),
    ],
)
def test_mistakes_are_told(words, said, folder, capsys):
    assert main(["shard", *words, "--out", "r.shards"]) == 2
    assert said in capsys.readouterr().err


STOPPED = "\ncofactor: stopped. What was done is kept: run the same again, and it goes on.\n"


def interrupt(*_):
    raise KeyboardInterrupt


@pytest.mark.parametrize(
    ("source", "step", "said"),
    [
        ("r.csv", "ShardWriter.write", STOPPED),
        ("-", "ShardWriter.write", "\ncofactor: stopped\n"),
        ("r.csv", "pass_over", "\ncofactor: stopped\n"),
    ],
)
def test_whoever_is_stopped_is_told_where_the_same_command_goes_on(source, step, said, folder, monkeypatch, capsys):
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(b"user,item,rating\nann,1,5\nbob,2,3\n")))
    monkeypatch.setattr(f"cofactor.scale.sharding.shard_run.{step}", interrupt)
    assert main(["shard", source, "--out", "r.shards"]) == 130
    assert capsys.readouterr().err == said


def test_help_lists_only_what_is_taken(capsys):
    with pytest.raises(SystemExit):
        main(["shard", "--help"])
    out = capsys.readouterr().out
    assert "--items FILE" in out
    assert "--users" not in out
    assert "--wide" not in out


def test_a_folder_that_is_not_finished_says_so(folder, tmp_path, capsys):
    (tmp_path / "r.shards" / ".sharding").mkdir(parents=True)
    assert main(["data", "describe", "r.shards"]) == 2
    assert "Run `cofactor shard` on the table once more" in capsys.readouterr().err
