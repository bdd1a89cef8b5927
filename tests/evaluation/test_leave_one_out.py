"""The standard errors of what cannot be resampled, against leaving every user out in turn."""

import numpy as np
import pytest

from cofactor.evaluation.leave_one_out import coverage_without_each, gini_without_each
from cofactor.evaluation.metric_kinds import ExposureMetric
from cofactor.evaluation.metric_table import METRICS
from cofactor.evaluation.metrics import coverage, exposure, gini
from cofactor.evaluation.statistic import JackknifeStatistic


def drawn_lists() -> np.ndarray:
    """(300, 5): popular items stand in most lists, rare ones in one or none; no item twice in a list."""
    rng, weight = np.random.default_rng(0), 1 / np.arange(1, 201) ** 2
    return np.array([rng.choice(200, 5, replace=False, p=weight / weight.sum()) for _ in range(300)])


@pytest.mark.parametrize("name", [name for name, metric in METRICS.items() if isinstance(metric, ExposureMetric)])
def test_the_standard_error_is_that_of_leaving_each_user_out(name):
    metric, lists = METRICS[name], drawn_lists()
    exposed = exposure(lists, 200)
    found = JackknifeStatistic.of(metric.function(exposed), metric.without_each(lists, exposed))
    values = np.array([metric.function(exposure(np.delete(lists, user, axis=0), 200)) for user in range(300)])
    assert found.value == metric.function(exposed)
    assert found.standard_error == pytest.approx(np.sqrt(299 / 300 * np.sum((values - values.mean()) ** 2)), rel=0.02)


@pytest.mark.parametrize(("without_each", "metric"), [(coverage_without_each, coverage), (gini_without_each, gini)])
def test_where_each_is_shown_one_item_the_value_without_a_user_is_that_of_the_others(without_each, metric):
    """Items 0 to 2 of four are shown three times, twice and once."""
    lists = np.array([[0], [0], [0], [1], [1], [2]])
    others = [metric(exposure(np.delete(lists, user, axis=0), 4)) for user in range(6)]
    np.testing.assert_allclose(without_each(lists, exposure(lists, 4)), others)
