"""How long until the same error on held-out ratings of 10 million: Spark's ALS, and ours from shards on a disk.

    python3 dev.py bench spark_scale [--users 200k] [--epochs 8 12] [--rounds 1]

Needs Java. Ratings are generated (planted_ratings.py): 15,000 items, some 50 ratings a user; a hash of user and item
holds 2 % out. Both have 64 factors, two processors, one process, and learn one epoch before the clock starts. Spark's
penalty is ours at a user's average number of ratings. Its ALS has no biases: it gets ratings less their mean, cached
in its memory, and its checkpoint folder is set. Three short fits choose for it: the block size by their seconds, which
the penalty does not change, and a multiple of the penalty by their errors, which blocks change by the random start
alone. Then it is fitted for each number of epochs, from scratch each time. Ours is `ExplicitALS` with its own defaults,
timed from the call of `fit(shards)` to the model, reading from the disk and judging the held-out ratings included.
"""

import argparse
import os
import sys
from collections.abc import Sequence
from dataclasses import replace
from operator import itemgetter
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from typing import Any, NamedTuple

import numpy as np

import cofactor as cf
from benchmarks.contestants.ours.cofactor_shards import SHARE
from benchmarks.shared.ceilings import Ceilings, measure_ceilings, solve_flops
from benchmarks.shared.parquet_split import LEARNED, write_split
from benchmarks.shared.peer_environments import (
    SPARK,
    Unavailable,
    installed_versions,
    java_or_unavailable,
    peer_environment,
)
from benchmarks.shared.planted_folder import planted_shards
from benchmarks.shared.planted_ratings import World
from benchmarks.shared.racing import OURS, Contestant, most_disturbed, race
from benchmarks.shared.reporting import describe, machine, markdown_table, third_paragraph, write_results
from benchmarks.tables.netflix import N_ITEMS, PLANTED_K, count
from cofactor.scale.table.folder import Shards
from cofactor.training.engines.explicit_als import PIVOT_COUNT, RowPenalty

K = 64
TRIED = ((2, 0.5), (4, 1.0), (10, 2.0))  # blocks of either side, and the multiple of the penalty that is ours
SHORT = 3  # epochs of the fits that choose
SWEEPS = (1, 2, 3, 4, 5, 6)
NEAR = 0.0005  # of the best RMSE
BAR = 20  # times as fast

Point = dict[str, Any]


class Penalty(NamedTuple):
    """Spark's penalty of a row with n ratings, λ n |p|², that is ours where n is a user's average."""

    average: float  # ratings of a user that are learned from
    value: float  # λ

    @classmethod
    def of(cls, n_learned: int, n_users: int) -> "Penalty":
        average, options = n_learned / n_users, cf.ExplicitALS()
        ours = RowPenalty(K, options.reg, options.reg_exponent).prior(np.array([average], np.float32)).ridge
        return cls(average, float(ours[0]) / average)

    def told(self) -> str:
        reg, exponent = cf.ExplicitALS().reg, cf.ExplicitALS().reg_exponent
        return (
            f"Our penalty of a row with n ratings is {reg:g} · {PIVOT_COUNT} (n / {PIVOT_COUNT})^{exponent:g} |p|², "
            f"Spark's is λ n |p|². A user has {self.average:.1f} ratings to learn from on average, where both are "
            f"equal if λ = {reg:g} ({self.average:.1f} / {PIVOT_COUNT})^({exponent:g} - 1) = {self.value:.4f}."
        )


def keep_two_processors() -> None:
    """For this process and all that it starts, where the system can."""
    if hasattr(os, "sched_setaffinity"):
        os.sched_setaffinity(0, sorted(os.sched_getaffinity(0))[:2])


def spark(folder: Path, shards: Shards) -> Contestant:
    """Ends the process where it cannot race."""
    try:
        java_or_unavailable()
        python = peer_environment("spark", SPARK)
    except Unavailable as why:
        sys.exit(f"Spark does not race: it {why}.")
    sizes = ("--users", str(shards.n_users), "--items", str(shards.n_items), "--k", str(K))
    return Contestant("Spark's ALS", python, "contestants/peers/spark_scale.py", ("--folder", str(folder), *sizes))


def ours(shards: Shards) -> Contestant:
    sizes = ("--k", str(K), "--sweeps", *map(str, SWEEPS))
    return Contestant("cofactor", OURS, "contestants/ours/cofactor_scale.py", ("--folder", str(shards.folder), *sizes))


def fit(blocks: int, penalty: float, epochs: int) -> str:
    """As Spark's script takes it."""
    return f"{blocks}:{penalty}:{epochs}"


def chosen(short: Sequence[Point]) -> tuple[int, float]:
    """The fastest block size and the penalty with the lowest error."""
    return min(short, key=itemgetter("seconds"))["blocks"], min(short, key=itemgetter("rmse"))["penalty"]


def medians(runs: Sequence[dict[str, Any]]) -> list[Point]:
    """The points of the first run, with the median seconds of all."""
    return [
        {**points[0], "seconds": median(one["seconds"] for one in points)}
        for points in zip(*(run["points"] for run in runs), strict=True)
    ]


def mark(points: Sequence[Point]) -> Point:
    """The fewest epochs that come near the best."""
    best = min(point["rmse"] for point in points)
    return next(point for point in points if point["rmse"] <= best + NEAR)


def reached(points: Sequence[Point], rmse: float) -> Point | None:
    """The fewest sweeps that end at this error or a lower one."""
    return next((point for point in points if point["rmse"] <= rmse), None)


# ---- the report ---------------------------------------------------------------------------------------------


def same_ratings(theirs: dict[str, Any], ours: dict[str, Any]) -> str:
    """What both learned from and were judged by. Ends the process where that is not the same."""
    if theirs != ours:
        sys.exit(f"The ratings are not the same: Spark's {theirs}, ours {ours}.")
    (n, total), (n_out, total_out) = ours["learned"], ours["held_out"]
    return (
        f"Each counted in its own process, and both the same: {n:,} ratings to learn from, whose sum is {total:,}, and "
        f"{n_out:,} held out, whose sum is {total_out:,}."
    )


def short_table(short: Sequence[Point], penalty: Penalty) -> str:
    rows = [
        [f"{one['blocks']}", f"{one['penalty']:.4f} ({one['penalty'] / penalty.value:g} ×)", f"{one['epochs']}",
         f"{one['seconds']:.1f}", f"{one['rmse']:.4f}"]
        for one in short
    ]  # fmt: skip
    return markdown_table(["blocks", "penalty", "epochs", "s", "RMSE"], rows)


def race_table(theirs: Sequence[Point], mine: Sequence[Point]) -> str:
    rows = [
        [f"{one['blocks']}", f"{one['penalty']:.4f}", f"{one['epochs']}", f"{one['seconds']:.1f}", f"{one['rmse']:.4f}",
         *_reached_columns(one, mine)]
        for one in theirs
    ]  # fmt: skip
    header = ["blocks", "penalty", "epochs", "s", "RMSE", "our sweeps", "our s", "our RMSE", "faster"]
    return markdown_table(header, rows)


def _reached_columns(one: Point, mine: Sequence[Point]) -> list[str]:
    us = reached(mine, one["rmse"])
    if us is None:
        return ["not reached", "", "", ""]
    faster = one["seconds"] / us["seconds"]
    return [f"{us['sweeps']}", f"{us['seconds']:.2f}", f"{us['rmse']:.4f}", f"{faster:.1f} x"]


def sweep_table(mine: Sequence[Point], flops: float, ceilings: Ceilings) -> str:
    rows = [
        [f"{one['sweeps']}", f"{one['seconds']:.2f}", f"{one['rmse']:.4f}",
         f"{flops * one['sweeps'] / one['seconds'] / 1e9 / ceilings.gflops:.0%}"]
        for one in mine
    ]  # fmt: skip
    return markdown_table(["our sweeps", "s", "RMSE", "of the FMA ceiling"], rows)


def outcome(theirs: Sequence[Point], mine: Sequence[Point]) -> str:
    """The comparison at Spark's mark, or who does not reach whom."""
    goal, lowest = mark(theirs), min(point["rmse"] for point in mine)
    us, tried = reached(mine, goal["rmse"]), ", ".join(str(point["epochs"]) for point in theirs)
    told = f"Spark's mark is {goal['epochs']} epochs: of {tried} the fewest within {NEAR} of its best RMSE."
    if us is None:
        return f"{told} **Ours does not reach its {goal['rmse']:.4f}, but ends at {lowest:.4f}.**"
    faster = goal["seconds"] / us["seconds"]
    verdict = (
        f"**Ours is there {faster:.1f} times as fast; {BAR} times is {'reached' if faster >= BAR else 'missed'}.**"
    )
    theirs_too = any(point["rmse"] <= lowest for point in theirs)
    return f"{told} {verdict}" + ("" if theirs_too else f" Spark does not reach our lowest RMSE, {lowest:.4f}.")


def memory(theirs: float, ours: float) -> str:
    return f"Memory: Spark's Java process, whose heap may take 8 GB, held {theirs / 1e9:.2f}, ours {ours / 1e9:.2f} GB."


def main(arguments: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--users", type=count, default=200_000)
    parser.add_argument("--epochs", type=int, nargs="+", default=[8, 12], help="of each of Spark's fits")
    parser.add_argument("--rounds", type=int, default=1, help="in which both make all their fits, in turn")
    asked = parser.parse_args(arguments)
    keep_two_processors()
    about, ceilings = machine(), measure_ceilings()
    with TemporaryDirectory() as home:
        folder, world = Path(home), World.of(N_ITEMS, PLANTED_K)
        shards = planted_shards(folder / "big.shards", world, asked.users, lambda *_: None)
        n_learned = write_split(shards, SHARE, folder)[LEARNED]
        penalty, them, us = Penalty.of(n_learned, shards.n_users), spark(folder, shards), ours(shards)
        short = them.run_quietly("--fits", *(fit(blocks, times * penalty.value, SHORT) for blocks, times in TRIED))
        told = [fit(*chosen(short["points"]), n) for n in sorted(asked.epochs)]
        runs = race([replace(them, arguments=(*them.arguments, "--fits", *told)), us], [()] * asked.rounds)
    theirs, mine = medians(runs[them.name]), medians(runs[us.name])
    flops = solve_flops(n_learned, shards.n_users + N_ITEMS, K + 1)
    versions = {"cofactor": cf.__version__, **installed_versions(them.python, ["pyspark"])}
    text = [
        "# Spark's ALS, to the same error", describe(about, versions), ceilings.told(), third_paragraph(__doc__),
        f"{shards!r}. {same_ratings(*(its[0]['sums'] for its in runs.values()))}", penalty.told(),
        "## Chosen for Spark", short_table(short["points"], penalty),
        f"It sums and solves by {short['linear_algebra']}; JNIBLAS and JNILAPACK are those of native libraries.",
        "## To the same error", race_table(theirs, mine), outcome(theirs, mine), sweep_table(mine, flops, ceilings),
        memory(*(its[0]["peak"] for its in runs.values())), most_disturbed({"short fits": [short], **runs}),
    ]  # fmt: skip
    results: dict[str, Any] = {
        "machine": about, "versions": versions, "ceilings": ceilings._asdict(), "penalty": penalty._asdict(),
        "short": short, "runs": runs,
    }  # fmt: skip
    write_results("spark_scale", results, "\n\n".join(text))


if __name__ == "__main__":
    main()
