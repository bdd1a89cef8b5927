"""A model card: who answers for a model, what was measured of it with lights, and what nobody has answered
[mitchell2019cards]."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Self

from cofactor.card.finding import Finding
from cofactor.card.lights import Threshold
from cofactor.card.measures import GUARDS, MEASURES, Thresholds, not_measured
from cofactor.card.questions import QUESTIONS
from cofactor.card.section import NOT_GIVEN, SECTIONS, Section
from cofactor.errors import BadOption, NotSaved, shown
from cofactor.sheet import TextMixin

__all__ = ["Card", "check_card_path"]


@dataclass(frozen=True, kw_only=True)
class Card(TextMixin):
    """The card of one model: `html()`, `markdown()`, `write("card.html")`, `findings`, or printed as its verdict.

    model, data: names of its class and of its ratings     fingerprint: of the model and of the options of its lists
    lists: options of `recommend` by which its lists are made; empty: those of the highest scores
    thresholds: that lights are held to, where they are not those of `MEASURES`
    """

    model: str
    data: str
    fingerprint: str
    sections: tuple[Section, ...]
    lists: Mapping[str, Any] = field(default_factory=dict[str, Any])
    answers: Mapping[str, str] = field(default_factory=dict[str, str])
    thresholds: Thresholds = field(default_factory=dict[str, Threshold])

    @property
    def findings(self) -> dict[str, Finding]:
        """Everything that is held to a threshold, by name, in the order of the card; what was not measured is grey."""
        return {one.name: one for section in self.whole() for one in section.findings if one.name in MEASURES}

    @property
    def unanswered(self) -> list[str]:
        """The questions that nobody has answered."""
        return [question for name, question in QUESTIONS.items() if name not in self.answers]

    def whole(self) -> list[Section]:
        """All sections in the order of the card, each with its measures, taken or not, and held back where their guards
        are not green."""
        there = {one.key: one for one in self.sections}
        sections = [self._section(there.get(key, _not_given(key))) for key in SECTIONS]
        guards = [one for section in sections for one in section.findings if one.name in GUARDS]
        return [_with_guards(one, guards) for one in sections]

    def _section(self, section: Section) -> Section:
        section = section.on_model(self.fingerprint)
        section = replace(section, findings=tuple(map(self._held_to, section.findings)))
        names = {one.name for one in section.findings}
        absent = [name for name, one in MEASURES.items() if one.section == section.key and name not in names]
        missing = [not_measured(name, thresholds=self.thresholds) for name in absent]
        return replace(section, findings=(*section.findings, *missing))

    def _held_to(self, one: Finding) -> Finding:
        """The finding held to the card's thresholds, whatever they were when it was measured."""
        usual = MEASURES.get(one.name)
        return one if usual is None else replace(one, threshold=self.thresholds.get(one.name, usual.threshold))

    def of_model(self, fingerprint: str, facts: Sequence[Section], lists: Mapping[str, Any] | None = None) -> Self:
        """The card of a model with these facts: what was measured on another is grey on it. lists: None: as they are"""
        card = replace(self, fingerprint=fingerprint, lists=self.lists if lists is None else lists)
        return card.with_sections(facts)

    def with_sections(self, sections: Sequence[Section]) -> Self:
        """The card with these sections in place of those of the same keys."""
        new = {one.key: one for one in sections}
        return replace(self, sections=(*(one for one in self.sections if one.key not in new), *new.values()))

    def markdown(self) -> str:
        """The card as Markdown; text from data is escaped."""
        from cofactor.card.markdown import markdown

        return markdown(self)

    def html(self) -> str:
        """The card as one page that needs nothing else: no script, no font, no picture from elsewhere."""
        from cofactor.card.page import page

        return page(self)

    def write(self, path: str | Path) -> Path:
        """Write the card as a page or as Markdown, by the ending of the path, and return that.

        Raises `BadOption` for another ending, `NotSaved` where the system refuses.
        """
        path = Path(path)
        check_card_path(path)
        text = self.markdown() if path.suffix.lower() == ".md" else self.html()
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8")
        except OSError as error:
            raise NotSaved(f"{path} could not be written: {error}. Choose another path.") from error
        return path

    def __str__(self) -> str:
        from cofactor.card.verdict import verdict_lines

        return "\n".join(verdict_lines(self))


def _not_given(key: str) -> Section:
    return Section(key=key, text=(NOT_GIVEN[key],) if key in NOT_GIVEN else ())


def _with_guards(section: Section, guards: Sequence[Finding]) -> Section:
    def held(one: Finding) -> Finding:
        needed = MEASURES[one.name].guards if one.name in MEASURES else ()
        return one.held_to(guard for guard in guards if guard.name in needed) if needed else one

    return replace(section, findings=tuple(map(held, section.findings)))


def check_card_path(path: str | Path) -> None:
    """Raise `BadOption` where a path ends in neither .html nor .md."""
    if Path(path).suffix.lower() not in (".html", ".htm", ".md"):
        raise BadOption(f"A card is written as card.html or card.md, but {shown(str(path))} came.")
