"""Names of metrics, with and without their cut-off."""

import pytest

from cofactor.errors import BadOption
from cofactor.evaluation.metric_names import requested_metric, requested_metrics
from cofactor.evaluation.metric_table import METRICS


def test_a_name_without_a_cut_off_is_taken_at_each_one_and_nothing_is_taken_twice():
    assert [str(one) for one in requested_metrics(["auc", "ndcg", "ndcg@5"], [5, 10])] == ["auc", "ndcg@5", "ndcg@10"]


def test_no_names_are_all_metrics_in_the_order_of_the_table():
    assert [one.name for one in requested_metrics(None, 10)] == list(METRICS)
    assert [str(one) for one in requested_metrics(None, 7) if not one.name.startswith("n")][:5] == [
        "rmse", "mae", "r2", "calibration_error", "precision@7",
    ]  # fmt: skip


def test_a_single_metric_has_a_cut_off_of_ten_where_none_is_said():
    assert [str(requested_metric(name)) for name in ("ndcg", "ndcg@3", "rmse")] == ["ndcg@10", "ndcg@3", "rmse"]


def test_a_cut_off_in_a_name_is_at_least_one():
    assert [str(one) for one in requested_metrics(["ndcg@1"], 10)] == ["ndcg@1"]
    with pytest.raises(BadOption, match="at least 1 entry, but ndcg@0 came"):
        requested_metrics(["ndcg@0"], 10)
