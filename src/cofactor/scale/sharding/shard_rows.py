"""The second pass: the spilled rows of one range of keys become a shard, each pair of user and item once."""

from collections.abc import Iterable, Sequence
from typing import NamedTuple

import numpy as np

from cofactor.arrays import FloatArray, IntArray
from cofactor.data.columns.events import aged
from cofactor.data.csr_rows import Rows
from cofactor.data.id_keys import IdTexts, ids_of_keys
from cofactor.data.kinds import values_of_kind
from cofactor.data.options import Duplicates, Options
from cofactor.data.rows.duplicates import sorted_with_rows
from cofactor.data.value_column import LARGEST_RATING
from cofactor.errors import BadShards, BadTable, counted
from cofactor.kernels.absent import NO_CODES, NO_INDICES, NO_NUMBERS
from cofactor.kernels.ids.key_numbers import DistinctIds, KeyNumbers, number_ids
from cofactor.kernels.ids.key_ranges import NO_TIMES, KeyedRows, fingerprint
from cofactor.kernels.ids.keys import keys_of_texts
from cofactor.kernels.ratings.csr import CodedValues
from cofactor.kernels.ratings.layout import MAX_LEVELS, encode_values
from cofactor.kernels.ratings.repeats import PairOrder, latest_of_pairs
from cofactor.scale.sharding.source_pass import SourcePass
from cofactor.scale.table.shard_file import Shard

__all__ = ["BYTES_A_ROW", "MadeShard", "make_shard", "merged_levels", "policy_of"]

BYTES_A_ROW = 60  # that a row takes while its shard is made, and the one before is written: measured are 30 to 50


class MadeShard(NamedTuple):
    """A shard, the ids of its users where they are text, and the fingerprint of the spilled rows it was made of."""

    shard: Shard
    ids: IdTexts | None
    fingerprint: int


class _RangeRows(NamedTuple):
    """The rows of one range of keys, with an index for each user in the order of their keys."""

    users: DistinctIds
    user_idx: IntArray
    item_idx: IntArray
    values: FloatArray  # (0,): there are none; so with times
    times: IntArray
    fingerprint: int  # of the spilled rows


class _RangeRatings(NamedTuple):
    """The ratings of one range of keys, each pair once, in order."""

    users: DistinctIds
    counts: IntArray  # (n_users,)
    item_idx: IntArray
    values: FloatArray
    fingerprint: int
    n_repeats: int  # rows that were merged with another one of the same pair
    first_repeat: tuple[int, int] | None  # its user and item; known where duplicates are an error


def policy_of(options: Options, kind: str) -> Duplicates:
    """The rule for a pair that occurs twice, as in `cofactor.read`."""
    return options.duplicates or ("sum" if kind == "counts" else "last")


def make_shard(
    ranges: Iterable[Iterable[KeyedRows]], passed: SourcePass, options: Options, levels: FloatArray
) -> MadeShard:
    """The shard of these rows.

    ranges: of keys, ascending; the rows of each as they came
    levels: the different values of all shards, or nothing for over 256
    Raises `BadTable` for a repeated pair where duplicates are an error.
    """
    made = [_ratings_of(rows, passed, options) for rows in ranges]
    if options.duplicates == "error":
        _refuse_repeated(made, passed)
    item_idx = np.concatenate([one.item_idx for one in made])
    indptr = np.cumsum(np.concatenate([[0], *(one.counts for one in made)]))
    coded = _coded(np.concatenate([one.values for one in made]), levels, len(item_idx))
    keys = np.concatenate([one.users.keys for one in made])
    text = np.concatenate([one.users.text for one in made])
    lengths = np.concatenate([np.diff(one.users.text_ends) for one in made])
    return MadeShard(
        Shard(Rows(indptr, item_idx, coded.levels, coded.codes), keys),
        IdTexts(text, lengths) if passed.spill.are_texts else None, sum(one.fingerprint for one in made),
    )  # fmt: skip


def merged_levels(rows: Iterable[KeyedRows], passed: SourcePass, options: Options, known: FloatArray) -> FloatArray:
    """The different values when repeated pairs of a range are merged and rows have aged, `known` ones among them."""
    values = _ratings_of(rows, passed, options).values
    return np.unique(np.append(known, values if len(values) else np.ones(1, np.float32)))


def _ratings_of(chunks: Iterable[KeyedRows], passed: SourcePass, options: Options) -> _RangeRatings:
    rows, policy = _numbered(chunks, passed, options), policy_of(options, passed.catalogue.kind)
    order = _in_order(rows, passed.catalogue.n_items)
    first = _first_repeat(order) if policy == "error" else None  # while the order is that of all rows
    values = np.ones(len(rows.user_idx), np.float32) if policy == "sum" and not len(rows.values) else rows.values
    once = latest_of_pairs(order, values, rows.times, policy, float(LARGEST_RATING))
    kept = values[once.places] if len(values) else values
    n_repeats = len(rows.user_idx) - len(once.indices)
    return _RangeRatings(rows.users, np.diff(once.indptr), once.indices, kept, rows.fingerprint, n_repeats, first)


def _numbered(chunks: Iterable[KeyedRows], passed: SourcePass, options: Options) -> _RangeRows:
    known, found = KeyNumbers(), 0
    columns: list[tuple[IntArray, IntArray, FloatArray, IntArray]] = [(NO_INDICES, NO_INDICES, NO_NUMBERS, NO_TIMES)]
    for rows in chunks:
        found += fingerprint(rows)
        numbers = number_ids(known, rows.keys, rows.lengths, rows.text)
        columns.append((numbers, passed.rank[rows.items], rows.values, rows.times))
    numbers, item_idx, values, times = map(np.concatenate, zip(*columns, strict=True))
    if passed.spill.are_texts:
        _refuse_changed(known.found)
    users, index = _by_key(known.found)
    if len(values):
        values = values_of_kind(values, passed.catalogue.kind)
    if options.half_life is not None and len(times):
        values, _ = aged(values if len(values) else None, times, options.half_life, passed.newest)
    return _RangeRows(users, index[numbers], item_idx, values, times, found)


def _refuse_changed(users: DistinctIds) -> None:
    """The fingerprint knows the key of each row: that of its user's text, unless one of the two has changed."""
    if (keys_of_texts(users.text, np.diff(users.text_ends)) != users.keys).any():
        raise BadShards(
            "The ids that were read again are not those that were written: the disk or the memory is at fault. Remove "
            "the folder and shard the table anew."
        )


def _by_key(users: DistinctIds) -> tuple[DistinctIds, IntArray]:
    """The users in the order of their keys, and the index of each by its number."""
    order = np.argsort(users.keys)
    keys, lengths = users.keys[order], np.diff(users.text_ends)
    if (keys[1:] == keys[:-1]).any():  # the id decides where two have one key
        ends = users.text_ends
        by_id = sorted(
            range(len(order)), key=lambda at: (users.keys[at], users.text[ends[at] : ends[at + 1]].tobytes())
        )
        order = np.array(by_id)
    index = np.empty(len(order), np.int32)
    index[order] = np.arange(len(order), dtype=np.int32)
    text_ends = np.concatenate([np.zeros(1, np.int64), np.cumsum(lengths[order])])
    moved = np.repeat(users.text_ends[:-1][order] - text_ends[:-1], lengths[order])
    return DistinctIds(keys, text_ends, users.text[np.arange(len(moved)) + moved]), index


def _in_order(rows: _RangeRows, n_items: int) -> PairOrder:
    item_bits = n_items.bit_length()
    pairs, places = sorted_with_rows((rows.user_idx.astype(np.int64) << item_bits) | rows.item_idx)
    counts = np.bincount(pairs >> item_bits, minlength=len(rows.users.keys))
    indptr = np.concatenate([np.zeros(1, np.int64), np.cumsum(counts)])
    return PairOrder(indptr, (pairs & ((1 << item_bits) - 1)).astype(np.int32), places)


def _first_repeat(order: PairOrder) -> tuple[int, int] | None:
    """The user and the item of the first pair that comes again."""
    user_idx = np.repeat(np.arange(len(order.indptr) - 1), np.diff(order.indptr))
    again = np.flatnonzero((user_idx[1:] == user_idx[:-1]) & (order.indices[1:] == order.indices[:-1]))
    return (int(user_idx[again[0]]), int(order.indices[again[0]])) if len(again) else None


def _refuse_repeated(made: Sequence[_RangeRatings], passed: SourcePass) -> None:
    repeats = [(one.users, *one.first_repeat) for one in made if one.first_repeat is not None]
    if not repeats:
        return
    users, user, item = repeats[0]
    n_rows = sum(one.n_repeats for one in made)
    user_id, (item_id,) = _id_of(users, user), passed.catalogue.items.gather(np.array([item])).tolist()
    raise BadTable(
        f"{passed.report.source}: The same user and item come again in {counted(n_rows, 'row')} of one shard "
        f"(first user {user_id!r}, item {item_id!r}). Remove the repeats, or pass duplicates='last', "
        "'mean' or 'sum'."
    )


def _id_of(users: DistinctIds, at: int) -> int | str:
    if not len(users.text):
        return int(ids_of_keys(users.keys[at : at + 1])[0])
    return users.text[users.text_ends[at] : users.text_ends[at + 1]].tobytes().decode()


def _coded(values: FloatArray, levels: FloatArray, n: int) -> CodedValues:
    """The values as places among `levels`, where a byte can say them."""
    if len(levels) == 1:
        return CodedValues(levels, NO_CODES, n)
    values = values if len(values) else np.ones(n, np.float32)
    if not 0 < len(levels) <= MAX_LEVELS or not n:
        return CodedValues(values, NO_CODES, n)
    own = encode_values(values)
    place = np.searchsorted(levels, own.levels).astype(np.uint8)
    codes = place[own.codes] if own.codes.size else np.full(n, place[0], np.uint8)
    return CodedValues(levels, codes, n)
