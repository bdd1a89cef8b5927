"""How many threads our loops run on, and that neither their number nor who asks at once changes what comes out."""

import math
import os
import subprocess
import sys
import threading
from pathlib import Path

import numpy as np
import pytest

import cofactor as cf
from cofactor import control_groups
from cofactor.errors import BadOption
from cofactor.kernels import threads
from cofactor.kernels.threads import n_threads, on_threads, set_threads


@pytest.fixture(autouse=True)
def unset(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("COFACTOR_THREADS", raising=False)
    monkeypatch.setattr(threads, "_chosen", None)


@pytest.fixture
def groups(tmp_path, monkeypatch):
    """`groups` says which control groups this process is in, and writes their files; 16 CPUs are allowed."""
    monkeypatch.setattr(control_groups, "MEMBERSHIP", tmp_path / "cgroup")
    monkeypatch.setattr(control_groups, "MOUNT", tmp_path / "mount")
    monkeypatch.setattr(threads, "_n_allowed", lambda: 16)
    threads._quota.cache_clear()

    def write(membership: str, **files: str) -> None:
        (tmp_path / "cgroup").write_text(membership)
        for name, text in files.items():
            path = tmp_path / "mount" / name.replace("__", "/").replace("_of_", ".")
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text)

    yield write
    threads._quota.cache_clear()


def test_without_a_container_every_cpu_that_the_process_may_run_on_is_used(groups):
    assert n_threads() == 16


def test_a_containers_quota_counts_and_a_part_of_a_cpu_as_a_whole_one(groups):
    groups("0::/job\n", job__cpu_of_max="150000 100000\n")
    assert n_threads() == 2


def test_the_tightest_group_around_the_process_counts(groups):
    groups("0::/a/b\n", a__b__cpu_of_max="max 100000\n", a__cpu_of_max="300000 100000\n")
    assert n_threads() == 3


def test_the_first_version_of_control_groups_is_read_too(groups):
    groups("4:cpu,cpuacct:/docker/x\n", cpu__cpu_of_cfs_quota_us="400000\n", cpu__cpu_of_cfs_period_us="100000\n")
    assert n_threads() == 4


@pytest.mark.parametrize("quota", ["-1\n", "", "nonsense\n"])
def test_a_quota_that_limits_nothing_is_none(groups, quota):
    groups("4:cpu:/\n", cpu__cpu_of_cfs_quota_us=quota, cpu__cpu_of_cfs_period_us="100000\n")
    assert n_threads() == 16


def test_a_hundredth_of_a_cpu_is_still_one_thread(groups):
    groups("0::/\n", cpu_of_max="1000 100000\n")
    assert n_threads() == 1


@pytest.mark.skipif(not hasattr(os, "sched_setaffinity"), reason="this system has no affinity")
def test_a_process_bound_to_one_cpu_has_one_thread():
    code = (
        "import os; os.sched_setaffinity(0, {min(os.sched_getaffinity(0))})\nfrom cofactor.kernels.threads import *\n"
    )
    assert _told(code + "print(n_threads())") == "1"


def test_the_variable_says_how_many_and_a_call_has_the_last_word(monkeypatch):
    monkeypatch.setenv("COFACTOR_THREADS", "5")
    assert n_threads() == 5
    cf.set_threads(np.int64(3))
    assert n_threads() == 3
    cf.set_threads(None)
    assert n_threads() == 5


def test_an_empty_variable_says_nothing(monkeypatch):
    before = n_threads()
    monkeypatch.setenv("COFACTOR_THREADS", " ")
    assert n_threads() == before


@pytest.mark.parametrize("asked", ["0", "-2", "two", "2.0", "1025", "9" * 50])
def test_a_variable_that_says_no_number_of_threads_is_refused_with_the_mend(monkeypatch, asked):
    monkeypatch.setenv("COFACTOR_THREADS", asked)
    with pytest.raises(BadOption, match=r"COFACTOR_THREADS takes .* 1 to 1,024, but .* leave COFACTOR_T"):
        n_threads()


@pytest.mark.parametrize("asked", [0, -1, 1025, 2.0, "2", True, math.nan, np.array([2]), np.True_])
def test_a_call_with_anything_else_is_refused_and_changes_nothing(asked):
    set_threads(3)
    with pytest.raises(BadOption, match=r"set_threads takes a number of threads"):
        set_threads(asked)
    assert n_threads() == 3


def test_one_thread_is_the_callers_own():
    set_threads(1)
    names = []
    on_threads(lambda _: names.append(threading.current_thread()), 3)
    assert names == [threading.current_thread()] * 3


def test_more_threads_work_side_by_side():
    """Each waits for the other two."""
    set_threads(3)
    together = threading.Barrier(3, timeout=5)
    on_threads(lambda _: together.wait(), 3)


def test_an_error_in_a_thread_is_the_callers():
    set_threads(2)
    with pytest.raises(ZeroDivisionError):
        on_threads(lambda number: 1 // number, 2)


def _told(code: str) -> str:
    env = {**os.environ, "PYTHONPATH": str(Path(cf.__file__).parents[1])}
    return subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=60, env=env
    ).stdout.strip()
