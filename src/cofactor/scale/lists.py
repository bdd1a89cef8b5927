"""The lists of everybody in a folder of shards, written as Parquet, a file a shard.

A shard's users are new to the model: they are listed by their ratings, and forgotten; so memory holds one shard of
them. A file carries the number of its shard and a hash of the model, of the shards and of what was asked:
whoever is stopped goes on behind the last whole file, and the lists of two models never lie side by side.
"""

import hashlib
import secrets
import socket
import warnings
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from cofactor.addresses import local_folder
from cofactor.arrays import Array, Id
from cofactor.contract.fingerprint import model_fingerprint
from cofactor.contract.profile import check_values
from cofactor.data.csr_rows import Rows
from cofactor.data.formats.series import series_of
from cofactor.data.joining import Joined
from cofactor.data.kinds import expect_kind
from cofactor.data.ratings import Ratings
from cofactor.data.writing import write_blocks
from cofactor.errors import BadOption, FewerLeft, NotSaved
from cofactor.ranking import list_length
from cofactor.recommender import Recommender, expect_model
from cofactor.replacing import DRAFTS, drafts_in
from cofactor.run.interrupt import goes_on_later
from cofactor.run.work_bar import WorkBar
from cofactor.scale.cluster.connection import map_on
from cofactor.scale.fitting.fits_shards import BYTES_OF_RATING, FitsShards
from cofactor.scale.table.folder import Shards, expect_opened
from cofactor.scale.table.own_folder import expect_own_folder
from cofactor.scale.table.tables import table_of

if TYPE_CHECKING:
    import polars as pl

__all__ = ["write_lists"]

NEWCOMERS_AT_ONCE = 2_000
BYTES_OF_ENTRY = 50  # of a list, while it is made


def write_lists(
    model: Recommender, shards: Shards, folder: str | Path, n: int = 10, *, progress: bool | None = None,
    cluster: str | None = None, workers: int | None = None, **options: Any,
) -> Path:  # fmt: skip
    """Write the n best items of every user in the shards; the folder of Parquet files of user, item, rank and score.

    Everybody gets the list of a newcomer with their ratings, also who is in the model. `ExplicitALS` and `ImplicitMF`
    place a shard's users all at once; other models are asked for one after the other, which takes longer.

    progress: show it; None: where somebody looks
    cluster, workers: of a Ray cluster whose machines make the lists, a shard at a time each, as those of `fit` are; all
        of them see the folder at the same path, and write the same files
    options: those of `recommend`; what a user has rated is left out, unless hide_seen=False
    Raises `BadOption` where the folder holds lists of another model, of other shards or by other options, or anything
    else, and where the items of the shards, or the scale of their ratings, are not those of the model; `BadTable` where
    they are of another kind, such as clicks in place of ratings; `BadShards` for a file that is missing or changed;
    `NotSaved` where the system refuses to write; `BadCluster` where a cluster cannot be reached or gives up; what
    `recommend` raises.
    """
    expect_model(model, "write_lists asks")
    expect_opened(shards, "write_lists reads")
    n = list_length(n)
    _check_ratings(model.ratings, shards)
    place, question = local_folder(folder, "Lists"), _hash_of(model, shards, {"n": n, **options})
    expect_own_folder(place, "lists", _is_of_lists)
    shards = replace(shards, storage=shards.storage.absolute())  # workers begin in folders of their own
    asked_of = _without_users(model) if isinstance(model, FitsShards) else model
    with (
        goes_on_later(),
        drafts_in(place.absolute(), question) as drafts,
        map_on(cluster, workers, shards, _needed_gb(shards, n)) as ordered_map,
        WorkBar(progress) as bar,
    ):
        files = [place.absolute() / f"{Path(part.file).stem}-{question}.parquet" for part in shards.parts]
        _refuse_other_lists(place, files)
        todo = [range(at, at + 1) for at, file in enumerate(files) if not file.is_file()]
        bar.stage("lists", len(todo))
        task = _ShardLists(asked_of, shards, files, drafts, n, options)
        said = list[Warning]()
        for n_done, said_of_one in enumerate(ordered_map(task, todo), 1):
            said += said_of_one
            bar.update(n_done)
    n_lists = sum(shards.parts[at].n_users for numbers in todo for at in numbers)
    for warning in _said_once(said, n_lists, n):
        warnings.warn(warning, stacklevel=2)
    return place


@dataclass(frozen=True)
class _ShardLists:
    """The lists of the users of some shards, as a task: each shard's file takes its name when it is whole."""

    model: Recommender  # one that fits shards has nobody in it
    shards: Shards
    files: list[Path]  # of all shards
    drafts: Path
    n: int
    options: Mapping[str, Any]

    def __call__(self, numbers: range) -> list[Warning]:
        """Write the lists; what was warned of, which a worker could tell nobody."""
        if not self.drafts.is_dir():
            raise NotSaved(
                f"{self.drafts.parent} is not there on {socket.gethostname()}. Lists go to a folder that every machine "
                "of a cluster sees at the same path."
            )
        with warnings.catch_warnings(record=True) as said:
            warnings.simplefilter("always")
            for at, shard in zip(numbers, self.shards.each(numbers), strict=True):
                # a worker that was given up for lost may still be writing the same
                draft = self.drafts / f"{secrets.token_hex(8)}-{self.files[at].name}"
                self._write(draft, shard.rows, self.shards.ids_of(at, shard))
                draft.replace(self.files[at])
        return [one.message for one in said if isinstance(one.message, Warning)]

    def _write(self, file: Path, rows: Rows, ids: Array) -> None:
        if isinstance(self.model, FitsShards):
            _placed(self.model, rows, ids).recommend_all(file, self.n, **self.options)
        else:
            write_blocks(_as_newcomers(self.model, rows, ids, self.n, self.options), file)


def _needed_gb(shards: Shards, n: int) -> float:
    """Memory that the lists of a shard take beside the model, in GB."""
    return max(2 * BYTES_OF_RATING * part.n_ratings + BYTES_OF_ENTRY * n * part.n_users for part in shards.parts) / 1e9


def _said_once(said: Sequence[Warning], n_lists: int, n: int) -> list[Warning]:
    """What was warned of, once for all shards. n_lists: that were made     n: the length that was asked for"""
    n_short = sum(one.n_short for one in said if isinstance(one, FewerLeft))
    others = {str(one): one for one in said if not isinstance(one, FewerLeft)}
    return [*others.values(), *([FewerLeft.among(n_short, n_lists, n)] if n_short else [])]


def _check_ratings(own: Ratings, shards: Shards) -> None:
    if own.items.digest != shards.catalogue.items.digest:
        raise BadOption(
            f"The model knows {own.n_items:,} items, which are not the {shards.n_items:,} of the shards. Give those "
            "that it was fitted to."
        )
    expect_kind(own.kind, shards.kind)
    check_values(own, shards.distinct_values, "The shards'")


def _is_of_lists(name: str) -> bool:
    return name.startswith(DRAFTS) or name.endswith(".parquet")


def _refuse_other_lists(place: Path, files: Sequence[Path]) -> None:
    strange = sorted(set(place.absolute().glob("*.parquet")) - set(files))
    if strange:
        raise BadOption(
            f"{place} holds {strange[0].name}, which are lists of another model, of other ratings or by other options. "
            "Name another folder."
        )


def _hash_of(model: Recommender, shards: Shards, asked: dict[str, Any]) -> str:
    text = repr([model_fingerprint(model), shards.fingerprint, _contents(asked)])
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def _contents(option: Any) -> Any:
    """All that an option holds, of which its own `repr` may show a part."""
    if isinstance(option, np.ndarray):
        return option.tolist()
    if isinstance(option, Mapping):
        return [(_contents(name), _contents(value)) for name, value in option.items()]
    if isinstance(option, list | tuple):
        return [_contents(one) for one in option]
    if isinstance(option, set | frozenset):
        return sorted(map(repr, option))
    return _contents(vars(option)) if hasattr(option, "__dict__") else option


def _placed(nobody: FitsShards[Any], rows: Rows, ids: Array) -> FitsShards[Any]:
    """The model with all users of a shard in it, placed at once as by `update`. nobody: it without users"""
    placed = nobody.copied()
    placed.absorb(Joined(table_of(nobody.ratings, [rows], ids), np.arange(len(ids)), np.arange(0)))
    return placed


def _without_users(model: FitsShards[Any]) -> FitsShards[Any]:
    """The model with nobody in it, and what it knows of how often items were rated."""
    nobody, own = model.copied(), model.ratings
    nobody.ratings_ = replace(own.catalogue, item_totals=own.item_counts)
    for name, kind in model.learned.items():
        if kind.shape[:1] == ("n_users",):
            setattr(nobody, name, getattr(model, name)[:0])
    return nobody


def _as_newcomers(
    model: Recommender, rows: Rows, ids: Array, n: int, options: Mapping[str, Any]
) -> "Iterator[pl.DataFrame]":
    """The lists of a shard's users, who are asked for with their ratings, some at a time."""
    import polars as pl

    for at in range(0, len(ids), NEWCOMERS_AT_ONCE):
        asked = dict[Id, dict[Id, float]]()
        for user in range(at, min(at + NEWCOMERS_AT_ONCE, len(ids))):
            items, values = rows.of(user)
            asked[ids[user]] = dict(zip(model.ratings.items.gather(items).tolist(), values.tolist(), strict=True))
        columns = model.rank(asked, n, **options).columns(model.ratings)
        yield pl.DataFrame([series_of(name, values) for name, values in columns.items()])
