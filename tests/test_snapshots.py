"""One state of a model, whatever other threads do meanwhile, and the old one where something fails."""

import sys
import warnings
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest

import cofactor as cf
from cofactor.data.ratings import Ratings
from cofactor.errors import BadOption, FewerLeft, ItemsNotPlaced
from cofactor.models import model_class, model_names
from models.test_contract import SMALL

pytestmark = pytest.mark.filterwarnings(f"ignore::{FewerLeft.__module__}.FewerLeft")


@pytest.fixture
def often_switched():
    """Threads take turns after every few steps, so that what can be torn is."""
    before = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    yield
    sys.setswitchinterval(before)


@pytest.mark.parametrize("name", model_names())
def test_questions_are_answered_while_another_thread_updates(name, checkerboard, often_switched):
    """Users and items come one by one; every list is then of one state: no index beyond an array."""
    model = model_class(name)(**SMALL.get(name, {})).fit(checkerboard, progress=False)

    def ask(at: int) -> int:
        user = at % 12
        told = model.recommend(user, n=5, hide_seen=False)
        model.rank(np.arange(12), n=3)
        if model.abilities.folds_in:
            model.score_newcomer({0: 5, 1: 1})
        return len(told)

    with ThreadPoolExecutor(2) as pool, warnings.catch_warnings():
        warnings.simplefilter("ignore", ItemsNotPlaced)
        answers = pool.map(ask, range(40))
        for new in range(8):
            model.update(Ratings.from_arrays([100 + new, 100 + new], [new, 200 + new], [5, 1], scale=(1, 5)))
        assert list(answers) == [5] * 40
    assert model.ratings.n_users == 20


def test_of_two_updates_at_once_neither_is_lost(checkerboard, often_switched):
    model = cf.Popularity().fit(checkerboard)

    def update(new: int) -> None:
        model.update(Ratings.from_arrays([100 + new], [0], [5], scale=(1, 5)))

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(update, range(12)))
    assert set(model.ratings.users.values.tolist()) == {*range(12), *range(100, 112)}


def test_a_snapshot_stays_as_the_model_was(checkerboard):
    model = cf.Bias().fit(checkerboard)
    before = model.snapshot()
    model.update(Ratings.from_arrays([100], [0], [5], scale=(1, 5)))
    assert (before.ratings.n_users, model.ratings.n_users) == (12, 13)


def test_a_fit_that_fails_leaves_the_model_as_it_was(checkerboard, monkeypatch):
    model = cf.MatrixFactorization(n_factors=2, n_epochs=2).fit(checkerboard, progress=False)
    expected = model.score_users(np.arange(12))
    part = checkerboard.subset(checkerboard.user_idx < 3)
    monkeypatch.setattr(cf.MatrixFactorization, "_learn_priors", lambda *_: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        model.fit(part, progress=False)
    np.testing.assert_array_equal(model.score_users(np.arange(12)), expected)
    assert model.ratings is checkerboard


def test_what_was_built_for_the_old_state_is_gone_after_a_fit(checkerboard):
    model = cf.GraphFilter(n_components=2).fit(checkerboard)
    before = model.recommend(0, hide_seen=False)["score"].to_list()
    fewer = checkerboard.subset(checkerboard.item_idx > 5)
    assert model.fit(fewer).recommend(0, hide_seen=False)["score"].to_list() != before


# --- at the door -------------------------------------------------------------------------------------------------

FRAME = {"user": [1, 1, 2], "item": [1, 2, 1], "rating": [5.0, 3.0, 4.0]}


@pytest.mark.parametrize(
    ("given", "said"),
    [
        (lambda r: FRAME, r"a dict came\. Make ratings of a table with cf\.read"),
        (lambda r: "ratings.csv", r"a str came.*cf\.read"),
        (lambda r: cf.split(r), r"a Split came\. Take one of its parts"),
        (lambda r: tuple(cf.split(r)), r"a tuple came\. Give one of them"),
        (lambda r: None, "nothing came"),
        (lambda r: cf.Bias(), "a Bias came"),
    ],
)
def test_what_are_no_ratings_are_told_what_to_write(given, said, checkerboard):
    wrong, model = given(checkerboard), cf.Bias()
    with pytest.raises(BadOption, match=f"fit learns from ratings, but {said}"):
        model.fit(wrong)
    model.fit(checkerboard)
    with pytest.raises(BadOption, match=f"update takes in ratings, but {said}"):
        model.update(wrong)
    with pytest.raises(BadOption, match=f"evaluate measures on ratings, but {said}"):
        cf.evaluate(model, wrong)
    with pytest.raises(BadOption, match=f"compare trains on ratings, but {said}"):
        cf.compare([model, cf.Popularity()], wrong, checkerboard)
    with pytest.raises(BadOption, match=f"split divides ratings, but {said}"):
        cf.split(wrong)


def test_what_is_no_model_is_told_what_to_write(checkerboard):
    with pytest.raises(BadOption, match=r"The model comes first"):
        cf.evaluate(checkerboard, cf.Bias().fit(checkerboard))
    with pytest.raises(BadOption, match=r"the class ImplicitMF came\. Make one of it: ImplicitMF\(\)"):
        cf.compare([cf.ImplicitMF, cf.EASE], checkerboard, checkerboard)
    with pytest.raises(BadOption, match=r"such as cf\.ImplicitMF\(\), but str came"):
        cf.compare({"one": "ease", "two": "bias"}, checkerboard, checkerboard)
    with pytest.raises(BadOption, match="takes several models"):
        cf.compare(cf.Bias(), checkerboard, checkerboard)


def test_a_false_alarm_of_the_processor_in_a_question_is_not_passed_on(checkerboard, monkeypatch):
    """A flag that OpenBLAS leaves set by numbers that it computed and did not use."""
    model = cf.Popularity().fit(checkerboard)
    scores = model.score_users

    def with_flag_set(user_idx):
        np.subtract(np.inf, np.inf)
        return scores(user_idx)

    monkeypatch.setattr(cf.Popularity, "score_users", lambda self, user_idx: with_flag_set(user_idx))
    with pytest.warns(RuntimeWarning, match="invalid value"):
        with_flag_set(np.arange(1))
    assert len(model.recommend(0, n=3, hide_seen=False)) == 3
