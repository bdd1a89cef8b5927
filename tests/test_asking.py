"""Answers as tables: in the library of the question, of one schema however few rows there are."""

import numpy as np
import polars as pl
import pytest

import cofactor as cf
from cofactor.coldstart.ladder import Ladder
from cofactor.data.ratings import Ratings
from cofactor.data.tables import make_table
from cofactor.errors import BadOption, FewerLeft, UnknownIds

TITLES = np.array(["Alien", "Heat", "Fargo"], object)
LIBRARIES = ("polars", "pandas", "arrow")


def model_on(library: str, users=(1, 1, 2), items=("a", "b", "c")):
    ratings = Ratings.from_arrays(list(users), list(items), [5, 3, 4], titles=TITLES, library=library)
    return cf.MatrixFactorization(n_factors=2, n_epochs=1).fit(ratings, progress=False)


def schema(table) -> list[tuple[str, str]]:
    types = table.schema.types if hasattr(table, "column_names") else table.dtypes
    names = table.column_names if hasattr(table, "column_names") else table.columns
    return [(str(name), str(one)) for name, one in zip(names, types, strict=True)]


@pytest.mark.parametrize("library", LIBRARIES)
@pytest.mark.parametrize("users", [(1, 1, 2), ("ann", "ann", "bob")])
def test_an_empty_list_has_the_schema_of_a_full_one(library, users):
    pytest.importorskip({"arrow": "pyarrow"}.get(library, library))
    model, first = model_on(library, users), users[0]
    with pytest.warns(FewerLeft):
        empty = model.recommend(first, candidates=["a"])
    full = model.recommend(first, n=1)
    assert (len(empty), len(full)) == (0, 1)
    assert schema(empty) == schema(full) == schema(model.recommend([], n=1))
    with pytest.warns(FewerLeft):
        nobody = Ladder(model).recommend({"a": 5, "b": 3, "c": 4})
    assert schema(nobody) == schema(Ladder(model).recommend({"a": 5}, n=1))


def test_lists_of_all_states_of_emptiness_concatenate():
    model = model_on("polars")
    with pytest.warns(FewerLeft):
        lists = [model.recommend(1, candidates=["a"]), model.recommend(1, n=1), model.recommend([])]
    assert len(pl.concat(lists)) == 1
    assert len(pl.concat([model.similar_items("a", n=2), model.similar_items("b", n=1)])) == 3


def test_ids_come_back_as_the_numbers_they_are():
    assert make_table({"user": [2**70]}, "polars", {"user": 1})["user"].to_list() == [2**70]
    assert make_table({"user": ["newcomer"]}, "polars", {"user": 1})["user"].to_list() == ["newcomer"]
    assert make_table({"user": [1, "nobody"]}, "polars", {"user": 1})["user"].to_list() == [1, "nobody"]


# --- what is asked for ---------------------------------------------------------------------------------------------


def test_one_item_named_twice_by_a_newcomer_is_refused():
    model = model_on("polars")
    for ask in (model.score_newcomer, model.recommend, Ladder(model).recommend, cf_onboarding(model)):
        with pytest.raises(BadOption, match="'c' and 'Fargo' are the same item"):
            ask({"c": 5, "Fargo": 5})


def cf_onboarding(model):
    from cofactor.coldstart.onboarding import Onboarding

    return Onboarding(model).next_question


def test_candidates_and_exclusions_are_items_one_or_several():
    model = model_on("polars")
    assert model.recommend(2, n=1, exclude="Heat", candidates={"a", "Heat"})["item"].to_list() == ["a"]
    assert model.recommend(2, n=1, candidates="Alien")["item"].to_list() == ["a"]
    for option in ("candidates", "exclude"):
        with pytest.raises(BadOption, match=f"{option} as a mapping are {{user: items}}.* but 2 is not among them"):
            model.recommend(2, **{option: {1: ["a"], 3: ["b"]}})


def test_a_ladder_answers_for_one_person_at_a_time():
    with pytest.raises(BadOption, match=r"one person at a time, but \[1, 2\] came"):
        Ladder(model_on("polars")).recommend([1, 2])


def test_advice_is_given_only_where_it_can_be_followed():
    model = model_on("polars")
    with pytest.raises(LookupError) as of_user:
        model.recommend(9)
    with pytest.raises(LookupError) as of_candidate:
        model.recommend(9, candidates=["z"], unknown="fallback")
    with pytest.raises(LookupError) as of_similar:
        model.similar_items("z")
    told = ["unknown='fallback'" in str(error.value) for error in (of_user, of_candidate, of_similar)]
    assert told == [True, False, False]


def test_pairs_are_as_many_users_as_items():
    with pytest.raises(BadOption, match="2 users and 3 items came"):
        model_on("polars").predict([1, 2], ["a", "b", "c"])


def test_later_ratings_beyond_the_scale_are_told_how_it_is_stated():
    model = model_on("polars")
    with pytest.raises(BadOption, match=r"scale 3 to 5.*scale=\(1, 5\)\), and fit anew"):
        model.update(Ratings.from_arrays([1], ["c"], [1]))


def test_an_unknown_id_is_told_the_kind_of_the_known_ones():
    model = cf.Popularity().fit(cf.Ratings.from_arrays(["1", "1", "2"], [10, 20, 10]), progress=False)
    with pytest.raises(UnknownIds, match=r"3\. Check its spelling and type: the known ones are text"):
        model.recommend(3)
    with pytest.raises(UnknownIds, match=r"'a', 'b'\. Check their spelling and type: the known ones are whole numbers"):
        model.score("1", ["a", "b"])
