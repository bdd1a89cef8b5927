"""A part of a model card: sentences, facts, findings, and pictures as numbers."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import NamedTuple, Self

from cofactor.card.finding import Finding

__all__ = ["NOT_GIVEN", "SECTIONS", "Curve", "Fact", "Picture", "Section"]

SECTIONS = {  # by key, in the order of the card
    "parameters": "What decides a list",
    "profile": "Lists without a profile",
    "objective": "What it is, and what it optimises",
    "values": "A second objective: values of items",
    "data": "The data, and who is in it",
    "accuracy": "How good it is, and for whom",
    "popularity": "What it shows: popular and rare items",
    "bubble": "If people follow it for long",
    "promise": "What privacy it promises",
    "privacy": "What it gives away about people",
    "cold_start": "New people and new items",
    "limits": "Limits",
    "harms": "Harms to think about",
    "making": "How it was made, and how to make it again",
}

NOT_MEASURED = "Not measured. cofactor audit measures it."
NOT_GIVEN = {  # what a section says where nothing was measured for it, by key
    "parameters": NOT_MEASURED,
    "profile": NOT_MEASURED,
    "values": "No table of item values was given: nothing here says what people are glad of, learn from, or regret.",
}


class Curve(NamedTuple):
    """A line of a picture, with a band around it where `low` and `high` are not empty; equally many numbers in each."""

    name: str
    x: Sequence[float]
    y: Sequence[float]
    low: Sequence[float] = ()
    high: Sequence[float] = ()


class Picture(NamedTuple):
    """A chart of lines as plain numbers, so that a kept card holds nothing that a page would run.

    caption: what is to be seen in it, in words, for those who cannot see it, too
    """

    title: str
    caption: str
    x_label: str
    y_label: str
    curves: Sequence[Curve]


class Fact(NamedTuple):
    """Something known about a model or its data that is neither good nor bad. red: it is shown so: nothing covers it"""

    name: str
    value: str
    red: bool = False


@dataclass(frozen=True, kw_only=True)
class Section:
    """One part of the card.

    key: of `SECTIONS`     how: when and on what it was measured; empty for facts that the model holds
    """

    key: str
    text: tuple[str, ...] = ()
    facts: tuple[Fact, ...] = ()
    findings: tuple[Finding, ...] = ()
    pictures: tuple[Picture, ...] = ()
    how: str = ""

    @property
    def title(self) -> str:
        """Its heading."""
        return SECTIONS[self.key]

    def on_model(self, fingerprint: str) -> Self:
        """The section as the card of the model with this fingerprint shows it."""
        findings = tuple(one.on_model(fingerprint) for one in self.findings)
        how = f"All of this is of an earlier model. {self.how}" if any(one.earlier for one in findings) else self.how
        return replace(self, findings=findings, how=how)
