"""What a model does not optimise follows from what it can do and what it learned from."""

import pytest

from cofactor.contract.abilities import Abilities
from cofactor.contract.not_optimised import OF_ANY_MODEL, not_optimised

RATER, RANKER = Abilities(), Abilities(predicts=False)


def test_some_of_it_holds_of_every_model():
    assert not_optimised(RATER, None) == not_optimised(RANKER, None) == OF_ANY_MODEL


@pytest.mark.parametrize(
    ("abilities", "kind", "sentence"),
    [
        (RATER, "ratings", "Whether somebody would take an item up"),
        (RANKER, "ratings", "What somebody would think of an item"),
        (RATER, "clicks", "a click is no opinion"),
        (RANKER, "counts", "how often is no opinion"),
        (Abilities(personal=False), "clicks", "everybody is given the same order"),
    ],
)
def test_the_rest_is_said_where_it_is_true(abilities, kind, sentence):
    assert sentence in " ".join(not_optimised(abilities, kind)[4:])


def test_a_ranker_whose_lists_weigh_predictions_in_is_not_said_to_leave_them_out():
    assert not_optimised(Abilities(lists_by_prediction=False), "ratings") == OF_ANY_MODEL
