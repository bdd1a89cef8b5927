"""A search that sees training ratings alone, keeps to its time, and goes on where it ended."""

import signal
import sys

import numpy as np
import pytest

import cofactor as cf
from cofactor.errors import BadOption, MissingExtra, SearchStopped
from cofactor.search_space import Between, OneOf, reaching
from cofactor.tuning.budget import seconds_of


@pytest.fixture(scope="module")
def train(tastes):
    return cf.split(tastes, test=0.2, seed=0).train


def tuned(model, train, **options):
    return cf.tune(model, train, **{"budget": "1min", "n_trials": 6, "progress": False} | options)


def test_the_best_options_are_fitted_on_all_training_ratings(train):
    found = tuned(cf.Bias(reg_user=500.0, reg_item=500.0), train)
    best = found.history.best
    assert best.value == min(trial.value for trial in found.history.trials)
    assert found.model.options() == dict(best.options)
    assert len(found.model.ratings) == len(train)


def test_every_trial_learns_from_the_same_four_fifths_of_the_training_ratings(train, monkeypatch):
    seen = []
    fit = cf.Bias._fit
    monkeypatch.setattr(cf.Bias, "_fit", lambda model, part, run: seen.append(part) or fit(model, part, run))
    tuned(cf.Bias(), train)
    *trials, last = seen
    assert {part.fingerprint for part in trials} == {trials[0].fingerprint}
    assert len(trials[0]) == pytest.approx(0.8 * len(train), rel=0.01)
    assert last is train
    pairs, known = (set(zip(part.user_idx, part.item_idx, strict=True)) for part in (trials[0], train))
    assert pairs < known


def test_the_model_as_given_is_the_first_trial_and_stays_as_it_was(train):
    given = cf.Bias(reg_user=7.0, reg_item=3.0)
    found = tuned(given, train, n_trials=2)
    assert dict(found.history.trials[0].options) == {"reg_user": 7.0, "reg_item": 3.0}
    assert given.options() == {"reg_user": 7.0, "reg_item": 3.0}


def test_a_value_outside_of_the_models_own_space_widens_it():
    space = {"reg": Between(1.0, 10.0, log=True), "kind": OneOf(("a", "b"))}
    wide = reaching(space, {"reg": 50.0, "kind": "c"})
    assert wide == {"reg": Between(1.0, 50.0, log=True), "kind": OneOf(("a", "b", "c"))}


def test_the_same_seed_tries_the_same_options(train):
    first, again, other = (tuned(cf.Bias(), train, seed=seed).history for seed in (1, 1, 2))
    options = [[dict(trial.options) for trial in history.trials] for history in (first, again, other)]
    assert options[0] == options[1] != options[2]


def test_a_search_that_learns_beats_the_model_as_given(train):
    found = tuned(cf.Bias(reg_user=1e5, reg_item=1e5), train, n_trials=10)
    assert found.history.best.value < found.history.trials[0].value


def test_no_trial_is_begun_for_which_the_time_is_over(train):
    found = tuned(cf.Bias(), train, budget=1e-9, n_trials=None)
    assert len(found.history.trials) == 1


def test_a_trial_that_is_worse_after_a_quarter_of_its_epochs_ends_there(train):
    space = {"learning_rate": OneOf((0.3, 1e-6, 2e-6, 3e-6))}
    model = cf.BPR(n_factors=4, n_epochs=8, learning_rate=0.3)
    found = tuned(model, train, space=space, n_trials=12)
    states = {trial.options["learning_rate"]: trial.state for trial in found.history.trials[6:]}
    assert "stopped" in {state for rate, state in states.items() if rate < 0.3}
    assert found.history.best.options["learning_rate"] == 0.3


def test_a_journal_is_gone_on_with(train, tmp_path):
    journal = tmp_path / "search.journal"
    first = tuned(cf.Bias(), train, journal=journal, n_trials=3)
    more = tuned(cf.Bias(), train, journal=journal, n_trials=2)
    assert [trial.options for trial in more.history.trials[:3]] == [trial.options for trial in first.history.trials]
    assert len(more.history.trials) == 5
    other = tuned(cf.Bias(), train, journal=journal, n_trials=1, metric="mae")  # another aim, another search
    assert len(other.history.trials) == 1


def test_ctrl_c_keeps_the_best_so_far(train, monkeypatch):
    fit, fitted = cf.Bias._fit, []

    def pressed_in_the_third(model, part, run):
        fitted.append(model)
        if len(fitted) == 3:
            signal.raise_signal(signal.SIGINT)
        fit(model, part, run)

    monkeypatch.setattr(cf.Bias, "_fit", pressed_in_the_third)
    with pytest.warns(SearchStopped, match="after 3 trials"):
        found = tuned(cf.Bias(), train)
    assert [trial.state for trial in found.history.trials] == ["complete", "complete", "failed"]
    assert found.history.trials[2].why == "interrupted"


def test_options_that_cannot_be_trained_fail_alone(train):
    space = {"n_components": OneOf((8, -1))}
    found = tuned(cf.GraphFilter(n_components=8), train, space=space, n_trials=8, metric="ndcg@10")
    assert {trial.state for trial in found.history.trials if trial.options["n_components"] == -1} == {"failed"}
    assert found.model.n_components == 8
    with pytest.raises(BadOption, match="n_components"):
        tuned(cf.GraphFilter(n_components=-1), train, space={"n_components": OneOf((-1, -2))}, metric="ndcg@10")


def test_the_history_is_a_table_in_the_library_of_the_ratings(train):
    found = tuned(cf.Bias(), train, n_trials=3)
    table = found.table()
    assert list(table["trial"]) == [0, 1, 2]
    assert "rmse" in table.columns
    assert "3 trials of Bias" in str(found)


@pytest.mark.parametrize(
    ("model", "options", "message"),
    [
        (cf.Bias(), {"budget": "soon"}, "'90s', '2min' or '1h', but 'soon' came"),
        (cf.Bias(), {"budget": 0}, "above 0"),
        (cf.Bias(), {"metric": "novelty"}, "no aim"),
        (cf.Bias(), {"space": {"depth": Between(1, 3)}}, "no option 'depth'"),
        (cf.Blend(members=("bias", "popularity")), {}, "no options to search"),
    ],
)
def test_what_cannot_be_searched_is_said(model, options, message, train):
    with pytest.raises(BadOption, match=message):
        tuned(model, train, **options)


def test_without_optuna_the_extra_is_named(train, monkeypatch):
    monkeypatch.setitem(sys.modules, "optuna", None)
    with pytest.raises(MissingExtra, match=r"cofactor\[tune\]"):
        tuned(cf.Bias(), train)


@pytest.mark.parametrize(("text", "seconds"), [("90s", 90), ("2min", 120), ("1.5 h", 5400), (20, 20)])
def test_a_budget_is_said_as_people_say_it(text, seconds):
    assert seconds_of(text) == seconds


def test_what_spans_a_factor_of_five_and_more_is_searched_by_factors():
    """Half of the tries by equal steps from 0.001 to 3 would lie above 1.5."""
    from cofactor.models import model_class, model_names

    for name in model_names():
        for option, part in model_class(name)().search_space().items():
            if not isinstance(part, OneOf):
                assert part.low < part.high, (name, option)
                assert part.log == (part.low > 0 and part.high >= 5 * part.low), (name, option)


def test_every_model_that_can_be_searched_takes_each_end_of_its_space(train):
    from cofactor.models import model_class, model_names

    searched = [model_class(name) for name in model_names() if name not in ("blend", "ranker_and_rater")]
    for cls in searched:
        for name, part in cls().search_space().items():
            for value in part.values if isinstance(part, OneOf) else (part.low, part.high):
                cls(**{name: value})._check_options()
    assert all(cls().search_space() for cls in searched)
    assert np.all([hasattr(cls(), cls.effort) for cls in searched if cls.effort])


def test_one_trial_is_called_one_trial(train):
    assert "1 trial of Bias," in str(tuned(cf.Bias(), train, n_trials=1))
