"""Our Gibbs sampler: seconds a sweep, or the error of as many draws as asked."""

import argparse
import json
from pathlib import Path

import numpy as np

import cofactor as cf
from benchmarks.contestants.contest import answer, errors, read_split, seconds, seconds_a_sweep
from benchmarks.contestants.ours.as_ratings import as_ratings


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--options", type=json.loads, required=True, help="of the model, as JSON")
    parser.add_argument("--sweeps", type=int, default=30, help="to time")
    parser.add_argument("--draws", type=int, nargs=2, metavar=("BURN_IN", "KEPT"), help="judge these draws instead")
    parser.add_argument("--seed", type=int, default=0)
    asked = parser.parse_args()

    train, test = read_split(asked.data)
    ratings = as_ratings(train)

    def fit(n_burn_in: int, n_draws: int = 2) -> cf.BayesianMF:
        drawn = {"n_burn_in": n_burn_in, "n_draws": n_draws, "thin": 1, "seed": asked.seed}
        return cf.BayesianMF(**drawn, **asked.options).fit(ratings, progress=False)

    cf.BayesianMF(n_burn_in=1, n_draws=2, thin=1, **asked.options).fit(
        ratings.subset(np.arange(min(100_000, len(ratings))))
    )
    if asked.draws is None:
        answer(sweep=seconds_a_sweep(fit, asked.sweeps))
        return
    found: list[cf.BayesianMF] = []
    spent = seconds(lambda: found.append(fit(*asked.draws)))
    answer(seconds=spent, **errors(found[0].predict(test.user_idx, test.item_idx), test))


if __name__ == "__main__":
    main()
