"""How much may be used, on machines and in containers made of a few files."""

import subprocess
import sys
from types import SimpleNamespace

import numpy as np
import pytest

from cofactor import control_groups, memory
from cofactor.errors import BadOption


@pytest.fixture
def machine(tmp_path, monkeypatch):
    """8 GiB are available; `machine` writes the files of the control groups, by their path below the mount."""
    monkeypatch.setattr(memory, "MEMINFO", tmp_path / "meminfo")
    monkeypatch.setattr(control_groups, "MEMBERSHIP", tmp_path / "cgroup")
    monkeypatch.setattr(control_groups, "MOUNT", tmp_path / "mount")
    (tmp_path / "meminfo").write_text("MemTotal: 16777216 kB\nMemAvailable: 8388608 kB\n")

    def write(groups: str, **files: str) -> None:
        (tmp_path / "cgroup").write_text(groups)
        for name, text in files.items():
            path = tmp_path / "mount" / name.replace("__", "/").replace("_of_", ".")
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text)

    return write


def test_without_a_container_it_is_what_the_machine_has(machine):
    assert memory.free_gb() == pytest.approx(8 * 1.073741824)


def test_where_no_file_tells_psutil_does(machine, monkeypatch, tmp_path):
    monkeypatch.setattr(memory, "MEMINFO", tmp_path / "nowhere")
    memory_of_system = SimpleNamespace(virtual_memory=lambda: SimpleNamespace(available=5_000_000_000))
    monkeypatch.setitem(sys.modules, "psutil", memory_of_system)
    assert memory.free_gb() == 5.0
    monkeypatch.setitem(sys.modules, "psutil", None)
    assert memory.free_gb() == float("inf")


def test_a_containers_limit_counts_less_what_is_used_but_not_the_files_cache(machine):
    stat = "anon 5\ninactive_file 300000000\n"
    machine(
        "0::/job\n", job__memory_of_max="3000000000\n", job__memory_of_current="1300000000\n", job__memory_of_stat=stat
    )
    assert memory.free_gb() == 2.0


def test_the_tightest_group_above_the_process_counts(machine):
    machine("0::/a/b\n", a__b__memory_of_max="max\n", a__b__memory_of_current="7\n",
            a__memory_of_max="1000000000\n", a__memory_of_current="0\n")  # fmt: skip
    assert memory.free_gb() == 1.0


def test_the_first_version_of_control_groups_is_read_too(machine):
    machine("4:memory:/docker/x\n", memory__memory_of_limit_in_bytes="500000000\n",
            memory__memory_of_usage_in_bytes="100000000\n")  # fmt: skip
    assert memory.free_gb() == 0.4


def test_what_does_not_fit_is_refused_with_both_numbers_and_the_mend():
    with pytest.raises(BadOption, match=r"A model needs 3.0 GB, but 2.0 GB may be used. Use fewer factors."):
        memory.refuse_beyond(3.0, 2.0, "A model", "Use fewer factors.")


def test_the_most_that_was_held_meanwhile_is_told():
    """In a process of its own: from a large one the system may take other pages away meanwhile."""
    code = (
        "from cofactor.memory import PeakMemory\n"
        "with PeakMemory() as most: bytearray(100_000_000)\n"
        "print(most.megabytes)"
    )
    told = float(subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout)
    if np.isnan(told):
        pytest.skip("this system does not tell")
    assert told == pytest.approx(100, abs=20)


def test_a_system_that_tells_nothing_gives_no_number(monkeypatch, tmp_path):
    monkeypatch.setattr(memory, "FORGET_PEAK", (tmp_path / "not" / "there", "5"))
    with memory.PeakMemory() as most:
        pass
    assert np.isnan(most.megabytes)
