"""The text of a condition, cut into tokens."""

import re
from collections.abc import Iterator
from typing import NamedTuple

from cofactor.errors import BadOption, shown

__all__ = ["Token", "condition_error", "tokens_of"]

KEYWORDS = ("and", "or", "not", "in", "has", "true", "false")
LONGEST = 10_000  # characters of a condition
N_CONTEXT = 20  # characters of it that a message quotes from where it goes wrong
PATTERN = re.compile(
    r"""\s*(?:
      (?P<number>[-+]?(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?(?!\w))
    | (?P<text>'(?:[^']|'')*'|"(?:[^"]|"")*")
    | (?P<quoted>`[^`]+`)
    | (?P<name>[^\W\d][\w.]*)
    | (?P<sign><=|>=|!=|==|[=<>(),])
    | (?P<end>$)
    )""",
    re.VERBOSE,
)


class Token(NamedTuple):
    """A piece of the text, and where it begins."""

    kind: str  # "number", "text", "name", "end"; of a keyword or a sign it is the word or the sign itself
    value: str  # without its quotes
    at: int


def condition_error(text: str, at: int, expected: str) -> BadOption:
    """The error to raise where a condition cannot be read on."""
    rest = text[at : at + N_CONTEXT].strip()
    found = f"{shown(rest)} came" if rest else "it ends there"
    return BadOption(
        f"where={shown(text)} cannot be read from character {at + 1} on: {expected} was expected, but {found}. "
        f"A condition reads as year >= 1990 and genres has 'Comedy'; texts stand in quotes."
    )


def tokens_of(text: str) -> Iterator[Token]:
    """The tokens of a condition, the last one of kind "end". Raises `BadOption` for what is no token."""
    if len(text) > LONGEST:
        raise BadOption(f"where has {len(text):,} characters. Give at most {LONGEST:,}, or a list of candidates.")
    at, kind = 0, ""
    while kind != "end":
        found = PATTERN.match(text, at)
        if found is None:
            start = at + len(text[at:]) - len(text[at:].lstrip())
            raise condition_error(text, start, "an attribute, a value or a sign")
        kind, at = str(found.lastgroup), found.end()
        yield _token(kind, found[kind], found.start(kind))


def _token(kind: str, piece: str, at: int) -> Token:
    if kind == "text":
        quote = piece[0]
        return Token("text", piece[1:-1].replace(quote * 2, quote), at)
    if kind == "quoted":
        return Token("name", piece[1:-1], at)
    if kind == "name" and piece.lower() in KEYWORDS:
        return Token(piece.lower(), piece, at)
    if kind == "sign":
        return Token("=" if piece == "==" else piece, piece, at)
    return Token(kind, piece, at)
