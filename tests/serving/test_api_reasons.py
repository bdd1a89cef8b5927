"""Reasons by the API: the parts of `explain`, that add up to the score shown, for people, newcomers and what-ifs."""

import pytest

import cofactor as cf
from cofactor.serving.opened import OpenModel, Shelf
from serving.conftest import client_of

STAR_WARS = "star-wars-1977"


def the_first_of_the_list(client) -> dict:
    return client.get("/api/people/u0029/list").json()["rows"][0]


def test_the_parts_add_up_to_the_score_that_the_list_shows(client):
    row = the_first_of_the_list(client)
    why = client.get(f"/api/people/u0029/reasons/{row['item']}").json()
    assert sum(part["part"] for part in why["parts"]) == pytest.approx(why["sum"], abs=1e-4)
    assert sum(part["score_part"] for part in why["parts"]) == pytest.approx(row["score"], abs=1e-4)
    assert {part["reason"] for part in why["parts"]} >= {"base", "user", "item", "rating"}


def test_the_line_of_python_gives_the_same_parts(client):
    from serving.test_api import run_python

    why = client.get(f"/api/people/u0029/reasons/{the_first_of_the_list(client)['item']}").json()
    table = run_python(why["python"]).table()
    assert [part["part"] for part in why["parts"]] == pytest.approx(table["part"].to_list())


def test_the_ratings_that_a_place_hangs_on_are_found_and_verified(client):
    item = client.get("/api/people/u0029/list").json()["rows"][2]["item"]
    params = {"counterfactual": True, "n": 3}
    found = client.get(f"/api/people/u0029/reasons/{item}", params=params).json()["counterfactual"]
    assert found["found"]
    without = [{"item": row["item"], "value": None} for row in found["without"]]
    after = client.post("/api/whatif", json={"user": "u0029", "changes": without, "n": 3}).json()["after"]
    assert item not in [row["item"] for row in after["rows"]]


def test_newcomers_and_what_ifs_have_reasons_too(client):
    answers = [{"item": STAR_WARS, "value": 5}]
    row = client.post("/api/newcomer", json={"answers": answers}).json()["list"]["rows"][0]
    why = client.post("/api/newcomer/reasons", json={"answers": answers, "item": row["item"]}).json()
    same = client.post("/api/whatif/reasons", json={"changes": answers, "item": row["item"]}).json()
    assert why["parts"] == same["parts"]
    assert why["score"] == pytest.approx(row["score"], abs=1e-5)
    assert why["user"] is None
    assert STAR_WARS in [part["item"] for part in why["parts"]]


def test_a_place_has_the_interval_that_its_reasons_have(tmp_path):
    table = cf.Ratings.from_arrays([1, 1, 2, 2, 3], [1, 2, 2, 3, 1], [5, 3, 4, 1, 2])
    cf.BayesianMF(n_burn_in=2, n_draws=4, n_factors=2).fit(table, progress=False).save(tmp_path / "m.cofactor")
    client = client_of(Shelf(OpenModel.at(tmp_path / "m.cofactor")))
    (row,) = client.get("/api/people/1/list").json()["rows"]
    why = client.get(f"/api/people/1/reasons/{row['item']}").json()
    assert row["interval"] == pytest.approx(why["interval"], abs=1e-3)


def test_ids_may_hold_slashes(tmp_path):
    table = cf.Ratings.from_arrays(["a/b", "a/b", "c"], ["x/y", "z", "x/y"], [5, 3, 4])
    cf.Bias().fit(table).save(tmp_path / "m.cofactor")
    client = client_of(Shelf(OpenModel.at(tmp_path / "m.cofactor")))
    assert client.get("/api/items/x%2Fy").json()["item"] == "x/y"
    assert client.get("/api/people/a%2Fb").json()["user"] == "a/b"
    assert client.get("/api/people/c/reasons/x%2Fy").json()["item"] == "x/y"


def test_where_lists_are_ordered_otherwise_it_is_said_that_the_prediction_is_explained(checkerboard, tmp_path):
    model = cf.RankerAndRater(ranker=cf.EASE(), rater=cf.Bias()).fit(checkerboard, progress=False)
    model.save(tmp_path / "two.cofactor")
    client = client_of(Shelf(OpenModel.at(tmp_path / "two.cofactor")))
    about = client.get("/api/model").json()
    assert (about["score"]["unit"], about["unit"]) == ("", "stars")
    assert about["options"]["ranker"]["model"] == "ease"
    row = client.get("/api/people/0/list").json()["rows"][0]
    why = client.get(f"/api/people/0/reasons/{row['item']}").json()
    assert why["score"] == pytest.approx(row["rating"])
    assert why["unit"] == "stars"
    assert "the list is ordered by another score" in why["says"]
