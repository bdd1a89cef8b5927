"""The lists of everybody in a folder of shards, written as Parquet, a file a shard.

A shard's users are placed in the model as newcomers are, listed, and forgotten; so memory holds one shard of them. A
file carries the number of its shard and a hash of the model, of the shards and of what was asked: whoever is stopped
goes on behind the last whole file, and the lists of two models never lie side by side.
"""

import hashlib
import json
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from cofactor.contract.fingerprint import model_fingerprint
from cofactor.data.ids import IdMap
from cofactor.data.joining import Joined
from cofactor.data.ratings import Ratings
from cofactor.errors import BadOption
from cofactor.scale.folder import Shards
from cofactor.scale.shard_file import Shard

if TYPE_CHECKING:
    from cofactor.recommender import Recommender

__all__ = ["write_lists"]


def write_lists(
    model: "Recommender", shards: Shards, folder: str | Path, n: int = 10, **options: Any
) -> Path:  # fmt: skip
    """Write the n best items of every user in the shards; the folder of Parquet files of user, item, rank and score.

    options: those of `recommend`; what a user has rated is left out, unless hide_seen=False
    Raises `BadOption` where the folder holds lists of another model, of other shards or by other options, and where
    the items of the shards are not those of the model; `BadShards` for a file that is missing or changed.
    """
    _check_items(model.ratings, shards.catalogue)
    place, asked = Path(folder), _hash_of(model, shards, {"n": n, **options})
    place.mkdir(parents=True, exist_ok=True)
    names = [f"{Path(part.file).stem}-{asked}.parquet" for part in shards.parts]
    strange = sorted({file.name for file in place.glob("*.parquet")} - set(names))
    if strange:
        raise BadOption(
            f"{place} holds {strange[0]}, which are lists of another model, of other ratings or by other options. "
            "Name another folder."
        )
    for at, name in enumerate(names):
        if not (place / name).is_file():
            for shard in shards.each(range(at, at + 1)):
                _with_users(model, shards, at, shard).recommend_all(place / name, n, **options)
    return place


def _check_items(own: Ratings, theirs: Ratings) -> None:
    if own.items.values.shape != theirs.items.values.shape or not (own.items.values == theirs.items.values).all():
        raise BadOption(
            f"The model knows {own.n_items:,} items, which are not the {theirs.n_items:,} of the shards. Give those "
            "that it was fitted to."
        )


def _hash_of(model: "Recommender", shards: Shards, asked: dict[str, Any]) -> str:
    text = json.dumps([model_fingerprint(model, {}), shards.fingerprint, asked], default=repr, sort_keys=True)
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def _with_users(model: "Recommender", shards: Shards, number: int, shard: Shard) -> "Recommender":
    """The model with the users of a shard in place of its own."""
    rows, catalogue, n = shard.rows, model.ratings.catalogue, len(shard.keys)
    table = replace(
        catalogue, users=IdMap(shards.ids_of(number, shard), "user"), item_totals=shards.item_counts,
        user_idx=np.repeat(np.arange(n, dtype=np.int32), rows.counts), item_idx=rows.indices, values=rows.values,
    )  # fmt: skip
    vars(table)["by_user"] = rows  # laid out already
    placed = model.copied()
    for name, kind in model.learned.items():
        if kind.shape and kind.shape[0] == "n_users":
            setattr(placed, name, getattr(model, name)[:0])
    placed.absorb(Joined(table, np.arange(n), np.arange(0)))
    return placed
