"""Cornac's models at their defaults: lists from clicks, predictions from ratings."""

from functools import partial
from typing import Any

import numpy as np
from cornac.data import Dataset
from cornac.models import BPR, EASE, MF, ItemKNN

from benchmarks.contestants.first_try import Task, best_unseen, main, seen_by_user

RANKERS: dict[str, Any] = {"BPR": partial(BPR, seed=0), "EASE": EASE, "ItemKNN": partial(ItemKNN, verbose=False)}
RATERS: dict[str, Any] = {"MF": partial(MF, seed=0)}


def dataset(task: Task) -> Dataset:
    train = task.train
    rows = zip(train.user_idx.tolist(), train.item_idx.tolist(), train.values.tolist(), strict=True)
    numbers = [{at: at for at in range(n)} for n in (train.n_users, train.n_items)]
    return Dataset.build(list(rows), global_uid_map=numbers[0], global_iid_map=numbers[1], seed=0)


def lists(make: Any, task: Task) -> dict[str, Any]:
    model, seen = make().fit(dataset(task)), seen_by_user(task.train)
    return {"lists": np.stack([best_unseen(_scores(model, int(user), task), seen[user]) for user in task.users])}


def _scores(model: Any, user: int, task: Task) -> Any:
    scores = np.asarray(model.score(user)).ravel()
    return np.append(scores, np.full(task.train.n_items - len(scores), -np.inf))


def predicted(make: Any, task: Task) -> dict[str, Any]:
    model = make().fit(dataset(task))
    pairs = zip(task.test.user_idx.tolist(), task.test.item_idx.tolist(), strict=True)
    return {"predicted": np.array([model.rate(user, item) for user, item in pairs])}


if __name__ == "__main__":
    main(
        {f"{name}, lists": partial(lists, make) for name, make in RANKERS.items()}
        | {f"{name}, ratings": partial(predicted, make) for name, make in RATERS.items()}
    )
