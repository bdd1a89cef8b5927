"""The verdict of a card in one paragraph, and its lights in a list."""

from datetime import date
from typing import TYPE_CHECKING

from cofactor.card.lights import LIGHT_WORDS, LIGHTS, Light
from cofactor.errors import counted, verb_of
from cofactor.sheet import align_columns

if TYPE_CHECKING:
    from cofactor.card.card import Card
    from cofactor.card.finding import Finding

__all__ = ["OVERDUE", "overdue", "verdict", "verdict_lines"]

OVERDUE = "The date of review has passed."


def verdict(card: "Card") -> str:
    """One paragraph: how many lights of each colour, what the problems are, and what nobody has answered."""
    found = _by_light(card)
    n_measured = sum(len(found[light]) for light in ("green", "amber", "red"))
    if not n_measured:
        return f"Nothing that is held to a threshold was measured on this model. {_unanswered(card)}"
    problems = f": {_listed(found['red'])}" if found["red"] else ""
    sentences = [f"Of {counted(n_measured, 'measure')} {_counts(found)}{problems}."]
    if found["grey"]:
        n, n_earlier = len(found["grey"]), sum(one.earlier for one in found["grey"])
        earlier = f", {n_earlier} of them on an earlier model alone" if n_earlier else ""
        sentences.append(f"{n} more {verb_of(n, 'were')} not taken{earlier}.")
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
    good, watched, problems = (len(found[light]) for light in ("green", "amber", "red"))
    return (
        f"{good} {verb_of(good, 'are')} good, {watched} {verb_of(watched, 'are')} to be watched and {problems} "
        f"{'is a problem' if problems == 1 else 'are problems'}"
    )


def _listed(findings: "list[Finding]") -> str:
    return "; ".join(one.title[0].lower() + one.title[1:] for one in findings)


def _unanswered(card: "Card") -> str:
    n = len(card.unanswered)
    if not n:
        return "Every question to people is answered."
    return f"{counted(n, 'question')} that only people can answer {verb_of(n, 'are')} not answered."
