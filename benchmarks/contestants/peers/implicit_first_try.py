"""implicit's models at their defaults, on all ratings as confidences and on the liked ones alone."""

from functools import partial
from typing import Any

import numpy as np
from implicit.als import AlternatingLeastSquares
from implicit.bpr import BayesianPersonalizedRanking
from implicit.nearest_neighbours import BM25Recommender, CosineRecommender
from scipy.sparse import csr_matrix

from benchmarks.contestants.first_try import N_LISTED, Task, main

MODELS: dict[str, Any] = {
    "ALS": partial(AlternatingLeastSquares, random_state=0),
    "BPR": partial(BayesianPersonalizedRanking, random_state=0),
    "BM25": BM25Recommender, "cosine": CosineRecommender,
}  # fmt: skip


def lists(make: Any, liked: bool, task: Task) -> dict[str, Any]:
    train = task.train
    low, high = float(train.values.min()), float(train.values.max())
    rows = train.values >= low + 0.7 * (high - low) if liked else np.ones(len(train.values), bool)
    shape = train.n_users, train.n_items
    clicks = csr_matrix((train.values[rows], (train.user_idx[rows], train.item_idx[rows])), shape)
    rated = csr_matrix((train.values, (train.user_idx, train.item_idx)), shape)
    model = make()
    model.fit(clicks, show_progress=False)
    found, scores = model.recommend(task.users, rated[task.users], N=N_LISTED)
    return {"lists": np.where(scores > np.finfo(np.float32).min, found, -1).astype(np.int32)}


if __name__ == "__main__":
    main(
        {
            f"{name}{' of likes' if liked else ''}": partial(lists, make, liked)
            for name, make in MODELS.items()
            for liked in (False, True)
        }
    )
