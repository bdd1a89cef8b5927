"""The second pass: the spilled rows of one range of keys become a shard, each pair of user and item once."""

from typing import NamedTuple

import numpy as np
import polars as pl

from cofactor.arrays import FloatArray, IntArray
from cofactor.data.columns.events import aged
from cofactor.data.csr_rows import Rows
from cofactor.data.kinds import values_of_kind
from cofactor.data.options import Duplicates, Options
from cofactor.data.rows.duplicates import merge_repeats, repeated_pairs
from cofactor.errors import BadTable, counted
from cofactor.kernels.absent import NO_CODES
from cofactor.kernels.ratings.csr import CodedValues
from cofactor.kernels.ratings.layout import MAX_LEVELS, encode_values, lay_out
from cofactor.scale.keys import keys_of_column
from cofactor.scale.shard_file import Shard
from cofactor.scale.source_pass import SourcePass
from cofactor.scale.spill import SpillRows, fingerprint

__all__ = ["BYTES_A_ROW", "MadeShard", "make_shard", "merged_levels", "policy_of"]

BYTES_A_ROW = 130  # that a spilled row takes while its shard is made: measured are 90 to 120


class MadeShard(NamedTuple):
    """A shard, the ids of its users where they are text, and the fingerprint of the spilled rows it was made of."""

    shard: Shard
    ids: pl.Series | None
    fingerprint: int


class _NumberedRows(NamedTuple):
    """Rows with an index for each user, in the order of their keys."""

    users: pl.DataFrame  # "id" and "key", (n_users,)
    user_idx: IntArray
    item_idx: IntArray
    values: FloatArray | None
    times: IntArray | None


def policy_of(options: Options, kind: str) -> Duplicates:
    """The rule for a pair that occurs twice, as in `cofactor.read`."""
    return options.duplicates or ("sum" if kind == "counts" else "last")


def make_shard(rows: SpillRows, passed: SourcePass, options: Options, levels: FloatArray) -> MadeShard:
    """The shard of these rows.

    levels: the different values of all shards, or nothing for over 256
    Raises `BadTable` for a repeated pair where duplicates are an error.
    """
    keys = keys_of_column(rows.users)
    found, n_items = fingerprint(keys, rows), passed.catalogue.n_items
    numbered = _each_pair_once(_numbered(rows, passed, options), n_items, policy_of(options, passed.catalogue.kind))
    n_users = numbered.users.height
    coded = _coded(numbered, levels)
    part = lay_out(numbered.user_idx, numbered.item_idx, coded, n_users, n_items)
    ids = None if rows.users.dtype.is_integer() else numbered.users["id"]
    return MadeShard(Shard(Rows.of_part(part), numbered.users["key"].to_numpy()), ids, found)


def merged_levels(rows: SpillRows, passed: SourcePass, options: Options, known: FloatArray) -> FloatArray:
    """The different values when repeated pairs are merged and rows have aged, `known` ones among them."""
    once = _each_pair_once(
        _numbered(rows, passed, options), passed.catalogue.n_items, policy_of(options, passed.catalogue.kind)
    )
    return np.unique(np.append(known, np.ones(1, np.float32) if once.values is None else once.values))


def _numbered(rows: SpillRows, passed: SourcePass, options: Options) -> _NumberedRows:
    distinct = rows.users.unique().alias("id")
    keys = pl.Series("key", keys_of_column(distinct))
    users = pl.DataFrame([distinct, keys]).sort("key", "id")  # the id decides where two have one key
    place = pl.int_range(users.height, dtype=pl.Int32, eager=True)
    user_idx = rows.users.replace_strict(users["id"], place, return_dtype=pl.Int32).to_numpy()
    values = None if rows.values is None else values_of_kind(rows.values, passed.catalogue.kind)
    if options.half_life is not None and rows.times is not None:
        values, _ = aged(values, rows.times, options.half_life, passed.newest)
    return _NumberedRows(users, user_idx, passed.rank[rows.items], values, rows.times)


def _each_pair_once(rows: _NumberedRows, n_items: int, policy: Duplicates) -> _NumberedRows:
    repeated = repeated_pairs(rows.user_idx, rows.item_idx, n_items)
    if not len(repeated.rows):
        return rows
    if policy == "error":
        first = int(repeated.rows[0])
        user = rows.users["id"][int(rows.user_idx[first])]
        raise BadTable(
            f"The same user and item come again in {counted(len(repeated.later), 'row')} of one shard, the first of "
            f"user {user!r}. Remove the repeats, or pass duplicates='last', 'mean' or 'sum'."
        )
    every = np.ones(len(rows.user_idx), np.float32) if rows.values is None else rows.values
    out, values = merge_repeats(repeated, every, rows.times, policy)
    kept = np.ones(len(values), np.bool_)
    kept[out] = False
    is_one = rows.values is None and policy != "sum"
    return rows._replace(
        user_idx=rows.user_idx[kept], item_idx=rows.item_idx[kept], values=None if is_one else values[kept], times=None
    )


def _coded(rows: _NumberedRows, levels: FloatArray) -> CodedValues:
    """The values as places among `levels`, where a byte can say them."""
    n = len(rows.user_idx)
    if len(levels) == 1:
        return CodedValues(levels, NO_CODES, n)
    values = np.ones(n, np.float32) if rows.values is None else rows.values
    if not 0 < len(levels) <= MAX_LEVELS or not n:
        return CodedValues(values, NO_CODES, n)
    own = encode_values(values)
    place = np.searchsorted(levels, own.levels).astype(np.uint8)
    codes = place[own.codes] if own.codes.size else np.full(n, place[0], np.uint8)
    return CodedValues(levels, codes, n)
