"""Shards written one after the other, and what is known of the table as a whole when all stand."""

import re
import shutil
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import NamedTuple

import numpy as np

from cofactor.arrays import Array, FloatArray, IntArray
from cofactor.data.csr_rows import Rows
from cofactor.data.id_keys import IdTexts
from cofactor.data.ratings import Ratings
from cofactor.data.report import Report
from cofactor.errors import BadOption
from cofactor.kernels.absent import NO_NUMBERS
from cofactor.kernels.ratings.layout import count_indices
from cofactor.scale.table.folder import Shards, write_manifest
from cofactor.scale.table.manifest import CATALOGUE, MANIFEST, WORK
from cofactor.scale.table.own_folder import expect_own_folder
from cofactor.scale.table.shard_counts import IN_BUNDLE
from cofactor.scale.table.shard_file import Shard, ShardFacts, read_shard, write_shard
from cofactor.scale.table.storage import LocalFolder
from cofactor.scale.table.user_ids import write_user_ids

__all__ = ["ShardWriter", "clear_folder", "prepare_folder", "shard_table"]

NUMBERED = re.compile(r"\d{5,}\.(shard|ids)")


class _Totals(NamedTuple):
    """Sums over all shards that were written."""

    item_counts: IntArray  # (n_items,)
    level_counts: IntArray  # (l,)
    values: list[float]  # Σ v of each shard
    ends: list[float]  # the lowest and the highest value of each


class ShardWriter:
    """Writes shards to a folder; `finish` then says what they are. A folder without that is not whole."""

    def __init__(
        self, folder: str | Path, catalogue: Ratings, levels: FloatArray, *, written: Sequence[ShardFacts] = ()
    ) -> None:
        """catalogue: nobody's ratings of all items     levels: the different values, or nothing for over 256

        written: the first shards, where they lie in the folder already and writing goes on behind them
        Raises `BadOption` where the folder holds a finished table, or anything that is not a shard; `BadShards` where
        one that was written is not what it was.
        """
        self._folder, self._catalogue, self._levels = Path(folder), catalogue, levels
        self._parts: list[ShardFacts] = []
        self._totals = _Totals(np.zeros(catalogue.n_items, np.int64), np.zeros(len(levels), np.int64), [], [])
        prepare_folder(self._folder)
        for facts in written:
            self._count(read_shard(LocalFolder(self._folder), facts, levels, catalogue.n_items).rows)
            self._parts.append(facts)

    @property
    def parts(self) -> Sequence[ShardFacts]:
        """The shards that stand so far."""
        return self._parts

    def write(self, shard: Shard, ids: IdTexts | Array | None = None) -> None:
        """Write the next shard. Raises `OSError` as the file system does.

        ids: of its users, in their order; whole numbers need none, as the keys tell them
        """
        facts = write_shard(self._folder, f"{len(self._parts):05d}.shard", shard, self._catalogue.n_items)
        if ids is not None:
            facts = write_user_ids(self._folder, facts, ids)
        self._parts.append(facts)
        self._count(shard.rows)

    def _count(self, rows: Rows) -> None:
        self._totals.item_counts[:] += count_indices(rows.indices, self._catalogue.n_items)
        of_level = np.bincount(rows.codes, minlength=len(self._levels))
        if len(self._levels) == 1:
            of_level[0] = len(rows.indices)
        self._totals.level_counts[:] += of_level
        exact = float(of_level @ self._levels.astype(np.float64)) if len(self._levels) else 0.0
        self._totals.values.append(exact or float(rows.values.sum(dtype=np.float64)))
        present = self._levels[of_level > 0] if len(self._levels) else rows.levels
        self._totals.ends.extend((float(present.min()), float(present.max())) if len(present) else ())

    def finish(self, report: Report | None = None, in_bundle: int = IN_BUNDLE) -> Shards:
        """Write the manifest, and return the table that now lies in the folder. Raises `OSError`.

        in_bundle: shards that are summed as one
        """
        n = sum(part.n_ratings for part in self._parts)
        catalogue, ends = self._catalogue, self._totals.ends
        if catalogue.kind == "ratings" and catalogue.scale is None and ends:
            catalogue = replace(catalogue, scale=(min(ends), max(ends)))
        shards = Shards(
            storage=LocalFolder(self._folder), catalogue=catalogue, levels=self._levels,
            level_counts=self._totals.level_counts, item_counts=self._totals.item_counts,
            mean=sum(self._totals.values) / max(1, n), parts=tuple(self._parts), in_bundle=in_bundle,
            report=report,
        )  # fmt: skip
        write_manifest(shards)
        return shards


def prepare_folder(folder: Path) -> None:
    """Make the folder. Raises `BadOption` where it holds a finished table, or anything else than shards."""
    if (folder / MANIFEST).exists():
        raise BadOption(
            f"{folder} holds {MANIFEST}, a finished table. Remove it, or give shards a folder of their own."
        )
    expect_own_folder(folder, "shards", _is_ours)
    folder.mkdir(parents=True, exist_ok=True)


def clear_folder(folder: Path) -> None:
    """Remove what an unfinished run has written to the folder. Raises `OSError`."""
    for file in [file for file in folder.iterdir() if _is_ours(file.name)]:
        if file.is_dir():
            shutil.rmtree(file)
        else:
            file.unlink()


def _is_ours(name: str) -> bool:
    """Return whether a folder of shards has a file of this name, whole or being written."""
    if name.startswith(".") and name.endswith(".new"):
        name = name.removeprefix(".").removesuffix(".new")
    return name in (CATALOGUE, MANIFEST, WORK) or NUMBERED.fullmatch(name) is not None


def shard_table(ratings: Ratings, folder: str | Path, *, n_shards: int) -> Shards:
    """The table in memory as a folder of shards, which it can be compared with.

    Raises `BadOption` for fewer shards than one, and for a folder that holds something else.
    """
    if n_shards < 1:
        raise BadOption(f"n_shards counts files, 1 or more, but {n_shards} came.")
    by_user, keys = ratings.by_user, ratings.users.keys
    writer, are_whole = (
        ShardWriter(folder, ratings.catalogue, levels_of(by_user)),
        ratings.users.values.dtype.kind == "i",
    )
    number = np.minimum((keys.astype(np.float64) / 2.0**64 * n_shards).astype(np.int64), n_shards - 1)
    for at in range(n_shards):
        users = np.flatnonzero(number == at)
        users = users[np.argsort(keys[users], kind="stable")]
        writer.write(Shard(by_user.take(users), keys[users]), None if are_whole else ratings.users.values[users])
    return writer.finish()


def levels_of(rows: Rows) -> FloatArray:
    """(l,) the different values; nothing where there are over 256."""
    return rows.levels if rows.codes.size or len(rows.levels) == 1 else NO_NUMBERS
