"""A whole iteration of implicit ALS, by `implicit` and by us, on one and the same problem.

    python3 dev.py bench implicit_als

Needs COFACTOR_DATA with ml-1m in it; the second table is generated in the shape of MovieLens 10M. A contestant is a
process of its own; they take turns. A sweep is what `fit` of many takes longer than `fit` of one, divided. The loss is
worked out by one function, here, in float64, from the factors that each contestant leaves.
"""

import argparse
import json
from collections.abc import Iterator, Sequence
from pathlib import Path
from statistics import median
from typing import Any, get_args, get_type_hints

import numpy as np

import cofactor
from benchmarks.contestants.contest import Table, read_table
from benchmarks.shared.ceilings import Ceilings, measure_ceilings, solve_flops
from benchmarks.shared.generated import CACHE, generated_file
from benchmarks.shared.movielens import movielens_file, need_data
from benchmarks.shared.peer_environments import IMPLICIT, installed_versions, peer_environment
from benchmarks.shared.pictures import draw_bars
from benchmarks.shared.racing import OURS, Contestant, Runs, most_disturbed, race
from benchmarks.shared.reporting import describe, machine, markdown_table, third_paragraph, write_results

PROBLEM = {"unobserved_weight": 0.1, "reg": 1.0}  # α, λ; a plain ridge, the only one that implicit has
SWEEPS = {"ml-1m": 15, "10M": 5}
EXACT = "implicit, exact"
BLOCK = 1_000_000  # clicks whose scores are worked out at once


def our_options() -> dict[str, dict[str, Any]]:
    """Our contestants: every solver that the model offers, asked of the model."""
    solvers = get_args(get_type_hints(cofactor.ImplicitMF).get("solver"))
    return {f"cofactor, {solver}": {"solver": solver} for solver in solvers} | {
        "cofactor, cg in 1 step": {"solver": "cg", "n_steps": 1}
    }


def contestants(python: Path, data: Path, n_sweeps: int, k: int) -> list[Contestant]:
    shared = ("--data", str(data), "--sweeps", str(n_sweeps))
    problem = [f"--{name.replace('_', '-')}={value}" for name, value in PROBLEM.items()]
    theirs = {"implicit, conjugate gradient": (), EXACT: ("--exact",)}
    peers = [
        Contestant(name, python, "contestants/peers/implicit_als.py",
                   (*shared, *problem, "--n-factors", str(k), "--factors", str(factors_file(name)), *option))
        for name, option in theirs.items()
    ]  # fmt: skip
    plain = {"n_factors": k, "reg_exponent": 0.0, **PROBLEM}
    ours = [
        Contestant(name, OURS, "contestants/ours/cofactor_implicit.py",
                   (*shared, "--options", json.dumps(plain | options), "--factors", str(factors_file(name))))
        for name, options in our_options().items()
    ]  # fmt: skip
    return [*peers, *ours]


def factors_file(name: str) -> Path:
    return CACHE / f"factors-{name.replace(', ', '-').replace(' ', '-')}.npz"


def loss(table: Table, users: np.ndarray[Any, Any], items: np.ndarray[Any, Any]) -> float:
    """Σ_clicks (1 - p·q)² + α Σ_all (p·q)² + λ Σ_rows |row|², for each click, in float64."""
    p, q = users.astype(np.float64), items.astype(np.float64)
    observed = sum(float(np.square(1 - scores).sum()) for scores in _scores(table, p, q))
    everywhere = float(np.sum((p.T @ p) * (q.T @ q)))
    penalty = float(np.square(p).sum() + np.square(q).sum())
    return (observed + PROBLEM["unobserved_weight"] * everywhere + PROBLEM["reg"] * penalty) / len(table.values)


def _scores(table: Table, p: np.ndarray[Any, Any], q: np.ndarray[Any, Any]) -> Iterator[np.ndarray[Any, Any]]:
    for at in range(0, len(table.values), BLOCK):
        rows = slice(at, at + BLOCK)
        yield np.einsum("nk,nk->n", p[table.user_idx[rows]], q[table.item_idx[rows]])


def race_one(python: Path, data: Path, n_sweeps: int, k: int, n_rounds: int) -> Runs:
    """The race, and in every contestant's last run its loss."""
    chosen = contestants(python, data, n_sweeps, k)
    runs, table = race(chosen, [()] * n_rounds), read_table(data)
    for name, its in runs.items():
        its[-1]["loss"] = loss(table, **np.load(factors_file(name)))
        factors_file(name).unlink()
    return runs


def table_of(runs: Runs, flops: float, ceilings: Ceilings) -> str:
    """Seconds a sweep; how many times as long as our exact solver and as our fastest; loss; share of the ceiling."""
    sweeps = {name: median(run["sweep"] for run in its) for name, its in runs.items()}
    exact = sweeps["cofactor, exact"]
    fastest = min(value for name, value in sweeps.items() if name.startswith("cofactor"))
    rows = [
        [name, f"{sweep:.4f}", f"{sweep / exact:.2f} x", f"{sweep / fastest:.2f} x", f"{runs[name][-1]['loss']:.6f}",
         f"{flops / sweep / 1e9 / ceilings.gflops:.0%}" if name.endswith("exact") else ""]
        for name, sweep in sweeps.items()
    ]  # fmt: skip
    header = ["", "s a sweep", "to our exact", "to our fastest", "loss a click", "of the FMA ceiling"]
    return markdown_table(header, rows)


def verdict(runs: Runs) -> str:
    """Each of implicit's solvers against the fastest of ours that ends no higher."""
    return " ".join(_verdict(name, runs) for name in runs if name.startswith("implicit"))


def _verdict(peer: str, runs: Runs) -> str:
    them = runs[peer][-1]["loss"]
    able = [name for name in runs if name.startswith("cofactor") and runs[name][-1]["loss"] <= them * (1 + 1e-6)]
    if not able:
        return f"None of ours ends at the loss of {peer} or below."
    speed = {name: median(run["sweep"] for run in runs[name]) for name in able}
    best = min(speed, key=lambda name: speed[name])
    times = median(run["sweep"] for run in runs[peer]) / speed[best]
    return (
        f"{best} is {times:.1f} times as fast as {peer}, at a loss of {runs[best][-1]['loss']:.6f} against {them:.6f}."
    )


def main(arguments: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--data", nargs="+", choices=SWEEPS, default=list(SWEEPS))
    parser.add_argument("--factors", nargs="+", type=int, default=[64, 128], metavar="K")
    asked = parser.parse_args(arguments)
    need_data("ml-1m")

    about, python = machine(), peer_environment("implicit", IMPLICIT)
    versions = {"cofactor": cofactor.__version__, **installed_versions(python, ["implicit", "numpy", "scipy"])}
    ceilings = measure_ceilings()
    parts = [
        "# A whole iteration of implicit ALS",
        describe(about, versions),
        ceilings.told(),
        third_paragraph(__doc__),
    ]
    runs_of: dict[str, Runs] = {}
    for data in asked.data:
        path = movielens_file("ml-1m") if data == "ml-1m" else generated_file()
        table = read_table(path)
        for k in asked.factors:
            heading = f"{data}, k = {k}"
            runs = runs_of[heading] = race_one(python, path, SWEEPS[data], k, asked.rounds)
            flops = solve_flops(len(table.values), table.n_users + table.n_items, k)
            size = f"{len(table.values):,} clicks, {table.n_users:,} users x {table.n_items:,} items"
            shape = f"{size}, {SWEEPS[data]} sweeps"
            parts += [f"## {heading}", shape, table_of(runs, flops, ceilings), most_disturbed(runs), verdict(runs)]
    medians = {
        head: {name: median(r["sweep"] for r in its) for name, its in runs.items()} for head, runs in runs_of.items()
    }
    results = {
        "machine": about,
        "versions": versions,
        "ceilings": ceilings._asdict(),
        "problem": PROBLEM,
        "runs": runs_of,
    }
    write_results("implicit_als", results, "\n\n".join(parts))
    draw_bars("implicit_als", "A whole iteration of implicit ALS", "seconds", medians)


if __name__ == "__main__":
    main()
