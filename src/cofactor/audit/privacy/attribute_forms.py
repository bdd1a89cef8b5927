"""Attributes of people as a release may show them: exact, or coarser."""

from collections.abc import Mapping, Sequence
from itertools import combinations, product
from typing import NamedTuple

import numpy as np

from cofactor.arrays import Array, IntArray
from cofactor.errors import BadOption, shown
from cofactor.filtering.columns import Column
from cofactor.hyperparameters import conformed

__all__ = ["AttributeForm", "Coarser", "combinations_of", "forms_of", "value_codes"]

Coarser = Mapping[str, Sequence[float]]  # of attributes, the coarser forms of each
DECADE = 10.0  # the usual width of classes of numbers, such as ages


class AttributeForm(NamedTuple):
    """An attribute, exact or coarser.

    coarse: of numbers the width of classes, counted from 0; of texts so many of their first characters; None: exact
    """

    name: str
    coarse: float | None = None

    def of(self, column: Column) -> str:
        """The form in words, such as "age in classes of 10" and "zip, first 3"."""
        if self.coarse is None:
            return self.name
        if column.kind == "number":
            return f"{self.name} in classes of {self.coarse:g}"
        return f"{self.name}, first {self.coarse:g}"


def forms_of(columns: Mapping[str, Column], coarser: Coarser | None) -> dict[str, list[AttributeForm]]:
    """The forms of each attribute, the exact one first. coarser: None: numbers in classes of 10

    Raises `BadOption` for an attribute that is not among these, and for forms that cannot be made.
    """
    if coarser is None:
        coarser = {name: [DECADE] for name, one in columns.items() if one.kind == "number"}
    if not isinstance(coarser, Mapping) or not all(isinstance(one, Sequence) for one in coarser.values()):
        raise BadOption(f"coarser is given as {{'age': [10], 'zip': [3, 1]}}, but {shown(coarser)} came.")
    strange = [name for name in coarser if name not in columns]
    if strange:
        raise BadOption(f"coarser names {shown(strange[0])}, which is not among the attributes {', '.join(columns)}.")
    checked = {name: [_checked(columns[name], one) for one in each] for name, each in coarser.items()}
    return {name: [AttributeForm(name), *checked.get(name, [])] for name in columns}


def _checked(column: Column, coarse: float) -> AttributeForm:
    size = conformed("coarser", float, coarse)
    if column.kind == "truth":
        raise BadOption(f"{column.name!r} is true or false, and has no coarser form. Leave it out of coarser.")
    if not 0 < size < float("inf") or (column.kind == "text" and size != int(size)):
        means = "the width of classes, above 0" if column.kind == "number" else "so many first characters, 1 or more"
        raise BadOption(f"A coarser form of {column.name!r} is {means}, but {coarse} came.")
    return AttributeForm(column.name, size)


def combinations_of(forms: Mapping[str, Sequence[AttributeForm]], most: int) -> list[tuple[AttributeForm, ...]]:
    """All forms of all sets of so many attributes at most, the smaller sets first."""
    names = [each for size in range(1, most + 1) for each in combinations(forms, size)]
    return [one for each in names for one in product(*(forms[name] for name in each))]


def value_codes(column: Column, form: AttributeForm, rows: IntArray) -> IntArray:
    """(len(rows),) equal numbers, from 0, for people of equal values; a missing value is one of its own."""
    values: Array = column.values[rows]
    if form.coarse is not None and column.kind == "number":
        values = np.floor(values / form.coarse)
    elif form.coarse is not None:
        values = np.array([one[: int(form.coarse)] for one in values.tolist()])
    codes = np.unique(values.astype(str) if values.dtype == object else values, return_inverse=True)[1]
    return np.where(column.known[rows], codes + 1, 0)
