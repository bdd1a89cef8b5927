"""Surprise's own table, on its exact five folds: BayesianMF and ALS beside its SVD++, errors and seconds.

    python3 dev.py bench accuracy_surprise

Needs COFACTOR_DATA with ml-100k and ml-1m in it. Folds are `KFold(n_splits=5, random_state=0)` over the rows in
file order. No
attributes, no dates; predictions clipped to 1..5. Settings are chosen on a tenth held out of the first fold's training
part and then stay. SVD++ runs on all five folds of ml-100k but on the first alone of ml-1m, which takes it many
minutes; its seconds are compared fold by fold with ours of the same run.
"""

import argparse
import json
from collections.abc import Iterator, Sequence
from itertools import product
from operator import itemgetter
from pathlib import Path
from statistics import mean
from typing import Any

import numpy as np

import cofactor as cf
from benchmarks.contestants.contest import Table, errors, read_split
from benchmarks.contestants.ours.as_ratings import as_ratings
from benchmarks.shared.movielens import N_FOLDS, fold_file, need_data
from benchmarks.shared.peer_environments import SURPRISE, installed_versions, peer_environment
from benchmarks.shared.pictures import draw_bars
from benchmarks.shared.racing import OURS, Contestant, Runs, most_disturbed
from benchmarks.shared.reporting import describe, machine, markdown_table, third_paragraph, write_results

DRAWS = {"n_burn_in": 40, "n_draws": 160, "thin": 3, "n_chains": 2}
RANKS = {"ml-100k": (7, 10, 15), "ml-1m": (31, 47)}
ALS_SWEEPS, ALS_RANKS, PENALTIES = 15, (8, 16, 32), (0.05, 0.08, 0.12)
PUBLISHED = {"ml-100k": (0.919, 0.721), "ml-1m": (0.862, 0.672)}  # SVD++ there, the best of Surprise's table
CLAIMED = {"ml-100k": (0.890, 0.700), "ml-1m": (0.832, 0.648)}
PEER = "Surprise SVD++"


def candidates(name: str) -> dict[str, list[dict[str, Any]]]:
    return {
        "BayesianMF": [{"n_factors": k, **DRAWS} for k in RANKS[name]],
        "ExplicitALS": [
            {"n_factors": k, "reg": reg, "n_epochs": ALS_SWEEPS} for k, reg in product(ALS_RANKS, PENALTIES)
        ],
    }


def chosen(name: str) -> dict[str, tuple[dict[str, Any], float]]:
    """The options of each model that err least on a tenth of the first fold's training part, and by how much."""
    train, _ = read_split(fold_file(name, 0))
    held_out = np.random.default_rng(0).random(len(train.values)) < 0.1
    inner, watched = train.only(~held_out), train.only(held_out)
    return {
        model: min(((one, _rmse(model, one, inner, watched)) for one in tried), key=itemgetter(1))
        for model, tried in candidates(name).items()
    }


def _rmse(model: str, options: dict[str, Any], train: Table, test: Table) -> float:
    fitted = getattr(cf, model)(**options).fit(as_ratings(train), progress=False)
    return errors(fitted.predict(test.user_idx, test.item_idx), test)["rmse"]


def race_folds(python: Path, name: str, options: dict[str, tuple[dict[str, Any], float]], n_peer_folds: int) -> Runs:
    """Fold by fold, everybody in turn; the peer on its first folds alone."""
    runs: Runs = {}
    for fold in range(N_FOLDS):
        for one in contestants(python, str(fold_file(name, fold)), options):
            if one.name == PEER and fold >= n_peer_folds:
                continue
            runs.setdefault(one.name, []).append(one.run_quietly() if one.name != PEER else one.run())
            print(f"{name}, fold {fold}, {one.name}: {runs[one.name][-1]}", flush=True)
    return runs


def contestants(python: Path, data: str, options: dict[str, tuple[dict[str, Any], float]]) -> Iterator[Contestant]:
    yield Contestant(PEER, python, "contestants/peers/surprise_fold.py", ("--data", data))
    for model, (one, _) in options.items():
        given = ("--data", data, "--model", model, "--options", json.dumps(one))
        yield Contestant(f"cofactor {model}", OURS, "contestants/ours/cofactor_fold.py", given)


def table_of(name: str, runs: Runs) -> str:
    theirs = runs[PEER]
    rows = [[f"{PEER}, published", f"{PUBLISHED[name][0]:.3f}", f"{PUBLISHED[name][1]:.3f}", *[""] * (N_FOLDS + 3)]]
    for who, its in runs.items():
        spent = [run["fit"] + run["predict"] for run in its]
        ratio = sum(run["fit"] + run["predict"] for run in theirs) / sum(spent[: len(theirs)])
        folds = [f"{run['rmse']:.4f}" for run in its] + [""] * (N_FOLDS - len(its))
        means = [f"{mean(run[error] for run in its):.4f}" for error in ("rmse", "mae")]
        rows.append([who, *means, *folds, f"{len(its)}", f"{mean(spent):.1f}", f"{ratio:.1f} x"])
    header = ["", "RMSE", "MAE", *(f"fold {fold}" for fold in range(N_FOLDS)), "folds", "s a fold", "faster"]
    return markdown_table(header, rows)


def verdict(name: str, runs: Runs) -> str:
    """Whether the claim held this time."""
    its = runs["cofactor BayesianMF"]
    found = [mean(run[error] for run in its) for error in ("rmse", "mae")]
    held = all(one <= claim for one, claim in zip(found, CLAIMED[name], strict=True))
    claim = " / ".join(f"{one:.3f}" for one in CLAIMED[name])
    verdict = "held" if held else "NOT held"
    return f"BayesianMF: RMSE {found[0]:.4f}, MAE {found[1]:.4f}; claimed at most {claim}: {verdict}."


def main(arguments: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", nargs="+", choices=RANKS, default=list(RANKS))
    parser.add_argument("--peer-folds", type=int, nargs=2, default=[5, 1], metavar=("SMALL", "LARGE"),
                        help="folds of ml-100k and of ml-1m that SVD++ runs on (default: 5 1)")  # fmt: skip
    asked = parser.parse_args(arguments)
    need_data(*asked.data)

    about, python = machine(), peer_environment("surprise", SURPRISE)
    versions = {"cofactor": cf.__version__, **installed_versions(python, ["scikit-surprise", "numpy"])}
    parts = ["# Surprise's table", describe(about, versions), third_paragraph(__doc__)]
    runs_of, options_of, panels = dict[str, Runs](), dict[str, Any](), dict[str, dict[str, float]]()
    for name in asked.data:
        options_of[name] = chosen(name)
        n_peer_folds = dict(zip(RANKS, asked.peer_folds, strict=True))[name]
        runs = runs_of[name] = race_folds(python, name, options_of[name], n_peer_folds)
        settings = "; ".join(
            f"{model} {json.dumps(one)} ({rmse:.4f})" for model, (one, rmse) in options_of[name].items()
        )
        parts += [f"## {name}", table_of(name, runs), verdict(name, runs), f"Chosen: {settings}.", most_disturbed(runs)]
        panels[name] = {who: mean(run["rmse"] for run in its) for who, its in runs.items()}
    results = {"machine": about, "versions": versions, "options": options_of, "runs": runs_of}
    write_results("accuracy_surprise", results, "\n\n".join(parts))
    draw_bars("accuracy_surprise", "Surprise's five folds", "RMSE", panels)


if __name__ == "__main__":
    main()
