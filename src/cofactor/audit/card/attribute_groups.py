"""Groups of people by their attributes, as accuracy is told by them: few, none of a few people, and nobody left out
without a word."""

from typing import NamedTuple

import numpy as np

from cofactor.arrays import Array, BoolArray, FloatArray
from cofactor.audit.card.card_audit import LEAST_PEOPLE, people_counted
from cofactor.errors import counted
from cofactor.filtering.columns import Column

__all__ = ["AttributeGroups", "attribute_groups"]

MOST_GROUPS = 8  # values of an attribute that are told one by one
N_CLASSES = 4  # of numbers, equally many people in each
N_NAMED = 3  # of small groups that are told together
NOT_KNOWN = "not known"


class AttributeGroups(NamedTuple):
    """People by the values of one attribute.

    members: by value in words, (n,) who has it     left_out: of whom nothing is told, and why; empty: nobody
    """

    members: dict[str, BoolArray]
    left_out: str


def attribute_groups(name: str, cells: Array, is_counted: BoolArray) -> AttributeGroups:
    """The groups of enough people by their values of an attribute; those of fewer are told together as others.

    cells: (n,) as they came     is_counted: (n,) of whom there is a figure

    >>> few = attribute_groups("sex", np.array(["f"] * 30 + ["m"] * 25 + ["x"] * 4), np.ones(59, bool))
    >>> list(few.members), few.left_out
    (['f', 'm'], 'x (4 people)')
    """
    labels, order = _labels(Column.of(name, cells), is_counted)
    sizes = {one: int(np.count_nonzero(is_counted & (labels == one))) for one in order if one in labels}
    told = [one for one in sizes if sizes[one] >= LEAST_PEOPLE]
    if len(sizes) > MOST_GROUPS:
        largest = sorted(told, key=lambda one: -sizes[one])[: MOST_GROUPS - 1]
        told = [one for one in told if one in largest]
    if not told:
        return AttributeGroups({}, f"none of its {counted(len(sizes), 'value')} has {LEAST_PEOPLE} people")
    rest = [one for one in sizes if one not in told]
    members, n_others = {one: labels == one for one in told}, sum(sizes[one] for one in rest)
    if n_others >= LEAST_PEOPLE:
        members[_together(rest)] = ~np.isin(labels, told)
        rest = []
    return AttributeGroups(members, f"{_together(rest)} ({people_counted(n_others)})" if n_others and rest else "")


def _together(labels: list[str]) -> str:
    return " and ".join(labels) if len(labels) <= N_NAMED else f"{len(labels):,} other values together"


def _labels(column: Column, is_counted: BoolArray) -> tuple[Array, list[str]]:
    """(n,) the value of each in words, of numbers with many values the class of its quartile; and all in their order,
    that which is not known last."""
    known = column.known
    if column.kind == "number" and len(np.unique(column.values[known & is_counted])) > MOST_GROUPS:
        texts, order = _classes(column.values, known, column.values[known & is_counted])
    else:
        numbers = column.kind == "number"
        texts = np.array([f"{one:g}" if numbers else str(one) for one in column.values.tolist()])
        known = known & (texts != "")
        order = list(dict.fromkeys(texts[known][np.argsort(column.values[known], kind="stable")].tolist()))
    return np.where(known, texts, NOT_KNOWN), [*order, NOT_KNOWN]


def _classes(values: FloatArray, known: BoolArray, inside: FloatArray) -> tuple[Array, list[str]]:
    """(n,) the class of each by the quartiles of some, called by its least and its largest value, and all in order."""
    ends = np.unique(np.quantile(inside, np.linspace(0, 1, N_CLASSES + 1)[1:-1], method="lower"))
    place = np.searchsorted(ends, values)  # nan behind the last, and told apart by the caller
    of_class = [values[known & (place == at)] for at in range(len(ends) + 1)]
    names = [f"{one.min():g} to {one.max():g}" if len(one) else "" for one in of_class]
    return np.array(names)[place], [one for one in names if one]
