"""implicit's alternating least squares on the same problem as ours, timed sweep by sweep.

Runs in the peer's own environment. Its loss is C (1 - s)² of a click and s² of everything else, penalty λ. With
t = C / (C - 1) and s = t s' that is, but for a constant factor, (1 - s')² of a click and α s'² of every pair, with
α = 1 / (C - 1) and penalty λ / C: ours. So the factors are divided by √t before they are judged.
"""

import os

os.environ["OPENBLAS_NUM_THREADS"] = "1"  # as implicit asks for: it has threads of its own

import argparse
from pathlib import Path

import numpy as np
from implicit.als import AlternatingLeastSquares
from scipy.sparse import csr_matrix

from benchmarks.contestants.contest import answer, read_table, seconds_a_sweep


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--n-factors", type=int, required=True)
    parser.add_argument("--unobserved-weight", type=float, required=True, help="our α")
    parser.add_argument("--reg", type=float, required=True, help="our λ")
    parser.add_argument("--exact", action="store_true", help="use_cg=False")
    parser.add_argument("--sweeps", type=int, required=True)
    parser.add_argument("--factors", type=Path, required=True, help=".npz for the factors")
    asked = parser.parse_args()

    table, confidence = read_table(asked.data), 1 + 1 / asked.unobserved_weight
    clicks = np.full(len(table.values), confidence, np.float32)
    matrix = csr_matrix((clicks, (table.user_idx, table.item_idx)), shape=(table.n_users, table.n_items))
    model = None

    def fit(n: int) -> None:
        nonlocal model
        model = AlternatingLeastSquares(
            factors=asked.n_factors, regularization=confidence * asked.reg, use_cg=not asked.exact,
            iterations=n, random_state=0,
        )  # fmt: skip
        model.fit(matrix, show_progress=False)

    sweep = seconds_a_sweep(fit, asked.sweeps)
    assert model is not None
    root = np.sqrt(confidence / (confidence - 1))
    np.savez(asked.factors, users=model.user_factors / root, items=model.item_factors / root)
    answer(sweep=sweep)


if __name__ == "__main__":
    main()
