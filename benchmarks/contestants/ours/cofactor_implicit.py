"""Our implicit matrix factorisation, timed sweep by sweep; what it found goes to a file, to be judged by one judge."""

import argparse
import json
from dataclasses import replace
from pathlib import Path

import numpy as np

import cofactor as cf
from benchmarks.contestants.contest import answer, read_table, seconds_a_sweep
from benchmarks.contestants.ours.as_ratings import as_ratings


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--options", type=json.loads, required=True, help="of the model, as JSON")
    parser.add_argument("--sweeps", type=int, required=True)
    parser.add_argument("--factors", type=Path, required=True, help=".npz for the factors")
    asked = parser.parse_args()

    ratings, model = as_ratings(read_table(asked.data)), cf.ImplicitMF(**asked.options)
    replace(model, n_epochs=1).fit(ratings.subset(np.arange(min(100_000, len(ratings)))))  # loads the machine code
    fitted = model

    def fit(n: int) -> None:
        nonlocal fitted
        fitted = replace(model, n_epochs=n).fit(ratings)

    _ = ratings.by_user, ratings.by_item  # laid out before the first fit, not in it
    sweep = seconds_a_sweep(fit, asked.sweeps)
    np.savez(asked.factors, users=fitted.user_factors_, items=fitted.item_factors_)
    answer(sweep=sweep)


if __name__ == "__main__":
    main()
