"""Seven sets of ratings and clicks of different size and kind, each in a part to learn from and one to judge by."""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

import cofactor as cf
from benchmarks.shared.generated import CACHE
from cofactor.data.relevance import lowest_relevant
from cofactor.data.sources.gowalla import published_tests
from cofactor.evaluation import metrics

SEED, TEST = 42, 0.2


class Halves(NamedTuple):
    """What models learn from, and what they are judged by."""

    train: cf.Ratings
    test: cf.Ratings

    @property
    def liked(self) -> cf.Ratings:
        """The test ratings that ought to be on a list, as `cofactor.evaluate` judges them."""
        lowest = lowest_relevant(self.train, self.test)
        return self.test if lowest is None else self.test.subset(self.test.values >= np.float32(lowest))


def _few(n: int) -> Callable[[], Halves]:
    def halves() -> Halves:
        whole = cf.load("ml-100k")
        rows = np.sort(np.random.default_rng(SEED).permutation(len(whole))[:n])
        return Halves(*cf.split(whole.subset(rows), TEST, seed=SEED))

    return halves


def _of_each_user(name: str) -> Callable[[], Halves]:
    return lambda: Halves(*cf.split(cf.load(name), TEST, by="user", seed=SEED))


def _gowalla() -> Halves:
    ratings, tested = cf.load("gowalla"), published_tests("gowalla")["test"]
    return Halves(ratings.subset(~tested), ratings.subset(tested))


SETS: dict[str, Callable[[], Halves]] = {
    "tastes": _of_each_user("tastes"), "ml-100k, 1,000": _few(1_000), "ml-100k, 3,000": _few(3_000),
    "ml-100k": _of_each_user("ml-100k"), "ml-latest-small": _of_each_user("ml-latest-small"),
    "ml-1m": _of_each_user("ml-1m"), "gowalla": _gowalla,
}  # fmt: skip


def halves_file(name: str, halves: Halves) -> Path:
    """The halves as a file that contestants in other environments read: train, then test, and which rows are test."""
    path = CACHE / f"defaults-{name.replace(' ', '').replace(',', '')}.npz"
    CACHE.mkdir(exist_ok=True)
    columns: dict[str, Any] = {
        column: np.concatenate([getattr(half, column) for half in halves])
        for column in ("user_idx", "item_idx", "values")
    }
    test = np.repeat([False, True], [len(half) for half in halves])
    np.savez(path, **columns, test=test, users=judged_users(halves), sizes=(halves.train.n_users, halves.train.n_items))
    return path


def judged_users(halves: Halves) -> NDArray[np.int32]:
    """Those with something liked in the test part, whose lists are judged."""
    return np.unique(halves.liked.user_idx).astype(np.int32)


def ndcg(lists: NDArray[np.int32], halves: Halves) -> NDArray[Any]:
    """(b,) nDCG@10 of each judged user's list."""
    liked, users = halves.liked, judged_users(halves)
    pairs = np.sort(liked.user_idx.astype(np.int64) * liked.n_items + liked.item_idx)
    asked = users.astype(np.int64)[:, None] * liked.n_items + lists
    hits = np.isin(asked, pairs) & (lists >= 0)
    return metrics.ndcg(hits, liked.user_counts[users])


def rmse(predicted: Sequence[float] | NDArray[np.floating], halves: Halves) -> float:
    """The root mean squared error, predictions kept inside the scale of the training part."""
    assert halves.train.scale is not None
    return metrics.rmse(np.clip(np.asarray(predicted, np.float64), *halves.train.scale), halves.test.values)
