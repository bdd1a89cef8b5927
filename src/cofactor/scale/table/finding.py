"""One user's ratings in a folder of shards, of which one file is opened.

The hash of a local file is compared when somebody is first looked for in it, and again where it was written since;
after that a few pages are read. What is read is checked for being possible each time.
"""

import re
from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np

from cofactor.arrays import Array, FloatArray, IntArray, object_array
from cofactor.data.id_keys import keys_of
from cofactor.data.ids import WHOLE
from cofactor.data.packing.expectations import is_array
from cofactor.errors import BadShards
from cofactor.scale.table.shard_file import ShardFacts, are_counts, checked_rows, not_as_described
from cofactor.scale.table.storage import Storage
from cofactor.scale.table.user_ids import read_user_ids

__all__ = ["UserRatings", "find_user"]


class UserRatings(NamedTuple):
    """A user of the table: their index, and the items and values of their ratings."""

    user_idx: int  # the users of all shards before, and the rank among those of theirs
    item_idx: IntArray  # (n,) int32, ascending
    values: FloatArray  # (n,) float32


def find_user(
    storage: Storage,
    parts: Sequence[ShardFacts],
    levels: FloatArray,
    n_items: int,
    user_id: object,
    *,
    are_whole: bool,
) -> UserRatings | None:
    """The ratings of the user with this id; None for a stranger.

    levels: the different values of the folder     are_whole: whether ids are whole numbers
    Raises `BadShards` where the file is missing, changed or damaged.
    """
    ids = _as_column(user_id, are_whole=are_whole)
    if ids is None:
        return None
    key = keys_of(ids)[0]
    filled = [at for at, part in enumerate(parts) if part.n_users and part.first_key <= int(key)]
    if not filled:
        return None
    part, before = parts[filled[-1]], sum(part.n_users for part in parts[: filled[-1]])
    with storage.arrays(part.file, part.sha256) as file:
        keys = _keys(storage, file, part)
        same = slice(*(int(np.searchsorted(keys, key, side)) for side in ("left", "right")))
        row = _row_of(storage, part, same, ids[0], are_whole=are_whole)
        if row is None:
            return None
        return UserRatings(before + row, *_ratings(storage, file, part, row, levels, n_items))


def _as_column(user_id: object, *, are_whole: bool) -> Array | None:
    """(1,) the id as the table holds it: 196 is also found by "196"; None where it cannot be one of its ids."""
    if not are_whole:
        return object_array([user_id])
    if isinstance(user_id, str) and re.fullmatch(WHOLE, user_id):
        user_id = int(user_id)
    is_whole = isinstance(user_id, int | np.integer) and not isinstance(user_id, bool)
    return np.array([user_id], np.int64) if is_whole and -(2**63) <= int(user_id) < 2**63 else None  # pyright: ignore[reportArgumentType]


def _keys(storage: Storage, file: Any, part: ShardFacts) -> IntArray:
    """(n_users,) the keys in an opened shard. Raises `BadShards` where they do not ascend."""
    keys = file.get_tensor("keys")
    if not (is_array(keys, np.uint64, part.n_users) and (keys[1:] >= keys[:-1]).all()):
        raise not_as_described(storage, part)
    return keys


def _row_of(storage: Storage, part: ShardFacts, same: slice, user_id: object, *, are_whole: bool) -> int | None:
    """The row of the user, of those who have the same key."""
    if same.start == same.stop:
        return None
    if are_whole:
        return same.start
    if not part.ids_sha256:
        raise BadShards(f"{storage} does not keep the ids of its users, so none can be found. Shard the table anew.")
    ids = read_user_ids(storage, part, same).tolist()
    return next((same.start + at for at, one in enumerate(ids) if one == user_id), None)


def _ratings(
    storage: Storage, file: Any, part: ShardFacts, row: int, levels: FloatArray, n_items: int
) -> tuple[IntArray, FloatArray]:
    """The items and values of one row in an opened shard, checked as those of a whole one are.

    Raises `BadShards` where they cannot be those of a user.
    """
    counts = file.get_tensor("counts")
    if not are_counts(counts, part):
        raise not_as_described(storage, part)
    n, last = int(counts[row]), int(counts[: row + 1].sum(dtype=np.int64))
    names = set(file.keys()) & {"items", "codes", "values"}
    arrays = {name: file.get_slice(name)[last - n : last] for name in names} | {"counts": counts[row : row + 1]}
    items, values = checked_rows(storage, part._replace(n_users=1, n_ratings=n), arrays, levels, n_items).of(0)
    if not (items[1:] > items[:-1]).all():
        raise not_as_described(storage, part)
    return items, values
