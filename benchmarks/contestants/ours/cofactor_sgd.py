"""Matrix factorisation by cofactor on the table of `peers/torch_sgd.py`, timed through `fit`.

Prints how many million ratings it takes in a second: in an epoch after the first, which is what the PyTorch
loop's figure holds, and over the whole `fit`, with all that it prepares before and derives afterwards. Where the file
holds test ratings too, also their RMSE.
"""

import argparse
import json
import time
from pathlib import Path
from statistics import median
from typing import Any

import numpy as np

import cofactor as cf
from cofactor.data.ids import IdMap


def read(data: Any) -> cf.Ratings:
    user_idx, item_idx = data["user_idx"], data["item_idx"]
    users, items = (IdMap.of(np.arange(n)) for n in (_n(data, "user"), _n(data, "item")))
    return cf.Ratings(users=users, items=items, user_idx=user_idx, item_idx=item_idx, values=data["values"])


def _n(data: Any, side: str) -> int:
    return 1 + max(int(data[name].max()) for name in (f"{side}_idx", f"test_{side}_idx") if name in data)


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--data", type=Path, required=True, help=".npz of user_idx, item_idx and values")
    parser.add_argument("--n-factors", type=int, default=64)
    parser.add_argument("--solver", choices=("adam", "sgd"), required=True)
    parser.add_argument("--n-epochs", type=int, default=3, help="at least 2")
    parser.add_argument("--batch-size", type=int, help="of the solver adam")
    parser.add_argument("--learning-rate", type=float, default=5e-3)
    parser.add_argument("--weight-decay", type=float, default=0.0)
    parser.add_argument("--y-range", type=float, nargs=2)
    asked = parser.parse_args()

    options: dict[str, Any] = {
        "n_factors": asked.n_factors,
        "solver": asked.solver,
        "batch_size": asked.batch_size,
        "y_range": tuple(asked.y_range) if asked.y_range else None,
        "n_epochs": asked.n_epochs,
        "learning_rate": asked.learning_rate,
        "weight_decay": asked.weight_decay,
    }
    model, data = cf.MatrixFactorization(**options), np.load(asked.data)
    ratings = read(data)
    model.fit(ratings.subset(np.arange(min(100_000, len(ratings)))), progress=False)  # compiles
    started = time.perf_counter()
    model.fit(ratings, progress=False)
    whole = time.perf_counter() - started
    epoch = median(epoch.seconds for epoch in model.history_[1:])
    millions = len(ratings) / 1e6
    result = {"million_ratings_per_s": millions / epoch, "whole_fit": asked.n_epochs * millions / whole}
    if "test_values" in data:
        error = model.predict(data["test_user_idx"], data["test_item_idx"]) - data["test_values"]
        result["rmse"] = float(np.sqrt(np.mean(np.square(error))))
    print(json.dumps(result))


if __name__ == "__main__":
    main()
