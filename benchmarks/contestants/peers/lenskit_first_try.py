"""LensKit's models at their defaults: lists from clicks, predictions from ratings."""

from functools import partial
from typing import Any

import numpy as np
import pandas as pd
from lenskit.als import BiasedMFScorer, ImplicitMFScorer
from lenskit.basic import BiasScorer
from lenskit.batch import predict, recommend
from lenskit.data import ItemListCollection, from_interactions_df
from lenskit.knn import ItemKNNScorer
from lenskit.pipeline import predict_pipeline, topn_pipeline

from benchmarks.contestants.first_try import N_LISTED, Lists, Task, main

RANKERS: dict[str, Any] = {"ImplicitMF": ImplicitMFScorer, "ItemKNN": partial(ItemKNNScorer, feedback="implicit")}
RATERS: dict[str, Any] = {"BiasedMF": BiasedMFScorer, "Bias": BiasScorer, "ItemKNN": ItemKNNScorer}


def dataset(task: Task):
    columns = {"user_id": task.train.user_idx, "item_id": task.train.item_idx, "rating": task.train.values}
    return from_interactions_df(pd.DataFrame(columns))


def lists(make: Any, task: Task) -> dict[str, Any]:
    pipeline = topn_pipeline(make(), n=N_LISTED)
    pipeline.train(dataset(task))
    found = recommend(pipeline, task.users.tolist(), N_LISTED, n_jobs=1)
    rows: Lists = np.full((len(task.users), N_LISTED), -1, np.int32)
    place = {int(user): at for at, user in enumerate(task.users)}
    for key, items in found:
        ids = items.ids()
        rows[place[int(key.user_id)], : len(ids)] = ids
    return {"lists": rows}


def predicted(make: Any, task: Task) -> dict[str, Any]:
    pipeline = predict_pipeline(make(), fallback=True)
    pipeline.train(dataset(task))
    pairs = pd.DataFrame({"user_id": task.test.user_idx, "item_id": task.test.item_idx})
    found = predict(pipeline, ItemListCollection.from_df(pairs, key="user_id"), n_jobs=1).to_df()
    scores = found.set_index(["user_id", "item_id"])["score"]
    wanted = pd.MultiIndex.from_arrays([task.test.user_idx, task.test.item_idx])
    return {"predicted": scores.reindex(wanted).fillna(float(task.train.values.mean())).to_numpy()}


if __name__ == "__main__":
    main(
        {f"{name}, lists": partial(lists, make) for name, make in RANKERS.items()}
        | {f"{name}, ratings": partial(predicted, make) for name, make in RATERS.items()}
    )
