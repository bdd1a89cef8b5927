"""What re-ranked lists cost in accuracy, and what they buy: one curve for each option of `recommend`.

    python3 dev.py bench mitigation [--data ml-1m]

A fifth of each user's ratings is held out; an item is liked from 70 % up the scale on. Lists of ten of all users, seen
items left out: nDCG@10 with its 95 % interval over users; intra-list diversity, the mean 1 - cosine of a list's pairs;
miscalibration of genres, KL of the user's past from the list; the share of the short head, the fewest items that hold
80 % of the training ratings; coverage, the share of the catalogue that is on anybody's list; Gini of exposure. Only
exploration has another model, `ExplicitALS`, for it needs a posterior; its row without is beside it.
"""

import argparse
import time
from collections.abc import Sequence
from importlib.metadata import version
from typing import Any

import numpy as np

import cofactor as cf
from benchmarks.shared.movielens import need_data
from benchmarks.shared.reporting import describe, machine, markdown_table, third_paragraph, write_results
from benchmarks.shared.seven_sets import Halves, judged_users, ndcg
from cofactor.contract.reranked_lists import item_similarities
from cofactor.evaluation import metrics
from cofactor.filtering.columns import item_column
from cofactor.reranking.calibration import category_shares, miscalibration, mixes_of
from cofactor.reranking.diversity import intra_list_diversity
from cofactor.reranking.head import short_head

N = 10
CURVES: list[dict[str, Any]] = [
    {},
    *({"diversity": weight} for weight in (0.1, 0.2, 0.3, 0.5, 0.7)),
    *({"calibrated": {"genres": weight}} for weight in (0.1, 0.3, 0.5, 0.7, 0.9)),
    *({"max_share_of_head": share} for share in (0.9, 0.7, 0.5, 0.3)),
    *({"popularity_penalty": weight} for weight in (0.1, 0.2, 0.3, 0.5)),
    {"diversity": 0.3, "calibrated": "genres", "max_share_of_head": 0.5},
]
EXPLORED: list[dict[str, Any]] = [{}, {"explore": True}]


def measured(model: cf.Recommender, halves: Halves, options: dict[str, Any]) -> dict[str, Any]:
    """One row of the table."""
    train, users = halves.train, np.arange(halves.train.n_users)
    started = time.perf_counter()
    lists = model.rank(train.users.values.tolist(), N, **options).idx
    seconds, filled = time.perf_counter() - started, lists >= 0
    gains = ndcg(lists[judged_users(halves)].astype(np.int32), halves)
    exposed = np.bincount(lists[filled], minlength=train.n_items)
    return {
        "model": type(model).__name__, "options": {name: str(value) for name, value in options.items()},
        "ndcg": float(gains.mean()), "half_width": float(1.96 * gains.std() / np.sqrt(len(gains))),
        "diversity": float(np.nanmean(intra_list_diversity(lists, item_similarities(model)))),
        "miscalibration": float(_miscalibration(train, users, lists).mean()),
        "head": float(short_head(train.item_counts)[lists[filled]].mean()),
        "coverage": float((exposed > 0).mean()), "gini": metrics.gini(exposed),
        "length": float(filled.sum(axis=1).mean()), "seconds": seconds,
    }  # fmt: skip


def _miscalibration(train: cf.Ratings, users: Any, lists: Any) -> Any:
    column = item_column(train, "genres", "mitigation")
    shares = category_shares(column.words, len(column.codes_of_words))
    past = np.stack([shares[train.by_user.of(int(user))[0]].sum(axis=0) for user in users])
    listed = np.where(lists[:, :, None] >= 0, shares[lists], 0).sum(axis=1)
    return miscalibration(mixes_of(past), mixes_of(listed))


def report(rows: Sequence[dict[str, Any]], about: dict[str, Any], versions: dict[str, str], data: str) -> str:
    header = ["option", "nDCG@10", "diversity", "KL of genres", "head", "coverage", "Gini", "length", "s"]
    lines = [_line(row) for row in rows]
    return "\n\n".join([
        f"# What re-ranking costs, and buys: {data}", third_paragraph(__doc__), describe(about, versions),
        markdown_table(header, lines),
    ])  # fmt: skip


def _line(row: dict[str, Any]) -> list[str]:
    named = ", ".join(f"{name} {value}" for name, value in row["options"].items()) or "plain"
    return [
        f"{row['model']}: {named}", f"{row['ndcg']:.4f} ± {row['half_width']:.4f}", f"{row['diversity']:.3f}",
        f"{row['miscalibration']:.3f}", f"{row['head']:.1%}", f"{row['coverage']:.1%}", f"{row['gini']:.3f}",
        f"{row['length']:.2f}", f"{row['seconds']:.1f}",
    ]  # fmt: skip


def main(arguments: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", default="ml-1m")
    asked = parser.parse_args(arguments)
    need_data(asked.data)
    about, halves = machine(), Halves(*cf.split(cf.load(asked.data), 0.2, by="user", seed=0))
    models = cf.ImplicitMF(), cf.ExplicitALS()
    rows = list[dict[str, Any]]()
    for model, curve in zip(models, (CURVES, EXPLORED), strict=True):
        fitted = model.fit(halves.train, progress=False)
        rows += [measured(fitted, halves, options) for options in curve]
    versions = {name: version(name) for name in ("cofactor", "numpy")}
    text = report(rows, about, versions, asked.data)
    write_results("mitigation", {"machine": about, "versions": versions, "data": asked.data, "rows": rows}, text)


if __name__ == "__main__":
    main()
