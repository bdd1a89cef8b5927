"""Gowalla in the split of NGCF and LightGCN: recall@20 and nDCG@20 over all items, training items hidden.

    python3 dev.py bench accuracy_gowalla

Needs COFACTOR_DATA, a folder that holds gowalla. Recall divides by the number of a user's test items. Each model's
settings are the best of a few by nDCG@20 on a part held out inside the training rows: the last fifth of each user's
rows in the order of the file. That order is no accident: if it were, an item's share of held-out rows would vary by
chance, but it varies twice as much, and in the published split four times as much; so a random part would be easier
than the test, and choose other settings. The blend finds its weights inside the training rows as well. The published
test rows are looked at once, at the end.
"""

import argparse
import resource
import sys
import time
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

import cofactor as cf
from benchmarks.shared.reporting import describe, machine, markdown_table, write_results
from cofactor.data.sources.gowalla import published_tests
from cofactor.recommender import Recommender

METRICS = ("recall@20", "ndcg@20")
Maker = Callable[..., Recommender]
GRIDS: dict[str, tuple[Maker, list[dict[str, Any]]]] = {
    "Popularity": (cf.Popularity, [{}]),
    "ImplicitMF, 128 factors": (
        lambda **options: cf.ImplicitMF(n_factors=128, n_epochs=8, **options),
        [{"unobserved_weight": a, "reg": r} for a in (0.001, 0.003, 0.01) for r in (0.01, 0.03, 0.1)],
    ),
    "ImplicitMF, 1,024 factors": (  # stopped early: more sweeps learn what is rare too well
        lambda **options: cf.ImplicitMF(n_factors=1024, solver="cg", reg_exponent=0.5, **options),
        [{"unobserved_weight": a, "reg": r, "n_epochs": n}
         for a, r, n in ((0.005, 0.1, 3), (0.005, 0.1, 4), (0.01, 0.1, 4), (0.005, 0.2, 4), (0.01, 0.1, 8))],
    ),
    "GraphFilter": (
        cf.GraphFilter,
        [{"n_components": 384, "given_exponent": a, "reached_exponent": c, "low_pass": w, "ridge": ridge}
         for a, c, w, ridge in (
             (0.7, 0.3, 0.3, 0.0), (0.7, 0.3, 0.5, 0.2), (0.5, 0.2, 0.6, 0.2), (0.5, 0.2, 0.8, 0.3))],
    ),
    "ItemKNN": (
        cf.ItemKNN,
        [{"n_neighbors": n, "shrinkage": s, "weighting": w}
         for n, s, w in ((100, 1.0, "none"), (400, 1.0, "none"), (400, 1.0, "tfidf"), (400, 1.0, "bm25"))],
    ),
    "BPR": (cf.BPR, [{"n_factors": 128, "n_epochs": 60, "weight_decay": decay} for decay in (0.003, 0.01)]),
    "SparseEASE": (cf.SparseEASE, [{"reg": reg} for reg in (60.0, 120.0)]),
}  # fmt: skip


def chosen(grids: dict[str, tuple[Maker, list[dict[str, Any]]]], train: cf.Ratings) -> dict[str, list[dict[str, Any]]]:
    """For each model the settings tried inside `train` and what they reach, the best first."""
    is_last = last_rows(train)
    part, rest = train.subset(~is_last), train.subset(is_last)
    found = dict[str, list[dict[str, Any]]]()
    for name, (make, grid) in grids.items():
        tried = [{"options": one, **judged(make(**one), part, rest)} for one in grid]
        found[name] = sorted(tried, key=lambda one: -one["ndcg@20"])
        print("inside train:", name, found[name], file=sys.stderr, flush=True)
    return found


def last_rows(train: cf.Ratings) -> NDArray[np.bool_]:
    """(n,) the last fifth of each user's rows, one at least."""
    order, counts = np.argsort(train.user_idx, kind="stable"), train.user_counts
    place = np.arange(len(train)) - np.repeat(np.cumsum(counts) - counts, counts)
    held = place >= np.repeat(counts - np.maximum(1, counts // 5), counts)
    is_last = np.zeros(len(train), bool)
    is_last[order[held]] = True
    return is_last


def judged(model: Recommender, train: cf.Ratings, test: cf.Ratings) -> dict[str, float]:
    started = time.perf_counter()
    model.fit(train, progress=False)
    seconds = time.perf_counter() - started
    values = cf.evaluate(model, test, metrics=METRICS).values
    return {**{name: values[name] for name in METRICS}, "fit": seconds}


def report(runs: dict[str, dict[str, Any]], about: dict[str, Any]) -> str:
    rows = [
        [name, *(f"{run[metric]:.4f}" for metric in METRICS), f"{run['fit']:.1f}", str(run["options"])]
        for name, run in runs.items()
    ]
    return "\n\n".join([
        "# Gowalla, all items ranked",
        "`python3 dev.py bench accuracy_gowalla`. Best published: recall@20 .1920 (BSPM-EM), nDCG@20 .1617 (NESCL).",
        describe(about, {"cofactor": cf.__version__, "numpy": np.__version__}),
        markdown_table(["", *METRICS, "fit, s", "settings, chosen inside the training rows"], rows),
        f"Peak memory of the whole run {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e6:.1f} GB.",
    ])  # fmt: skip


def main(arguments: Sequence[str] | None = None) -> None:
    argparse.ArgumentParser(description=__doc__).parse_args(arguments)
    about, ratings, tested = machine(), cf.load("gowalla"), published_tests("gowalla")["test"]
    train, test = ratings.subset(~tested, "gowalla train"), ratings.subset(tested, "gowalla test")
    tried, runs = chosen(GRIDS, train), dict[str, dict[str, Any]]()
    for name, (make, _) in GRIDS.items():
        options = tried[name][0]["options"]
        runs[name] = {"options": options, **judged(make(**options), train, test)}
        print(name, runs[name], file=sys.stderr, flush=True)
    for pair in (("ImplicitMF, 128 factors", "GraphFilter"), ("ImplicitMF, 1,024 factors", "GraphFilter")):
        blend = cf.Blend([GRIDS[name][0](**tried[name][0]["options"]) for name in pair])
        found = judged(blend, train, test)
        runs[f"Blend of {pair[0]} and {pair[1]}"] = {
            "options": {"weights": np.round(blend.weights_, 3).tolist()},
            **found,
        }
    results = {"machine": about, "tried": tried, "runs": runs}
    write_results("accuracy_gowalla", results, report(runs, about))


if __name__ == "__main__":
    main()
