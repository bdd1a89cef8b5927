"""What is known of users and items beside their ratings: attached tables, matched by id."""

from dataclasses import dataclass, field
from typing import Any

from cofactor.arrays import Array, IntArray
from cofactor.data.attributes.attached_table import AttachedTable, load_attached
from cofactor.data.attributes.cells import as_titles, column_remarks, in_id_order, typed
from cofactor.data.attributes.matching import find_keys, first_row_of_each, match_remarks, with_unrated
from cofactor.data.ids import UNKNOWN, IdMap
from cofactor.data.options import Options, Side
from cofactor.data.remarks import Remark, Remarks

__all__ = ["Attached", "attach"]


@dataclass(frozen=True)
class Attached:
    """The attributes and titles of n ids; None or nan where the table has none.

    ids: those asked for, and behind them, where they are kept, those that only the table has
    attributes: each (n,), int64, float64 or object     titles: (n,) object
    """

    ids: IdMap
    attributes: dict[str, Array] = field(default_factory=dict[str, Array])
    titles: Array | None = None
    n_rows: int = 0


def attach(
    source: Any, side: Side, ids: IdMap, other: IdMap, beside: str, options: Options
) -> tuple[Attached, Remarks]:
    """The attributes and titles that the table `source` holds for these ids, and remarks on it; none without a table.

    other: ids of the other side, to notice that the two were exchanged
    beside: the column of the ids in the ratings
    Raises `BadTable` where the table cannot be read.
    """
    if source is None:
        return Attached(ids), ()
    table, keep = load_attached(source, side, beside, options), options.unrated == "keep"
    found = find_keys(table, ids)
    remarks = match_remarks(found, ids, other, table, keep=keep)
    if keep and (found == UNKNOWN).any():
        more = with_unrated(ids, found, table)
        if isinstance(more, Remark):
            return Attached(ids), (*remarks, more)
        ids, found = more, find_keys(table, more)
    attached, of_columns = _attached(table, ids, first_row_of_each(found, len(ids)))
    return attached, (*remarks, *of_columns)


def _attached(table: AttachedTable, ids: IdMap, row: IntArray) -> tuple[Attached, Remarks]:
    """The cells of the table in the order of the ids.

    row: (len(ids),) the row of each id, -1 where the table has none
    """
    attributes, titles, remarks = dict[str, Array](), None, list[Remark]()
    for name in table.frame.columns:
        column = typed(table.frame[name], is_text=table.is_text)
        if name == table.title:
            titles = as_titles(in_id_order(column, row))
        elif name != table.key:
            remarks += column_remarks(column, table.frame[name], table.name)
            attributes[name] = in_id_order(column, row)
    return Attached(ids, attributes, titles, table.frame.height), tuple(remarks)
