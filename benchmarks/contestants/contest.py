"""What the scripts of all contestants share, ours and the peers': the table they read, the stopwatch, the answer.

Nothing but NumPy, because it is imported in every peer's own environment.
"""

import json
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray


class Table(NamedTuple):
    """n ratings in the order of their file. user_idx, item_idx: (n,) int32; values: (n,) float32."""

    user_idx: NDArray[np.int32]
    item_idx: NDArray[np.int32]
    values: NDArray[np.float32]
    n_users: int
    n_items: int

    def only(self, rows: NDArray[Any]) -> "Table":
        """These rows of it; users and items keep their numbers."""
        return self._replace(user_idx=self.user_idx[rows], item_idx=self.item_idx[rows], values=self.values[rows])


def read_table(path: Path) -> Table:
    """A .npz of user_idx, item_idx and values."""
    data = np.load(path)
    user_idx, item_idx = data["user_idx"], data["item_idx"]
    return Table(user_idx, item_idx, data["values"], int(user_idx.max()) + 1, int(item_idx.max()) + 1)


def read_split(path: Path) -> tuple[Table, Table]:
    """Train and test of a .npz that also says of each row whether it is held out (`test`)."""
    table, held_out = read_table(path), np.load(path)["test"]
    return table.only(~held_out), table.only(held_out)


def seconds(work: Callable[[], object]) -> float:
    """How long it takes, once."""
    started = time.perf_counter()
    work()
    return time.perf_counter() - started


def seconds_a_sweep(fit: Callable[[int], object], n_sweeps: int) -> float:
    """Of `fit(n)`, without what it does once: n sweeps less one sweep."""
    once = seconds(lambda: fit(1))
    return (seconds(lambda: fit(n_sweeps)) - once) / (n_sweeps - 1)


def errors(predicted: NDArray[Any], test: Table) -> dict[str, float]:
    """RMSE and MAE, predictions kept inside the scale of the test ratings."""
    inside = np.clip(np.asarray(predicted, np.float64), test.values.min(), test.values.max())
    away = inside - test.values
    return {"rmse": float(np.sqrt(np.mean(away**2))), "mae": float(np.mean(np.abs(away)))}


def answer(**found: Any) -> None:
    """What whoever started the script reads from its last line."""
    print(json.dumps(found))
