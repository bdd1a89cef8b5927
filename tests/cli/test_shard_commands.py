"""Commands that take a folder of shards in place of a table."""

import re
from dataclasses import replace
from signal import SIGINT, raise_signal

import numpy as np
import polars as pl
import pytest

import cofactor as cf
from cofactor.cli import main
from cofactor.data.ids import IdMap
from cofactor.scale.fitting.explicit_als import ShardedLeastSquares
from cofactor.scale.table.writing import shard_table


@pytest.fixture(scope="module")
def shards(tmp_path_factory):
    tastes = cf.load("tastes")
    table = replace(tastes, users=IdMap(np.arange(1, tastes.n_users + 1), "user"), user_attributes={})
    return shard_table(table, tmp_path_factory.mktemp("shards") / "tastes.shards", n_shards=3).folder


@pytest.fixture(scope="module")
def saved(shards, tmp_path_factory):
    folder = tmp_path_factory.mktemp("saved") / "big.cofactor"
    assert main(["fit", str(shards), "--out", str(folder), "--held-out", "0.1"]) == 0
    return folder


def test_of_ratings_in_shards_explicit_als_is_fitted(saved):
    model = cf.open(saved)
    assert isinstance(model, cf.ExplicitALS)
    assert (model.ratings.n_users, model.ratings.n_items) == (0, 547)
    assert len(cf.open(saved).recommend({"metropolis-1927": 5}, 3)) == 3


def test_what_it_reached_on_the_held_out_is_printed(shards, tmp_path, capsys):
    assert main(["fit", str(shards), "--out", str(tmp_path / "m"), "--held-out", "0.1", "--model", "explicit_als"]) == 0
    out = capsys.readouterr().out
    assert "ExplicitALS learned from Shards('tastes'" in out
    assert "On what was held out: RMSE 0." in out


def test_ctrl_c_saves_a_shorter_model_and_the_same_command_goes_on(shards, tmp_path, monkeypatch, capsys):
    words = ["fit", str(shards), "--model", "explicit_als", "--n-epochs", "3", "--n-factors", "4"]
    again = [*words, "--out", str(tmp_path / "m"), "--checkpoint", str(tmp_path / "half")]
    finish = ShardedLeastSquares._finish
    with monkeypatch.context() as patched:
        patched.setattr(ShardedLeastSquares, "_finish", lambda *given: raise_signal(SIGINT) or finish(*given))
        assert main(again) == 130
    assert "Interrupted after 1 of 3 epochs" in " ".join(cf.open(tmp_path / "m").notes())
    assert main(again) == main([*words, "--out", str(tmp_path / "whole")]) == 0
    gone_on, whole = (cf.open(tmp_path / name) for name in ("m", "whole"))
    assert gone_on.notes() == whole.notes()
    assert np.array_equal(gone_on.item_factors_, whole.item_factors_)


def test_a_model_that_does_not_learn_from_shards_is_refused(shards, tmp_path, capsys):
    assert main(["fit", str(shards), "--out", str(tmp_path / "m"), "--model", "popularity"]) == 2
    assert "explicit_als and implicit_mf" in capsys.readouterr().err


def test_vectors_of_users_that_it_does_not_keep_take_the_place_of_none(saved, tmp_path, capsys):
    file = tmp_path / "v.parquet"
    assert main(["export", str(saved), "--vectors", str(file)]) == 0
    assert main(["export", str(saved), "--vectors", str(file), "--side", "user"]) == 2
    assert "fitted to shards, of which it keeps no users" in (said := capsys.readouterr().err)
    assert said.endswith("Give --side item.\n")
    assert len(pl.read_parquet(file)) == 547


def test_the_lists_of_everybody_in_shards_are_written_to_a_folder(saved, shards, tmp_path, capsys):
    lists = tmp_path / "lists"
    assert main(["recommend", str(saved), "--users", str(shards), "--out", str(lists), "-n", "4"]) == 0
    assert str(lists) in capsys.readouterr().out
    assert pl.read_parquet(lists / "*.parquet")["user"].n_unique() == 1200
    assert main(["recommend", str(saved), "--users", str(shards)]) == 2
    assert "--out lists" in capsys.readouterr().err


def test_somebody_is_asked_for_by_the_ratings_that_they_have_in_the_shards(saved, shards, capsys):
    assert main(["recommend", str(saved), "77", "--people", str(shards), "-n", "3", "--csv"]) == 0
    lines = capsys.readouterr().out.splitlines()
    expected = cf.open(saved).recommend(cf.open_shards(shards).ratings_of(77), 3)["item"].to_list()
    assert [line.split(",")[1] for line in lines[1:]] == expected
    assert main(["recommend", str(saved), "7777", "--people", str(shards)]) == 2
    assert "7777" in capsys.readouterr().err


def test_whom_the_shards_do_not_hold_is_somebody_unknown_where_that_is_asked_for(saved, shards, capsys):
    options = ["--unknown", "fallback", "-n", "3", "--csv"]
    assert main(["recommend", str(saved), "77", "nobody", "--people", str(shards), *options]) == 0
    asked_together = _listed(capsys)
    assert main(["recommend", str(saved), "nobody", *options]) == 0
    assert asked_together[3:] == _listed(capsys)
    assert [user for user, _ in asked_together] == ["77"] * 3 + ["nobody"] * 3


def _listed(capsys):
    """The users and the items of lists that were printed as CSV."""
    return [tuple(line.split(",")[:2]) for line in capsys.readouterr().out.splitlines()[1:]]


def test_clicks_are_not_taken_for_ratings(saved, shards, tmp_path, capsys):
    items = cf.open_shards(shards).catalogue.items.values
    clicks = shard_table(cf.Ratings.from_arrays([77], items[:1]), tmp_path / "clicks.shards", n_shards=1)
    assert main(["recommend", str(saved), "77", "--people", str(clicks.folder)]) == 2
    assert "clicks cannot be joined to ratings" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (["fit", "SHARDS", "--out", "m", "--budget", "5s"], "--budget is for tables"),
        (["fit", "SHARDS", "--out", "m", "--budget", "5s", "--unmeasured"], "--budget and --unmeasured are for tables"),
        (["fit", "SHARDS", "--out", "m", "--workers", "2"], "--workers 2 is for a cluster: give --cluster auto"),
        (["fit", "SHARDS", "--out", "m", "--held-out", "1.5"], "--held-out 1.5 is no share.*from 0 up to 1"),
        (["fit", "tastes", "--out", "m", "--held-out", "0.1"], "--held-out is for shards"),
        (["recommend", "MODEL", "77", "--people", "tastes"], "--people takes a folder of shards"),
        (["recommend", "MODEL", "77", "--people", "nowhere"], "There is no folder 'nowhere'"),
        (["recommend", "MODEL", "77", "--people", "MODEL"], "is a saved model"),
        (["recommend", "MODEL", "77"], "keeps no users.*--people SHARDS"),
        (["predict", "MODEL", "PAIRS"], "not known: 5, 7. .*keeps no users.*cofactor recommend .*--people SHARDS"),
        (["explain", "MODEL", "5", "metropolis-1927"], "not known: '5'. .*keeps no users.*--rated 'ITEM=RATING'"),
        (["similar", "MODEL", "5", "--user"], "not known: '5'. .*keeps no users.*--people SHARDS"),
        (["recommend", "MODEL", "--all", "--out", "all.parquet"], "keeps no users.*--users SHARDS"),
        (
            ["evaluate", "MODEL", "tastes"],
            "fitted to shards.*cofactor fit SHARDS --held-out.*cofactor audit MODEL TEST",
        ),
        (["audit", "MODEL"], "fitted to shards.*Give a test"),
        (["onboard", "MODEL"], "fitted to shards, of which it keeps no users. Write your own questions"),
        (["recommend", "MODEL", "--users", "t.csv", "--out", "l"], "no users: --users takes a folder of shards.*t.csv"),
        (["recommend", "MODEL", "--rated", "metropolis-1927=5", "--people", "SHARDS"], "give their ids"),
        (["recommend", "MODEL", "--users", "SHARDS", "--out", "l", "--json"], "--json says how a table is printed"),
    ],
)
def test_what_would_do_nothing_is_refused(saved, shards, tmp_path, monkeypatch, capsys, words, says):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "pairs.csv").write_text("user,item\n5,metropolis-1927\n7,metropolis-1927\n")
    asked = {"SHARDS": str(shards), "MODEL": str(saved), "PAIRS": "pairs.csv"}
    assert main([asked.get(word, word) for word in words]) == 2
    assert re.search(says, capsys.readouterr().err)


@pytest.mark.parametrize(
    "command",
    [
        "data check SHARDS",
        "compare SHARDS",
        "tune SHARDS",
        "audit MODEL SHARDS",
        "evaluate MODEL SHARDS",
        "update MODEL SHARDS",
        "predict MODEL SHARDS",
    ],
)
def test_where_a_table_is_expected_a_folder_of_shards_is_called_one(command, saved, shards, capsys):
    assert main(command.replace("SHARDS", str(shards)).replace("MODEL", str(saved)).split()) == 2
    said = "".join(capsys.readouterr())
    assert re.search(f"(?s)'{shards}' is a folder of shards.*`cofactor fit`.*--users.*open_shards", said)
