"""The table of all metrics by name: to add one, write its function in `metrics.py` and its row here."""

from collections.abc import Mapping

import numpy as np

from cofactor.arrays import Array, FloatArray
from cofactor.evaluation import expected_metrics, metrics, tied_exposure
from cofactor.evaluation.leave_one_out import coverage_without_each, gini_without_each
from cofactor.evaluation.metric_kinds import (
    Better,
    ExposureMetric,
    GainMetric,
    HitMetric,
    ListMetric,
    NoveltyMetric,
    RankMetric,
    RatingMetric,
)  # fmt: skip
from cofactor.evaluation.statistic import divided, mean_term

__all__ = ["LIST_METRICS", "METRICS", "RATING_METRICS", "better", "is_of_ratings"]


# --- ratings: the terms of each rating, and what their totals make ---------------------------------------------


def _squared_error(predicted: Array, actual: Array) -> list[Array]:
    return [np.square(predicted - actual)]


def _absolute_error(predicted: Array, actual: Array) -> list[Array]:
    return [np.abs(predicted - actual)]


def _error_and_deviation(predicted: Array, actual: Array) -> list[Array]:
    deviation = actual - actual.mean()
    return [np.square(predicted - actual), deviation, deviation * deviation]


def _error_by_bin(predicted: Array, actual: Array) -> list[Array]:
    """The bins stay as they are in every sample of users. Each one's noise counts, so that resampled values lie a
    little above the value itself."""
    bins = metrics.calibration_bins(predicted)
    return [np.where(bins == b, predicted - actual, 0) for b in range(metrics.N_BINS)]


def _root_mean(totals: FloatArray) -> FloatArray:
    return np.sqrt(totals[..., 1] / totals[..., 0])


def _explained(totals: FloatArray) -> FloatArray:
    """1 - Σe² / Σ(d - mean d)², of totals n, Σe², Σd, Σd²."""
    return 1 - divided(totals[..., 1], totals[..., 3] - np.square(totals[..., 2]) / totals[..., 0])


def _mean_absolute_sum(totals: FloatArray) -> FloatArray:
    """Σ_b |Σe of bin b| / n, of totals n and Σe of each bin."""
    return divided(np.abs(totals[..., 1:]).sum(axis=-1), totals[..., 0])


# --- the table -------------------------------------------------------------------------------------------------

RATING_METRICS: Mapping[str, RatingMetric] = {
    "rmse": RatingMetric(metrics.rmse, _squared_error, _root_mean, better="lower"),
    "mae": RatingMetric(metrics.mae, _absolute_error, mean_term, better="lower"),
    "r2": RatingMetric(metrics.r2, _error_and_deviation, _explained, better="higher"),
    "calibration_error": RatingMetric(metrics.calibration_error, _error_by_bin, _mean_absolute_sum, better="lower"),
}
LIST_METRICS: Mapping[str, ListMetric] = {
    "precision": HitMetric(metrics.precision),
    "recall": HitMetric(metrics.recall),
    "recall_capped": HitMetric(metrics.recall_capped),
    "hit_rate": HitMetric(metrics.hit_rate, expected_metrics.hit_rate),
    "ndcg": HitMetric(metrics.ndcg),
    "map": HitMetric(metrics.average_precision, expected_metrics.average_precision),
    "mrr": HitMetric(metrics.reciprocal_rank, expected_metrics.reciprocal_rank),
    "ndcg_graded": GainMetric(metrics.ndcg_graded),
    "err": GainMetric(metrics.expected_reciprocal_rank, expected_metrics.expected_reciprocal_rank),
    "auc": RankMetric(metrics.auc),
    "coverage": ExposureMetric(
        metrics.coverage, coverage_without_each, tied_exposure.coverage, tied_exposure.coverage_without_each
    ),
    "novelty": NoveltyMetric(metrics.novelty, tied_exposure.novelty),
    "gini": ExposureMetric(metrics.gini, gini_without_each, tied_exposure.gini, tied_exposure.gini_without_each),
}
METRICS: Mapping[str, RatingMetric | ListMetric] = {**RATING_METRICS, **LIST_METRICS}


def better(label: str) -> Better:
    """ "lower", "higher", or "" for what only describes. label: such as "rmse" or "ndcg@10"."""
    return METRICS[label.partition("@")[0]].better


def is_of_ratings(label: str) -> bool:
    """True where the metric needs predicted ratings. label: such as "rmse" or "ndcg@10"."""
    return label.partition("@")[0] in RATING_METRICS
