"""Saved, opened in another process, asked everything: the same answers."""

import pickle
import subprocess
import sys

import numpy as np
import pytest

import asking
from cofactor.models import model_class, model_names

CASES = [
    (name, kind)
    for name in model_names()
    if model_class(name).saves_ratings  # others know nobody when they are opened: tests/models/test_private_als.py
    for kind in ("ratings", "clicks", "counts")
    if kind == "ratings" or name not in ("bayesian_mf", "ranker_and_rater")
    if kind != "counts" or not (name == "blend" or model_class(name)().abilities.needs_ratings)
]


@pytest.fixture(scope="module")
def answers(tmp_path_factory) -> dict[tuple[str, bool], list[tuple]]:
    """Of each case the answers before, and those of the other process."""
    folder, before = tmp_path_factory.mktemp("models"), dict[str, dict]()
    of_case: dict[tuple[str, bool], list[str]] = {case: [] for case in CASES}
    for name, kind in CASES:
        for at, model in enumerate(asking.models(name, asking.table(kind=kind))):
            path = str(model.save(folder / f"{name}-{kind}-{at}"))
            of_case[name, kind].append(path)
            before[path] = asking.ask(model)
    run = subprocess.run([sys.executable, asking.__file__, folder / "answers", *before], capture_output=True, text=True)
    assert run.returncode == 0, run.stderr
    with open(folder / "answers", "rb") as file:
        after = dict(pickle.load(file) for _ in before)
    return {case: [(before[path], after[path]) for path in paths] for case, paths in of_case.items()}


@pytest.mark.parametrize(("name", "kind"), CASES)
def test_an_opened_model_gives_the_answers_of_the_one_that_was_saved(name, kind, answers):
    for before, after in answers[name, kind]:
        assert not isinstance(after, str), after
        assert after.keys() == before.keys()
        for question in before:
            np.testing.assert_equal(after[question], before[question], err_msg=question)


def test_most_questions_are_answered_and_none_by_all_models_with_an_error(answers):
    asked = [before for pairs in answers.values() for before, _ in pairs]
    for question in asked[0]:
        is_answered = any(not isinstance(one[question], str) for one in asked)
        assert is_answered == (question not in ("an unknown", "a leak", "a title of two")), question
