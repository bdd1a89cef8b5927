"""Rating prediction on MovieLens: the canonical folds of ml-100k, and random tenths of ml-1m, by BayesianMF.

    python3 dev.py bench accuracy_ratings

Needs COFACTOR_DATA, a folder that holds ml-100k and ml-1m. Errors are of predictions clipped to 1..5 over all test
ratings. The rank is chosen on a tenth held out of the training part of the first split; all else are the defaults, but
for more draws. "Matrix only" sees no attribute and no date; what a user rated and who rated an item it takes from the
training part alone.
"""

import argparse
import os
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

import cofactor as cf
from benchmarks.shared.rating_runs import Options, Run, best_rank, run, shown
from benchmarks.shared.reporting import describe, machine, markdown_table, write_results

DRAWS = {"n_burn_in": 40, "n_draws": 160, "thin": 3, "n_chains": 2}
MATRIX, ALL = {"attributes": False}, {"days": True}
FOLDS = ("u1", "u2", "u3", "u4", "u5")
SMALL_RANKS, LARGE_RANKS = (7, 10, 15), (31, 47)
PUBLISHED = {
    "ml-100k u1, matrix only": "0.8889, GLocal-K",
    "ml-100k u1, with attributes and dates": "0.8808, myFM ordered probit",
    "ml-1m 90/10, matrix only": "0.8227, GLocal-K",
}


def folds(folder: Path) -> Iterator[tuple[str, cf.Ratings, cf.Ratings]]:
    """u1 to u5, as published."""
    whole = cf.load("ml-100k")
    pairs = whole.user_idx.astype(np.int64) * whole.n_items + whole.item_idx
    for name in FOLDS:
        users, items = np.loadtxt(folder / f"{name}.test", dtype=np.int64, usecols=(0, 1)).T
        tested = np.isin(pairs, whole.users.find(users).astype(np.int64) * whole.n_items + whole.items.find(items))
        yield name, whole.subset(~tested, f"{name}.base"), whole.subset(tested, f"{name}.test")


def tenth(ratings: cf.Ratings, seed: int) -> tuple[cf.Ratings, cf.Ratings]:
    """The rows in file order, shuffled by NumPy's old generator; the first tenth is the test."""
    order: NDArray[np.int64] = np.arange(len(ratings))
    np.random.RandomState(seed).shuffle(order)
    cut = len(ratings) // 10
    return ratings.subset(np.sort(order[cut:])), ratings.subset(np.sort(order[:cut]))


def small(folder: Path, runs: dict[str, list[Run]], ranks: dict[str, Any]) -> None:
    for name, train, test in folds(folder):
        for kind, options in (("matrix only", MATRIX), ("with attributes and dates", ALL)):
            if kind not in ranks:
                ranks[kind] = best_rank(SMALL_RANKS, DRAWS | options, train)
            found = _told(f"ml-100k {name}, {kind}", ranks[kind][0], options, train, test)
            runs.setdefault(f"ml-100k u1 to u5, {kind}", []).append(found)
            if name == "u1":
                runs[f"ml-100k u1, {kind}"] = [found]


def large(seeds: Sequence[int], runs: dict[str, list[Run]], ranks: dict[str, Any]) -> None:
    ratings, kind = cf.load("ml-1m"), "ml-1m 90/10, matrix only"
    for seed in seeds:
        train, test = tenth(ratings, seed)
        if kind not in ranks:
            ranks[kind] = best_rank(LARGE_RANKS, DRAWS | MATRIX, train)
        runs.setdefault(kind, []).append(_told(f"{kind}, seed {seed}", ranks[kind][0], MATRIX, train, test))


def _told(what: str, rank: int, options: Options, train: cf.Ratings, test: cf.Ratings) -> Run:
    found = run(cf.BayesianMF(n_factors=rank, **DRAWS, **options), train, test)
    print(what, f"rank {rank}", {name: round(value, 4) for name, value in found.items()}, file=sys.stderr, flush=True)
    return found


def report(runs: dict[str, list[Run]], ranks: dict[str, Any], about: dict[str, Any]) -> str:
    header = ["", "RMSE", "MAE", "best published RMSE", "90 % intervals hold", "CRPS", "with one spread", "fit, s"]
    rows = [
        [
            name, shown(its, "rmse"), shown(its, "mae"), PUBLISHED.get(name, ""), shown(its, "covered", 3),
            shown(its, "crps"), shown(its, "crps_one_spread"), shown(its, "seconds", 1),
        ]
        for name, its in runs.items()
    ]  # fmt: skip
    chosen = "; ".join(f"{kind}: {rank} of {_ranks(tried)}" for kind, (rank, tried) in ranks.items())
    return "\n\n".join([
        "# Rating prediction on MovieLens",
        "`python3 dev.py bench accuracy_ratings`. Mean ± standard deviation over folds or seeds.",
        describe(about, {"cofactor": cf.__version__, "numpy": np.__version__}),
        markdown_table(header, rows),
        f"Ranks, by RMSE on a tenth of the first training part: {chosen}. Draws: {DRAWS}.",
    ])  # fmt: skip


def _ranks(tried: dict[int, float]) -> str:
    return ", ".join(f"{rank} ({rmse:.4f})" for rank, rmse in tried.items())


def main(arguments: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seeds", type=int, nargs="+", default=[42, 0, 1, 2, 3], help="of ml-1m's tenths")
    asked = parser.parse_args(arguments)
    if not os.environ.get("COFACTOR_DATA"):
        sys.exit("Set COFACTOR_DATA to a folder that holds ml-100k and ml-1m.")
    about, runs, ranks = machine(), dict[str, list[Run]](), dict[str, Any]()
    small(Path(os.environ["COFACTOR_DATA"]) / "ml-100k", runs, ranks)
    large(asked.seeds, runs, ranks)
    results = {"machine": about, "draws": DRAWS, "ranks": ranks, "runs": runs}
    write_results("accuracy_ratings", results, report(runs, ranks, about))


if __name__ == "__main__":
    main()
