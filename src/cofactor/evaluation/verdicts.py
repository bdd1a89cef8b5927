"""Of several models on one test: which is best, how far the others are behind, and whether that is beyond the noise."""

from collections.abc import Mapping
from dataclasses import dataclass
from math import isnan

from cofactor.evaluation.bootstrap import Interval, percentiles
from cofactor.evaluation.evaluate import Evaluation
from cofactor.evaluation.metric_table import better
from cofactor.evaluation.text_table import format_number

__all__ = ["BEHIND", "TIED", "WINNER", "Verdict", "verdicts_of"]

NAN = float("nan")
WINNER, TIED, BEHIND = "winner", "inside the noise", "behind"


@dataclass(frozen=True)
class Verdict:
    """Of one metric.

    behind: how far each other model is behind `best`, in the metric's unit, with the joint interval
    """

    best: str
    behind: dict[str, Interval]

    @property
    def tied(self) -> list[str]:
        """The models that cannot be told from the best one."""
        return [name for name, gap in self.behind.items() if not gap.low > 0]

    @property
    def winner(self) -> str | None:
        """The best model where it is ahead of all others beyond the noise."""
        return None if self.tied else self.best

    def of(self, model: str) -> str:
        if model == self.best:
            return TIED if self.tied else WINNER
        return TIED if model in self.tied else BEHIND

    def __str__(self) -> str:
        return self.winner or f"{TIED}: {', '.join([self.best, *self.tied])}"

    def lead_of(self, metric: str, one: str, other: str) -> str | None:
        """Which of two models leads and by how much, where the best is one of them and the lead is no noise; and
        whether that agrees with the first one's being expected to."""
        second = self.behind.get({one: other, other: one}.get(self.best, ""))
        if second is None or not second.low > 0:
            return None
        lead = f"{format_number(second.value)} ({format_number(second.low)} to {format_number(second.high)})"
        agrees = "agrees" if self.best == one else "does not agree"
        return f"by {metric} {self.best} is ahead by {lead}: this run {agrees}"


def verdicts_of(evaluations: Mapping[str, Evaluation], level: float) -> dict[str, Verdict]:
    """Of every metric that has a better and a worse and that two models have."""
    names = dict.fromkeys(name for one in evaluations.values() for name in one.values if better(name))
    found: dict[str, Verdict] = {}
    for name in names:
        having = {model: one for model, one in evaluations.items() if not isnan(one.values.get(name, NAN))}
        if len(having) > 1:
            found[name] = _verdict(name, having, level)
    return found


def _verdict(metric: str, evaluations: Mapping[str, Evaluation], level: float) -> Verdict:
    sign = 1 if better(metric) == "higher" else -1
    best = max(evaluations, key=lambda model: sign * evaluations[model].values[metric])
    top = evaluations[best]
    behind = {
        model: Interval(
            sign * (top.values[metric] - one.values[metric]),
            *percentiles(sign * (top.samples[metric] - one.samples[metric]), level),
        )
        for model, one in evaluations.items()
        if model != best
    }
    return Verdict(best, behind)
