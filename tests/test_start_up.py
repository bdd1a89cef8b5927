"""What stays outside until it is needed: large libraries that start-up and answering must not wait for."""

import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

import cofactor as cf

LARGE = ("torch", "numba", "polars", "pandas", "scipy", "matplotlib", "rich")

FIT = """
import cofactor as cf
from cofactor.data.ratings import Ratings
ratings = Ratings.from_arrays([0, 0, 1, 1], [0, 1, 1, 2], [5.0, 1.0, 4.0, 2.0])
cf.MatrixFactorization(n_factors=2, n_epochs=1, y_range=(0, 5.5), solver={solver!r}).fit(ratings, progress=False)
"""


def loaded_by(code: str, cache: Path) -> set[str]:
    """Which of the large libraries a new process has loaded once it has run `code`."""
    tell = f"\nimport sys; print('loaded', *[name for name in {LARGE} if name in sys.modules])"
    result = subprocess.run(
        [sys.executable, "-c", code + tell], capture_output=True, text=True, check=True,
        env=os.environ | {"COFACTOR_CACHE": str(cache)},
    )  # fmt: skip
    return set(result.stdout.splitlines()[-1].split()[1:])


def test_a_loaded_library_is_noticed(tmp_path):
    assert "scipy" in loaded_by("import scipy", tmp_path)


def test_importing_the_package_loads_nothing_large(tmp_path):
    assert loaded_by("import cofactor", tmp_path) == set()


SMALL: dict[str, Any] = {"n_factors": 2, "n_epochs": 1}
MODELS = [cf.Popularity(), cf.Bias(), cf.MatrixFactorization(**SMALL), cf.ExplicitALS(**SMALL), cf.ImplicitMF(**SMALL)]


@pytest.mark.parametrize("model", MODELS, ids=lambda model: type(model).__name__)
def test_a_saved_model_ranks_with_numpy_alone(model, checkerboard, tmp_path):
    folder = model.fit(checkerboard, progress=False).save(tmp_path / "model.cofactor")
    code = f"import cofactor as cf\ncf.open({str(folder)!r}).rank(3, 1)"
    assert loaded_by(code, tmp_path) == set()


@pytest.mark.parametrize("solver", ["adam", "sgd"])
def test_only_the_first_process_to_train_loads_numba(solver, tmp_path):
    code = FIT.format(solver=solver)
    assert "numba" in loaded_by(code, tmp_path)
    assert loaded_by(code, tmp_path) == set()
