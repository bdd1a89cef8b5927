"""The verdict of a card in one paragraph, and its lights in a list."""

from datetime import date
from typing import TYPE_CHECKING

from cofactor.card.lights import LIGHT_WORDS, LIGHTS, Light
from cofactor.errors import counted, verb_of
from cofactor.sheet import align_columns

if TYPE_CHECKING:
    from cofactor.card.card import Card
    from cofactor.card.finding import Finding

__all__ = ["overdue", "verdict", "verdict_lines"]


HEADINGS: dict[Light, str] = {"red": "Problems", "amber": "To be watched", "green": "Good"}


def verdict(card: "Card") -> str:
    """One paragraph: how many lights of each colour, what the problems are, and what nobody has answered."""
    found = _by_light(card)
    n_measured = sum(len(found[light]) for light in ("green", "amber", "red"))
    if not n_measured:
        return f"Nothing that is held to a threshold was measured on this model. {_unanswered(card)}"
    things = counted(n_measured, "thing")
    sentences = [f"{things} {verb_of(n_measured, 'were')} measured against a threshold: {_counts(found)}."]
    sentences += [f"{what}: {_listed(found[light])}." for light, what in HEADINGS.items() if found[light]]
    if found["grey"]:
        n = len(found["grey"])
        earlier = " (or measured on an earlier model)" if any(one.earlier for one in found["grey"]) else ""
        sentences.append(f"Nothing is known of {counted(n, 'other')}: not measured{earlier}.")
    return " ".join([*sentences, _unanswered(card)])


def verdict_lines(card: "Card") -> list[str]:
    """The lines that a terminal shows: one for each light, and the verdict."""
    rows = [(LIGHT_WORDS[one.light], one.title, one.value_text) for one in card.findings.values()]
    heading = f"{card.model} on {card.data}"
    return [heading, "", *align_columns(rows, ("left", "left", "right")), "", verdict(card)]


def overdue(card: "Card", today: date) -> bool:
    """True where the date of review has passed."""
    review = card.answers.get("review_date")
    return review is not None and date.fromisoformat(review) < today


def _by_light(card: "Card") -> "dict[Light, list[Finding]]":
    found: dict[Light, list[Finding]] = {light: [] for light in LIGHTS}
    for one in card.findings.values():
        found[one.light].append(one)
    return found


def _counts(found: "dict[Light, list[Finding]]") -> str:
    words: dict[Light, tuple[str, str]] = {
        "green": ("is good", "are good"), "amber": ("is to be watched", "are to be watched"),
        "red": ("is a problem", "are problems"),
    }  # fmt: skip
    return ", ".join(f"{len(found[light])} {words[light][len(found[light]) != 1]}" for light in words)


def _listed(findings: "list[Finding]") -> str:
    return "; ".join(one.title[0].lower() + one.title[1:] for one in findings)


def _unanswered(card: "Card") -> str:
    n = len(card.unanswered)
    if not n:
        return "Every question to people is answered."
    return f"{counted(n, 'question')} that only people can answer {verb_of(n, 'are')} not answered."
