"""Whole processes, from a CSV of ml-1m to a saved model: `cofactor fit` against a ten-line script with implicit.

    python3 dev.py bench cold_fit

Needs COFACTOR_DATA with ml-1m in it. Implicit ALS, 64 factors, 15 sweeps. A first run of each is told apart: ours makes
its machine code then. Every later run is a new process, timed from before it starts until it has ended. Ours also keeps
ids, ratings and hashes; implicit's file holds factors alone, so somebody has to keep the ids beside it.
"""

import argparse
import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from typing import Any

import cofactor
from benchmarks.contestants.contest import read_table
from benchmarks.shared.generated import CACHE
from benchmarks.shared.movielens import movielens_file, need_data
from benchmarks.shared.peer_environments import IMPLICIT, installed_versions, peer_environment
from benchmarks.shared.pictures import draw_bars
from benchmarks.shared.racing import OURS, Contestant, compiled_anew, most_disturbed, race
from benchmarks.shared.reporting import describe, machine, markdown_table, third_paragraph, write_results

CLAIMED = 4.0  # seconds
PEER, OUR_NAME = "implicit, ten lines", "cofactor fit"


@dataclass(frozen=True)
class Script(Contestant):
    """Prints whatever it likes: only its time counts."""

    def answer(self, printed: str) -> dict[str, Any]:
        return {}


@dataclass(frozen=True)
class Command(Script):
    """An installed command instead of a script."""

    @property
    def command(self) -> list[str]:
        return [str(self.python)]


def csv_file() -> Path:
    """ml-1m as somebody has it: a header, a row a rating."""
    path = CACHE / "ml-1m.csv"
    if not path.is_file():
        import polars as pl

        table = read_table(movielens_file("ml-1m"))
        columns = {"user": table.user_idx, "item": table.item_idx, "rating": table.values.astype("int8")}
        pl.DataFrame(columns).write_csv(path)
    return path


def contestants(python: Path) -> list[Contestant]:
    csv, model, file = str(csv_file()), str(CACHE / "cold.cofactor"), str(CACHE / "cold.npz")
    options = ("--model", "implicit_mf", "--n-factors", "64", "--n-epochs", "15")
    return [
        Script(PEER, python, "contestants/peers/implicit_cold.py", (csv, file)),
        Command(OUR_NAME, OURS.with_name(f"cofactor{OURS.suffix}"), "", ("fit", csv, *options, "--out", model)),
    ]


def main(arguments: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=7)
    asked = parser.parse_args(arguments)
    need_data("ml-1m")

    about, python = machine(), peer_environment("implicit", IMPLICIT)
    os.environ["OPENBLAS_NUM_THREADS"] = "1"  # implicit warns and is slower without; ours does not need more
    versions = {"cofactor": cofactor.__version__, **installed_versions(python, ["implicit", "pandas", "numpy"])}
    chosen = contestants(python)
    with compiled_anew():
        first = {one.name: one.run()["wall"] for one in chosen}
        runs = race(chosen, [()] * asked.rounds)
    saved = cofactor.open(CACHE / "cold.cofactor")
    walls = {name: median(run["wall"] for run in its) for name, its in runs.items()}
    rows = [
        [name, f"{first[name]:.2f}", f"{wall:.2f}", f"{wall / walls[OUR_NAME]:.2f} x"] for name, wall in walls.items()
    ]
    said = "under" if walls[OUR_NAME] < CLAIMED else "NOT under"
    text = [
        "# From CSV to saved model, whole processes", describe(about, versions), third_paragraph(__doc__),
        markdown_table(["", "first run, s", "median after it, s", "to ours"], rows), most_disturbed(runs),
        f"Ours is {said} {CLAIMED:.0f} s. What it saved opens again: {saved.ratings!r}.",
    ]  # fmt: skip
    results = {"machine": about, "versions": versions, "first": first, "runs": runs}
    write_results("cold_fit", results, "\n\n".join(text))
    draw_bars("cold_fit", "From a CSV of ml-1m to a saved model, whole process", "seconds", {"": walls})


if __name__ == "__main__":
    main()
