"""A card as one HTML page that needs nothing else: no script, no font and no picture from elsewhere."""

from collections.abc import Iterable, Iterator
from datetime import date
from html import escape
from importlib.resources import files
from typing import TYPE_CHECKING

from cofactor.card.chart import svg
from cofactor.card.lights import LIGHT_WORDS, Light
from cofactor.card.markdown import NO_CLAIM, NOT_ANSWERED
from cofactor.card.questions import HEAD, OF_SECTIONS, QUESTIONS
from cofactor.card.section import Fact, Picture, Section
from cofactor.card.verdict import OVERDUE, overdue, verdict
from cofactor.errors import counted

if TYPE_CHECKING:
    from cofactor.card.card import Card
    from cofactor.card.finding import Finding

__all__ = ["page"]

SHAPES: dict[Light, str] = {  # a light is told by its shape and its word, too, not by colour alone
    "green": '<circle cx="8" cy="8" r="6"/>',
    "amber": '<path d="M8 2 15 14H1Z"/>',
    "red": '<path d="M5 1.5h6L14.5 5v6L11 14.5H5L1.5 11V5Z"/>',
    "grey": '<circle cx="8" cy="8" r="5" class="hollow"/>',
}

UNCOVERED = ' class="uncovered"'


def page(card: "Card") -> str:
    """The whole page; every text is escaped."""
    title = escape(f"Model card: {card.model} on {card.data}")
    style = files("cofactor.card").joinpath("page.css").read_text(encoding="utf-8")
    body = "".join([*_head(card), *_verdict(card), *(part for one in card.whole() for part in _section(card, one))])
    return (
        '<!doctype html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        '<meta name="color-scheme" content="light dark">\n'
        "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'\">\n"
        f"<title>{title}</title>\n<style>\n{style}</style>\n</head>\n<body>\n<main>\n{body}\n</main>\n</body>\n</html>\n"
    )


def _head(card: "Card") -> Iterator[str]:
    yield f'<header><p class="kind">Model card</p><h1>{escape(card.model)} <span>on {escape(card.data)}</span></h1>'
    yield f'<dl class="head">{"".join(_answer(card, name) for name in HEAD)}</dl>'
    if overdue(card, date.today()):
        yield f'<p class="overdue">{OVERDUE}</p>'
    if card.unanswered:
        items = "".join(f"<li>{escape(one)}</li>" for one in card.unanswered)
        summary = f"<summary>{counted(len(card.unanswered), 'question')} not answered by anybody yet</summary>"
        yield f'<details class="open-questions">{summary}<ul>{items}</ul></details>'
    yield "</header>\n"


def _answer(card: "Card", name: str) -> str:
    answer = card.answers.get(name)
    shown = escape(answer) if answer else f'<span class="unanswered">{NOT_ANSWERED}</span>'
    return f"<div><dt>{escape(QUESTIONS[name])}</dt><dd>{shown}</dd></div>"


def _verdict(card: "Card") -> Iterator[str]:
    rows = "".join(
        f'<li><a href="#{_anchor(one)}"><span class="rank">{_light(one.light)}</span><span class="what">'
        f'{escape(one.title)}</span><span class="much">{_much(one)}</span></a></li>'
        for one in card.findings.values()
    )
    yield '<section class="verdict" aria-labelledby="verdict"><h2 id="verdict">Verdict</h2>'
    yield f"<p>{escape(verdict(card))}</p>"
    yield f'<ul class="lights">{rows}</ul><p class="small">{NO_CLAIM}</p></section>\n'


def _section(card: "Card", section: Section) -> Iterator[str]:
    yield f'<section aria-labelledby="{section.key}"><h2 id="{section.key}">{escape(section.title)}</h2>'
    yield from (f"<p>{escape(one)}</p>" for one in section.text)
    yield _rows(section.facts)
    yield from map(_finding, (one for one in section.findings if not _is_plain(one)))
    yield _rows(Fact(one.title, one.value_text) for one in section.findings if _is_plain(one))
    yield from map(_picture, section.pictures)
    questions = OF_SECTIONS.get(section.key)
    if questions:
        yield f'<dl class="questions">{"".join(_answer(card, name) for name in questions)}</dl>'
    if section.how:
        yield f'<p class="small">{escape(section.how)}</p>'
    yield "</section>\n"


def _rows(facts: Iterable[Fact]) -> str:
    rows = "".join(
        f"<div{UNCOVERED if one.red else ''}><dt>{escape(one.name)}</dt><dd>{escape(one.value)}</dd></div>"
        for one in facts
    )
    return f'<dl class="facts">{rows}</dl>' if rows else ""


def _is_plain(one: "Finding") -> bool:
    """True for a value that has nothing to be said of: a row among others."""
    return one.light == "none" and not one.sentence


def _finding(one: "Finding") -> str:
    held = f'<p class="small">{escape(str(one.threshold))}</p>' if one.threshold else ""
    note = f'<p class="note">{escape(one.note)}</p>' if one.note else ""
    sentence = f"<p>{escape(one.sentence)}</p>" if one.sentence else ""
    value = f'<p class="value">{escape(one.value_text)}</p>' if one.is_measured else ""
    return (
        f'<div class="finding {one.light}" id="{_anchor(one)}"><div class="top"><h3>{escape(one.title)}</h3>'
        f"{_light(one.light)}</div>{value}{sentence}{note}{held}</div>"
    )


def _anchor(one: "Finding") -> str:
    return escape(f"finding-{one.name}".replace(" ", "-"), quote=True)


def _light(light: Light) -> str:
    if light == "none":
        return ""
    shape = f'<svg viewBox="0 0 16 16" aria-hidden="true">{SHAPES[light]}</svg>'
    return f'<span class="light {light}">{shape}{LIGHT_WORDS[light]}</span>'


def _much(one: "Finding") -> str:
    return escape(one.value_text) if one.is_measured else ""


def _picture(picture: Picture) -> str:
    key = "".join(f'<span><i class="c{at}"></i>{escape(one.name)}</span>' for at, one in enumerate(picture.curves))
    return (
        f'<figure><figcaption><b>{escape(picture.title)}</b></figcaption>{svg(picture)}<p class="key">{key}</p>'
        f'<p class="small">{escape(picture.caption)}</p></figure>'
    )
