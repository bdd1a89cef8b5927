"""A saved model is opened, and somebody's list asked for: seconds of both, and the process's peak memory."""

import argparse
import resource
import time
from pathlib import Path

import numpy as np

import cofactor as cf
from benchmarks.contestants.contest import answer


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    asked = parser.parse_args()
    started = time.perf_counter()
    model = cf.open(asked.folder)
    opened = time.perf_counter()
    model.recommend(model.ratings.users.gather(np.array([model.ratings.n_users // 2])).tolist(), n=5)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
    answer(opening=opened - started, first=time.perf_counter() - opened, peak=peak)


if __name__ == "__main__":
    main()
