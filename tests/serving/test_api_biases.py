"""Biases by the API: one item's and one person's are those that `cf.biases` has of all, on each page."""

import pytest

import cofactor as cf
from cofactor.serving.opened import OpenModel, Shelf
from serving.conftest import client_of

STAR_WARS = "star-wars-1977"


def of_row(table, side: str, one: str) -> dict:
    return next(row for row in table.iter_rows(named=True) if row[side] == one)


def test_an_item_has_the_bias_that_python_gives_with_its_interval(client, opened):
    found = of_row(cf.biases(opened.model, min_ratings=1).table(), "item", STAR_WARS)
    bias = client.get(f"/api/items/{STAR_WARS}").json()["bias"]
    assert bias["value"] == pytest.approx(found["bias"])
    assert bias["interval"] == pytest.approx([found["low"], found["high"]])


def test_the_page_of_an_item_and_the_list_of_the_loved_say_the_same(client):
    loved = client.get("/api/biases", params={"n": 1}).json()["loved"][0]
    assert client.get(f"/api/items/{loved['item']}").json()["bias"]["value"] == pytest.approx(loved["bias"])


def test_a_person_has_the_bias_that_python_gives(client, opened):
    found = of_row(cf.biases(opened.model, side="user", min_ratings=1).table(), "user", "u0029")
    assert client.get("/api/people/u0029").json()["bias"]["value"] == pytest.approx(found["bias"])


def test_a_ranker_has_no_biases(tmp_path):
    table = cf.Ratings.from_arrays([1, 1, 2], [1, 2, 2], [5, 3, 4])
    cf.EASE().fit(table, progress=False).save(tmp_path / "m.cofactor")
    client = client_of(Shelf(OpenModel.at(tmp_path / "m.cofactor")))
    assert client.get("/api/items/1").json()["bias"] is None
