"""Spark's ALS on ratings in Parquet: one fit after the other in a local Java process that holds them and is warm.

It has no biases, so it learns what is left of the ratings when their mean is taken off, and predicts the mean for
whoever has no factors. Needs the folders that benchmarks/shared/parquet_split.py writes.
"""

import argparse
import tempfile
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import pandas as pd
from py4j.protocol import Py4JJavaError
from pyspark import SparkContext
from pyspark.ml.recommendation import ALS
from pyspark.sql import functions

from benchmarks.contestants.contest import answer, seconds
from benchmarks.contestants.peers.spark_als import end_java, rows, session

EVERY = 10  # epochs between two checkpoints, its default


class Fit(NamedTuple):
    """What one fit is told."""

    blocks: int
    penalty: float
    epochs: int

    @classmethod
    def of(cls, text: str) -> "Fit":
        """4:0.1:12 is 4 blocks of either side, a penalty of 0.1, 12 epochs."""
        blocks, penalty, epochs = text.split(":")
        return cls(int(blocks), float(penalty), int(epochs))


class Split(NamedTuple):
    """The ratings to learn, without their mean, in Spark's memory, and those that are held out."""

    learned: Any
    held_out: pd.DataFrame
    mean: float
    n_users: int
    n_items: int


def cached(folder: Path, n_users: int, n_items: int) -> tuple[Split, dict[str, list[int]]]:
    """The split, and the number and the sum of the ratings of either part."""
    table, held_out = session().read.parquet(str(folder / "learned")), pd.read_parquet(folder / "held_out")
    n, total = table.agg(functions.count("rating"), functions.sum("rating")).first()
    learned = table.withColumn("rating", table.rating - total / n).cache()
    learned.count()
    sums = {"learned": [n, round(total)], "held_out": [len(held_out), round(held_out.rating.astype(float).sum())]}
    return Split(learned, held_out, total / n, n_users, n_items), sums


def fitted(split: Split, k: int, one: Fit):
    als = ALS(
        rank=k, maxIter=one.epochs, regParam=one.penalty, numUserBlocks=one.blocks, numItemBlocks=one.blocks,
        checkpointInterval=EVERY, seed=0,
    )  # fmt: skip
    return als.fit(split.learned)  # its factors are worked out when this returns


def rmse(split: Split, model) -> float:
    users, items = rows(model.userFactors, split.n_users), rows(model.itemFactors, split.n_items)
    scores = np.einsum("nf,nf->n", users[split.held_out.user], items[split.held_out.item])
    return float(np.sqrt(np.mean((np.nan_to_num(scores) + split.mean - split.held_out.rating) ** 2)))


def point(split: Split, k: int, one: Fit) -> dict[str, float]:
    found = []
    spent = seconds(lambda: found.append(fitted(split, k, one)))
    return {**one._asdict(), "seconds": spent, "rmse": rmse(split, found[0])}


def linear_algebra() -> str:
    """The classes that sum and solve, picked as Spark does: native ones where the machine has libblas and liblapack."""
    netlib = SparkContext._jvm.dev.ludovic.netlib
    pairs = (netlib.blas.NativeBLAS, netlib.blas.JavaBLAS), (netlib.lapack.NativeLAPACK, netlib.lapack.JavaLAPACK)
    return " and ".join(_instance(*pair).getClass().getSimpleName() for pair in pairs)


def _instance(native, java):
    try:
        return native.getInstance()
    except Py4JJavaError:
        return java.getInstance()


def peak() -> float:
    """The most bytes that the Java process has held."""
    status = Path(f"/proc/{SparkContext._gateway.proc.pid}/status").read_text()
    return next(float(line.split()[1]) * 1024 for line in status.splitlines() if line.startswith("VmHWM"))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--folder", type=Path, required=True)
    parser.add_argument("--users", type=int, required=True)
    parser.add_argument("--items", type=int, required=True)
    parser.add_argument("--k", type=int, required=True)
    parser.add_argument("--fits", type=Fit.of, nargs="+", required=True, help="BLOCKS:PENALTY:EPOCHS of each")
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as checkpoints:
        session().sparkContext.setCheckpointDir(checkpoints)
        split, sums = cached(asked.folder, asked.users, asked.items)
        fitted(split, asked.k, asked.fits[0]._replace(epochs=1))
        points = [point(split, asked.k, one) for one in asked.fits]
        found = {"points": points, "sums": sums, "peak": peak(), "linear_algebra": linear_algebra()}
        end_java()
    answer(**found)


if __name__ == "__main__":
    main()
