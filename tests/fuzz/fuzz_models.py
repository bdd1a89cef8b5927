"""Whatever a model is asked: an answer that keeps its promises, or one of our errors; and the model stays as it was.

python3 dev.py fuzz -k models          10,000 examples, spread over the models; COFACTOR_FUZZ=300 for so many
"""

import os
from typing import Any

import pytest
from hypothesis import assume, given, settings, strategies as st

from cofactor.errors import CofactorError
from cofactor.models import model_names
from odd_questions import (
    answer,
    asked_soundly,
    assert_lists_keep_their_promises,
    assert_many_are_told_what_each_is_told,
    assert_newcomers_keep_their_promises,
    odd_options,
    questions,
    saved_and_opened,
    small,
    state,
    strictly,
    tables,
    ways,
)

EXAMPLES = int(os.environ.get("COFACTOR_FUZZ", "10000"))
SHARE = settings(max_examples=max(1, EXAMPLES // (5 * len(model_names()))))
of_every_model = pytest.mark.parametrize("name", model_names())


@of_every_model
@SHARE
@given(st.data())
def test_any_question_is_answered_or_refused_and_changes_nothing(name: str, data: st.DataObject):
    ratings, options = data.draw(tables()), data.draw(ways(name))
    model = small(name, options)
    if isinstance(answer(lambda: model.fit(ratings, progress=False)), CofactorError):
        assume(False)
    before = state(model)
    for question in data.draw(st.lists(questions(ratings), min_size=6, max_size=12)):
        answer(lambda: question(model))  # noqa: B023
        assert state(model) == before


@of_every_model
@SHARE
@given(st.data())
def test_any_option_is_taken_or_refused(name: str, data: st.DataObject):
    ratings, options = data.draw(tables(sound=True)), data.draw(odd_options(name))
    model = answer(lambda: small(name, options))
    if not isinstance(model, CofactorError):
        answer(lambda: asked_soundly(model.fit(ratings, progress=False)))
    model = small(name)
    for option, value in options.items():
        setattr(model, option, value)
    answer(lambda: model.fit(ratings, progress=False))


@of_every_model
@SHARE
@given(st.data())
def test_lists_keep_their_promises(name: str, data: st.DataObject):
    model = fitted(name, data)
    ratings = model.ratings
    users = data.draw(st.lists(st.sampled_from(ratings.users.values.tolist()), min_size=1, max_size=3, unique=True))
    some = st.lists(st.integers(0, ratings.n_items - 1), max_size=4, unique=True)
    many = st.just(list(range(ratings.n_items))) | some
    with strictly():
        n, candidates = data.draw(st.integers(1, 7)), data.draw(many)
        assert_lists_keep_their_promises(model, users, n, candidates, data.draw(some))
        assert_many_are_told_what_each_is_told(model, [*users, "nobody at all"], n, candidates)
        if model.abilities.folds_in:
            rating = st.sampled_from(ratings.values.tolist())
            rated = st.dictionaries(st.sampled_from(ratings.items.values.tolist()), rating, max_size=3)
            assert_newcomers_keep_their_promises(model, data.draw(rated), n)


@of_every_model
@SHARE
@given(st.data())
def test_saved_opened_and_fitted_again_it_is_the_same(name: str, data: st.DataObject):
    model = fitted(name, data)
    opened = answer(lambda: saved_and_opened(model))
    if isinstance(opened, CofactorError):
        assert "which a saved model cannot keep" in str(opened)
        return
    with strictly():
        assert state(opened) == state(model)
        assert asked_soundly(opened) == asked_soundly(model)
        assert state(small(name, data.draw(st.just(model.options()))).fit(model.ratings, progress=False)) == state(
            model
        )


@of_every_model
@SHARE
@given(st.data())
def test_update_takes_in_later_ratings_or_leaves_the_model_as_it_was(name: str, data: st.DataObject):
    model = fitted(name, data)
    before, later = state(model), data.draw(tables())
    if isinstance(answer(lambda: model.update(later)), CofactorError):
        assert state(model) == before
        return
    users: list[Any] = model.ratings.users.values.tolist()
    with strictly():
        assert_lists_keep_their_promises(model, users, 3, list(range(model.ratings.n_items)), [])
    opened = answer(lambda: saved_and_opened(model))
    if isinstance(opened, CofactorError):
        assert "which a saved model cannot keep" in str(opened)
    else:
        with strictly():
            assert asked_soundly(opened) == asked_soundly(model)


def fitted(name: str, data: st.DataObject) -> Any:
    """On a table that any model can learn from."""
    ratings, options = data.draw(tables(sound=True)), data.draw(ways(name))
    model = small(name, options)
    if isinstance(error := answer(lambda: model.fit(ratings, progress=False)), CofactorError):
        data.draw(st.just(repr(error)))
        assume(False)
    return model
