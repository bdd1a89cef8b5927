"""From a model and held-out ratings to the statistics of the metrics that were requested."""

from collections.abc import Iterable
from typing import NamedTuple

import numpy as np

from cofactor.arrays import FloatArray
from cofactor.contract.abilities import unsupported
from cofactor.evaluation.held_out import HeldOut
from cofactor.evaluation.lists import rank_catalogue
from cofactor.evaluation.metric_kinds import GainMetric, RankMetric
from cofactor.evaluation.metric_names import RequestedMetric
from cofactor.evaluation.metric_table import LIST_METRICS, RATING_METRICS
from cofactor.evaluation.statistic import Statistic
from cofactor.recommender import Recommender

__all__ = ["ComputedMetrics", "compute_metrics"]


class ComputedMetrics(NamedTuple):
    """The statistics of the metrics that could be computed, and why the others could not: by label, as "ndcg@10"."""

    statistics: dict[str, Statistic]
    left_out: dict[str, str]


def compute_metrics(
    model: Recommender, held: HeldOut, requested: Iterable[RequestedMetric], *, clip: bool = False
) -> ComputedMetrics:
    """Every requested metric that this model and these data can have, in the order of the request.

    clip: keep predictions inside the scale of the training ratings
    """
    requested = list(requested)
    of_ratings = _of_ratings(model, held, [one for one in requested if one.name in RATING_METRICS], clip)
    of_lists = _of_lists(model, held, [one for one in requested if one.name in LIST_METRICS])
    found = of_ratings.statistics | of_lists.statistics
    in_order = {str(one): found[str(one)] for one in requested if str(one) in found}
    return ComputedMetrics(in_order, of_ratings.left_out | of_lists.left_out)


def _of_ratings(model: Recommender, held: HeldOut, requested: list[RequestedMetric], clip: bool) -> ComputedMetrics:
    if not requested:
        return ComputedMetrics({}, {})
    if not held.test.explicit:
        return ComputedMetrics({}, {one.name: f"{held.test.kind} have no ratings to predict" for one in requested})
    if not model.abilities.predicts:
        return ComputedMetrics({}, {one.name: str(unsupported(model, "predicts")) for one in requested})
    predicted = _predicted(model, held, clip)
    return ComputedMetrics({one.name: RATING_METRICS[one.name].statistic(predicted, held) for one in requested}, {})


def _predicted(model: Recommender, held: HeldOut, clip: bool) -> FloatArray:
    """(n,) for each rating that is held out."""
    predicted, scale = model.score_pairs(*held.pairs, held.test.timestamps), held.train.scale
    return np.clip(predicted, *scale) if clip and scale else predicted


def _of_lists(model: Recommender, held: HeldOut, requested: list[RequestedMetric]) -> ComputedMetrics:
    why = "" if held.n_relevant.any() else f"no rating in the test is relevant (from {held.relevant_from:g} on)"
    left_out = {str(one): why for one in requested if why and LIST_METRICS[one.name].better}
    metrics = {one: LIST_METRICS[one.name] for one in requested if str(one) not in left_out}
    if not metrics:
        return ComputedMetrics({}, left_out)
    ranks, graded = (any(isinstance(one, kind) for one in metrics.values()) for kind in (RankMetric, GainMetric))
    longest = max((one.k for one in metrics if one.k), default=1)
    lists = rank_catalogue(model, held, longest, count_ranks=ranks, graded=graded)
    return ComputedMetrics(
        {str(one): metric.statistic(lists, held, one.k) for one, metric in metrics.items()}, left_out
    )
