"""MovieLens as the files that all contestants of a race read, written once from COFACTOR_DATA to `.cache`."""

import os
import sys
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

import cofactor as cf
from benchmarks.shared.generated import CACHE

N_FOLDS = 5


def need_data(*names: str) -> None:
    """End with what to do unless COFACTOR_DATA is set and holds these data sets."""
    folder = os.environ.get("COFACTOR_DATA")
    if not folder:
        sys.exit(f"Set COFACTOR_DATA to a folder that holds {' and '.join(names)}.")
    missing = [name for name in names if not (Path(folder) / name).is_dir()]
    if missing:
        sys.exit(f"COFACTOR_DATA is {folder}, but there is no {' and no '.join(missing)} in it.")


def movielens_file(name: str) -> Path:
    """The whole table, rows in the order of its own file."""
    path = CACHE / f"{name}.npz"
    if not path.is_file():
        _write(path, name)
    return path


def split_file(name: str) -> Path:
    """The table with a random tenth held out: the first of `RandomState(42)`'s shuffle, as in docs of others."""
    path = CACHE / f"{name}-90-10.npz"
    if not path.is_file():
        order = _shuffled(name, seed=42)
        _write(path, name, test=_mask(order[: len(order) // 10], len(order)))
    return path


def fold_file(name: str, fold: int) -> Path:
    """Surprise's own `KFold(n_splits=5, random_state=0)`: contiguous fifths of a shuffled order of the rows."""
    path = CACHE / f"{name}-fold-{fold}.npz"
    if not path.is_file():
        order = _shuffled(name, seed=0)
        _write(path, name, test=_mask(np.array_split(order, N_FOLDS)[fold], len(order)))
    return path


def _shuffled(name: str, seed: int) -> NDArray[np.int64]:
    order = np.arange(len(cf.load(name)))
    np.random.RandomState(seed).shuffle(order)
    return order


def _mask(rows: NDArray[np.int64], n: int) -> NDArray[np.bool_]:
    mask = np.zeros(n, bool)
    mask[rows] = True
    return mask


def _write(path: Path, name: str, **more: Any) -> None:
    CACHE.mkdir(exist_ok=True)
    table = cf.load(name)
    np.savez(path, user_idx=table.user_idx, item_idx=table.item_idx, values=table.values, **more)
