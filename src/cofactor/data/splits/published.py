"""Splits that published figures were measured on, row for row."""

import numpy as np

from cofactor.data.ratings import Ratings
from cofactor.data.sources import data_set_names, published_tests
from cofactor.data.splits.splitting import Split, folds_of
from cofactor.errors import BadOption

__all__ = ["published_folds", "surprise_folds"]


def surprise_folds(ratings: Ratings, n_splits: int = 5, *, random_state: int = 0) -> list[Split]:
    """The folds of Surprise's `KFold(n_splits, random_state)`, if the rows stand in the order of the file."""
    order = np.arange(len(ratings))
    np.random.RandomState(random_state).shuffle(order)  # their generator, for their folds
    return folds_of(ratings, order, n_splits, f"as Surprise's KFold(random_state={random_state})")


def published_folds(ratings: Ratings, tests: tuple[str, ...] = ("u1", "u2", "u3", "u4", "u5")) -> list[Split]:
    """The folds that were published with a data set, of `ratings` as `cf.load` gives them.

    ml-100k has u1 … u5, which are five folds, and "ua", "ub", ten ratings of every user. Raises `BadOption`
    for a table that has none, or is not the whole one.
    """
    known = published_tests(ratings.name) if ratings.name in data_set_names() else {}
    missing = [name for name in tests if name not in known]
    if missing:
        has = f"has only {', '.join(known)}" if known else "has none"
        raise BadOption(f"There are no published folds {', '.join(missing)} of {ratings!r}: it {has}.")
    if len(known[tests[0]]) != len(ratings):
        raise BadOption(f"The published folds are of cf.load({ratings.name!r}), whole, but {ratings!r} came.")
    return [Split.of(ratings, known[name], f"{name} as published with {ratings.name}") for name in tests]
