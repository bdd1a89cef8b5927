"""What a saved model keeps of its card: measured sections, answers and thresholds, as JSON, checked when it is read."""

import json
import math
from collections.abc import Mapping
from typing import Any

from cofactor.card.card import Card
from cofactor.card.finding import Finding
from cofactor.card.lights import Threshold
from cofactor.card.measures import checked_thresholds
from cofactor.card.questions import checked_answers
from cofactor.card.section import SECTIONS, Curve, Fact, Picture, Section
from cofactor.errors import BadModelFolder, BadOption

__all__ = ["from_json", "to_json"]


def to_json(card: Card) -> str:
    """The card as text; numbers that are none become null."""
    kept = {
        "model": card.model, "data": card.data, "fingerprint": card.fingerprint, "lists": dict(card.lists),
        "answers": dict(card.answers), "thresholds": {name: _threshold(one) for name, one in card.thresholds.items()},
        "sections": [_section(one) for one in card.sections],
    }  # fmt: skip
    return json.dumps(_plain(kept), indent=1, ensure_ascii=False, allow_nan=False) + "\n"


def from_json(text: str) -> Card:
    """The card in such a text.

    Raises `BadModelFolder` where it is none, in place of any `BadOption`.
    """
    try:
        kept = json.loads(text)
        return Card(
            model=_text(kept["model"]), data=_text(kept["data"]), fingerprint=_text(kept["fingerprint"]),
            lists=dict(kept["lists"]), answers=checked_answers(kept["answers"]),
            thresholds=checked_thresholds(kept["thresholds"]),
            sections=tuple(_section_of(one) for one in kept["sections"]),
        )  # fmt: skip
    except (ValueError, LookupError, TypeError, AttributeError, RecursionError, BadOption) as error:
        raise BadModelFolder(f"The findings in card.json cannot be read: {error!r}. Audit the model anew.") from error


def _section(one: Section) -> dict[str, Any]:
    return {
        "key": one.key, "text": one.text, "how": one.how,
        "facts": [fact._asdict() for fact in one.facts],
        "findings": [_finding(finding) for finding in one.findings],
        "pictures": [
            picture._asdict() | {"curves": [curve._asdict() for curve in picture.curves]} for picture in one.pictures
        ],
    }  # fmt: skip


def _finding(one: Finding) -> dict[str, Any]:
    kept = {name: getattr(one, name) for name in ("name", "title", "sentence", "value", "low", "high", "unit")}
    threshold = None if one.threshold is None else _threshold(one.threshold)
    return kept | {"threshold": threshold, "fingerprint": one.fingerprint}


def _threshold(one: Threshold) -> dict[str, float]:
    return {"green": one.green, "red": one.red}


def _plain(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {str(name): _plain(one) for name, one in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(one) for one in value]
    return None if isinstance(value, float) and not math.isfinite(value) else value


def _section_of(kept: Mapping[str, Any]) -> Section:
    if kept["key"] not in SECTIONS:
        raise LookupError(kept["key"])
    return Section(
        key=kept["key"], how=_text(kept["how"]), text=tuple(map(_text, kept["text"])),
        facts=tuple(Fact(_text(one["name"]), _text(one["value"]), one.get("red") is True) for one in kept["facts"]),
        findings=tuple(map(_finding_of, kept["findings"])), pictures=tuple(map(_picture_of, kept["pictures"])),
    )  # fmt: skip


def _finding_of(kept: Mapping[str, Any]) -> Finding:
    unit = "%" if kept["unit"] == "%" else ""
    held_to = kept["threshold"]
    threshold = None if held_to is None else Threshold(_number(held_to["green"]), _number(held_to["red"]), unit)
    return Finding(
        name=_text(kept["name"]), title=_text(kept["title"]), sentence=_text(kept["sentence"]),
        value=_number(kept["value"]), low=_number(kept["low"]), high=_number(kept["high"]), unit=unit,
        threshold=threshold, fingerprint=_text(kept["fingerprint"]),
    )  # fmt: skip


def _picture_of(kept: Mapping[str, Any]) -> Picture:
    curves = [_curve_of(one) for one in kept["curves"]]
    if any(len({len(one.x), len(one.y)} | ({len(one.low), len(one.high)} - {0})) > 1 for one in curves):
        raise ValueError("a curve has columns of different lengths")
    title, caption, x_label, y_label = (_text(kept[name]) for name in ("title", "caption", "x_label", "y_label"))
    return Picture(title, caption, x_label, y_label, curves)


def _curve_of(kept: Mapping[str, Any]) -> Curve:
    x, y, low, high = (tuple(map(_number, kept[name])) for name in ("x", "y", "low", "high"))
    return Curve(_text(kept["name"]), x, y, low, high)


def _text(value: Any) -> str:
    if not isinstance(value, str):
        raise TypeError(f"{value!r} is no text")
    return value


def _number(value: Any) -> float:
    return float("nan") if value is None else float(value)
