"""One user's ratings in a folder of shards, of which one file is opened; of a local one a few pages are read."""

import re
from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np

from cofactor.arrays import Array, FloatArray, IntArray, object_array
from cofactor.data.ids import WHOLE
from cofactor.errors import BadShards
from cofactor.scale.table.keys import keys_of
from cofactor.scale.table.shard_file import ShardFacts
from cofactor.scale.table.storage import Storage
from cofactor.scale.table.user_ids import read_user_ids

__all__ = ["UserRatings", "find_user"]


class UserRatings(NamedTuple):
    """A user of the table: their index, and the items and values of their ratings."""

    user_idx: int  # the users of all shards before, and the rank among those of theirs
    item_idx: IntArray  # (n,) int32, ascending
    values: FloatArray  # (n,) float32


def find_user(
    storage: Storage, parts: Sequence[ShardFacts], levels: FloatArray, user_id: object, *, are_whole: bool
) -> UserRatings | None:
    """The ratings of the user with this id; None for a stranger.

    Hashes of local files are not compared: that takes whole files.

    levels: the different values of the folder     are_whole: whether ids are whole numbers
    Raises `BadShards` where the file is missing or damaged.
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
        keys = file.get_tensor("keys")
        same = slice(*(int(np.searchsorted(keys, key, side)) for side in ("left", "right")))
        row = _row_of(storage, part, same, ids[0], are_whole=are_whole)
        return None if row is None else UserRatings(before + row, *_ratings(file, row, levels))


def _as_column(user_id: object, *, are_whole: bool) -> Array | None:
    """(1,) the id as the table holds it: 196 is also found by "196"; None where it cannot be one of its ids."""
    if not are_whole:
        return object_array([user_id])
    if isinstance(user_id, str) and re.fullmatch(WHOLE, user_id):
        user_id = int(user_id)
    is_whole = isinstance(user_id, int | np.integer) and not isinstance(user_id, bool)
    return np.array([user_id], np.int64) if is_whole and -(2**63) <= int(user_id) < 2**63 else None  # pyright: ignore[reportArgumentType]


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


def _ratings(file: Any, row: int, levels: FloatArray) -> tuple[IntArray, FloatArray]:
    counts = file.get_slice("counts")[: row + 1].astype(np.int64)
    last = int(counts.sum())
    at = slice(last - int(counts[-1]), last)
    items = file.get_slice("items")[at].astype(np.int32)
    names = file.keys()
    if "codes" in names:
        return items, levels[file.get_slice("codes")[at]]
    return items, file.get_slice("values")[at] if "values" in names else np.repeat(levels, len(items))
