"""The audit of a second objective: by hand on five items, and on clicks whose regret is known."""

from dataclasses import replace

import numpy as np
import pytest

import cofactor as cf
from cofactor.audit.objective.measures import MEASURES, Measure
from cofactor.audit.objective.second_objective import WEIGHTS, second_objective
from cofactor.audit.user_means import GAP, SAME_ACTIVITY
from cofactor.data.ratings import Ratings
from cofactor.data.sources import regrets
from cofactor.errors import BadOption, Leak, UnknownIds
from scripted import scripted

FACTS = dict(higher_is_better=True, set_by="a test", set_on="2026-03-01", n_people=0)
LEARNING = cf.ItemValues("learning", {"A": 2, "B": 0, "C": 4, "D": 8}, **FACTS)  # of E nothing is known
TRAIN, TEST = ["1A", "2B"], ["1B", "2D", "1C", "2E"]  # the last two bring C and E into the table, and are left out
SCORES = [[9, 8, 6, 2, 0], [10, 9, 5, 0, 8], [0, 0, 0, 0, 0]]
# Of 1, who has A: relevance B 1, C 3/4, D 1/4, E 0; shares of values 0, 1/2, 1, and E's their mean, 1/2.
# Of 2, who has B: relevance A 1, E 4/5, C 1/2, D 0; shares of values 0, (0 + 1/3 + 1) / 3, 1/3, 1.
# So of one item lists are B and A at weight 0, C and E at 1/2 (C before D, which has as much), D and D at 1.


@pytest.fixture(scope="module")
def five() -> tuple[Ratings, Ratings]:
    pairs = [*TRAIN, *TEST]
    whole = Ratings.from_arrays([u for u, _ in pairs], [i for _, i in pairs])
    return whole.subset(np.arange(6) < 2), whole.subset((np.arange(6) >= 2) & (np.arange(6) < 4))


@pytest.fixture(scope="module")
def model(five):
    return scripted(five[0], SCORES)


@pytest.fixture(scope="module")
def small(model, five):
    return second_objective(model, five[1], LEARNING, weights=[0.5], k=1)


# --- by hand ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("weight", "engagement", "ndcg", "value"),
    [
        (0, 1, 1 / 2, (0 + 2) / 2),  # B is what 1 took
        (0.5, (3 / 4 + 4 / 5) / 2, 0, 4),  # E has no value, and 2's list is left out
        (1, (1 / 4 + 0) / 2, 1 / 2, 8),  # D is what 2 took
    ],
)
def test_the_curve_is_worked_out_by_hand(small, weight, engagement, ndcg, value):
    found = [small.value(name, weight).value for name in MEASURES]
    assert found == pytest.approx([engagement, ndcg, ndcg, value])


def test_changes_are_of_each_user_from_the_model_alone(small):
    assert small.value("engagement", 1, change=True).value == pytest.approx((-3 / 4 - 1) / 2)
    assert small.value("value", 0.5, change=True).value == 4  # of 1 alone, whose lists have a value at both weights
    assert small.halfway == 0.5


def test_what_either_alone_pushes_is_worked_out_by_hand(small):
    """The mean value is 3.5: B lies 3.5 below it, A 1.5, D 4.5 above."""
    by_model, by_values = (small.pushed(one) for one in ("model", "values"))
    assert by_model["item"].to_list() == ["B", "A"]
    assert by_model["lists_model"].to_list() == [1, 1]
    assert by_model["lists_values"].to_list() == [0, 0]
    assert by_values.select("item", "value", "lists_values", "lists_model", "share_values").rows() == [
        ("D", 8, 2, 0, 1)
    ]


def test_an_item_whose_values_interval_holds_the_mean_is_counted_and_not_named(model, five):
    """The mean is 3.5: A lies 1.5 below it and may be above by chance, B surely lies below, D above."""
    errors = {"A": 1.0, "B": 1.0, "C": 1.0, "D": 1.0}
    found = second_objective(model, five[1], replace(LEARNING, standard_errors=errors), weights=[0.5], k=1)
    assert found.pushed("model")["item"].to_list() == ["B"]
    assert found.pushed("values").select("item", "standard_error").rows() == [("D", 1.0)]
    assert "1 more item may be like that, but the 95% interval of the value holds the mean: not named." in str(found)


def test_values_without_standard_errors_are_said_to_have_none(small):
    assert "without standard errors an item may lie beyond the mean by chance" in " ".join(str(small).split())


def test_lower_values_may_be_the_better_ones(model, five, small):
    opposite = cf.ItemValues("cost", {item: -one for item, one in LEARNING.values.items()}, **FACTS)
    opposite = replace(opposite, higher_is_better=False)
    found = second_objective(model, five[1], opposite, weights=[0.5], k=1)
    assert found.pushed("model")["item"].to_list() == small.pushed("model")["item"].to_list()
    assert found.halfway == small.halfway
    for weight in (0, 0.5, 1):
        assert found.value("engagement", weight) == small.value("engagement", weight)
        assert found.value("value", weight).value == -small.value("value", weight).value


# --- where the truth is known ---------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def clicks():
    return cf.split(cf.load("regrets"), test=0.2, seed=42)


@pytest.fixture(scope="module")
def truth():
    return regrets.truth()


@pytest.fixture(scope="module")
def survey():
    return regrets.asked()


@pytest.fixture(scope="module")
def ranker(clicks):
    return cf.ImplicitMF(n_factors=16).fit(clicks.train, progress=False)


@pytest.fixture(scope="module")
def found(ranker, clicks, survey):
    return second_objective(ranker, clicks.test, survey, n_bootstrap=100)


def on_lists(ranker, truth, n=10, **options):
    """(b, n) what each user regrets of their list, by the truth, and which of it is bait."""
    items = ranker.rank(ranker.ratings.users.values.tolist(), n, **options).idx
    return truth.regret(np.arange(len(items))[:, None], items), truth.bait[items]


def test_true_regret_falls_as_the_weight_rises(ranker, truth, survey):
    """To the value alone it need not: what the survey says of an item is not each one's own regret."""
    regret = [
        on_lists(ranker, truth, item_values=survey, value_weight=weight)[0].mean() for weight in (0, 0.2, 0.4, 0.7, 1)
    ]
    assert regret[:4] == sorted(regret[:4], reverse=True)
    assert regret[0] > 0.4
    assert regret[4] < regret[0] / 5


def test_the_curve_falls_in_what_was_asked_and_in_accuracy(found):
    for name in ("value", "ndcg", "engagement"):
        curve = [found.value(name, weight).value for weight in WEIGHTS]
        assert curve == sorted(curve, reverse=True)
    assert found.value("ndcg", 0.3, change=True).high < 0


def test_what_engagement_alone_pushes_is_the_bait_that_was_planted(found, ranker, truth):
    items = ranker.ratings.find_items(found.pushed("model")["item"].to_list())
    assert truth.bait[items[:40]].sum() >= 38
    shown = np.bincount(ranker.rank(ranker.ratings.users.values.tolist(), 10).idx.ravel(), minlength=320)
    assert set(np.flatnonzero(truth.bait & (shown > 10))) <= set(items)


def test_values_that_say_nothing_find_no_such_thing(ranker, clicks, survey, truth):
    numbers = np.random.default_rng(0).permutation([*survey.values.values()]).tolist()
    nothing = replace(survey, values=dict(zip(survey.values, numbers, strict=True)))
    pushed = second_objective(ranker, clicks.test, nothing, weights=[0.5], n_bootstrap=100).pushed("model")
    items = ranker.ratings.find_items(pushed["item"].to_list())
    assert truth.bait[items].sum() < 24  # of 40


def test_what_the_values_alone_push_is_more_often_what_was_planted_as_quiet(found, ranker, truth):
    items = ranker.ratings.find_items(found.pushed("values")["item"].to_list())
    assert truth.quiet[items].mean() > 3 * truth.quiet.mean()
    assert not truth.bait[items].any()


def test_the_lists_are_those_that_users_would_get(ranker, clicks, found, survey):
    users = np.unique(clicks.test.user_idx)
    for weight in (0, 0.3, 1):
        lists = ranker.rank(clicks.test.users.values[users].tolist(), item_values=survey, value_weight=weight).idx
        values = survey.aligned(ranker.ratings).values[lists]
        assert np.nanmean(np.nanmean(values, axis=1)) == pytest.approx(found.value("value", weight).value, rel=1e-6)
    model_lists = ranker.rank(clicks.test.users.values[users].tolist()).idx
    first = ranker.ratings.find_items(found.pushed("model")["item"].to_list()[:1])[0]
    assert (model_lists == first).sum() == found.pushed("model")["lists_model"][0]


def test_who_pays_is_said_by_taste_and_by_activity(found):
    changes = [one for one in found.intervals if one.change and one.name == "ndcg" and one.weight == 0.3]
    assert {(one.group, one.stratum) for one in changes} == {
        ("all", ""), ("niche", ""), ("diverse", ""), ("blockbuster", ""), ("all", "light"), ("all", "medium"),
        ("all", "heavy"), (GAP, ""), (GAP, SAME_ACTIVITY),
    }  # fmt: skip
    ends = [found.value("value", 0.3, group, change=True).value for group in ("blockbuster", "niche")]
    gap = found.value("value", 0.3, GAP, change=True).value
    assert gap == pytest.approx(ends[0] - ends[1])
    assert ends[0] < ends[1] < 0  # who clicks what all do is shown more bait, and gains more


def test_every_figure_has_its_interval(found):
    for one in found.intervals.values():
        assert one.low <= one.value <= one.high


# --- how it is shown ------------------------------------------------------------------------------------------------


def test_it_is_shown_with_whose_values_they_are_and_what_the_model_optimises(found):
    shown = str(found)
    assert (
        "regret (lower is better), set by the generated survey of regrets (synthetic) on 2026-01-01, from 400" in shown
    )
    assert "14 of 320 items have no value: neither pushed nor held back." in shown
    assert "The model optimises: Scores near 1 for what somebody took" in shown
    assert "a click is no opinion" in shown
    assert "Who pays there, in nDCG@10: niche -0.0" in shown


def test_it_is_given_as_a_table(found):
    table = found.table()
    assert table.columns == ["measure", "weight", "group", "stratum", "change", "value", "low", "high"]
    assert len(table) == len(found.intervals) == 11 * 4 + 10 * 4 * 9


def test_it_is_drawn_with_a_point_for_each_weight(found):
    matplotlib = pytest.importorskip("matplotlib")
    matplotlib.use("Agg")
    axes = found.plot("recall")
    np.testing.assert_allclose(
        axes.lines[0].get_xydata(), [[found.value(name, w).value for name in ("value", "recall")] for w in WEIGHTS]
    )
    assert axes.get_title() == found.origin
    matplotlib.pyplot.close("all")
    with pytest.raises(BadOption, match="drawn against engagement, ndcg or recall, but 'value' came"):
        found.plot("value")


def test_values_that_gain_nothing_are_said_to(ranker, clicks):
    same = cf.ItemValues("same", dict.fromkeys(ranker.ratings.items.values.tolist(), 1.0), **FACTS)
    nothing = second_objective(ranker, clicks.test, same, weights=[], n_bootstrap=100)
    assert nothing.halfway is None
    assert "are no better by them" in str(nothing)
    assert "The model alone pushes 0 items of worse values than the mean." in str(nothing)


# --- what is refused ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"weights": [0, 2]}, "weights is a number from 0 to 1, but 2 came"),
        ({"weights": 0.3}, "weights lists numbers from 0 to 1"),
        ({"weights": "all"}, "weights lists numbers from 0 to 1"),
        ({"k": 0}, "k is the length of the list"),
        ({"values": {"A": 1}}, "second_objective takes cf.ItemValues"),
    ],
)
def test_what_cannot_be_asked_is_refused(model, five, options, message):
    values = options.pop("values", LEARNING)
    with pytest.raises(BadOption, match=message):
        second_objective(model, five[1], values, **options)


def test_a_leak_and_values_of_other_items_are_refused(model, five):
    with pytest.raises(Leak):
        second_objective(model, five[0], LEARNING)
    with pytest.raises(UnknownIds):
        second_objective(model, five[1], cf.ItemValues("learning", {"Z": 1}, **FACTS))


def test_a_measure_that_was_not_taken_is_refused_by_name(small):
    with pytest.raises(BadOption, match=r"no 'ndcg' at weight 0\.3 .* weights: 0, 0\.5, 1"):
        small.value("ndcg", 0.3)
    with pytest.raises(BadOption, match="pushed by 'model' or by 'values', but 'users' came"):
        small.pushed("users")
    assert Measure("ndcg", 0.5) in small.intervals
