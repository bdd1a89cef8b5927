"""A model nobody named: which are tried on which data, what is taken, and that a budget is kept to."""

from dataclasses import dataclass, replace
from types import SimpleNamespace

import numpy as np
import pytest

import cofactor as cf
from cofactor.choosing import auto as choosing, contenders, contest, raters
from cofactor.choosing.contest import Contest
from cofactor.errors import BadOption, MissingExtra
from cofactor.gibbs.chain import GibbsSampler
from cofactor.tuning.search import Search

A_SWEEP = 0.04  # seconds, by the clock of these tests


@dataclass
class Clock:
    """The seconds that passed, and those of them that were spent on compiling."""

    now: float = 0.0
    compiling: float = 0.0


@pytest.fixture(scope="module")
def clicks(tastes):
    return cf.read({"user": tastes.user_idx, "item": tastes.item_idx}, rating=False)


@pytest.fixture(scope="module")
def few_clicks(clicks):
    return clicks.subset(clicks.user_idx < 200)


@pytest.fixture(scope="module", autouse=True)
def clock():
    """Trials are timed by a clock that a sampler's sweep moves, and nothing else: as slow on any machine. 4 s are a few
    dozen sweeps, in a trial and in the last fit."""
    time, sweep = Clock(), GibbsSampler.sweep

    def timed_sweep(sampler):
        time.now += A_SWEEP
        return sweep(sampler)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(choosing, "DEFAULT_SECONDS", 4.0)
        patch.setattr(contest, "time", SimpleNamespace(monotonic=lambda: time.now))
        for module in (choosing, contest):
            patch.setattr(module, "seconds_compiling", lambda: time.compiling)
        patch.setattr(GibbsSampler, "sweep", timed_sweep)
        yield time


@pytest.fixture(scope="module")
def of_ratings(tastes):
    return cf.auto(tastes)


@pytest.fixture(scope="module")
def of_clicks(clicks):
    return cf.auto(clicks)


def values(choice, metric):
    return {one.label: one.value for one in choice.entries if one.metric == metric}


def test_ratings_get_a_ranker_and_a_rater_fitted_on_all_of_them(of_ratings, tastes):
    assert type(of_ratings.model) is cf.RankerAndRater
    assert len(of_ratings.model.ratings) == len(tastes)
    assert {"ndcg@10", "rmse"} == {one.metric for one in of_ratings.entries}


def test_what_leads_on_held_out_ratings_is_taken(of_ratings, of_clicks):
    lists, errors = values(of_ratings, "ndcg@10"), values(of_ratings, "rmse")
    ranker, rater = max(lists, key=lambda one: lists[one]), min(errors, key=lambda one: errors[one])
    assert " × " in ranker  # weighed, it leads on tastes
    assert ranker.endswith(rater)
    assert [type(one).__name__ for one in of_ratings.model.fitted][1] == rater
    assert of_ratings.model.error == errors[rater]
    best = max(values(of_clicks, "ndcg@10").items(), key=lambda one: one[1])
    assert best[0].startswith(type(of_clicks.model).__name__) or "+" in best[0]


def test_it_is_said_against_popularity_and_bias_in_the_same_terms(of_ratings, of_clicks):
    told = str(of_ratings)
    for floor, metric in (("Popularity", "ndcg@10"), ("Bias", "rmse")):
        assert f"{floor} reaches {values(of_ratings, metric)[floor]:.4f}" in told
    assert "Popularity reaches" in str(of_clicks)
    assert "rmse" not in str(of_clicks)


def test_asked_for_ratings_alone_it_gives_a_rater(tastes):
    choice = cf.auto(tastes, metric="rmse")
    assert choice.model.abilities.lists_by_prediction
    assert set(values(choice, "rmse")) >= {"Bias", "ExplicitALS"}
    assert not [one for one in choice.entries if one.metric != "rmse"]


def test_clicks_have_no_rating_error(clicks):
    with pytest.raises(BadOption, match="rmse needs ratings"):
        cf.auto(clicks, metric="rmse")


def test_counts_are_tried_by_models_of_clicks_alone_and_their_weights_are_searched(few_clicks, monkeypatch):
    pytest.importorskip("optuna")
    plays = replace(few_clicks, kind="counts")
    with pytest.raises(BadOption, match="rmse needs ratings, but .* are counts"):
        cf.auto(plays, metric="rmse")
    run, searches = Search.run, []
    monkeypatch.setattr(Contest, "seconds_left", property(lambda _: 1e4))
    monkeypatch.setattr(
        Search, "run", lambda search, seconds: searches.append(search) or run(search, seconds, n_trials=1)
    )
    factors = cf.ImplicitMF(n_factors=4, unobserved_weight=0.1, reg=0.03)
    monkeypatch.setattr(choosing, "rankers", lambda _: iter([contenders.Contender("ImplicitMF", factors, 0.0)]))
    choice = cf.auto(plays, budget="1s")
    assert "counts, a fifth" in choice.why[0]
    assert {one.metric for one in choice.entries} == {"ndcg_graded@10"}
    assert {"confidence", "power"} < {*searches[0].space}


def test_weights_of_values_are_tried_of_counts_alone(tastes, clicks):
    labels = [{one.label for one in contenders.rankers(of)} for of in (replace(clicks, kind="counts"), clicks, tastes)]
    assert labels[0] - labels[1] == {"EASE of values"}
    assert labels[1] == labels[2]


def test_what_only_describes_is_no_aim(tastes):
    with pytest.raises(BadOption, match="coverage.* only describes"):
        cf.auto(tastes, metric="coverage@10")


def test_what_does_not_fit_into_memory_is_not_tried(clicks, monkeypatch):
    monkeypatch.setattr(contenders, "free_gb", lambda: 1e-6)
    assert {one.label for one in contenders.rankers(clicks)} == {"GraphFilter", "SparseEASE"}


def test_what_there_is_no_time_for_is_named(few_clicks, monkeypatch):
    monkeypatch.setattr(contest.Contest, "has_time_for", lambda self, seconds: seconds < 1e-3)
    choice = cf.auto(few_clicks)
    assert "There was no time for" in choice.why[-1]
    assert "ImplicitMF" in choice.why[-1]


def test_of_slow_trials_it_learns_how_slow_the_next_may_be(tastes):
    some = Contest(tastes, "ndcg@10", seconds=20.0)
    assert some.has_time_for(5.0)
    entry = some.enter("EASE", cf.EASE(), expected_seconds=1.0)
    some.entries[-1] = replace(entry, seconds=4.0)
    assert not some.has_time_for(5.0)


def test_compiling_is_no_part_of_a_trial_and_is_said(few_clicks, clock, monkeypatch):
    fit = cf.Popularity._fit

    def compiling_fit(model, train, run):
        clock.now += 1.3
        clock.compiling += 1.2
        fit(model, train, run)

    monkeypatch.setattr(cf.Popularity, "_fit", compiling_fit)
    choice = cf.auto(few_clicks)
    assert choice.entries[0].label == "Popularity"
    assert choice.entries[0].seconds == pytest.approx(0.1)
    assert "Compiling took 1 s more" in choice.why[-1]


def test_a_budget_searches_options_for_what_is_left_and_takes_what_is_ahead_where_it_was_not_looked(
    few_clicks, monkeypatch
):
    pytest.importorskip("optuna")
    run = Search.run
    monkeypatch.setattr(Contest, "seconds_left", property(lambda _: 1e4))
    monkeypatch.setattr(Search, "run", lambda search, seconds: run(search, seconds, n_trials=2))
    choice = cf.auto(few_clicks, budget="1s")
    ((name, history),) = choice.histories.items()
    assert len(history.trials) == 2
    searched = [one for one in choice.entries if one.label.endswith(", searched")]
    assert len(searched) == 1
    assert type(searched[0].model).__name__ == name
    assert searched[0].value == values(choice, "ndcg@10")[searched[0].label]


def test_ctrl_c_in_a_search_of_options_is_said(few_clicks, monkeypatch):
    """The search keeps what it had found, and what was tried before it leads."""
    pytest.importorskip("optuna")

    def run(search, seconds):
        search.stopped = True

    monkeypatch.setattr(Contest, "seconds_left", property(lambda _: 1e4))
    monkeypatch.setattr(Search, "run", run)
    choice = cf.auto(few_clicks, budget="1s")
    assert choice.why[-1] == "Ctrl-C ended the trials."
    assert len(choice.histories) == 1
    assert not [one for one in choice.entries if one.label.endswith(", searched")]


def test_a_budget_needs_the_extra(clicks, monkeypatch):
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
    with pytest.raises(MissingExtra, match="tune"):
        cf.auto(clicks, budget=5)


def test_where_nothing_can_be_held_out_the_most_popular_is_all_there_is():
    choice = cf.auto(cf.Ratings.from_arrays(["ann", "bob"], ["x", "y"], [5, 4]))
    ranker, rater = choice.model.fitted
    assert (type(ranker), type(rater)) == (cf.Popularity, cf.Bias)
    assert "nothing can be tried" in choice.why[0]
    assert type(cf.auto(cf.Ratings.from_arrays(["ann", "bob"], ["x", "y"])).model) is cf.Popularity


def test_each_trial_is_a_line_where_that_is_asked_for(few_clicks, capsys):
    cf.auto(few_clicks, progress=True)
    lines = capsys.readouterr().err.splitlines()
    assert any(line.startswith("tried EASE: ndcg@10 0.") for line in lines)


def test_an_entry_that_cannot_be_fitted_says_why_and_the_others_go_on(tastes, monkeypatch):
    monkeypatch.setattr(choosing, "ExplicitALS", lambda: cf.ExplicitALS(reg=0.0, n_factors=300))
    monkeypatch.setattr(cf.ExplicitALS, "_fit", lambda *_: (_ for _ in ()).throw(BadOption("not today")))
    choice = cf.auto(tastes, metric="rmse")
    failed = next(one for one in choice.entries if one.label == "ExplicitALS")
    assert failed.failure == "not today"
    assert np.isnan(failed.value)
    assert type(choice.model) is not cf.ExplicitALS


def test_a_trial_of_a_sampler_has_the_fewest_sweeps_wherever_the_last_fit_can_be_longer():
    """Whatever is lost in rounding: with one sweep fewer there would be no trial."""
    assert {raters._shared_out(sweeps)[0] for sweeps in np.arange(46, 119, 0.01)} == {raters.MIN_SWEEPS}
    n, longer = raters._shared_out(300.0)
    assert (n, longer) == (50, 4.0)
    assert n * (1 + longer * contest.FINAL_FIT) == 300


def test_the_last_fit_of_a_sampler_has_as_many_draws_as_there_is_time_for(tastes, monkeypatch):
    """Twenty sweeps took a second. For the last fit two and a half are kept, and as many are left: 80 of a quarter more
    ratings. Of all the time in the world it takes the default."""
    model = cf.BayesianMF(n_burn_in=5, n_draws=15, thin=1)
    some = Contest(tastes, "ndcg@10", seconds=20.0)
    some.entries.append(contest.Entry("BayesianMF", model, model, "rmse", 0.8, 1.0, 1.2, longer=2.0))
    monkeypatch.setattr(Contest, "seconds_left", 2.5)
    more = raters.longest(some, model)
    assert (more.n_burn_in, more.n_draws, more.thin) == (20, 60, 1)
    monkeypatch.setattr(Contest, "seconds_left", 1e6)
    assert raters.longest(some, model).options() == cf.BayesianMF().options()
    another = cf.BayesianMF(n_factors=9)
    assert raters.longest(some, another) is another


def test_of_few_ratings_lists_stay_with_the_most_popular_unless_another_is_ahead_for_sure(tastes):
    """Of 700 ratings a few dozen lists can be judged, by one or two films each."""
    few = tastes.subset(np.sort(np.random.default_rng(0).permutation(len(tastes))[:700]))
    choice = cf.auto(few)
    highest = max((one for one in choice.entries if one.metric == "ndcg@10"), key=lambda one: one.value)
    assert highest.label != "Popularity"
    assert any(why.startswith("Lists are made by Popularity") for why in choice.why)
    assert any(highest.label in why and "may be chance" in why for why in choice.why)
    assert isinstance(choice.model.ranker, cf.Popularity)


def test_after_a_search_lists_are_weighed_by_the_rater_that_leads_and_by_one_alone(tastes, monkeypatch):
    pytest.importorskip("optuna")
    run = Search.run
    monkeypatch.setattr(Search, "run", lambda self, seconds: run(self, seconds, n_trials=2))
    choice = cf.auto(tastes.subset(np.arange(0, len(tastes), 12)), budget="8s")
    assert any("searched" in one.label for one in choice.entries if one.metric == "rmse")
    assert max(one.label.count("×") for one in choice.entries) == 1
    leader = min((one for one in choice.entries if one.metric == "rmse"), key=lambda one: one.value)
    lengths = {"n_burn_in", "n_draws", "thin"}
    learned, led = (
        {name: value for name, value in one.options().items() if name not in lengths}
        for one in (choice.model.rater, leader.model)
    )
    assert learned == led
    assert any(f"Ratings are predicted by {leader.label}" in why for why in choice.why)


def test_lists_weighed_by_a_rater_count_only_while_none_is_better(few_clicks):
    def entry(label, metric, value, *members):
        return contest.Entry(label, cf.Bias(), cf.Bias(), metric, value, 0.0, 0.0, members=members)

    ranker, first, better = entry("A", "ndcg@10", 0.3), entry("B", "rmse", 0.9), entry("C", "rmse", 0.8)
    by_first, by_better = entry("A × B", "ndcg@10", 0.5, ranker, first), entry("A × C", "ndcg@10", 0.4, ranker, better)
    some = Contest(few_clicks, "ndcg@10", seconds=1.0, entries=[ranker, first, by_first])
    assert [one.label for one in some.ranked()] == ["A × B", "A"]
    some.entries += [better, by_better]
    assert [one.label for one in some.ranked()] == ["A × C", "A"]


def test_lists_that_are_weighed_are_not_weighed_again(tastes):
    some = Contest(tastes.subset(tastes.user_idx < 100), "ndcg@10", seconds=1.0)
    some.enter("Popularity", cf.Popularity())
    some.enter("Bias", cf.Bias(), of_ratings=True)
    for _ in range(2):
        choosing._try_weighted(some)
        some.entries[-1] = replace(some.entries[-1], value=1.0)  # it leads
    assert [one.label for one in some.entries[2:]] == ["Popularity × Bias"] * 2
