"""What the library tells `logging.getLogger("cofactor")`, and that nobody hears it who has not asked."""

import logging
import subprocess
import sys

import pytest

import cofactor as cf
from cofactor.choosing.contest import Contest
from cofactor.kernels.compiling import machine_code
from cofactor.kernels.compiling.warming import common_signatures

CSV = "user,item,rating\nann,1,5\nann,2,3\nbob,1,4\nbob,3,2\n"


@pytest.fixture
def told(caplog):
    """The messages so far."""
    caplog.set_level(logging.INFO, "cofactor")
    return lambda: [one.getMessage() for one in caplog.records if one.name == "cofactor"]


def test_reading_fitting_saving_and_opening_are_told(told, tmp_path):
    (tmp_path / "ratings.csv").write_text(CSV)
    model = cf.Bias().fit(cf.read(tmp_path / "ratings.csv"))
    folder = model.save(tmp_path / "mine.cofactor")
    cf.open(folder).update(cf.read({"user": ["cid"], "item": [1], "rating": [4]}))
    read, begun, ended, saved, opened, _, updated = told()
    assert read == "read ratings.csv: 4 rows, 4 kept, kind ratings"
    assert begun == "fitting Bias on Ratings('ratings': 4 ratings of 3 items by 2 users)"
    assert ended.startswith("fitted Bias in ")
    assert saved == f"saved Bias as {folder}"
    assert opened == f"opened {folder}, a Bias of Ratings('ratings': 4 ratings of 3 items by 2 users)"
    assert updated == "updated Bias with Ratings('ratings': 1 rating of 1 item by 1 user)"


def test_a_record_names_who_told_it(caplog):
    caplog.set_level(logging.INFO, "cofactor")
    cf.load("tastes")
    assert (caplog.records[-1].funcName, caplog.records[-1].levelname) == ("load", "INFO")
    assert caplog.records[-1].getMessage().startswith("loaded Ratings('tastes', synthetic: ")


def test_each_trial_of_a_search_is_told(told, checkerboard):
    pytest.importorskip("optuna")
    cf.tune(cf.Bias(), checkerboard, "1min", n_trials=2)
    trials = [one for one in told() if one.startswith("trial ")]
    assert [one.split(":")[0] for one in trials] == ["trial 0 of Bias", "trial 1 of Bias"]
    assert "(complete) in" in trials[0]
    assert "'reg_user'" in trials[0]


def test_each_model_that_auto_tries_is_told(told, checkerboard):
    contest = Contest(checkerboard, "ndcg@10", 60)
    contest.enter("most popular", cf.Popularity())
    contest.enter("without attributes", cf.ExplicitALS(attributes=True))
    first, second = [one for one in told() if one.startswith("tried ")]
    assert first.startswith("tried most popular: ndcg@10 0.")
    assert second.startswith("tried without attributes: ndcg@10 – in ")
    assert "attributes=True needs attributes" in second


def test_where_a_kernel_came_from_is_told_at_debug(caplog, monkeypatch, tmp_path):
    """Nothing comes with the package here, and the cache is empty at first."""
    caplog.set_level(logging.DEBUG, "cofactor")
    monkeypatch.setenv("COFACTOR_CACHE", str(tmp_path))
    monkeypatch.setattr(machine_code, "SHIPPED", tmp_path / "none")
    signature = common_signatures()[0]
    assert machine_code.machine_code(signature) == machine_code.machine_code(signature)
    compiled, taken = caplog.records
    assert compiled.getMessage().startswith(f"compiled the kernel {signature.name} in ")
    assert taken.getMessage() == f"took the kernel {signature.name} from the cache"
    assert compiled.levelname == taken.levelname == "DEBUG"


QUIET = """
import logging
import cofactor as cf
cf.Bias().fit(cf.load("tastes"), progress=False)
print(*(type(one).__name__ for one in logging.getLogger("cofactor").handlers))
"""


def test_nothing_is_heard_by_who_has_not_asked():
    done = subprocess.run([sys.executable, "-c", QUIET], capture_output=True, text=True, check=True)
    assert (done.stdout, done.stderr) == ("NullHandler\n", "")


def test_the_log_itself_loads_nothing():
    code = "import sys, cofactor.log; cofactor.log.info('%s', 1); print('logging' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True).stdout == "False\n"
