"""`ExplicitALS` fitted to shards from scratch for each number of sweeps, timed from the call to the model."""

import argparse
import resource
from pathlib import Path
from typing import Any

import cofactor as cf
from benchmarks.contestants.contest import answer, seconds
from benchmarks.contestants.ours.cofactor_shards import SHARE
from cofactor.scale.fitting.explicit_als import ShardedLeastSquares
from cofactor.scale.fitting.held_out import ErrorSums
from cofactor.scale.fitting.passes import Counts
from cofactor.scale.table.folder import Shards, open_shards


class JudgedALS(cf.ExplicitALS):
    """It keeps as numbers what its notes say in a sentence: what it learned from, and the errors on what it did not."""

    counts_: Counts
    errors_: ErrorSums

    def _on_held_out(self, engine: ShardedLeastSquares) -> str:
        self.counts_, self.errors_ = engine.counts, engine.final_errors()
        return str(self.errors_)


def fitted(shards: Shards, k: int, n_sweeps: int) -> JudgedALS:
    """With the model's own defaults, nothing of which was chosen on these data."""
    return JudgedALS(n_factors=k, n_epochs=n_sweeps).fit(shards, validation=SHARE, progress=False)


def sums_of(shards: Shards, model: JudgedALS) -> dict[str, list[int]]:
    """The number and the sum of the ratings that were learned, and of those that were held out."""
    n, n_out = int(model.counts_.of_items.sum()), int(model.errors_.sums[1])
    total = round(model.counts_.mean * n)
    return {"learned": [n, total], "held_out": [n_out, round(float(shards.level_counts @ shards.levels)) - total]}


def point(shards: Shards, k: int, n_sweeps: int) -> dict[str, Any]:
    models = list[JudgedALS]()
    spent = seconds(lambda: models.append(fitted(shards, k, n_sweeps)))
    return {"sweeps": n_sweeps, "seconds": spent, "rmse": models[0].errors_.rmse}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--folder", type=Path, required=True)
    parser.add_argument("--k", type=int, required=True)
    parser.add_argument("--sweeps", type=int, nargs="+", required=True)
    asked = parser.parse_args()
    shards = open_shards(asked.folder)
    sums = sums_of(shards, fitted(shards, asked.k, 1))
    points = [point(shards, asked.k, n) for n in asked.sweeps]
    answer(points=points, sums=sums, peak=resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024)


if __name__ == "__main__":
    main()
