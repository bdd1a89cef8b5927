"""`cofactor.evaluate`: how good a model is on held-out ratings, each number with its confidence interval."""

import time
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, Literal, NamedTuple

import numpy as np

from cofactor.arrays import FloatArray
from cofactor.data.expecting import RatingsOrFrame, as_ratings
from cofactor.data.tables import Table, make_table
from cofactor.errors import counted, some_of, verb_of
from cofactor.evaluation.bootstrap import Interval, check_level, interval, resample
from cofactor.evaluation.compute import compute_metrics
from cofactor.evaluation.held_out import HeldOut
from cofactor.evaluation.metric_names import RequestedMetric, requested_metrics
from cofactor.evaluation.metric_table import better, is_of_ratings
from cofactor.evaluation.statistic import JackknifeStatistic, Statistic
from cofactor.hyperparameters import conformed, seed_of
from cofactor.recommender import Recommender, expect_model
from cofactor.sheet import Sheet, SheetMixin, format_number

__all__ = ["Evaluation", "EvaluationOptions", "evaluate", "evaluate_held_out", "left_out_note"]


class EvaluationOptions(NamedTuple):
    """confidence, n_bootstrap, seed: of the intervals     clip: keep predictions inside the ratings' scale."""

    confidence: float
    n_bootstrap: int
    seed: int
    clip: bool

    @classmethod
    def checked(cls, confidence: float, n_bootstrap: int, seed: int, clip: bool) -> "EvaluationOptions":
        """The options in their own types. Raises `BadOption` for what they cannot be."""
        return cls(*check_level(confidence, n_bootstrap), seed_of(seed), conformed("clip", bool, clip))


@dataclass(frozen=True, eq=False)
class Evaluation(SheetMixin):
    """The metrics of a model on a test: `values["ndcg@10"]`, `intervals["ndcg@10"]`, `table()`, or printed.

    samples: (n_bootstrap,) values of each metric on resampled users, paired between evaluations of one test and seed
    left_out: metrics that were requested but cannot be computed, and why     seconds: the time of the evaluation
    """

    model: str
    test: str
    intervals: dict[str, Interval]
    left_out: dict[str, str]
    confidence: float
    notes: tuple[str, ...]
    seconds: float
    library: str
    samples: dict[str, FloatArray] = field(repr=False)

    @cached_property
    def values(self) -> dict[str, float]:
        """Each metric's value, without its interval."""
        return {name: one.value for name, one in self.intervals.items()}

    @property
    def left_out_by_reason(self) -> dict[str, tuple[str, ...]]:
        """The names of `left_out` for each reason."""
        reasons = dict.fromkeys(self.left_out.values())
        return {why: tuple(name for name, reason in self.left_out.items() if reason == why) for why in reasons}

    def columns(self) -> dict[str, list[Any]]:
        """One row a metric: its name, value, interval, and whether lower or higher is better."""
        rows = list(self.intervals.items())
        return {
            "metric": [name for name, _ in rows],
            "value": [one.value for _, one in rows],
            "low": [one.low for _, one in rows],
            "high": [one.high for _, one in rows],
            "better": [better(name) for name, _ in rows],
        }

    def table(self) -> Table[Literal["metric", "value", "low", "high", "better"]]:
        """`columns` as a data frame in the library the test came in."""
        return make_table(self.columns(), self.library)

    def sheet(self) -> Sheet:
        """One row a metric, and how it was measured."""
        rows = [(name, *map(format_number, one), better(name)) for name, one in self.intervals.items()]
        header = ("", "value", "low", "high", "better")
        left_out = [left_out_note(names, why) for why, names in self.left_out_by_reason.items()]
        return Sheet(f"{self.model} on {self.test}", header, rows, [*self.notes, *left_out])


def evaluate(
    model: Recommender, test: RatingsOrFrame, *, metrics: Iterable[str] | None = None, k: int | Iterable[int] = 10,
    relevant: float | None = None, confidence: float = 0.95, n_bootstrap: int = 1000, seed: int = 0,
    clip: bool = False,
) -> Evaluation:  # fmt: skip
    """Metrics of a fitted model on ratings it has not seen, each with its confidence interval.

    test: ratings, or a pandas, Polars or Arrow table of them with columns of usual names
    metrics: names such as "rmse", "ndcg@10", "recall" (at each `k`); None: all there are
    k: the length of the lists, or several lengths
    relevant: the lowest rating that counts as relevant in lists. None: the lowest rating in the test that is at least
        70 % of the way up the scale, 4 of 1..5; of clicks every one is relevant. Graded metrics (ndcg_graded, err)
        give each relevant item the gain (2^g - 1) / 2^5, where the grade g runs from 1 to 5 along the scale; of counts
        one that grows as log(1 + count)
    confidence, n_bootstrap, seed: of the intervals, by resampling users
    clip: keep predictions inside the ratings' scale

    A list ranks the whole catalogue but the items the user rated in training. Its metrics are means over the users with
    anything relevant in the test. Where items have equal scores, no order of them is the model's: each such metric is
    then its mean over all orders of the tied items, whatever their number in the catalogue [mcsherry2008ties]. So are
    coverage and novelty; gini is that of the mean exposure.

    Raises `Leak` where a test pair is in the training ratings, `BadTable` where the test's ids are of another kind,
    `NotFitted` for a model that was never fitted, and `BadOption` for unknown metrics, options out of range, lists that
    no memory can hold, and a test that shares no user with the training ratings.
    """
    expect_model(model, "evaluate measures")
    model = model.snapshot()
    test = as_ratings(test, "evaluate measures on", like=model.ratings)
    options = EvaluationOptions.checked(confidence, n_bootstrap, seed, clip)
    requested = requested_metrics(metrics, k)
    held = HeldOut.of(model.ratings, test, conformed("relevant", float | None, relevant))
    return evaluate_held_out(model, held, type(model).__name__, requested, options)


def evaluate_held_out(
    model: Recommender, held: HeldOut, name: str, requested: Sequence[RequestedMetric], options: EvaluationOptions
) -> Evaluation:
    """`evaluate` on held-out ratings that several models can share. name: of the model, in what is printed."""
    started = time.perf_counter()
    statistics, left_out = compute_metrics(model, held, requested, clip=options.clip)
    samples = resample(statistics, options.n_bootstrap, options.seed)
    return Evaluation(
        model=name,
        test=repr(held.test),
        intervals={label: interval(one, samples.get(label), options.confidence) for label, one in statistics.items()},
        left_out=left_out,
        confidence=options.confidence,
        notes=(_interval_note(statistics, options), *_test_notes(held, statistics)),
        seconds=time.perf_counter() - started,
        library=held.test.library,
        samples=samples,
    )


def _interval_note(statistics: Mapping[str, Statistic], options: EvaluationOptions) -> str:
    others = [name for name, one in statistics.items() if isinstance(one, JackknifeStatistic)]
    but = f" ({', '.join(others)}: jackknife)" if others else ""
    return f"{options.confidence:.0%} intervals by resampling users {counted(options.n_bootstrap, 'time')}{but}."


def _test_notes(held: HeldOut, statistics: Mapping[str, Statistic]) -> list[str]:
    n_served, lowest, notes = int(np.count_nonzero(held.n_relevant)), held.relevant_from, list[str]()
    if not all(map(is_of_ratings, statistics)):
        notes += [
            f"Relevant: {'everything in the test' if lowest is None else f'{held.test.kind} of {lowest:g} and above'}; "
            f"{some_of(n_served, held.n_users, 'user', 'have')} any.",
            f"Candidates: all {held.train.n_items:,} items but those the user has rated in training.",
        ]
    new_users, new_items = (int(np.count_nonzero(mask)) for mask in held.is_new)
    if new_users or new_items:
        notes.append(
            f"Of {counted(len(held.test), 'test rating')} {new_users:,} {verb_of(new_users, 'are')} by users and "
            f"{new_items:,} of items without any training rating."
        )
    return notes


def left_out_note(names: Iterable[str], why: str, models: Iterable[str] = ()) -> str:
    """The sentence that metrics of these names were left out. models: of which ones, where it is not all"""
    of = f" of {', '.join(models)}" if models else ""
    return f"Left out{of}: {', '.join(names)}: {why.rstrip('.')}."
