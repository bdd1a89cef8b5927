"""The ten best unseen items of all users: our `rank` against implicit's `recommend`, NumPy and torch.

    python3 dev.py bench topn

Needs COFACTOR_DATA with ml-1m in it; the second table is generated, 70,000 users x 10,700 items. All share the 64
factors of one ImplicitMF, and their lists' scores must add up to the same. The product alone hides nothing and chooses
nothing.
"""

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path
from statistics import median

import numpy as np

import cofactor
from benchmarks.contestants.contest import Table, read_table
from benchmarks.contestants.ours.as_ratings import as_ratings
from benchmarks.shared.ceilings import Ceilings, measure_ceilings
from benchmarks.shared.generated import CACHE, generated_file
from benchmarks.shared.movielens import movielens_file, need_data
from benchmarks.shared.peer_environments import FASTAI, IMPLICIT, installed_versions, peer_environment
from benchmarks.shared.pictures import draw_bars
from benchmarks.shared.racing import OURS, Contestant, Runs, most_disturbed, race
from benchmarks.shared.reporting import describe, machine, markdown_table, third_paragraph, write_results

FACTORS = 64
PRODUCT = "OpenBLAS, the product alone"
OUR_NAME = "cofactor"


def contestants(data: Path, factors: Path) -> list[Contestant]:
    implicit, torch = peer_environment("implicit", IMPLICIT), peer_environment("fastai", FASTAI)
    given = ("--data", str(data), "--factors", str(factors))
    arrays = {"NumPy, argpartition": "numpy", "torch, topk": "torch", PRODUCT: "product"}
    return [
        Contestant("implicit", implicit, "contestants/peers/implicit_topn.py", given),
        Contestant(
            "implicit, BLAS threads too", implicit, "contestants/peers/implicit_topn.py", (*given, "--blas-threads")
        ),
        *(
            Contestant(name, torch, "contestants/peers/array_topn.py", (*given, "--how", how))
            for name, how in arrays.items()
        ),
        Contestant(OUR_NAME, OURS, "contestants/ours/cofactor_topn.py", given),
    ]


def learned_factors(table: Table) -> Path:
    """Of three sweeps: enough that popular items stand out as they do in a real model."""
    path = CACHE / f"factors-topn-{table.n_users}.npz"
    if not path.is_file():
        model = cofactor.ImplicitMF(unobserved_weight=0.1, reg=0.003, n_factors=FACTORS, n_epochs=3).fit(
            as_ratings(table)
        )
        np.savez(path, users=model.user_factors_, items=model.item_factors_)
    return path


def check_agreement(runs: Runs) -> None:
    """The same lists: their scores add up to the same, but for float32's last digits."""
    totals = {name: its[0]["total"] for name, its in runs.items() if name != PRODUCT}
    if max(totals.values()) - min(totals.values()) > 1e-5 * max(totals.values()):
        sys.exit(f"The contestants do not agree on the lists: {totals}")


def table_of(runs: Runs, table: Table, ceilings: Ceilings) -> str:
    speed = {name: median(run["users_per_s"] for run in its) for name, its in runs.items()}
    flops = 2.0 * table.n_items * FACTORS
    rows = [
        [
            name, f"{users:,.0f}", f"{speed[OUR_NAME] / users:.2f} x", f"{users / speed[PRODUCT]:.0%}",
            f"{users * flops / 1e9 / ceilings.gflops:.0%}",
        ]
        for name, users in speed.items()
    ]  # fmt: skip
    return markdown_table(["", "users/s", "ours to it", "of the product alone", "of the FMA ceiling"], rows)


def main(arguments: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=5)
    asked = parser.parse_args(arguments)
    need_data("ml-1m")

    about = machine()
    versions = {
        "cofactor": cofactor.__version__,
        **installed_versions(peer_environment("implicit", IMPLICIT), ["implicit"]),
        **installed_versions(peer_environment("fastai", FASTAI), ["numpy", "torch"]),
    }
    ceilings = measure_ceilings()
    parts = ["# Top 10 for everybody", describe(about, versions), ceilings.told(), third_paragraph(__doc__)]
    runs_of, medians = dict[str, Runs](), dict[str, dict[str, float]]()
    for path in (movielens_file("ml-1m"), generated_file()):
        table = read_table(path)
        heading = f"{table.n_users:,} users x {table.n_items:,} items"
        runs = runs_of[heading] = race(contestants(path, learned_factors(table)), [()] * asked.rounds)
        check_agreement(runs)
        parts += [f"## {heading}", table_of(runs, table, ceilings), most_disturbed(runs)]
        medians[heading] = {name: median(run["users_per_s"] for run in its) for name, its in runs.items()}
    results = {"machine": about, "versions": versions, "ceilings": ceilings._asdict(), "runs": runs_of}
    write_results("topn", results, "\n\n".join(parts))
    draw_bars("topn", "Ten best unseen items of every user", "users a second", medians)


if __name__ == "__main__":
    main()
