"""What peers give at their defaults: lists of ten for the judged users, and predictions of the test rows.

Nothing but NumPy and SciPy, because it is imported in the peers' own environments.
"""

import argparse
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from benchmarks.contestants.contest import Table, answer

N_LISTED = 10
Lists = NDArray[np.int32]


class Task(NamedTuple):
    """A training part, the users whose lists are judged, and the test pairs."""

    train: Table
    users: NDArray[np.int32]
    test: Table


def read_task(path: Path) -> Task:
    data = np.load(path)
    n_users, n_items = (int(size) for size in data["sizes"])
    table = Table(data["user_idx"], data["item_idx"], data["values"], n_users, n_items)
    return Task(table.only(~data["test"]), data["users"], table.only(data["test"]))


def seen_by_user(train: Table) -> list[NDArray[np.int32]]:
    """The items of each user."""
    order = np.argsort(train.user_idx, kind="stable")
    return np.split(train.item_idx[order], np.cumsum(np.bincount(train.user_idx, minlength=train.n_users))[:-1])


def best_unseen(scores: NDArray[Any], seen: NDArray[np.int32]) -> Lists:
    """The ten best of one user's scores (n_items,), without what they have."""
    scores = np.array(scores, np.float64)
    scores[seen] = -np.inf
    best = np.argsort(-scores, kind="stable")[:N_LISTED]
    return np.where(np.isfinite(scores[best]), best, -1).astype(np.int32)


def main(entrants: Mapping[str, Callable[[Task], Mapping[str, Any]]]) -> None:
    """Run one entrant on one task. An entrant gives "lists" (b, 10) of the judged users, "predicted" (n,), or both."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--entrant", choices=list(entrants), required=True)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--out", type=Path, required=True)
    asked = parser.parse_args()
    task, started = read_task(asked.data), time.perf_counter()
    found = entrants[asked.entrant](task)
    spent = time.perf_counter() - started
    np.savez(asked.out, seconds=spent, **found)
    answer(seconds=spent)
