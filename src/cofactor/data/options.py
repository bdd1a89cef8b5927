"""The options of reading a table, defined once for reading and for checking."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from math import inf
from numbers import Integral, Real
from typing import Any, Literal, TypeAlias, get_args

from cofactor.data.durations import seconds_in
from cofactor.data.kinds import Kind
from cofactor.errors import BadOption

__all__ = ["Column", "Duplicates", "IdKind", "IdKinds", "Missing", "Options", "Side", "Unrated", "id_kind"]

Column: TypeAlias = str | int | None  # a column's name, its position from 0, or None: find it
Duplicates = Literal["last", "mean", "sum", "error"]
Missing = Literal["error", "drop"]
Unrated = Literal["drop", "keep"]
Side = Literal["user", "item"]
IdKind = Literal["auto", "text"]
LARGEST = 1e30  # weight of an event
TYPES = (
    ("wide", bool, "True or False"), ("date_format", str, "a form such as '%d/%m/%Y'"),
    ("separator", str, "text such as ';'"), ("encoding", str, "a name such as 'latin-1'"),
    ("has_header", bool, "True or False"), ("name", str, "a name"),
)  # fmt: skip
IdKinds: TypeAlias = IdKind | Mapping[Side, IdKind]  # of both sides, or of each


def id_kind(ids: IdKinds, side: Side) -> IdKind:
    """How the ids of one side are taken; raises `BadOption` for an unknown kind or side."""
    kinds: Mapping[Side, IdKind] = ids if isinstance(ids, Mapping) else {"user": ids, "item": ids}
    known = set(kinds) <= set(get_args(Side)) and all(isinstance(kind, str) for kind in kinds.values())
    if not (known and set(kinds.values()) <= set(get_args(IdKind))):
        raise BadOption(f"ids={ids!r} is not known. Choose 'auto' or 'text', or name a side: ids={{'user': 'text'}}.")
    return kinds.get(side, "auto")


@dataclass(frozen=True, kw_only=True)
class Options:
    """The keyword arguments of `cofactor.read`, where each is explained.

    Raises `BadOption`, which names the argument, for a value that makes no sense.
    """

    user: Column = None
    item: Column = None
    rating: Column | Literal[False] = None
    timestamp: Column | Literal[False] = None
    items: Any = None
    users: Any = None
    title: Column = None
    scale: tuple[float, float] | None = None
    event: Column = None
    weights: Mapping[str, float] | None = None
    half_life: str | timedelta | None = None
    kind: Kind | None = None
    duplicates: Duplicates | None = None
    missing: Missing = "error"
    unrated: Unrated = "drop"
    ids: IdKinds = "auto"
    wide: bool = False
    date_format: str | None = None
    separator: str | None = None
    encoding: str | None = None
    has_header: bool | None = None
    name: str | None = None

    def __post_init__(self) -> None:
        for option, known in (("kind", Kind), ("duplicates", Duplicates), ("missing", Missing), ("unrated", Unrated)):
            value, is_needed = getattr(self, option), option in ("missing", "unrated")
            if (value is not None or is_needed) and not (isinstance(value, str) and value in get_args(known)):
                raise BadOption(f"{option}={value!r} is not known. Choose one of: {', '.join(get_args(known))}.")
        if self.duplicates == "sum" and self.kind not in (None, "counts"):
            raise BadOption(f"duplicates='sum' adds up counts, but kind={self.kind!r} came. Leave one of them out.")
        id_kind(self.ids, "user")
        for role in ("user", "item", "rating", "timestamp", "title", "event"):
            _refuse_no_column(role, getattr(self, role))
        _refuse_no_scale(self.scale)
        _refuse_no_weights(self)
        for option, kind, example in TYPES:
            value = getattr(self, option)
            if not (value is None or isinstance(value, kind)):
                raise BadOption(
                    f"{option}={value!r} is of type {type(value).__name__}. Give {example}, or leave it out."
                )
        _refuse_no_form(self)
        if self.separator is not None and (not self.separator or set(self.separator) & set('\r\n"')):
            raise BadOption(
                f"separator={self.separator!r} separates no fields. Give another one, or leave it out to have it found."
            )


def _refuse_no_column(role: str, value: object) -> None:
    without = value is False and role in ("rating", "timestamp")
    if not (
        value is None
        or without
        or isinstance(value, str)
        or (isinstance(value, Integral) and not isinstance(value, bool))
    ):
        raise BadOption(f"{role}={value!r} names no column. Give its name, or its position (0 is the first).")


def _refuse_no_form(options: Options) -> None:
    if options.date_format is not None and "%" not in options.date_format:
        raise BadOption(f"date_format={options.date_format!r} is no form of a date. Write it as in '%d/%m/%Y %H:%M'.")
    named = [role for role in ("item", "rating", "timestamp", "title", "event") if getattr(options, role) is not None]
    if options.wide and named:
        raise BadOption(
            f"A wide table has a column for each item, so {named[0]}={getattr(options, named[0])!r} names none of its "
            f"parts. Leave it out, or wide=True."
        )


def _refuse_no_weights(options: Options) -> None:
    """Events and half-lives make counts of whatever they are given with."""
    given: Any = options.weights
    if options.half_life is not None:
        seconds_in("half_life", options.half_life)
    if given is not None and options.event is None:
        raise BadOption("weights are those of the types of events. Name the column of the types with event=….")
    if (options.event is not None or options.half_life is not None) and options.kind not in (None, "counts"):
        raise BadOption(
            f"Events, and rows that lose weight with age, are counts; kind={options.kind!r} came. Leave that out."
        )
    if given is None:
        return
    are_numbers = isinstance(given, Mapping) and all(
        isinstance(one, Real) and not isinstance(one, bool) and abs(float(one)) < LARGEST for one in given.values()
    )
    if not are_numbers or not any(one > 0 for one in given.values()):
        raise BadOption(
            f"weights={given!r} are no weights of events. Give a number for each type, at least one above 0, as in "
            f"weights={{'view': 1, 'cart': 3, 'purchase': 5}}."
        )


def _refuse_no_scale(scale: Any) -> None:
    if scale is None:
        return
    try:
        low, high = map(float, scale)
    except (TypeError, ValueError, OverflowError):
        low = high = 0.0
    if isinstance(scale, str) or not -inf < low < high < inf:
        raise BadOption(f"scale={scale!r} must be (lowest, highest), for example scale=(1, 5).")
