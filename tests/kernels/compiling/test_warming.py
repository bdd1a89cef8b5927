"""Machine code that is made before it is needed: what a wheel brings, and what `cofactor warm-up` leaves behind."""

import inspect
import json
import os
import subprocess
import sys
from importlib import import_module
from pathlib import Path

import pytest

import cofactor as cf
from cofactor.cli import main
from cofactor.errors import BadOption
from cofactor.kernels.compiling import machine_code, warming
from cofactor.kernels.compiling.cpu_levels import host_level
from cofactor.kernels.compiling.machine_code import stored_code
from cofactor.kernels.compiling.signatures import Signature
from cofactor.kernels.compiling.warming import common_signatures, ship, warm_up

HITS = Signature(
    "cofactor.kernels.ranking.ranks_loops", "mark_hits", (), ("int64:2", "int", "int64:1", "int64:1", "bool:2")
)


@pytest.fixture
def one_kernel(tmp_path, monkeypatch) -> Path:
    """The only common kernel is `HITS`; nothing is at hand, the cache is empty."""
    monkeypatch.setenv("COFACTOR_CACHE", str(tmp_path / "cache"))
    monkeypatch.setattr(machine_code, "SHIPPED", tmp_path / "shipped")
    monkeypatch.setattr(warming, "MANIFEST", tmp_path / "common.json")
    (tmp_path / "common.json").write_text(json.dumps([HITS]))
    return tmp_path


@pytest.mark.parametrize(
    "signature", common_signatures(), ids=lambda one: f"{one.module.rpartition('.')[2]}.{one.name}"
)
def test_a_common_kernel_is_there_and_takes_so_many_arguments(signature):
    """Where this fails, building/record_kernels.py has to be run again."""
    named = getattr(import_module(signature.module), signature.name)
    kernel = named(*signature.constants) if signature.constants else named
    assert len(inspect.signature(kernel.py_func).parameters) == len(signature.kinds)


def test_a_signature_comes_back_from_json_as_it_was():
    one = Signature("a", "b", (16,), ("int", ("Hidden", "int64:1", ("Inner", "float"))))
    assert Signature.from_json(json.loads(json.dumps(one))) == one


@pytest.mark.slow
def test_the_command_compiles_what_is_missing_and_then_has_nothing_to_do(one_kernel, capsys):
    assert main(["warm-up"]) == 0
    assert "Compiling 1 kernel " in capsys.readouterr().out
    assert stored_code(HITS) is not None
    assert main(["warm-up"]) == 0
    assert "Nothing to compile" in capsys.readouterr().out


def test_where_nothing_can_be_kept_the_command_says_what_to_set(one_kernel, monkeypatch):
    monkeypatch.setenv("COFACTOR_CACHE", str(one_kernel / "common.json"))
    with pytest.raises(BadOption, match=r"Nothing can be kept in .* Set COFACTOR_CACHE"):
        warm_up([HITS])


@pytest.mark.slow
def test_what_is_made_for_a_wheel_is_what_this_processor_takes_from_it(one_kernel, monkeypatch):
    """One file for each level; the environment is left as it was."""
    if host_level() is None:
        pytest.skip("this processor is of no level that code is made for")
    before = dict(os.environ)
    ship(str(one_kernel / "shipped"))
    assert dict(os.environ) == before
    assert len(list((one_kernel / "shipped").iterdir())) >= 1
    assert stored_code(HITS) is not None
    assert not (one_kernel / "cache").exists()


FIT = """
import sys
from cofactor.kernels.compiling import native
from cofactor.kernels.compiling.warming import common_signatures
asked, find = [], native.machine_code
native.machine_code = lambda signature: asked.append(signature) or find(signature)
from cofactor.cli import main
main(["fit", "tastes", "--out", sys.argv[1]])
print(len(asked), [one.name for one in asked if one not in common_signatures()])
"""


@pytest.mark.slow
def test_a_first_fit_asks_for_nothing_that_a_wheel_does_not_bring(tmp_path):
    """Where this fails, building/record_kernels.py has to be run again."""
    environment = os.environ | {"PYTHONPATH": str(Path(cf.__file__).parents[1])}
    command = [sys.executable, "-c", FIT, str(tmp_path / "tastes.cofactor")]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=300, check=True)
    number, _, others = done.stdout.splitlines()[-1].partition(" ")
    assert int(number) > 0
    assert others == "[]"
