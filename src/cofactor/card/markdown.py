"""A card as Markdown."""

import re
from collections.abc import Iterable, Iterator
from datetime import date
from typing import TYPE_CHECKING

from cofactor.card.lights import LIGHT_WORDS
from cofactor.card.questions import HEAD, OF_SECTIONS, QUESTIONS
from cofactor.card.section import Section
from cofactor.card.verdict import OVERDUE, overdue, verdict

if TYPE_CHECKING:
    from cofactor.card.card import Card
    from cofactor.card.finding import Finding
    from cofactor.card.section import Fact

__all__ = ["NOT_ANSWERED", "NO_CLAIM", "escaped", "markdown"]

NOT_ANSWERED = "not answered"
NO_CLAIM = "This card states what was measured. It claims no compliance with any law."
SIGNS = re.compile(r"([\\`*_\[\]<>|#~])")


def escaped(text: str) -> str:
    """Text as Markdown shows it literally, in one line.

    >>> escaped("Heat *1995* <b>")
    'Heat \\\\*1995\\\\* \\\\<b\\\\>'
    """
    return SIGNS.sub(r"\\\1", " ".join(text.split()))


def markdown(card: "Card") -> str:
    """The whole card."""
    parts = [f"# Model card: {escaped(card.model)} on {escaped(card.data)}", *_head(card), "## Verdict"]
    parts += [escaped(verdict(card)), _table(card.findings.values()), NO_CLAIM]
    parts += [part for section in card.whole() for part in _section(card, section)]
    return "\n\n".join(parts) + "\n"


def _head(card: "Card") -> Iterator[str]:
    yield "\n".join(_answer(card, name) for name in HEAD)
    if overdue(card, date.today()):
        yield f"**{OVERDUE}**"
    if card.unanswered:
        yield "**Not answered by anybody yet:**"
        yield "\n".join(f"- {escaped(one)}" for one in card.unanswered)


def _answer(card: "Card", name: str) -> str:
    answer = card.answers.get(name)
    return f"- **{escaped(QUESTIONS[name])}** {escaped(answer) if answer else f'*{NOT_ANSWERED}*'}"


def _table(findings: "Iterable[Finding]") -> str:
    rows = [
        f"| {LIGHT_WORDS[one.light]} | {escaped(one.title)} | {one.value_text} | {one.threshold} |" for one in findings
    ]
    return "\n".join(["| light | what | value (interval) | held to |", "|---|---|---|---|", *rows])


def _section(card: "Card", section: Section) -> Iterator[str]:
    yield f"## {section.title}"
    yield from map(escaped, section.text)
    if section.facts:
        yield "\n".join(map(_fact, section.facts))
    if section.findings:
        yield "\n".join(map(_finding, section.findings))
    yield from (f"*{escaped(one.title)}.* {escaped(one.caption)}" for one in section.pictures)
    questions = OF_SECTIONS.get(section.key)
    if questions:
        yield "\n".join(_answer(card, name) for name in questions)
    if section.how:
        yield f"*{escaped(section.how)}*"


def _fact(one: "Fact") -> str:
    value = escaped(one.value)
    return f"- **{escaped(one.name)}:** {f'**{value}**' if one.red else value}"


def _finding(one: "Finding") -> str:
    light = "" if one.light == "none" else f" **{LIGHT_WORDS[one.light]}**."
    note = f" {escaped(one.note)}" if one.note else ""
    value = f" {one.value_text}." if one.is_measured else ""
    return f"- {escaped(one.title)}:{value}{light}{note} {escaped(one.sentence)}".rstrip()
