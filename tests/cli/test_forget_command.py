"""`cofactor forget`: the folder is whole whenever it is killed, and the receipt says what there is to know."""

import os
import subprocess
import sys

import pytest

import cofactor as cf
from cofactor.cli import main
from cofactor.contract.receipt import Receipt
from cofactor.data.ratings import Ratings
from cofactor.model_folder import folder_fingerprint
from cofactor.scale.table.writing import shard_table

TABLE = Ratings.from_arrays([7, 7, 8, 8, 9], [1, 2, 1, 3, 2], [5.0, 3, 4, 1, 2])


@pytest.fixture
def folder(tmp_path):
    return cf.Bias().fit(TABLE).save(tmp_path / "m")


def test_the_folder_forgets_and_the_receipt_is_printed(folder, capsys):
    before = folder_fingerprint(folder)
    assert main(["forget", str(folder), "7"]) == 0
    shown = capsys.readouterr().out
    for part in (
        "7 and 2 ratings are gone from the model's table.", "Retrain-equal: the model is the one",
        "Not reached: checkpoints", f"SHA-256 of the folder before: {before}", f"after: {folder_fingerprint(folder)}",
        f"saved as {folder}",
    ):  # fmt: skip
        assert part in shown
    assert "key" not in shown
    assert cf.open(folder).ratings.users.values.tolist() == [8, 9]


def test_with_a_receipt_comes_a_key_of_each(folder, capsys, tmp_path):
    file = tmp_path / "receipt.json"
    main(["forget", str(folder), "7", "9", "--receipt", str(file)])
    keys = [line.rpartition(" ")[2] for line in capsys.readouterr().out.splitlines() if line.startswith("key of ")]
    text = file.read_text("utf-8")
    receipt = Receipt.from_json(text)
    assert [receipt.verify(TABLE.subset(TABLE.user_idx == user), key) for user, key in zip((0, 2), keys)] == [True] * 2
    assert receipt.after == folder_fingerprint(folder)
    assert not any(key in text for key in keys)


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["12"], "not among the 3 known ones: '12'"),
        (["12"], "Nobody was taken out. Whoever is not in the model's table was never in it, or has been taken out"),
        (["7", "--receipt", "earlier.json"], "is there already, and may be of another deletion"),
        (["7", "8", "9"], "Without these users there are no ratings left. Delete the model instead."),
        (["7", "--receipt", "m/receipt.json"], "would stand in the model's own folder"),
        (["7", "--receipt", "."], "is a folder"),
    ],
)
def test_what_cannot_be_done_leaves_the_folder_as_it_was(words, message, folder, capsys, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "earlier.json").write_text("of somebody else")
    before = folder_fingerprint(folder)
    assert main(["forget", "m", *words]) == 2
    assert message in capsys.readouterr().err
    assert folder_fingerprint(folder) == before


def test_what_is_no_model_is_said_to_be_none(tmp_path, capsys):
    (tmp_path / "ratings.csv").write_text("user,item\n7,1\n")
    assert main(["forget", str(tmp_path / "ratings.csv"), "7"]) == 2
    assert "is not a saved model: it has no model.json" in capsys.readouterr().err


def test_shards_are_told_from_a_model(tmp_path, capsys):
    shard_table(TABLE, tmp_path / "shards", n_shards=1)
    assert main(["forget", str(tmp_path / "shards"), "7"]) == 2
    assert "is not a saved model, but shards of a table" in capsys.readouterr().err


def test_a_model_that_holds_nobody_says_that_a_new_fit_is_needed(tmp_path, capsys):
    cf.ExplicitALS(n_factors=1).fit(shard_table(TABLE, tmp_path / "shards", n_shards=1)).save(tmp_path / "m")
    assert main(["forget", str(tmp_path / "m"), "7"]) == 2
    assert "holds no people, so that nobody can be taken out of it" in capsys.readouterr().err
    assert "Forgets a person:** only those who came later" in (tmp_path / "m" / "card.md").read_text("utf-8")


KILLED_AT_EVERY_STEP = """
import os, signal, sys
from contextlib import redirect_stderr, redirect_stdout
import cofactor as cf
from cofactor.cli import main
from cofactor.data.ratings import Ratings

path, nowhere = sys.argv[1], open(os.devnull, "w")
def forget():
    with redirect_stdout(nowhere), redirect_stderr(nowhere):
        main(["forget", path, "7"])
old = cf.Bias().fit(Ratings.from_arrays([7, 7, 8], [1, 2, 1], [5.0, 3, 4]))
old.save(path)
forget()  # all modules are there from now on
old.save(path)
found, at = [], 0
while True:
    child = os.fork()
    if not child:
        left, saves = [at], []
        def count(event, _):
            saves.extend([event] * (event == "os.mkdir"))  # before that nothing is written
            if saves and event == "open" or saves and event.startswith(("os.", "fcntl.")):
                left[0] -= 1
                if left[0] == -1:  # once: killing oneself is an event, too
                    os.kill(os.getpid(), signal.SIGKILL)
        sys.addaudithook(count)
        forget()
        os._exit(0)
    if os.waitpid(child, 0)[1] == 0:
        break
    found.append(cf.open(path).ratings.users.values.tolist())
    forget()  # they may be unknown by now, and still lie beside the folder
    assert cf.open(path).ratings.users.values.tolist() == [8]
    assert os.listdir(os.path.dirname(path)) == [os.path.basename(path)], os.listdir(os.path.dirname(path))
    old.save(path)
    at += 1
print(len(found), found.count([7, 8]), found.count([8]))
"""


@pytest.mark.skipif(not hasattr(os, "fork"), reason="no fork here")
def test_killed_at_any_step_it_is_whole_and_the_next_run_leaves_nothing_of_them(tmp_path):
    (tmp_path / "models").mkdir()
    run = subprocess.run(
        [sys.executable, "-c", KILLED_AT_EVERY_STEP, tmp_path / "models" / "m"], capture_output=True, text=True
    )
    assert run.returncode == 0, run.stderr
    n_kills, n_old, n_new = map(int, run.stdout.split())
    assert n_old + n_new == n_kills > 20
    assert min(n_old, n_new) > 3
