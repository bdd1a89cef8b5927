"""A Gibbs sweep over ml-1m at rank 32: BayesianMF against myFM, with the same features and as many draws.

    python3 dev.py bench gibbs

Needs COFACTOR_DATA with ml-1m in it; a random tenth is held out. Without bags a rating's features are its user and its
item; with them also the user's items and the item's users (SVD++ both ways), of the training part alone. One noise for
all ratings, as myFM has it. A sweep draws every parameter once. The error is that of an equal number of draws, by three
seeds, because myFM takes minutes for each; predictions are clipped to the scale.
"""

import argparse
import json
from collections.abc import Sequence
from pathlib import Path
from statistics import mean, median, stdev
from typing import Any

import cofactor
from benchmarks.contestants.contest import Table, read_split
from benchmarks.shared.ceilings import Ceilings, measure_ceilings, solve_flops
from benchmarks.shared.movielens import need_data, split_file
from benchmarks.shared.peer_environments import MYFM, installed_versions, peer_environment
from benchmarks.shared.pictures import draw_bars
from benchmarks.shared.racing import OURS, Contestant, Runs, most_disturbed, race
from benchmarks.shared.reporting import describe, machine, markdown_table, third_paragraph, write_results

RANK = 32
DRAWS = (20, 80)  # thrown away, kept
SEEDS = (0, 1, 2)
FEATURES = {"users and items": False, "with bags": True}


def pair(python: Path, data: Path, *, bags: bool) -> list[Contestant]:
    options = {"n_factors": RANK, "user_bag": bags, "item_bag": bags, "attributes": False, "row_noise": False}
    shared, more = ("--data", str(data)), ("--bags",) if bags else ()
    return [
        Contestant("myFM", python, "contestants/peers/myfm_gibbs.py", (*shared, "--rank", str(RANK), *more)),
        Contestant("cofactor", OURS, "contestants/ours/cofactor_gibbs.py", (*shared, "--options", json.dumps(options))),
    ]


def table_of(runs: Runs, judged: dict[str, list[dict[str, Any]]], flops: float, ceilings: Ceilings) -> str:
    sweeps = {name: median(run["sweep"] for run in its) for name, its in runs.items()}
    rows = [
        [
            name, f"{sweep:.4f}", f"{1 / sweep:.1f}", f"{sweep / sweeps['cofactor']:.1f} x",
            f"{flops / sweep / 1e9 / ceilings.gflops:.0%}" if name == "cofactor" else "",
            *(_errors(judged[name]) if judged else ("", "")),
        ]
        for name, sweep in sweeps.items()
    ]  # fmt: skip
    header = ["", "s a sweep", "sweeps a second", "to ours", "of the FMA ceiling", "RMSE", "s for it"]
    return markdown_table(header, rows)


def _errors(judged: list[dict[str, Any]]) -> tuple[str, str]:
    """The mean over the seeds with its standard error, and how long one took."""
    rmse = [one["rmse"] for one in judged]
    error = stdev(rmse) / len(rmse) ** 0.5 if len(rmse) > 1 else float("nan")
    return f"{mean(rmse):.4f} ± {error:.4f}", f"{median(one['seconds'] for one in judged):.1f}"


def rows_flops(train: Table) -> float:
    """Drawing every row as one block; a row holds its factors and a bias."""
    return solve_flops(len(train.values), train.n_users + train.n_items, RANK + 1)


def main(arguments: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--seeds", type=int, nargs="*", default=SEEDS, help="of the fits whose errors are measured")
    asked = parser.parse_args(arguments)
    need_data("ml-1m")

    about, python, data = machine(), peer_environment("myfm", MYFM), split_file("ml-1m")
    versions = {"cofactor": cofactor.__version__, **installed_versions(python, ["myfm", "numpy"])}
    ceilings, flops = measure_ceilings(), rows_flops(read_split(data)[0])
    parts = ["# A Gibbs sweep", describe(about, versions), ceilings.told(), third_paragraph(__doc__)]
    runs_of, judged_of = dict[str, Runs](), dict[str, dict[str, list[dict[str, Any]]]]()
    for features, bags in FEATURES.items():
        chosen = pair(python, data, bags=bags)
        draws = [("--draws", *map(str, DRAWS), "--seed", str(seed)) for seed in asked.seeds]
        runs = runs_of[features] = race(chosen, [()] * asked.rounds)
        judged = judged_of[features] = {one.name: [one.run(*each) for each in draws] for one in chosen if draws}
        parts += [f"## {features}", table_of(runs, judged, flops, ceilings), most_disturbed(runs)]
    seeds = ", ".join(map(str, asked.seeds))
    parts.append(f"RMSE of {DRAWS[1]} draws kept after {DRAWS[0]} thrown away; mean ± standard error, seeds {seeds}.")
    results = {
        "machine": about, "versions": versions, "ceilings": ceilings._asdict(), "runs": runs_of, "errors": judged_of,
    }  # fmt: skip
    write_results("gibbs", results, "\n\n".join(parts))
    panels = {
        head: {name: median(run["sweep"] for run in its) for name, its in runs.items()}
        for head, runs in runs_of.items()
    }
    draw_bars("gibbs", f"A Gibbs sweep over ml-1m at rank {RANK}", "seconds", panels)


if __name__ == "__main__":
    main()
