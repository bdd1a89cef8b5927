"""`cofactor.compare`: which model is best, and is that difference real?

All models are measured on the same test and the same resampled users, so that a difference is taken sample by sample
and what makes users hard or easy for every model falls out of it. A model is named the winner of a metric only if
it is ahead of every other one by an interval that excludes 0; the intervals hold together (Bonferroni over the other
models), for the best is looked for among several. Several metrics are not corrected for: name yours beforehand.
"""

import warnings
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from statistics import median
from typing import TYPE_CHECKING, Any, cast

from cofactor.data.expecting import expect_ratings
from cofactor.data.ratings import Ratings
from cofactor.data.tables import make_table
from cofactor.errors import BadOption, ComparisonStopped, shown
from cofactor.evaluation.bootstrap import Interval, check_level
from cofactor.evaluation.evaluate import Evaluation, checked_options, evaluate_held_out
from cofactor.evaluation.held_out import HeldOut
from cofactor.evaluation.literature import published_findings
from cofactor.evaluation.metric_names import as_list, requested_metrics
from cofactor.evaluation.repeats import Fits, averaged, fit_each
from cofactor.evaluation.text_table import align_columns, format_number
from cofactor.evaluation.verdicts import BEHIND, TIED, WINNER, Verdict, verdicts_of
from cofactor.hyperparameters import conformed, seed_of
from cofactor.plots import loss_curves
from cofactor.recommender import Recommender, expect_model

if TYPE_CHECKING:
    from cofactor.run.epoch import Epoch

__all__ = ["Comparison", "compare"]

NAN = float("nan")
MARKS = {WINNER: "*", TIED: "~", BEHIND: " "}  # behind the value, where it is printed


@dataclass(frozen=True, eq=False)
class Comparison:
    """Several models on one test: `verdicts["ndcg@10"].winner`, `evaluations[name]`, `table()`, or printed.

    fits: of each model what its fits cost, and their losses; more than one where there were several seeds
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
        """Of each model that was fitted here, the median over its fits."""
        return {name: median(fits.seconds) for name, fits in self.fits.items() if fits.seconds}

    @property
    def fit_megabytes(self) -> dict[str, float]:
        """The most memory that fitting took beyond what was taken before, where the system tells."""
        return {name: max(fits.megabytes) for name, fits in self.fits.items() if fits.megabytes}

    @property
    def n_learned(self) -> dict[str, int]:
        """How many numbers each model learned."""
        return {name: fits.models[0].n_learned for name, fits in self.fits.items()}

    def plot_losses(self) -> Any:
        """A figure: the loss after every epoch of each model that trains by epochs, a line a seed."""
        curves = {name: fits.histories for name, fits in self.fits.items() if fits.histories}
        if not curves:
            raise BadOption(f"None of {', '.join(self.fits)} trains by epochs, so there are no losses to show.")
        return loss_curves({name: [_curves(run) for run in runs] for name, runs in curves.items()})

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

    def table(self) -> Any:
        """`columns` as a data frame in the library the test came in."""
        return make_table(self.columns(), next(iter(self.evaluations.values())).library)

    def __str__(self) -> str:
        rows = [
            ("", *(f"{model} " for model in self.evaluations)),
            *((name, *(self._cell(name, model) for model in self.evaluations)) for name in self._metrics),
            ("numbers learned", *(f"{self.n_learned[model]:,} " for model in self.evaluations)),
            ("fit, s", *(f"{format_number(self.fit_seconds.get(model, NAN), 2)} " for model in self.evaluations)),
            ("fit, MB", *(f"{format_number(self.fit_megabytes.get(model, NAN), 0)} " for model in self.evaluations)),
            ("evaluation, s", *(f"{format_number(one.seconds, 2)} " for one in self.evaluations.values())),
        ]
        return "\n".join([*align_columns(rows), "", *self.notes])

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


def compare(
    models: Iterable[Recommender] | Mapping[str, Recommender], train: Ratings, test: Ratings, *,
    metrics: Iterable[str] | None = None, k: int | Iterable[int] = 10, relevant: float | None = None,
    confidence: float = 0.95, n_bootstrap: int = 1000, seed: int = 0, clip: bool = False,
    seeds: Iterable[int] | None = None, watch: bool = False, progress: bool | None = None,
) -> Comparison:  # fmt: skip
    """Measure several models on the same test, and say which is best where that is beyond the noise.

    models: in a list, or by the names they shall have; those that are not fitted yet are fitted on `train`
    seeds: fit each model that draws at random once with each of them; values are then means over the fits, and the
        intervals hold what users differ by and what seeds do. None: once, as it is
    watch: note the loss on the test after every epoch, for `plot_losses`; nothing is learned from it
    progress: of the fitting, as in `Recommender.fit`     everything else: as in `evaluate`

    Ctrl-C ends it with a `ComparisonStopped` warning: the models that were measured by then are compared.
    Raises `BadOption` for fewer than two models and for what is none.
    """
    expect_ratings(train, "compare trains on")
    expect_ratings(test, "compare measures on")
    named = _named(models)
    if len(named) < 2:
        raise BadOption(f"A comparison needs at least 2 models, but {len(named)} came.")
    confidence, n_bootstrap, seed, _ = how = checked_options(confidence, n_bootstrap, seed, clip)
    check_level(_joint_level(confidence, len(named)), n_bootstrap)
    watch, relevant = conformed("watch", bool, watch), conformed("relevant", float | None, relevant)
    requested, drawn = requested_metrics(metrics, k), _seeds(seeds)
    held = HeldOut.of(train, test, relevant)
    fits: dict[str, Fits] = {}
    evaluations: dict[str, Evaluation] = {}
    try:
        for place, (name, model) in enumerate(named.items()):
            its_fits = fit_each(model, train, drawn, test if watch else None, progress)
            runs = list[Evaluation]()
            for one in its_fits.models:
                its = held if one.ratings is train else HeldOut.of(one.ratings, test, held.relevant_from)
                runs.append(evaluate_held_out(one, its, name, requested, *how))
            fits[name], evaluations[name] = its_fits, averaged(runs, seed + place)
    except KeyboardInterrupt:
        if len(evaluations) < 2:
            raise
        warnings.warn(ComparisonStopped([name for name in named if name not in evaluations]), stacklevel=2)
    level = _joint_level(confidence, len(evaluations))
    verdicts = verdicts_of(evaluations, level)
    left_out = tuple(name for name in named if name not in evaluations)
    notes = (*_notes(fits, evaluations, train, level), *_published(fits, verdicts))
    return Comparison(evaluations, verdicts, fits, confidence, (*_interrupted(left_out), *notes), left_out)


def _joint_level(confidence: float, n_models: int) -> float:
    """Of each model's interval, so that those of all others hold together."""
    return 1 - (1 - confidence) / (n_models - 1)


def _interrupted(left_out: Sequence[str]) -> list[str]:
    return [str(ComparisonStopped(left_out))] if left_out else []


def _curves(run: Sequence["Epoch"]) -> tuple[list[float], list[float]]:
    """Losses after each epoch, on the training and on held-out ratings."""
    return [one.train_loss for one in run], [one.valid_loss for one in run if one.valid_loss is not None]


def _seeds(seeds: Iterable[int] | None) -> list[int] | None:
    if seeds is None:
        return None
    found = [seed_of(seed) for seed in as_list(seeds)]
    if len(set(found)) < max(2, len(found)):
        raise BadOption(f"seeds lists two or more different numbers, such as range(5), but {found} came.")
    return found


def _named(models: Iterable[Recommender] | Mapping[str, Recommender]) -> dict[str, Recommender]:
    """By the names given, else by class and the options in which a model differs from others of its class."""
    if isinstance(models, Mapping):
        for model in models.values():
            expect_model(model, "compare measures")
        return dict(cast("Mapping[str, Recommender]", models))
    if isinstance(models, (Recommender, type)) or not isinstance(models, Iterable):
        raise BadOption(f"compare takes several models, as in [cf.EASE(), cf.Popularity()], but {shown(models)} came.")
    named: dict[str, Recommender] = {}
    models = list(models)
    for model in models:
        expect_model(model, "compare measures")
    for at, model in enumerate(models, start=1):
        mine, kind = model.options(), type(model).__name__
        others = [one.options() for one in models if type(one) is type(model)]
        differing = [f"{o}={mine[o]!r}" for o in mine if any(repr(its[o]) != repr(mine[o]) for its in others)]
        name = f"{kind}({', '.join(differing)})" if differing else kind
        named[name if name not in named else f"{name} #{at}"] = model
    return named


def _published(fits: Mapping[str, Fits], verdicts: Mapping[str, Verdict]) -> list[str]:
    """What others found about these models, and what this run says, by the first metric it decides."""

    def ahead(one: str, other: str) -> str:
        told = [words for name, verdict in verdicts.items() if (words := verdict.lead_of(name, one, other))]
        return told[0] if told else "no metric tells them apart"

    return published_findings({name: type(its.models[0]).__name__ for name, its in fits.items()}, ahead)


def _notes(
    fits: Mapping[str, Fits], evaluations: Mapping[str, Evaluation], train: Ratings, level: float
) -> tuple[str, ...]:
    first, others = next(iter(evaluations.values())), len(fits) - 1
    notes = [
        f"On {first.test}.",
        *first.notes,
        f"* winner: ahead of each other model by a paired {level:.1%} interval that excludes 0 "
        f"(Bonferroni over {others} other{'s' if others > 1 else ''}).",
        "~ inside the noise: cannot be told from the best of its row.",
    ]
    n_fits = max(len(its.models) for its in fits.values())
    if n_fits > 1:
        notes.append(
            f"Each model that draws at random was fitted with {n_fits} seeds: values are means over them, intervals "
            f"hold what users differ by and what seeds do."
        )
    elsewhere = [name for name, its in fits.items() if not _same(its.models[0].ratings, train)]
    if elsewhere:
        notes.append(f"Not fitted on these training ratings but on others: {', '.join(elsewhere)}.")
    return tuple(notes)


def _same(one: Ratings, other: Ratings) -> bool:
    return one is other or one.fingerprint == other.fingerprint
