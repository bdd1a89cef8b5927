"""The sentences below a comparison's table: what was measured on what, what is missing, and what the marks mean."""

from collections.abc import Mapping, Sequence

from cofactor.data.ratings import Ratings
from cofactor.errors import ComparisonStopped, counted
from cofactor.evaluation.evaluate import Evaluation, left_out_note
from cofactor.evaluation.literature import published_findings
from cofactor.evaluation.repeats import Fits
from cofactor.evaluation.verdicts import Verdict

__all__ = ["comparison_notes"]


def comparison_notes(
    fits: Mapping[str, Fits], evaluations: Mapping[str, Evaluation], verdicts: Mapping[str, Verdict], train: Ratings,
    level: float, left_out: Sequence[str],
) -> tuple[str, ...]:  # fmt: skip
    """All notes, in the order in which they are printed.

    level: of each paired interval, such that those of all models hold together     left_out: models not measured
    """
    first = next(iter(evaluations.values()))
    return (
        *([str(ComparisonStopped(left_out))] if left_out else []),
        f"On {first.test}.",
        *first.notes,
        *_left_out_metrics(evaluations),
        *_legend(level, len(fits) - 1),
        *_seeds(fits),
        *_other_training(fits, train),
        *_published(fits, verdicts),
    )


def _left_out_metrics(evaluations: Mapping[str, Evaluation]) -> list[str]:
    """One line a reason: the metrics that models could not be given, and which models where it is not all of them."""
    models: dict[tuple[str, tuple[str, ...]], list[str]] = {}
    for model, one in evaluations.items():
        for reason in one.left_out_by_reason.items():
            models.setdefault(reason, []).append(model)
    return [
        left_out_note(names, why, those if len(those) < len(evaluations) else ())
        for (why, names), those in models.items()
    ]


def _legend(level: float, n_others: int) -> list[str]:
    return [
        f"* winner: ahead of each other model by a paired {level:.1%} interval that excludes 0 "
        f"(Bonferroni over {counted(n_others, 'other')}).",
        "~ inside the noise: cannot be told from the best of its row.",
    ]


def _seeds(fits: Mapping[str, Fits]) -> list[str]:
    n_fits = max(len(its.models) for its in fits.values())
    return [
        f"Each model that draws at random was fitted with {n_fits} seeds: values are means over them, intervals "
        f"hold what users differ by and what seeds do."
    ] * (n_fits > 1)


def _other_training(fits: Mapping[str, Fits], train: Ratings) -> list[str]:
    others = [name for name, its in fits.items() if not _are_same(its.models[0].ratings, train)]
    return [f"Not fitted on these training ratings but on others: {', '.join(others)}."] if others else []


def _are_same(one: Ratings, other: Ratings) -> bool:
    return one is other or one.fingerprint == other.fingerprint


def _published(fits: Mapping[str, Fits], verdicts: Mapping[str, Verdict]) -> list[str]:
    """What others found about these models, and whether this run agrees by the first metric that decides it."""

    def lead(one: str, other: str) -> str:
        leads = [sentence for name, verdict in verdicts.items() if (sentence := verdict.lead_of(name, one, other))]
        return leads[0] if leads else "no metric tells them apart"

    return published_findings({name: type(its.models[0]).__name__ for name, its in fits.items()}, lead)
