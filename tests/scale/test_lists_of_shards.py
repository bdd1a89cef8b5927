"""The lists of everybody in shards are those that newcomers with the same ratings get."""

from dataclasses import replace

import numpy as np
import polars as pl
import pytest

import cofactor as cf
from cofactor.data.ids import IdMap
from cofactor.errors import BadOption, BadTable, FewerLeft, ItemsIgnored
from cofactor.replacing import drafts_in
from cofactor.scale.lists import _hash_of, _ShardLists, write_lists
from cofactor.scale.table.writing import shard_table


@pytest.fixture(scope="module")
def table():
    """The users of tastes, numbered."""
    tastes = cf.load("tastes")
    return replace(tastes, users=IdMap(np.arange(1, tastes.n_users + 1), "user"), user_attributes={})


@pytest.fixture(scope="module")
def shards(table, tmp_path_factory):
    return shard_table(table, tmp_path_factory.mktemp("scale") / "tastes.shards", n_shards=5)


MODELS = {
    "ratings": cf.ExplicitALS(n_factors=8),
    "clicks": cf.ImplicitMF(n_factors=8, n_epochs=2, unobserved_weight=0.1, reg=0.003),
}


@pytest.mark.parametrize("name", MODELS)
def test_a_user_gets_the_list_of_a_newcomer_with_their_ratings(table, shards, tmp_path, name):
    model = MODELS[name].fit(shards, progress=False)
    lists = pl.read_parquet(write_lists(model, shards, tmp_path / "lists", 5) / "*.parquet")
    assert len(lists) == 5 * table.n_users
    for user in (1, 77, 1200):
        items, values = table.by_user.of(user - 1)
        theirs = dict(zip(table.items.gather(items).tolist(), values.tolist(), strict=True))
        expected, found = model.recommend(theirs, 5), lists.filter(pl.col("user") == user)
        assert found["item"].to_list() == expected["item"].to_list()
        np.testing.assert_allclose(found["score"], expected["score"], atol=1e-4)


def test_a_model_that_was_fitted_in_memory_serves_people_in_shards(table, shards, tmp_path):
    model = cf.EASE().fit(table)
    lists = pl.read_parquet(write_lists(model, shards, tmp_path / "lists", 3) / "*.parquet")
    expected = model.recommend(77, 3)["item"].to_list()
    assert lists.filter(pl.col("user") == 77)["item"].to_list() == expected


@pytest.mark.parametrize(
    "model", [cf.Popularity(), cf.ItemKNN(), cf.GraphFilter(), cf.Blend(members=("ease", "bias"))], ids=repr
)
def test_other_models_answer_everybody_as_newcomers(table, shards, tmp_path, model):
    """What they know of how popular items are, and of whoever is in them, does not become that of a shard."""
    model.fit(table.without(users=list(range(1, 400))), progress=False)
    lists = pl.read_parquet(write_lists(model, shards, tmp_path / "lists", 3) / "*.parquet")
    assert lists["user"].n_unique() == table.n_users
    for user in (1, 500):
        items, values = table.by_user.of(user - 1)
        theirs = dict(zip(table.items.gather(items).tolist(), values.tolist(), strict=True))
        assert lists.filter(pl.col("user") == user)["item"].to_list() == model.recommend(theirs, 3)["item"].to_list()


def test_options_are_told_apart_by_all_that_they_hold(table, shards, tmp_path):
    """Of a long array, or of many values, only a part is printed."""
    model, items = MODELS["ratings"].fit(shards, progress=False), np.resize(table.items.values, 2000)
    other = items.copy()
    other[1000] = table.items.values[7]
    folder = write_lists(model, shards, tmp_path / "lists", 3, exclude=items[:0])
    with pytest.raises(BadOption, match="Name another folder"):
        write_lists(model, shards, folder, 3, exclude=other)
    first = write_lists(model, shards, tmp_path / "first", 3, candidates=items)
    with pytest.raises(BadOption, match="Name another folder"):
        write_lists(model, shards, first, 3, candidates=other)


def test_whoever_is_stopped_goes_on_behind_the_last_whole_file(shards, tmp_path, monkeypatch):
    model = MODELS["ratings"].fit(shards, progress=False)
    folder = write_lists(model, shards, tmp_path / "lists", 3)
    whole = pl.read_parquet(folder / "*.parquet")
    first, *others = sorted(folder.glob("*.parquet"))
    first.unlink()
    before = [one.stat().st_mtime_ns for one in others]
    write_lists(model, shards, folder, 3)
    assert pl.read_parquet(folder / "*.parquet").equals(whole)
    assert [one.stat().st_mtime_ns for one in others] == before


def test_whoever_is_stopped_is_told_that_the_same_call_goes_on(shards, tmp_path, monkeypatch):
    def interrupt(*_):
        raise KeyboardInterrupt

    model = cf.ExplicitALS(n_factors=4, n_epochs=1).fit(shards, progress=False)
    monkeypatch.setattr("cofactor.scale.lists.Path.replace", interrupt)
    with pytest.raises(KeyboardInterrupt, match="run the same again, and it goes on"):
        write_lists(model, shards, tmp_path, 3)


@pytest.mark.parametrize("change", ["another model", "another length"])
def test_lists_of_two_models_never_lie_side_by_side(shards, tmp_path, change):
    model = MODELS["ratings"].fit(shards, progress=False)
    folder = write_lists(model, shards, tmp_path / "lists", 3)
    other = cf.ExplicitALS(n_factors=4).fit(shards, progress=False) if change == "another model" else model
    with pytest.raises(BadOption, match="Name another folder"):
        write_lists(other, shards, folder, 4)


def test_shards_of_other_items_are_refused(shards, tmp_path):
    model = cf.ExplicitALS(n_factors=4).fit(cf.Ratings.from_arrays([1, 2], [1, 2], [1, 5]), progress=False)
    with pytest.raises(BadOption, match="547 of the shards"):
        write_lists(model, shards, tmp_path / "lists")


@pytest.mark.parametrize("n_values", [5, 1000])
def test_ratings_of_another_scale_are_refused_before_anything_is_written(table, shards, tmp_path, n_values):
    """Of over 256 different values shards know the ends."""
    values = np.resize(np.linspace(20, 100, n_values, dtype=np.float32), len(table))
    other = shard_table(replace(table, values=values, scale=None), tmp_path / "other.shards", n_shards=2)
    model = MODELS["ratings"].fit(shards, progress=False)
    with pytest.raises(BadOption, match="The shards' ratings must lie on the scale 1 to 5"):
        write_lists(model, other, tmp_path / "lists")
    assert not (tmp_path / "lists").exists()


@pytest.mark.parametrize(("of_model", "of_shards"), [("ratings", "clicks"), ("clicks", "ratings")])
def test_values_of_another_kind_are_refused_as_by_update(table, tmp_path, of_model, of_shards):
    clicks = replace(table, kind="clicks", values=np.ones_like(table.values), scale=None)
    tables = {"ratings": table, "clicks": clicks}
    model = cf.EASE().fit(tables[of_model])
    shards = shard_table(tables[of_shards], tmp_path / "other.shards", n_shards=2)
    with pytest.raises(BadTable, match=f"{of_shards} cannot be joined to {of_model}"):
        write_lists(model, shards, tmp_path / "lists")
    assert not (tmp_path / "lists").exists()


def test_two_who_write_the_same_lists_leave_each_other_alone(shards, tmp_path):
    model = cf.ExplicitALS(n_factors=4, n_epochs=1).fit(shards, progress=False)
    with drafts_in(tmp_path, _hash_of(model, shards, {"n": 3})) as others:
        (others / "half").touch()
        write_lists(model, shards, tmp_path, 3)
        assert (others / "half").exists()
    assert len([*tmp_path.iterdir()]) == len(shards.parts)


def test_two_who_write_other_lists_are_told_apart_at_once(shards, tmp_path, monkeypatch):
    """Before the first has a whole file."""
    model = cf.ExplicitALS(n_factors=4, n_epochs=1).fit(shards, progress=False)

    def write(task, *given):
        if not [*tmp_path.glob("*.parquet")]:
            with pytest.raises(BadOption, match="Another process is writing something else.*Name another folder"):
                write_lists(model, shards, tmp_path, 4)
        before(task, *given)

    before = _ShardLists._write
    monkeypatch.setattr(_ShardLists, "_write", write)
    write_lists(model, shards, tmp_path, 3)
    assert len([*tmp_path.iterdir()]) == len(shards.parts)


@pytest.mark.parametrize("taken", ["saved model", "shards"])
def test_lists_are_not_written_among_other_things(shards, tmp_path, taken):
    """A model that lies there could not be replaced any more."""
    model = MODELS["ratings"].fit(shards, progress=False)
    folder = model.save(tmp_path / taken) if taken == "saved model" else shards.folder
    before = sorted(folder.iterdir())
    with pytest.raises(BadOption, match="holds .*; lists are written to a folder of their own"):
        write_lists(model, shards, folder)
    assert sorted(folder.iterdir()) == before


def test_paths_in_place_of_a_model_and_of_shards_are_refused_with_what_to_open(shards, tmp_path):
    model = MODELS["ratings"].fit(shards, progress=False)
    with pytest.raises(BadOption, match=r"write_lists asks a model.*cf\.open\(path\)"):
        write_lists("m/plain", shards, tmp_path / "lists")
    with pytest.raises(BadOption, match=r"write_lists reads shards, but .* came.*cf\.open_shards\(path\)"):
        write_lists(model, str(shards.folder), tmp_path / "lists")
    with pytest.raises(BadOption, match="n must be a whole number"):
        write_lists(model, shards, tmp_path / "lists", "3")
    with pytest.raises(BadOption, match=r"needed_gb_of measures shards.*cf\.open_shards\(path\)"):
        model.needed_gb_of(str(shards.folder))
    assert not (tmp_path / "lists").exists()


@pytest.mark.parametrize("model", [MODELS["ratings"], cf.EASE()], ids=["placed at once", "one after the other"])
def test_a_warning_comes_once_for_all_shards(model, table, shards, tmp_path):
    exclude = [table.items.values[0], "nobody knows it"]
    with pytest.warns() as told:
        write_lists(model.fit(table, progress=False), shards, tmp_path / "lists", 600, exclude=exclude)
    assert [one.category for one in told] == [ItemsIgnored, FewerLeft]
    assert str(told[1].message) == "1,200 of 1,200 lists are shorter than 600: too few items are left for them."
    assert told[1].filename == __file__


@pytest.mark.parametrize("name", MODELS)
def test_a_stranger_gets_the_list_of_a_newcomer_without_ratings(shards, name):
    model = MODELS[name].fit(shards, progress=False)
    alone = model.recommend("nobody", 5, unknown="fallback")["item"].to_list()
    assert alone == model.recommend({"newcomer": {}}, 5)["item"].to_list()
