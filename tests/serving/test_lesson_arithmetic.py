"""The arithmetic of the page "How it works": by hand in Node, and against NumPy."""

import json
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import cofactor

EXPLORER = Path(cofactor.__file__).parent / "serving" / "explorer"
ROOT = Path(__file__).parents[2]
BY_HAND = Path(__file__).parent / "lesson_arithmetic.test.mjs"


@pytest.fixture(scope="module")
def modules(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The page's modules where Node takes them for modules."""
    if shutil.which("node") is None:
        pytest.skip("the page's arithmetic is tested in Node, and there is none")
    folder = tmp_path_factory.mktemp("modules") / "explorer"
    shutil.copytree(EXPLORER, folder)
    (folder / "package.json").write_text('{"type": "module"}')
    return folder


@pytest.fixture(scope="module")
def in_node(modules: Path) -> Callable[[str], Any]:
    """The value of a JavaScript expression in which the functions of arithmetic.js and ridge.js are `page.…`."""

    def evaluate(expression: str) -> Any:
        names = ("arithmetic", "ridge", "lecture", "measured")
        imports = "\n".join(f'import * as {name} from "./lesson/{name}.js";' for name in names)
        (modules / "asked.mjs").write_text(
            f"{imports}\nconst page = {{ {', '.join(f'...{name}' for name in names)} }};\n"
            f"console.log(JSON.stringify({expression}));"
        )
        ended = subprocess.run(["node", "asked.mjs"], cwd=modules, capture_output=True, text=True, check=True)
        return json.loads(ended.stdout)

    return evaluate


def test_by_hand(modules: Path) -> None:
    shutil.copy(BY_HAND, modules)
    ended = subprocess.run(["node", "--test", BY_HAND.name], cwd=modules, capture_output=True, text=True, check=False)
    assert ended.returncode == 0, ended.stdout


def test_the_sigmoid_and_its_slope_are_those_of_numpy(in_node: Callable[[str], Any]) -> None:
    scores, low, high = np.linspace(-6, 6, 25), 0.5, 5.5
    stars = low + (high - low) / (1 + np.exp(-scores))
    slopes = (stars - low) * (high - stars) / (high - low)
    found = in_node(f"{scores.tolist()}.map((x) => [page.squash(x, [0.5, 5.5]), page.slope(x, [0.5, 5.5])])")
    np.testing.assert_allclose(found, np.column_stack([stars, slopes]), atol=1e-12)


def test_a_gradient_step_is_that_of_finite_differences(in_node: Callable[[str], Any]) -> None:
    u, v, rating, rate, nudge = np.array([0.8, -0.3, 0.6]), np.array([0.7, 0.5, 0.9]), 5.0, 0.05, 1e-6

    def gradient_of_u(u: np.ndarray, v: np.ndarray) -> np.ndarray:
        steps = nudge * np.eye(len(u))
        loss = ((u + np.concatenate([steps, -steps])) @ v - rating) ** 2
        return (loss[:3] - loss[3:]) / (2 * nudge)

    step = in_node(f"page.gradientStep({u.tolist()}, {v.tolist()}, {rating}, {rate})")
    np.testing.assert_allclose(step["u"], u - rate * gradient_of_u(u, v), atol=1e-8)
    np.testing.assert_allclose(step["v"], v - rate * gradient_of_u(v, u), atol=1e-8)


def test_descent_is_the_same_loop_in_numpy(in_node: Callable[[str], Any]) -> None:
    U, V = np.array([[0.8, 0.3], [0.4, 0.9]]), np.array([[0.9, 0.2], [0.3, 0.8]])
    ratings = [(0, 0, 5.0), (1, 1, 4.0), (0, 1, 2.0)]
    as_objects = [{"user": u, "item": i, "value": r} for u, i, r in ratings]
    start = json.dumps({"U": U.tolist(), "V": V.tolist()})
    run = in_node(f"page.descend({json.dumps(as_objects)}, {start}, 0.03, 50)")
    for at in range(50):
        u, i, rating = ratings[at % 3]
        error = U[u] @ V[i] - rating
        U[u], V[i] = U[u] - 0.06 * error * V[i], V[i] - 0.06 * error * U[u]
    np.testing.assert_allclose(run["U"], U, atol=1e-10)
    np.testing.assert_allclose(run["losses"][-1], np.mean([(U[u] @ V[i] - r) ** 2 for u, i, r in ratings]))


def test_a_row_is_the_ridge_regression_of_its_ratings(in_node: Callable[[str], Any]) -> None:
    rng = np.random.default_rng(0)
    vectors, values, decay = rng.normal(size=(9, 4)), rng.normal(size=9), 0.3
    wanted = np.linalg.solve(vectors.T @ vectors + decay * np.eye(4), vectors.T @ values)
    found = in_node(f"page.ridgeRow({vectors.tolist()}, {values.tolist()}, {decay})")
    np.testing.assert_allclose(found, wanted, atol=1e-10)


def test_one_factor_cannot_say_who_likes_the_middle() -> None:
    """The bound that the step on networks gives, 0.67: what the table less 3 has beyond its first direction."""
    wanted = 5 - 2 * np.abs(np.subtract.outer([-1, 0, 1], [-1, 0, 1])) - 3.0
    beyond = np.linalg.svd(wanted, compute_uv=False)[1:]
    assert np.sqrt(np.sum(beyond**2) / 9) == pytest.approx(2 / 3)


def test_what_the_page_quotes_as_measured_was_measured(in_node: Callable[[str], Any]) -> None:
    notebook = json.loads((ROOT / "docs" / "lecture.ipynb").read_text())
    outputs = [output for cell in notebook["cells"] for output in cell.get("outputs", [])]
    printed = "".join("".join(output.get("text", "")) for output in outputs)
    for row in in_node("page.BY_RANGE"):
        assert f"y_range {row['range']:10s}  mean {row['error']} " in printed
    table = (ROOT / "benchmarks" / "results" / "objective.md").read_text().split("## ImplicitMF")[1].split("## ")[0]
    by_weight = {
        cells[1].strip(): cells for cells in (line.split("|") for line in table.splitlines()) if len(cells) > 6
    }
    for row in in_node("page.BY_WEIGHT"):
        cells = by_weight[row["weight"]]
        measured = [cells[column].split()[0] for column in (3, 5, 6)]
        assert measured == [row["found"], row["regret"], row["bait"]]
    decay, width = in_node("page.BY_DECAY"), in_node("page.BY_WIDTH")
    known, unseen = decay["none"].values()
    assert f"Without weight decay: {known} on known and {unseen} on unseen ratings." in printed
    best, lecture = decay["best"], decay["lecture"]
    assert (
        f"{best['decay']}, with {best['unseen']}; the lecture's {lecture['decay']} has {lecture['unseen']}" in printed
    )
    assert f"Lowest with {width['best']} factors ({width['error']}); within its interval: {width['within']}." in printed
    tastes = in_node("page.ON_TASTES")
    assert f"{tastes['dot']}*         {tastes['network']} " in printed
    assert f"behind the dot product by {tastes['behind']}, beyond the noise" in printed


def test_what_the_page_quotes_of_ml_1m_was_measured(in_node: Callable[[str], Any]) -> None:
    quoted = in_node("page.ON_ML_1M")
    rows = (ROOT / "benchmarks" / "results" / "ncf.md").read_text().splitlines()
    (dot,) = [row for row in rows if row.startswith("| ImplicitMF d=384, published settings ")]
    (network,) = [row for row in rows if row.startswith("| NeuMF, ")]
    assert f" {quoted['dot']} ± " in dot
    assert f" {quoted['dotSeconds']} ± " in dot
    assert f" {quoted['network']} |" in network
    assert f" {quoted['networkSeconds']} |" in network
