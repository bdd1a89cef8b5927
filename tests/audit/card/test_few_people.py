"""Of a few people no light is given, and of groups by attributes nobody is left out without a word."""

import math
import re
from dataclasses import replace

import numpy as np
import pytest

import cofactor as cf
from cofactor.audit.card.attribute_groups import attribute_groups
from cofactor.audit.card.card_audit import LEAST_PEOPLE
from cofactor.data.sources import tastes

QUICK = {"quick": True, "n_bootstrap": 50}


def audited(n_people, sections=("accuracy", "popularity", "bubble", "cold_start"), **attributes):
    table = replace(tastes.load(n_users=n_people), user_attributes=attributes)
    return cf.model_card(cf.Popularity().fit(table), sections=sections, **QUICK)


@pytest.fixture(scope="module")
def few():
    return audited(12)


def test_twelve_people_give_no_light(few):
    """Resampled, they agree with themselves: an interval from 0.4 to 0.4 would lie past any threshold."""
    assert {one.light for one in few.findings.values()} == {"grey"}
    said = few.findings["list_accuracy"].sentence
    assert re.fullmatch(r"Only 1?\d people liked anything that was held out: fewer than 20 tell too little .*", said)
    assert few.findings["coverage"].sentence.startswith("Only 12 people had ratings held out: ")
    assert few.findings["bubble_overlap"].sentence.startswith("Only 12 people had enough ratings to be simulated: ")


def test_no_sentence_has_a_number_that_is_none(few):
    assert not re.search(r"\bnan\b", few.markdown())


def test_a_card_says_of_how_many_people_its_figures_are(few):
    how = {one.key: one.how for one in few.sections}
    assert re.search(r"held out: 12 people, 1?\d of whom liked something of it", how["accuracy"])
    assert "simulated on all ratings of these people" in how["bubble"]
    assert "intervals over people" not in how["bubble"]


def test_people_of_whom_the_model_knows_nothing_are_counted():
    train, test = cf.split(tastes.load(n_users=60), test=0.2, by="user", seed=1)
    strangers = train.users.values[:3].tolist()
    model = cf.Popularity().fit(train.without(users=strangers))
    card = cf.model_card(model, test, sections=["accuracy"], **QUICK)
    assert "; 3 more, of whom it knows no rating, are left out" in card.markdown()


def test_lists_of_another_length_are_called_so():
    train, test = cf.split(tastes.load(n_users=60), test=0.2, by="user", seed=1)
    card = cf.model_card(cf.Popularity().fit(train), test, sections=["accuracy"], k=5, **QUICK)
    assert "their list of 5 held" in card.markdown()


def test_a_group_of_few_is_told_together_with_others_or_named_as_left_out():
    cells = np.array(["f"] * 30 + ["m"] * 25 + ["x"] * 4, object)
    found = attribute_groups("sex", cells, np.ones(59, bool))
    assert ([*found.members], found.left_out) == (["f", "m"], "x (4 people)")
    cells = np.array(["f"] * 30 + ["x"] * 15 + [None] * 9, object)
    found = attribute_groups("sex", cells, np.ones(54, bool))
    assert ([*found.members], found.left_out) == (["f", "x and not known"], "")
    assert np.count_nonzero(found.members["x and not known"]) == 24


def test_two_hundred_towns_of_three_people_are_said_not_to_be_told():
    cells = np.array([f"town {at // 3}" for at in range(600)], object)
    found = attribute_groups("town", cells, np.ones(600, bool))
    assert found == ({}, f"none of its 200 values has {LEAST_PEOPLE} people")


def test_ages_are_told_in_quarters():
    ages = np.append(np.arange(20.0, 60.0).repeat(3), math.nan)
    found = attribute_groups("age", ages, np.ones(121, bool))
    assert [*found.members] == ["20 to 29", "30 to 39", "40 to 49", "50 to 59"]
    assert {np.count_nonzero(one) for one in found.members.values()} == {30}
    assert found.left_out == "not known (1 person)"


def test_accuracy_is_told_of_everybody_by_attribute_or_it_is_said_of_whom_not():
    card = audited(100, ["accuracy"], sex=np.array(["f", "m"] * 47 + ["x"] * 6), age=np.arange(100))
    assert "nDCG@10, sex f" in card.markdown()
    assert "nDCG@10, age 0 to 2" in card.markdown()
    assert re.search(
        r"largest gap by sex: 0\.\d+ \(-?0\.\d+ to 0\.\d+\)\. Served best: (f; worst: m|m; worst: f)",
        card.markdown(),
    )
    ends = [int(one) for one in re.findall(r"age (\d+) to", card.markdown())]
    assert ends == sorted(ends)  # quarters in their order
    assert re.search(r"Not told by sex, for too few people:\*\* x \([1-6] (person|people)\)", card.markdown())


def test_what_a_profile_is_worth_is_told_of_calibrated_lists_too():
    """Lists without a profile have no past that they could be calibrated to."""
    train, test = cf.split(tastes.load(n_users=60), test=0.2, by="user", seed=1)
    model = cf.EASE().fit(train, progress=False)
    card = cf.model_card(model, test, sections=["profile"], lists={"calibrated": "genres"}, **QUICK)
    assert "gives everybody one list" in card.markdown()
