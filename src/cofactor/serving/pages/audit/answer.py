"""What every audit answers with: what it measures, how far it is, and what it found."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

from cofactor.card.finding import Finding
from cofactor.card.lights import LIGHT_WORDS
from cofactor.serving.opened import Shelf
from cofactor.serving.pages.panels import MeasureView
from cofactor.serving.pages.rows import plain

__all__ = [
    "AuditAbout", "AuditAnswer", "AuditFound", "AuditKind", "LightShown", "Setting", "answer_of", "job_key",
    "lights_of", "table_rows",
]  # fmt: skip

WORST_FIRST = "red", "amber", "grey", "green"


@dataclass(frozen=True)
class AuditKind:
    """An audit by the name that addresses have, its title, and in a few sentences what it measures and how."""

    name: str
    title: str
    says: str


@dataclass(frozen=True)
class LightShown:
    """A finding in words: its light ("grey" where it was not measured) and the word for it, what was measured, its
    value, what that means, and what it was held to."""

    light: str
    word: str
    title: str
    value: str
    sentence: str
    threshold: str
    note: str

    @classmethod
    def of(cls, one: Finding) -> "LightShown":
        """The finding as the page shows it."""
        threshold = "" if one.threshold is None else str(one.threshold)
        return cls(one.light, LIGHT_WORDS[one.light], one.title, one.value_text, one.sentence, threshold, one.note)


@dataclass(frozen=True)
class Mark:
    """A light, and the word for it."""

    light: str
    word: str


NOT_MEASURED, MEASURED = Mark("grey", LIGHT_WORDS["grey"]), Mark("none", "measured")


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
    settings: with the values to begin with     light: the worst of `lights`; grey where it was not measured
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
    light: Mark
    lights: list[LightShown] = field(default_factory=list[LightShown])


@dataclass(frozen=True)
class AuditFound:
    """The results of an audit.

    views: of each part of the page that shows it, by measure     rows: the table that `python` gives, row by row
    """

    views: dict[str, list[MeasureView]]
    rows: list[dict[str, Any]]
    notes: list[str]
    python: str
    lights: list[LightShown]


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
    job = shelf.background.state(job_key(shelf, kind.name))
    found: AuditFound | None = job.result
    about = AuditAbout(
        kind.name, kind.title, kind.says, job.state, job.says, job.progress, job.seconds, cannot,
        list(settings), _worst(found), found.lights if found else [],
    )  # fmt: skip
    return AuditAnswer(about, found)


def _worst(found: AuditFound | None) -> Mark:
    if found is None:
        return NOT_MEASURED
    marks = {one.light: Mark(one.light, one.word) for one in found.lights}
    return next((marks[one] for one in WORST_FIRST if one in marks), MEASURED)


def lights_of(findings: Sequence[Finding]) -> list[LightShown]:
    """The lights of findings, in their order."""
    return [LightShown.of(one) for one in findings]


def table_rows(columns: Mapping[str, Sequence[Any]]) -> list[dict[str, Any]]:
    """The rows of a table given as columns, as JSON has them."""
    return [dict(zip(columns, map(plain, row), strict=True)) for row in zip(*columns.values(), strict=True)]
