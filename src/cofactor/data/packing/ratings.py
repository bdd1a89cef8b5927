"""Ratings as arrays of numbers, and back: how they lie in a saved model, ids, titles and attributes with them.

The table lies as models ask for it (`Ratings.by_user`), so that opening need not sort: user by user, each user's items
ascending. Where its own rows have another order, or a pair occurs twice, its columns lie beside that. Either way the
same table comes back, row by row.

Whoever unpacks may have been given anything: what does not fit raises `BadModelFolder`, before a kernel sees it.
"""

from collections.abc import Mapping
from typing import Any, get_args

import numpy as np

from cofactor.arrays import Array, IntArray
from cofactor.data.csr_rows import Rows
from cofactor.data.kinds import Kind
from cofactor.data.packing.columns import pack_column, unpack_column
from cofactor.data.packing.expectations import (
    are_finite,
    expect,
    is_array,
    is_index,
    is_list_of,
    is_row_pointer,
    refuse,
)
from cofactor.data.packing.ids import pack_ids, unpack_ids
from cofactor.data.ratings import Ratings
from cofactor.data.value_column import LARGEST_RATING
from cofactor.errors import BadModelFolder, BadOption
from cofactor.kernels.absent import NO_CODES
from cofactor.kernels.ratings.csr import CodedValues
from cofactor.kernels.ratings.layout import encode_values

__all__ = ["pack_ratings", "unpack_ratings"]


def pack_ratings(ratings: Ratings) -> tuple[dict[str, Array], dict[str, Any]]:
    """The table as arrays, and its name, scale and the like as what JSON can hold.

    Raises `BadOption` for ids or attributes of a type that a saved model cannot keep.
    """
    arrays = _packed_rows(ratings)
    if ratings.timestamps is not None:
        arrays["timestamps"] = np.ascontiguousarray(ratings.timestamps)
    if ratings.item_totals is not None:
        arrays["item-totals"] = np.ascontiguousarray(ratings.item_totals)
    arrays |= pack_ids("users", ratings.users) | pack_ids("items", ratings.items)
    columns: dict[str, Array] = {} if ratings.titles is None else {"titles": ratings.titles}
    columns |= {f"item:{name}": column for name, column in ratings.item_attributes.items()}
    columns |= {f"user:{name}": column for name, column in ratings.user_attributes.items()}
    for name, column in columns.items():
        arrays |= pack_column(name, column)
    about = {
        "name": ratings.name, "synthetic": ratings.synthetic, "kind": ratings.kind,
        "scale": ratings.scale, "library": ratings.library, "n_ratings": len(ratings),
        "fingerprint": ratings.fingerprint, "columns": ["users", "items", *columns],
    }  # fmt: skip
    _check_round_trip(ratings, arrays, about)
    return arrays, about


def _check_round_trip(ratings: Ratings, arrays: Mapping[str, Array], about: Mapping[str, Any]) -> None:
    """Raise `BadOption` for a table that would be saved and never opened."""
    others = [ids for ids in (ratings.users, ratings.items) if ids.texts is None and ids.values.dtype == object]
    try:
        unpack_ratings(arrays, about, verify=bool(others))  # of numbers and text nothing can be lost
    except BadModelFolder as error:
        raise BadOption(f"{ratings!r} cannot be kept in a saved model. {error}") from error


def _packed_rows(ratings: Ratings) -> dict[str, Array]:
    rows = ratings.by_user
    arrays: dict[str, Array] = {"indptr": rows.indptr, "indices": rows.indices}
    arrays |= _packed_values("", CodedValues(rows.levels, rows.codes, len(rows.indices)))
    by_users = np.array_equal(_row_of_each(rows.indptr), ratings.user_idx)
    if not (by_users and np.array_equal(rows.indices, ratings.item_idx)):
        arrays |= {"item_idx": ratings.item_idx} | ({} if by_users else {"user_idx": ratings.user_idx})
        arrays |= _packed_values("table-", encode_values(ratings.values))
    return {name: np.ascontiguousarray(array) for name, array in arrays.items()}


def _packed_values(prefix: str, values: CodedValues) -> dict[str, Array]:
    levels: dict[str, Array] = {f"{prefix}levels": values.levels}
    return levels | {f"{prefix}codes": values.codes} if values.codes.size else levels


def unpack_ratings(arrays: Mapping[str, Array], about: Mapping[str, Any], *, verify: bool = True) -> Ratings:
    """The table that `pack_ratings` packed.

    verify: whether its fingerprint is compared with the one it had
    Raises `BadModelFolder` for arrays that are no such table.
    """
    left = dict(arrays)
    names = about.get("columns")
    if not isinstance(names, list) or not all(isinstance(name, str) for name in names):
        refuse("its columns have no names")
    if len(set(names)) != len(names) or not {"users", "items"} <= set(names):
        refuse(f"its columns are {names}")
    users, items = unpack_ids("users", left, "user"), unpack_ids("items", left, "item")
    others = [name for name in names if name not in ("users", "items")]
    column = {name: unpack_column(name, left, taken=True) for name in others}  # arrays come in another order
    rows, table = _unpacked_rows(left, len(users), len(items))
    titles, timestamps = column.pop("titles", None), left.pop("timestamps", None)
    totals = left.pop("item-totals", None)
    expect(totals is None or is_array(totals, np.int64, len(items)), "item-totals")
    _check_titles(titles, len(items))
    expect(timestamps is None or is_array(timestamps, np.int64, len(table["values"])), "timestamps")
    attributes = {side: _attributes(column, f"{side}:", n) for side, n in (("user", len(users)), ("item", len(items)))}
    if left or column:
        refuse(f"it holds {sorted([*left, *column])[0]!r}, which belongs to no table of ratings")
    ratings = Ratings(
        users=users, items=items, **table, timestamps=timestamps, titles=titles, item_totals=totals,
        item_attributes=attributes["item"], user_attributes=attributes["user"], **_description(about),
    )  # fmt: skip
    ratings.__dict__["by_user"] = rows  # as it was saved: no need to sort again
    if about.get("n_ratings") != len(ratings) or (verify and about.get("fingerprint") != ratings.fingerprint):
        refuse("its fingerprint is another one than the table's")
    return ratings


def _unpacked_rows(left: dict[str, Array], n_users: int, n_items: int) -> tuple[Rows, dict[str, Array]]:
    """The rows by user, and the columns of the table."""
    indptr, indices = _taken(left, "indptr"), _taken(left, "indices")
    n = indices.size
    expect(is_index(indices, n_items, n), "indices")
    expect(is_row_pointer(indptr, n_users, n), "indptr")
    values, user_idx = _unpacked_values(left, "", n), _row_of_each(indptr)
    rising = (indices[1:] > indices[:-1]) | (user_idx[1:] > user_idx[:-1])
    expect(bool(rising.all()), "indices")
    rows = Rows(indptr, indices, values.levels, values.codes)
    if "item_idx" in left:
        user_idx, indices = left.pop("user_idx", user_idx), left.pop("item_idx")
        n = indices.size
        expect(is_index(user_idx, n_users, n) and is_index(indices, n_items, n), "user_idx and item_idx")
        values = _unpacked_values(left, "table-", n)
    every = values.levels.take(values.codes) if values.codes.size else values.at(slice(None))
    return rows, {"user_idx": user_idx, "item_idx": indices, "values": every}


def _unpacked_values(left: dict[str, Array], prefix: str, n: int) -> CodedValues:
    levels, codes = _taken(left, f"{prefix}levels"), left.pop(f"{prefix}codes", NO_CODES)
    is_finite = levels.dtype == np.float32 and levels.ndim == 1 and bool((np.abs(levels) <= LARGEST_RATING).all())
    expect(is_finite and (codes.size > 0 or len(levels) in (1, n)), f"{prefix}levels")
    expect(is_array(codes, np.uint8, n if codes.size else 0), f"{prefix}codes")
    expect(not codes.size or int(codes.max()) < len(levels), f"{prefix}codes")
    return CodedValues(levels, codes, n)


def _taken(left: dict[str, Array], name: str) -> Array:
    if name not in left:
        refuse(f"its {name} is missing")
    return left.pop(name)


def _check_titles(titles: Array | None, n: int) -> None:
    if titles is not None:
        are_text = titles.dtype == object and all(one is None or isinstance(one, str) for one in titles)
        expect(are_text and len(titles) == n, "titles")


def _attributes(columns: dict[str, Array], prefix: str, n: int) -> dict[str, Array]:
    """Those of one side, taken out of `columns`."""
    found = {name: columns.pop(name) for name in list(columns) if name.startswith(prefix)}
    for name, column in found.items():
        expect(len(column) == n, name)
    return {name.removeprefix(prefix): column for name, column in found.items()}


def _description(about: Mapping[str, Any]) -> dict[str, Any]:
    """What the table is called and what its values are."""
    kinds = {"name": str, "library": str, "synthetic": bool, "kind": str}
    wrong = [name for name, kind in kinds.items() if type(about.get(name)) is not kind]
    scale = about.get("scale")
    if scale is not None and not (is_list_of(scale, (int, float), 2) and scale[0] <= scale[1] and are_finite(*scale)):
        wrong.append("scale")
    if about.get("kind") not in get_args(Kind):
        wrong.append("kind")
    if wrong:
        refuse(f"its {wrong[0]} is {str(about.get(wrong[0]))[:60]}")
    return {name: about[name] for name in kinds} | {"scale": None if scale is None else tuple(map(float, scale))}


def _row_of_each(indptr: IntArray) -> IntArray:
    return np.repeat(np.arange(len(indptr) - 1, dtype=np.int32), np.diff(indptr))
