"""Differentially private least squares: what ε costs in accuracy, against biases that are equally private.

    python3 dev.py bench private_als [--data ml-1m] [--seed 42]

A random tenth of the ratings is held out (`cf.split(ratings, test=0.1, seed=42)`). PrivateALS has its default
options. They were chosen inside the training part of that split of ml-1m (fitted to nine tenths of it, measured on
the rest); the two factors without attributes inside that of ml-100k, too. The baseline is `Bias`, its items equally
private: PrivateALS without factors, so that the whole budget goes to the biases, its n_epochs chosen of 1, 2, 3 and 4
for each ε in the same way. Both with and without the items' attributes, which are public. δ = 1/n_users². Five fits
with noise of their own at each ε: RMSE is the mean of the five, with the lowest and the highest. The difference to
the baseline is that of the RMSE over the five fits of each, paired by user, with its 95 % interval from 1,000
resamplings of users. The last rows are not private.
"""

import argparse
import time
from collections.abc import Mapping, Sequence
from dataclasses import replace
from importlib.metadata import version
from typing import Any

import numpy as np

import cofactor as cf
from benchmarks.shared.movielens import need_data
from benchmarks.shared.reporting import describe, machine, markdown_table, third_paragraph, write_results
from cofactor.arrays import FloatArray
from cofactor.evaluation.bootstrap import percentiles
from cofactor.training.private.accountant import composed_epsilon

EPSILONS = (1.0, 5.0, 10.0, None)
N_FITS, N_BOOTSTRAP = 5, 1000
RANGE = (1.0, 5.0)  # of MovieLens


def squared_errors(model: cf.Recommender, train: cf.Ratings, test: cf.Ratings) -> FloatArray:
    """(n_users,) the sum over each one's held-out ratings."""
    predicted = np.clip(model.fit(train, progress=False).score_pairs(test.user_idx, test.item_idx), *RANGE)
    return np.bincount(test.user_idx, np.square(predicted - test.values), train.n_users).astype(np.float64)


def chosen_epochs(model: cf.PrivateALS, train: cf.Ratings) -> cf.PrivateALS:
    """The model with the n_epochs that is best inside the training part."""
    fitted, held_out = cf.split(train, test=0.1, seed=1)
    tried = [replace(model, n_epochs=n) for n in (1, 2, 3, 4)]
    return min(tried, key=lambda one: float(squared_errors(one, fitted, held_out).sum()))


def measured(models: Mapping[str, cf.Recommender], train: cf.Ratings, test: cf.Ratings) -> dict[str, dict[str, Any]]:
    """Of each model its RMSE over several fits, and the sums of squared errors of each fit and user."""
    found = dict[str, dict[str, Any]]()
    for name, model in models.items():
        started = time.perf_counter()
        n_fits = 1 if model.abilities.repeatable else N_FITS
        errors = np.stack([squared_errors(model, train, test) for _ in range(n_fits)])
        of_fits = np.sqrt(errors.sum(axis=1) / len(test))
        found[name] = {
            "rmse": float(of_fits.mean()), "lowest": float(of_fits.min()), "highest": float(of_fits.max()),
            "errors": errors.mean(axis=0), "seconds": (time.perf_counter() - started) / n_fits,
        }  # fmt: skip
    return found


def difference(errors: FloatArray, baseline: FloatArray, counts: FloatArray) -> tuple[float, float, float]:
    """By how much the RMSE lies below the baseline's, and the ends of its interval."""
    rng = np.random.default_rng(0)
    weights = rng.multinomial(len(counts), np.full(len(counts), 1 / len(counts)), N_BOOTSTRAP)
    ratings = weights @ counts
    samples = np.sqrt(weights @ baseline / ratings) - np.sqrt(weights @ errors / ratings)
    value = np.sqrt(baseline.sum() / counts.sum()) - np.sqrt(errors.sum() / counts.sum())
    return float(value), *percentiles(samples, 0.95)


def rows_of(epsilon: float | None, train: cf.Ratings, test: cf.Ratings) -> list[dict[str, Any]]:
    """Four rows: with and without attributes, biases alone and with factors."""
    rows, counts = list[dict[str, Any]](), np.bincount(test.user_idx, minlength=train.n_users).astype(np.float64)
    for attributes in (False, True):
        options: dict[str, Any] = {"epsilon": epsilon, "rating_range": RANGE, "attributes": attributes}
        biases, factors = chosen_epochs(cf.PrivateALS(n_factors=0, **options), train), cf.PrivateALS(**options)
        models = {"private Bias": biases, "PrivateALS": factors}
        found = measured(models, train, test)
        errors = {name: one.pop("errors") for name, one in found.items()}
        for name, one in found.items():
            about = {"epsilon": epsilon, "attributes": attributes, "model": name, "n_epochs": models[name].n_epochs}
            rows.append(about | one | {"ahead": difference(errors[name], errors["private Bias"], counts)})
    return rows


def accounted(train: cf.Ratings) -> list[str]:
    """The accountant's words on the default model: the noise of each release, and what they spend together."""
    lines, delta = list[str](), 1 / train.n_users**2
    for epsilon in EPSILONS[:3]:
        multipliers = cf.PrivateALS(epsilon=epsilon, rating_range=RANGE).settings_for(train).multipliers
        spent = composed_epsilon(multipliers, delta)
        noise = ", ".join(f"{one:.4f}" for one in multipliers)
        lines.append(
            f"ε = {epsilon:g}, δ = {delta:.3g}: noise multipliers {noise}; together they spend ε = {spent:.5f}"
        )
    return lines


def report(results: dict[str, Any], data: str) -> str:
    header = ["ε", "attributes", "model", "RMSE (5 fits)", "ahead of private Bias (95 %)", "n_epochs", "s a fit"]
    lines = [_line(row) for row in results["rows"]]
    lines += [["not private", "", name, f"{rmse:.4f}", "", "", ""] for name, rmse in results["not_private"].items()]
    return "\n\n".join([
        f"# Differentially private training: {data}", third_paragraph(__doc__),
        describe(results["machine"], results["versions"]), markdown_table(header, lines),
        "The accountant (dp-accounting's distribution of the privacy loss, one person added or removed, all releases "
        "of a fit):\n\n" + "\n".join(f"- {line}" for line in results["accounted"]),
    ])  # fmt: skip


def _line(row: dict[str, Any]) -> list[str]:
    value, low, high = row["ahead"]
    ahead = "" if row["model"] == "private Bias" else f"{value:+.4f} ({low:+.4f} to {high:+.4f})"
    return [
        "∞" if row["epsilon"] is None else f"{row['epsilon']:g}", "yes" if row["attributes"] else "no", row["model"],
        f"{row['rmse']:.4f} ({row['lowest']:.4f} to {row['highest']:.4f})", ahead, str(row["n_epochs"]),
        f"{row['seconds']:.1f}",
    ]  # fmt: skip


def main(arguments: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", default="ml-1m")
    parser.add_argument("--seed", type=int, default=42)
    asked = parser.parse_args(arguments)
    need_data(asked.data)
    train, test = cf.split(cf.load(asked.data), test=0.1, seed=asked.seed)
    rows = [row for epsilon in EPSILONS for row in rows_of(epsilon, train, test)]
    others = {"Bias": cf.Bias(), "ExplicitALS": cf.ExplicitALS()}
    not_private = {name: one["rmse"] for name, one in measured(others, train, test).items()}
    versions = {name: version(name) for name in ("cofactor", "numpy", "dp-accounting")}
    results = {
        "machine": machine(), "versions": versions, "data": asked.data, "rows": rows, "not_private": not_private,
        "accounted": accounted(train),
    }  # fmt: skip
    name = "private_als" if asked.data == "ml-1m" else f"private_als_{asked.data.replace('-', '_')}"
    write_results(name, results, report(results, asked.data))


if __name__ == "__main__":
    main()
