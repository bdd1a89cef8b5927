"""The lists of everybody in a folder of shards, written as Parquet, a file a shard.

A shard's users are new to the model: they are listed by their ratings, and forgotten; so memory holds one shard of
them, and the next. A file carries the number of its shard and a hash of the model, of the shards and of what was asked:
whoever is stopped goes on behind the last whole file, and the lists of two models never lie side by side.
"""

import hashlib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeAlias

import numpy as np

from cofactor.arrays import Array, Id
from cofactor.contract.fingerprint import model_fingerprint
from cofactor.data.csr_rows import Rows
from cofactor.data.formats.series import series_of
from cofactor.data.joining import Joined
from cofactor.data.ratings import Ratings
from cofactor.data.writing import write_blocks
from cofactor.errors import BadOption
from cofactor.run.work_bar import WorkBar
from cofactor.scale.addresses import local_folder
from cofactor.scale.fitting import FitsShards
from cofactor.scale.folder import Shards
from cofactor.scale.tables import table_of

if TYPE_CHECKING:
    import polars as pl

    from cofactor.recommender import Recommender

__all__ = ["write_lists"]

WriteShard: TypeAlias = Callable[[Path, Rows, Array, int, dict[str, Any]], None]  # file, rows, ids, n, options
NEWCOMERS_AT_ONCE = 2_000


def write_lists(
    model: "Recommender", shards: Shards, folder: str | Path, n: int = 10, *, progress: bool | None = None,
    **options: Any,
) -> Path:  # fmt: skip
    """Write the n best items of every user in the shards; the folder of Parquet files of user, item, rank and score.

    Everybody gets the list of a newcomer with their ratings, also who is in the model. `ExplicitALS` and `ImplicitMF`
    place a shard's users all at once; other models are asked for one after the other, which takes longer.

    progress: show it; None: where somebody looks
    options: those of `recommend`; what a user has rated is left out, unless hide_seen=False
    Raises `BadOption` where the folder holds lists of another model, of other shards or by other options, and where
    the items of the shards are not those of the model; `BadShards` for a file that is missing or changed; what
    `recommend` raises.
    """
    _check_items(model.ratings, shards.catalogue)
    place, asked = local_folder(folder, "Lists"), _hash_of(model, shards, {"n": n, **options})
    place.mkdir(parents=True, exist_ok=True)
    files = [place / f"{Path(part.file).stem}-{asked}.parquet" for part in shards.parts]
    strange = sorted(set(place.glob("*.parquet")) - set(files))
    if strange:
        raise BadOption(
            f"{place} holds {strange[0].name}, which are lists of another model, of other ratings or by other options. "
            "Name another folder."
        )
    write = _placed(model) if isinstance(model, FitsShards) else _as_newcomers(model)
    todo = [at for at, file in enumerate(files) if not file.is_file()]
    with WorkBar(progress) as bar:
        bar.stage("lists", len(todo))
        for n_done, (at, shard) in enumerate(zip(todo, shards.each(todo), strict=True), 1):
            write(files[at], shard.rows, shards.ids_of(at, shard), n, options)
            bar.update(n_done)
    return place


def _check_items(own: Ratings, theirs: Ratings) -> None:
    if own.items.values.shape != theirs.items.values.shape or not (own.items.values == theirs.items.values).all():
        raise BadOption(
            f"The model knows {own.n_items:,} items, which are not the {theirs.n_items:,} of the shards. Give those "
            "that it was fitted to."
        )


def _hash_of(model: "Recommender", shards: Shards, asked: dict[str, Any]) -> str:
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


def _placed(model: FitsShards[Any]) -> WriteShard:
    """All users of a shard are placed at once, as by `update`, in a model with nobody in it."""
    nobody = _without_users(model)

    def write(file: Path, rows: Rows, ids: Array, n: int, options: dict[str, Any]) -> None:
        placed = nobody.copied()
        placed.absorb(Joined(table_of(nobody.ratings, [rows], ids), np.arange(len(ids)), np.arange(0)))
        placed.recommend_all(file, n, **options)

    return write


def _without_users(model: FitsShards[Any]) -> FitsShards[Any]:
    """The model with nobody in it, and what it knows of how often items were rated."""
    nobody, own = model.copied(), model.ratings
    nobody.ratings_ = replace(own.catalogue, item_totals=own.item_counts)
    for name, kind in model.learned.items():
        if kind.shape[:1] == ("n_users",):
            setattr(nobody, name, getattr(model, name)[:0])
    return nobody


def _as_newcomers(model: "Recommender") -> WriteShard:
    """The users of a shard are asked for with their ratings, some at a time."""

    def blocks(rows: Rows, ids: Array, n: int, options: dict[str, Any]) -> "Iterator[pl.DataFrame]":
        import polars as pl

        for at in range(0, len(ids), NEWCOMERS_AT_ONCE):
            asked = dict[Id, dict[Id, float]]()
            for user in range(at, min(at + NEWCOMERS_AT_ONCE, len(ids))):
                items, values = rows.of(user)
                asked[ids[user]] = dict(zip(model.ratings.items.gather(items).tolist(), values.tolist(), strict=True))
            columns = model.rank(asked, n, **options).columns(model.ratings)
            yield pl.DataFrame([series_of(name, values) for name, values in columns.items()])

    def write(file: Path, rows: Rows, ids: Array, n: int, options: dict[str, Any]) -> None:
        write_blocks(blocks(rows, ids, n, options), file)

    return write
