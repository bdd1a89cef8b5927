"""Lists of a model that are blended with a value of items, by a weight that users set."""

import numpy as np
import polars as pl
import pytest

import cofactor as cf
from cofactor.errors import BadOption, UnknownIds
from cofactor.reranking.head import short_head

FACTS = dict(higher_is_better=True, set_by="a test", set_on="2026-03-01", n_people=0)
ALL = dict(diversity=0.2, calibrated="genres", max_share_of_head=0.5, popularity_penalty=0.1, max_per={"genres": 5})


@pytest.fixture(scope="module")
def model(tastes):
    return cf.ExplicitALS(n_factors=8).fit(tastes, progress=False)


@pytest.fixture(scope="module")
def age(tastes):
    """The year of all films but the first twenty, the older the better."""
    years = dict(zip(tastes.items.values.tolist(), tastes.item_attributes["year"].tolist(), strict=True))
    return cf.ItemValues("year", dict([*years.items()][20:]), **(FACTS | {"higher_is_better": False}))


@pytest.fixture(scope="module")
def users(tastes):
    return tastes.users.values[:30].tolist()


def years_of(model, found):
    return model.ratings.item_attributes["year"][found.idx]


def test_lists_get_older_with_the_weight(model, users, age):
    lists = [model.rank(users, 10, item_values=age, value_weight=weight) for weight in (0, 0.2, 0.6, 1)]
    np.testing.assert_array_equal(lists[0].idx, model.rank(users, 10).idx)
    means = [years_of(model, one).mean() for one in lists]
    assert means == sorted(means, reverse=True)
    assert means[0] - means[-1] > 20


def test_the_value_alone_shows_the_best_of_what_is_left(model, users, age, tastes):
    found = model.rank(users[0], 10, item_values=age, value_weight=1)
    seen = tastes.by_user.of(0)[0]
    left = [age.values[item] for at, item in enumerate(tastes.items.values) if item in age.values and at not in seen]
    assert years_of(model, found)[0].tolist() == sorted(left)[:10]


def test_each_has_the_weight_they_set_and_whoever_set_none_the_model_alone(model, users, age):
    weights = {users[0]: 1, users[1]: 0.3, "somebody else": 0.5}
    found = model.rank(users[:3], 10, item_values=age, value_weight=weights).idx
    for at, weight in enumerate((1, 0.3, 0)):
        alone = model.rank(users[at], 10, item_values=age, value_weight=weight).idx[0]
        np.testing.assert_array_equal(found[at], alone)
    newcomers = {"ann": {"Inception (2010)": 5}, "bob": {"Inception (2010)": 5}}
    both = model.rank(newcomers, 5, item_values=age, value_weight={"bob": 1})
    assert years_of(model, both)[0].mean() > years_of(model, both)[1].mean() + 10


@pytest.mark.parametrize("made", [cf.EASE(), cf.Popularity(), cf.ItemKNN()])
def test_lists_of_any_model_are_blended(made, tastes, users, age):
    made.fit(tastes, progress=False)
    plain, found = (years_of(made, made.rank(users, 10, **one)).mean() for one in (
        {}, {"item_values": age, "value_weight": 0.5}
    ))  # fmt: skip
    assert found < plain - 3


def test_a_blend_goes_with_every_other_option(model, users, age):
    films = model.ratings.items.values[:200].tolist()
    more = dict(candidates=films, where="year < 2005", item_values=age, hide_seen=False, **ALL)
    plain, found = (model.rank(users, 8, value_weight=weight, **more) for weight in (0, 0.6))
    assert found.filled.all()
    assert years_of(model, found).mean() < years_of(model, plain).mean() - 3
    assert short_head(model.ratings.item_counts)[found.idx].sum(axis=1).max() <= 4
    assert set(model.ratings.items.gather(found.idx).ravel()) <= set(films)
    without = {name: one for name, one in more.items() if name != "item_values"}
    np.testing.assert_array_equal(plain.idx, model.rank(users, 8, **without).idx)


def test_a_blend_goes_with_exploration_and_floors(model, users, age):
    floor = model.ratings.items.values[5]
    options = dict(item_values=age, value_weight=0.3, min_exposure={floor: 0.5}, explore=True)
    first, other = (model.rank(users, 10, seed=seed, **options) for seed in (0, 1))
    assert (first.idx == 5).any(axis=1).sum() >= 15 - (model.ratings.by_item.of(5)[0] < 30).sum()
    assert not np.array_equal(first.idx, other.idx)


def test_what_the_blend_changed_is_told_beside_the_list(model, users, age):
    table, plain = (
        model.recommend(users[0], item_values=age, value_weight=0.5, was=True),
        model.recommend(users[0], 500),
    )
    ranks = dict(zip(plain["item"], plain["rank"], strict=True))
    assert table["was"].to_list() == [ranks[item] for item in table["item"]] != list(range(1, 11))
    told = [age.values.get(item) for item in table["item"]]
    assert table["value"].fill_nan(None).to_list() == told
    assert table["score"].to_list() != sorted(table["score"], reverse=True)


def test_what_is_told_to_all_is_told_to_each_and_written(model, users, age, tmp_path, monkeypatch):
    monkeypatch.setattr("cofactor.contract.exporting.ROWS_AT_ONCE", 30)
    weights = {users[0]: 0.9, users[5]: 0.4}
    options = dict(item_values=age, value_weight=weights, was=True)
    told = model.recommend(users[:8], 6, **options)
    written = pl.read_parquet(model.recommend_all(tmp_path / "lists.parquet", 6, users[:8], **options))
    assert written.drop("score").equals(told.drop("score"))


def test_an_item_without_a_value_is_neither_pushed_nor_held_back(model, users, age):
    """Where all others have one and the same value, nothing moves."""
    same = cf.ItemValues("same", dict.fromkeys(age.values, 3.0), **FACTS)
    plain = model.rank(users, 20).idx
    np.testing.assert_array_equal(plain, model.rank(users, 20, item_values=same, value_weight=0.5).idx)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"value_weight": 0.3}, "no item_values came. Give both, or neither"),
        ({"item_values": "year"}, "item_values came without value_weight|item_values are cf.ItemValues"),
        ({"item_values": {"a": 1}, "value_weight": 0.3}, "item_values are cf.ItemValues, which say who set them"),
        ({"value_weight": 1.5}, "value_weight is a number from 0 to 1, but 1.5 came"),
        ({"value_weight": "much"}, "value_weight must be a finite number, but 'much' came"),
        ({"value_weight": {"u0001": 2}}, r"value_weight\['u0001'\] is a number from 0 to 1, but 2 came"),
        ({"value_weight": {"zoe": 0.5}}, "value_weight as a mapping is {user: weight}, but nobody who is asked for"),
        ({"value_weight": 0.5, "approximate": True}, "item_values are weighed over all items"),
        ({"value_weight": None}, "item_values came without value_weight, how much they count"),
    ],
)
def test_what_makes_no_sense_is_refused(model, users, age, options, message):
    values = {} if "item_values" in options or "Give both" in message else {"item_values": age}
    with pytest.raises(BadOption, match=message):
        model.recommend(users[0], **values, **options)


def test_values_of_items_that_the_model_does_not_know_are_refused(model, users):
    strange = cf.ItemValues("year", {"x": 1.0}, **FACTS)
    with pytest.raises(UnknownIds, match="not among the 547 known ones: 'x'"):
        model.recommend(users[0], item_values=strange, value_weight=0.5)
