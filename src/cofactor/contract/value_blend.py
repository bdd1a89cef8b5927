"""The values of items that lists are blended with, and the weight that each user has given them, as arrays."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np

from cofactor.arrays import FloatArray, Id
from cofactor.contract.item_sets import Asked, of_each
from cofactor.data.item_values import ItemValues
from cofactor.errors import BadOption, shown
from cofactor.hyperparameters import conformed
from cofactor.reranking.item_values import ValueBlend

if TYPE_CHECKING:
    from cofactor.data.ratings import Ratings

__all__ = ["ValueWeight", "expect_item_values", "share_of", "value_blend"]

ValueWeight = float | Mapping[Id, float]  # of everybody, or {user: of that one}


def value_blend(ratings: "Ratings", asked: Asked, item_values: object, value_weight: object) -> ValueBlend | None:
    """The values of all items and the weights of those who ask; None where neither is given.

    Raises `BadOption` where one is given without the other, for weights out of range, and for {user: weight} without
    anybody who asks; `UnknownIds` for values of items that the ratings do not hold.
    """
    if item_values is None and value_weight is None:
        return None
    if item_values is None:
        raise BadOption("value_weight says how much item_values count, but no item_values came. Give both, or neither.")
    values = expect_item_values(item_values, "item_values are")
    if value_weight is None:
        raise BadOption(
            "item_values came without value_weight, how much they count: from 0, where the model alone decides, to 1, "
            "where the values do; or {user: weight}, which each has set for themselves."
        )
    return ValueBlend(values.aligned(ratings).values, _weights(ratings, asked, value_weight), values.higher_is_better)


def expect_item_values(given: object, where: str) -> ItemValues:
    """The values themselves. Raises `BadOption` for anything else. where: begins the sentence"""
    if not isinstance(given, ItemValues):
        raise BadOption(
            f"{where} cf.ItemValues, which say who set them and how, but a value of type {type(given).__name__} came. "
            f"Of a table or a file: cf.ItemValues.read(table, name=…, …)."
        )
    return given


def share_of(name: str, given: Any) -> float:
    """A number from 0 to 1; raises `BadOption` for anything else. name: of the option"""
    value: float = conformed(name, float, given)
    if not 0 <= value <= 1:
        raise BadOption(f"{name} is a number from 0 to 1, but {shown(given)} came.")
    return value


def _weights(ratings: "Ratings", asked: Asked, given: object) -> FloatArray:
    """(b,) the weight of each who asks: whoever has set none has that of the model alone."""
    if not isinstance(given, Mapping):
        return np.full(len(asked.labels), share_of("value_weight", given))
    by_user: Mapping[Id, Any] = given
    checked = {user: share_of(f"value_weight[{shown(user)}]", one) for user, one in by_user.items()}
    found = of_each(ratings, asked, checked)
    if found and all(one is None for one in found):
        raise BadOption(
            f"value_weight as a mapping is {{user: weight}}, but nobody who is asked for, such as "
            f"{shown(asked.labels[0])}, is among its users: {shown(by_user)}."
        )
    return np.array([one or 0.0 for one in found])
