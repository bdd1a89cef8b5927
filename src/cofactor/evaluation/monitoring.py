"""One metric as a function of the model, for early stopping and tuning."""

from collections.abc import Callable
from functools import cache

from cofactor.data.expecting import RatingsOrFrame, as_ratings
from cofactor.data.ratings import Ratings
from cofactor.errors import BadOption
from cofactor.evaluation.compute import compute_metrics
from cofactor.evaluation.held_out import HeldOut
from cofactor.evaluation.metric_names import requested_metric
from cofactor.evaluation.statistic import Statistic
from cofactor.recommender import Recommender

__all__ = ["measure", "monitor"]


def monitor(
    metric: str, validation: RatingsOrFrame, *, relevant: float | None = None
) -> Callable[[Recommender], float]:
    """A function that gives the value of this metric on `validation` for a fitted model, without an interval.

    metric: such as "rmse" or "ndcg@10" (without a cut-off: 10)     relevant: as in `evaluate`
    Raises `BadOption` for an unknown name. The function raises it where the model or the data cannot have the metric.

    >>> from cofactor.run.stopping import EarlyStopping
    >>> from cofactor.data.ratings import Ratings
    >>> held_out = Ratings.from_arrays(["ann"], [3], [5.0])
    >>> stopping = EarlyStopping(metric=monitor("ndcg@10", held_out), better="higher")
    """
    statistic = measure(metric, validation, relevant=relevant)
    return lambda model: statistic(model).value


def measure(
    metric: str, validation: RatingsOrFrame, *, relevant: float | None = None
) -> Callable[[Recommender], Statistic]:
    """A function like that of `monitor`, which gives the statistic, by which models can be compared user by user.

    Raises `BadOption` for an unknown name.
    """
    requested = requested_metric(metric)

    @cache  # the same in every epoch
    def held_out(train: Ratings) -> HeldOut:
        return HeldOut.of(train, as_ratings(validation, "monitor measures on", like=train), relevant)

    def statistic(model: Recommender) -> Statistic:
        statistics, left_out = compute_metrics(model, held_out(model.ratings), [requested])
        if left_out:
            raise BadOption(f"{requested} cannot be watched: {left_out[str(requested)]}.")
        return statistics[str(requested)]

    return statistic
