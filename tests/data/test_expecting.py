"""Wherever ratings are wanted, a pandas, Polars or Arrow table of them does as well, or is refused with the mend."""

import pandas as pd
import polars as pl
import pyarrow as pa
import pytest

import cofactor as cf
from cofactor.data.expecting import as_ratings
from cofactor.errors import BadOption, BadTable
from cofactor.evaluation.monitoring import monitor
from cofactor.recommender import Recommender

LIBRARIES = {"pandas": pd.DataFrame, "polars": pl.DataFrame, "arrow": pa.Table.from_pydict}
QUIET = {"progress": False}


def columns(*, of_test: bool) -> dict[str, list]:
    """Every user's rating of ten items: 5 where both numbers are even, or both odd, else 1; a fifth is for the test."""
    pairs = [(user, item) for user in range(12) for item in range(10) if ((user + item) % 5 == 0) == of_test]
    return {
        "userId": [user for user, _ in pairs], "movieId": [item for _, item in pairs],
        "rating": [5.0 if (user + item) % 2 == 0 else 1.0 for user, item in pairs],
        "timestamp": [1_600_000_000 + at for at in range(len(pairs))],
    }  # fmt: skip


TRAIN, TEST = columns(of_test=False), columns(of_test=True)


@pytest.fixture(autouse=True)
def _shortest_auto(monkeypatch):
    """`auto` makes its smallest comparison: which model it then chooses is a matter of time, and not looked at."""
    monkeypatch.setattr("cofactor.choosing.auto.DEFAULT_SECONDS", 0.0)


def factor_model() -> cf.MatrixFactorization:
    return cf.MatrixFactorization(n_factors=2, n_epochs=2)


def watched(train, test) -> list[float]:
    model = factor_model().fit(train, validation=test, **QUIET)
    return [epoch.valid_loss for epoch in model.history_]


def tuned(train) -> list[float]:
    return cf.tune(factor_model(), train, n_trials=1, **QUIET).model.predict(3, [2, 3]).tolist()


def compared(train, test) -> dict[str, dict[str, float]]:
    models = [cf.Bias(), cf.Popularity()]
    return {name: one.values for name, one in cf.compare(models, train, test, **QUIET).evaluations.items()}


# each entry, of a table to learn from and one to measure on: something that depends on all of their ratings
ENTRIES = {
    "fit": lambda train, _: cf.Bias().fit(train, **QUIET).predict(3, 5),
    "fit's validation": watched,
    "update": lambda train, test: cf.Bias().fit(train, **QUIET).update(test).predict(3, [5, 9]).tolist(),
    "evaluate": lambda train, test: cf.evaluate(cf.Bias().fit(train, **QUIET), test).values["rmse"],
    "compare": compared,
    "split": lambda train, _: cf.split(train, by="time").fingerprint,
    "folds": lambda train, _: [one.fingerprint for one in cf.folds(train, 3)],
    "tune": lambda train, _: tuned(train),
    "auto": lambda train, _: cf.auto(train, **QUIET).model.ratings.fingerprint,
    "monitor": lambda train, test: monitor("rmse", test)(cf.Bias().fit(train, **QUIET)),
    "lr_find": lambda train, _: factor_model().lr_find(train, n_steps=10).losses.tolist(),
}


@pytest.mark.parametrize("library", LIBRARIES)
@pytest.mark.parametrize("entry", ENTRIES)
def test_a_table_does_where_ratings_do(entry, library):
    if entry == "tune":
        pytest.importorskip("optuna")
    ask, table = ENTRIES[entry], LIBRARIES[library]
    wanted = ask(cf.read(TRAIN), cf.read(TEST))
    assert ask(table(TRAIN), table(TEST)) == wanted


@pytest.mark.parametrize("entry", ENTRIES)
def test_a_table_of_other_columns_is_refused_with_the_mend(entry):
    strange = pd.DataFrame({"who": [1, 2], "what": [1, 2], "rating": [1.0, 2.0]})
    with pytest.raises(
        BadTable, match=r"ratings, but a DataFrame came .* users or items: 'who', .*cf.read\(table, user="
    ):
        ENTRIES[entry](strange, strange)


@pytest.mark.parametrize("entry", ["fit's validation", "update", "evaluate", "compare", "monitor"])
def test_a_second_table_of_other_columns_is_refused_too(entry):
    strange = pd.DataFrame({"user": [1, 2], "what": [1, 2]})
    with pytest.raises(BadTable, match=r"usual name for items: 'user', 'what'. Read the table first"):
        ENTRIES[entry](pd.DataFrame(TRAIN), strange)


def test_what_reading_finds_wrong_is_said_with_the_place_that_asked():
    broken = pd.DataFrame({"user": [1, None], "item": [1, 2], "rating": [5, 4]})
    with pytest.raises(
        BadTable, match=r"fit learns from ratings, but the DataFrame is not read. .*user.*cf.read\(table"
    ):
        cf.Bias().fit(broken, **QUIET)


@pytest.mark.parametrize("other", [pl.Series([1]), pl.DataFrame(TRAIN).lazy(), [1], TRAIN, "ratings.csv", None])
def test_other_things_are_refused(other):
    with pytest.raises(BadOption, match=r"fit learns from ratings, but .* came. .*cf.read\("):
        cf.Bias().fit(other)


def test_kind_and_times_are_noticed_as_by_read():
    plays = as_ratings(pd.DataFrame({"user": [1, 2], "song": [1, 1], "plays": [3, 40], "date": ["2024-01-01"] * 2}), "")
    assert (plays.kind, plays.library) == ("counts", "pandas")
    assert plays.timestamps is not None
    assert as_ratings(pl.DataFrame({"user": [1, 2], "item": [1, 1]}), "").kind == "clicks"


def test_a_test_table_takes_the_kinds_of_ids_of_the_model():
    """The model's users are text: those of a table that numbers them are the same people."""
    model = cf.Bias().fit(cf.read(TRAIN, ids={"user": "text"}), **QUIET)
    expected = cf.evaluate(model, cf.read(TEST, ids={"user": "text"})).values
    assert cf.evaluate(model, pd.DataFrame(TEST)).values == expected


def test_a_few_later_counts_are_no_ratings():
    """The values 1 and 2 alone look like ratings; the model's counts say what they are."""
    model = cf.ItemKNN().fit(cf.read(TRAIN, kind="counts"), **QUIET)
    model.update(pd.DataFrame({"user": [1, 2], "item": [2, 1], "r": [1, 2]}))
    assert model.ratings.kind == "counts"
    assert model.ratings.matrix[2, 1] == 3.0


def test_ratings_pass_as_they_are():
    ratings = cf.read(TRAIN)
    assert as_ratings(ratings, "fit learns from") is ratings
    assert isinstance(cf.Bias().fit(ratings, **QUIET), Recommender)
