"""Addresses of object stores in place of paths, and how messages name them without their passwords and tokens."""

import re
from pathlib import Path

from cofactor.errors import BadOption

__all__ = ["is_address", "local_folder", "protocol_of", "shown_address", "split_query"]

ADDRESS = re.compile(r"[a-zA-Z][\w+.:-]+:[/\\]")  # two letters or more, as a single one is a drive
USER_INFO = re.compile(r"(?<=://)([^/@:]*:.*|[^/]*)@", re.DOTALL)  # a password may hold what it should not, such as /
QUERY = re.compile(r"[?#].*", re.DOTALL)


def is_address(place: object) -> bool:
    """Return whether this is an address such as s3://bucket/folder, be it that `Path` has taken a slash from it."""
    return isinstance(place, str | Path) and bool(ADDRESS.match(str(place)))


def protocol_of(address: str) -> str:
    """The kind of store that an address begins with; of a chain, the one that it leads to.

    >>> protocol_of("s3://bucket/folder"), protocol_of("simplecache::gs://bucket/folder")
    ('s3', 'gs')
    """
    return address.partition(":/")[0].rpartition("::")[2]


def shown_address(address: str) -> str:
    """The address as it may be printed: users, passwords and queries, which may hold tokens, are left out.

    >>> shown_address("https://ann:secret@host/big.shards?token=abc")
    'https://…@host/big.shards?…'
    """
    shown = (USER_INFO.sub("…@", QUERY.sub("?…", part)) for part in address.split("::"))
    return "::".join(shown).rstrip("/")


def split_query(place: str) -> tuple[str, str]:
    """A place in a store without its query, and the query, which is said of each file there; a path has none.

    >>> split_query("https://host/big.shards/?token=abc"), split_query("bucket/why?/big.shards")
    (('https://host/big.shards', '?token=abc'), ('bucket/why?/big.shards', ''))
    """
    query = QUERY.search(place) if "://" in place else None
    return (QUERY.sub("", place) if query else place).rstrip("/"), query[0] if query else ""


def local_folder(place: str | Path, what: str) -> Path:
    """The path of a folder to write to. Raises `BadOption` for an address. what: is written, in the plural"""
    if is_address(place):
        raise BadOption(f"{what} are written to a folder of this machine, but an address came. Copy them afterwards.")
    return Path(place).expanduser()
