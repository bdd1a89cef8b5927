"""Machine code or its NumPy twin: who is chosen, and that each kernel has a twin that can stand in for it."""

import inspect
import os
import pkgutil
import subprocess
import sys
from collections.abc import Callable
from functools import cache
from importlib import import_module
from types import ModuleType

import numpy as np
import pytest

import cofactor.kernels
from cofactor.cli import main
from cofactor.errors import BadOption
from cofactor.kernels.compiling.native import Native
from cofactor.kernels.scoring.pairs import ScoredSide, pair_scores
from cofactor.kernels.twins import twin_of, uses_numpy


def kernels() -> list[Callable[..., object]]:
    """Every function that has a twin."""
    modules = {name: module for name, module in all_modules().items() if f"{name}_numpy" in all_modules()}
    return [
        function
        for name, module in modules.items()
        for function in vars(module).values()
        if inspect.isfunction(function) and function.__module__ == name and hasattr(function, "__wrapped__")
    ]


@cache
def all_modules() -> dict[str, ModuleType]:
    names = [one.name for one in pkgutil.walk_packages(cofactor.kernels.__path__, "cofactor.kernels.")]
    return {name: import_module(name) for name in names}


@pytest.mark.parametrize("kernel", kernels(), ids=lambda one: f"{one.__module__.rpartition('.')[2]}.{one.__name__}")
def test_a_twin_takes_the_same_parameters(kernel):
    assert inspect.signature(twin_of(kernel)) == inspect.signature(kernel)


def test_every_file_that_calls_machine_code_has_a_twin():
    """But for the short rows, which `solve` asks for: its twin solves all rows alike."""
    calling = {name for name, one in all_modules().items() if any(isinstance(x, Native) for x in vars(one).values())}
    assert calling - {one.__module__ for one in kernels()} == {"cofactor.kernels.posterior.short_rows"}


@pytest.mark.parametrize(("value", "numpy"), [("", False), ("compiled", False), ("numpy", True), (" numpy ", True)])
def test_the_variable_says_which_form_runs(monkeypatch, value, numpy):
    monkeypatch.setenv("COFACTOR_KERNELS", value)
    assert uses_numpy() == numpy


def test_a_value_that_names_no_form_is_refused_with_the_mend(monkeypatch):
    monkeypatch.setenv("COFACTOR_KERNELS", "numba")
    side = ScoredSide(np.zeros((1, 16), np.float32), np.zeros(1, np.float32), np.zeros(1, np.int32))
    with pytest.raises(BadOption, match=r"COFACTOR_KERNELS is 'numba', but .* compiled, numpy.*Leave it unset"):
        pair_scores(side, side)


def test_the_command_line_says_so_in_one_line(monkeypatch, tmp_path, capsys):
    monkeypatch.setenv("COFACTOR_KERNELS", "gpu")
    assert main(["fit", "tastes", "--out", str(tmp_path / "model")]) != 0
    assert "COFACTOR_KERNELS is 'gpu'" in capsys.readouterr().err


FIT = """
import sys, cofactor as cf
model = cf.MatrixFactorization(n_factors=2, n_epochs=1).fit(cf.load("tastes"), progress=False)
model.recommend(model.ratings.users.gather(range(70)).tolist())
print([name for name in ("numba", "llvmlite") if name in sys.modules])
"""


def test_the_twins_need_no_compiler():
    environment = os.environ | {"COFACTOR_KERNELS": "numpy"}
    done = subprocess.run([sys.executable, "-c", FIT], env=environment, capture_output=True, text=True, timeout=300)
    assert done.stdout.strip() == "[]", done.stderr
