"""Approximate against exact lists in a catalogue of 400,000 items: users a second, one user's wait, and what is missed.

    python3 dev.py bench approximate

100,000 users, 8 million generated clicks, ImplicitMF with 64 factors: learned ones, because random numbers lie in no
places. Users are drawn to a few of 300 circles of items, and in each to what is popular there: where only popularity
counts, everybody's best lie together and any index finds them. Seen items are hidden; lists of ten. Ways take turns,
medians.
"""

import argparse
import time
from collections.abc import Sequence
from importlib.metadata import version
from statistics import median
from typing import Any

import numpy as np

import cofactor as cf
from benchmarks.shared.quiet import wait_for_quiet, watch_others
from benchmarks.shared.reporting import describe, machine, markdown_table, write_results
from cofactor.data.ids import IdMap
from cofactor.data.ratings import Ratings
from cofactor.recommender import Recommender

N_USERS, N_ITEMS, N_CLICKS, N_CIRCLES, N = 100_000, 400_000, 8_000_000, 300, 10
RECALLS = (0.9, 0.95, 0.99)
ASKED = 20_000  # users at once
ALONE = 200  # users one by one
EXACT = "exact"


def clicks() -> Ratings:
    """Draws of a user, one of their circles, an item by its popularity there; a pair drawn again counts once."""
    rng = np.random.default_rng(0)
    circles, per_circle = rng.integers(0, N_CIRCLES, (N_USERS, 4)), N_ITEMS // N_CIRCLES
    user_idx = rng.permutation(np.repeat(np.arange(N_USERS), _counts(rng)))
    circle = circles[user_idx, rng.integers(0, 4, len(user_idx))]
    place = (per_circle * rng.random(len(user_idx)) ** 3).astype(np.int64)  # low ones are popular
    pairs = np.unique(user_idx * N_ITEMS + rng.permutation(N_ITEMS)[circle * per_circle + place])
    users, items = (IdMap.encode(np.arange(n), kind)[0] for n, kind in ((N_USERS, "user"), (N_ITEMS, "item")))
    user_idx, item_idx = (part.astype(np.int32) for part in np.divmod(pairs, N_ITEMS))
    ones = np.ones(len(pairs), np.float32)
    return Ratings(users=users, items=items, user_idx=user_idx, item_idx=item_idx, values=ones, kind="clicks")


def _counts(rng: np.random.Generator) -> np.ndarray:
    """(N_USERS,) clicks of each: a few have very many."""
    activity = rng.lognormal(sigma=1.1, size=N_USERS)
    return rng.multinomial(N_CLICKS, activity / activity.sum())


def timed(model: Recommender, way: str) -> dict[str, Any]:
    """One way, for many users at once and for some one by one."""
    rng, approximate = np.random.default_rng(0), way != EXACT
    users, alone = rng.integers(0, N_USERS, ASKED), rng.integers(0, N_USERS, (ALONE, 1))
    built = time.perf_counter()
    index = model.build_index(float(way.split()[-1])) if approximate else None
    built = time.perf_counter() - built
    model.rank_users(users[:1000], N, approximate=approximate)  # kernels loaded
    wait_for_quiet()
    with watch_others() as others:
        started = time.perf_counter()
        lists, _ = model.rank_users(users, N, approximate=approximate)
        many = time.perf_counter() - started
        waits = [_wait(model, one, approximate) for one in alone]
    probed = f"{index.n_probes} of {index.n_lists:,}" if index else "all items"
    run = {"users_per_s": ASKED / many, "wait_ms": 1000 * median(waits), "others": others.cores, "looked_at": probed}
    return run | {"build_s": built if approximate else 0.0, "lists": lists.tolist()}


def _wait(model: Recommender, one: np.ndarray, approximate: bool) -> float:
    started = time.perf_counter()
    model.rank_users(one, N, approximate=approximate)
    return time.perf_counter() - started


def race(model: Recommender, n_rounds: int) -> dict[str, list[dict[str, Any]]]:
    """Each way once a round; lists become the share of the exact ones that they hold."""
    ways = [EXACT, *(f"asked for {recall}" for recall in RECALLS)]
    runs: dict[str, list[dict[str, Any]]] = {way: [] for way in ways}
    for _ in range(n_rounds):
        best = None
        for way in ways:
            run = timed(model, way)
            found = run.pop("lists")
            best = found if best is None else best
            run["found"] = float(np.mean([len(set(a) & set(b)) / N for a, b in zip(best, found, strict=True)]))
            runs[way].append(run)
    return runs


def report(runs: dict[str, list[dict[str, Any]]], about: dict[str, Any], versions: dict[str, str]) -> str:
    header = ["", "lists looked through", "built in, s", "users/s", "one user, ms", "of the ten best found"]
    what = f"{N_USERS:,} users, {N_ITEMS:,} items, about {N_CLICKS:,} generated clicks; top {N}, seen items hidden."
    worst = max(run["others"] for its in runs.values() for run in its)
    rows = [_row(way, its) for way, its in runs.items()]
    told = f"In the most disturbed of these runs others used {worst:.2f} cores."
    parts = ["# Approximate top-n", what, describe(about, versions), markdown_table(header, rows), told]
    return "\n\n".join(parts)


def _row(way: str, its: list[dict[str, Any]]) -> list[str]:
    of = {name: median(run[name] for run in its) for name in ("build_s", "users_per_s", "wait_ms", "found")}
    built = f"{of['build_s']:.1f}" if of["build_s"] else ""
    return [
        way, its[0]["looked_at"], built, f"{of['users_per_s']:,.0f}", f"{of['wait_ms']:.2f}", f"{of['found']:.4f}",
    ]  # fmt: skip


def main(arguments: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=3)
    asked = parser.parse_args(arguments)
    about, model = machine(), cf.ImplicitMF(unobserved_weight=0.1, reg=0.003, n_factors=64, n_epochs=8).fit(clicks())
    versions = {name: version(name) for name in ("cofactor", "numpy", "numba", "faiss-cpu")}
    runs = race(model, asked.rounds)
    write_results("approximate", {"machine": about, "versions": versions, "runs": runs}, report(runs, about, versions))


if __name__ == "__main__":
    main()
