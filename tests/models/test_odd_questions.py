"""A few of the questions of `tests/fuzz/fuzz_models.py`, the same ones at every run."""

import pytest
from hypothesis import HealthCheck, Phase, assume, given, settings, strategies as st

from cofactor.errors import CofactorError
from cofactor.models import model_names
from odd_questions import (
    answer,
    asked_soundly,
    assert_lists_keep_their_promises,
    assert_many_are_told_what_each_is_told,
    assert_newcomers_keep_their_promises,
    assert_says_not_fitted,
    odd_options,
    questions,
    small,
    state,
    strictly,
    tables,
    ways,
)

A_FEW = settings(max_examples=2, phases=[Phase.generate], suppress_health_check=list(HealthCheck))
of_every_model = pytest.mark.parametrize("name", model_names())


@of_every_model
def test_before_fit_every_question_says_that_nothing_was_learned(name):
    assert_says_not_fitted(name)


@of_every_model
@A_FEW
@given(st.data())
def test_any_question_is_answered_or_refused_and_changes_nothing(name: str, data: st.DataObject):
    ratings = data.draw(tables(sound=True))
    model = small(name, data.draw(ways(name)))
    assume(not isinstance(answer(lambda: model.fit(ratings, progress=False)), CofactorError))
    before = state(model)
    for question in data.draw(st.lists(questions(ratings), min_size=5, max_size=8)):
        answer(lambda: question(model))  # noqa: B023
        assert state(model) == before


@of_every_model
@A_FEW
@given(st.data())
def test_lists_keep_their_promises_and_the_same_seed_gives_the_same_bits(name: str, data: st.DataObject):
    ratings, options = data.draw(tables(sound=True)), data.draw(ways(name))
    assume(not isinstance(answer(lambda: small(name, options).fit(ratings, progress=False)), CofactorError))
    with strictly():
        model, again = (small(name, options).fit(ratings, progress=False) for _ in range(2))
        if model.abilities.repeatable:
            assert state(model) == state(again)
            assert asked_soundly(model) == asked_soundly(again)
        items = list(range(ratings.n_items))
        assert_lists_keep_their_promises(model, ratings.users.values.tolist(), 3, items, items[:1])
        assert_many_are_told_what_each_is_told(model, ratings.users.values.tolist(), 3, items)
        if model.abilities.folds_in:
            assert_newcomers_keep_their_promises(model, {ratings.items.values[0]: float(ratings.values[0])}, 3)


@of_every_model
@A_FEW
@given(st.data())
def test_any_option_is_taken_or_refused(name: str, data: st.DataObject):
    ratings, options = data.draw(tables(sound=True)), data.draw(odd_options(name))
    model = answer(lambda: small(name, options))
    if not isinstance(model, CofactorError):
        answer(lambda: model.fit(ratings, progress=False))
