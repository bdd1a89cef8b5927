"""Which column plays which part: said by the caller, known by its usual name, or by its position."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from typing import Literal

from cofactor.data.options import Column, Options
from cofactor.data.report import Findings
from cofactor.errors import BadTable

__all__ = ["USUAL", "Columns", "choose", "usual_column"]

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
    "rating": ("rating", "ratings", "score", "stars", "star", "bookrating", "userrating", "overall", "value", "grade", "r"),
    "timestamp": (
        "timestamp", "time", "ts", "datetime", "date", "unixreviewtime", "eventtime", "createdat", "ratedat",
        "updatedat", "when", "t",
    ),
    "title": ("title", "movietitle", "booktitle", "itemtitle", "producttitle", "itemname", "productname", "name"),
}  # fmt: skip
WIDE = 10  # more columns than this, none with a usual name: positions would be a blind guess


@dataclass(frozen=True)
class Columns:
    user: str
    item: str
    rating: str | None  # None: clicks
    timestamp: str | None
    title: str | None  # of the item, where the rating table itself holds it

    def roles(self) -> dict[str, str]:
        return {role: column for role, column in vars(self).items() if column is not None}


def choose(names: Sequence[str], options: Options, findings: Findings, *, title_elsewhere: bool) -> Columns:
    """The parts of a table with these columns; raises `BadTable` where user or item cannot be told.

    title_elsewhere: the titles stand in an attached table, so `options.title` is not looked for here.
    """
    said = {role: _said(names, role, getattr(options, role)) for role in ("user", "item", "rating", "timestamp")}
    said["title"] = None if title_elsewhere else _said(names, "title", options.title)
    _refuse_double_parts(said)
    found = dict(said)
    for role in ("user", "item", "rating", "timestamp", "title"):
        if found[role] is None and not _unwanted(options, role, title_elsewhere):
            found[role] = usual_column([n for n in names if n not in found.values()], role)
    if found["user"] is None or found["item"] is None:
        _by_position(names, found, options, findings)
    _warn_of_swapped_names(said, findings)
    _tell_what_is_unused(names, found, options, findings)
    assert found["user"] is not None and found["item"] is not None
    return Columns(found["user"], found["item"], found["rating"], found["timestamp"], found["title"])


def usual_column(names: Sequence[str], role: str) -> str | None:
    """The column that by its name plays this part."""
    plain = {_plain(name): name for name in reversed(names)}
    return next((plain[usual] for usual in USUAL[role] if usual in plain), None)


def _plain(name: str) -> str:
    return re.sub(r"[^a-z0-9]", "", name.lower().partition(":")[0])


def _unwanted(options: Options, role: str, title_elsewhere: bool) -> bool:
    return getattr(options, role) is False or (role == "title" and title_elsewhere)


def _said(names: Sequence[str], role: str, given: Column | Literal[False]) -> str | None:
    if given is None or given is False:
        return None
    if isinstance(given, int):
        if not 0 <= given < len(names):
            raise BadTable(f"{role}={given} names a column by its position, but the table has {len(names)} columns.")
        return names[given]
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


def _by_position(
    names: Sequence[str], found: dict[str, str | None], options: Options, findings: Findings
) -> None:
    """The first free columns are user, item and, where both are guessed, rating and timestamp: as in the lecture."""
    blind = found["user"] is None and found["item"] is None
    if blind and len(names) > WIDE:
        raise BadTable(
            f"None of the {len(names)} columns has a usual name for users or items: {_listed(names)}. "
            f"Name them with user=… and item=…. If this is a matrix with a row for each user and a column for each "
            f"item, pass it as a scipy sparse matrix, or unpivot it to one row for each rating."
        )
    free = [name for name in names if name not in found.values()]
    roles = ["user", "item", "rating", "timestamp"] if blind else ["user", "item"]
    guessed = [role for role in roles if found[role] is None and not _unwanted(options, role, False)]
    for role, name in zip(guessed, free, strict=False):
        found[role] = name
    for role in ("user", "item"):
        if found[role] is None:
            raise BadTable(f"No column is left for the {role}s: the table has only {_listed(names)}.")
    told = ", ".join(f"{role} = {found[role]}" for role in guessed if found[role] is not None)
    findings.note(f"Columns taken by their position, as no usual name was found: {told}")


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
