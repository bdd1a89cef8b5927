"""The metrics of popularity bias by hand, what must hold for any lists, and where other libraries define otherwise."""

import numpy as np
import pytest
from hypothesis import given, strategies as st
from hypothesis.extra.numpy import arrays

from cofactor.audit.popularity_groups import (
    activity_strata,
    head_by_items,
    popularity_bands,
    tail_cuts,
    user_groups,
)  # fmt: skip
from cofactor.audit.popularity_metrics import (
    group_share,
    jensen_shannon,
    lorenz_curve,
    mean_popularity,
    popularity_lift,
    signed_parity,
)  # fmt: skip
from cofactor.audit.user_means import UserCells, mean_of_groups
from cofactor.evaluation.metrics import gini
from cofactor.reranking.calibration import miscalibration

COUNTS = np.array([50, 25, 10, 6, 4, 2, 1, 1, 1, 0])  # training ratings of ten items, 100 in all
EXPOSED = arrays(np.int64, st.integers(2, 30), elements=st.integers(0, 50)).filter(np.any)
RATES = st.floats(0.001, 1)


def distributions(n_values: int = 4):
    weights = arrays(np.float64, (3, n_values), elements=st.floats(0.01, 1))
    return weights.map(lambda rows: rows / rows.sum(axis=1, keepdims=True))


# --- by hand ----------------------------------------------------------------------------------------------------


def test_the_mean_popularity_is_that_of_what_the_list_holds():
    lists = np.array([[0, 1], [2, 9], [3, -1], [-1, -1]])  # (50 + 25) / 2, (10 + 0) / 2, 6 alone, nothing
    np.testing.assert_array_equal(mean_popularity(lists, COUNTS), [37.5, 5, 6, np.nan])


def test_the_long_tail_share_divides_by_the_length_of_the_list():
    tail = COUNTS <= 4
    lists = np.array([[0, 4, 5, 6], [0, 1, 2, 3], [4, -1, -1, -1]])  # three of four, none, the only one
    np.testing.assert_array_equal(group_share(lists, tail), [0.75, 0, 1])


def test_the_lift_is_relative_to_the_profiles():
    assert popularity_lift(np.array([30.0, 5.0]), np.array([20.0, 20.0])).tolist() == [0.5, -0.75]


def test_parity_has_the_sign_of_whom_it_favours():
    # of the head 3 in 10 are shown and of the tail 1 in 10: (0.3 - 0.1) / (0.3 + 0.1)
    assert signed_parity(np.array(0.3), np.array(0.1)) == pytest.approx(0.5)
    assert signed_parity(np.array(0.1), np.array(0.3)) == pytest.approx(-0.5)
    assert signed_parity(np.array([0.2, 0.2, 0.0]), np.array([0.2, 0.0, 0.2])).tolist() == [0, 1, -1]
    assert np.isnan(signed_parity(np.array(0.0), np.array(0.0)))


def test_the_lorenz_curve_adds_up_from_the_least_shown():
    # ascending 0 1 1 2 4, of 8: 0, 1/8, 2/8, 4/8, 8/8
    assert lorenz_curve(np.array([2, 0, 4, 1, 1])).tolist() == [0, 0, 0.125, 0.25, 0.5, 1]


def test_the_jensen_shannon_divergence_is_in_bits():
    p = np.array([[0.5, 0, 0.5], [1, 0, 0], [0.2, 0.3, 0.5]])
    q = np.array([[0, 0.5, 0.5], [0, 0.5, 0.5], [0.2, 0.3, 0.5]])
    # first: the middle is 1/4 1/4 1/2, each side is 1/2 log2(2) + 1/2 log2(1) from it; nothing in common; equal
    np.testing.assert_allclose(jensen_shannon(p, q), [0.5, 1, 0], atol=1e-15)


def test_miscalibration_is_the_divergence_from_the_smoothed_list():
    # 70 % drama and 30 % comedy, a list of drama alone: q becomes 0.99 + 0.01 · 0.7 = 0.997 and 0.01 · 0.3 = 0.003
    found = miscalibration(np.array([[0.7, 0.3]]), np.array([[1.0, 0.0]]))
    assert found[0] == pytest.approx(0.7 * np.log(0.7 / 0.997) + 0.3 * np.log(0.3 / 0.003))


def test_what_has_no_distribution_has_no_miscalibration():
    nothing, half = np.array([[np.nan, np.nan]]), np.array([[0.5, 0.5]])
    assert np.isnan([*miscalibration(nothing, half), *miscalibration(half, nothing)]).all()


# --- groups -----------------------------------------------------------------------------------------------------


def test_the_two_heads():
    # a fifth of ten items are two; 80 of 100 ratings are in 50 + 25 + 10
    by_items, by_ratings = tail_cuts(COUNTS)
    assert (by_items.name, np.flatnonzero(by_items.head).tolist()) == ("20% of items", [0, 1])
    assert (by_ratings.name, np.flatnonzero(by_ratings.head).tolist()) == ("80% of ratings", [0, 1, 2])


def test_bands_of_the_first_20_percent_of_the_ratings_the_last_20_and_those_between():
    assert popularity_bands(COUNTS).tolist() == [0, 1, 1, 2, 2, 2, 2, 2, 2, 2]


def test_items_as_popular_as_the_last_of_the_head_are_in_it():
    assert head_by_items(np.array([3, 1, 1, 1, 0]), 0.4).tolist() == [True, True, True, True, False]


def test_a_fifth_of_the_users_are_at_each_end():
    assert user_groups(np.arange(10) / 10).tolist() == [0, 0, 1, 1, 1, 1, 1, 1, 2, 2]


def test_users_who_all_have_one_taste_are_at_no_end():
    assert user_groups(np.full(6, 0.5)).tolist() == [1] * 6


def test_strata_are_thirds_by_activity():
    assert activity_strata(np.array([1, 2, 10, 11, 100, 200])).tolist() == [0, 0, 1, 1, 2, 2]


# --- users pooled and by activity ---------------------------------------------------------------------------------

# niche users are mostly heavy, blockbuster users mostly light, and heavy users are served better; within each stratum
# blockbuster users are ahead by 0.1
NICHE, BLOCKBUSTER, LIGHT, HEAVY = 0, 2, 0, 2
SIMPSON = UserCells(
    np.array([NICHE, NICHE, NICHE, NICHE, BLOCKBUSTER, BLOCKBUSTER, BLOCKBUSTER, BLOCKBUSTER]),
    np.array([HEAVY, HEAVY, HEAVY, LIGHT, HEAVY, LIGHT, LIGHT, LIGHT]),
)
SERVED = np.array([0.8, 0.8, 0.8, 0.2, 0.9, 0.3, 0.3, 0.3])


def test_cells_are_everybody_and_each_group_pooled_and_by_activity():
    members = {(cell.group, cell.stratum): np.flatnonzero(cell.members).tolist() for cell in SIMPSON.cells()}
    assert len(members) == 4 * 4
    assert members["all", ""] == list(range(8))
    assert members["all", "light"] == [3, 5, 6, 7]
    assert members["niche", ""] == [0, 1, 2, 3]
    assert members["niche", "heavy"] == [0, 1, 2]
    assert members["blockbuster", "heavy"] == [4]
    assert members["diverse", ""] == members["all", "medium"] == []


def test_a_pooled_gap_can_be_the_mirror_of_that_at_the_same_activity():
    assert SIMPSON.gap(SERVED, same_activity=False).value == pytest.approx(0.45 - 0.65)
    assert SIMPSON.gap(SERVED, same_activity=True).value == pytest.approx(0.1)


def test_strata_weigh_as_many_users_as_they_have():
    values = np.array([0.0, 0.0, 0.0, 0.0, 1.0, 0.5, 0.5, 0.5])  # 1 among four heavy users, 0.5 among four light ones
    assert SIMPSON.gap(values, same_activity=True).value == pytest.approx(0.75)
    values[0] = np.nan  # nothing was relevant to one of the heavy: (3 · 1 + 4 · 0.5) / 7
    assert SIMPSON.gap(values, same_activity=True).value == pytest.approx(5 / 7)


def test_a_stratum_with_one_group_alone_compares_nothing():
    cells = UserCells(np.array([NICHE, BLOCKBUSTER, NICHE]), np.array([LIGHT, LIGHT, HEAVY]))
    assert cells.gap(np.array([0.2, 0.5, 9.0]), same_activity=True).value == pytest.approx(0.3)


def test_a_small_group_counts_as_much_as_a_large_one():
    assert mean_of_groups(np.array([1.0, 1.0, 1.0, 0.0, np.nan]), np.array([0, 0, 0, 2, 2])).value == 0.5


# --- what holds for all -------------------------------------------------------------------------------------------


@given(EXPOSED)
def test_the_lorenz_curve_rises_ever_faster_and_its_area_is_the_gini_index(exposed):
    curve = lorenz_curve(exposed)
    assert curve[0] == 0
    assert curve[-1] == 1
    assert (np.diff(curve) >= 0).all()
    assert (np.diff(curve, 2) >= -1e-12).all()
    assert 1 - 2 * np.trapezoid(curve, dx=1 / len(exposed)) == pytest.approx(gini(exposed), abs=1e-12)
    assert 0 <= gini(exposed) <= 1


@given(EXPOSED, st.randoms(use_true_random=False))
def test_the_order_of_the_items_is_nothing(exposed, random):
    order = random.sample(range(len(exposed)), len(exposed))
    np.testing.assert_array_equal(lorenz_curve(exposed[order]), lorenz_curve(exposed))
    np.testing.assert_array_equal(popularity_bands(exposed[order]), popularity_bands(exposed)[order])
    for ours, theirs in zip(tail_cuts(exposed[order]), tail_cuts(exposed), strict=True):
        np.testing.assert_array_equal(ours.head, theirs.head[order])


@given(EXPOSED)
def test_a_head_holds_what_it_says_and_no_rarer_item(counts):
    by_items, by_ratings = (cut.head for cut in tail_cuts(counts))
    assert by_items.sum() >= 0.2 * len(counts)
    assert counts[by_ratings].sum() >= 0.8 * counts.sum() - 1e-9
    for head in (by_items, by_ratings):
        assert counts[head].min() > counts[~head].max(initial=-1)


@given(distributions(), distributions())
def test_divergences_are_never_negative_and_0_of_equals(p, q):
    between = jensen_shannon(p, q)
    assert (between >= -1e-12).all()
    assert (between <= 1).all()
    np.testing.assert_allclose(between, jensen_shannon(q, p), atol=1e-12)
    assert (miscalibration(p, q) >= -1e-12).all()
    np.testing.assert_allclose([*jensen_shannon(p, p), *miscalibration(p, p)], 0, atol=1e-12)


# --- where others define otherwise ----------------------------------------------------------------------------------


@given(RATES, RATES)
def test_the_published_parity_is_ours_without_its_sign(head, tail):
    """Elliot's PopRSP and PopREO are the two rates' standard deviation by their mean: their mirror image is equal."""
    published = np.std([head, tail]) / np.mean([head, tail])
    ours, mirrored = signed_parity(np.array([head, tail]), np.array([tail, head]))
    assert abs(ours) == pytest.approx(published)
    assert mirrored == -ours


def test_elliots_gini_is_a_diversity_and_divides_by_one_item_less():
    exposed = np.array([3, 0, 2, 0])  # ascending 0 0 2 3: (-3·0 - 1·0 + 1·2 + 3·3) = 11
    elliots = 1 - 11 / (3 * 5)
    assert gini(exposed) == 11 / (4 * 5)  # as RecBole's
    assert gini(exposed) * 4 / 3 == pytest.approx(1 - elliots)


def test_recboles_tail_is_the_rarest_tenth_of_the_items():
    recboles = COUNTS == 0  # one of ten
    by_items, by_ratings = (~cut.head for cut in tail_cuts(COUNTS))
    assert (recboles.sum(), by_items.sum(), by_ratings.sum()) == (1, 8, 7)
    lists = np.array([[0, 3, 9, 8]])
    assert [float(group_share(lists, tail)[0]) for tail in (recboles, by_items, by_ratings)] == [0.25, 0.75, 0.75]
