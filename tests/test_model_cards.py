"""The card that comes with every model: facts it holds itself, and findings that are bound to what was measured."""

import re
from dataclasses import replace

import numpy as np
import pytest

import cofactor as cf
from cofactor.card.finding import Finding
from cofactor.card.measures import MEASURES
from cofactor.card.section import Section
from cofactor.contract.fingerprint import model_fingerprint
from cofactor.data.ratings import Ratings
from cofactor.data.sources.tastes import load as load_tastes
from cofactor.errors import BadModelFolder, NotFitted


@pytest.fixture
def model(tastes):
    return cf.EASE().fit(tastes)


def with_finding(model, **lists):
    """The model with one green finding, measured on it."""
    card = model.card(lists)
    shown = Finding(
        name="membership", title="Membership", sentence="", value=0.01, low=0.01, high=0.01, unit="%",
        threshold=MEASURES["membership"].threshold, fingerprint=card.fingerprint,
    )  # fmt: skip
    model.keep_card(replace(card, answers={"owner": "Ann"}).with_sections([Section(key="privacy", findings=(shown,))]))
    return model


def test_a_saved_model_says_what_it_optimises_and_on_what_and_that_nothing_was_measured(model, tmp_path):
    card = (model.save(tmp_path / "m") / "card.md").read_text("utf-8")
    for text in (model.objective, model.ratings.fingerprint, "every one of their ratings", "--model ease"):
        assert text in card.replace("\\", "")
    assert {one.light for one in model.card().findings.values()} == {"grey"}
    assert not (tmp_path / "m" / "card.json").exists()


def test_what_was_measured_is_saved_and_comes_back_with_its_light(model, tmp_path):
    folder = with_finding(model).save(tmp_path / "m")
    again = cf.open(folder)
    assert again.card().findings["membership"].light == "green"
    assert again.card().markdown() == model.card().markdown() == (folder / "card.md").read_text("utf-8")
    assert again.card().answers == {"owner": "Ann"}
    assert cf.open(again.save(folder)).card().findings["membership"].light == "green"


def test_after_forget_update_or_a_refit_lights_are_grey(model, tastes):
    def forgotten(model):
        model.forget(tastes.users.values[0])

    def updated(model):
        model.update(tastes.subset(np.arange(3)))

    def refitted(model):
        model.fit(tastes.subset(np.arange(len(tastes) - 5)))

    for change in (forgotten, updated, refitted):
        changed = with_finding(model).copied()
        assert changed.card().findings["membership"].light == "green"
        change(changed)
        assert changed.card().findings["membership"].light == "grey"
        assert "Measured on an earlier model." in changed.card().markdown()


def test_lights_of_lists_with_other_options_are_grey(model):
    with_finding(model, diversity=0.3)
    assert model.card().findings["membership"].light == "green"  # of the lists that were measured
    assert model.card({"diversity": 0.3}).findings["membership"].light == "green"
    for other in ({}, {"diversity": 0.2}):
        assert model.card(other).findings["membership"].light == "grey"


def test_a_fitted_model_has_one_fingerprint_and_any_change_another(model, tastes):
    mine = model_fingerprint(model)
    assert mine == model_fingerprint(cf.EASE().fit(tastes)) != model_fingerprint(cf.EASE(reg=3.0).fit(tastes))
    assert mine != model_fingerprint(model, {"diversity": 0.3})
    with pytest.raises(NotFitted):
        model_fingerprint(cf.EASE())


def test_a_changed_record_is_found_and_one_that_nobody_listed_is_not_read(model, tmp_path):
    plain = model.save(tmp_path / "plain")
    (plain / "card.json").write_text("{}", "utf-8")
    assert cf.open(plain).measured is None
    folder = with_finding(model).save(tmp_path / "m")
    (folder / "card.json").write_text((folder / "card.json").read_text("utf-8").replace("0.01", "0.02"), "utf-8")
    with pytest.raises(BadModelFolder, match=r"card\.json is not what was saved"):
        cf.open(folder)
    (folder / "card.json").unlink()
    with pytest.raises(BadModelFolder, match=r"card\.json is missing"):
        cf.open(folder)


def test_the_command_on_a_card_makes_the_model_again(tastes, tmp_path):
    model = cf.ImplicitMF(n_factors=4, n_epochs=2, seed=3).fit(tastes, progress=False)
    (command,) = re.findall(r"cofactor (fit tastes .*)", model.card().markdown().replace("\\", ""))
    from cofactor.cli import main

    words = command.replace("model.cofactor", str(tmp_path / "again")).split()
    assert main(words) == 0
    assert model_fingerprint(cf.open(tmp_path / "again")) == model_fingerprint(model)


def test_a_model_of_models_is_made_again_in_python(checkerboard):
    blend = cf.Blend(["bias", "popularity"]).fit(checkerboard)
    assert "cf.Blend(members=" in blend.card().markdown().replace("\\", "")


def test_the_card_of_a_model_that_is_saved_without_people_tells_nothing_of_them(tmp_path):
    """Counts, dates, shares of groups and a hash of their ratings would be released beside what epsilon covers."""
    ratings = load_tastes(n_users=60)
    model = cf.PrivateALS(epsilon=5.0, rating_range=(1, 5), n_factors=2).fit(ratings, progress=False)
    folder = model.save(tmp_path / "m")
    card = (folder / "card.md").read_text("utf-8")
    for told in (f"{len(ratings):,}", ratings.fingerprint, "People by", "Dates", "by 60 users"):
        assert told not in card
    assert "neither ids nor ratings" in card
    assert model_fingerprint(cf.open(folder)) == model_fingerprint(model)


def test_it_says_who_is_in_it_by_attributes_of_many_values_too():
    attributes = {"age": np.append(np.arange(20.0, 59.0), np.nan), "town": np.array([f"t{at}" for at in range(40)])}
    attributes["children"] = np.array([0, 0, 0, 2] * 10)
    table = Ratings.from_arrays(np.arange(40), np.zeros(40, int), np.ones(40), user_attributes=attributes)
    facts = {name: value for name, value, _ in cf.Popularity().fit(table).card({}).whole()[4].facts}
    assert facts["People by age"] == "20 to 58, half of them 29.5 to 48.5, not known 2%"
    assert facts["People by town"] == "40 different values"
    assert facts["People by children"] == "0 75%, 2 25%"
    assert "their age, town, children, which it does not use; accuracy is told by them" in facts["Keeps of people"]
