"""One of our models on one table: seconds a sweep, and how much memory at most."""

import argparse
import json
import resource
from pathlib import Path
from typing import Any

import numpy as np

import cofactor as cf
from benchmarks.contestants.contest import answer, read_table, seconds_a_sweep
from benchmarks.contestants.ours.as_ratings import as_ratings


def fit(ratings: cf.Ratings, name: str, k: int, n_sweeps: int, options: dict[str, Any]) -> None:
    if name == "als":
        model = cf.ExplicitALS(n_factors=k, n_epochs=n_sweeps, **options)
    elif name == "gibbs":
        model = cf.BayesianMF(n_factors=k, n_burn_in=n_sweeps, n_draws=2, thin=1, **options)
    else:
        model = cf.ImplicitMF(unobserved_weight=0.1, reg=0.003, n_factors=k, n_epochs=n_sweeps, **options)
    model.fit(ratings, progress=False)


def memory(which: str) -> int:
    """Bytes this process holds (VmRSS) or has held at most (VmHWM); where /proc tells nothing, the latter."""
    try:
        lines = Path("/proc/self/status").read_text().splitlines()
    except OSError:
        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
    return next(int(line.split()[1]) * 1024 for line in lines if line.startswith(which))


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--model", choices=("implicit", "als", "gibbs"), required=True)
    parser.add_argument("--options", type=json.loads, default={})
    parser.add_argument("--n-factors", type=int, required=True)
    parser.add_argument("--sweeps", type=int, required=True)
    asked = parser.parse_args()

    few = cf.Ratings.from_arrays(np.arange(20_000) % 400, np.arange(20_000) % 311, np.arange(20_000) % 5 + 1)
    fit(few, asked.model, asked.n_factors, 2, asked.options)  # loads the machine code
    before = memory("VmRSS")
    ratings = as_ratings(read_table(asked.data))
    given = memory("VmRSS") - before

    def timed(n: int) -> None:
        fit(ratings, asked.model, asked.n_factors, n, asked.options)

    sweep = seconds_a_sweep(timed, asked.sweeps)
    csr = 8 * len(ratings) + 8 * (ratings.n_users + 1)
    answer(sweep=sweep, csr=csr, given=given, peak=memory("VmHWM") - before)


if __name__ == "__main__":
    main()
