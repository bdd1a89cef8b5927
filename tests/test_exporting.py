"""Lists and vectors as files: the same as asked for one by one, in memory that does not grow with the users."""

import tracemalloc
import warnings

import numpy as np
import polars as pl
import pytest

import cofactor as cf
from cofactor.contract import exporting
from cofactor.errors import BadOption, FewerLeft, UnknownIds, Unsupported
from small_tables import random_ratings


@pytest.fixture(scope="module")
def model(tastes):
    return cf.ImplicitMF(n_factors=8).fit(tastes, progress=False)


@pytest.mark.parametrize("at_once", [1, 7, 500_000])
def test_everybody_gets_the_list_that_they_would_be_told(model, tmp_path, monkeypatch, at_once):
    monkeypatch.setattr(exporting, "ROWS_AT_ONCE", at_once)
    users = model.ratings.users.values[:9].tolist()
    file = model.recommend_all(tmp_path / "lists.parquet", 3, users, where="year >= 1990", max_per={"genres": 2})
    told = model.recommend(users, 3, where="year >= 1990", max_per={"genres": 2})
    found = pl.read_parquet(file)
    assert found.columns == ["user", "item", "title", "rank", "score"]
    assert found.drop("score").equals(told.drop("score").cast(found.drop("score").schema))
    np.testing.assert_allclose(found["score"], told["score"], rtol=1e-5)


def test_without_users_it_is_everybody(model, tmp_path):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", FewerLeft)
        found = pl.read_parquet(model.recommend_all(tmp_path / "lists.parquet", 2))
    assert found["user"].unique(maintain_order=True).to_list() == model.ratings.users.values.tolist()


def test_predictions_are_columns_too(checkerboard, tmp_path):
    model = cf.RankerAndRater(cf.EASE(reg=10.0), cf.Bias(), error=1.0).fit(checkerboard, progress=False)
    found = pl.read_parquet(model.recommend_all(tmp_path / "lists.parquet", 2, hide_seen=False))
    assert found.columns == ["user", "item", "rank", "score", "rating"]
    assert len(found) == 24


def test_sets_of_each_user_and_strangers_are_theirs_in_every_block(model, tmp_path, monkeypatch):
    monkeypatch.setattr(exporting, "ROWS_AT_ONCE", 2)
    known, items = model.ratings.users.values[:2].tolist(), model.ratings.items.values
    own = {known[0]: items[:9], "zoe": items[9:20], known[1]: items[20:30]}
    users = [known[0], "zoe", known[1]]
    options = dict(candidates=own, unknown="fallback", hide_seen=False)
    found = pl.read_parquet(model.recommend_all(tmp_path / "lists.parquet", 2, users, **options))
    assert found["item"].to_list() == model.recommend(users, 2, **options)["item"].to_list()


def test_short_lists_are_counted_once(model, tmp_path, monkeypatch):
    monkeypatch.setattr(exporting, "ROWS_AT_ONCE", 2)
    users = model.ratings.users.values[:5].tolist()
    with pytest.warns(FewerLeft, match="5 of 5 lists are shorter than 4, that of .* with 1") as told:
        model.recommend_all(
            tmp_path / "lists.parquet", 4, users, candidates=model.ratings.items.values[:1], hide_seen=False
        )
    assert len(told) == 1
    assert told[0].filename == __file__


def test_nobody_asked_is_a_file_without_rows(model, tmp_path):
    found = pl.read_parquet(model.recommend_all(tmp_path / "lists.parquet", 4, []))
    assert found.columns == ["user", "item", "title", "rank", "score"]
    assert len(found) == 0


def test_memory_does_not_grow_with_the_users(tmp_path, monkeypatch):
    model = cf.Popularity().fit(random_ratings(4_000, 40, 12_000))
    monkeypatch.setattr(exporting, "ROWS_AT_ONCE", 2_000)
    peaks = []
    for n_users in (500, 4_000):
        users = model.ratings.users.values[:n_users]
        model.recommend_all(tmp_path / "lists.parquet", 20, users[:10])
        tracemalloc.start()
        model.recommend_all(tmp_path / "lists.parquet", 20, users)
        peaks.append(tracemalloc.get_traced_memory()[1])
        tracemalloc.stop()
    assert peaks[1] - peaks[0] < 4_000 * 20 * 8  # one column of all lists


@pytest.mark.parametrize(
    ("path", "options", "error", "message"),
    [
        ("lists.csv", {}, BadOption, "recommend_all writes to a file whose name ends with .parquet, but"),
        ("lists.parquet", {"users": ["zoe"]}, UnknownIds, "'zoe'"),
        ("lists.parquet", {"where": "yeer = 1"}, BadOption, "Did you mean 'year'"),
        ("lists.parquet", {"n": 0}, BadOption, "at least 1, but 0 came"),
    ],
)
def test_what_cannot_be_written_is_refused_before_the_work(model, tmp_path, path, options, error, message):
    with pytest.raises(error, match=message):
        model.recommend_all(tmp_path / path, **options)
    assert list(tmp_path.iterdir()) == []


# ---- vectors --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "made",
    [cf.ImplicitMF(n_factors=4), cf.ExplicitALS(n_factors=4), cf.MatrixFactorization(n_factors=4, y_range=(0, 6))],
)
def test_inner_products_of_the_exported_vectors_give_the_lists(made, tastes, tmp_path):
    model = made.fit(tastes, progress=False)
    items, users = (
        pl.read_parquet(model.export_vectors(tmp_path / f"{side}.parquet", side)) for side in ("item", "user")
    )
    assert items["item"].to_list() == tastes.items.values.tolist()
    assert items["title"].to_list() == tastes.titles.tolist()
    bias = items["bias"].to_numpy() if "bias" in items.columns else 0
    products = items["vector"].to_numpy() @ users["vector"].to_numpy()[3] + bias
    best = model.rank(users["user"][3], 10, hide_seen=False).idx[0]
    np.testing.assert_allclose(products[best], np.sort(products)[::-1][:10], rtol=1e-4)


def test_a_model_without_vectors_has_none_to_export(checkerboard, tmp_path):
    with pytest.raises(Unsupported, match="Bias has no vectors"):
        cf.Bias().fit(checkerboard).export_vectors(tmp_path / "items.parquet")


def test_vectors_have_a_side_and_a_parquet_file(model, tmp_path):
    with pytest.raises(BadOption, match="side must be one of user, item, but 'film' came"):
        model.export_vectors(tmp_path / "items.parquet", "film")
    with pytest.raises(BadOption, match="export_vectors writes to a file whose name ends with .parquet"):
        model.export_vectors(tmp_path / "items.csv")
