"""Machine code that is kept: it computes what Numba computes, is made once, and a damaged file harms nobody."""

import platform
import shutil
import threading
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from cofactor.kernels.compiling import cpu_levels, entries, machine_code
from cofactor.kernels.compiling.cpu_levels import CPU_LEVELS, host_level
from cofactor.kernels.compiling.machine_code import kept_signatures
from cofactor.kernels.compiling.native import Native
from cofactor.kernels.compiling.signatures import Signature
from cofactor.kernels.compiling.target import TargetCpu
from cofactor.kernels.gradient import sgd


@pytest.fixture(autouse=True)
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("COFACTOR_CACHE", str(tmp_path))
    monkeypatch.setattr(machine_code, "SHIPPED", tmp_path / "nothing-came-along")
    return tmp_path / "machine-code"


def visit() -> Native:
    """The kernel as a new process has it: nothing loaded yet."""
    return Native("cofactor.kernels.gradient.sgd_loops", "make_visit", 16)


def learned(kernel: Callable[..., None]) -> np.ndarray:
    """Both users rate item 1, once with a 5, once with a 1: the rows of both sides after one visit."""
    users, items = (sgd.make_side(np.full((2, 3), 0.5, np.float32), np.zeros(2)) for _ in range(2))
    user_idx, item_idx = np.array([0, 1], np.uint32), np.array([1, 1], np.uint32)
    cells = sgd.RatingCells(user_idx, item_idx, np.array([5, 1], np.float32), np.array([0] + [2] * 8))
    numbers = (np.float32(x) for x in (0.1, 0.01, 1, 5))
    kernel(users, items, cells, 0, *numbers, np.zeros(1, np.int64), np.zeros(8))
    return np.vstack([users.rows, items.rows])


def refuse_to_compile(*_: object) -> bytes:
    raise AssertionError("it was compiled again")


def test_it_computes_what_the_numba_function_computes():
    from cofactor.kernels.gradient.sgd_loops import make_visit

    np.testing.assert_allclose(learned(visit()), learned(make_visit(16)), rtol=1e-6)


def test_the_next_process_reads_the_file_and_compiles_nothing(cache, monkeypatch):
    first = learned(visit())
    monkeypatch.setattr(entries, "compile_entry", refuse_to_compile)
    np.testing.assert_array_equal(learned(visit()), first)
    assert len(list(cache.iterdir())) == 1


def test_other_types_are_other_machine_code(cache):
    kernel = Native("cofactor.kernels.gradient.adam_loops", "score")
    row = np.ones(8, np.float32)
    kernel(row, row, np.float32(1), np.float32(4))
    kernel(row, row, 1.0, 4.0)
    assert len(list(cache.iterdir())) == 2


def test_threads_that_begin_together_compile_once(monkeypatch):
    compiled, compile_ = [], entries.compile_entry

    def count(*what):
        compiled.append(what)
        return compile_(*what)

    monkeypatch.setattr(entries, "compile_entry", count)
    kernel = visit()
    threads = [threading.Thread(target=learned, args=(kernel,)) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(compiled) == 1


def test_the_time_of_compiling_is_counted_and_that_of_loading_is_not():
    began, before = time.monotonic(), machine_code.seconds_compiling()
    learned(visit())
    compiled = machine_code.seconds_compiling()
    assert 0 < compiled - before < time.monotonic() - began
    learned(visit())  # from the cache
    assert machine_code.seconds_compiling() == compiled


DAMAGE = {"half": lambda code: code[: len(code) // 2], "empty": lambda code: b"", "longer": lambda code: code + b"!"}


@pytest.mark.parametrize("damage", DAMAGE.values(), ids=DAMAGE)
def test_a_damaged_file_is_compiled_again_and_mended(cache, damage, monkeypatch):
    """Loaded as it is, half a file would end the process by a segmentation fault."""
    first = learned(visit())
    (file,) = cache.iterdir()
    file.write_bytes(damage(file.read_bytes()))
    np.testing.assert_array_equal(learned(visit()), first)
    monkeypatch.setattr(entries, "compile_entry", refuse_to_compile)
    np.testing.assert_array_equal(learned(visit()), first)


def test_where_nothing_can_be_kept_it_still_computes(cache, monkeypatch):
    cache.parent.joinpath("a-file").touch()
    monkeypatch.setenv("COFACTOR_CACHE", str(cache.parent / "a-file"))
    assert np.isfinite(learned(visit())).all()


def test_an_array_with_gaps_is_refused():
    with pytest.raises(ValueError, match="C-contiguous"):
        visit()(np.ones((4, 4), np.float32)[:, ::2])


# ---- which code is taken ----------------------------------------------------------------------------------

HITS = Signature(
    "cofactor.kernels.ranking.ranks_loops", "mark_hits", (), ("int64:2", "int", "int64:1", "int64:1", "bool:2")
)


def marker() -> Native:
    return Native(*HITS[:2])


def hits_of(kernel: Callable[..., None]) -> list[bool]:
    """Of a list of three items, the middle one was held out."""
    hits = np.zeros((1, 3), bool)
    kernel(np.array([[2, 1, 0]]), 0, np.array([0, 1]), np.array([1]), hits)
    return hits[0].tolist()


@pytest.mark.parametrize(
    ("variable", "value"),
    [("NUMBA_CPU_NAME", "haswell"), ("NUMBA_CPU_FEATURES", "+avx2"), ("NUMBA_ENABLE_AVX", "0"), ("NUMBA_OPT", "1"),
     ("NUMBA_LOOP_VECTORIZE", "0"), ("NUMBA_BOUNDSCHECK", "1")],
)  # fmt: skip
def test_a_variable_that_shapes_the_code_asks_for_another_file(monkeypatch, variable, value):
    before = machine_code._kept_file(HITS)
    monkeypatch.setenv(variable, value)
    assert machine_code._kept_file(HITS) != before


def test_a_variable_that_shapes_no_code_does_not(monkeypatch):
    before = machine_code._kept_file(HITS)
    monkeypatch.setenv("NUMBA_NUM_THREADS", "1")
    assert machine_code._kept_file(HITS) == before


@pytest.mark.parametrize("name", ["numba", "llvmlite"])
def test_so_do_other_versions_of_what_makes_the_code(monkeypatch, name):
    before, version = machine_code._kept_file(HITS), machine_code.version
    monkeypatch.setattr(machine_code, "version", lambda of: "0.1" if of == name else version(of))
    assert machine_code._kept_file(HITS) != before


def test_what_is_kept_says_of_itself_what_it_is(cache):
    hits_of(marker())
    (kept,) = kept_signatures()
    assert kept == HITS
    assert [file.name for file in cache.iterdir()] == [machine_code._kept_file(kept).name]


@pytest.fixture
def shipped(monkeypatch, tmp_path) -> Callable[..., Path]:
    """`shipped()` puts the code of `marker` into the package for the level of this processor."""
    monkeypatch.setattr(machine_code, "SHIPPED", tmp_path / "shipped")
    if host_level() is None:
        pytest.skip("this processor is of no level that code is made for")

    def put() -> Path:
        hits_of(marker())
        (signature,) = kept_signatures()
        file = tmp_path / "shipped" / machine_code.file_name(signature, host_level())
        machine_code.write(file, signature, machine_code.stored_code(signature))
        shutil.rmtree(tmp_path / "machine-code")
        return file

    return put


def test_code_that_came_with_the_package_is_taken_and_nothing_is_compiled_or_kept(cache, shipped, monkeypatch):
    shipped()
    monkeypatch.setattr(entries, "compile_entry", refuse_to_compile)
    assert hits_of(marker()) == [False, True, False]
    assert not cache.exists()


def test_code_that_was_made_of_other_sources_is_not(cache, shipped, monkeypatch):
    shipped()
    other = machine_code._digest_of_sources().copy()
    other.update(b"a line more")
    monkeypatch.setattr(machine_code, "_digest_of_sources", lambda: other)
    hits_of(marker())
    assert len(list(cache.iterdir())) == 1


def test_damaged_code_in_the_package_is_compiled_in_its_place(cache, shipped):
    file = shipped()
    file.write_bytes(file.read_bytes()[:-1])
    hits_of(marker())
    assert len(list(cache.iterdir())) == 1


def test_who_asks_for_another_processor_does_not_get_what_came_with_the_package(cache, shipped, monkeypatch):
    shipped()
    monkeypatch.setenv("NUMBA_OPT", "1")
    hits_of(marker())
    assert len(list(cache.iterdir())) == 1


def test_code_for_narrower_registers_is_not_taken(monkeypatch):
    """Kernels lay out what they are given by the width of the registers: AVX-512 without its usual parts, say."""
    level, _ = CPU_LEVELS["x86_64"]
    monkeypatch.setattr(cpu_levels, "CPU_LEVELS", CPU_LEVELS | {platform.machine().lower(): CPU_LEVELS["x86_64"]})
    for missing, taken in (("avx512vl", None), ("avx512f", "x86-64-v3")):
        host = TargetCpu("some", level.features - {missing})
        monkeypatch.setattr(cpu_levels, "target_cpu", lambda host=host: host)
        assert (host_level() and host_level().name) == taken


def test_numbas_switch_for_looking_into_functions_does_not_reach_ours(monkeypatch):
    from numba.core import config

    monkeypatch.setattr(config, "DISABLE_JIT", 1)
    assert np.isfinite(learned(visit())).all()
    assert config.DISABLE_JIT == 1
