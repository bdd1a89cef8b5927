"""Traffic lights: which one a measured value gets, by the whole of its interval and a stated threshold."""

import math
from typing import Literal, NamedTuple, TypeAlias

from cofactor.errors import BadOption

__all__ = ["LIGHTS", "LIGHT_WORDS", "Light", "Threshold", "checked_threshold", "light_of"]

# grey: not measured, or on an earlier model; none: a measured figure that is neither good nor bad by itself
Light: TypeAlias = Literal["green", "amber", "red", "grey", "none"]
LIGHTS: tuple[Light, ...] = "green", "amber", "red", "grey", "none"
LIGHT_WORDS: dict[Light, str] = {  # a colour alone tells nothing to those who do not see it
    "green": "good", "amber": "watch", "red": "problem", "grey": "not measured", "none": "for information",
}  # fmt: skip


class Threshold(NamedTuple):
    """The values where green begins and where red does; between them is amber.

    Higher values are better where green > red.
    unit: how values are written: "%" for shares, or "" for numbers
    """

    green: float
    red: float
    unit: Literal["%", ""] = ""

    @property
    def higher_is_better(self) -> bool:
        """True where green lies above red."""
        return self.green > self.red

    def __str__(self) -> str:
        green, red = (_written(one, self.unit) for one in (self.green, self.red))
        sides = ("or more", "below") if self.higher_is_better else ("or less", "above")
        return f"{LIGHT_WORDS['green']}: {green} {sides[0]}; {LIGHT_WORDS['red']}: {sides[1]} {red}"


def light_of(value: float, low: float, high: float, threshold: Threshold | None) -> Light:
    """The light of a measured value and its interval.

    Green needs the whole interval at the threshold or past it, red the value alone: doubt is never green. Without a
    threshold there is no light; nan was not measured, and a value without an interval is not green.

    >>> share = Threshold(green=0.9, red=0.5)
    >>> light_of(0.95, 0.91, 0.98, share), light_of(0.95, 0.89, 0.98, share), light_of(0.4, 0.2, 0.6, share)
    ('green', 'amber', 'red')
    """
    if math.isnan(value):
        return "grey"
    if threshold is None:
        return "none"
    sign = 1 if threshold.higher_is_better else -1
    worst = low if threshold.higher_is_better else high
    if sign * value < sign * threshold.red:
        return "red"
    return "green" if sign * worst >= sign * threshold.green else "amber"  # False where the end is nan


def checked_threshold(name: str, threshold: Threshold) -> Threshold:
    """The threshold; raises `BadOption` where its two values are no finite numbers, or equal."""
    if not (math.isfinite(threshold.green) and math.isfinite(threshold.red)) or threshold.green == threshold.red:
        raise BadOption(
            f"The threshold of {name!r} has two different numbers, where green and where red begins, but "
            f"green={threshold.green:g} and red={threshold.red:g} came."
        )
    return threshold


def _written(value: float, unit: str) -> str:
    return f"{100 * value:g} %" if unit == "%" else f"{value:g}"
