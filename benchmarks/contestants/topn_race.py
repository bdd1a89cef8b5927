"""The run of everybody who lists the ten best items of all users: what came, and how many users a second."""

import argparse
from collections.abc import Callable
from pathlib import Path
from statistics import median
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from benchmarks.contestants.contest import Table, answer, read_table, seconds

N = 10


class Given(NamedTuple):
    """Factors that everybody shares: (n_users, k) and (n_items, k) float32, and what is hidden."""

    table: Table
    users: NDArray[np.float32]
    items: NDArray[np.float32]


def parser() -> argparse.ArgumentParser:
    made = argparse.ArgumentParser()
    made.add_argument("--data", type=Path, required=True)
    made.add_argument("--factors", type=Path, required=True)
    made.add_argument("--repeats", type=int, default=3)
    return made


def given(asked: argparse.Namespace) -> Given:
    factors = np.load(asked.factors)
    return Given(read_table(asked.data), factors["users"], factors["items"])


def run(asked: argparse.Namespace, rank: Callable[[NDArray[Any]], NDArray[Any]]) -> None:
    """rank: users -> (n, N) scores of their lists, which must add up to the same for everybody."""
    table = read_table(asked.data)
    everybody = np.arange(table.n_users)
    rank(everybody[: table.n_users // 10])  # warm
    found: list[NDArray[Any]] = []
    spent = [seconds(lambda: found.append(rank(everybody))) for _ in range(asked.repeats)]
    answer(users_per_s=table.n_users / median(spent), total=float(found[-1].sum(dtype=np.float64)))
