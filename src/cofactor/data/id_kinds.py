"""What may be an id: whole numbers, text, or values of one other type. A column that mixes them is refused."""

import re
from collections.abc import Callable, Iterable, Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Any

import numpy as np

from cofactor.arrays import Array
from cofactor.data.options import IdKind
from cofactor.data.report import RowNames
from cofactor.errors import BadTable

__all__ = ["as_text", "id_column", "ids_of_one_kind", "is_missing", "kind_of"]

EXACT = 2**53  # whole numbers up to here are told apart when held as decimals
LONGEST_NUMBER = 4000  # decimal digits; Python writes no more than 4,300
# the first that fits; a subclass stands before its base
KINDS: tuple[tuple[tuple[type, ...], str], ...] = (
    ((bool, np.bool_), "true or false"), ((int, np.integer), "whole numbers"), ((str,), "text"),
    ((float, np.floating, Decimal), "decimals"), ((datetime,), "times"), ((date,), "dates"),
)  # fmt: skip


def is_missing(one: object) -> bool:
    """Return whether the value stands for nothing: None, nan, pandas' NA and NaT."""
    try:
        return one is None or bool(one != one)
    except (TypeError, ArithmeticError):  # pandas' NA and a signalling nan do not even compare
        return type(one).__name__ in ("NAType", "Decimal")
    except ValueError:  # an array, which is none
        return False


def ids_of_one_kind(column: Sequence[object] | Array, where: str, side: str, kind: IdKind = "auto") -> list[Any]:
    """The ids, none of which may be missing, as plain Python values of one kind.

    where: how a message calls the column, such as "Column 'user'"
    Whole numbers held as decimals become whole numbers again. Raises `BadTable` for ids of several kinds, decimals,
    text that is none, and what cannot be looked up (lists); with kind="text" only for the last two.
    """
    ids = _plain(column, where)
    if kind == "text":
        ids = [as_text(one, where) for one in ids]
    kinds = _kinds(ids)
    if "decimals" in kinds and kinds.keys() <= {"decimals", "whole numbers"}:
        ids, kinds = [_whole(one, where) for one in ids], {"whole numbers": None}
    if len(kinds) > 1:
        named = ", ".join(f"{name} ({one!r})" for name, one in kinds.items())
        raise BadTable(
            f"{where} holds {side} ids of several kinds: {named}. Give ids of one kind, or pass ids='text' to take "
            f"all of them as text."
        )
    for name, check in CHECKS.items():
        if name in kinds:
            check(ids, where)
    if not kinds.keys() <= CHECKS.keys():
        _refuse_unhashable(ids, where)
    return ids


def id_column(column: Iterable[object], side: str, kind: IdKind) -> Sequence[Any] | Array:
    """The ids of a list or array, checked as those of a table are.

    Raises `BadTable` for a missing id, for what is no list, and where `ids_of_one_kind` does.
    """
    if isinstance(column, np.ndarray) and column.ndim == 1 and column.dtype.kind in "iu" and kind == "auto":
        return column
    where, ids = f"The column of {side}s", column if isinstance(column, np.ndarray) else list(column)
    if isinstance(column, str | bytes) or (isinstance(ids, np.ndarray) and ids.ndim != 1):
        raise BadTable(f"{where} is {type(column).__name__}, not a list of ids, one for each rating.")
    missing = np.flatnonzero([is_missing(one) for one in ids])
    if len(missing):
        raise BadTable(f"The {side} id is missing {RowNames().where(missing)}. Leave such rows out.")
    return ids_of_one_kind(ids, where, side, kind)


def as_text(one: object, where: str = "The column") -> str:
    """The id as it is written: 12 and 12.0 as "12", 1.5 as "1.5", a date as "2024-05-31".

    Raises `BadTable` for bytes that are not UTF-8, and for what cannot be looked up.
    """
    if isinstance(one, bytes):
        try:
            return one.decode()
        except UnicodeDecodeError:
            raise BadTable(f"{where} holds {one!r}, which is no text in UTF-8. Decode it first.") from None
    if isinstance(one, float | Decimal):
        whole = _whole_or_none(one)
        return str(one) if whole is None else str(whole)
    _refuse_unhashable([one], where)
    return str(one)


def _whole_or_none(one: Any) -> int | None:
    """The whole number that a decimal stands for; None where it has a fraction, or is too large to tell."""
    exact = one.is_finite() if isinstance(one, Decimal) else abs(one) < EXACT
    return int(one) if exact and one == int(one) else None


def _decimals(one: object, where: str) -> BadTable:
    return BadTable(
        f"{where} holds decimals such as {one}, but ids are names: they have no fractions, and are whole or text. "
        f"Name the right columns with user=… and item=…, or pass ids='text'."
    )


def _plain(column: Sequence[object] | Array, where: str) -> list[Any]:
    """Python's own values in place of NumPy's."""
    if isinstance(column, np.ndarray) and column.dtype.kind == "M":
        return _plain_times(column, where)
    ids: list[Any] = column.tolist() if isinstance(column, np.ndarray) else list(column)
    if not any(issubclass(kind, np.generic) for kind in set(map(type, ids))):
        return ids
    return [_plain_value(one, where) if isinstance(one, np.generic) else one for one in ids]


def _plain_value(one: np.generic, where: str) -> Any:
    return _plain_times(np.array([one]), where)[0] if isinstance(one, np.datetime64) else one.item()


def _plain_times(times: Array, where: str) -> list[Any]:
    """Python's times know microseconds; what is finer would be lost."""
    plain = times.astype("M8[us]") if np.datetime_data(times.dtype)[0] in ("ns", "ps", "fs", "as") else times
    values = plain.tolist()
    if (plain != times).any() or any(isinstance(one, int) for one in values):
        raise BadTable(f"{where} holds times that Python's datetime cannot. Turn them into text or numbers.")
    return values


def _kinds(ids: Sequence[object]) -> dict[str, object]:
    """The kinds of these ids, each with the first that is of it."""
    name_of = {of: kind_of(of) for of in set(map(type, ids))}
    if len(set(name_of.values())) == 1:
        return {next(iter(name_of.values())): ids[0]}
    return {name_of[type(one)]: one for one in reversed(ids)}


def kind_of(of: type) -> str:
    """The name of ids of this type in a message: "whole numbers", "text", …"""
    return next((name for types, name in KINDS if issubclass(of, types)), of.__name__)


def _whole(one: Any, where: str) -> int:
    whole = one if isinstance(one, int) else _whole_or_none(one)
    if whole is None:
        raise _decimals(one, where)
    return whole


def _refuse_what_is_no_text(ids: Sequence[str], where: str) -> None:
    try:
        "".join(ids).encode()
    except UnicodeEncodeError:
        one = next(one for one in ids if re.search("[\ud800-\udfff]", one))
        raise BadTable(
            f"{where} holds {one!r}, which is no sound text: it holds half a character (a surrogate). Decode the "
            f"source as what it is."
        ) from None


def _refuse_endless_numbers(ids: Sequence[int], where: str) -> None:
    if max(max(ids), -min(ids)) >= 10**LONGEST_NUMBER:
        raise BadTable(f"{where} holds a number of more than {LONGEST_NUMBER:,} digits, which is no id.")


def _refuse_unhashable(ids: Sequence[object], where: str) -> None:
    for one in ids:
        try:
            hash(one)
        except TypeError:
            raise BadTable(
                f"{where} holds {one!r} of type {type(one).__name__}, which cannot be an id. Ids are numbers, text, "
                f"or another value that does not change."
            ) from None


CHECKS: dict[str, Callable[[Any, str], None]] = {
    "text": _refuse_what_is_no_text, "whole numbers": _refuse_endless_numbers, "true or false": lambda *_: None,
}  # fmt: skip
