"""One thing that was measured of a model: its value with an interval, its light, and what that means in a sentence."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Literal, Self

from cofactor.card.lights import Light, Threshold, light_of
from cofactor.sheet import format_number

__all__ = ["Finding"]

NAN = float("nan")


@dataclass(frozen=True, kw_only=True)
class Finding:
    """A measured value of a model, held to a threshold. The light is worked out from these, and never given.

    name: by which thresholds are set, such as "exposure_gini"     title: the same in a few words
    sentence: what the value means, for somebody who knows nothing of metrics
    value, low, high: nan where it was not measured     unit: "%" for shares, written as percentages, or ""
    threshold: what it was held to; None: it is neither good nor bad
    fingerprint: of the model it was measured on     held_back_by: titles of findings without which this may not be
    green: what a list gains by items that nobody wants is no gain
    earlier: it was measured on an earlier model than the one that the card is of
    """

    name: str
    title: str
    sentence: str
    value: float = NAN
    low: float = NAN
    high: float = NAN
    unit: Literal["%", ""] = ""
    threshold: Threshold | None = None
    fingerprint: str = ""
    held_back_by: tuple[str, ...] = ()
    earlier: bool = False

    @property
    def light(self) -> Light:
        """Green, amber or red; grey where it was not measured on this model; none where no threshold is."""
        if self.earlier:
            return "grey"
        light = light_of(self.value, self.low, self.high, self.threshold)
        return "amber" if light == "green" and self.held_back_by else light

    @property
    def is_measured(self) -> bool:
        """True where there is a value, of whatever model."""
        return self.value == self.value

    @property
    def value_text(self) -> str:
        """The value and its interval as text."""
        if not self.is_measured:
            return "not measured"
        value, low, high = (self._written(one) for one in (self.value, self.low, self.high))
        percent = " %" if self.unit == "%" else ""
        return f"{value}{percent}" if self.low != self.low else f"{value}{percent} ({low} to {high})"

    @property
    def note(self) -> str:
        """Why the light is not what the value alone would give; empty where it is."""
        if self.earlier:
            return "Measured on an earlier model."
        if self.held_back_by and light_of(self.value, self.low, self.high, self.threshold) == "green":
            return f"Held back: not good unless this is, too: {', '.join(self.held_back_by)}."
        return ""

    def held_to(self, guards: Iterable["Finding"]) -> Self:
        """The finding, which is green only if all of these are; those that are not are named."""
        names = tuple(one.title for one in guards if one.light != "green")
        return replace(self, held_back_by=names)

    def on_model(self, fingerprint: str) -> Self:
        """The finding as the card of the model with this fingerprint shows it."""
        return replace(self, earlier=self.is_measured and self.fingerprint != fingerprint)

    def _written(self, number: float) -> str:
        return format_number(100 * number, 1) if self.unit == "%" else format_number(number, 3)
