"""Equal scores: every measure is its mean over all orders of the tied items, so no numbering changes it."""

from dataclasses import replace
from itertools import permutations, product

import numpy as np
import pytest
from hypothesis import given, strategies as st

import cofactor as cf
from cofactor.data.ratings import Ratings
from cofactor.evaluation import metrics, tied_exposure
from cofactor.evaluation.compute import compute_metrics
from cofactor.evaluation.held_out import HeldOut
from cofactor.evaluation.lists import rank_catalogue
from cofactor.evaluation.metric_kinds import GainMetric, HitMetric
from cofactor.evaluation.metric_names import requested_metrics
from cofactor.evaluation.metric_table import METRICS
from cofactor.evaluation.statistic import mean_over_users
from cofactor.evaluation.tied_exposure import Shown
from cofactor.evaluation.ties import NOTHING_CROSSES, CutGroups
from cofactor.models import model_class, model_names
from cofactor.selection.ties import tie_groups
from models.test_contract import SMALL
from scripted import scripted

OF_LISTS = [name for name, metric in METRICS.items() if isinstance(metric, HitMetric | GainMetric)]
LOG3 = 1 / np.log2(3)  # the gain of a hit at rank 2

# scores 9 5 5 5 1 of items a to e, relevant are b and e, lists of two: a first, then one of b, c and d
BY_HAND = {
    "precision": (1 / 3) / 2,
    "recall": (1 / 3) / 2,
    "recall_capped": (1 / 3) / 2,
    "hit_rate": 1 / 3,
    "ndcg": LOG3 / 3 / (1 + LOG3),
    "map": (1 / 3) * (1 / 2) / 2,
    "mrr": (1 / 3) / 2,
    # b has five stars, a gain of 31/32; e has four, 15/32
    "ndcg_graded": 31 / 3 * LOG3 / (31 + 15 * LOG3),
    "err": 31 / 32 / 3 / 2,
}
# the same with lists of three, which hold two of b, c and d
BY_HAND_OF_THREE = {
    "precision": (2 / 3) / 3,
    "recall": (2 / 3) / 2,
    "recall_capped": (2 / 3) / 2,
    "hit_rate": 2 / 3,
    "ndcg": (LOG3 + 1 / 2) / 3 / (1 + LOG3),
    "map": (1 / 2 + 1 / 3) / 3 / 2,
    "mrr": (1 / 2 + 1 / 3) / 3,
    "ndcg_graded": 31 / 3 * (LOG3 + 1 / 2) / (31 + 15 * LOG3),
    "err": 31 / 32 * (1 / 2 + 1 / 3) / 3,
}


def values_of(scores, stars, k) -> dict[str, float]:
    """Of one user, who gave so many stars to some of the items in the test, and rated one more item in training."""
    n = len(scores)
    rated = np.flatnonzero(stars)
    train = Ratings.from_arrays([0] * (n + 1), range(n + 1), [3.0] * (n + 1), scale=(1, 5)).subset(np.array([n]))
    test = Ratings.from_arrays([0] * len(rated), rated, np.asarray(stars, float)[rated], scale=(1, 5))
    model = scripted(train, [[*scores, 99]])
    return {name.partition("@")[0]: value for name, value in measured(model, test, k).items()}


def measured(model, test, k=(3, 10), names=OF_LISTS) -> dict[str, float]:
    found = compute_metrics(model, HeldOut.of(model.ratings, test), requested_metrics(names, k))
    return {label: one.value for label, one in found.statistics.items()}


@pytest.mark.parametrize("name", OF_LISTS)
def test_every_metric_has_the_value_worked_by_hand_of_a_list_with_ties(name):
    assert name in BY_HAND, f"Work out what {name} is on average over the orders of the tied items."
    for k, by_hand in ((2, BY_HAND), (3, BY_HAND_OF_THREE)):
        assert values_of([9, 5, 5, 5, 1], [0, 5, 0, 0, 4], k)[name] == pytest.approx(by_hand[name])


def in_all_orders(scores, stars, k) -> dict[str, float]:
    """The mean of each metric over all orders in which the scores descend, by the metrics' own functions."""
    stars, found = np.asarray(stars), []
    gain_of = np.where(stars >= 4, metrics.exponential_gain(stars, 5), 0)
    ideal = np.sort(gain_of)[::-1][:k]
    for order in permutations(range(len(scores))):
        if (np.diff([scores[item] for item in order]) <= 0).all():
            gains = np.zeros((2, k))
            gains[0, : len(scores)] = gain_of[list(order)][:k]
            gains[1, : len(ideal)] = ideal
            hits, n_relevant = gains[:1] > 0, np.array([np.count_nonzero(gain_of)])
            found.append([_one(METRICS[name], hits, n_relevant, gains) for name in OF_LISTS])
    return dict(zip(OF_LISTS, np.mean(found, axis=0), strict=True))


def _one(metric, hits, n_relevant, gains) -> float:
    of_hits = isinstance(metric, HitMetric)
    return float((metric.function(hits, n_relevant) if of_hits else metric.function(gains[:1], gains[1:]))[0])


@given(
    items=st.lists(st.tuples(st.integers(0, 2), st.sampled_from([0, 0, 4, 5])), min_size=2, max_size=6),
    k=st.integers(1, 7),
)
def test_every_metric_is_its_mean_over_all_orders_of_the_tied(items, k):
    scores, stars = (list(column) for column in zip(*items, strict=True))
    stars[0] = 5  # somebody wants something
    expected = in_all_orders(scores, stars, k)
    assert values_of(scores, stars, k) == pytest.approx(expected, abs=1e-12)


def test_a_group_across_the_end_is_counted_among_all_candidates():
    """Of a thousand tied items one is relevant: a list of ten holds it with one in a hundred."""
    found = values_of([0] * 1000, [0] * 999 + [5], 10)
    assert found["hit_rate"] == pytest.approx(0.01)
    assert found["recall"] == pytest.approx(0.01)
    assert found["mrr"] == pytest.approx((1 / np.arange(1, 11)).sum() / 1000)


def test_what_was_rated_in_training_is_in_no_group():
    """a has rated item 0, which ties with the rest: one of two is left to be drawn."""
    whole = Ratings.from_arrays([0, 0, 0], [0, 1, 2], [5.0, 5, 1], scale=(1, 5))
    train, test = whole.subset(np.array([0])), Ratings.from_arrays([0], [1], [5.0], scale=(1, 5))
    assert measured(scripted(train, [[7, 7, 7]]), test, 1, ["hit_rate"]) == {"hit_rate@1": 0.5}


def test_a_list_without_ties_has_the_bits_of_its_metrics_functions(tastes):
    train, test = cf.split(tastes, seed=2)
    scores = np.random.default_rng(0).normal(size=(train.n_users, train.n_items))
    model, held = scripted(train, scores), HeldOut.of(train, test)
    lists, found = rank_catalogue(model, held, 10), measured(model, test, 10)
    assert not len(lists.ties.rows)
    for name in OF_LISTS:
        of_hits = isinstance(METRICS[name], HitMetric)
        arguments = (lists.hits, lists.n_relevant) if of_hits else (lists.gains, lists.ideal_gains)
        assert found[f"{name}@10"] == mean_over_users(METRICS[name].function(*arguments)).value


def test_ties_behind_the_cut_off_change_no_bit(tastes):
    train, test = cf.split(tastes, seed=2)
    scores = np.random.default_rng(0).permuted(np.tile(np.arange(train.n_items), (train.n_users, 1)), axis=1)
    whole, coarse = (scripted(train, np.maximum(scores, lowest)) for lowest in (0, train.n_items // 2))
    assert len(rank_catalogue(coarse, HeldOut.of(train, test), 400).ties.rows)
    assert measured(whole, test, 10) == measured(coarse, test, 10)


# --- what lists show ---------------------------------------------------------------------------------------------


@pytest.fixture
def two() -> tuple[Ratings, Ratings]:
    """Users 0 and 1 of items 0 to 4; in training item 0 has two ratings, 3 and 4 have one each, and nobody is left
    without a rating: user 1 has rated item 4, user 0 items 0 and 3, a third user item 0."""
    whole = Ratings.from_arrays([0, 0, 1, 2, 0, 1], [0, 3, 4, 0, 1, 2], [3.0] * 4 + [5.0] * 2, scale=(1, 5))
    return whole.subset(np.arange(4)), whole.subset(np.arange(4, 6))


# user 0 may get items 1, 2 and 4, user 1 items 0 to 3: lists of two
TIED = [[0, 7, 7, 0, 7], [9, 5, 5, 5, 0], [0, 0, 0, 0, 0]]


def test_coverage_novelty_and_gini_of_tied_items_are_those_worked_by_hand(two):
    """User 0 gets two of items 1, 2 and 4, each with 2/3; user 1 gets item 0, and 1, 2 or 3, each with 1/3."""
    found = measured(scripted(two[0], TIED), two[1], 2, ["coverage", "novelty", "gini"])
    covered = 1 + 2 * (1 - 1 / 3 * 2 / 3) + 1 / 3 + 2 / 3  # items 0, 1 and 2, 3, 4
    assert found["coverage@2"] == pytest.approx(covered / 5)
    exposed = np.sort([1, 1, 1, 1 / 3, 2 / 3])
    assert found["gini@2"] == pytest.approx(np.sum([-4, -2, 0, 2, 4] * exposed) / (5 * exposed.sum()))
    one, two_of_three = np.log2(3), np.log2(3 / 2)  # bits of an item that one of three users has, and that two have
    assert found["novelty@2"] == pytest.approx(((one + one) / 2 + (two_of_three + one) / 2) / 2)


def showing(scores: np.ndarray, k: int) -> Shown:
    """What lists by these scores show, of users who have rated nothing."""
    order = np.argsort(-scores, axis=1, kind="stable")
    ranked = np.take_along_axis(scores, order, axis=1)
    start, size = (of[:, k - 1] for of in tie_groups(ranked))
    rows = np.flatnonzero(start + size > k)
    cut = CutGroups(
        rows, start[rows], size[rows], (k - start[rows]) / size[rows], order[rows], NOTHING_CROSSES
    )  # fmt: skip
    return Shown.of(order[:, :k], cut, scores.shape[1])


@given(seed=st.integers(0, 1000), k=st.integers(1, 3))
def test_expected_coverage_and_novelty_are_means_over_all_lists_there_could_be(seed, k):
    rng = np.random.default_rng(seed)
    scores, counts = rng.integers(0, 2, (3, 4)), rng.integers(1, 9, 4)
    shown = showing(scores, k)
    lists = [{frozenset(o[:k]) for o in permutations(range(4)) if (np.diff(of[list(o)]) <= 0).all()} for of in scores]
    coverages = [len(frozenset.union(*chosen)) / 4 for chosen in product(*lists)]
    assert tied_exposure.coverage(shown) == pytest.approx(np.mean(coverages))
    bits = np.log2(9 / counts)
    expected = [np.mean([np.mean(bits[list(one)]) for one in lists[row]]) for row in shown.cut.rows]
    np.testing.assert_allclose(tied_exposure.novelty(shown, counts, 9), expected, atol=1e-12)


def test_the_coverage_without_each_user_is_that_of_the_others():
    scores = np.random.default_rng(0).integers(0, 9, (8, 30))
    found = tied_exposure.coverage_without_each(showing(scores, 5))
    expected = [tied_exposure.coverage(showing(np.delete(scores, user, axis=0), 5)) for user in range(8)]
    np.testing.assert_allclose(found, expected)


def test_the_gini_index_without_each_user_is_nearly_that_of_the_others():
    weight = 1 / np.arange(1, 41)
    scores = np.round(np.random.default_rng(0).normal(size=(200, 40)) + 3 * weight, 1)
    found = tied_exposure.gini_without_each(showing(scores, 5))
    expected = [tied_exposure.gini(showing(np.delete(scores, user, axis=0), 5)) for user in range(200)]
    assert found.std() == pytest.approx(np.std(expected), rel=0.05)
    assert np.corrcoef(found, expected)[0, 1] > 0.99


# --- numbering --------------------------------------------------------------------------------------------------

NUMBERED = [*OF_LISTS, "auc", "coverage", "novelty", "gini"]


@pytest.fixture(scope="module")
def split() -> tuple[Ratings, Ratings]:
    """Forty users and thirty items, few of them popular; every fourth user has no training rating."""
    rng = np.random.default_rng(3)
    users, items = np.nonzero(rng.random((40, 30)) < np.linspace(0.7, 0.05, 30))
    values = rng.integers(1, 6, len(users)).astype(float)
    whole = Ratings.from_arrays(users, items, values, scale=(1, 5))
    tested = (rng.random(len(users)) < 0.3) | (users % 4 == 0)
    return whole.subset(~tested), whole.subset(tested)


def renumbered(ratings: Ratings, user: np.ndarray, item: np.ndarray, order: np.ndarray) -> Ratings:
    """The same ratings in this order, user u being number user[u] now, and item i item[i]."""
    table = ratings.subset(order)
    idx = (user[table.user_idx].astype(np.int32), item[table.item_idx].astype(np.int32))
    return replace(table, user_idx=idx[0], item_idx=idx[1])


@pytest.mark.parametrize("coarse", [False, True], ids=["scores", "coarse scores"])
@pytest.mark.parametrize("name", model_names())
def test_no_numbering_of_users_and_items_and_no_order_of_rows_changes_a_measure(name, coarse, split):
    """Of what a model has learned: the seeds of its training go by numbers, which are other ones then."""
    train, test = split
    model, rng = model_class(name)(**SMALL.get(name, {})).fit(train, progress=False), np.random.default_rng(1)
    scores = model.score_users(np.array([*range(train.n_users), -1]))
    scores = np.round(scores / np.ptp(scores), 1) if coarse else scores
    user, item = rng.permutation(train.n_users), rng.permutation(train.n_items)
    theirs = np.empty_like(scores)
    theirs[np.ix_([*user, train.n_users], item)] = scores
    parts = [renumbered(part, user, item, rng.permutation(len(part))) for part in split]
    expected = measured(scripted(train, scores), test, names=NUMBERED)
    assert measured(scripted(parts[0], theirs), parts[1], names=NUMBERED) == pytest.approx(expected, abs=1e-9)
    assert not coarse or len(rank_catalogue(scripted(train, scores), HeldOut.of(train, test), 3).ties.rows)


@pytest.mark.parametrize("name", ["ease", "popularity", "bias"])
def test_a_model_in_closed_form_reaches_the_same_on_data_numbered_the_other_way_round(name, split):
    """Fitted anew. A quarter of the users are strangers to it."""
    user, item = np.arange(40)[::-1], np.arange(30)[::-1]
    found = [
        measured(model_class(name)().fit(train), test, names=NUMBERED)
        for train, test in (split, [renumbered(part, user, item, np.arange(len(part))) for part in split])
    ]
    assert found[1] == pytest.approx(found[0], abs=1e-9)


@pytest.mark.parametrize("name", ["implicit_mf", "explicit_als"])
def test_ties_of_products_are_seen_in_the_fused_pass_too(name, tastes):
    """Items that nobody rated, of one row; all of 1,200 users are ranked at once, and those with ties by all scores."""
    train, test = cf.split(tastes.subset(tastes.item_idx % 3 == 0), seed=2)
    model = model_class(name)(n_factors=4, n_epochs=2).fit(train, progress=False)
    lists = rank_catalogue(model, HeldOut.of(train, test), 300)
    assert len(lists.ties.rows) > 1000
    counted = rank_catalogue(model, HeldOut.of(train, test), 300, count_ranks=True)
    np.testing.assert_array_equal(lists.ties.rows, counted.ties.rows)
    np.testing.assert_array_equal(lists.ties.size.max(axis=1), counted.ties.size.max(axis=1))
