"""The ids of a column become an IdMap and an index for every row, fast."""

import numpy as np
import polars as pl

from cofactor.arrays import IntArray, object_array
from cofactor.data.ids import IdMap

__all__ = ["WIDEST_TABLE", "number", "odd_texts"]

NOT_IDS = ("nan", "none", "null", "na", "n/a", "<na>")
Numbered = tuple[IdMap, IntArray]
WIDEST_TABLE = 1 << 22  # whole numbers that lie closer than this are looked up in a table, without any sorting


def number(ids: pl.Series, kind: str) -> Numbered:
    """The distinct ids, sorted where they can be, and the index of each row; none may be missing."""
    if ids.dtype == pl.Int64:
        return _number_whole(ids, kind)
    if ids.dtype == pl.String:
        return _number_texts(ids, kind)
    if ids.dtype == pl.Object or ids.dtype.is_integer():
        return IdMap.encode(ids.to_list(), kind)
    distinct = ids.unique().sort()
    return IdMap.of(distinct.to_list(), kind), _places(ids, distinct)


def odd_texts(ids: IdMap) -> list[str]:
    """Ids that hardly anybody meant: with spaces around them, or the word that missing values are printed as."""
    if ids.values.dtype.kind == "i" or not all(isinstance(one, str) for one in ids.values[:1]):
        return []
    texts = pl.Series([one for one in ids.values if isinstance(one, str)], dtype=pl.String)
    odd = (texts != texts.str.strip_chars()) | texts.str.to_lowercase().is_in(NOT_IDS)
    return texts.filter(odd).to_list()


def _number_whole(ids: pl.Series, kind: str) -> Numbered:
    values = ids.to_numpy()
    low, high = (int(values.min()), int(values.max())) if len(values) else (0, 0)
    if high - low > WIDEST_TABLE:
        distinct = ids.unique().sort()
        return IdMap(distinct.to_numpy(), kind), _places(ids, distinct)
    if not 0 <= low <= WIDEST_TABLE:
        values = values - low
    else:
        low = 0
    present = np.zeros(high - low + 1, np.bool_)
    present[values] = True
    place = np.cumsum(present, dtype=np.int32) - np.int32(1)
    return IdMap(np.flatnonzero(present) + low, kind), np.take(place, values)


def _number_texts(ids: pl.Series, kind: str) -> Numbered:
    categories = pl.Categories.random()  # its own, so that its codes are 0, 1, 2 … and no table sees another's
    coded = ids.cast(pl.Categorical(categories))
    texts = categories.to_series()  # held as long as `coded` lives
    order = texts.arg_sort().to_numpy()
    place = np.empty(len(order), np.int32)
    place[order] = np.arange(len(order), dtype=np.int32)
    return IdMap(object_array(texts.gather(order).to_list()), kind), np.take(place, coded.to_physical().to_numpy())


def _places(ids: pl.Series, distinct: pl.Series) -> IntArray:
    return ids.replace_strict(distinct, pl.int_range(len(distinct), dtype=pl.Int32, eager=True)).to_numpy()
