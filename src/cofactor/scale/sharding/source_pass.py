"""The first pass over a table that is sharded: its rows go to the files of their keys' ranges, its items are counted.

Beside some blocks of rows, memory holds what there is one of for each item, and for each different value.
"""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import polars as pl

from cofactor.arrays import FloatArray, IntArray, object_array
from cofactor.data.attributes.attached import attach
from cofactor.data.attributes.attached_table import load_attached
from cofactor.data.block_reading import BlockReader, IdsAreText
from cofactor.data.columns.given_kind import with_kind
from cofactor.data.formats.block_table import BlockSizes
from cofactor.data.ids import IdMap
from cofactor.data.kinds import Kind, values_of_kind
from cofactor.data.options import Options
from cofactor.data.ratings import Ratings
from cofactor.data.remarks import Remark, note
from cofactor.data.report import Report
from cofactor.data.rows.indexed_rows import DISLIKES, side_remarks
from cofactor.data.rows.table_rows import TableRows
from cofactor.errors import BadTable, counted
from cofactor.kernels.absent import NO_NUMBERS
from cofactor.run.work_bar import WorkBar
from cofactor.scale.sharding.item_numbers import ItemNumbers, SortedItems
from cofactor.scale.sharding.spill import SpillFacts, SpillRows, SpillWriter
from cofactor.scale.sharding.value_counts import ValueCounts

__all__ = ["SourcePass", "SpillPlan", "pass_over"]

N_SAMPLED = 10_000  # users by which is noticed that an attached table has users for items


class SpillPlan(NamedTuple):
    """The sizes of what is in memory and on disk during the pass."""

    blocks: BlockSizes
    n_rows_a_batch: int
    n_bits: int  # of a key that say in which file its rows are
    n_cut_bits: int  # of a key at which one shard may end and another begin
    n_rows: int | None  # that the table has, about


class SourcePass(NamedTuple):
    """All that is known when every row has been read once."""

    spill: SpillFacts
    catalogue: Ratings
    rank: IntArray  # (n_items,) int32, the index of each item by its number in the spilled rows
    levels: FloatArray  # the different values, as the kind of the table has them; nothing for over 256
    newest: int  # time of the newest row
    report: Report


def pass_over(sources: Sequence[Any], options: Options, plan: SpillPlan, folder: Path, bar: WorkBar) -> SourcePass:
    """Spill the rows of a table to `folder`, and return what is known of it.

    Raises `BadTable`, whose message holds everything found, for a table that `cofactor.read` would refuse; `OSError`
    as the file system does.
    """
    while True:
        for file in folder.glob("*.spill"):
            file.unlink()
        try:
            return _Pass(sources, options, plan, folder).run(bar)
        except IdsAreText as found:  # at most once for each side
            options = replace(options, ids=found.ids)


class _Pass:
    def __init__(self, sources: Sequence[Any], options: Options, plan: SpillPlan, folder: Path) -> None:
        self._reader = BlockReader(sources, options, plan.blocks)
        self._options, self._plan = options, plan
        self._spill = SpillWriter(folder, plan.n_bits, plan.n_cut_bits, plan.n_rows_a_batch)
        self._items, self._values = ItemNumbers(), ValueCounts()
        self._newest, self._n_rows = np.iinfo(np.int64).min, 0
        self._some_users = pl.Series([], dtype=pl.Int64)
        if options.items is not None:  # a fault in it is better known before an hour of reading than after
            load_attached(options.items, "item", self._reader.columns.item, options)

    def run(self, bar: WorkBar) -> SourcePass:
        bar.stage("reading", self._plan.n_rows)
        try:
            for rows in self._reader.blocks():
                if len(rows.users):
                    self._add(rows)
                bar.update(self._reader.n_read)
            spill = self._spill.finish()
            return self._known(spill)
        except BadTable as error:
            raise self._refusal(error) from None
        finally:
            self._spill.close()

    def _add(self, rows: TableRows) -> None:
        if not self._n_rows:
            self._some_users = rows.users.head(N_SAMPLED)
        self._n_rows += len(rows.users)
        if self._reader.remarks.has_problems:
            return  # the table is refused; what else is wrong with it is found faster so
        if rows.values is not None:
            self._values.add(rows.values)
        times = rows.times if self._needs_times else None
        if times is not None:
            self._newest = max(self._newest, int(times.max()))
        self._spill.add(SpillRows(rows.users, self._items.number(rows.items, rows.titles), rows.values, times))

    @property
    def _needs_times(self) -> bool:
        """Times say which of two ratings is the later one, and how old a row is; shards do not keep them."""
        return self._options.half_life is not None or self._options.duplicates in (None, "last")

    def _known(self, spill: SpillFacts) -> SourcePass:
        problems = self._reader.report("", self._n_rows)
        if not problems.ok:
            raise BadTable("\n".join(map(str, problems.problems)))
        if not self._n_rows:
            raise BadTable(f"No usable row is left. {' '.join(map(str, problems.left_out))}".rstrip())
        has_values, options = spill.has_values, self._options
        (kind, _), said = with_kind(
            self._values.typical if has_values else None, self._reader.columns.rating, options,
            is_boolean=self._reader.are_boolean,
        )  # fmt: skip
        items = self._items.sorted()
        catalogue, about_items = self._catalogue(kind, items, integers=not spill.are_texts)
        remarks = [*said, *side_remarks(items.ids, self._reader.columns.item, complete=True), *about_items]
        remarks += self._dislikes()
        report = self._reader.report(kind, self._n_rows, remarks)
        if not report.ok:
            raise BadTable("\n".join(map(str, report.problems)))
        return SourcePass(spill, catalogue, items.rank, self._levels(kind, has_values), self._newest, report)

    def _levels(self, kind: Kind, has_values: bool) -> FloatArray:
        levels = self._values.levels if has_values else np.ones(1, np.float32)
        return np.unique(values_of_kind(levels, kind)) if not has_values or self._values.are_few else NO_NUMBERS

    def _dislikes(self) -> list[Remark]:
        n = int(self._values.counts[self._values.levels <= 0].sum())
        return [note(f"{DISLIKES} in {counted(n, 'row')}")] if n else []

    def _catalogue(self, kind: Kind, items: SortedItems, *, integers: bool) -> tuple[Ratings, Sequence[Remark]]:
        """Nobody's ratings of all items."""
        options, columns = self._options, self._reader.columns
        sample = IdMap.encode(self._some_users.to_list(), "user")[0]
        about, remarks = attach(options.items, "item", items.ids, sample, columns.item, options)
        titles = about.titles
        if titles is None and items.titles is not None:
            titles = np.append(items.titles, object_array([None] * (len(about.ids) - len(items.ids))))
        nobody, nothing = IdMap(np.empty(0, np.int64 if integers else object)), np.empty(0, np.int32)
        scale = options.scale if kind == "ratings" else None
        return Ratings(
            users=nobody, items=about.ids, user_idx=nothing, item_idx=nothing, values=NO_NUMBERS, kind=kind,  # pyright: ignore[reportArgumentType]  (an array to whoever gives it)
            scale=scale, titles=titles, item_attributes=about.attributes, name=options.name or self._reader.name,
        ), remarks  # fmt: skip

    def _refusal(self, error: BadTable) -> BadTable:
        """Everything found until the reading ended, in one error."""
        report = self._reader.report("", self._n_rows)
        found = [str(one) for one in report.problems]
        return BadTable(
            f"{report.source}: " + "\n".join(found if str(error) in "\n".join(found) else [*found, str(error)])
        )
