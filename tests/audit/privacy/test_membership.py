"""Membership inference: the curve by hand, and attacks whose success one knows beforehand."""

from dataclasses import replace

import numpy as np
import pytest

import cofactor as cf
from cofactor.audit.privacy.attack_statistics import HeldPerson, list_statistic, score_statistic
from cofactor.audit.privacy.membership import membership_inference
from cofactor.audit.privacy.roc import AttackCurve
from cofactor.errors import BadOption

QUICK = {"n_models": 4, "n_people": 150, "n_bootstrap": 40}


@pytest.mark.parametrize(
    ("scores", "member", "expected"),
    [
        ([4, 3, 2, 1], [1, 0, 1, 0], (3 / 4, 1 / 2, 1)),  # the second member comes after one other
        ([4, 3, 2, 1], [1, 1, 0, 0], (1, 1, 1)),
        ([1, 2, 3, 4], [1, 1, 0, 0], (0, 0, 0)),
        ([7, 7, 7, 7], [1, 0, 1, 0], (1 / 2, 0, 0)),  # equal scores are decided together
        ([5, 5, 5, 1], [1, 1, 0, 0], (3 / 4, 0, 1)),
    ],
)
def test_the_curve_is_counted_by_hand(scores, member, expected):
    """The area, and the true positives at no false one and at half of them."""
    curve = AttackCurve.of(np.array([scores], float), np.array([member], bool))
    assert curve.measures(np.ones(4), (0.0, 0.5)).tolist() == list(expected)


def test_a_weight_of_two_is_a_person_who_occurs_twice():
    scores, member = np.array([[4.0, 3, 2, 1], [1, 3, 2, 5]]), np.array([[1, 0, 1, 0], [0, 1, 1, 0]], bool)
    twice = AttackCurve.of(scores[:, [0, 1, 2, 2, 3]], member[:, [0, 1, 2, 2, 3]]).measures(np.ones(5), (0.3,))
    weighted = AttackCurve.of(scores, member).measures(np.array([1.0, 1, 2, 1]), (0.3,))
    assert weighted == pytest.approx(twice)


def test_what_a_reader_sees_is_counted_by_hand(tastes):
    """Item 0 is asked with; of items 1 and 2 the second is among the two best of the others."""
    person = HeldPerson({0: 5.0}, np.array([1, 2]), np.array([4.0, 2.0]))
    scores = np.array([9.0, 1.0, 5.0, 3.0])
    assert list_statistic(scores, person, 2) == 1 / 2
    assert score_statistic(cf.ExplicitALS(), scores, person) == -((1 - 4) ** 2 + (5 - 2) ** 2) / 2
    assert score_statistic(cf.EASE().fit(tastes), scores, person) == pytest.approx((3 - 4.5) / np.std(scores))


@pytest.fixture(scope="module")
def of_memorising(tastes):
    """An EASE that is hardly regularised keeps much of each person in its weights."""
    return membership_inference(cf.EASE(reg=10.0), tastes, **QUICK)


def test_a_model_that_memorises_gives_its_members_away_and_blind_attacks_do_not(of_memorising):
    for reader in ("scores", "lists", "item factors"):
        assert of_memorising.value(reader, "AUC").low > 0.8
        assert of_memorising.value(reader, "TPR at 1% FPR").low > 0.05
    blind = of_memorising.value("blind", "AUC")
    assert abs(blind.value - 0.5) < blind.high - blind.low  # four standard errors: one seed in twenty is beyond two


def test_who_was_forgotten_by_a_model_that_is_retrain_equal_is_as_if_never_a_member(of_memorising, tastes):
    forgotten = membership_inference(cf.EASE(reg=10.0), tastes, **QUICK, forgotten=True)
    for reader in ("scores", "lists", "blind"):
        found = forgotten.value(reader, "AUC")
        assert abs(found.value - 0.5) < found.high - found.low  # four standard errors
    assert forgotten.value("blind", "AUC") == of_memorising.value("blind", "AUC")
    assert forgotten.folder is not None
    assert forgotten.folder.n_members_found == 0
    assert str(forgotten).startswith("membership inference against EASE that forgot them")


def test_regularisation_hides_members(of_memorising, tastes):
    calm = membership_inference(cf.EASE(reg=100_000.0), tastes, **QUICK)
    assert calm.value("lists", "AUC").high < of_memorising.value("lists", "AUC").low


def test_a_model_that_learns_nothing_gives_nobody_away(tastes):
    """Scores that are the same whoever its members are: all decisions are equal, so none is made."""
    nothing = replace(tastes, values=np.full(len(tastes), 3.0, np.float32))
    found = membership_inference(cf.Bias(), nothing, **QUICK)
    assert found.value("scores", "AUC").value == pytest.approx(0.5, abs=1e-9)


def test_the_same_seed_gives_the_same_and_the_model_stays_unfitted(tastes):
    model = cf.EASE()
    one, same, other = (membership_inference(model, tastes, **QUICK, seed=seed).columns() for seed in (1, 1, 2))
    assert one == same != other
    assert not hasattr(model, "ratings_")


def test_it_is_shown_as_a_sheet_and_given_as_a_table(of_memorising):
    assert "150 people asked about at each of 4 models" in str(of_memorising)
    assert of_memorising.table()["chance"].to_list() == [0.5, 0.01, 0.001] * 4


@pytest.mark.parametrize(
    ("options", "message"),
    [({"n_models": 2}, "n_models counts models, 3 or more"), ({"n_people": 3}, "20 people or more are asked about")],
)
def test_what_cannot_be_attacked_is_refused(tastes, options, message):
    with pytest.raises(BadOption, match=message):
        membership_inference(cf.EASE(), tastes, **options)


def test_a_measure_that_is_not_there_is_refused(of_memorising):
    with pytest.raises(BadOption, match="'F1' of 'lists' was not measured"):
        of_memorising.value("lists", "F1")
