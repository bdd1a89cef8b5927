"""The run of everybody who predicts ratings: fit from scratch for each number of epochs, timed, then judged."""

import argparse
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeAlias, TypeVar

from numpy.typing import NDArray

from benchmarks.contestants.contest import Table, answer, errors, read_split, seconds

Prepared = TypeVar("Prepared")
Predict: TypeAlias = Callable[[NDArray[Any], NDArray[Any]], NDArray[Any]]  # user_idx, item_idx -> ratings


def main(prepare: Callable[[Table], Prepared], fit: Callable[[Prepared, int], Callable[[], Predict]]) -> None:
    """prepare: the table in the library's own form, not timed     fit(prepared, n_epochs): timed; what it returns
    makes the function that predicts, not timed either. One epoch is fitted first, so that everything is warm."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--epochs", type=int, nargs="+", required=True)
    asked = parser.parse_args()
    train, test = read_split(asked.data)
    prepared = prepare(train)
    fit(prepared, 1)
    answer(points=[_point(fit, prepared, test, n) for n in asked.epochs])


def _point(fit: Callable[[Any, int], Callable[[], Predict]], prepared: Any, test: Table, n: int) -> dict[str, float]:
    found: list[Callable[[], Predict]] = []
    spent = seconds(lambda: found.append(fit(prepared, n)))
    predict = found[0]()
    return {"epochs": n, "seconds": spent, **errors(predict(test.user_idx, test.item_idx), test)}
