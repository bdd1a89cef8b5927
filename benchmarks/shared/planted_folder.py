"""The folder of generated shards: made if it is missing, and gone on with where it was interrupted."""

import hashlib
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from pathlib import Path

import numpy as np

from benchmarks.shared.planted_ratings import LEVELS, World, counts_of
from cofactor.arrays import IntArray
from cofactor.errors import BadShards
from cofactor.kernels.ratings.layout import count_indices
from cofactor.scale.table.folder import Shards, open_shards, write_manifest
from cofactor.scale.table.manifest import MANIFEST
from cofactor.scale.table.shard_file import Shard, ShardFacts, read_shard, write_shard
from cofactor.scale.table.storage import LocalFolder

USERS_IN_SHARD = 100_000  # 5 million ratings, whose users' rows just fit the third-level cache


@dataclass
class _Written:
    """The shards so far, in their order, and what is summed over them."""

    item_counts: IntArray
    level_counts: IntArray = field(default_factory=lambda: np.zeros(len(LEVELS), np.int64))
    parts: list[ShardFacts] = field(default_factory=list)

    def add(self, facts: ShardFacts, shard: Shard) -> None:
        self.parts.append(facts)
        self.item_counts += count_indices(shard.rows.indices, len(self.item_counts))
        self.level_counts += np.bincount(shard.rows.codes, minlength=len(LEVELS))


def planted_shards(folder: Path, world: World, n_users: int, done: Callable[[int, bool], object]) -> Shards:
    """The ratings of users 0 … n_users - 1, made as far as they are not there.

    A shard is written under another name first, so one that is there is whole; it is read, and kept if it has the users
    that it should have. done: is told after each shard how many stand, and whether this one was there
    """
    if (folder / MANIFEST).is_file():
        return open_shards(folder)
    folder.mkdir(parents=True, exist_ok=True)
    written = _Written(np.zeros(len(world.bias), np.int64))
    with ThreadPoolExecutor(1) as aside:  # the disk is waited for while the next shard is made
        coming: Future[ShardFacts] | None = None
        for number, first in enumerate(range(0, n_users, USERS_IN_SHARD)):
            n, file = min(USERS_IN_SHARD, n_users - first), f"{number:05d}.shard"
            kept = _kept(folder, file, world, first, n)
            facts, shard = kept or (None, world.shard(first, n))
            if coming:
                written.parts[-1] = coming.result()
            coming = None if facts else aside.submit(write_shard, folder, file, shard, len(world.bias))
            written.add(facts or ShardFacts(file, n, len(shard.rows.indices), ""), shard)
            done(number + 1, facts is not None)
        if coming:
            written.parts[-1] = coming.result()
    n = int(written.level_counts.sum())
    shards = Shards(
        storage=LocalFolder(folder), catalogue=world.catalogue(n_users), levels=LEVELS,
        level_counts=written.level_counts, item_counts=written.item_counts,
        mean=float(written.level_counts @ LEVELS) / n, parts=tuple(written.parts),
    )  # fmt: skip
    write_manifest(shards)
    return shards


def _kept(folder: Path, file: str, world: World, first: int, n: int) -> tuple[ShardFacts, Shard] | None:
    """What a run before this one left of a shard."""
    try:
        digest = hashlib.sha256((folder / file).read_bytes()).hexdigest()
    except OSError:
        return None
    users, keys = world.users_of_shard(first, n)
    counts = counts_of(world, users)
    facts = ShardFacts(file, n, int(counts.sum()), digest)
    try:
        shard = read_shard(LocalFolder(folder), facts, LEVELS, len(world.bias))
    except BadShards:
        return None
    same = np.array_equal(shard.keys, keys) and np.array_equal(shard.rows.counts, counts)
    return (facts, shard) if same else None


def first_users(shards: Shards, n_users: int) -> Shards:
    """The shards of the first users alone; what is summed over all is that of the whole, so some must be held out."""
    return replace(shards, parts=shards.parts[: -(-n_users // USERS_IN_SHARD)])


def bytes_on_disk(shards: Shards) -> int:
    """Of the files with ratings."""
    return sum((shards.folder / part.file).stat().st_size for part in shards.parts)
