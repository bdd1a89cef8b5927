"""Shards as tables in memory, for models and lists that take these."""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from cofactor.arrays import Array
from cofactor.data.csr_rows import Rows
from cofactor.data.ids import IdMap
from cofactor.data.ratings import Ratings

__all__ = ["table_of"]


def table_of(catalogue: Ratings, shards: Sequence[Rows], ids: Array) -> Ratings:
    """The ratings of the users of these shards, one shard's behind the other's, of the items of a catalogue.

    ids: (n_users,) of the users
    """
    counts = np.concatenate([rows.counts for rows in shards])
    table = replace(
        catalogue, users=IdMap(ids, "user"),
        user_idx=np.repeat(np.arange(len(counts), dtype=np.int32), counts),
        item_idx=np.concatenate([rows.indices for rows in shards]),
        values=np.concatenate([rows.values for rows in shards]),
    )  # fmt: skip
    if len(shards) == 1:
        vars(table)["by_user"] = shards[0]  # laid out already
    return table
