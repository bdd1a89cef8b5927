"""The items for which a condition holds.

A missing value decides nothing: an item without a year matches neither "year >= 1990" nor "not year >= 1990". So each
node gives two masks, of the items for which it is known to hold and known not to hold (Kleene's logic of three values).
"""

import operator
from collections.abc import Callable
from functools import reduce
from typing import TYPE_CHECKING, Any, TypeAlias
from weakref import WeakKeyDictionary

import numpy as np

from cofactor.arrays import BoolArray
from cofactor.data.value_column import read_only
from cofactor.errors import BadOption, shown
from cofactor.filtering.columns import Column, item_column
from cofactor.filtering.conditions import And, Comparison, Condition, Has, Not, OneOf, Or, Value
from cofactor.filtering.parsing import parse_condition
from cofactor.hyperparameters import conformed

if TYPE_CHECKING:
    from cofactor.data.ratings import Ratings

__all__ = ["items_where"]

Masks: TypeAlias = tuple[BoolArray, BoolArray]  # known to hold, known not to hold
COMPARE: dict[str, Callable[[Any, Any], Any]] = {
    "=": operator.eq, "!=": operator.ne, "<": operator.lt, "<=": operator.le, ">": operator.gt, ">=": operator.ge,
}  # fmt: skip


N_KEPT = 64  # masks of one table: a service asks for the same few again and again
_kept: "WeakKeyDictionary[Ratings, dict[str, BoolArray]]" = WeakKeyDictionary()


def items_where(ratings: "Ratings", where: str) -> BoolArray:
    """(n_items,) True for the items whose attributes match the condition; read-only.

    Raises `BadOption` for a text that is no condition, an attribute that items do not have, and a value of another
    kind than the attribute's.
    """
    kept = _kept.setdefault(ratings, {})
    found = kept.get(where) if isinstance(where, str) else None
    if found is None:
        condition = parse_condition(conformed("where", str, where))
        found = read_only(_masks(condition, lambda name: item_column(ratings, name, "where"))[0])
        if len(kept) >= N_KEPT:
            kept.clear()
        kept[where] = found
    return found


def _masks(condition: Condition, column: Callable[[str], Column]) -> Masks:
    if isinstance(condition, And | Or):
        holding, failing = zip(*(_masks(part, column) for part in condition.parts), strict=True)
        both, either = (
            (np.logical_and, np.logical_or) if isinstance(condition, And) else (np.logical_or, np.logical_and)
        )
        return reduce(both, holding), reduce(either, failing)
    if isinstance(condition, Not):
        holds, fails = _masks(condition.part, column)
        return fails, holds
    return _decided(condition, column(condition.attribute))


def _decided(condition: Comparison | OneOf | Has, column: Column) -> Masks:
    if isinstance(condition, Has):
        holds = _has(column, condition.word)
    elif isinstance(condition, OneOf):
        holds = reduce(np.logical_or, (_compared(column, "=", value) for value in condition.values))
    else:
        holds = _compared(column, condition.operator, condition.value)
    return holds & column.known, ~holds & column.known


def _has(column: Column, word: str) -> BoolArray:
    if column.kind != "text":
        raise BadOption(
            f"where asks which words {column.name!r} has, but its values are {column.kind}s. Compare them: "
            f"{column.name} = {'true' if column.kind == 'truth' else shown(column.values[0].item())}."
        )
    code = column.codes_of_words.get(word.strip())
    if code is None:
        return np.zeros(len(column.known), np.bool_)
    return (column.words == code).any(axis=1)


def _compared(column: Column, sign: str, value: Value) -> BoolArray:
    kind = "truth" if isinstance(value, bool) else "text" if isinstance(value, str) else "number"
    if kind != column.kind:
        raise BadOption(_other_kind(column, value, kind))
    if kind == "truth" and sign not in ("=", "!="):
        raise BadOption(f"where compares {column.name!r} by {sign}, but it is true or false. Use = or !=.")
    return np.asarray(COMPARE[sign](column.values, value), np.bool_)


def _other_kind(column: Column, value: Value, kind: str) -> str:
    known = column.cells[column.known]
    example = f", such as {shown(known[:1].tolist()[0])}" if len(known) else ""
    mend = {
        "number": "Write a number, without quotes.",
        "text": "Write the text in quotes.",
        "truth": "Write true or false.",
    }  # fmt: skip
    return (
        f"where compares {column.name!r} with the {kind} {shown(value)}, but its values are {column.kind}s{example}. "
        f"{mend[column.kind]}"
    )
