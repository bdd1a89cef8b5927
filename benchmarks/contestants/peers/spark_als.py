"""Spark MLlib's ALS in one local Java process that is up and warm, the ratings cached in it; rank 50, its defaults."""

import tempfile
from pathlib import Path

import numpy as np
import pandas as pd
from pyspark import SparkContext
from pyspark.ml.recommendation import ALS
from pyspark.sql import SparkSession

from benchmarks.contestants import explicit_race

SETTINGS = {
    "spark.ui.enabled": "false", "spark.driver.memory": "8g", "spark.sql.shuffle.partitions": "2",
    "spark.default.parallelism": "2",
    "spark.driver.extraJavaOptions": "-Xss64m",  # the plan of 25 epochs is too deep for its scheduler's usual stack
    "spark.driver.bindAddress": "127.0.0.1", "spark.driver.host": "127.0.0.1",
}  # fmt: skip


def session():
    builder = SparkSession.builder.master("local[*]")
    for name, value in SETTINGS.items():
        builder = builder.config(name, value)
    spark = builder.getOrCreate()
    spark.sparkContext.setLogLevel("OFF")
    return spark


def cached(train):
    """The table in Spark's memory, and what its factors alone do not say: sizes, and the mean for strangers."""
    frame = pd.DataFrame({"user": train.user_idx, "item": train.item_idx, "rating": train.values})
    with tempfile.TemporaryDirectory() as folder:
        frame.to_parquet(Path(folder) / "ratings.parquet")
        table = session().read.parquet(folder).cache()
        table.count()
    return table, train


def fit(prepared, n_epochs):
    table, train = prepared
    model = ALS(rank=50, maxIter=n_epochs, seed=0).fit(table)  # its factors are worked out when this returns
    return lambda: predictor(model, train)


def predictor(model, train):
    users = rows(model.userFactors, train.n_users)
    items = rows(model.itemFactors, train.n_items)

    def predict(user_idx, item_idx):
        scores = np.einsum("nf,nf->n", users[user_idx], items[item_idx])
        return np.where(np.isnan(scores), train.values.mean(), scores)

    return predict


def rows(factors, n):
    """(n, rank), nan where there is none."""
    table = factors.toPandas()
    found = np.full((n, len(table.features[0])), np.nan)
    found[table.id] = np.stack(table.features)
    return found


def end_java():
    """Spark's own process, waited for: what it used is then known to be ours, not others'."""
    gateway = SparkContext._gateway
    SparkContext.getOrCreate().stop()
    gateway.shutdown()
    gateway.proc.stdin.close()
    gateway.proc.wait()


if __name__ == "__main__":
    explicit_race.main(cached, fit)
    end_java()
