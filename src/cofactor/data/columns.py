"""Which column plays which part: said by the caller, known by its usual name, or by its position."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from numbers import Integral
from typing import Literal

import polars as pl

from cofactor.data.header import Header
from cofactor.data.options import Column, Options
from cofactor.data.report import Findings
from cofactor.errors import BadTable

__all__ = ["USUAL", "Columns", "choose", "named_column", "usual_column"]

# compared without case, spaces, signs and types ("User-ID", "user_id:token"); the first name found wins
USUAL: dict[str, tuple[str, ...]] = {
    "user": (
        "user", "userid", "uid", "username", "reviewerid", "customer", "customerid", "member", "memberid",
        "visitor", "visitorid", "client", "clientid", "account", "accountid", "person", "personid",
        "profileid", "userkey", "u",
    ),
    "item": (
        "item", "itemid", "iid", "movie", "movieid", "mid", "film", "filmid", "product", "productid", "asin",
        "parentasin", "isbn", "book", "bookid", "song", "songid", "track", "trackid", "artist", "artistid",
        "business", "businessid", "game", "gameid", "article", "articleid", "show", "showid", "anime", "animeid",
        "recipe", "recipeid", "venue", "venueid", "place", "placeid", "location", "locationid", "itemkey",
        "title", "i",
    ),
    "rating": ("rating", "ratings", "score", "stars", "star", "bookrating", "userrating", "overall", "value", "r"),
    "timestamp": (
        "timestamp", "time", "ts", "datetime", "date", "unixreviewtime", "eventtime", "createdat", "ratedat",
        "updatedat", "when", "t",
    ),
    "title": ("title", "movietitle", "booktitle", "itemtitle", "producttitle", "itemname", "productname", "name"),
}  # fmt: skip
WIDE = 10  # with more columns than this a position would be a blind guess


@dataclass(frozen=True)
class Columns:
    user: str
    item: str
    rating: str | None  # None: clicks
    timestamp: str | None
    title: str | None  # of the item, where the rating table itself holds it

    def roles(self) -> dict[str, str]:
        return {role: column for role, column in vars(self).items() if column is not None}


def choose(head: pl.DataFrame, header: Header, options: Options, findings: Findings) -> Columns:
    """The parts of a table that begins with these rows; raises `BadTable` where user or item cannot be told."""
    names, title_elsewhere = head.columns, options.items is not None
    said = {role: named_column(names, role, getattr(options, role)) for role in ("user", "item", "rating", "timestamp")}
    said["title"] = None if title_elsewhere else named_column(names, "title", options.title)
    _refuse_double_parts(said)
    found = dict(said)
    for role in ("user", "item", "rating", "timestamp", "title"):
        if found[role] is None and not _unwanted(options, role, title_elsewhere):
            found[role] = usual_column([n for n in names if n not in found.values()], role)
    if found["user"] is None or found["item"] is None:
        _by_position(head, header, found, options, findings)
    _refuse_repeated_names(header, found, options)
    _warn_of_swapped_names(said, findings)
    _tell_what_is_unused(names, found, options, findings)
    user, item = found["user"], found["item"]
    assert user is not None, "_by_position has filled it, or raised"
    assert item is not None, "_by_position has filled it, or raised"
    return Columns(user, item, found["rating"], found["timestamp"], found["title"])


def usual_column(names: Sequence[str], role: str) -> str | None:
    """The column that by its name plays this part."""
    plain = {_plain(name): name for name in reversed(names)}
    return next((plain[usual] for usual in USUAL[role] if usual in plain), None)


def _plain(name: str) -> str:
    return re.sub(r"[^a-z0-9]", "", name.lower().partition(":")[0])


def _unwanted(options: Options, role: str, title_elsewhere: bool) -> bool:
    return getattr(options, role) is False or (role == "title" and title_elsewhere)


def named_column(names: Sequence[str], role: str, given: Column | Literal[False]) -> str | None:
    """The column that a caller names, by name or position; raises `BadTable` where there is none."""
    if given is None or given is False:
        return None
    if not isinstance(given, str):
        if not 0 <= given < len(names):
            raise BadTable(f"{role}={given} names a column by its position, but the table has {len(names)} columns.")
        return names[given]
    given = given if given in names else given.strip()
    if given in names:
        return given
    near = get_close_matches(given.lower(), [name.lower() for name in names], n=1)
    mend = [name for name in names if near and name.lower() == near[0]]
    hint = f"Did you mean {mend[0]!r}?" if mend else "Give a name or a position (0 is the first)."
    raise BadTable(f"{role}={given!r} is not among the columns {_listed(names)}. {hint}")


def _listed(names: Sequence[str]) -> str:
    return ", ".join(map(repr, names[:8])) + (f", … ({len(names)} in all)" if len(names) > 8 else "")


def _refuse_double_parts(said: dict[str, str | None]) -> None:
    taken: dict[str, str] = {}
    for role, column in said.items():
        # the lecture takes the title itself as the item; a column may be both
        if column in taken and column is not None and {role, taken[column]} != {"item", "title"}:
            raise BadTable(f"Column {column!r} is given both as {taken[column]} and as {role}. Name two columns.")
        if column is not None:
            taken[column] = role


def _refuse_repeated_names(header: Header, found: dict[str, str | None], options: Options) -> None:
    """A name that stands several times means none of them; a position does."""
    for role, name in found.items():
        if name in header.repeated and not isinstance(getattr(options, role), Integral):
            raise BadTable(
                f"Several columns are called {name!r}, so the {role} is not clear. Rename them, or give its position "
                f"({role}={header.names.index(name)}; 0 is the first column)."
            )


def _by_position(
    head: pl.DataFrame, header: Header, found: dict[str, str | None], options: Options, findings: Findings
) -> None:
    """The first free columns are user and item and, where both are guessed, rating and timestamp: as in the lecture.

    A first column without a name, where others have one, numbers the rows: pandas writes it.
    """
    free = [name for name in head.columns if name not in {*found.values(), *header.unnamed}]
    blind = found["user"] is None and found["item"] is None
    guessed = [role for role in ("user", "item") if found[role] is None]
    if head.width > WIDE:
        raise BadTable(
            f"None of the {head.width} columns has a usual name for {' or '.join(guessed)}s: {_listed(head.columns)}. "
            f"Name them with user=… and item=…. If this is a matrix with a row for each user and a column for each "
            f"item, pass it as a scipy sparse matrix, or unpivot it to one row for each rating."
        )
    if len(free) < len(guessed):
        raise BadTable(f"No column is left for the {guessed[-1]}s: the table has only {_listed(head.columns)}.")
    rest = free[len(guessed) :][:2] if blind else []
    found.update(zip(guessed, free, strict=False))
    for name in rest:
        role = "timestamp" if _looks_like_time(head[name]) else "rating" if name == rest[0] else None
        if role and found[role] is None and not _unwanted(options, role, False):
            found[role] = name
            guessed.append(role)
    told = ", ".join(f"{role} = {found[role]}" for role in guessed)
    findings.note(f"Columns taken by their position, as no usual name was found: {told}")


def _looks_like_time(column: pl.Series) -> bool:
    if column.dtype.is_temporal():
        return True
    if not (column.dtype.is_numeric() or column.dtype == pl.String):
        return False
    numbers = column.cast(pl.Float64, strict=False)
    return numbers.null_count() == column.null_count() < len(column) and bool((numbers >= 1e8).all())


def _warn_of_swapped_names(said: dict[str, str | None], findings: Findings) -> None:
    user, item = _plain(said["user"] or ""), _plain(said["item"] or "")
    if user in USUAL["item"] and item in USUAL["user"]:
        findings.note(
            f"user={said['user']!r} and item={said['item']!r} look swapped by their names",
            mend="If that was not meant, exchange them.",
        )


def _tell_what_is_unused(
    names: Sequence[str], found: dict[str, str | None], options: Options, findings: Findings
) -> None:
    unused = [name for name in names if name not in found.values()]
    if found["rating"] is None and options.rating is None:
        hint = f"If {_listed(unused)} holds ratings, pass rating=…." if unused else ""
        findings.note("No rating column: read as clicks, each of value 1", mend=hint)
    elif unused:
        findings.note(f"Columns not used: {_listed(unused)}")
