"""The C++ of `peers/ceiling_sgd.cpp`, compiled for this processor, on the ratings in our order, two threads."""

import argparse
import ctypes
import hashlib
import json
import os
import subprocess
import time
from pathlib import Path
from statistics import median
from typing import Any

import numpy as np

from cofactor.kernels.gradient import sgd

SOURCE = Path(__file__).parents[1] / "peers" / "ceiling_sgd.cpp"
CACHE = Path(__file__).parents[2] / ".cache"
FLAGS = ("-std=c++17", "-O3", "-march=native", "-ffast-math", "-fopenmp", "-shared", "-fPIC")


def compiled() -> ctypes.CDLL:
    """The library, made anew when its source changes. Raises CalledProcessError where it does not compile."""
    stamp = hashlib.sha256(SOURCE.read_bytes() + repr(FLAGS).encode()).hexdigest()[:16]
    library = CACHE / f"ceiling_sgd-{stamp}.so"
    if not library.is_file():
        CACHE.mkdir(exist_ok=True)
        subprocess.run(["g++", *FLAGS, SOURCE, "-o", library], check=True)
    return ctypes.CDLL(str(library))


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--data", type=Path, required=True, help=".npz of user_idx, item_idx and values")
    parser.add_argument("--n-factors", type=int, default=64, choices=(16, 32, 64, 128))
    parser.add_argument("--n-epochs", type=int, default=8)
    parser.add_argument("--y-range", type=float, nargs=2, default=(0.0, 0.0), help="default: no sigmoid")
    asked = parser.parse_args()

    data, k, rng = np.load(asked.data), asked.n_factors, np.random.default_rng(0)
    users, items = (_side(rng, int(data[f"{side}_idx"].max()) + 1, k) for side in ("user", "item"))
    columns = (data["user_idx"], data["item_idx"], data["values"])
    cells = sgd.arrange_ratings(*columns, len(users.rows), len(items.rows), k, seed=0)
    arrays = [
        users.rows,
        items.rows,
        users.bias,
        items.bias,
        cells.user_idx,
        cells.item_idx,
        cells.values,
        cells.bounds,
    ]
    pointers = [ctypes.c_void_p(array.ctypes.data) for array in arrays]
    sizes = (sgd.N_STRATA, sgd.N_STRATA, k, os.cpu_count() or 1)
    numbers = [ctypes.c_float(x) for x in (5e-3, 0.02, *asked.y_range)]
    run, seconds = compiled().epoch, list[float]()
    for _ in range(asked.n_epochs):
        started = time.perf_counter()
        if run(*pointers, *sizes, *numbers):
            raise SystemExit(f"{SOURCE.name} has no width of {k}")
        seconds.append(time.perf_counter() - started)
    print(json.dumps({"million_ratings_per_s": len(data["values"]) / median(seconds[1:]) / 1e6}))


def _side(rng: np.random.Generator, n: int, k: int) -> Any:
    return sgd.make_side(rng.normal(0, 0.1, (n, k)).astype(np.float32), np.full(n, 1.75, np.float32))


if __name__ == "__main__":
    main()
