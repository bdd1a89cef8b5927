"""What the lesson and the comparison are told: the model's own data in the small, models side by side on one split."""

import time

import pytest

import cofactor as cf
from cofactor.serving.guard import Permissions
from cofactor.serving.opened import OpenModel, Shelf
from serving.conftest import client_of
from serving.test_api import run_python


def test_the_small_table_holds_ratings_that_were_given_and_holes(client, opened):
    lesson = client.get("/api/lesson").json()
    cells = [one for row in lesson["table"] for one in row]
    assert len(lesson["table"]) == len(lesson["people"]) == 8
    assert all(len(row) == len(lesson["items"]) == 8 for row in lesson["table"])
    assert 6 <= cells.count(None) <= 40
    assert {one for one in cells if one is not None} <= {1, 2, 3, 4, 5}


def test_the_lesson_shows_nobody_where_no_persons_are_shown(opened):
    client = client_of(Shelf(opened, permissions=Permissions(people=False)))
    lesson = client.get("/api/lesson").json()
    assert (lesson["people"], lesson["table"], lesson["bias"]["users"]) == ([], None, [])
    assert len(lesson["bias"]["items"]) == 8


def test_the_rungs_share_all_people_among_them(client):
    ladder = client.get("/api/lesson").json()["ladder"]
    assert [one["rung"] for one in ladder] == ["own ratings", "attributes", "group", "popularity"]
    assert sum(one["share_of_people"] for one in ladder) == pytest.approx(1)


@pytest.fixture(scope="module")
def two_models(checkerboard, tmp_path_factory):
    folder = tmp_path_factory.mktemp("two")
    for model in (cf.ExplicitALS(n_factors=2), cf.Bias()):
        model.fit(checkerboard, progress=False).save(folder / f"{type(model).__name__}.cofactor")
    first, second = (OpenModel.at(folder / f"{name}.cofactor") for name in ("ExplicitALS", "Bias"))
    return Shelf(first, (second,))


def test_saved_models_are_compared_on_one_split(two_models):
    client = client_of(two_models)
    assert client.get("/api/compare").json()["state"] == "none"
    client.post("/api/compare")
    for _ in range(600):
        answer = client.get("/api/compare").json()
        if answer["state"] != "running":
            break
        time.sleep(0.05)
    assert answer["state"] == "ready"
    assert [one["name"] for one in answer["models"]] == ["ExplicitALS", "Bias"]
    rmse = {one["name"]: one["metrics"]["rmse"] for one in answer["models"]}
    assert rmse["ExplicitALS"]["value"] < rmse["Bias"]["value"]  # the tastes of a checkerboard are no biases
    (pair,) = [one for one in answer["pairs"] if one["metric"] == "rmse"]
    assert pair["difference"] == pytest.approx(rmse[pair["first"]]["value"] - rmse[pair["second"]]["value"])
    assert pair["low"] <= pair["difference"] <= pair["high"]
    made = run_python(answer["python"])
    assert set(made.verdicts) == {one["name"] for one in answer["metrics"]}
    found = made.evaluations["ExplicitALS"].intervals["rmse"]
    assert (found.value, found.low, found.high) == pytest.approx(tuple(rmse["ExplicitALS"].values()))
