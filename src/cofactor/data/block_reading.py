"""A table larger than memory, read block by block through the stages of `cofactor.read`, with the same report."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Any, Literal

import polars as pl

from cofactor.data.block_remarks import BlockRemarks
from cofactor.data.columns.id_columns import whole_if_unchanged
from cofactor.data.columns.roles import choose_columns
from cofactor.data.formats.block_table import BlockSizes, BlockTable, open_blocks
from cofactor.data.kinds import Kind
from cofactor.data.options import IdKind, IdKinds, Options, Side, id_kind
from cofactor.data.remarks import Remark, failure
from cofactor.data.report import Finding, Report
from cofactor.data.rows.parsed_rows import parse_rows, wished_types
from cofactor.data.rows.table_rows import TableRows
from cofactor.errors import BadTable

__all__ = ["WRITE_LONG", "BlockReader", "IdsAreText"]

SIDES: tuple[Side, ...] = ("user", "item")
UNITS = "Timestamps "  # begins the notes on the unit of times
WRITE_LONG = (
    "Write a row a rating first (`unpivot` of Polars, `melt` of pandas); or, where it fits memory, read it with "
    "cf.read(table, wide=True), and shard that by cofactor.scale.table.writing.shard_table."
)


class IdsAreText(Exception):
    """Ids that were whole numbers in the blocks before are text in this one, so all are: read anew with `ids`."""

    def __init__(self, ids: IdKinds) -> None:
        self.ids = ids


class BlockReader:
    """Reads one table, or several files of one form below each other, in blocks.

    columns: the columns by the parts they play, told by the first file
    """

    def __init__(self, sources: Sequence[Any], options: Options, sizes: BlockSizes) -> None:
        """Raises `BadTable` where the first cannot be opened, or its columns cannot be told."""
        self._sources, self._options, self._sizes = sources, options, sizes
        self._first = open_blocks(sources[0], options, sizes)
        try:
            self.columns, self._said = choose_columns(
                self._first.head, self._first.header, options, mend_of_wide=WRITE_LONG
            )
        except BadTable as error:
            raise BadTable(f"{self._first.origin}: {error}") from None
        self.are_boolean = False
        self.n_read = 0
        self.remarks = BlockRemarks()
        self._ids: dict[Side, IdKind] = {side: id_kind(options.ids, side) for side in SIDES}
        self._seen: dict[Side, pl.DataType] = {}

    @property
    def n_rows_of_first(self) -> int | None:
        """About how many rows the first file has; None where nobody can say."""
        return self._first.n_rows

    @property
    def name(self) -> str:
        """The first file's name without its endings; 'ratings' for what is no file."""
        return self._first.origin.partition(".")[0] if "." in self._first.origin else "ratings"

    def blocks(self) -> Iterator[TableRows]:
        """The usable rows of one block after the other.

        Raises `BadTable` where a block cannot be understood, `IdsAreText` where all has to be read anew.
        """
        for at, source in enumerate(self._sources):
            table = open_blocks(source, self._options, self._sizes) if at else self._first
            self._expect_columns(table)
            self.remarks.begin_file(table.origin, table.row_names)
            wished = wished_types(table.head, self.columns, self._options)
            for frame in table.blocks(wished, self._whole_ids(table.head)):
                yield self._usable(frame, table)

    def _whole_ids(self, head: pl.DataFrame) -> list[str]:
        """The columns of ids that look like whole numbers, and may be."""
        columns = zip(SIDES, (self.columns.user, self.columns.item), strict=True)
        ids = [head[column] for side, column in columns if self._ids[side] == "auto"]
        return [one.name for one in ids if one.dtype == pl.String and whole_if_unchanged(one).dtype == pl.Int64]

    def _usable(self, frame: pl.DataFrame, table: BlockTable) -> TableRows:
        options = replace(self._options, ids=self._ids)
        rows, are_boolean = parse_rows(frame, self.columns, options, self.remarks, is_text=table.is_text)
        if len(rows.users):
            self._check_ids(rows, is_text=table.is_text)
            self._check_values(are_boolean)
        self.remarks.end_block(frame.height)
        self.n_read += frame.height
        return rows

    def _expect_columns(self, table: BlockTable) -> None:
        for role, column in self.columns.roles().items():
            if column not in table.head.columns:
                raise BadTable(
                    f"{table.origin} has no column {column!r}, the {role} in {self._first.origin}. Give files of one "
                    f"form, or shard them apart."
                )

    def _check_ids(self, rows: TableRows, *, is_text: bool) -> None:
        for side, ids in zip(SIDES, (rows.users, rows.items), strict=True):
            if not isinstance(ids.dtype, pl.Int64 | pl.String):
                raise BadTable(
                    f"The {side} ids are {ids.dtype}; those of shards are whole numbers or text. Pass ids='text'."
                )
            before = self._seen.setdefault(side, ids.dtype)
            if before != ids.dtype and not is_text:
                raise BadTable(f"The {side} ids are whole numbers here and text there. Pass ids='text'.")
            if is_text and ids.dtype == pl.String:
                self._ids[side] = "text"  # so no later block need be looked at for it
            if before != ids.dtype:
                raise IdsAreText(self._ids)

    def _check_values(self, are_boolean: bool) -> None:
        if self.n_read and are_boolean != self.are_boolean:
            raise BadTable(
                "The ratings are true and false in some blocks, and numbers in others. Write all as numbers."
            )
        self.are_boolean = are_boolean

    def report(
        self, kind: Kind | Literal[""], n_kept: int, more: Sequence[Remark] = (), error: Exception | None = None
    ) -> Report:
        """The report on all that was read.

        more: remarks on the table as a whole     error: what ended the reading
        """
        if self.remarks.in_some_blocks(UNITS):
            more = (*more, failure(BadTable("The times are not in one unit. Bring all to seconds since 1970.")))
        last = () if error is None else (failure(error),)
        found = [(one.kind, one.finding(self._first.row_names)) for one in self._said]
        found += self.remarks.findings()
        found += [(one.kind, one.finding(self._first.row_names)) for one in (*more, *last)]
        return Report(
            source=self._first.origin if len(self._sources) == 1 else f"{len(self._sources):,} files",
            columns=self.columns.roles(), kind=kind, n_read=self.n_read, n_kept=n_kept,
            problems=_of("problem", found), left_out=_of("left out", found), untrainable=_of("untrainable", found),
            notes=_of("note", found),
        )  # fmt: skip


def _of(kind: str, found: Sequence[tuple[str, Finding]]) -> tuple[Finding, ...]:
    return tuple(finding for of, finding in found if of == kind)
