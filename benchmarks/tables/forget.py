"""What forgetting a hundred people takes, what it leaves of them, and what it gives away.

    python3 dev.py bench forget [--data ml-1m] [--only ease explicit_als]

A hundred people are drawn at random and forgotten one after the other by a model in memory, each with its receipt and
its hashes; then all at once. Times are wall-clock medians; beside them the shortest, the longest and the processor time
of all threads, which is what to go by where others use the machine. Slow models forget three. The distance, of the
batch, is from the same model fitted without them, over 200 who stayed: root mean squared difference of scores in
standard deviations of a user's scores, with 95 % intervals; beside it that of a fit with another seed, and of the model
that forgot nobody. Membership: four models, 200 people asked about. Deletion attack: AUC, one and ten and a hundred at
once. BPR, NeuralCF and BayesianMF, which keep what they learned, are trained for a moment only: times alone.
"""

import argparse
import json
import time
from collections.abc import Sequence
from dataclasses import replace
from importlib.metadata import version
from typing import Any

import numpy as np

import cofactor as cf
from benchmarks.shared.movielens import need_data
from benchmarks.shared.reporting import RESULTS, describe, machine, markdown_table, third_paragraph, write_results
from cofactor.audit.privacy.deletion_attack import deletion_attack
from cofactor.audit.privacy.forgetting import forgetting
from cofactor.audit.privacy.membership import membership_inference
from cofactor.evaluation.bootstrap import Interval

N_PEOPLE, N_SLOW = 100, 3
MODELS: dict[str, cf.Recommender] = {
    one.model_name(): one
    for one in (
        cf.Popularity(), cf.Bias(), cf.EASE(), cf.ExplicitALS(), cf.ImplicitMF(reg=0.003, unobserved_weight=0.1),
        cf.MatrixFactorization(), cf.ItemKNN(), cf.SparseEASE(), cf.GraphFilter(), cf.BPR(n_epochs=1),
        cf.NeuralCF(n_epochs=1), cf.BayesianMF(n_draws=10, n_burn_in=2),
    )
}  # fmt: skip
SLOW = ("item_knn", "sparse_ease", "graph_filter")
TIMED_ONLY = ("bpr", "neural_cf", "bayesian_mf")
ATTACKED = ("popularity", "ease", "explicit_als", "implicit_mf")
AFTERWARDS = ("ease", "explicit_als", "implicit_mf")


def measured(name: str, ratings: cf.Ratings) -> dict[str, Any]:
    """One row of the table."""
    row, model, users = timed(name, ratings)
    if name in TIMED_ONLY:
        return row
    distance = forgetting(model, users)
    row["distance"] = {f"{other}: {measure}": list(one) for (other, measure), one in distance.intervals.items()}
    if name in ATTACKED:
        attack = deletion_attack(model)
        row["attack"] = {f"{size} {reader} {what}": list(one) for (size, reader, what), one in attack.intervals.items()}
    if name in AFTERWARDS:
        row["membership"] = [_membership(model, ratings, forgotten=forgotten) for forgotten in (False, True)]
    return row


def timed(name: str, ratings: cf.Ratings) -> tuple[dict[str, Any], cf.Recommender, list[Any]]:
    """What a model takes, the fitted model, and the people."""
    started = time.perf_counter()
    model = replace(MODELS[name]).fit(ratings, progress=False)
    row: dict[str, Any] = {
        "model": type(model).__name__,
        "kind": model.forgetting,
        "fit_s": time.perf_counter() - started,
    }
    users = np.random.default_rng(0).permutation(ratings.users.values)[:N_PEOPLE].tolist()
    row |= _timed(model, users[:N_SLOW] if name in SLOW else users)
    batch, started = model.copied(), time.perf_counter()
    receipt = batch.forget(users)
    row |= {"batch_s": time.perf_counter() - started, "receipt": json.loads(receipt.to_json())}
    return row, model, users


def _timed(model: cf.Recommender, users: Sequence[Any]) -> dict[str, Any]:
    """Of forgetting each after the other; the first hash of a model is made beforehand, as saving and opening do."""
    forgets, wall, processor = model.copied(), list[float](), list[float]()
    forgets.fingerprint()
    for user in users:
        started, used = time.perf_counter(), time.process_time()
        forgets.forget(user)
        wall.append(time.perf_counter() - started)
        processor.append(time.process_time() - used)
    return {
        "n_timed": len(users), "ms": 1e3 * float(np.median(wall)), "longest_ms": 1e3 * max(wall),
        "shortest_ms": 1e3 * min(wall), "processor_ms": 1e3 * float(np.median(processor)),
        "under_50_ms": float(np.mean(np.array(wall) < 0.05)),
    }  # fmt: skip


def _membership(model: cf.Recommender, ratings: cf.Ratings, *, forgotten: bool) -> dict[str, Any]:
    found = membership_inference(model, ratings, n_models=4, n_people=200, forgotten=forgotten)
    return {f"{reader} {measure}": list(one) for (reader, measure), one in found.intervals.items()}


def report(rows: Sequence[dict[str, Any]], about: dict[str, Any], versions: dict[str, str], data: str) -> str:
    header = "model", "kind", "ms", "shortest", "longest", "processor ms", "under 50 ms", "all at once, s", "fit, s"
    times = [
        [
            row["model"], row["kind"], *(f"{row[one]:.0f}" for one in ("ms", "shortest_ms", "longest_ms")),
            f"{row['processor_ms']:.0f}", f"{row['under_50_ms']:.0%} of {row['n_timed']}", f"{row['batch_s']:.2f}",
            f"{row['fit_s']:.1f}",
        ]
        for row in rows
    ]  # fmt: skip
    parts = [
        f"# Forgetting {N_PEOPLE} people: {data}", third_paragraph(__doc__), describe(about, versions), "## Times",
        markdown_table(header, times),
        "## Distance from a fit without them",
        markdown_table(["model", "forgot them", "another seed", "did not forget"], _distances(rows)),
        "## The deletion itself: AUC of finding a person's items", *_attacks(rows),
        "## Membership, before and after", *_memberships(rows), "## Receipts of the batch", _receipts(rows),
    ]  # fmt: skip
    return "\n\n".join(parts)


def _distances(rows: Sequence[dict[str, Any]]) -> list[list[str]]:
    others = "forgot them", "another seed", "did not forget"
    return [
        [row["model"], *(_in_text(row["distance"].get(f"{other}: scores"), 5) for other in others)]
        for row in rows
        if "distance" in row
    ]


def _attacks(rows: Sequence[dict[str, Any]]) -> list[str]:
    readers = "arrays", "scores", "blind"
    lines = [
        [f"{row['model']}, {size} at once", *(_in_text(row["attack"].get(f"{size} {one} AUC"), 3) for one in readers)]
        for row in rows
        if "attack" in row
        for size in (1, 10, 100)
    ]
    return [markdown_table(["", "arrays before and after", "scores before and after", "popularity alone"], lines)]


def _memberships(rows: Sequence[dict[str, Any]]) -> list[str]:
    lines = [
        [
            f"{row['model']}, {what}, by {reader}",
            *(_in_text(found.get(f"{reader} {measure}"), 3) for measure in ("AUC", "TPR at 1% FPR")),
        ]
        for row in rows
        for what, found in zip(("before", "after"), row.get("membership", ()), strict=False)
        for reader in ("scores", "lists", "item factors", "blind")
    ]
    return [markdown_table(["", "AUC", "TPR at 1 % FPR"], lines)]


def _receipts(rows: Sequence[dict[str, Any]]) -> str:
    """What each names; the first digits of the hashes stand for them."""
    lines = [
        [row["model"], *(", ".join(row["receipt"][one]) or "–" for one in ("removed", "solved_again", "kept")),
         f"{row['receipt']['n_ratings']:,}", f"{row['receipt']['before'][:8]} → {row['receipt']['after'][:8]}"]
        for row in rows
    ]  # fmt: skip
    return markdown_table(["model", "removed", "solved again", "kept", "ratings", "hashes"], lines)


def _in_text(found: Sequence[float] | None, digits: int) -> str:
    if found is None:
        return "–"
    one = Interval(*found)
    return f"{one.value:.{digits}f} ({one.low:.{digits}f} to {one.high:.{digits}f})"


def main(arguments: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", default="ml-1m")
    parser.add_argument("--only", nargs="+", default=list(MODELS), choices=list(MODELS))
    parser.add_argument("--times", action="store_true", help="measure times alone, the rest stays as results/ have it")
    asked = parser.parse_args(arguments)
    need_data(asked.data)
    about, ratings, rows = machine(), cf.load(asked.data), _kept(asked.data)
    versions = {name: version(name) for name in ("cofactor", "numpy")}
    for name in asked.only:  # written after each: all of them take half an hour
        rows[name] = rows.get(name, {}) | (timed(name, ratings)[0] if asked.times else measured(name, ratings))
        text = report([rows[one] for one in MODELS if one in rows], about, versions, asked.data)
        write_results("forget", {"machine": about, "versions": versions, "data": asked.data, "rows": rows}, text)


def _kept(data: str) -> dict[str, dict[str, Any]]:
    """The rows of earlier runs by model, so that one can be measured again."""
    file = RESULTS / "forget.json"
    kept = json.loads(file.read_text()) if file.is_file() else {}
    return kept["rows"] if kept.get("data") == data else {}


if __name__ == "__main__":
    main()
