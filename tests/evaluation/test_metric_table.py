"""The standard errors of what cannot be resampled, against leaving every user out in turn."""

import numpy as np
import pytest

from cofactor.evaluation import metric_table, metrics


def drawn_lists() -> np.ndarray:
    """(300, 5): popular items stand in most lists, rare ones in one or none; no item twice in a list."""
    rng, weight = np.random.default_rng(0), 1 / np.arange(1, 201) ** 2
    return np.array([rng.choice(200, 5, replace=False, p=weight / weight.sum()) for _ in range(300)])


def jackknife(number, lists) -> float:
    n = len(lists)
    values = np.array([number(metrics.exposure(np.delete(lists, u, axis=0), 200)) for u in range(n)])
    return float(np.sqrt((n - 1) / n * np.sum((values - values.mean()) ** 2)))


@pytest.mark.parametrize(
    ("measured", "metric"), [(metric_table._coverage, metrics.coverage), (metric_table._gini, metrics.gini)]
)
def test_the_standard_error_is_that_of_leaving_each_user_out(measured, metric):
    lists = drawn_lists()
    found = measured(lists, metrics.exposure(lists, 200))
    assert found.value == metric(metrics.exposure(lists, 200))
    assert found.standard_error == pytest.approx(jackknife(metric, lists), rel=0.02)


def test_everything_that_can_be_asked_for_is_listed_once():
    assert len(set(metric_table.KNOWN)) == len(metric_table.KNOWN)
    assert [str(a) for a in metric_table.asked_for(["auc", "ndcg", "ndcg@5"], [5, 10])] == ["auc", "ndcg@5", "ndcg@10"]
