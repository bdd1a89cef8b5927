"""Sweeps of alternating least squares over generated shards: seconds, errors, bytes read, and lists for ten users.

It goes on with the last whole sweep that its checkpoint holds.
"""

import argparse
import json
import os
import resource
import sys
import time
from pathlib import Path
from typing import Any

import numpy as np

import cofactor as cf
from benchmarks.contestants.contest import answer
from benchmarks.shared.planted_folder import bytes_on_disk, first_users
from benchmarks.shared.planted_oracle import oracle_errors, solve_users
from benchmarks.shared.planted_ratings import MEAN, World, user_rows
from cofactor.kernels.blas import quiet_blas
from cofactor.scale.fitting.explicit_als import ShardedLeastSquares
from cofactor.scale.fitting.held_out import ErrorSums, HeldOut
from cofactor.scale.fitting.learned_shards import LearnedShards
from cofactor.scale.table.folder import Shards, open_shards
from cofactor.training.engines.explicit_als import RowPenalty

SHARE = 0.02  # of the ratings, held out
READ_ALONE = 20  # shards
N_LISTED, LENGTH = 10, 5
EVERY = 15.0  # seconds between two lines of progress


def engine_of(shards: Shards, k: int, share: float = SHARE) -> ShardedLeastSquares:
    """With the model's own defaults, nothing of which was chosen on these data."""
    held_out, options = HeldOut(share, shards.catalogue.items.values), cf.ExplicitALS()
    return ShardedLeastSquares(LearnedShards(shards, held_out), k, options.reg, options.reg_exponent)


class Clock:
    """Seconds, processor seconds, and bytes that came from the disk, since it was made."""

    def __init__(self) -> None:
        self._start = self._now()

    @staticmethod
    def _now() -> tuple[float, float, float]:
        used = os.times()
        try:
            lines = Path("/proc/self/io").read_text().splitlines()
            read = next(float(line.split()[1]) for line in lines if line.startswith("read_bytes"))
        except OSError:
            read = float("nan")
        return time.perf_counter(), used.user + used.system, read

    def read(self) -> dict[str, float]:
        names = "seconds", "cpu", "from_disk"
        return {name: end - start for name, start, end in zip(names, self._start, self._now(), strict=True)}


def errors_in_words(errors: ErrorSums) -> dict[str, Any]:
    return {"rmse": errors.rmse, "interval": errors.interval(), "n": errors.sums[1]}


def sweep(engine: ShardedLeastSquares, number: int, n: int) -> dict[str, Any]:
    """One sweep, told bundle by bundle; its errors are those of the items before it."""
    clock, told = Clock(), time.perf_counter()
    for step in range(engine.n_steps):
        engine.run(number, step, step + 1)
        if time.perf_counter() - told > EVERY:
            told, done = time.perf_counter(), (step + 1) / engine.n_steps
            left = (told - clock._start[0]) * (1 / done - 1)
            print(f"sweep {number + 1} of {n}: {done:.0%}, {left:,.0f} s left", file=sys.stderr, flush=True)
    found = clock.read()
    print(f"sweep {number + 1} of {n}: {found['seconds']:.1f} s", file=sys.stderr, flush=True)
    return found | {"before": errors_in_words(engine.errors)}


def sweeps(engine: ShardedLeastSquares, n: int, checkpoint: Path | None) -> list[dict[str, Any]]:
    """n sweeps, those that the checkpoint holds among them."""
    found = list[dict[str, Any]]()
    if checkpoint and checkpoint.is_file():
        with np.load(checkpoint) as kept:
            found = json.loads(str(kept["sweeps"]))[:n]
            engine.restore({name: kept[name] for name in kept.files if name != "sweeps"})
        print(f"{len(found)} sweeps are there already", file=sys.stderr, flush=True)
    for number in range(len(found), n):
        found.append(sweep(engine, number, n))
        if checkpoint:
            draft = checkpoint.with_suffix(".new.npz")
            arrays: dict[str, Any] = {"sweeps": json.dumps(found), **engine.state()}
            np.savez(draft, **arrays)
            draft.replace(checkpoint)
    return found


def reading(shards: Shards) -> dict[str, float]:
    """MB/s of reading alone: from the disk, the reader having dropped what it read, and from the files' cache."""
    some, found = range(min(READ_ALONE, len(shards.parts))), dict[str, float]()
    size = sum((shards.folder / shards.parts[number].file).stat().st_size for number in some)
    for name in ("disk", "cache"):
        if name == "cache":
            for number in some:
                (shards.folder / shards.parts[number].file).read_bytes()
        clock = Clock()
        for _ in shards.each(some):
            pass
        found[name] = size / 1e6 / clock.read()["seconds"]
    return found


def lists(engine: ShardedLeastSquares, shards: Shards, world: World, k: int) -> list[dict[str, Any]]:
    """The best unseen items of the first shard's first users, and what the planted rows say of them."""
    shard, options = next(shards.each(range(1))), cf.ExplicitALS()
    rows, items = shard.rows.take(np.arange(N_LISTED)), engine.items
    penalty, bias = RowPenalty(k, options.reg, options.reg_exponent), np.zeros(N_LISTED, np.float32)
    offset = items.bias + np.float32(items.mean)
    users = solve_users(items.factors, offset, rows, penalty.prior(rows.counts.astype(np.float32)),
                        penalty.bias_term(bias))  # fmt: skip
    scores = users @ items.factors.T + bias[:, None] + offset
    numbers, _ = world.users_of_shard(0, shards.parts[0].n_users)
    planted = user_rows(world, numbers[:N_LISTED])
    truth = MEAN + planted[:, :1] + planted[:, 1:] @ world.factors.T + world.bias
    found = list[dict[str, Any]]()
    for at in range(N_LISTED):
        scores[at, rows.of(at)[0]] = -np.inf
        best = np.argsort(-scores[at], kind="stable")[:LENGTH]
        found.append({
            "user": int(numbers[at]), "n_ratings": int(rows.counts[at]), "items": best.tolist(),
            "predicted": scores[at, best].tolist(), "planted": truth[at, best].tolist(),
            "planted_mean": float(truth[at].mean()),
        })  # fmt: skip
    return found


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--folder", type=Path, required=True)
    parser.add_argument("--users", type=int, required=True)
    parser.add_argument("--planted-k", type=int, required=True)
    parser.add_argument("--k", type=int, required=True)
    parser.add_argument("--sweeps", type=int, required=True)
    parser.add_argument("--checkpoint", type=Path)
    parser.add_argument("--errors", action="store_true", help="also those behind the last sweep, and the oracle's")
    asked = parser.parse_args()

    shards = first_users(open_shards(asked.folder), asked.users)
    world = World.of(shards.n_items, asked.planted_k)
    found: dict[str, Any] = {"n_users": shards.n_users, "n_ratings": len(shards), "bytes": bytes_on_disk(shards)}
    with quiet_blas():
        warm = engine_of(first_users(shards, 1), asked.k)  # loads the machine code
        warm.run(0, 0, warm.n_steps)
        clock = Clock()
        engine = engine_of(shards, asked.k)
        engine.start()
        found["start"] = clock.read()
        found["sweeps"] = sweeps(engine, asked.sweeps, asked.checkpoint)
        if asked.errors:
            found["final"] = errors_in_words(engine.final_errors())
            held_out = HeldOut(SHARE, shards.catalogue.items.values)
            found["oracle"] = errors_in_words(oracle_errors(world, (held_out.split(one) for one in shards.each())))
            found["lists"] = lists(engine, shards, world, asked.k)
    found["peak_rss"] = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
    answer(**found)


if __name__ == "__main__":
    main()
