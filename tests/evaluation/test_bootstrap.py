"""Intervals: they hold the truth as often as they say, and users are drawn whole."""

import numpy as np
import pytest

from cofactor.data.ratings import Ratings
from cofactor.errors import BadOption
from cofactor.evaluation.bootstrap import check_level, interval, percentiles, resample
from cofactor.evaluation.held_out import HeldOut
from cofactor.evaluation.metric_table import RATING_METRICS
from cofactor.evaluation.statistic import BootstrapStatistic, JackknifeStatistic


def mean_of(values) -> BootstrapStatistic:
    columns = np.column_stack([np.ones(len(values)), values]).astype(float)
    return BootstrapStatistic(columns, lambda totals: totals[..., 1] / totals[..., 0])


def test_the_95_percent_interval_holds_the_truth_about_95_times_in_100():
    rng = np.random.default_rng(0)
    held = 0
    for trial in range(300):
        statistic = mean_of(rng.exponential(2.0, 150))
        values = resample({"mean": statistic}, 400, seed=trial)["mean"]
        one = interval(statistic, values, 0.95)
        held += one.low <= 2.0 <= one.high
    assert 0.90 <= held / 300 <= 0.98


def test_its_width_is_that_of_the_normal_approximation():
    values = np.random.default_rng(1).normal(size=2000)
    statistic = mean_of(values)
    one = interval(statistic, resample({"mean": statistic}, 2000, seed=0)["mean"], 0.95)
    assert one.high - one.low == pytest.approx(2 * 1.96 * values.std() / 2000**0.5, rel=0.1)


def test_users_are_drawn_whole():
    """Two users, all their ratings alike: a sample is 0, 1 or in between by user, never by rating."""
    statistic = BootstrapStatistic(
        np.array([[100.0, 0.0], [100.0, 100.0]]), lambda totals: totals[..., 1] / totals[..., 0]
    )
    assert set(resample({"mean": statistic}, 50, seed=0)["mean"]) == {0.0, 0.5, 1.0}


def test_r2_of_a_sample_is_taken_around_the_mean_of_the_sample():
    """One user rates 5 and 3, predicted as 5 and 4, the other 1 and 3, predicted as 2 and 3; the mean of all is 3, of
    the one 4 and of the other 2. Of both: 1 - 2 / 8. Of either alone: 1 - 1 / 2."""
    train = Ratings.from_arrays(["a", "b"], [9, 9], [3.0, 3.0], scale=(1.0, 5.0))
    test = Ratings.from_arrays(["a", "a", "b", "b"], [1, 2, 1, 2], [5.0, 3, 1, 3], scale=(1.0, 5.0))
    r2 = RATING_METRICS["r2"].statistic(np.array([5.0, 4, 2, 3]), HeldOut.of(train, test))
    assert r2.value == pytest.approx(3 / 4)
    samples = np.array([[1, 1], [2, 0], [0, 2]]) @ r2.sums
    np.testing.assert_allclose(r2.of_totals(samples), [3 / 4, 1 / 2, 1 / 2])


def test_the_same_seed_draws_the_same_users_for_every_metric():
    users = np.random.default_rng(2).normal(size=30)
    one, other = mean_of(users), mean_of(users + 7)
    values = resample({"one": one}, 100, seed=3)["one"], resample({"a": one, "b": other}, 100, seed=3)["b"]
    np.testing.assert_allclose(values[1] - values[0], 7.0)


def test_large_tests_are_resampled_in_blocks_with_the_same_result(monkeypatch):
    statistic = mean_of(np.arange(50.0))
    whole = resample({"m": statistic}, 20, seed=0)["m"]
    monkeypatch.setattr("cofactor.evaluation.bootstrap.WEIGHTS_AT_ONCE", 150)
    blocks = resample({"m": statistic}, 20, seed=0)["m"]
    np.testing.assert_allclose(whole, blocks)


def test_what_cannot_be_resampled_has_a_normal_interval():
    assert interval(JackknifeStatistic(0.5, 0.1), None, 0.95) == pytest.approx((0.5, 0.304, 0.696), abs=1e-3)


def test_samples_without_a_value_are_left_out_and_none_at_all_have_no_ends():
    assert percentiles(np.array([np.nan, 0.0, 1.0, np.nan]), 0.5) == (0.25, 0.75)
    assert np.isnan(percentiles(np.full(3, np.nan), 0.95)).all()


def test_one_user_has_no_interval():
    one = interval(mean_of([3.0]), resample({"mean": mean_of([3.0])}, 50, seed=0)["mean"], 0.95)
    assert one.value == 3.0
    assert np.isnan([one.low, one.high]).all()


@pytest.mark.parametrize(("confidence", "n"), [(95, 1000), (1, 10**9), (0, 1000), (0.99, 199)])
def test_levels_that_cannot_be_told_are_refused(confidence, n):
    with pytest.raises(BadOption, match="confidence lies|n_bootstrap="):
        check_level(confidence, n)


def test_two_samples_beyond_each_end_are_enough():
    check_level(0.99, 200)
