"""Which column plays which part: said by the caller, known by its usual name, or by its position."""

from collections.abc import Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from numbers import Integral
from typing import Literal, TypeAlias

import polars as pl

from cofactor.data.columns.calendar_text import DAY_NUMBERS
from cofactor.data.columns.wide import MIN_ITEMS, looks_wide
from cofactor.data.formats.header import Header
from cofactor.data.formats.sniffing import SEPARATORS
from cofactor.data.formats.usual_names import USUAL, plain_name, usual_column
from cofactor.data.options import Column, Options
from cofactor.data.remarks import Remarks, note
from cofactor.errors import BadTable, counted

__all__ = ["Columns", "choose_columns", "named_column"]

ROLES = ("user", "item", "rating", "timestamp", "title", "event")
Roles: TypeAlias = dict[str, str | None]  # the column that plays each part
WIDE = 10  # with more columns than this a position would be a blind guess
READ_WIDE = "Pass wide=True to read it so."


@dataclass(frozen=True)
class Columns:
    """The columns of a table by the parts they play."""

    user: str
    item: str
    rating: str | None  # None: clicks
    timestamp: str | None
    title: str | None  # of the item, where the rating table itself holds it
    event: str | None = None  # the type of each event

    def roles(self) -> dict[str, str]:
        """The column of each part that is played: {"user": "userId", …}."""
        return {role: column for role, column in vars(self).items() if column is not None}


def choose_columns(
    head: pl.DataFrame, header: Header, options: Options, *, mend_of_wide: str = READ_WIDE
) -> tuple[Columns, Remarks]:
    """The columns by the parts they play, those said by the caller first.

    head: the first rows of the table     mend_of_wide: what to do where it has a column for each item
    Raises `BadTable` where the column of users or of items cannot be told.
    """
    said = _said_columns(head.columns, options)
    found = _with_usual_names(said, head.columns, options)
    found, remarks = _with_positions(found, head, header, options, mend_of_wide)
    _refuse_repeated_names(header, found, options)
    user, item = found["user"], found["item"]
    assert user is not None, "_with_positions has filled it, or raised"
    assert item is not None, "_with_positions has filled it, or raised"
    columns = Columns(user, item, found["rating"], found["timestamp"], found["title"], found["event"])
    return columns, (*remarks, *_swapped_names(said), *_unused(head.columns, columns, options))


def _said_columns(names: Sequence[str], options: Options) -> Roles:
    elsewhere = options.items is not None  # then the title is a column of that table
    said = {role: None if role == "title" and elsewhere else getattr(options, role) for role in ROLES}
    roles = {role: named_column(names, role, column) for role, column in said.items()}
    _refuse_double_parts(roles)
    return roles


def _with_usual_names(said: Roles, names: Sequence[str], options: Options) -> Roles:
    found = dict(said)
    for role in ROLES:
        if found[role] is None and _is_wanted(role, options):
            found[role] = usual_column([name for name in names if name not in found.values()], role)
    return found


def _is_wanted(role: str, options: Options) -> bool:
    if role == "event" or (role == "rating" and options.event is not None):
        return False  # no type of event is guessed at, and where there are events, they say what a row counts
    return getattr(options, role) is not False and not (role == "title" and options.items is not None)


def named_column(names: Sequence[str], role: str, asked: Column | Literal[False]) -> str | None:
    """The column that a caller names, by name or position; raises `BadTable` where there is none."""
    if asked is None or asked is False:
        return None
    if not isinstance(asked, str):
        if not 0 <= asked < len(names):
            raise BadTable(
                f"{role}={asked} names a column by its position, but the table has {counted(len(names), 'column')}."
            )
        return names[asked]
    asked = asked if asked in names else asked.strip()
    if asked in names:
        return asked
    near = get_close_matches(asked.lower(), [name.lower() for name in names], n=1)
    mend = [name for name in names if near and name.lower() == near[0]]
    hint = f"Did you mean {mend[0]!r}?" if mend else "Give a name or a position (0 is the first)."
    raise BadTable(f"{role}={asked!r} is not among the columns {_listed(names)}. {hint}")


def _listed(names: Sequence[str]) -> str:
    return ", ".join(map(repr, names[:8])) + (f", … ({len(names)} in all)" if len(names) > 8 else "")


def _refuse_double_parts(said: Roles) -> None:
    taken: dict[str, str] = {}
    for role, column in said.items():
        # the lecture takes the title itself as the item; a column may be both
        if column in taken and column is not None and {role, taken[column]} != {"item", "title"}:
            raise BadTable(f"Column {column!r} is given both as {taken[column]} and as {role}. Name two columns.")
        if column is not None:
            taken[column] = role


def _refuse_repeated_names(header: Header, found: Roles, options: Options) -> None:
    """A name that stands several times means none of them; a position does."""
    for role, name in found.items():
        if name in header.repeated and not isinstance(getattr(options, role), Integral):
            raise BadTable(
                f"Several columns are called {name!r}, so the {role} is not clear. Rename them, or give its position "
                f"({role}={header.names.index(name)}; 0 is the first column)."
            )


def _with_positions(
    found: Roles, head: pl.DataFrame, header: Header, options: Options, mend_of_wide: str
) -> tuple[Roles, Remarks]:
    """The first free columns are user and item and, where both are guessed, rating and timestamp: as in the lecture.

    A first column without a name, where others have one, numbers the rows: pandas writes it.
    """
    missing = [role for role in ("user", "item") if found[role] is None]
    if not missing:
        return found, ()
    _refuse_wide(found, head, header, options, mend_of_wide)
    free = [name for name in head.columns if name not in {*found.values(), *header.unnamed}]
    _refuse_too_many_or_few(missing, free, head.columns, mend_of_wide)
    guessed = dict(zip(missing, free, strict=False))
    for name in free[2:4] if len(missing) == 2 else ():
        role = "timestamp" if _looks_like_time(head[name]) else "rating" if name == free[2] else None
        if role and found[role] is None and role not in guessed and _is_wanted(role, options):
            guessed[role] = name
    named = ", ".join(f"{role} = {name}" for role, name in guessed.items())
    return found | guessed, (note(f"Columns taken by their position, as no usual name was found: {named}"),)


def _refuse_wide(found: Roles, head: pl.DataFrame, header: Header, options: Options, mend: str) -> None:
    if head.width <= MIN_ITEMS:
        return
    said = [options.item, options.rating, options.timestamp]
    guessed = [found[role] for role in ("item", "rating", "timestamp")]
    made_up = all(name == f"column_{at}" for at, name in enumerate(head.columns))
    user = found["user"] or next((name for name in head.columns if name in header.unnamed), head.columns[0])
    if any(one is not None for one in (*said, *guessed)) or made_up or not looks_wide(head, user):
        return
    items = [name for name in head.columns if name != user]
    raise BadTable(
        f"The table looks wide: a row for each user ({user!r}) and a column for each item ({_listed(items)}), with "
        f"empty cells. {mend} Or name its columns with user=…, item=… and rating=…."
    )


def _refuse_too_many_or_few(
    missing: Sequence[str], free: Sequence[str], names: Sequence[str], mend_of_wide: str
) -> None:
    if len(names) > WIDE:
        raise BadTable(
            f"None of the {len(names)} columns has a usual name for {' or '.join(missing)}s: {_listed(names)}. "
            f"Name them with user=… and item=…. Does it have a row for each user and a column for each item? "
            f"{mend_of_wide}"
        )
    if len(free) < len(missing):
        what = f"No column is left for the {missing[-1]}s: the table has only {_listed(names)}."
        raise BadTable(what + (_mend_of_unsplit(names[0]) if len(names) == 1 else ""))


def _mend_of_unsplit(name: str) -> str:
    """What to do where the only column is a line that was not split; a space may stand in any name."""
    inside = next((one for one in SEPARATORS if one in name and one != " "), None)
    return f" Pass separator={inside!r} if that stands between its fields." if inside else ""


def _looks_like_time(column: pl.Series) -> bool:
    if column.dtype.is_temporal():
        return True
    if not (column.dtype.is_numeric() or column.dtype == pl.String):
        return False
    numbers = column.cast(pl.Float64, strict=False)
    are_times = bool((numbers >= 1e8).all()) or bool(numbers.is_between(*DAY_NUMBERS).all())
    return numbers.null_count() == column.null_count() < len(column) and are_times


def _swapped_names(said: Roles) -> Remarks:
    user, item = plain_name(said["user"] or ""), plain_name(said["item"] or "")
    if user not in USUAL["item"] or item not in USUAL["user"]:
        return ()
    what = f"user={said['user']!r} and item={said['item']!r} look swapped by their names"
    return (note(what, mend="If that was not meant, exchange them."),)


def _unused(names: Sequence[str], columns: Columns, options: Options) -> Remarks:
    unused = [name for name in names if name not in columns.roles().values()]
    if columns.rating is None and options.rating is None and columns.event is None:
        hint = f"If {_listed(unused)} holds ratings or counts, pass rating=…." if unused else ""
        return (note("No rating column: read as clicks, each of value 1", mend=hint),)
    return (note(f"Columns not used: {_listed(unused)}"),) if unused else ()
