"""The same ratings fitted in memory and from shards: how far apart items, answers and lists are, beside their bars.

    python3 dev.py bench shards_equal [--users 200k] [--only ml-1m generated]

`cf.read` and `cf.shard` take the same table, and models with the same options and seed are fitted to both; in memory
users stand in the order of the shards. Generated are 15,000 items, some 50 ratings a user (planted_ratings.py), k = 64,
3 sweeps; on ml-1m models have their defaults. **V** and **item biases** are those that training ends with: the largest
difference, relative to the largest number. **As kept**: `ExplicitALS` then moves both to where newcomers are expected,
and keeps by how much. **Answers** are the scores that both models give to 1,000 users, drawn at random, whose ratings
are found in the shards, for their own items and for 100 others: the largest difference, as a share of the scale, or for
clicks of the range of the scores. **Stored**: the same, but the model in memory answers by the row that it keeps of the
user. That row is of training's penalty, and from before the items were solved last, so that model itself answers
otherwise to the same ratings when they are given: **in memory alone**. **Another order** is a second fit in memory,
whose users stand the other way round. Seconds are of whole fits, once each; the first also compiles.
"""

import argparse
import sys
import time
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, NamedTuple

import numpy as np

import cofactor as cf
from benchmarks.contestants.ours.cofactor_shards_in_memory import distance
from benchmarks.shared.movielens import need_data
from benchmarks.shared.planted_ratings import World
from benchmarks.shared.reporting import describe, machine, markdown_table, third_paragraph, write_results
from benchmarks.tables.netflix import N_ITEMS, PLANTED_K, count
from cofactor.arrays import Array, FloatArray, Id, IntArray
from cofactor.data.id_keys import ids_of_keys
from cofactor.data.ids import IdMap
from cofactor.kernels.blas import quiet_blas
from cofactor.recommender import Recommender
from cofactor.scale.table.folder import Shards

BARS = {"factors": 1e-4, "bias": 1e-4, "answers": 1e-3}
FIGURES = {
    "V": "factors", "item biases": "bias", "answers": "answers", "V as kept": "kept factors",
    "biases as kept": "kept bias", "stored": "stored", "in memory alone": "stored alone",
}  # fmt: skip
N_ASKED, N_UNSEEN, N_LIST = 1_000, 100, 10
GIVEN: dict[str, Any] = {"unobserved_weight": 0.1, "reg": 0.003}  # for many users it is chosen from some of them
LARGE: dict[str, Any] = {"n_factors": 64, "n_epochs": 3}
MODELS: dict[str, dict[str, Recommender]] = {
    "ml-1m": {
        "ExplicitALS": cf.ExplicitALS(),
        "ExplicitALS, attributes of items": cf.ExplicitALS(attributes=True),
        "ImplicitMF, its weights chosen": cf.ImplicitMF(),
        "ImplicitMF, weighed by rating": cf.ImplicitMF(confidence=2.0, **GIVEN),
    },
    "generated": {
        "ExplicitALS": cf.ExplicitALS(**LARGE),
        "ImplicitMF": cf.ImplicitMF(**LARGE, **GIVEN),
        "ImplicitMF, weighed by rating": cf.ImplicitMF(**LARGE, **GIVEN, confidence=2.0),
    },
}
N_SHARDS = {"ml-1m": 20, "generated": 100}  # two bundles, and seven


# ---- the same table twice ---------------------------------------------------------------------------------------


class Source(NamedTuple):
    """A table as `cf.read` and `cf.shard` take it."""

    columns: dict[str, Array]
    items: dict[str, Array] | None = None

    def read(self) -> cf.Ratings:
        """The table in memory."""
        return cf.read(self.columns, items=self.items, scale=(1.0, 5.0))

    def shard(self, folder: Path, n_shards: int) -> Shards:
        """The table in shards, opened."""
        cf.shard(self.columns, folder, items=self.items, scale=(1.0, 5.0), n_shards=n_shards, progress=False)
        return cf.open_shards(folder)


def movielens() -> Source:
    """ml-1m with what is known of its films; of people shards keep nothing."""
    table = cf.load("ml-1m")
    assert table.titles is not None, "films have titles"
    columns = {"user": table.users.gather(table.user_idx), "item": table.items.gather(table.item_idx)}
    items = {"item": table.items.values, "title": table.titles, **table.item_attributes}
    return Source({**columns, "rating": table.values}, items)


def generated(n_users: int) -> Source:
    """Ratings of so many users."""
    keys, rows = (shard := World.of(N_ITEMS, PLANTED_K).shard(0, n_users)).keys, shard.rows
    return Source({"user": np.repeat(ids_of_keys(keys), rows.counts), "item": rows.indices, "rating": rows.values})


def in_order(ratings: cf.Ratings, users: Array) -> cf.Ratings:
    """The table with its users in this order, and the ratings of each below those of the one before."""
    place = np.empty(len(users), np.int32)
    place[ratings.users.index_of(users)] = np.arange(len(users), dtype=np.int32)
    user_idx = place[ratings.user_idx]
    rows = np.lexsort((ratings.item_idx, user_idx))
    columns: dict[str, Any] = {"item_idx": ratings.item_idx[rows], "values": ratings.values[rows]}
    return replace(ratings, users=IdMap(users, "user"), user_idx=user_idx[rows], **columns)


def users_of(shards: Shards) -> Array:
    """(n_users,) the ids in the order of the shards."""
    return np.concatenate([shards.ids_of(number, shard) for number, shard in enumerate(shards.each())])


# ---- how far apart two models are -------------------------------------------------------------------------------


class Questions(NamedTuple):
    """What both models are asked: users with their ratings, and the items of which scores are wanted."""

    users: Array
    ratings: list[dict[Id, float]]
    items: list[IntArray]

    @classmethod
    def of(cls, shards: Shards, users: Array, seed: int = 0) -> "Questions":
        """Of some of these users: their own items, and others."""
        rng = np.random.default_rng(seed)
        some = rng.choice(users, min(N_ASKED, len(users)), replace=False)
        seen = [shards.find(user).item_idx for user in some.tolist()]
        others = [np.setdiff1d(np.arange(shards.n_items), idx) for idx in seen]
        drawn = [rng.choice(idx, min(N_UNSEEN, len(idx)), replace=False) for idx in others]
        items = [np.concatenate(both) for both in zip(seen, drawn, strict=True)]
        return cls(some, [shards.ratings_of(user) for user in some.tolist()], items)

    def answers(self, model: Recommender) -> FloatArray:
        """The scores that the users' ratings are answered with."""
        scored = zip(self.ratings, self.items, strict=True)
        return np.concatenate([model.score_newcomer(ratings)[items] for ratings, items in scored])

    def stored(self, model: Recommender) -> FloatArray:
        """The same scores by the rows that the model keeps of the users."""
        users = np.repeat(self.users, [len(items) for items in self.items])
        return model.score(users, model.ratings.items.gather(np.concatenate(self.items)))

    def lists(self, model: Recommender) -> IntArray:
        """(n, 10) the best items that the users have not rated, by their ratings."""
        return model.rank(self.ratings, N_LIST).idx


def fitted(model: Recommender, table: Any) -> tuple[Recommender, float]:
    """A copy of the model that has learned from this table, and the seconds that took."""
    started = time.perf_counter()
    return model.copied().fit(table, progress=False), time.perf_counter() - started


def compared(whole: Recommender, other: Recommender, asked: Questions) -> dict[str, Any]:
    """How far a model is from that of the table in memory."""
    found: dict[str, Any] = {}
    for name, parts in (("", as_trained), ("kept ", as_kept)):
        pairs = zip(("factors", "bias"), parts(other), parts(whole), strict=False)  # not all models have biases
        found |= {name + part: distance(theirs, ours) for part, theirs, ours in pairs}
    with quiet_blas():  # of products so small that its other threads only cost
        ours, theirs, stored = asked.answers(whole), asked.answers(other), asked.stored(whole)
        same = (asked.lists(whole) == asked.lists(other)).all(axis=1)
    low, high = whole.ratings.scale or (0.0, 1.0)
    width = high - low if whole.abilities.predicts else float(np.ptp(ours))
    pairs = {"answers": (ours, theirs), "stored": (stored, theirs), "stored alone": (stored, ours)}
    found |= {name: float(np.abs(one - two).max()) / width for name, (one, two) in pairs.items()}
    return found | {"lists": float(same.mean())}


def as_kept(model: Any) -> list[FloatArray]:
    """The items' factors and, where it has them, biases, as they stand in the model."""
    return [model.item_factors_, *([model.item_bias_] if hasattr(model, "item_bias_") else [])]


def as_trained(model: Any) -> list[FloatArray]:
    """The same before they were moved to where newcomers are expected."""
    if not hasattr(model, "item_origin_"):
        return as_kept(model)
    bias = model.item_bias_ + model.item_origin_[0] - model.item_factors_ @ model.user_origin_
    return [model.item_factors_ + model.item_origin_[1:], bias]


# ---- the report -------------------------------------------------------------------------------------------------


def measured(name: str, source: Source, folder: Path) -> list[dict[str, Any]]:
    """A row for each model of a table."""
    shards = source.shard(folder / "table.shards", N_SHARDS[name])
    users = users_of(shards)
    ratings, asked = in_order(source.read(), users), Questions.of(shards, users)
    rows = list[dict[str, Any]]()

    def add(what: str, whole: Recommender, other: Recommender, **more: Any) -> None:
        rows.append({"data": name, "model": what, **compared(whole, other, asked), **more})
        print(rows[-1], file=sys.stderr, flush=True)

    for what, model in MODELS[name].items():
        (whole, in_memory), (found, from_shards) = fitted(model, ratings), fitted(model, shards)
        add(what, whole, found, n_ratings=len(ratings), in_memory=in_memory, from_shards=from_shards)
        if what == "ExplicitALS":
            add("ExplicitALS, another order in memory", whole, fitted(model, in_order(ratings, users[::-1]))[0])
    return rows


def cells(row: dict[str, Any]) -> list[str]:
    """A row of the table; what is no fit from shards has no bars."""

    def cell(name: str) -> str:
        if name not in row:
            return ""
        verdict = "within" if row[name] <= BARS.get(name, np.inf) else "out"
        return f"{row[name]:.0e}, {verdict}" if name in BARS and "from_shards" in row else f"{row[name]:.0e}"

    seconds = [f"{row[name]:.1f}" if name in row else "" for name in ("in_memory", "from_shards")]
    return [f"{row['data']}: {row['model']}", *map(cell, FIGURES.values()), f"{row['lists']:.1%}", *seconds]


def main(arguments: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--users", type=count, default=200_000, help="users whose ratings are generated")
    parser.add_argument("--only", nargs="+", choices=list(MODELS), default=list(MODELS))
    asked = parser.parse_args(arguments)
    if "ml-1m" in asked.only:
        need_data("ml-1m")
    about, rows = machine(), list[dict[str, Any]]()
    for name in asked.only:
        with TemporaryDirectory() as folder:
            rows += measured(name, movielens() if name == "ml-1m" else generated(asked.users), Path(folder))
    sizes = {row["data"]: f"{row['n_ratings']:,} ratings of {row['data']}" for row in rows if "n_ratings" in row}
    text = [
        "# The fit from shards beside the one in memory",
        f"{' and '.join(sizes.values())}. {describe(about, {'cofactor': cf.__version__, 'numpy': np.__version__})}",
        third_paragraph(__doc__),
        f"Bars: V {BARS['factors']:g} and item biases {BARS['bias']:g} of the largest number, answers "
        f"{BARS['answers']:g} of the scale.",
        markdown_table(["", *FIGURES, "same ten best", "s in memory", "s from shards"], [cells(row) for row in rows]),
    ]
    write_results("shards_equal", {"machine": about, "bars": BARS, "rows": rows}, "\n\n".join(text))


if __name__ == "__main__":
    main()
