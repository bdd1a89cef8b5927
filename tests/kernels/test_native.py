"""Machine code that is kept: it computes what Numba computes, is made once, and a damaged file harms nobody."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from cofactor.kernels import native
from cofactor.kernels.native import Native
from cofactor.kernels.sgd import Cells


@pytest.fixture(autouse=True)
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("COFACTOR_CACHE", str(tmp_path))
    return tmp_path / "machine-code"


def visit() -> Native:
    """The kernel as a new process has it: nothing loaded yet."""
    return Native("cofactor.kernels.sgd_loops", "visit")


def learned(kernel: Callable[..., None]) -> np.ndarray:
    """Both users rate item 1, once with a 5, once with a 1: the rows of P, then of Q, after one visit."""
    P, Q, loss = np.full((2, 8), 0.5, np.float32), np.full((2, 8), 0.5, np.float32), np.zeros(1)
    users, items = np.array([0, 1], np.int32), np.array([1, 1], np.int32)
    cells = Cells(users, items, np.array([5, 1], np.float32), np.array([0, 2]))
    kernel(P, Q, 2, cells, 0, 2, *(np.float32(x) for x in (0.1, 0.01, 1, 5)), loss)
    return np.vstack([P, Q])


def refuse_to_compile(*_: object) -> bytes:
    raise AssertionError("it was compiled again")


def test_it_computes_what_the_numba_function_computes():
    from cofactor.kernels.sgd_loops import visit as numba_function

    np.testing.assert_allclose(learned(visit()), learned(numba_function), rtol=1e-6)


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
