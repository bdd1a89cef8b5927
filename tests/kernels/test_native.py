"""Machine code that is kept: it computes what Numba computes, is made once, and a damaged file harms nobody."""

import threading
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from cofactor.kernels import native, sgd
from cofactor.kernels.native import Native


@pytest.fixture(autouse=True)
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("COFACTOR_CACHE", str(tmp_path))
    return tmp_path / "machine-code"


def visit() -> Native:
    """The kernel as a new process has it: nothing loaded yet."""
    return Native("cofactor.kernels.sgd_loops", "visitor", 16)


def learned(kernel: Callable[..., None]) -> np.ndarray:
    """Both users rate item 1, once with a 5, once with a 1: the rows of both sides after one visit."""
    users, items = (sgd.make_side(np.full((2, 3), 0.5, np.float32), np.zeros(2)) for _ in range(2))
    user_idx, item_idx = np.array([0, 1], np.uint32), np.array([1, 1], np.uint32)
    cells = sgd.Cells(user_idx, item_idx, np.array([5, 1], np.float32), np.array([0] + [2] * 8))
    numbers = (np.float32(x) for x in (0.1, 0.01, 1, 5))
    kernel(users, items, cells, 0, *numbers, np.zeros(1, np.int64), np.zeros(8))
    return np.vstack([users.rows, items.rows])


def refuse_to_compile(*_: object) -> bytes:
    raise AssertionError("it was compiled again")


def test_it_computes_what_the_numba_function_computes():
    from cofactor.kernels.sgd_loops import visitor

    np.testing.assert_allclose(learned(visit()), learned(visitor(16)), rtol=1e-6)


def test_the_next_process_reads_the_file_and_compiles_nothing(cache, monkeypatch):
    first = learned(visit())
    monkeypatch.setattr(native, "_compile", refuse_to_compile)
    np.testing.assert_array_equal(learned(visit()), first)
    assert len(list(cache.iterdir())) == 1


def test_other_types_are_other_machine_code(cache):
    kernel = Native("cofactor.kernels.adam_loops", "score")
    row = np.ones(8, np.float32)
    kernel(row, row, np.float32(1), np.float32(4))
    kernel(row, row, 1.0, 4.0)
    assert len(list(cache.iterdir())) == 2


def test_threads_that_begin_together_compile_once(monkeypatch):
    compiled, compile_ = [], native._compile

    def count(*what):
        compiled.append(what)
        return compile_(*what)

    monkeypatch.setattr(native, "_compile", count)
    kernel = visit()
    threads = [threading.Thread(target=learned, args=(kernel,)) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(compiled) == 1


DAMAGE = {"half": lambda code: code[: len(code) // 2], "empty": lambda code: b"", "longer": lambda code: code + b"!"}


@pytest.mark.parametrize("damage", DAMAGE.values(), ids=DAMAGE)
def test_a_damaged_file_is_compiled_again_and_mended(cache, damage, monkeypatch):
    """Loaded as it is, half a file would end the process by a segmentation fault."""
    first = learned(visit())
    (file,) = cache.iterdir()
    file.write_bytes(damage(file.read_bytes()))
    np.testing.assert_array_equal(learned(visit()), first)
    monkeypatch.setattr(native, "_compile", refuse_to_compile)
    np.testing.assert_array_equal(learned(visit()), first)


def test_where_nothing_can_be_kept_it_still_computes(cache, monkeypatch):
    cache.parent.joinpath("a-file").touch()
    monkeypatch.setenv("COFACTOR_CACHE", str(cache.parent / "a-file"))
    assert np.isfinite(learned(visit())).all()


def test_an_array_with_gaps_is_refused():
    with pytest.raises(ValueError, match="C-contiguous"):
        visit()(np.ones((4, 4), np.float32)[:, ::2])
