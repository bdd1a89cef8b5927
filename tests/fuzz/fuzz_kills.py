"""Processes that are killed while they save or train, at any instant: a whole model each time."""

import os
import subprocess
import sys

import pytest

N_KILLS = 200
pytestmark = pytest.mark.skipif(not hasattr(os, "fork"), reason="no fork here")

BEGIN = """
import os, random, signal, sys, time
import numpy as np
import cofactor as cf
from cofactor.data.ratings import Ratings

def killed(work, after):
    "Whether a child that does this work was still at it after so many seconds, when it was killed."
    child = os.fork()
    if not child:
        work()
        os._exit(0)
    time.sleep(after)
    os.kill(child, signal.SIGKILL)
    return os.waitpid(child, 0)[1] == signal.SIGKILL

def took(work):
    began = time.perf_counter()
    work()
    return time.perf_counter() - began

n, path = int(sys.argv[1]), sys.argv[2]
rng = np.random.default_rng(0)
cells = rng.permutation(2000 * 500)[:100_000]
table = Ratings.from_arrays(cells // 500, cells % 500, rng.integers(1, 6, len(cells)).astype(float))
chance = random.Random(0)
"""

SAVING = (
    BEGIN
    + """
models = [cf.BPR(n_factors=64, n_epochs=1, seed=seed).fit(table, progress=False) for seed in (0, 1)]
models[0].save(path)
most = max(took(lambda: models[0].save(path)) for _ in range(3))
count = 0
while count < n:
    at = count % 2
    count += killed(lambda: models[at].save(path), chance.uniform(0, 1.2 * most))
    found = cf.open(path)
    assert any(np.array_equal(found.item_factors_, one.item_factors_) for one in models)
    assert found.ratings.fingerprint == table.fingerprint
models[0].save(path)
print(count, os.listdir(os.path.dirname(path)))
"""
)

TRAINING = (
    BEGIN
    + """
def fit():
    return cf.MatrixFactorization(n_factors=8, n_epochs=15, batch_size=4096).fit(table, progress=False, checkpoint=path)
plain = cf.MatrixFactorization(n_factors=8, n_epochs=15, batch_size=4096).fit(table, progress=False)
most = took(fit)
count = trained = 0
while count < n:
    if trained % 5 == 0 and os.path.exists(path):
        os.remove(path)
    while killed(fit, chance.uniform(0, most)):
        count += 1
    trained += 1
    again = fit()
    assert all(np.array_equal(getattr(again, name), getattr(plain, name)) for name in plain.learned)
print(count, trained)
"""
)


def run(script: str, folder) -> str:
    folder.mkdir()
    done = subprocess.run(
        [sys.executable, "-c", script, str(N_KILLS), folder / "m"], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_killed_while_it_saves_over_a_model_one_of_the_two_is_whole_each_time(tmp_path):
    assert run(SAVING, tmp_path / "models") == f"{N_KILLS} ['m']\n"


def test_killed_while_it_trains_with_a_checkpoint_it_goes_on_to_the_same_bits(tmp_path):
    n_kills, n_trained = map(int, run(TRAINING, tmp_path / "run").split())
    assert n_kills >= N_KILLS
    assert n_trained > 1
