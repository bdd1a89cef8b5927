"""The lesson's models on MovieLens 100K, by fastai and by us: whole processes, in turn, on the same rows.

    python3 dev.py bench lecture

Needs COFACTOR_DATA, a folder that holds ml-100k. One round a seed: the seed fixes the split (fastai's own,
which is handed to us row for row), the first weights and the order. Losses are of the last epoch, over all
validation rows.
"""

import argparse
import os
import sys
from collections.abc import Sequence
from operator import itemgetter
from pathlib import Path
from statistics import mean, median, stdev
from typing import Any

from scipy.stats import t as student

import cofactor
from benchmarks.shared.generated import CACHE
from benchmarks.shared.peer_environments import FASTAI, installed_versions, peer_environment
from benchmarks.shared.racing import OURS, Contestant, Runs, compiled_anew, most_disturbed, race
from benchmarks.shared.reporting import describe, machine, markdown_table, write_results

# each model's options for the scripts, and the losses the book's chapter 8 prints
OPTIONS: dict[str, tuple[str, ...]] = {
    "dot": (), "neural [100, 50]": ("--layers", "100", "50"), "neural [128, 64]": ("--layers", "128", "64"),
}  # fmt: skip
PUBLISHED = {"dot": 0.821688, "neural [100, 50]": 0.864936}
N_EPOCHS = 5
PEERS = ("fastai", "torch", "pandas")  # whose versions the table names


def contestants(python: Path, peer: str, ours: str) -> dict[str, list[Contestant]]:
    """Of each model: fastai as the book ran it, fastai as it installs today (`python` is its own), and us."""
    return {
        model: [
            Contestant(peer, python, "contestants/peers/fastai_lecture.py", ("--mended", *option)),
            Contestant(f"{peer}, as installed", python, "contestants/peers/fastai_lecture.py", option),
            Contestant(ours, OURS, "contestants/ours/cofactor_lecture.py", option),
        ]
        for model, option in OPTIONS.items()
    }


def rounds(seeds: int) -> list[list[str]]:
    CACHE.mkdir(exist_ok=True)
    return [["--seed", str(seed), "--split", str(CACHE / f"lecture-{seed}.npz")] for seed in range(seeds)]


def race_twice(chosen: Sequence[Contestant], seeds: int) -> Runs:
    """The race, and before it a first run of everybody, which brings files into memory and compiles.

    How long that took stands in each first run that counts, as `first_ever`.
    """
    first_ever = {one.name: one.run(*rounds(1)[0])["wall"] for one in chosen}
    runs = race(chosen, rounds(seeds))
    for name, its in runs.items():
        its[0]["first_ever"] = first_ever[name]
    return runs


def summary(runs: list[dict[str, Any]]) -> dict[str, Any]:
    """Medians of the times; the final loss of each seed and their mean."""
    stages = {stage: median(run["seconds"][stage] for run in runs) for stage in runs[0]["seconds"]}
    losses = [run["valid_mse"][-1] for run in runs]
    wall = median(run["wall"] for run in runs)
    return {
        "first_ever": runs[0]["first_ever"], "wall": wall, **stages, "epoch": stages["fit"] / N_EPOCHS,
        "valid_mse": losses, "mean_mse": mean(losses),
    }  # fmt: skip


def table(runs: Runs, ours: str) -> str:
    """Seconds, medians but for the first run ever; `faster`: how many times ours goes into the one before."""
    of = {name: summary(its) for name, its in runs.items()}
    n_seeds = len(of[ours]["valid_mse"])
    seeds = [f"seed {seed}" for seed in range(n_seeds)]
    header = [
        "",
        "first run",
        "whole process",
        "faster",
        "imports",
        "data",
        "fit",
        "an epoch",
        "faster",
        "mean MSE",
        *seeds,
    ]
    return markdown_table(header, [_row(name, one, of[ours]) for name, one in of.items()])


def _row(name: str, one: dict[str, Any], ours: dict[str, Any]) -> list[str]:
    times = [f"{one[stage]:.2f}" for stage in ("first_ever", "wall", "imports", "data", "fit", "epoch")]
    whole, fit = (f"{one[stage] / ours[stage]:.0f} x" for stage in ("wall", "fit"))
    losses = [f"{mse:.4f}" for mse in (one["mean_mse"], *one["valid_mse"])]
    return [name, *times[:2], whole, *times[2:], fit, *losses]


def report(runs_of: dict[str, Runs], ours: str, about: dict[str, Any], versions: dict[str, str]) -> str:
    """One table a model, and whether what we claim of it held this time."""
    parts = ["# The lecture on MovieLens 100K", describe(about, versions)]
    for model, runs in runs_of.items():
        parts += [f"## {model}", table(runs, ours), most_disturbed(runs), _verdict(model, runs, ours)]
    parts.append(_dot_product_or_net(runs_of, ours))
    return "\n\n".join(parts)


def _verdict(model: str, runs: Runs, ours: str) -> str:
    """The hardest comparison: the faster of fastai's two states, and the better of its losses."""
    us, them = summary(runs[ours]), [summary(its) for name, its in runs.items() if name != ours]
    faster = min(one["wall"] for one in them) / us["wall"]
    best = min(them, key=itemgetter("mean_mse"))
    epochs = min(one["epoch"] for one in them) / us["epoch"]
    book = f" here and {PUBLISHED[model]:.4f} in the book" if model in PUBLISHED else ""
    mses = f"{us['mean_mse']:.4f} against {best['mean_mse']:.4f}{book}"
    return (
        f"{faster:.0f} times faster, whole process against whole process, an epoch {epochs:.0f} times; "
        f"mean validation MSE {mses}. "
        f"On the same rows ours is {_difference(us['valid_mse'], best['valid_mse'])}."
    )


def _dot_product_or_net(runs_of: dict[str, Runs], ours: str) -> str:
    """By how much the dot product is better on the same rows, with a 95 % interval over the seeds (Student's t)."""
    losses = {model: summary(runs[ours])["valid_mse"] for model, runs in runs_of.items()}
    if "dot" not in losses or len(losses) < 2 or len(losses["dot"]) < 2:
        return ""
    lines = ["## The dot product beside the nets (ours, on the same rows)"]
    for model in list(losses)[1:]:
        apart = [net - dot for net, dot in zip(losses[model], losses["dot"], strict=True)]
        reach = float(student.ppf(0.975, len(apart) - 1)) * stdev(apart) / len(apart) ** 0.5
        low, high = mean(apart) - reach, mean(apart) + reach
        lines.append(
            f"Its MSE is lower than that of {model} by {mean(apart):.4f}, 95 % interval {low:.4f} to {high:.4f}."
        )
    return "\n\n".join(lines)


def _difference(ours: list[float], theirs: list[float]) -> str:
    """Split by split, with its standard error: first weights and order alone move a loss by 0.002 or so."""
    apart = [one - other for one, other in zip(ours, theirs, strict=True)]
    error = f" ± {stdev(apart) / len(apart) ** 0.5:.4f} (standard error)" if len(apart) > 1 else ""
    return f"{abs(mean(apart)):.4f}{error} {'higher' if mean(apart) > 0 else 'lower'}"


def main(arguments: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seeds", type=int, default=5, help="rounds, one a seed from 0 (default: %(default)s)")
    parser.add_argument("--models", nargs="+", choices=OPTIONS, default=list(OPTIONS))
    asked = parser.parse_args(arguments)
    if not os.environ.get("COFACTOR_DATA"):
        sys.exit("Set COFACTOR_DATA to a folder that holds ml-100k (u.data and u.item).")

    about = machine()
    python = peer_environment("fastai", FASTAI)
    versions = {"cofactor": cofactor.__version__, **installed_versions(python, PEERS)}
    peer, ours = f"fastai {versions['fastai']}", f"cofactor {versions['cofactor']}"
    chosen = contestants(python, peer, ours)
    with compiled_anew():
        runs_of = {model: race_twice(chosen[model], asked.seeds) for model in asked.models}
    results = {"machine": about, "versions": versions, "runs": runs_of}
    write_results("lecture", results, report(runs_of, ours, about, versions))


if __name__ == "__main__":
    main()
