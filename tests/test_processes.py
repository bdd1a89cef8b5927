"""Children of every kind answer: forked ones, those forked in a thread, and those of multiprocessing's three ways."""

import multiprocessing
import os
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path

import pytest

import cofactor as cf

pytestmark = pytest.mark.slow

SOURCES = str(Path(cf.__file__).parents[1])
PARENT = """
import multiprocessing, os, threading, traceback
import numpy as np
import cofactor as cf

def forked(act):
    'The exit code of a child that does `act` and no more.'
    child = os.fork()
    if not child:
        code = 1
        try:
            act()
            code = 0
        except BaseException:
            traceback.print_exc()
        finally:
            os._exit(code)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
"""
needs_fork = pytest.mark.skipif(not hasattr(os, "fork"), reason="this system does not fork")


def run(tmp_path: Path, code: str, limit: float = 60, **variables: str) -> str:
    """What a process says that runs `code` from a file; it is killed with all its children after `limit` seconds."""
    script = tmp_path / "parent.py"
    script.write_text(PARENT + code)
    environment = {**os.environ, "PYTHONPATH": SOURCES, "COFACTOR_THREADS": "2", **variables}
    process = subprocess.Popen(
        [sys.executable, script],
        stdout=subprocess.PIPE,
        text=True,
        env=environment,
        cwd=tmp_path,
        start_new_session=True,
    )
    try:
        said, _ = process.communicate(timeout=limit)
    except subprocess.TimeoutExpired:
        os.killpg(process.pid, 9)
        pytest.fail("it hangs")
    return said.strip()


FITTED = """
ratings, test = cf.split(cf.load("tastes"), test=0.2, seed=1)
model = cf.ImplicitMF(n_factors=8, n_epochs=2).fit(ratings)
users = ratings.users.gather(np.arange(200)).tolist()
expected = model.recommend(users, n=3)

def work():
    assert model.recommend(users, n=3).equals(expected)
    assert cf.ImplicitMF(n_factors=8, n_epochs=2).fit(ratings).recommend(users, n=3).equals(expected)
    assert cf.evaluate(model, test)
"""


@needs_fork
def test_a_forked_child_fits_and_recommends_as_its_parent_did(tmp_path):
    assert run(tmp_path, FITTED + "print(forked(work))") == "0"


@needs_fork
def test_so_does_a_child_that_was_forked_in_a_thread(tmp_path):
    code = "codes = []\nthread = threading.Thread(target=lambda: codes.append(forked(work)))\n"
    assert run(tmp_path, FITTED + code + "thread.start(); thread.join(); print(codes)") == "[0]"


@needs_fork
def test_so_does_the_child_of_a_child(tmp_path):
    code = "def again():\n    work()\n    assert forked(work) == 0\n"
    assert run(tmp_path, FITTED + code + "print(forked(again))") == "0"


@pytest.mark.parametrize("method", ["fork", "spawn", "forkserver"])
def test_a_pool_of_processes_recommends(tmp_path, method):
    """Each process opens the model, or has it from its parent; all work on threads."""
    if method not in multiprocessing.get_all_start_methods():
        pytest.skip("not on this system")
    code = f"""
def recommend(start):
    model = cf.open("model.cofactor")
    users = model.ratings.users.gather(np.arange(start, start + 100)).tolist()
    return model.recommend(users, n=3)

if __name__ == "__main__":
    ratings = cf.load("tastes")
    cf.ImplicitMF(n_factors=8, n_epochs=2).fit(ratings).save("model.cofactor")
    expected = [recommend(0), recommend(100)]
    with multiprocessing.get_context("{method}").Pool(2) as pool:
        print(all(one.equals(other) for one, other in zip(pool.map(recommend, [0, 100]), expected)))
"""
    assert run(tmp_path, code) == "True"


@needs_fork
def test_a_fork_waits_for_the_kernel_that_another_thread_compiles(tmp_path):
    """Otherwise the lock would be held in the child by a thread that is not there, and LLVM be half-way."""
    code = """
import time
from cofactor.kernels.compiling import native
compiling = threading.Event()

def compile():
    with native._one_at_a_time:
        compiling.set()
        time.sleep(0.5)

threading.Thread(target=compile).start()
compiling.wait()

def use():
    assert native._one_at_a_time.acquire(timeout=5)

print(forked(use))
"""
    assert run(tmp_path, code) == "0"


READING = """
from cofactor.data.formats import after_fork
from cofactor.errors import NotAfterFork
after_fork.ANSWER_TIMEOUT = 0.5
table = b"user,item,rating\\na,x,1\\nb,y,2\\nb,x,3\\n"

def read():
    assert len(cf.read(table)) == 3

def refused():
    try:
        cf.read(table)
    except NotAfterFork as error:
        assert "forkserver" in str(error)
        os._exit(7)
"""


@needs_fork
def test_reading_in_a_child_whose_parent_read_is_refused_and_does_not_hang(tmp_path):
    assert run(tmp_path, READING + "read(); print(forked(refused))") == "7"


@needs_fork
def test_reading_in_a_child_whose_parent_did_not_is_fine_and_its_own_children_are_refused(tmp_path):
    code = "def both():\n    read()\n    assert forked(refused) == 7\n"
    assert run(tmp_path, READING + code + "print(forked(both))") == "0"


@needs_fork
@pytest.mark.skipif(find_spec("torch") is None, reason="torch is not installed")
def test_a_forked_child_trains_by_torch(tmp_path):
    code = """
import torch
torch.set_num_threads(2)
torch.ones(1_000_000).exp().sum()  # OpenMP's threads are there now
ratings = cf.load("tastes")

def work():
    cf.MatrixFactorization(n_factors=4, engine="torch", n_epochs=1, batch_size=8192).fit(ratings)

print(forked(work))
"""
    assert run(tmp_path, code) == "0"
