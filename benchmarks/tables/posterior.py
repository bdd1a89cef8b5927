"""The row-posterior kernel alone: seconds a sweep, its share of the machine's peak, long rows, blocks of factors.

    python3 dev.py bench posterior

Needs COFACTOR_DATA with ml-1m in it; the larger table is generated. A sweep solves all users, then all items, of
implicit matrix factorisation. Useful operations of solving a row of n ratings: n k (k + 1) for its precision,
k³ / 3 to factor it, 2 k² to solve; what is computed beyond a triangle is not counted. Medians over the rounds.
"""

import argparse
import os
import sys
import time
from collections.abc import Callable, Sequence
from statistics import median
from typing import Any

import numpy as np

import cofactor as cf
from benchmarks.shared.generated import generated_file
from benchmarks.shared.peak import peak_gflops
from benchmarks.shared.quiet import QUIET, wait_for_quiet, watch_others
from benchmarks.shared.reporting import describe, machine, markdown_table, write_results
from cofactor.data.ids import IdMap
from cofactor.kernels.posterior.prior import Prior
from cofactor.kernels.posterior.problem import RowProblem
from cofactor.kernels.posterior.schedule import SPLIT_ABOVE, schedule_rows
from cofactor.kernels.posterior.solve import solve
from cofactor.kernels.posterior.weights import RatingWeights
from cofactor.kernels.ratings.csr import CsrRatings
from cofactor.training.engines.implicit_als import RowSolver, SideSolver

NEVER = 1 << 40  # ratings from which on a row is split: no row has so many
SHARES = (0.3, 0.7)  # of all ratings that one row holds; two cores wait for one from a half on
SOLVERS: dict[str, dict[str, Any]] = {
    "exact": {},
    "cg, 1 step": {"solver": "cg", "n_steps": 1},
    "cg, 2 steps": {"solver": "cg", "n_steps": 2},
}


def generated() -> cf.Ratings:
    data = np.load(generated_file())
    users, items = (IdMap.of(np.arange(data[name].max() + 1)) for name in ("user_idx", "item_idx"))
    columns = {name: data[name] for name in ("user_idx", "item_idx", "values")}
    return cf.Ratings(users=users, items=items, **columns)


def useful_flops(ratings: cf.Ratings, k: int) -> float:
    counts = np.concatenate([ratings.user_counts, ratings.item_counts]).astype(float)
    return float(np.sum(counts * k * (k + 1) + (counts > 0) * (k**3 / 3 + 2 * k**2)))


def timed(work: Callable[[], Any], rounds: int) -> dict[str, float]:
    """Median seconds, and the cores that others used in the worst round."""
    seconds, disturbed = list[float](), 0.0
    for _ in range(rounds):
        wait_for_quiet()
        with watch_others() as others:
            started = time.perf_counter()
            work()
            seconds.append(time.perf_counter() - started)
        disturbed = max(disturbed, others.cores) if seconds[-1] > 0.2 else disturbed  # else the clock is too coarse
    return {"seconds": median(seconds), "best": min(seconds), "others": disturbed}


def sweep(ratings: cf.Ratings, k: int, **options: Any) -> Callable[[], None]:
    """One sweep over both sides, warmed up; rows are as they are after two sweeps."""
    model = cf.ImplicitMF(unobserved_weight=0.1, reg=0.003, n_factors=k, **options)
    how = RowSolver(model.solver, model.n_steps, model.block_size)
    users, items = np.zeros((ratings.n_users, k), np.float32), np.zeros((ratings.n_items, k), np.float32)
    items[:] = 0.1 / np.sqrt(k) * np.random.default_rng(0).standard_normal(items.shape)
    of_users, of_items = (SideSolver(side, k, model._objective, how) for side in (ratings.by_user, ratings.by_item))

    def both() -> None:
        of_users.solve(users, items)
        of_items.solve(items, users)

    both()
    both()
    return both


def speed(tables: dict[str, cf.Ratings], peak: float, rounds: int) -> list[dict[str, Any]]:
    rows = list[dict[str, Any]]()
    for shape, ratings in tables.items():
        for k in (64, 128):
            for name, options in SOLVERS.items():
                one: dict[str, Any] = {
                    "table": shape,
                    "k": k,
                    "solver": name,
                    **timed(sweep(ratings, k, **options), rounds),
                }
                if name == "exact":
                    one["gflops"] = useful_flops(ratings, k) / one["seconds"] / 1e9
                    one["share"] = one["gflops"] / peak
                rows.append(one)
                print(one, file=sys.stderr, flush=True)
    return rows


def skewed(share: float, rounds: int, k: int = 64) -> dict[str, Any]:
    """One of 10,000 rows holds a share of 1.2 million ratings: all of it on one core, and split."""
    rng, n_rows, n_others, n = np.random.default_rng(0), 10_000, 400_000, 1_200_000
    counts = np.full(n_rows, int((1 - share) * n / n_rows))
    counts[17] = int(share * n)
    indptr = np.concatenate([[0], np.cumsum(counts)]).astype(np.int64)
    indices = rng.integers(0, n_others, indptr[-1]).astype(np.int32)
    ratings = CsrRatings(indptr, indices, np.ones(len(indices), np.float32))
    design, weights = (
        rng.standard_normal((n_others, k)).astype(np.float32),
        RatingWeights(*map(np.float32, (1, 0, 1, 0))),
    )
    prior = Prior(np.eye(k, dtype=np.float32).ravel(), np.ones(1, np.float32), np.zeros((1, k), np.float32))
    out, offset = np.zeros((n_rows, k), np.float32), np.zeros(n_others, np.float32)
    problem = RowProblem(design, offset, ratings, weights, prior)
    plans = {
        "on one core": schedule_rows(indptr, k, split_above=NEVER),
        "split": schedule_rows(indptr, k, split_above=SPLIT_ABOVE),
    }
    return {
        name: timed(lambda schedule=schedule: solve(out, problem, schedule), rounds) for name, schedule in plans.items()
    }


def blocks(ratings: cf.Ratings, sizes: Sequence[int], n_epochs: int) -> list[dict[str, Any]]:
    """The loss for each click after the same number of sweeps, by blocks of 64 and 128 and exactly; seconds a sweep."""
    rows = list[dict[str, Any]]()
    for k in sizes:
        ways: dict[str, dict[str, Any]] = {
            "exact": {},
            "cg, 1 step": {"solver": "cg", "n_steps": 1},
            "cg, 2 steps": {"solver": "cg", "n_steps": 2},
            **{f"blocks of {b}": {"solver": "block", "block_size": b} for b in (64, 128) if b < k},
        }
        for name, options in ways.items():
            cf.ImplicitMF(unobserved_weight=0.1, reg=0.003, n_factors=k, n_epochs=1, **options).fit(
                ratings.subset(np.arange(10_000))
            )  # compiles
            wait_for_quiet()
            model = cf.ImplicitMF(unobserved_weight=0.1, reg=0.003, n_factors=k, n_epochs=n_epochs, **options)
            with watch_others() as others:
                started = time.perf_counter()
                model.fit(ratings)
                seconds = (time.perf_counter() - started) / n_epochs
            rows.append(
                {
                    "k": k,
                    "way": name,
                    "seconds": seconds,
                    "losses": [epoch.train_loss for epoch in model.history_],
                    "others": others.cores,
                }
            )
            print(rows[-1], file=sys.stderr, flush=True)
    return rows


def report(results: dict[str, Any]) -> str:
    peaks, speeds, long, ways = (results[name] for name in ("peak", "speed", "skewed", "blocks"))
    busiest = max(one["others"] for one in [*speeds, *(one for both in long.values() for one in both.values()), *ways])
    warning = "" if busiest <= QUIET else " **The machine was busy: these times are no measurement.**"
    speed_table = markdown_table(
        ["", "k", "solver", "s a sweep", "GFLOP/s", "of the peak"],
        [
            [one["table"], str(one["k"]), one["solver"], f"{one['seconds']:.4f}",
             f"{one['gflops']:.0f}" if "gflops" in one else "", f"{one['share']:.0%}" if "share" in one else ""]
            for one in speeds
        ],
    )  # fmt: skip
    n_epochs = len(ways[0]["losses"])
    block_table = markdown_table(
        ["factors", "solver", "s a sweep", "loss after 1", f"after {n_epochs // 2}", f"after {n_epochs}"],
        [
            [str(one["k"]), one["way"], f"{one['seconds']:.2f}",
             *(f"{one['losses'][at - 1]:.4f}" for at in (1, n_epochs // 2, n_epochs))]
            for one in ways
        ],
    )  # fmt: skip
    return "\n\n".join([
        "# The row-posterior kernel",
        describe(results["machine"], {"cofactor": cf.__version__}),
        f"The machine's peak: {peaks[0]:.0f} GFLOP/s on one core, {peaks[1]:.0f} on all. In the most disturbed of "
        f"these runs others used {busiest:.2f} cores.{warning}",
        "## A sweep", speed_table,
        "## One row with a large share of all ratings", markdown_table(
            ["share", *(f"{way}, s" for way in next(iter(long.values())))],
            [[f"{share:.0%}", *(f"{one['seconds']:.4f}" for one in both.values())] for share, both in long.items()],
        ),
        "## Blocks of factors, ml-1m", block_table,
    ])  # fmt: skip


def main(arguments: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=7)
    parser.add_argument("--epochs", type=int, default=8, help="of the blocks' table")
    parser.add_argument("--factors", type=int, nargs="+", default=[128, 256, 512, 1024], help="of the blocks' table")
    asked = parser.parse_args(arguments)
    if not os.environ.get("COFACTOR_DATA"):
        sys.exit("Set COFACTOR_DATA to a folder that holds ml-1m.")

    about, tables = machine(), {"ml-1m": cf.load("ml-1m"), "10M ratings, generated": generated()}
    peaks = peak_gflops(1), peak_gflops(os.cpu_count() or 1)
    results = {
        "machine": about,
        "peak": peaks,
        "speed": speed(tables, peaks[1], asked.rounds),
        "skewed": {share: skewed(share, asked.rounds) for share in SHARES},
        "blocks": blocks(tables["ml-1m"], asked.factors, asked.epochs),
    }
    write_results("posterior", results, report(results))


if __name__ == "__main__":
    main()
