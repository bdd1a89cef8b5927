"""cf.shard: any table of ratings, larger than memory if need be, as a folder of shards by user."""

from collections.abc import Mapping
from datetime import timedelta
from pathlib import Path
from typing import Any, Literal

from cofactor.data.kinds import Kind
from cofactor.data.options import Column, Duplicates, IdKinds, Missing, Options, Unrated
from cofactor.scale.sharding.shard_run import shard_source
from cofactor.scale.table.folder import Shards
from cofactor.scale.table.shard_counts import ShardCounts

__all__ = ["shard"]


def shard(
    source: Any,
    out: str | Path,
    user: Column = None,
    item: Column = None,
    rating: Column | Literal[False] = None,
    timestamp: Column | Literal[False] = None,
    *,
    items: Any = None,
    users: Any = None,
    title: Column = None,
    event: Column = None,
    weights: Mapping[str, float] | None = None,
    half_life: str | timedelta | None = None,
    kind: Kind | None = None,
    scale: tuple[float, float] | None = None,
    duplicates: Duplicates | None = None,
    missing: Missing = "error",
    unrated: Unrated = "drop",
    ids: IdKinds = "auto",
    wide: bool = False,
    date_format: str | None = None,
    separator: str | None = None,
    encoding: str | None = None,
    has_header: bool | None = None,
    name: str | None = None,
    memory_gb: float = 4.0,
    n_shards: int | None = None,
    n_bundles: int | None = None,
    progress: bool | None = None,
) -> Shards:
    """Write a table of any size to a folder of shards by user, checked as `cofactor.read` does, and return the shards.

    source: what `cofactor.read` takes, or a folder of files, or a list of them, that are read below each other. Text,
        Parquet and Arrow files, queries and Arrow streams are read in blocks; all else has to fit memory
    out: the folder, which must hold nothing else. Where it holds an interrupted run of the same files and options, that
        run goes on: with its shards where all rows have been read, else from the beginning. Where a file or an option
        has changed, that run is removed; one of another source is refused
    memory_gb: what it may use; the rows of one shard fill a seventh of that. Beside it items need some 0.2 GB a million
    n_shards: the number of files; None: as memory asks. They are cut by a hash of the user's id
    n_bundles: parts of equally many files that the workers of a cluster take one at a time: as many as workers, or a
        multiple; None: parts of 16 files. Sums are joined part by part, so it decides the last bits of a fit
    progress: show it; None: where somebody looks

    All other options are those of `cofactor.read`, but for `wide` and `users`, which are refused: a shard is made of a
    row a rating, and keeps no attributes of users. Two rules are its own, as no block knows the others: ids are whole
    numbers or text, others need ids="text", and the values of all blocks must be written in one way. Where a pair
    occurs twice, its times decide; shards keep none. The report is in `shards.report`.

    The disk needs some 30 bytes a row beside the source, and then 3 to 7 a rating. Raises `BadTable`, whose message
    holds everything found; `BadOption` for a folder that holds something else, or that another process is sharding to,
    for numbers out of range and for a shard that memory cannot take; `NotSaved` where the disk is full; `BadShards`
    where rows were lost on the way.
    """
    options = Options(
        user=user, item=item, rating=rating, timestamp=timestamp, items=items, users=users, title=title, event=event,
        weights=weights, half_life=half_life, kind=kind, scale=scale, duplicates=duplicates, missing=missing,
        unrated=unrated, ids=ids, wide=wide, date_format=date_format, separator=separator, encoding=encoding,
        has_header=has_header, name=name,
    )  # fmt: skip
    return shard_source(
        source, out, options, memory_gb=memory_gb, counts=ShardCounts(n_shards, n_bundles), progress=progress
    )
