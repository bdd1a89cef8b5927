"""What is learned from shards and what is held out of them, as two folders of Parquet, for whoever reads no shards."""

from pathlib import Path

import numpy as np
import polars as pl

from cofactor.arrays import IntArray
from cofactor.data.csr_rows import Rows
from cofactor.scale.fitting.held_out import HeldOut
from cofactor.scale.table.folder import Shards

__all__ = ["HELD_OUT", "LEARNED", "write_split"]

LEARNED, HELD_OUT = "learned", "held_out"


def write_split(shards: Shards, share: float, folder: Path) -> dict[str, int]:
    """Write a row (user, item, rating) for each rating below `folder`: a file a shard in `learned`, one in `held_out`.

    user, item: int32; users are numbered through in the order of the shards     rating: float32
    The hash that holds out is that of `fit(shards, validation=share)`. Returns the rows of either folder.
    """
    held_out, first, written = HeldOut(share, shards.catalogue.items.values), 0, {LEARNED: 0, HELD_OUT: 0}
    for name in written:
        (folder / name).mkdir(parents=True)
    for number, shard in enumerate(shards.each()):
        users = np.arange(first, first + len(shard.keys), dtype=np.int32)
        for name, rows in zip(written, held_out.split(shard), strict=True):
            _table(users, rows).write_parquet(folder / name / f"{number:05d}.parquet")
            written[name] += len(rows.indices)
        first += len(users)
    return written


def _table(users: IntArray, rows: Rows) -> pl.DataFrame:
    return pl.DataFrame({"user": np.repeat(users, rows.counts), "item": rows.indices, "rating": rows.values})
