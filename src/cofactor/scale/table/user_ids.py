"""The ids of a shard's users that are text, in a file of their own: only who asks for one by id needs them.

    text/users       (bytes,)    uint8, all ids in UTF-8, one behind the other, in the order of the shard's keys
    text-ends/users  (n_users,)  int64, the place behind each

Other ids than text (dates, truths) lie there as a saved model keeps them. Whole numbers need no such file: they are
their keys undone (`data/id_keys.py`).
"""

from pathlib import Path

import numpy as np

from cofactor.arrays import Array
from cofactor.data.id_keys import IdTexts
from cofactor.data.packing.columns import pack_column, unpack_column
from cofactor.data.packing.expectations import expect, is_array
from cofactor.errors import BadModelFolder, BadShards
from cofactor.scale.table.shard_file import ShardFacts, write_whole
from cofactor.scale.table.storage import Storage

__all__ = ["ids_file", "read_user_ids", "write_user_ids"]

NAME = "users"


def ids_file(file: str) -> str:
    """The name of the file beside a shard's file."""
    return f"{Path(file).stem}.ids"


def write_user_ids(folder: Path, facts: ShardFacts, ids: IdTexts | Array) -> ShardFacts:
    """Write the ids of a shard's users, in the order of its keys; the shard's facts with their hash.

    Raises `OSError` as the file system does.
    """
    if isinstance(ids, IdTexts):
        arrays: dict[str, Array] = {f"text/{NAME}": ids.joined, f"text-ends/{NAME}": np.cumsum(ids.lengths)}
    else:
        arrays = pack_column(NAME, ids)
    return facts._replace(ids_sha256=write_whole(folder / ids_file(facts.file), arrays))


def read_user_ids(storage: Storage, facts: ShardFacts, users: slice | None = None) -> Array:
    """The ids of these users of a shard, or of all, (n,) object; of some only their part of a local file is read.

    Raises `BadShards` where the file is missing, changed or damaged.
    """
    file = ids_file(facts.file)
    try:
        if users is None:
            ids, n = unpack_column(NAME, storage.load(file, facts.ids_sha256)), facts.n_users
        else:
            ids, n = _some_ids(storage, facts, users), users.stop - users.start
        expect(len(ids) == n, NAME)
    except BadModelFolder as error:
        path = storage.path_of(file)
        raise BadShards(
            f"{path} does not hold the ids of the users of {facts.file}. Copy the folder again, or shard the table "
            "anew."
        ) from error
    return ids


def _some_ids(storage: Storage, facts: ShardFacts, users: slice) -> Array:
    """Of what lies there as text or as JSON. Raises `BadModelFolder` where this cannot be."""
    before = min(1, users.start)  # the end of the id before these
    with storage.arrays(ids_file(facts.file), facts.ids_sha256) as file:
        kind = "text" if f"text/{NAME}" in file.keys() else "json"  # noqa: SIM118  (the file is no dict)
        ends = file.get_slice(f"{kind}-ends/{NAME}")[users.start - before : users.stop]
        expect(is_array(ends, np.int64, users.stop - users.start + before), f"{kind}-ends/{NAME}")
        start, stop = int(ends[0]) if before else 0, int(ends[-1]) if len(ends) else 0
        expect(0 <= start <= stop, f"{kind}-ends/{NAME}")
        text = file.get_slice(f"{kind}/{NAME}")[start:stop]
    return unpack_column(NAME, {f"{kind}/{NAME}": text, f"{kind}-ends/{NAME}": ends[before:] - start})
