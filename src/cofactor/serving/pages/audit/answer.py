"""What every audit answers with: what it measures, how far it is, and what it found."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal, NamedTuple

from cofactor.card.section import Section
from cofactor.serving.opened import Shelf
from cofactor.serving.pages.audit.lights import LightShown, Mark, part_lights, worst
from cofactor.serving.pages.panels import MeasureView
from cofactor.serving.pages.rows import plain

__all__ = [
    "AUDITS", "AuditAbout", "AuditAnswer", "AuditFound", "AuditKind", "Measured", "Setting", "answer_of", "job_key",
    "table_rows",
]  # fmt: skip

AUDITS = "popularity", "bubble", "reidentification"


@dataclass(frozen=True)
class AuditKind:
    """An audit by the name that addresses have, its title, what it measures and how, and the parts that show it."""

    name: str
    title: str
    says: str
    parts: tuple[str, ...]


@dataclass(frozen=True)
class Setting:
    """A setting of an audit: a number from `low` to `high`, or one of `choices`, each with its label."""

    name: str
    label: str
    value: int | str
    low: int | None = None
    high: int | None = None
    choices: dict[str, str] | None = None


@dataclass(frozen=True)
class AuditAbout:
    """An audit of the model shown, and how far it is.

    state: "waiting" while another one runs     step, progress: of what runs; what went wrong where it failed
    seconds: that it took     cannot: why it cannot be made of this model; None where it can
    settings: with the values to begin with     lights: of each part of the view that shows it     light: their worst
    """

    name: str
    title: str
    says: str
    state: Literal["none", "waiting", "running", "ready", "failed"]
    step: str
    progress: float | None
    seconds: float | None
    cannot: str | None
    settings: list[Setting]
    light: dict[str, Mark]
    lights: dict[str, list[LightShown]]


@dataclass(frozen=True)
class AuditFound:
    """The results of an audit.

    views: of each part of the view that shows it, by measure     rows: the table that `python` gives, row by row
    """

    views: dict[str, list[MeasureView]]
    rows: list[dict[str, Any]]
    notes: list[str]
    python: str


class Measured(NamedTuple):
    """The results of an audit, and the sections of the model's card that they make."""

    found: AuditFound
    sections: tuple[Section, ...]


@dataclass(frozen=True)
class AuditAnswer:
    """An audit as far as it is, and what it found when it was last made."""

    about: AuditAbout
    found: AuditFound | None


def job_key(shelf: Shelf, name: str) -> str:
    """The key of an audit's work: a result is of one model, known by its fingerprint."""
    return f"{shelf.opened.fingerprint} {name}"


def answer_of(
    shelf: Shelf, kind: AuditKind, *, cannot: str | None = None, settings: Sequence[Setting] = ()
) -> AuditAnswer:
    """The answer of an audit of the model shown. cannot: why it cannot be made, where it cannot"""
    jobs = {name: shelf.background.state(job_key(shelf, name)) for name in AUDITS}
    results: dict[str, Measured] = {name: job.result for name, job in jobs.items() if job.result is not None}
    all_lights = part_lights(shelf.opened, [one for result in results.values() for one in result.sections])
    lights = {part: all_lights[part] for part in kind.parts}
    job = jobs[kind.name]
    about = AuditAbout(
        kind.name, kind.title, kind.says, job.state, job.says, job.progress, job.seconds, cannot, list(settings),
        {part: worst(of) for part, of in lights.items()}, lights,
    )  # fmt: skip
    return AuditAnswer(about, results[kind.name].found if kind.name in results else None)


def table_rows(columns: Mapping[str, Sequence[Any]]) -> list[dict[str, Any]]:
    """The rows of a table given as columns, as JSON has them."""
    return [dict(zip(columns, map(plain, row), strict=True)) for row in zip(*columns.values(), strict=True)]
