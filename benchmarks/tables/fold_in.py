"""How long a newcomer waits: folded in and told their ten best films; and a thousand newcomers taken in at once.

    python3 dev.py bench fold_in

Needs COFACTOR_DATA with ml-1m in it. Models of 64 factors learn from three quarters of the users; each of the others
is a newcomer with all their ratings. Times after a warm-up: the median and the 99th percentile of one call each, and
`update` with a thousand newcomers in one table.
"""

import argparse
import copy
import sys
import time
from collections.abc import Sequence
from typing import Any

import numpy as np

import cofactor as cf
from benchmarks.shared.movielens import need_data
from benchmarks.shared.reporting import describe, machine, markdown_table, third_paragraph, write_results

N_BATCH, ROUNDS = 1000, 7


def one_by_one(model: cf.Recommender, later: cf.Ratings) -> list[float]:
    """Seconds of each newcomer's ten best, from their ratings by id."""
    seconds = list[float]()
    for user in np.flatnonzero(later.user_counts)[:300].tolist():
        items, values = later.by_user.of(user)
        rated = dict(zip(later.items.gather(items).tolist(), values.tolist(), strict=True))
        started = time.perf_counter()
        model.rank(rated, 10)
        seconds.append(time.perf_counter() - started)
    return seconds[20:]


def at_once(model: cf.Recommender, later: cf.Ratings) -> list[float]:
    users = np.flatnonzero(later.user_counts)[:N_BATCH]
    thousand = later.subset(np.isin(later.user_idx, users))
    seconds = list[float]()
    for _ in range(ROUNDS):
        fresh = copy.copy(model)
        started = time.perf_counter()
        fresh.update(thousand)
        seconds.append(time.perf_counter() - started)
    return seconds[1:]


def main(arguments: Sequence[str] | None = None) -> None:
    argparse.ArgumentParser(description=__doc__).parse_args(arguments)
    need_data("ml-1m")
    about, ratings = machine(), cf.load("ml-1m")
    out = np.random.default_rng(0).permutation(ratings.n_users)[: ratings.n_users // 4]
    is_new = np.isin(ratings.user_idx, out)
    known, later = ratings.subset(~is_new), ratings.subset(is_new)
    models: dict[str, cf.Recommender] = {
        "MatrixFactorization": cf.MatrixFactorization(n_factors=64, n_epochs=2),
        "MatrixFactorization, y_range": cf.MatrixFactorization(n_factors=64, n_epochs=2, y_range=(0.5, 5.5)),
        "ImplicitMF": cf.ImplicitMF(unobserved_weight=0.1, reg=0.003, n_factors=64, n_epochs=5),
        "BayesianMF, 32 draws": cf.BayesianMF(n_factors=64, n_draws=32, n_burn_in=5, thin=1),
        "EASE": cf.EASE(),
    }
    rows, runs = list[list[str]](), dict[str, Any]()
    for name, model in models.items():
        model.fit(known, progress=False)
        one, batch = one_by_one(model, later), at_once(model, later)
        runs[name] = {"one": one, "thousand": batch}
        rows.append([
            name, f"{1e3 * np.median(one):.2f}", f"{1e3 * np.percentile(one, 99):.2f}", f"{np.median(batch):.3f}",
        ])  # fmt: skip
        print(*rows[-1], file=sys.stderr, flush=True)
    header = ["64 factors", "one newcomer, ms", "99th percentile, ms", f"{N_BATCH:,} newcomers, s"]
    text = [
        "# A newcomer's wait", describe(about, {"cofactor": cf.__version__, "numpy": np.__version__}),
        third_paragraph(__doc__), markdown_table(header, rows),
    ]  # fmt: skip
    write_results("fold_in", {"machine": about, "runs": runs}, "\n\n".join(text))


if __name__ == "__main__":
    main()
