"""The ids of one side as arrays of numbers, and back; text stays packed until somebody asks for it."""

import numpy as np

from cofactor.arrays import Array
from cofactor.data.ids import IdMap
from cofactor.data.packing.columns import PLAIN, pack_column, packed_texts, unpack_column
from cofactor.data.packing.expectations import expect

__all__ = ["pack_ids", "unpack_ids"]


def pack_ids(name: str, ids: IdMap) -> dict[str, Array]:
    """The ids under this name, in the form of `pack_column`; raises `BadOption` for ids that it does not take."""
    if ids.texts is None:
        return pack_column(name, ids.values)
    return {f"text/{name}": ids.texts.text, f"text-ends/{name}": ids.texts.ends}


def unpack_ids(name: str, arrays: dict[str, Array], kind: str) -> IdMap:
    """The ids that `pack_ids` packed under this name, taken out of the arrays.

    Raises `BadModelFolder` where there are none, where one is of a type that no id has, or stands twice.
    """
    if f"text/{name}" not in arrays:
        return IdMap(_checked(unpack_column(name, arrays, taken=True), kind), kind)
    texts = packed_texts(name, "text", arrays.pop)
    expect(texts.are_text and texts.are_unique, f"{kind}s")
    return IdMap(texts, kind)


def _checked(column: Array, kind: str) -> Array:
    if column.dtype != np.int64:
        expect(column.dtype == object and all(type(one) in PLAIN for one in column), f"{kind}s")
        expect(len(set(column.tolist())) == len(column), f"{kind}s")
    elif len(column) and not (column[1:] > column[:-1]).all():
        expect(len(np.unique(column)) == len(column), f"{kind}s")
    return column
