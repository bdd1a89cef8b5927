"""Each number of the API is the one that Python gives, keyed by id; errors say what to do."""

import numpy as np
import polars as pl
import pytest

import cofactor as cf
from cofactor.serving.guard import Permissions
from cofactor.serving.opened import ItemValuesFile, OpenModel, Shelf
from serving.conftest import client_of

STAR_WARS = "star-wars-1977"


def run_python(lines: str):
    """What the last line of some Python gives."""
    *before, last = lines.splitlines()
    names: dict = {}
    exec("\n".join(before), names)
    return eval(last, names)


def test_the_model_says_what_it_is(client, opened):
    about = client.get("/api/model").json()
    assert about["name"] == "ExplicitALS"
    assert about["fingerprint"] == opened.fingerprint
    assert about["counts"] == {"users": 1200, "items": 547, "ratings": 54303}
    assert about["data"]["synthetic"] is True
    assert about["score"] == {"unit": "stars", "meaning": "predicted rating on the scale 1 to 5"}
    assert (about["scale"], about["step"], about["unit"]) == ([1, 5], 1, "stars")


def test_every_route_is_described(client):
    paths = client.get("/api/openapi.json").json()["paths"]
    assert {"/api/items", "/api/people/{user}/list", "/api/whatif", "/api/newcomer"} <= set(paths)


def test_a_list_is_the_one_that_its_line_of_python_gives(client, opened):
    answer = client.get("/api/people/u0029/list", params={"n": 7}).json()
    table = run_python(answer["python"])
    assert [row["item"] for row in answer["rows"]] == table["item"].to_list()
    assert [row["score"] for row in answer["rows"]] == pytest.approx(table["score"].to_list())


MOVED = {"diversity": 0.3, "calibrated": 0.5, "popularity_penalty": 0.2, "max_share_of_head": 0.4}


@pytest.mark.parametrize("moved", [{name: value} for name, value in MOVED.items()] + [MOVED])
def test_a_list_that_options_move_is_the_one_of_recommend(client, moved):
    answer = client.get("/api/people/u0029/list", params=moved).json()
    table = run_python(answer["python"])
    assert [row["item"] for row in answer["rows"]] == table["item"].to_list()
    assert [row["was"] for row in answer["rows"]] == table["was"].to_list()
    assert answer["rows"] != client.get("/api/people/u0029/list").json()["rows"]


def test_a_list_is_blended_with_the_values_that_the_explorer_was_given(opened, tmp_path):
    items = opened.model.ratings.items.values
    values = cf.ItemValues(
        "learning", {item: at % 7 for at, item in enumerate(items)}, higher_is_better=True, set_by="the editors",
        set_on="2026-03-01", n_people=0,
    )  # fmt: skip
    file = ItemValuesFile(values, values.write(tmp_path / "learning.csv"))
    client = client_of(Shelf(OpenModel(opened.model, opened.folder, item_values=file)))
    option = client.get("/api/audit").json()["options"][0]
    assert (option["name"], option["label"]) == ("value_weight", "learning")
    assert "set by the editors on 2026-03-01, nobody was asked" in option["says"]
    answer = client.get("/api/people/u0029/list", params={"value_weight": 0.6}).json()
    table = run_python(answer["python"])
    assert [row["item"] for row in answer["rows"]] == table["item"].to_list()
    assert [row["value"] for row in answer["rows"]] == table["value"].to_list()


def test_options_that_move_nothing_leave_the_list_as_it_is(client):
    plain = client.get("/api/people/u0029/list").json()
    assert client.get("/api/people/u0029/list", params={"diversity": 0, "calibrated": 0}).json() == plain


def test_neighbours_are_those_of_the_full_space(client):
    answer = client.get(f"/api/items/{STAR_WARS}/neighbours", params={"n": 5, "where": "year >= 1980"}).json()
    table = run_python(answer["python"])
    assert [row["item"] for row in answer["rows"]] == table["item"].to_list()
    assert [row["ratings"] for row in answer["rows"]] == table["ratings"].to_list()


def test_a_list_says_where_it_came_from_and_what_was_left_out(client, opened):
    ratings = opened.model.ratings
    answer = client.get("/api/people/u0029/list").json()
    rated = int(ratings.user_counts[ratings.users.find(["u0029"])[0]])
    assert {"why": "already rated", "n": rated} in answer["left_out"]
    assert {row["candidates"] for row in answer["rows"]} == {
        ratings.n_items - sum(one["n"] for one in answer["left_out"])
    }
    assert answer["rung"] == "own ratings"


def test_an_item_that_nobody_rated_is_a_candidate_as_in_python(tmp_path):
    films = pl.DataFrame(
        {"item": ["heat", "alien", "fargo", "solaris"], "title": ["Heat", "Alien", "Fargo", "Solaris"]}
    )
    table = pl.DataFrame(
        {"user": ["ann", "bob", "bob", "cy"], "item": ["heat", "alien", "fargo", "fargo"], "rating": 3}
    )
    cf.Bias().fit(cf.read(table, items=films, unrated="keep")).save(tmp_path / "m.cofactor")
    answer = client_of(Shelf(OpenModel.at(tmp_path / "m.cofactor"))).get("/api/people/ann/list?n=3").json()
    assert [row["item"] for row in answer["rows"]] == run_python(answer["python"])["item"].to_list()
    assert answer["left_out"] == [{"why": "already rated", "n": 1}]


def test_how_much_of_a_list_equals_the_popular_one(client, opened):
    ratings = opened.model.ratings
    user = ratings.users.find(["u0029"])[0]
    unrated = np.setdiff1d(np.arange(ratings.n_items), ratings.by_user.of(user)[0])
    most_rated = unrated[np.argsort(-ratings.item_counts[unrated], kind="stable")][:100]
    answer = client.get("/api/people/u0029/list", params={"n": 100}).json()
    both = set(ratings.items.gather(most_rated).tolist()) & {row["item"] for row in answer["rows"]}
    assert {row["item"] for row in answer["rows"] if row["popular"]} == both
    assert answer["same_as_popular"] == len(both) > 0


def test_who_says_the_same_to_everybody_does_not_claim_to_use_their_ratings(tastes, tmp_path):
    cf.Popularity().fit(tastes).save(tmp_path / "popular.cofactor")
    client = client_of(Shelf(OpenModel.at(tmp_path / "popular.cofactor")))
    assert client.get("/api/people/u0029/list").json()["rung"] == "what everybody likes"


def test_the_matrix_is_a_picture_of_the_most_active_users_and_items(client, opened):
    ratings = opened.model.ratings
    answer = client.get("/api/data/matrix", params={"rows": "0,8", "columns": "0,8", "size": 8})
    picture = np.frombuffer(answer.content, np.uint8).reshape(8, 8)
    users, items = (np.argsort(-one, kind="stable")[:8] for one in (ratings.user_counts, ratings.item_counts))
    expected = ratings.matrix.toarray()[np.ix_(users, items)] > 0
    np.testing.assert_array_equal(picture > 0, expected)
    assert answer.headers["x-window"] == "[0, 8, 0, 8]"


def test_a_squeezed_matrix_leaves_no_rating_out(client):
    picture = np.frombuffer(client.get("/api/data/matrix", params={"size": 64}).content, np.uint8)
    assert picture.size == 64 * 64
    assert picture.max() == 255


def test_search_finds_titles_in_any_case_the_beginning_first(client):
    found = client.get("/api/items", params={"q": "STAR wars"}).json()
    assert found["items"][0]["item"] == STAR_WARS
    assert found["of"] == found["shown"] == 4


@pytest.mark.parametrize(("path", "rows", "key"), [("items", "items", "item"), ("people", "people", "user")])
@pytest.mark.parametrize("text", ["", "00"])
def test_what_a_search_finds_is_what_its_lines_of_python_give(client, path, rows, key, text):
    answer = client.get(f"/api/{path}", params={"q": text, "n": 7}).json()
    assert answer["shown"] == 7 < answer["of"]
    assert [row[key] for row in answer[rows]] == run_python(answer["python"])


def test_a_persons_ratings_are_those_of_their_lines_of_python(client, opened):
    answer = client.get("/api/people/u0029").json()
    items, values = run_python(answer["python"])
    made = dict(zip(opened.model.ratings.items.gather(items).tolist(), values.tolist(), strict=True))
    assert {row["item"]: row["value"] for row in answer["ratings"]} == made


def test_a_what_if_marks_what_changes_and_keeps_nothing(client, opened):
    question = {"user": "u0029", "changes": [{"item": STAR_WARS, "value": 1}], "n": 10}
    before = client.get("/api/people/u0029").json()
    answer = client.post("/api/whatif", json=question).json()
    after = [row["item"] for row in answer["after"]["rows"]]
    assert [one["item"] for one in answer["marks"] if one["mark"] != "leaves"] == after
    assert {one["item"] for one in answer["marks"] if one["mark"] == "leaves"} == {
        row["item"] for row in answer["before"]["rows"]
    } - set(after)
    assert client.get("/api/people/u0029").json() == before


def test_a_what_if_keeps_to_the_filter(client, opened):
    question = {"user": "u0029", "changes": [{"item": STAR_WARS, "value": 1}], "n": 10, "where": "year >= 2005"}
    answer = client.post("/api/whatif", json=question).json()
    for side in ("before", "after"):
        table = run_python(answer[side]["python"])
        assert [row["item"] for row in answer[side]["rows"]] == table["item"].to_list()
        assert {one["why"] for one in answer[side]["left_out"]} == {"already rated", "outside the filter"}


def test_no_change_changes_nothing(client):
    marks = client.post("/api/whatif", json={"user": "u0029", "changes": []}).json()["marks"]
    assert {one["mark"] for one in marks} == {"stays"}


def test_a_newcomers_list_is_the_one_of_their_ratings(client):
    answers = [{"item": STAR_WARS, "value": 5}, {"item": "frozen-2013", "value": None}]
    answer = client.post("/api/newcomer", json={"answers": answers}).json()
    table = run_python(answer["list"]["python"])
    assert [row["item"] for row in answer["list"]["rows"]] == table["item"].to_list()
    assert answer["question"]["item"] not in (STAR_WARS, "frozen-2013")
    assert answer["list"]["rung"] == "own ratings"


def test_a_model_of_one_factor_has_a_newcomers_list_and_no_place(checkerboard, tmp_path):
    cf.ExplicitALS(n_factors=1).fit(checkerboard, progress=False).save(tmp_path / "m.cofactor")
    answer = client_of(Shelf(OpenModel.at(tmp_path / "m.cofactor"))).post("/api/newcomer", json={"answers": []})
    assert answer.status_code == 200, answer.json()
    assert answer.json()["place"] is None
    assert answer.json()["list"]["rows"]


def test_doubt_falls_with_the_answers(client):
    first = client.post("/api/newcomer", json={"answers": []}).json()
    answers = [{"item": first["question"]["item"], "value": 5}]
    assert client.post("/api/newcomer", json={"answers": answers}).json()["doubt"] < first["doubt"]


@pytest.mark.parametrize("path", ["/api/people", "/api/people/u0029", "/api/people/u0029/list"])
def test_persons_are_hidden_with_their_json(opened, path):
    client = client_of(Shelf(opened, permissions=Permissions(people=False)))
    answer = client.get(path)
    assert answer.status_code == 403
    assert "no single persons" in answer.json()["message"]
    assert client.get(f"/api/items/{STAR_WARS}").json()["fans"] is None
    assert client.post("/api/whatif", json={"user": "u0029", "changes": []}).status_code == 403


@pytest.mark.parametrize(
    ("path", "status", "says"),
    [
        ("/api/items/star%20war", 404, "Did you mean"),
        ("/api/people/nobody", 404, "not among the 1,200"),
        ("/api/people/u0029/list?diversity=2", 422, "diversity: Input should be less than or equal to 1"),
        ("/api/people/u0029/list?value_weight=0.5", 422, "--item-values FILE"),
        ("/api/people/u0029/list?n=0", 422, "n: Input should be greater than or equal to 1"),
        ("/api/people/u0029/list?where=colour%20%3D%3D%20%27red%27", 422, "colour"),
        ("/api/data/matrix?rows=5,2", 422, "the first below the second"),
    ],
)
def test_errors_say_what_to_do(client, path, status, says):
    answer = client.get(path)
    assert answer.status_code == status
    assert says in answer.json()["message"]


def test_a_model_replaced_on_disk_is_noticed_and_opened_on_request(tastes, tmp_path):
    folder = tmp_path / "model.cofactor"
    cf.Popularity().fit(tastes).save(folder)
    client = client_of(Shelf(OpenModel.at(folder)))
    cf.Bias().fit(tastes).save(folder)
    state = client.get("/api/model/state").json()
    assert state["fingerprint"] != state["on_disk"]
    assert client.get("/api/model").json()["name"] == "Popularity"
    assert client.post("/api/model/reopen").json()["name"] == "Bias"
    assert client.get("/api/model/state").json()["fingerprint"] == state["on_disk"]


def test_without_titles_items_are_called_by_their_ids(tmp_path):
    table = cf.Ratings.from_arrays(["ann", "ann", "bob"], [7, 8, 7], [5, 3, 4])
    cf.Bias().fit(table).save(tmp_path / "m.cofactor")
    client = client_of(Shelf(OpenModel.at(tmp_path / "m.cofactor")))
    row = client.get("/api/items").json()["items"][0]
    assert row == {"item": 7, "title": "7", "ratings": 2}
