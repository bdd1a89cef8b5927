"""What every audit's answer begins with: what it measures, how far it is, and the lights of what it found."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Literal

from cofactor.card.finding import Finding
from cofactor.card.lights import LIGHT_WORDS
from cofactor.serving.background import JobState
from cofactor.serving.opened import Shelf

__all__ = ["AuditAbout", "AuditKind", "Light", "audit_about", "job_key", "job_of", "lights_of"]


@dataclass(frozen=True)
class AuditKind:
    """An audit by the name that addresses have, its title, and in a few sentences what it measures and how."""

    name: str
    title: str
    says: str


@dataclass(frozen=True)
class Light:
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
    def of(cls, one: Finding) -> "Light":
        """The finding as the page shows it."""
        threshold = "" if one.threshold is None else str(one.threshold)
        return cls(one.light, LIGHT_WORDS[one.light], one.title, one.value_text, one.sentence, threshold, one.note)


@dataclass(frozen=True)
class AuditAbout:
    """An audit of the model shown, and how far it is.

    state: "waiting" while another one runs     step, progress: of what runs; what went wrong where it failed
    seconds: that it took     cannot: why it cannot be made of this model; None where it can
    """

    name: str
    title: str
    says: str
    state: Literal["none", "waiting", "running", "ready", "failed"]
    step: str
    progress: float | None
    seconds: float | None
    cannot: str | None
    lights: list[Light] = field(default_factory=list[Light])


def job_key(shelf: Shelf, name: str) -> str:
    """The key of an audit's work: a result is of one model, known by its fingerprint."""
    return f"{shelf.opened.fingerprint} {name}"


def job_of(shelf: Shelf, kind: AuditKind) -> JobState:
    """The work of an audit of the model shown."""
    return shelf.background.state(job_key(shelf, kind.name))


def audit_about(kind: AuditKind, job: JobState, cannot: str | None = None) -> AuditAbout:
    """An audit as its answer begins; a result has `lights`."""
    lights = list[Light]() if job.result is None else job.result.lights
    return AuditAbout(
        kind.name, kind.title, kind.says, job.state, job.says, job.progress, job.seconds, cannot, lights
    )  # fmt: skip


def lights_of(findings: Sequence[Finding]) -> list[Light]:
    """The lights of findings, in their order."""
    return [Light.of(one) for one in findings]
