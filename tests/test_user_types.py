"""A type checker follows the public names through a program as a user would write it."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

import cofactor as cf

PROGRAM = """
import pandas as pd
import polars as pl
import pyarrow as pa

import cofactor as cf

frame = pd.DataFrame({"user": [1, 2], "item": [1, 1], "rating": [4, 5]})
ratings = cf.read(frame)
reveal_type(ratings)
train, test = cf.split(ratings, test=0.5)
reveal_type(train)
model = cf.MatrixFactorization(n_factors=2).fit(train, validation=test)
reveal_type(model)
reveal_type(cf.Bias().fit(frame).update(pl.DataFrame(frame)))
evaluation = cf.evaluate(model, pa.Table.from_pandas(frame))
reveal_type(evaluation.values)
reveal_type(cf.compare([model, cf.Popularity()], train, test))
reveal_type(cf.tune(model, train).model)
reveal_type(cf.auto(frame, "1s").model)
reveal_type(cf.Ladder(model))
reveal_type(cf.open("movies.cofactor"))
lists = model.recommend(1, n=5)
items = lists["item"].to_list()
best = lists[lists["rank"] == 1]
plain = lists.to_pandas()[["user", "item"]]
model.similar_items(1)["similarity"]
model.similar_users(1, by="posterior")["distance"]
model.explain(1, 1).table()["part"]
cf.biases(model).best(3)["bias"]
cf.clusters(model).table()["label"]
cf.Ladder(model).recommend(1)["rung"]
evaluation.table()["low"]
assert isinstance(lists, pl.DataFrame)
reveal_type(lists.height)
"""
FOUND = [
    "Ratings", "Ratings", "MatrixFactorization", "Bias", "dict[str, float]", "Comparison", "Recommender", "Recommender",
    "Ladder", "Recommender", "int",
]  # fmt: skip

WRONG = {
    "an option of another type": ("cf.MatrixFactorization(n_factors='many')", '"n_factors"'),
    "a path where ratings are wanted": ("cf.Bias().fit('ratings.csv')", '"train"'),
    "an argument that does not exist": ("cf.Bias().recommend(1, top=5)", '"top"'),
    "a number of items that is none": ("cf.Bias().recommend(1, n='all')", '"n"'),
    "a model for ratings": ("cf.evaluate(cf.Bias(), cf.Bias())", '"test"'),
    "a way to split that there is none of": ("cf.split(cf.load('tastes'), by='luck')", '"by"'),
    "a column that lists do not have": ("cf.Bias().recommend(1)['scroe']", "scroe"),
    "a column of neighbours, among recommendations": ("cf.Bias().recommend(1)['similarity']", "similarity"),
    "a column that evaluations do not have": ("cf.evaluate(cf.Bias(), frame).table()['mean']", "mean"),
    "a name that does not exist": ("cf.recommend", '"recommend" is not a known attribute'),
}


def diagnostics(folder: Path, program: str) -> list[dict]:
    """What the checker says of a program outside the project, which reads the package as it is imported here."""
    (folder / "program.py").write_text(program)
    package = Path(cf.__file__).parents[1]
    (folder / "pyrightconfig.json").write_text(json.dumps({"extraPaths": [str(package)], "include": ["program.py"]}))
    words = [sys.executable, "-m", "pyright", "--outputjson", "--pythonpath", sys.executable, "-p", str(folder)]
    answer = subprocess.run(words, capture_output=True, text=True, encoding="utf-8")
    return json.loads(answer.stdout)["generalDiagnostics"] + [
        {"severity": "error", "message": answer.stderr} for _ in range(answer.returncode > 1)
    ]


@pytest.fixture(scope="module")
def said(tmp_path_factory) -> list[dict]:
    """The checker's words on the program and on every wrong line after it: it is started once."""
    pytest.importorskip("pyright")
    wrong = "\n".join(line for line, _ in WRONG.values())
    return diagnostics(tmp_path_factory.mktemp("typed"), f"{PROGRAM}{wrong}\n")


@pytest.mark.slow
def test_the_types_of_a_users_program_are_found(said):
    lines = PROGRAM.count("\n")
    of_program = [one for one in said if one["range"]["start"]["line"] < lines]
    assert [one["message"] for one in of_program if one["severity"] == "error"] == []
    assert [one["message"].rpartition(" is ")[2].strip('"') for one in of_program] == FOUND


@pytest.mark.slow
@pytest.mark.parametrize("what", WRONG)
def test_a_wrong_line_is_caught_where_it_stands(said, what):
    at = PROGRAM.count("\n") + list(WRONG).index(what)
    errors = [one["message"] for one in said if one["range"]["start"]["line"] == at and one["severity"] == "error"]
    assert len(errors) == 1
    assert WRONG[what][1] in errors[0]


def test_the_package_says_that_it_is_typed_and_the_wheel_brings_the_mark(monkeypatch):
    setuptools = pytest.importorskip("setuptools")
    monkeypatch.chdir(Path(__file__).parents[1])
    project = setuptools.Distribution()
    project.parse_config_files()
    project.include_package_data = False  # what a manifest lists besides; it would be written first
    build = project.get_command_obj("build_py")
    build.ensure_finalized()
    brought = {package: names for package, _, _, names in build.data_files}
    assert "py.typed" in brought["cofactor"]
