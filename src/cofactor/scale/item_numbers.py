"""Items are numbered as they come, and sorted by id when all are known."""

import numpy as np
import polars as pl

from cofactor.arrays import Array, IntArray, object_array
from cofactor.data.columns.numbering import WIDEST_TABLE
from cofactor.data.formats.series import texts_of
from cofactor.data.ids import IdMap

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
    """Gives each item id a number from 0, in the order of their coming; some 200 bytes an item are held."""

    def __init__(self) -> None:
        self._known: pl.DataFrame | None = None
        self._table = np.empty(0, np.int32)  # by id, of whole numbers that are small
        self._titles: list[str | None] | None = None

    def __len__(self) -> int:
        return 0 if self._known is None else self._known.height

    def number(self, ids: pl.Series, titles: pl.Series | None = None) -> IntArray:
        """(n,) int32, the number of each id.

        titles: that stand beside the ids; the first one of each item counts
        """
        ids = ids.alias("id")
        if self._known is None:
            self._known = pl.DataFrame({"id": ids.head(0), "number": pl.Series([], dtype=pl.Int32)})
        n_before, numbers = len(self), self._find(ids)
        new = np.flatnonzero(numbers == NEW)
        if len(new):
            self._append(ids.gather(new).unique(maintain_order=True))
            numbers[new] = self._find(ids.gather(new))
        if titles is not None:
            self._keep_titles(titles, numbers, new, n_before)
        return numbers

    def sorted(self) -> SortedItems:
        """The items of all blocks."""
        known = pl.Series([], dtype=pl.Int64) if self._known is None else self._known["id"]
        return SortedItems(known, self._titles)

    def _find(self, ids: pl.Series) -> IntArray:
        assert self._known is not None, "number has made it"
        if ids.dtype == pl.Int64 and len(ids) and int(ids.min()) >= 0 and int(ids.max()) < WIDEST_TABLE:  # pyright: ignore[reportArgumentType]  (of whole numbers)
            values = ids.to_numpy()
            self._fill_table(int(values.max()) + 1)
            return self._table[values]
        found = ids.to_frame().join(self._known, on="id", how="left", maintain_order="left")["number"]
        return found.fill_null(NEW).to_numpy().copy()

    def _fill_table(self, n: int) -> None:
        if n > len(self._table):
            self._table = np.append(self._table, np.full(n - len(self._table), NEW, np.int32))
            self._note(self._known)

    def _note(self, items: pl.DataFrame | None) -> None:
        if items is None or items["id"].dtype != pl.Int64:
            return
        ids, numbers = items["id"].to_numpy(), items["number"].to_numpy()
        small = (ids >= 0) & (ids < len(self._table))
        self._table[ids[small]] = numbers[small]

    def _append(self, ids: pl.Series) -> None:
        assert self._known is not None, "number has made it"
        new = pl.DataFrame(
            {"id": ids, "number": pl.int_range(len(self), len(self) + len(ids), dtype=pl.Int32, eager=True)}
        )
        self._known = pl.concat([self._known, new])
        self._note(new)

    def _keep_titles(self, titles: pl.Series, numbers: IntArray, new: IntArray, n_before: int) -> None:
        first = np.zeros(len(self) - n_before, np.int64)
        first[numbers[new][::-1] - n_before] = new[::-1]  # backwards: the first is written last
        self._titles = (self._titles or []) + texts_of(titles.gather(first)).to_list()
