"""Kernels as older processors run them: Numba's variables make this one stand for them, in processes of their own."""

import os
import platform
import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import TypeAlias

import pytest

from cofactor.kernels.compiling.target import target_cpu

Run: TypeAlias = Callable[..., subprocess.CompletedProcess[str]]

LEVELS = {
    "AVX2": ("haswell", "+sse4.2,+popcnt,+avx,+avx2,+fma,+bmi,+bmi2,+f16c,+lzcnt"),
    "AVX without FMA": ("sandybridge", "+sse4.2,+popcnt,+avx"),
}
FORMULAS = (  # the tests of the kernels that hold most sums at once
    "posterior/test_solve.py::test_all_rows_get_the_mean_that_the_formula_gives_in_double_precision[64]",
    "ranking/test_top_products.py::test_the_lists_are_those_that_sorting_gives",
)
TILE = """
from numba import njit, types
from cofactor.kernels.arithmetic.vectors import add_tile

@njit(_nrt=False, no_cpython_wrapper=True, no_cfunc_wrapper=True)
def tile(size, A, X, Y, n):
    add_tile(size, A, 0, 64, X, 0, 1, 64, Y, 0, 64, n)

floats = types.Array(types.float32, 1, "C")
tile.compile((types.int64, floats, floats, floats, types.int64))
print(tile.inspect_asm(tile.signatures[0]))
"""
ON_THE_STACK = re.compile(r"mov.*\(%rsp\).*%[xyz]mm|mov.*%[xyz]mm.*\(%rsp\)")


@pytest.fixture(params=LEVELS)
def run(request: pytest.FixtureRequest, tmp_path: Path) -> Run:
    """Python with these arguments, on a processor of this level."""
    name, flags = LEVELS[request.param]
    missing = set(flags.replace("+", "").split(",")) - target_cpu().features
    if platform.machine().lower() not in ("x86_64", "amd64") or missing:
        pytest.skip(f"this processor cannot stand for {name}")
    asked = {"NUMBA_CPU_NAME": name, "NUMBA_CPU_FEATURES": flags}
    folders = {"COFACTOR_CACHE": str(tmp_path), "NUMBA_CACHE_DIR": str(tmp_path / "numba")}

    def child(*arguments: str) -> subprocess.CompletedProcess[str]:
        command = [sys.executable, *arguments]
        return subprocess.run(command, env=os.environ | asked | folders, capture_output=True, text=True)

    return child


@pytest.mark.slow
def test_kernels_keep_to_their_formulas(run, tmp_path):
    here = Path(__file__).parent.parent
    done = run("-m", "pytest", "-q", "-p", "no:cacheprovider", *(str(here / test) for test in FORMULAS))
    assert done.returncode == 0, done.stdout
    code = [file.read_bytes() for file in (tmp_path / "machine-code").iterdir()]
    assert code
    assert not any(b"fmaf" in one for one in code)  # a call of the C library for every lane: a hundred times slower


def test_the_sums_of_a_tile_stay_in_registers(run):
    lines = run("-c", TILE).stdout.splitlines()
    assert sum("ymm" in line for line in lines) > 8
    assert not [line for line in lines if "zmm" in line or ON_THE_STACK.search(line)]
