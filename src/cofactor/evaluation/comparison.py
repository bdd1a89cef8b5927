"""What a comparison found: a value and a verdict for each model and metric, as a table, a page or a figure."""

from dataclasses import dataclass
from math import isnan
from statistics import median
from typing import TYPE_CHECKING, Any

from cofactor.data.tables import Table, make_table
from cofactor.errors import BadOption
from cofactor.evaluation.bootstrap import Interval
from cofactor.evaluation.evaluate import Evaluation
from cofactor.evaluation.repeats import Fits
from cofactor.evaluation.verdicts import BEHIND, TIED, WINNER, Verdict
from cofactor.plots.comparison_chart import comparison_chart
from cofactor.plots.loss_curves import loss_curves
from cofactor.sheet import Sheet, SheetMixin, format_number

if TYPE_CHECKING:
    from collections.abc import Sequence

    from cofactor.run.epoch import Epoch

__all__ = ["Comparison"]

NAN = float("nan")
MARKS = {WINNER: "*", TIED: "~", BEHIND: " "}  # behind the value, where it is printed


@dataclass(frozen=True, eq=False)
class Comparison(SheetMixin):
    """Several models on one test: `verdicts["ndcg@10"].winner`, `evaluations[name]`, `table()`, or printed.

    fits: of each model the time and memory of its fits, and their losses; several where there were several seeds
    left_out: models that were not measured, because ctrl-C ended the comparison before
    """

    evaluations: dict[str, Evaluation]
    verdicts: dict[str, Verdict]
    fits: dict[str, Fits]
    confidence: float
    notes: tuple[str, ...]
    left_out: tuple[str, ...] = ()

    @property
    def fit_seconds(self) -> dict[str, float]:
        """Seconds of a fit, the median over its fits, of each model that was fitted here."""
        return {name: median(fits.seconds) for name, fits in self.fits.items() if fits.seconds}

    @property
    def fit_megabytes(self) -> dict[str, float]:
        """The most memory that fitting took beyond what was taken before, where the system tells."""
        return {name: max(fits.megabytes) for name, fits in self.fits.items() if fits.megabytes}

    @property
    def n_learned(self) -> dict[str, int]:
        """How many numbers each model learned."""
        return {name: fits.models[0].n_learned for name, fits in self.fits.items()}

    def plot(self, metric: str | None = None, *, ax: Any = None) -> Any:
        """The Matplotlib axes of each model's value and interval by one metric, None: the first, and the verdicts.

        The intervals are each model's own; how far a model is behind, in words beside it, is paired.
        Raises `BadOption` for a metric that was not measured, `MissingExtra` without Matplotlib.
        """
        name = next(iter(self._metrics), "") if metric is None else metric
        if name not in self._metrics:
            raise BadOption(f"{name!r} was not measured. These were: {', '.join(self._metrics)}.")
        winner = self.verdicts[name].winner if name in self.verdicts else None
        rows = [self._row(name, model) for model in self.evaluations]
        model, value, low, high = ([row[one] for row in rows] for one in ("model", "value", "low", "high"))
        return comparison_chart(model, value, low, high, list(map(_words, rows)), metric=name, winner=winner, ax=ax)

    def plot_losses(self, *, ax: Any = None) -> Any:
        """The Matplotlib axes of the loss after every epoch of each model that trains by epochs, a band over seeds.

        Raises `BadOption` where no model does, `MissingExtra` without Matplotlib.
        """
        curves = {name: fits.histories for name, fits in self.fits.items() if fits.histories}
        if not curves:
            raise BadOption(f"None of {', '.join(self.fits)} trains by epochs, so there are no losses to show.")
        return loss_curves({name: [_curves(run) for run in runs] for name, runs in curves.items()}, ax=ax)

    def winner(self, metric: str) -> str | None:
        """The model that is best beyond the noise, or None. Raises `BadOption` for what was not compared."""
        if metric not in self.verdicts:
            raise BadOption(f"{metric!r} was not compared. These were: {', '.join(self.verdicts)}.")
        return self.verdicts[metric].winner

    def columns(self) -> dict[str, list[Any]]:
        """One row a metric and model: value, interval, how far behind the best (joint interval), the verdict."""
        rows = [self._row(name, model) for name in self._metrics for model in self.evaluations]
        columns = self._row("", next(iter(self.evaluations)))  # there may be no metric that these data can have
        return {column: [row[column] for row in rows] for column in columns}

    def table(self) -> Table[str]:
        """`columns` as a data frame in the library the test came in."""
        return make_table(self.columns(), next(iter(self.evaluations.values())).library)

    def sheet(self) -> Sheet:
        """One row a metric and one column a model, the winners marked."""
        header = ("", *(f"{model} " for model in self.evaluations))
        rows = [
            *((name, *(self._cell(name, model) for model in self.evaluations)) for name in self._metrics),
            ("numbers learned", *(f"{self.n_learned[model]:,} " for model in self.evaluations)),
            ("fit, s", *(f"{format_number(self.fit_seconds.get(model, NAN), 2)} " for model in self.evaluations)),
            ("fit, MB", *(f"{format_number(self.fit_megabytes.get(model, NAN), 0)} " for model in self.evaluations)),
            ("evaluation, s", *(f"{format_number(one.seconds, 2)} " for one in self.evaluations.values())),
        ]
        return Sheet("", header, rows, self.notes)

    def _cell(self, name: str, model: str) -> str:
        verdict, values = self.verdicts.get(name), self.evaluations[model].values
        mark = MARKS[verdict.of(model)] if verdict and name in values else " "
        return format_number(values.get(name, NAN)) + mark

    @property
    def _metrics(self) -> list[str]:
        return list(dict.fromkeys(name for one in self.evaluations.values() for name in one.values))

    def _row(self, name: str, model: str) -> dict[str, Any]:
        nothing = Interval(NAN, NAN, NAN)
        found = self.evaluations[model].intervals.get(name, nothing)
        verdict = self.verdicts.get(name)
        gap = verdict.behind.get(model, nothing) if verdict else nothing
        judged = verdict is not None and name in self.evaluations[model].values
        return {
            "metric": name, "model": model, "value": found.value, "low": found.low, "high": found.high,
            "behind": gap.value, "behind_low": gap.low, "behind_high": gap.high,
            "verdict": verdict.of(model) if judged and verdict else "",
        }  # fmt: skip


def _words(row: dict[str, Any]) -> str:
    """The verdict on a model, and where it is not the best how far behind it is."""
    if isnan(row["behind"]):
        return "not measured" if isnan(row["value"]) else row["verdict"]
    behind, low, high = (format_number(row[one]) for one in ("behind", "behind_low", "behind_high"))
    return f"{row['verdict']}\n{behind} worse ({low} to {high})"


def _curves(run: "Sequence[Epoch]") -> tuple[list[float], list[float]]:
    """Losses after each epoch, on the training and on held-out ratings."""
    return [one.train_loss for one in run], [one.valid_loss for one in run if one.valid_loss is not None]
