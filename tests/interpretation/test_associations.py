"""Attributes that tell two sets apart: their strength by hand, and noise that is called noise."""

import numpy as np
import pytest

from cofactor.interpretation.associations import associations

HALVES = np.repeat([False, True], 50)


def test_strength_is_the_share_of_pairs_in_which_the_second_has_more():
    years = np.concatenate([np.full(50, 1990), np.repeat([1980, 1990, 2000, 2010], [5, 5, 20, 20])])
    (found,) = associations({"year": years}, HALVES)
    assert found.auc == pytest.approx(0.8 + 0.1 / 2)
    assert (found.first, found.second) == (1990, 2000)
    assert found.p == pytest.approx(1 / 1000)
    assert [found.describe(second=side) for side in (False, True)] == ["year around 1990", "year around 2000"]


def test_words_are_compared_one_by_one_and_rare_ones_are_not_tried():
    genres = ["Drama|War"] * 2 + ["Drama"] * 48 + ["Drama|Comedy"] * 40 + ["Drama"] * 10
    (found,) = associations({"genres": np.array(genres, object)}, HALVES)
    assert (found.word, found.first, found.second, found.auc) == ("Comedy", 0, 0.8, pytest.approx(0.9))
    assert (found.describe(second=True), found.describe(second=False)) == ("Comedy", "not Comedy")


def test_what_is_true_of_some_is_named_by_the_attribute():
    (found,) = associations({"classic": np.array([True] * 60 + [False] * 40, object)}, HALVES)
    assert (found.word, found.first, found.second) == ("classic", 1, 0.2)


def test_missing_cells_say_nothing():
    years = np.concatenate([np.full(50, np.nan), np.arange(50.0)])
    (found,) = associations({"year": years}, HALVES)
    assert found.auc == 0.5
    assert found.p > 0.5


def test_noise_is_called_noise_in_95_of_100_cases_however_many_attributes_are_tried():
    """Of 200 random divisions about 10 have a p of at most 0.05: 2 to 20 by the binomial law, but for one in 400."""
    rng = np.random.default_rng(0)
    has = rng.random((100, 40)) < rng.uniform(0.1, 0.5, 40)
    words = np.array(["|".join(f"w{at}" for at in np.flatnonzero(row)) for row in has], object)
    p = [associations({"tags": words}, rng.permutation(HALVES), seed=seed)[0].p for seed in range(200)]
    assert 2 <= np.sum(np.array(p) <= 0.05) <= 20


def test_p_holds_for_all_comparisons_together():
    years = np.concatenate([np.arange(50), np.arange(50) + 20])
    alone, among, of_many = (associations({"year": years}, HALVES, n_compared=n)[0].p for n in (1, 10, 200))
    assert among == pytest.approx(10 * alone, rel=0.01)
    assert of_many == pytest.approx(0.01, rel=0.01)


def test_without_attributes_or_with_one_set_nothing_is_tried():
    assert associations({}, HALVES) == []
    assert associations({"year": np.arange(100)}, np.zeros(100, bool)) == []
