"""Surprise's models at their defaults: predictions of the test pairs."""

from functools import partial
from typing import Any

import numpy as np
from surprise import SVD, BaselineOnly, KNNBaseline, SVDpp

from benchmarks.contestants.first_try import Task, main
from benchmarks.contestants.peers.surprise_table import trainset

MODELS: dict[str, Any] = {
    "SVD": partial(SVD, random_state=0), "SVDpp": partial(SVDpp, random_state=0, cache_ratings=True),
    "BaselineOnly": partial(BaselineOnly, verbose=False), "KNNBaseline": partial(KNNBaseline, verbose=False),
}  # fmt: skip


def predicted(make: Any, task: Task) -> dict[str, Any]:
    model, test = make(), task.test
    model.fit(trainset(task.train))
    pairs = list(zip(test.user_idx.tolist(), test.item_idx.tolist(), test.values.tolist(), strict=True))
    return {"predicted": np.array([one.est for one in model.test(pairs)])}


if __name__ == "__main__":
    main({name: partial(predicted, make) for name, make in MODELS.items()})
