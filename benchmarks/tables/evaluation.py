"""nDCG@10 and recall@20 of one MovieLens 1M model: the whole catalogue for every user, in turn by three ways.

    python3 dev.py bench evaluation

Needs COFACTOR_DATA, a folder that holds ml-1m. The model is our matrix factorisation of 64 factors on a random
80 %; relevant are held-out ratings of 4 and above. All three ways must agree on both numbers.
"""

import argparse
import os
import sys
import time
from collections.abc import Callable, Sequence
from importlib.metadata import version
from statistics import median
from typing import Any

import numpy as np

import cofactor as cf
from benchmarks.shared.quiet import wait_for_quiet, watch_others
from benchmarks.shared.reporting import describe, machine, markdown_table, write_results
from cofactor.evaluation import monitor
from cofactor.recommender import Recommender

METRICS = ("ndcg@10", "recall@20")
RELEVANT = 4.0
Way = Callable[[], dict[str, float]]


def user_by_user(model: Recommender, test: cf.Ratings) -> dict[str, float]:
    """The two metrics as one writes them down: a loop over users, plain NumPy in it."""
    gain, found = 1 / np.log2(np.arange(2, 12)), []
    for user in np.unique(test.user_idx):
        items, values = test.by_user.of(user)
        relevant = items[values >= RELEVANT]
        if not len(relevant):
            continue
        scores = np.array(model.score_users(np.array([user])))[0]
        scores[model.ratings.by_user.of(user)[0]] = -np.inf
        near = np.argpartition(-scores, 20)[:20]
        hits = np.isin(near[np.argsort(-scores[near], kind="stable")], relevant)
        ndcg = (hits[:10] * gain).sum() / gain[: min(10, len(relevant))].sum()
        found.append((ndcg, hits.sum() / len(relevant)))
    return dict(zip(METRICS, np.mean(found, axis=0).tolist(), strict=True))


def ways(model: Recommender, test: cf.Ratings) -> dict[str, Way]:
    watched = {name: monitor(name, test, relevant=RELEVANT) for name in METRICS}
    asked: dict[str, Any] = {"metrics": METRICS, "relevant": RELEVANT}
    return {
        "cf.evaluate, intervals of 1,000 samples": lambda: cf.evaluate(model, test, **asked).values,
        "monitor, values only, one pass each": lambda: {name: of(model) for name, of in watched.items()},
        "NumPy, user by user": lambda: user_by_user(model, test),
    }


def timed(way: Way) -> dict[str, Any]:
    wait_for_quiet()
    with watch_others() as others:
        started = time.perf_counter()
        values = way()
        seconds = time.perf_counter() - started
    return {"seconds": seconds, "values": values, "others": others.cores}


def race(contestants: dict[str, Way], n_rounds: int) -> dict[str, list[dict[str, Any]]]:
    """The first call of each, then n_rounds in turn."""
    runs = {name: [timed(way)] for name, way in contestants.items()}
    for _ in range(n_rounds):
        for name, way in contestants.items():
            runs[name].append(timed(way))
    return runs


def report(runs: dict[str, list[dict[str, Any]]], about: dict[str, Any], versions: dict[str, str], what: str) -> str:
    rows = [_row(name, its) for name, its in runs.items()]
    header = ["", "first call, s", "median after it, s", "slowest, s", "cores others used", *METRICS]
    return "\n\n".join(["# Full-catalogue evaluation", what, describe(about, versions), markdown_table(header, rows)])


def _row(name: str, its: list[dict[str, Any]]) -> list[str]:
    later = [run["seconds"] for run in its[1:]]
    seconds = (its[0]["seconds"], median(later), max(later))
    others = max(run["others"] for run in its[1:])
    values = (f"{its[0]['values'][metric]:.4f}" for metric in METRICS)
    return [name, *(f"{one:.3f}" for one in seconds), f"up to {others:.2f}", *values]


def check_agreement(runs: dict[str, list[dict[str, Any]]]) -> None:
    """Equal but for the last digits of float32 scores, which may swap two items that all but tie."""
    for metric in METRICS:
        values = [its[0]["values"][metric] for its in runs.values()]
        if max(values) - min(values) > 1e-4:
            sys.exit(f"The ways do not agree on {metric}: {values}")


def main(arguments: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=5, help="after the first call (default: %(default)s)")
    asked = parser.parse_args(arguments)
    if not os.environ.get("COFACTOR_DATA"):
        sys.exit("Set COFACTOR_DATA to a folder that holds ml-1m.")

    train, test = cf.split(cf.load("ml-1m"), test=0.2, seed=0)
    model = cf.MatrixFactorization(n_factors=64, y_range=(0, 5.5)).fit(train, progress=False)
    about = machine()
    runs = race(ways(model, test), asked.rounds)
    check_agreement(runs)
    n_users = len(np.unique(test.user_idx))
    what = (
        f"{n_users:,} users, {train.n_items:,} items, {len(train):,} training ratings hidden, {len(test):,} held out; "
        f"64 factors. The first call loads the compiled kernels and sorts the training ratings by user."
    )
    versions = {"cofactor": cf.__version__, **{name: version(name) for name in ("numpy", "numba")}}
    results = {"machine": about, "versions": versions, "data": what, "runs": runs}
    write_results("evaluation", results, report(runs, about, versions, what))


if __name__ == "__main__":
    main()
