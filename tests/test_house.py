"""The house: imports go down only, every citation has its reference, a model is one name in one file."""

import ast
import re
from collections.abc import Iterator
from graphlib import CycleError, TopologicalSorter
from importlib import import_module
from pathlib import Path
from typing import NamedTuple

import pytest

import cofactor as cf
from cofactor.recommender import Recommender

ROOT = Path(__file__).parent.parent
SOURCE = ROOT / "src" / "cofactor"

# From the ground up; rooms on one floor do not know each other. `opening` stands above the models, because it asks
# their folder; the rooms that are still to come have their place already.
FLOORS = (
    "arrays errors cache control_groups log search_space sheet",
    "addresses memory forking hyperparameters replacing", "kernels", "data plots nets card",
    "ranking posterior model_folder run selection filtering", "reranking", "contract",
    "recommender", "training", "gibbs blending scale",
    "models evaluation interpretation coldstart", "opening tuning", "audit choosing", "serving",
    "collab experiment", "cli", "__main__",
)  # fmt: skip
FLOOR_OF = {room: floor for floor, rooms in enumerate(FLOORS) for room in rooms.split()}


class Import(NamedTuple):
    module: str  # cofactor.data.ids
    target: str  # cofactor.errors
    when: str  # "start": with the module, "call": inside a function, "types": only for the type checker


# --- reading the imports ----------------------------------------------------------------------------------------


def sources() -> dict[str, str]:
    """The text of every module of the package, by its dotted name."""
    files = {
        ".".join(("cofactor", *file.relative_to(SOURCE).with_suffix("").parts)): file for file in SOURCE.rglob("*.py")
    }
    return {name.removesuffix(".__init__"): file.read_text(encoding="utf-8") for name, file in files.items()}


def imports(modules: dict[str, str]) -> list[Import]:
    return [one for name, text in modules.items() for one in _found(name, ast.parse(text), "start", modules)]


def _found(module: str, node: ast.AST, when: str, modules: dict[str, str]) -> Iterator[Import]:
    for child in ast.iter_child_nodes(node):
        yield from (Import(module, target, when) for target in _targets(child, modules))
        types = isinstance(child, ast.If) and "TYPE_CHECKING" in ast.unparse(child.test)
        inside = isinstance(child, ast.FunctionDef | ast.AsyncFunctionDef)
        yield from _found(module, child, "types" if types else "call" if inside and when == "start" else when, modules)


def _targets(node: ast.AST, modules: dict[str, str]) -> list[str]:
    """Modules of ours that a statement imports; `cf.name` and `from cofactor import name` mean the name's home."""
    if isinstance(node, ast.Import):
        return [alias.name for alias in node.names if alias.name.startswith("cofactor.")]
    if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id in ("cofactor", "cf"):
        return _home(node.attr)
    if isinstance(node, ast.ImportFrom) and node.level:
        return ["cofactor.relative"]  # a room without a floor: imports say their target in full
    if isinstance(node, ast.ImportFrom) and node.module == "cofactor":
        return [home for alias in node.names for home in _home(alias.name)]
    if isinstance(node, ast.ImportFrom) and str(node.module).startswith("cofactor."):
        whole = [f"{node.module}.{alias.name}" for alias in node.names]
        return [target if target in modules else str(node.module) for target in whole]
    return []


def _home(name: str) -> list[str]:
    return [f"cofactor.{cf._HOME[name].partition(':')[0]}"] if name in cf._HOME else []


def room(module: str) -> str:
    """data, of cofactor.data.ids; the face, cofactor itself, has none."""
    return module.partition(".")[2].partition(".")[0]


# --- judging them -----------------------------------------------------------------------------------------------


def upward(found: list[Import]) -> list[str]:
    """Imports that do not go down; the face may name everything."""
    steps = [one for one in found if room(one.module) and room(one.module) != room(one.target)]
    return [f"{one.module} imports {one.target} ({one.when})" for one in steps if not _goes_down(one)]


def _goes_down(one: Import) -> bool:
    here, there = (FLOOR_OF.get(room(name)) for name in (one.module, one.target))
    if here is None or there is None:
        return False  # a new room says its floor in FLOORS first
    return there < here or (there == here and one.when == "types")


def circle(found: list[Import]) -> list[str]:
    """The modules of a circle of imports that run, if there is one."""
    below = TopologicalSorter[str]()
    for one in found:
        if one.when != "types":
            below.add(one.module, one.target)
    try:
        below.prepare()
    except CycleError as error:
        return error.args[1]
    return []


def test_imports_go_down_only():
    assert upward(imports(sources())) == []


def test_no_modules_import_each_other_in_a_circle():
    assert circle(imports(sources())) == []


@pytest.mark.parametrize(
    "planted",
    [
        "from cofactor.models.bias import Bias",
        "import cofactor.models.bias",
        "def late():\n    from cofactor.models import model_names",
        "if TYPE_CHECKING:\n    from cofactor.recommender import Recommender",
        "import cofactor as cf\ncf.Bias()",
        "from cofactor import Bias",
        "from cofactor.plots import histogram",
        "from ..models import bias",
        "from cofactor.attic import Box",
    ],
)
def test_a_planted_step_upwards_is_found(planted):
    assert len(upward(imports({"cofactor.data.ids": planted}))) == 1


@pytest.mark.parametrize(
    "planted",
    [
        "from cofactor.errors import BadTable",
        "from cofactor.data.rows import Rows",
        "if TYPE_CHECKING:\n    from cofactor.plots import histogram",
        "import cofactor\ncofactor.__version__",
        "import numpy as np",
    ],
)
def test_a_step_down_or_within_the_room_is_fine(planted):
    assert upward(imports({"cofactor.data.ids": planted})) == []


def test_a_planted_circle_is_found():
    planted = {
        "cofactor.data.a": "from cofactor.data import b", "cofactor.data.b": "def late():\n    import cofactor.data.a",
    }  # fmt: skip
    assert set(circle(imports(planted))) == {"cofactor.data.a", "cofactor.data.b"}


# --- what else holds everywhere ---------------------------------------------------------------------------------


def test_no_two_files_of_tests_have_one_name():
    """The runner imports them by their names alone, and would leave the second one out."""
    names = [file.name for file in (ROOT / "tests").rglob("test_*.py")]
    assert [name for name in sorted(set(names)) if names.count(name) > 1] == []


def test_every_citation_has_its_reference():
    known = set(re.findall(r"^@\w+\{(\w+),", (ROOT / "docs" / "references.bib").read_text(encoding="utf-8"), re.M))
    brackets = re.findall(r"\[([a-z]+\d{4}\w*(?:, [a-z]+\d{4}\w*)*)\]", "\n".join(sources().values()))
    cited = {key for inside in brackets for key in inside.split(", ")}
    assert cited
    assert cited - known == set()


@pytest.mark.parametrize("name", sorted(file.stem for file in (SOURCE / "models").glob("[!_]*.py")))
def test_a_model_file_exports_one_model(name):
    module = import_module(f"cofactor.models.{name}")
    (exported,) = module.__all__
    model = getattr(module, exported)
    assert issubclass(model, Recommender)
    assert model.__module__ == module.__name__
    assert exported.lower() == name.replace("_", "")


def test_the_public_names_change_only_on_purpose():
    assert sorted(cf.__all__) == [
        "BPR", "BayesianMF", "Between", "Bias", "Blend", "CofactorError", "EASE", "EarlyStopping", "ExplicitALS",
        "GraphFilter", "ImplicitMF", "ItemKNN", "ItemValues", "Ladder", "MatrixFactorization", "NeuralCF", "Onboarding",
        "OneOf", "Popularity", "PrivateALS", "RankerAndRater", "Ratings", "Recommender", "SparseEASE", "Split",
        "__version__", "auto",
        "axis_between", "biases", "clusters", "compare", "evaluate", "factors", "folds", "load", "model_card",
        "monitor", "neighbours_kept", "open", "open_shards", "popularity_bias", "read", "set_threads", "shard",
        "split", "tune",
    ]  # fmt: skip


def test_every_public_name_can_be_had():
    assert all(getattr(cf, name) is not None for name in cf.__all__)
