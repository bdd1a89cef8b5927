"""Items are numbered as they come, and sorted by id when all are known."""

import numpy as np
import polars as pl

from cofactor.arrays import Array, IntArray, object_array
from cofactor.data.columns.numbering import WIDEST_TABLE
from cofactor.data.formats.series import texts_of
from cofactor.data.id_keys import ids_of_keys, keyed_ids
from cofactor.data.ids import IdMap
from cofactor.data.text_ids import TextIds
from cofactor.kernels.ids.key_numbers import KeyNumbers, number_ids

__all__ = ["ItemNumbers", "SortedItems"]

NEW = -1


class SortedItems:
    """All items in the order of their ids.

    ids: the map of them     rank: (n_items,) int32, the index of each by its number     titles: (n_items,) or None
    """

    def __init__(self, ids: pl.Series, titles: list[str | None] | None) -> None:
        order = ids.arg_sort().to_numpy()
        ids = ids.gather(order)
        self.ids = IdMap(ids.to_numpy() if ids.dtype == pl.Int64 else object_array(ids.to_list()), "item")
        self.rank = np.empty(len(order), np.int32)
        self.rank[order] = np.arange(len(order), dtype=np.int32)
        self.titles: Array | None = None if titles is None else object_array(titles)[order]


class ItemNumbers:
    """Gives each item id a number from 0, in the order of their coming; titles alone are held as Python objects."""

    def __init__(self) -> None:
        self._known = KeyNumbers()
        self._table = np.empty(0, np.int32)  # by id, of whole numbers that are small: found without a hash
        self._titles: list[str | None] | None = None

    def __len__(self) -> int:
        return self._known.n

    def number(self, ids: pl.Series, titles: pl.Series | None = None) -> IntArray:
        """(n,) int32, the number of each id, all of which are whole numbers (Int64) or text.

        titles: that stand beside the ids; the first one of each item counts
        """
        n_before = len(self)
        are_small = ids.dtype == pl.Int64 and len(ids) and int(ids.min()) >= 0 and int(ids.max()) < WIDEST_TABLE  # pyright: ignore[reportArgumentType]  (of whole numbers)
        numbers = self._by_table(ids) if are_small else number_ids(self._known, *keyed_ids(ids))
        if titles is not None:
            self._keep_titles(titles, numbers, np.flatnonzero(numbers >= n_before), n_before)
        return numbers

    def _by_table(self, ids: pl.Series) -> IntArray:
        values = ids.to_numpy()
        n_more = int(values.max()) + 1 - len(self._table)
        self._table = np.append(self._table, np.full(max(0, n_more), NEW, np.int32))
        numbers = self._table[values]
        new = np.flatnonzero(numbers == NEW)
        if len(new):
            numbers[new] = number_ids(self._known, *keyed_ids(ids.gather(new)))
            self._table[values[new]] = numbers[new]
        return numbers

    def sorted(self) -> SortedItems:
        """The items of all blocks."""
        keys, ends, text = self._known.found
        if not len(text):
            return SortedItems(pl.Series(ids_of_keys(keys)), self._titles)
        return SortedItems(pl.Series(TextIds(text, ends[1:]).objects(), dtype=pl.String), self._titles)

    def _keep_titles(self, titles: pl.Series, numbers: IntArray, new: IntArray, n_before: int) -> None:
        first = np.zeros(len(self) - n_before, np.int64)
        first[numbers[new][::-1] - n_before] = new[::-1]  # backwards: the first is written last
        self._titles = (self._titles or []) + texts_of(titles.gather(first)).to_list()
