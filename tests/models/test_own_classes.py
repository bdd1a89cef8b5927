"""Models from elsewhere: a class of a notebook or of another package is saved, and opened by its name."""

import argparse
import sys
from dataclasses import dataclass
from importlib.metadata import EntryPoint
from typing import ClassVar

import numpy as np
import pytest

import cofactor as cf
import cofactor.models
from cofactor.cli import main
from cofactor.cli._model import add_model_options
from cofactor.contract.abilities import Abilities
from cofactor.contract.learned import floats, number
from cofactor.contract.reasons import Reasons
from cofactor.errors import BadModelFolder, BadOption, UnknownModel, Unsupported
from cofactor.recommender import Recommender


@dataclass(kw_only=True)
class ItemMean(Recommender):
    """The one of CONTRIBUTING.md, shortened."""

    learned: ClassVar = {"mean_": number(), "item_bias_": floats("n_items")}
    objective: ClassVar = "The squared error of each rating, the same for everybody."
    damping: float = 5.0  # ratings at the mean, beforehand

    @property
    def abilities(self):
        return Abilities(predicts=False, personal=False, folds_in=False)

    def _fit(self, train, *_):
        self.mean_ = train.mean
        sums = np.bincount(train.item_idx, train.values - self.mean_, minlength=train.n_items)
        self.item_bias_ = (sums / (train.item_counts + self.damping)).astype(np.float32)

    def score_users(self, user_idx):
        return np.repeat(self.mean_ + self.item_bias_[None], len(user_idx), axis=0)


@pytest.fixture(autouse=True)
def forgotten(monkeypatch):
    """Each test begins with what is installed, and nothing handed over."""
    monkeypatch.setattr(cofactor.models, "_handed_over", {})
    cofactor.models._declared.cache_clear()
    yield
    cofactor.models._declared.cache_clear()


@pytest.fixture
def folder(checkerboard, tmp_path):
    return ItemMean(damping=1.0).fit(checkerboard).save(tmp_path / "m")


def declare(monkeypatch, target: str) -> None:
    """As a package does in its pyproject.toml."""
    one = EntryPoint("their_mean", target, "cofactor.models")
    monkeypatch.setattr("importlib.metadata.entry_points", lambda group: [one] if group == "cofactor.models" else [])


def test_a_class_that_is_not_known_says_how_to_make_it_known(folder):
    with pytest.raises(BadModelFolder, match=r"holds a 'ItemMean'.*cofactor\.open\(path, models=\[ItemMean\]\)"):
        cf.open(folder)


def test_the_command_line_says_how_it_would_know_the_class(folder, capsys):
    assert main(["recommend", str(folder), "1"]) == 2
    assert "an installed package declares it as an entry point" in capsys.readouterr().err


def test_a_class_that_is_handed_over_opens(folder, checkerboard):
    again = cf.open(folder, models=[ItemMean])
    assert type(again) is ItemMean
    assert again == ItemMean(damping=1.0)
    assert again.recommend(1, n=1).to_dicts() == ItemMean(damping=1.0).fit(checkerboard).recommend(1, n=1).to_dicts()


def test_a_declared_class_opens_and_is_known_by_its_name(folder, monkeypatch):
    declare(monkeypatch, f"{__name__}:ItemMean")
    assert cf.open(folder).damping == 1.0
    assert cofactor.models.model_class("their-mean").__name__ == "ItemMean"
    assert "their_mean" in cofactor.models.model_names()


def test_the_help_of_a_declared_class_says_what_its_options_mean(monkeypatch, capsys):
    declare(monkeypatch, f"{__name__}:ItemMean")
    monkeypatch.setattr(sys, "argv", ["cofactor", "fit", "--model", "their_mean", "--help"])
    with pytest.raises(SystemExit):
        main()
    assert "--damping VALUE ratings at the mean, beforehand (default: 5.0)" in " ".join(capsys.readouterr().out.split())


def test_the_help_of_a_class_without_source_has_its_options_all_the_same(monkeypatch):
    one = type("Hidden", (ItemMean,), {"__module__": "a_module_without_a_file"})
    monkeypatch.setattr(cofactor.models, "_handed_over", {"Hidden": one})
    parser = argparse.ArgumentParser()
    add_model_options(parser, "Hidden")
    assert "--damping VALUE ratings at the mean" in " ".join(parser.format_help().split())


@dataclass(kw_only=True)
class Damped(ItemMean):
    damping: float = 9.0  # of mine


def test_what_a_class_says_of_an_option_counts_more_than_what_its_base_says(monkeypatch):
    monkeypatch.setattr(cofactor.models, "_handed_over", {"Damped": Damped})
    parser = argparse.ArgumentParser()
    add_model_options(parser, "Damped")
    assert "--damping VALUE of mine (default: 9.0)" in " ".join(parser.format_help().split())


def test_nothing_but_a_model_is_declared_or_handed_over(folder, monkeypatch):
    declare(monkeypatch, "json:JSONDecoder")
    with pytest.raises(BadOption, match="json:JSONDecoder, declared as the model 'their_mean', is no class of a model"):
        cofactor.models.model_class("their_mean")
    with pytest.raises(BadOption, match="models lists classes of models"):
        cf.open(folder, models=[ItemMean()])
    with pytest.raises(BadModelFolder, match="no model.json"):
        cf.open(folder.parent, models=ItemMean)  # the class alone is taken for a list of one


def test_a_folder_names_no_code_to_run(folder):
    from test_model_folder import describe

    for name in ("os:system", "json:JSONDecoder", "cofactor.recommender:Recommender", "_described", "__init__"):
        describe(folder, model=name)
        with pytest.raises(BadModelFolder, match="a model this version does not have"):
            cf.open(folder)
        with pytest.raises(UnknownModel):
            cofactor.models.model_class(name)


def test_it_may_be_part_of_a_blend(checkerboard, tmp_path):
    blend = cf.Blend([ItemMean(damping=2.0), "popularity"]).fit(checkerboard)
    again = cf.open(blend.save(tmp_path / "blend"), models=[ItemMean])
    assert again.members == (ItemMean(damping=2.0), cf.Popularity())


class Boastful(ItemMean):
    """It has steps that its abilities deny; its similarity takes either side for items."""

    def similarity(self, side, idx):
        return self.item_bias_

    def reasons(self, user_idx, item_idx):
        return Reasons(base=self.mean_)

    def score_profile(self, profile):
        return self.item_bias_

    def row_vectors(self, side):
        return self.item_bias_[:, None]


@pytest.mark.parametrize(
    ("ability", "ask"),
    [
        ("compares_items", lambda model: model.similar_items(1)),
        ("compares_users", lambda model: model.similar_users(1)),
        ("gives_reasons", lambda model: model.explain(1, 1)),
        ("folds_in", lambda model: model.recommend({1: 5})),
        ("has_vectors", lambda model: model.vectors()),
    ],
)
def test_what_it_says_it_cannot_is_refused_whatever_steps_it_has(checkerboard, ability, ask):
    with pytest.raises(Unsupported, match=f"Boastful .*abilities.{ability} is False"):
        ask(Boastful().fit(checkerboard))


class Promising(Boastful):
    """It says that it can do all this and has a step for none of it."""

    similarity, reasons, score_profile, row_vectors = (
        getattr(Recommender, name) for name in ("similarity", "reasons", "score_profile", "row_vectors")
    )

    @property
    def abilities(self):
        return Abilities(
            has_item_weights=True,
            gives_reasons=True,
            has_posterior=True,
            has_row_posterior=True,
            gives_intervals=True,
        )


@pytest.mark.parametrize(
    ("ability", "step", "ask"),
    [
        ("compares_items", "similarity", lambda model: model.similar_items(1)),
        ("gives_reasons", "reasons", lambda model: model.explain(1, 1)),
        ("folds_in", "score_profile", lambda model: model.recommend({1: 5})),
        ("gives_intervals", "pair_variances", lambda model: model.predict(1, 1, interval=0.9)),
        ("has_posterior", "row_models and rows_by_model", lambda model: model.row_models()),
        ("has_row_posterior", "row_posterior", lambda model: model.similar_items(1, by="posterior")),
    ],
)
def test_a_step_that_was_promised_and_is_missing_is_named(checkerboard, ability, step, ask):
    with pytest.raises(Unsupported, match=f"Promising says abilities.{ability}, but does not write {step}. Write it"):
        ask(Promising().fit(checkerboard))


@dataclass(kw_only=True)
class Forgetful(ItemMean):
    table: object = None


def test_what_could_not_be_opened_is_not_saved(checkerboard, tmp_path):
    with pytest.raises(BadOption, match="table=.*cannot be kept in a saved model"):
        Forgetful(table=object()).fit(checkerboard).save(tmp_path / "m")
    with pytest.raises(BadOption, match=r"table=\{1, 2\}.* cannot be kept"):
        Forgetful(table={1, 2}).fit(checkerboard).save(tmp_path / "m")
    model = ItemMean().fit(checkerboard)
    model.item_bias_ = model.item_bias_.astype(np.float64)
    with pytest.raises(BadOption, match="item_bias_ is of type float64, not float32"):
        model.save(tmp_path / "m")
    model.item_bias_ = np.full(12, np.nan, np.float32)
    with pytest.raises(BadOption, match="item_bias_ holds numbers that are not finite"):
        model.save(tmp_path / "m")
    assert list(tmp_path.iterdir()) == []


class OfOneArgument(ItemMean):
    def __init__(self, damping):
        super().__init__(damping=damping)


def test_a_class_that_its_options_do_not_make_is_not_saved(checkerboard, tmp_path):
    class Named(OfOneArgument):
        def __init__(self, name):
            super().__init__(1.0)

    assert cf.open(OfOneArgument(3.0).fit(checkerboard).save(tmp_path / "m"), models=[OfOneArgument]).damping == 3.0
    with pytest.raises(BadOption, match="could be saved, but not opened again: Named has no option 'damping'"):
        Named("x").fit(checkerboard).save(tmp_path / "n")
