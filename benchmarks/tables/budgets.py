"""Budgets: the time that `cf.auto` and `cf.tune` take against the time they were given, and what they reach with it.

    python3 dev.py bench budgets

Needs COFACTOR_DATA with ml-latest-small and ml-1m in it. On the training parts of `bench defaults`; lists and ratings
are then judged on the parts held out there, which nobody has seen. `cf.tune` searches `ImplicitMF` by nDCG@10.
"Without" is `cf.auto` as `cofactor fit` runs it: no options searched, some 20 seconds. Compiling is done beforehand.
"""

import argparse
import json
import time
from collections.abc import Sequence
from typing import Any

import cofactor as cf
from benchmarks.shared.default_options import lists_of, predictions_of
from benchmarks.shared.movielens import need_data
from benchmarks.shared.reporting import describe, machine, markdown_table, third_paragraph, write_results
from benchmarks.shared.seven_sets import SETS, Halves, ndcg, rmse
from cofactor.recommender import Recommender

NAMES = "ml-latest-small", "ml-1m"
BUDGETS = "5s", "20s", "60s"
WITHOUT = "without"


def one(what: str, budget: str, halves: Halves) -> dict[str, Any]:
    started = time.perf_counter()
    if what == "auto":
        model: Recommender = cf.auto(halves.train, None if budget == WITHOUT else budget, progress=False).model
    else:
        model = cf.tune(cf.ImplicitMF(), halves.train, budget, metric="ndcg@10", progress=False).model
    row: dict[str, Any] = {"seconds": time.perf_counter() - started}
    row["ndcg@10"] = float(ndcg(lists_of(model, halves), halves).mean())
    if model.abilities.predicts:
        row["rmse"] = rmse(predictions_of(model, halves), halves)
    return row


def report(runs: dict[str, dict[str, Any]], about: dict[str, Any]) -> str:
    rows = [
        [name, f"{row['seconds']:.1f}", f"{row['ndcg@10']:.4f}", f"{row['rmse']:.4f}" if "rmse" in row else ""]
        for name, row in runs.items()
    ]
    return "\n\n".join([
        "# Budgets", describe(about, {"cofactor": cf.__version__}), third_paragraph(__doc__),
        markdown_table(["", "took, s", "nDCG@10", "RMSE"], rows),
    ])  # fmt: skip


def main(arguments: Sequence[str] | None = None) -> None:
    argparse.ArgumentParser(description=__doc__).parse_args(arguments)
    need_data(*NAMES)
    cf.auto(cf.load("tastes"), progress=False)
    about, runs = machine(), dict[str, dict[str, Any]]()
    for name in NAMES:
        halves = SETS[name]()
        for what, budgets in (("auto", (WITHOUT, *BUDGETS)), ("tune", BUDGETS)):
            for budget in budgets:
                label = f"{name}: cf.{what}, {budget}"
                runs[label] = one(what, budget, halves)
                print(label, json.dumps(runs[label]), flush=True)
    write_results("budgets", {"machine": about, "runs": runs}, report(runs, about))


if __name__ == "__main__":
    main()
