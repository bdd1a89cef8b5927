"""What a caller may say about a table; written once, for reading and for checking."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal, TypeAlias, get_args

from cofactor.errors import BadOption

__all__ = ["Column", "Duplicates", "IdKind", "IdKinds", "Missing", "Options", "Side", "Unrated", "id_kind"]

Column: TypeAlias = str | int | None  # a column's name, its position from 0, or None: find it
Duplicates = Literal["last", "mean", "error"]
Missing = Literal["error", "drop"]
Unrated = Literal["drop", "keep"]
Side = Literal["user", "item"]
IdKind = Literal["auto", "text"]
IdKinds: TypeAlias = IdKind | Mapping[Side, IdKind]  # of both sides, or of each


def id_kind(ids: IdKinds, side: Side) -> IdKind:
    """What was asked of one side's ids; raises `BadOption` for what is no such wish."""
    kinds: Mapping[Side, IdKind] = ids if isinstance(ids, Mapping) else {"user": ids, "item": ids}
    if not (set(kinds) <= set(get_args(Side)) and all(kind in get_args(IdKind) for kind in kinds.values())):
        raise BadOption(f"ids={ids!r} is not known. Choose 'auto' or 'text', or name a side: ids={{'user': 'text'}}.")
    return kinds.get(side, "auto")


@dataclass(frozen=True, kw_only=True)
class Options:
    """The keyword arguments of `cofactor.read`, where each is explained."""

    user: Column = None
    item: Column = None
    rating: Column | Literal[False] = None
    timestamp: Column | Literal[False] = None
    items: Any = None
    users: Any = None
    title: Column = None
    scale: tuple[float, float] | None = None
    duplicates: Duplicates = "last"
    missing: Missing = "error"
    unrated: Unrated = "drop"
    ids: IdKinds = "auto"
    separator: str | None = None
    encoding: str | None = None
    has_header: bool | None = None
    name: str | None = None

    def __post_init__(self) -> None:
        for option, kind in (("duplicates", Duplicates), ("missing", Missing), ("unrated", Unrated)):
            given = getattr(self, option)
            if given not in get_args(kind):
                raise BadOption(f"{option}={given!r} is not known. Choose one of: {', '.join(get_args(kind))}.")
        id_kind(self.ids, "user")
        if self.scale is not None and not (len(self.scale) == 2 and self.scale[0] < self.scale[1]):
            raise BadOption(f"scale={self.scale!r} must be (lowest, highest), for example scale=(1, 5).")
        if self.separator == "":
            raise BadOption("separator='' separates nothing. Give one, or leave it out to have it found.")
