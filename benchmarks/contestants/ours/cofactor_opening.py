"""A saved model is opened, and somebody's list asked for: seconds of both, and the process's peak memory."""

import argparse
import time
from pathlib import Path

import numpy as np

import cofactor as cf
from benchmarks.contestants.contest import answer
from benchmarks.contestants.ours.cofactor_scaling import memory


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    asked = parser.parse_args()
    started = time.perf_counter()
    model = cf.open(asked.folder)
    opened = time.perf_counter()
    model.recommend(model.ratings.users.gather(np.array([model.ratings.n_users // 2])).tolist(), n=5)
    answered = time.perf_counter()
    answer(opening=opened - started, first=answered - opened, peak=memory("VmHWM"))


if __name__ == "__main__":
    main()
