"""Matrix factorisation by cofactor on the table of `peer_scripts/torch_sgd.py`, timed through `fit`.

Prints how many million ratings it takes in a second: in an epoch after the first, which is what the PyTorch
loop's figure holds, and over the whole `fit`, with all that it prepares before and derives afterwards.
"""

import argparse
import json
import time
from pathlib import Path
from statistics import median
from typing import Any

import numpy as np
from as_ratings import as_ratings

import cofactor as cf
from parts.contest import read_table


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--data", type=Path, required=True, help=".npz of user_idx, item_idx and values")
    parser.add_argument("--n-factors", type=int, default=64)
    parser.add_argument("--solver", choices=("adam", "sgd"), required=True)
    parser.add_argument("--n-epochs", type=int, default=3, help="at least 2")
    parser.add_argument("--batch-size", type=int, help="of the solver adam")
    parser.add_argument("--learning-rate", type=float, default=5e-3)
    asked = parser.parse_args()

    options: dict[str, Any] = {
        "n_factors": asked.n_factors,
        "solver": asked.solver,
        "batch_size": asked.batch_size,
    }
    model = cf.MatrixFactorization(
        n_epochs=asked.n_epochs, learning_rate=asked.learning_rate, weight_decay=0.0, **options
    )
    ratings = as_ratings(read_table(asked.data))
    model.fit(ratings.subset(np.arange(100_000)), progress=False)  # compiles
    started = time.perf_counter()
    model.fit(ratings, progress=False)
    whole = time.perf_counter() - started
    epoch = median(epoch.seconds for epoch in model.history_[1:])
    millions = len(ratings) / 1e6
    print(json.dumps({"million_ratings_per_s": millions / epoch, "whole_fit": asked.n_epochs * millions / whole}))


if __name__ == "__main__":
    main()
