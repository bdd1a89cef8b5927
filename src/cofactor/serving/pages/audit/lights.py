"""The lights of each part of the Audit view: those of the model's card, with what was measured here."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from cofactor.card.card import Card
from cofactor.card.finding import Finding
from cofactor.card.lights import LIGHT_WORDS
from cofactor.card.measures import MEASURES
from cofactor.card.section import Section
from cofactor.data.ratings import Ratings
from cofactor.recommender import Recommender
from cofactor.serving.opened import OpenModel
from cofactor.serving.pages.held_out import SEED

if TYPE_CHECKING:
    from cofactor.audit.card.card_audit import CardAudit

__all__ = ["LENGTH", "SECTION_OF", "LightShown", "Mark", "card_audit", "part_lights", "worst"]

SECTION_OF = {"exposure": "popularity", "groups": "accuracy", "bubble": "bubble", "reidentification": "privacy"}
WORST_FIRST = "red", "amber", "grey", "green"
LENGTH = 10  # of lists
CONFIDENCE, N_BOOTSTRAP = 0.95, 1000  # as of a card


@dataclass(frozen=True)
class Mark:
    """A light ("grey" where nothing was measured), and the word for it."""

    light: str
    word: str


@dataclass(frozen=True)
class LightShown(Mark):
    """A finding in words: its light, what was measured, its value, what that means, and what it was held to."""

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


def card_audit(opened: OpenModel, model: Recommender, test: Ratings, how: str) -> "CardAudit":
    """The means by which sections of a card are measured, as `cf.model_card` has them by default.

    model: of the same options, which has not seen the test     how: it is measured, in words
    """
    from cofactor.audit.card.card_audit import CardAudit

    return CardAudit(
        model=model, whole=opened.model.ratings, test=test, fingerprint=_card(opened).fingerprint, how=how, lists={},
        k=LENGTH, confidence=CONFIDENCE, n_bootstrap=N_BOOTSTRAP, seed=SEED, thresholds={}, quick=False,
    )  # fmt: skip


def part_lights(opened: OpenModel, measured: Iterable[Section]) -> dict[str, list[LightShown]]:
    """The lights of each part of the view. measured: the sections that were measured here"""
    card = _card(opened)
    for section in measured:
        card = card.with_sections([_joined(card, section)])
    findings = {one.key: one.findings for one in card.whole()}
    return {
        part: [LightShown.of(one) for one in findings[key] if one.name in MEASURES] for part, key in SECTION_OF.items()
    }


def worst(lights: Sequence[Mark]) -> Mark:
    """The worst of some lights."""
    return min(lights, key=lambda one: WORST_FIRST.index(one.light))


def _card(opened: OpenModel) -> Card:
    """The card that the model was saved with, of lists by the scores alone."""
    return opened.once("card", lambda: opened.model.card({}))


def _joined(card: Card, section: Section) -> Section:
    """The section with what the card has of it beside, such as an attack that takes long."""
    names = {one.name for one in section.findings}
    kept = (one for before in card.sections if before.key == section.key for one in before.findings)
    return replace(section, findings=(*section.findings, *(one for one in kept if one.name not in names)))
