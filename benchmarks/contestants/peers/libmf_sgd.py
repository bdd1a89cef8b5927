"""libmf on the table of `ours/cofactor_sgd.py`: SGD with its own step sizes, in C++, on all cores.

Runs in the peer's environment, never imported by us. libmf tells no times, so an epoch's is the difference of two
trainings, one long, one short: reading, shuffling and dividing the matrix cancel out.
"""

import argparse
import json
import os
import time
from pathlib import Path

import numpy as np
from libmf import mf

FEW = 2  # epochs of the short training
BINS = 20  # libmf's default for its own command


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--data", type=Path, required=True, help=".npz of user_idx, item_idx, values; test_…, too")
    parser.add_argument("--n-factors", type=int, default=64)
    parser.add_argument("--n-epochs", type=int, default=20)
    parser.add_argument("--learning-rate", type=float, default=0.1)
    parser.add_argument("--weight-decay", type=float, default=0.05, help="of the squares, libmf's -l2")
    asked = parser.parse_args()

    data = np.load(asked.data)
    table = np.column_stack([data["user_idx"], data["item_idx"], data["values"]]).astype(np.float32)
    few, _ = train(table, asked, FEW)
    many, model = train(table, asked, asked.n_epochs)
    epoch = (many - few) / (asked.n_epochs - FEW)
    result = {
        "million_ratings_per_s": len(table) / epoch / 1e6,
        "whole_fit": asked.n_epochs * len(table) / many / 1e6,
    }
    if "test_values" in data:
        result["rmse"] = rmse(model, data)
    print(json.dumps(result))


def train(table: np.ndarray, asked: argparse.Namespace, n_epochs: int) -> tuple[float, mf.MF]:
    model = mf.MF(
        k=asked.n_factors, nr_threads=os.cpu_count(), nr_bins=BINS, nr_iters=n_epochs, eta=asked.learning_rate,
        lambda_p1=0.0, lambda_q1=0.0, lambda_p2=asked.weight_decay, lambda_q2=asked.weight_decay, quiet=True,
    )  # fmt: skip
    started = time.perf_counter()
    model.fit(table)
    return time.perf_counter() - started, model


def rmse(model: mf.MF, data: np.lib.npyio.NpzFile) -> float:
    """A row without ratings is nan in libmf, and its score the mean, as in libmf's own mf_predict."""
    P, Q = model.p_factors(), model.q_factors()
    known = (data["test_user_idx"] < len(P)) & (data["test_item_idx"] < len(Q))
    scores = np.full(len(known), np.nan, np.float32)
    pair = data["test_user_idx"][known], data["test_item_idx"][known]
    scores[known] = np.einsum("nf,nf->n", P[pair[0]], Q[pair[1]])
    scores = np.where(np.isnan(scores), data["values"].mean(), scores)
    return float(np.sqrt(np.mean((scores - data["test_values"]) ** 2)))


if __name__ == "__main__":
    main()
