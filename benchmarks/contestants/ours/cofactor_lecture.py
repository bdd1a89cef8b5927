"""The lesson by cofactor, timed from inside: the same ratings, split and five epochs as fastai's.

Prints one JSON object, as `peers/fastai_lecture.py` does. The whole process is timed by whoever
started it.
"""

import time

started = time.perf_counter()  # before the imports: what they cost is part of the answer

import argparse  # noqa: E402
import json  # noqa: E402
from dataclasses import replace  # noqa: E402
from pathlib import Path  # noqa: E402
from typing import Any  # noqa: E402

import numpy as np  # noqa: E402

import cofactor as cf  # noqa: E402
from cofactor.data.ids import IdMap  # noqa: E402


def by_title(ratings: cf.Ratings) -> cf.Ratings:
    """Items keyed by title, as the book has them: 18 titles stand for two numbers each."""
    titles, index = IdMap.encode(ratings.title_of(np.arange(ratings.n_items)), "item")
    return replace(ratings, items=titles, item_idx=index[ratings.item_idx], titles=None, item_attributes={})


def make_model(seed: int, layers: list[int] | None) -> "cf.MatrixFactorization | cf.NeuralCF":
    shared: dict[str, Any] = {
        "n_epochs": 5,
        "learning_rate": 5e-3,
        "weight_decay": 0.1,
        "y_range": (0, 5.5),
        "batch_size": 64,
    }
    if layers:
        return cf.NeuralCF(layers=tuple(layers), n_factors=0, seed=seed, **shared)  # widths as fastai chooses them
    return cf.MatrixFactorization(n_factors=50, seed=seed, **shared)


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--seed", type=int, required=True)
    parser.add_argument("--layers", type=int, nargs="+", help="the lesson's second model, a net of so many units")
    parser.add_argument("--split", type=Path, required=True, help=".npz with the row numbers of train and valid")
    asked = parser.parse_args()
    imported = time.perf_counter()

    ratings, rows = by_title(cf.load("ml-100k")), np.load(asked.split)
    train, valid = ratings.subset(rows["train"]), ratings.subset(rows["valid"])
    loaded = time.perf_counter()

    model = make_model(asked.seed, asked.layers)
    model.fit(train, validation=valid, progress=False)  # validated after every epoch, as fastai does
    fitted = time.perf_counter()

    seconds = {"imports": imported - started, "data": loaded - imported, "fit": fitted - loaded}
    valid_mse = [epoch.valid_loss for epoch in model.history_]
    print(json.dumps({"valid_mse": valid_mse, "seconds": seconds}))


if __name__ == "__main__":
    main()
