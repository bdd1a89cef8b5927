"""Lists chosen item by item: by hand on four films, and what must hold on random tables."""

import numpy as np
import pytest
from hypothesis import given, strategies as st

from cofactor.posterior.row_model import RowModel
from cofactor.reranking.calibration import Calibration, DistinctMixes, category_shares, miscalibration, mixes_of
from cofactor.reranking.caps import GroupCaps
from cofactor.reranking.diversity import MarginalRelevance, intra_list_diversity
from cofactor.reranking.exploration import score_deviations
from cofactor.reranking.greedy import greedy_places, relevance
from cofactor.reranking.head import head_cap, short_head
from cofactor.reranking.popularity import PopularityPenalty, relative_popularity

FOUR = np.array([[0, 1, 2, 3]])
VALUES = np.array([[1.0, 0.9, 0.5, 0.0]], np.float32)
ALIKE = np.array([[1, 0.8, 0.1, 0], [0.8, 1, 0.2, 0], [0.1, 0.2, 1, 0], [0, 0, 0, 1]], np.float32)


def likeness(table):
    return lambda one, other: table[np.ix_(one, other)]


def chosen(*objectives, n=3, caps=None):
    return greedy_places(FOUR, VALUES, n, objectives, caps)[0].tolist()


# --- by hand --------------------------------------------------------------------------------------------------------


def test_without_objectives_the_best_come_first():
    assert chosen() == [0, 1, 2]


def test_a_film_like_the_first_gives_way_to_one_that_is_not():
    """At weight 1/2: of 1 it is 0.45 - 0.4, of 2 it is 0.25 - 0.05, of 3 it is 0; then 1 has 0.05 and 3 has 0."""
    assert chosen(MarginalRelevance(0.5, FOUR, likeness(ALIKE))) == [0, 2, 1]


def test_a_film_that_is_likest_to_any_chosen_one_counts_by_that_one():
    """At weight 0.7, after 0 and 3: of 1 it is 0.27 - 0.56, of 2 it is 0.15 - 0.07."""
    assert chosen(MarginalRelevance(0.7, FOUR, likeness(ALIKE))) == [0, 2, 3]


def test_a_list_takes_up_the_genre_that_the_best_films_lack():
    """Half of what she saw is of genre 1, which only film 3 has. Beside 0, film 1 leaves the divergence at
    ½ ln(½ / 0.995) + ½ ln(½ / 0.005), 1.96, and 3 at 0. So 3 leads 1 where 1.96 w is more than 0.9 (1 - w)."""
    shares, taste = category_shares(np.array([[0], [0], [0], [1]]), 2), np.array([[0.5, 0.5]])
    assert miscalibration(taste, np.array([[1.0, 0.0]])) == pytest.approx(np.log(0.5 / 0.995 * 0.5 / 0.005) / 2)
    assert chosen(Calibration(0.32, taste, shares, FOUR)) == [0, 3, 1]
    assert chosen(Calibration(0.31, taste, shares, FOUR)) == [0, 1, 3]
    assert chosen(Calibration(0.0, taste, shares, FOUR)) == [0, 1, 2]


def test_divergences_of_all_mixes_are_those_of_a_plain_computation():
    rng = np.random.default_rng(0)
    words = np.array([[0, -1, -1], [1, -1, -1], [0, 1, -1], [1, 2, 3], [-1, -1, -1]])
    mixes, taste = category_shares(words, 5), rng.dirichlet(np.ones(5), 3)
    for sums in (np.zeros((3, 5)), rng.multinomial(4, np.ones(5) / 5, 3)):
        found = DistinctMixes.of(mixes).divergences(taste, sums)
        expected = [miscalibration(taste, mixes_of(sums + one)) for one in mixes]
        np.testing.assert_allclose(found, np.transpose(expected), atol=1e-6)


def test_whoever_has_no_taste_yet_keeps_the_list():
    shares = category_shares(np.array([[0], [0], [0], [1]]), 2)
    assert chosen(Calibration(0.9, np.zeros((1, 2)), shares, FOUR)) == [0, 1, 2]


def test_popular_films_fall_behind():
    """At weight 1/2, popularity 1, 1, 0, 0: 0, -0.05, 0.25 and 0."""
    assert chosen(PopularityPenalty(0.5, np.array([[1.0, 1.0, 0.0, 0.0]], np.float32))) == [2, 0, 3]


def test_a_cap_holds_whatever_the_objectives_say():
    assert chosen(caps=GroupCaps(np.array([[0], [0], [-1], [-1]]), np.array([1]))) == [0, 2, 3]
    assert chosen(caps=GroupCaps(np.array([[0], [0], [0], [-1]]), np.array([1]))) == [0, 3, -1]


def test_objectives_weigh_one_after_the_other():
    """Popularity first, then likeness, at 1/2 each: film 2 leads with 0.125; then 3 has 0, 0 has -0.05."""
    both = PopularityPenalty(0.5, np.array([[1, 1, 0, 0]], np.float32)), MarginalRelevance(0.5, FOUR, likeness(ALIKE))
    assert chosen(*both) == [2, 3, 0]


def test_the_head_is_the_fewest_items_with_four_fifths_of_the_interactions():
    assert short_head(np.array([4, 4, 1, 1])).tolist() == [True, True, False, False]
    assert short_head(np.array([0, 3])).tolist() == [False, True]
    assert not short_head(np.zeros(2, int)).any()
    assert short_head(np.zeros(0, int)).tolist() == []
    assert head_cap(np.array([4, 4, 1, 1]), 0.3, 10).limits.tolist() == [3]


def test_items_as_popular_as_the_last_of_the_head_are_in_it():
    assert short_head(np.array([1, 1, 1, 1, 1])).all()
    assert short_head(np.array([4, 2, 2, 2]), 0.5).all()


def test_diversity_is_the_mean_unlikeness_of_pairs():
    found = intra_list_diversity(np.array([[0, 1, 2], [0, 3, -1], [1, -1, -1]]), likeness(ALIKE))
    np.testing.assert_allclose(found, [(0.2 + 0.9 + 0.8) / 3, 1, np.nan], rtol=1e-6)


def test_relevance_runs_from_the_last_candidate_to_the_best():
    np.testing.assert_array_equal(relevance(np.array([[3.0, 2.0, 1.0], [2.0, 2.0, -np.inf]])), [[1, 0.5, 0], [1, 1, 0]])
    np.testing.assert_array_equal(relevance(np.full((1, 2), -np.inf)), [[0, 0]])
    np.testing.assert_array_equal(relevance(np.array([[3e38, -3e38]], np.float32)), [[1, 0]])
    assert relevance(np.zeros((2, 0))).shape == (2, 0)


# --- on random tables -----------------------------------------------------------------------------------------------

N_USERS, N_POOL, N_ITEMS, N = 40, 30, 60, 8


def random_pool(seed):
    rng = np.random.default_rng(seed)
    idx = np.stack([rng.permutation(N_ITEMS)[:N_POOL] for _ in range(N_USERS)])
    idx[:3, 5:] = -1  # some have too few candidates
    scores = np.where(idx >= 0, -np.sort(-rng.normal(size=idx.shape), axis=1), -np.inf)
    return rng, idx, relevance(scores)


def items_at(idx, places):
    return np.where(places < 0, -1, np.take_along_axis(idx, np.maximum(places, 0), axis=1))


def unit_likeness(rng):
    vectors = rng.normal(size=(N_ITEMS, 6))
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    return likeness((vectors @ vectors.T).astype(np.float32))


def objectives_of(rng, idx, weight):
    shares = category_shares(rng.integers(-1, 4, (N_ITEMS, 1)), 4)
    return [
        PopularityPenalty(weight, relative_popularity(rng.integers(0, 99, N_ITEMS))[idx]),
        MarginalRelevance(weight, idx, unit_likeness(rng)),
        Calibration(weight, rng.dirichlet(np.ones(4), len(idx)), shares, idx),
    ]


@given(st.integers(0, 10**6))
def test_lists_hold_different_candidates_and_as_many_as_there_are(seed):
    rng, idx, values = random_pool(seed)
    found = items_at(idx, greedy_places(idx, values, N, objectives_of(rng, idx, 0.4)))
    for row, listed in zip(idx, found, strict=True):
        known = listed[listed >= 0]
        assert len(set(known)) == len(known) == min(N, (row >= 0).sum())
        assert set(known) <= set(row)


@given(st.integers(0, 10**6))
def test_at_weight_0_nothing_changes(seed):
    rng, idx, values = random_pool(seed)
    found = greedy_places(idx, values, N, objectives_of(rng, idx, 0.0))
    np.testing.assert_array_equal(found, greedy_places(idx, values, N, []))


@given(st.integers(0, 10**6))
def test_a_list_of_fewer_is_the_beginning_of_a_list_of_more(seed):
    found = [greedy_places(idx, values, n, objectives_of(rng, idx, 0.4)) for n in (3, N) for rng, idx, values in [
        random_pool(seed)
    ]]  # fmt: skip
    np.testing.assert_array_equal(found[0], found[1][:, :3])


@given(st.integers(0, 10**6))
def test_diversity_does_not_fall_on_average_as_its_weight_grows(seed):
    rng, idx, values = random_pool(seed)
    similarities, means = unit_likeness(rng), list[float]()
    for weight in (0.0, 0.25, 0.5, 1.0):
        places = greedy_places(idx, values, N, [MarginalRelevance(weight, idx, similarities)])
        means.append(float(intra_list_diversity(items_at(idx, places), similarities).mean()))
    assert means == sorted(means)


@given(st.integers(0, 10**6), st.floats(0, 1))
def test_the_head_has_no_more_than_its_share_and_lists_are_full_where_they_can_be(seed, share):
    rng, idx, values = random_pool(seed)
    counts = rng.zipf(1.5, N_ITEMS)
    head, caps = short_head(counts), head_cap(counts, share, N)
    found = items_at(idx, greedy_places(idx, values, N, objectives_of(rng, idx, 0.3), caps))
    is_head = (found >= 0) & head[found]
    assert (is_head.sum(axis=1) <= share * N + 1e-6).all()
    tail = ((idx >= 0) & ~head[idx]).sum(axis=1)
    room = np.minimum(((idx >= 0) & head[idx]).sum(axis=1), caps.limits[0])
    np.testing.assert_array_equal((found >= 0).sum(axis=1), np.minimum(tail + room, N))


def test_calibration_draws_lists_to_the_taste():
    rng, idx, values = random_pool(0)
    shares, taste = category_shares(rng.integers(0, 4, (N_ITEMS, 1)), 4), rng.dirichlet(np.ones(4), N_USERS)
    away = []
    for weight in (0.0, 0.5, 1.0):
        found = items_at(idx, greedy_places(idx, values, N, [Calibration(weight, taste, shares, idx)]))
        sums = np.where(found[:, :, None] >= 0, shares[found], 0).sum(axis=1)
        away.append(miscalibration(taste, mixes_of(sums)).mean())
    assert away[1] < away[0] / 2
    assert away[2] <= away[1]


# --- exploration ----------------------------------------------------------------------------------------------------

ROWS = RowModel(np.eye(3, dtype=np.float32), np.zeros(3), np.zeros(3), np.eye(3), np.full(3, 0.5))
NOTHING, FIRST = (np.zeros(0, int), np.zeros(0)), (np.zeros(8, int), np.ones(8))


def test_what_is_known_of_somebody_is_not_drawn_from_much():
    """The prior's variance is 1; after eight ratings of item 0 with noise 1/2 it is 1 / (1 + 16) there."""
    drawn = score_deviations([ROWS], [NOTHING, FIRST] * 4_000, range(8_000), seed=0)
    np.testing.assert_allclose(drawn[::2].var(axis=0), [1, 1, 1], rtol=0.08)
    np.testing.assert_allclose(drawn[1::2].var(axis=0), [1 / 17, 1, 1], rtol=0.08)
    np.testing.assert_allclose(drawn.mean(axis=0), 0, atol=0.04)


def test_a_draw_depends_on_the_seed_and_on_the_user_alone():
    both = score_deviations([ROWS, ROWS], [NOTHING, FIRST], [3, 5], seed=1)
    np.testing.assert_array_equal(both[1:], score_deviations([ROWS, ROWS], [FIRST], [5], seed=1))
    assert not np.array_equal(both[1:], score_deviations([ROWS, ROWS], [FIRST], [5], seed=2))
    assert not np.array_equal(both[0], score_deviations([ROWS, ROWS], [NOTHING], [5], seed=1)[0])


def test_each_draw_has_the_items_of_one_row_model():
    other = ROWS._replace(design=np.full((3, 3), 100, np.float32))
    drawn = np.abs(score_deviations([ROWS, other], [NOTHING] * 50, range(50), seed=0)).max(axis=1)
    assert 10 < (drawn > 10).sum() < 40
