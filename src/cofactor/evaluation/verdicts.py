"""Verdicts of a comparison: the best model by each metric, and whether the others are behind beyond the noise."""

from collections.abc import Mapping
from dataclasses import dataclass
from math import isnan

from cofactor.evaluation.bootstrap import Interval, percentiles
from cofactor.evaluation.evaluate import Evaluation
from cofactor.evaluation.metric_table import better
from cofactor.sheet import format_number

__all__ = ["BEHIND", "TIED", "WINNER", "Verdict", "verdicts_of"]

NAN = float("nan")
WINNER, TIED, BEHIND = "winner", "inside the noise", "behind"


@dataclass(frozen=True)
class Verdict:
    """The verdict by one metric.

    best: the model with the best value     behind: by how much each other model is worse, in the metric's unit, with
    the paired interval at the joint level
    """

    best: str
    behind: dict[str, Interval]

    @property
    def tied(self) -> list[str]:
        """The models whose interval behind the best one holds 0."""
        return [name for name, gap in self.behind.items() if not gap.low > 0]

    @property
    def winner(self) -> str | None:
        """The best model where it is ahead of all others beyond the noise, else None."""
        return None if self.tied else self.best

    def of(self, model: str) -> str:
        """ "winner", "inside the noise" or "behind"."""
        if model == self.best:
            return TIED if self.tied else WINNER
        return TIED if model in self.tied else BEHIND

    def __str__(self) -> str:
        return self.winner or f"{TIED}: {', '.join([self.best, *self.tied])}"

    def lead_of(self, metric: str, one: str, other: str) -> str | None:
        """A sentence: which of two models leads and by how much, and whether that is the first, as expected.

        None where neither is the best model, or the lead is inside the noise.
        """
        second = self.behind.get({one: other, other: one}.get(self.best, ""))
        if second is None or not second.low > 0:
            return None
        lead = f"{format_number(second.value)} ({format_number(second.low)} to {format_number(second.high)})"
        agrees = "agrees" if self.best == one else "does not agree"
        return f"by {metric} {self.best} is ahead by {lead}: this run {agrees}"


def verdicts_of(evaluations: Mapping[str, Evaluation], level: float) -> dict[str, Verdict]:
    """A verdict by every metric that two models or more have, but not by those that only describe.

    level: of each paired interval, such that those of all models hold together
    """
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
