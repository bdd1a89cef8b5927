"""The same ratings in memory and in shards, sweep by sweep in turn: seconds, processor seconds, and how equal V is."""

import argparse
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

import cofactor as cf
from benchmarks.contestants.contest import answer
from benchmarks.contestants.ours.cofactor_shards import Clock, engine_of
from benchmarks.shared.planted_folder import first_users
from cofactor.arrays import FloatArray
from cofactor.kernels.blas import quiet_blas
from cofactor.scale.table.folder import Shards, open_shards
from cofactor.scale.table.tables import table_of
from cofactor.training.engines.explicit_als import AlternatingLeastSquares
from cofactor.training.engines.spectral import spectral_start


def in_memory(shards: Shards) -> cf.Ratings:
    """The ratings of these shards as a table; users are numbered through."""
    catalogue = replace(shards.catalogue, scale=(1.0, 5.0), synthetic=True)
    rows = [shard.rows for shard in shards.each()]
    return table_of(catalogue, rows, np.arange(shards.n_users))


def distance(one: FloatArray, other: FloatArray) -> float:
    """The largest difference, relative to the largest number."""
    return float(np.abs(one - other).max() / np.abs(other).max())


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--folder", type=Path, required=True)
    parser.add_argument("--users", type=int, required=True)
    parser.add_argument("--k", type=int, required=True)
    parser.add_argument("--sweeps", type=int, required=True)
    asked = parser.parse_args()

    some, options = first_users(open_shards(asked.folder), asked.users), cf.ExplicitALS()
    whole = in_memory(some)
    counts = np.bincount(whole.item_idx, minlength=some.n_items)
    shards = replace(some, item_counts=counts, mean=whole.mean)
    found: dict[str, Any] = {"n_ratings": len(shards), "memory": [], "shards": []}
    with quiet_blas():
        start = spectral_start(whole, asked.k, seed=0)
        memory = AlternatingLeastSquares(start, whole, options.reg, options.reg_exponent)
        sharded = engine_of(shards, asked.k, share=0.0)
        for number in range(asked.sweeps):
            for name, engine in (("memory", memory), ("shards", sharded)):
                clock = Clock()
                engine.run(number, 0, engine.n_steps)
                found[name].append(clock.read())
                print(f"{name}: {found[name][-1]['seconds']:.1f} s", file=sys.stderr, flush=True)
    theirs, items = memory.embeddings, sharded.items
    found["factors"] = distance(items.factors[:, : asked.k], theirs.item_factors)
    found["bias"] = distance(items.bias, theirs.item_bias)
    answer(**found)


if __name__ == "__main__":
    main()
