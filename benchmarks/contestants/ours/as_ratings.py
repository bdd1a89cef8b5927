"""The table that all contestants read, as our `Ratings`."""

import numpy as np

import cofactor as cf
from benchmarks.contestants.contest import Table
from cofactor.data.ids import IdMap


def as_ratings(table: Table) -> cf.Ratings:
    """Ids are the indices themselves."""
    return cf.Ratings(
        users=IdMap.of(np.arange(table.n_users)), items=IdMap.of(np.arange(table.n_items), "item"),
        user_idx=table.user_idx, item_idx=table.item_idx, values=table.values,
    )  # fmt: skip
