"""The lines of Python that come with an answer are run, and give what the answer says."""

import pytest

from serving.test_api import run_python

STAR_WARS, FROZEN = "star-wars-1977", "frozen-2013"


def answer(client, path: str, **query) -> dict:
    return client.get(f"/api/{path}", params=query).json()


def test_axes(client):
    of = answer(client, "axes", rotation="varimax")
    factors = run_python(of["python"])
    assert [axis["share"] for axis in of["axes"]] == pytest.approx(factors.shares.tolist())
    assert [axis["low"] for axis in of["axes"]] == [names.low or None for names in factors.names()]


def test_the_ends_of_an_axis(client):
    of = answer(client, "axes/1/ends", n=4)
    table = run_python(of["python"])
    assert [row["item"] for row in of["low"] + of["high"]] == table["item"].to_list()
    assert [row["coordinate"] for row in of["low"] + of["high"]] == pytest.approx(table["place"].to_list())


def test_an_axis_of_ones_own(client):
    of = client.get(f"/api/map/own?from={FROZEN}&to={STAR_WARS}").json()
    axis = run_python(of["python"])
    low, high = axis.extremes(8)
    assert [row["title"] for row in of["ends"]["low"]] == low
    assert [row["title"] for row in of["ends"]["high"]] == high
    assert of["low"] == axis.names().low


def test_a_mix(client):
    of = answer(client, "near", like=[STAR_WARS], unlike=[FROZEN], n=6, where="year >= 1980")
    table = run_python(of["python"])
    assert [row["item"] for row in of["rows"]] == table["item"].to_list()
    assert [row["similarity"] for row in of["rows"]] == pytest.approx(table["similarity"].to_list())


@pytest.mark.parametrize(("by", "column"), [("cosine", "similarity"), ("dot", "similarity"), ("posterior", "distance")])
def test_neighbours_by_each_measure(client, by, column):
    of = answer(client, f"items/{STAR_WARS}/neighbours", by=by, n=6)
    table = run_python(of["python"])
    assert [row["item"] for row in of["rows"]] == table["item"].to_list()
    assert [row["similarity"] for row in of["rows"]] == pytest.approx(table[column].to_list())


def test_biases(client):
    of = answer(client, "biases", n=5)
    best = run_python(of["python"]).best(5)
    assert [row["item"] for row in of["loved"]] == best["item"].to_list()
    assert [row["interval"][0] for row in of["loved"]] == pytest.approx(best["low"].to_list())


def test_people_like_somebody(client):
    of = answer(client, "people/u0029/neighbours", n=5)
    table = run_python(of["python"])
    assert [row["user"] for row in of["rows"]] == table["user"].to_list()
    assert [row["ratings"] for row in of["rows"]] == table["ratings"].to_list()


def test_the_table(client):
    of = answer(client, "data")
    described = run_python(of["python"])
    assert (described.n_users, described.n_items, described.n_ratings) == tuple(of["counts"].values())
    assert described.density == pytest.approx(of["density"])


def test_a_comparison(client):
    """With the models that are shown: one alone is compared with the most popular items."""
    import time

    client.post("/api/compare")
    for _ in range(1200):
        of = answer(client, "compare")
        if of["state"] == "ready":
            break
        time.sleep(0.05)
    comparison = run_python(of["python"])
    metrics = {one["name"]: one["metrics"]["rmse"]["value"] for one in of["models"]}
    values = [evaluation.values["rmse"] for evaluation in comparison.evaluations.values()]
    assert list(metrics.values()) == pytest.approx(values)
