"""SGD for matrix factorisation, rating by rating on all cores: us, libmf, and what C++ by hand reaches here.

    python3 dev.py bench sgd_race

Two tables: 10 million generated ratings, and ml-1m (needs COFACTOR_DATA). Every contestant's step size and penalty are
chosen on a part of its training ratings; then it trains on all of them, as many epochs as the others, and is judged on
a tenth that nobody has seen. Processes take turns; speed is that of training alone, medians over the rounds. The
ceiling visits the ratings in our order, with the same arithmetic, compiled by g++; without one it is left out.
"""

import argparse
import shutil
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import product
from pathlib import Path
from statistics import median
from typing import Any

import numpy as np

import cofactor
from benchmarks.shared.generated import CACHE, generated_file
from benchmarks.shared.movielens import movielens_file, need_data
from benchmarks.shared.peer_environments import LIBMF, LIBMF_FLAGS, Unavailable, installed_versions, peer_environment
from benchmarks.shared.pictures import draw_bars
from benchmarks.shared.racing import OURS, Contestant, Runs, most_disturbed, race
from benchmarks.shared.reporting import describe, machine, markdown_table, third_paragraph, write_results

N_EPOCHS, K = 20, 64
WIDTHS = (16, 32, 128)
US, CEILING = "cofactor", "C++ by hand, our order"
BUILDS = {"libmf, compiled for AVX": ("libmf-avx", LIBMF_FLAGS), "libmf, as pip builds it": ("libmf", "")}


@dataclass(frozen=True)
class Entry:
    """A contestant of the race, and the step sizes and penalties it may choose from."""

    contestant: Contestant
    learning_rates: tuple[float, ...]
    weight_decays: tuple[float, ...]

    def tuned(self, tuning: Path) -> Contestant:
        """With the options of the lowest RMSE inside the training ratings."""

        def rmse(options: tuple[str, ...]) -> float:
            told = self.contestant.run("--data", str(tuning), *options)["rmse"]
            return told if np.isfinite(told) else np.inf

        grid = product(self.learning_rates, self.weight_decays)
        best = min((("--learning-rate", str(a), "--weight-decay", str(b)) for a, b in grid), key=rmse)
        one = self.contestant
        return Contestant(one.name, one.python, one.script, (*one.arguments, *best))


def entries() -> list[Entry]:
    theirs = list[Entry]()
    for name, (folder, flags) in BUILDS.items():
        try:
            python = peer_environment(folder, LIBMF, flags)
        except Unavailable as why:
            print(f"{name} {why}")
            continue
        one = Contestant(name, python, "contestants/peers/libmf_sgd.py", _of(K))
        theirs.append(Entry(one, (0.05, 0.1, 0.2), (0.02, 0.05, 0.1)))
    ours = Contestant(US, OURS, "contestants/ours/cofactor_sgd.py", ("--solver", "sgd", *_of(K)))
    return [Entry(ours, (0.02, 0.04, 0.08), (0.03, 0.05, 0.08)), *theirs]


def ceilings() -> list[Contestant]:
    if shutil.which("g++") is None:
        return []
    return [Contestant(CEILING, OURS, "contestants/ours/ceiling_sgd.py", ("--n-factors", str(K)))]


def divided(name: str, table: Path) -> tuple[Path, Path]:
    """The file of the race, a tenth held out, and that of the tuning, all of whose ratings are the race's to learn."""
    paths = CACHE / f"sgd-{name}-race.npz", CACHE / f"sgd-{name}-tuning.npz"
    if not all(path.is_file() for path in paths):
        data = np.load(table)
        columns = {column: data[column] for column in ("user_idx", "item_idx", "values")}
        n = len(columns["values"])
        order = np.random.default_rng(0).permutation(n)
        learned, held_out = order[n // 10 :], order[: n // 10]
        _write(paths[0], columns, learned, held_out)
        _write(paths[1], columns, learned[n // 10 :], learned[: n // 10])
    return paths


def _write(path: Path, columns: dict[str, Any], learned: Any, held_out: Any) -> None:
    test = {f"test_{name}": column[held_out] for name, column in columns.items()}
    np.savez(path, **{name: column[learned] for name, column in columns.items()}, **test)


def table_of(runs: Runs) -> str:
    speed = {name: median(run["million_ratings_per_s"] for run in its) for name, its in runs.items()}
    rows = [
        [
            name, f"{value:.1f}", f"{speed[US] / value:.2f} x",
            f"{median(run['whole_fit'] for run in runs[name]):.1f}" if "whole_fit" in runs[name][0] else "",
            f"{median(run['rmse'] for run in runs[name]):.4f}" if "rmse" in runs[name][0] else "",
        ]
        for name, value in speed.items()
    ]  # fmt: skip
    return markdown_table(["", "million ratings/s", "ours to it", "over the whole fit", "RMSE"], rows)


def widths_of(race_file: Path, n_rounds: int) -> tuple[Runs, str]:
    """Our speed at other numbers of factors, beside the ceiling."""
    shared = ("--data", str(race_file))
    both = [
        Contestant(f"{name}, {k} factors", OURS, script, (*shared, "--n-factors", str(k), *more))
        for k in WIDTHS
        for name, script, more in (
            (US, "contestants/ours/cofactor_sgd.py", ("--solver", "sgd", "--n-epochs", "6")),
            (CEILING, "contestants/ours/ceiling_sgd.py", ()),
        )
        if name == US or ceilings()
    ]
    runs = race(both, [()] * n_rounds)
    rows = [[name, f"{median(run['million_ratings_per_s'] for run in its):.1f}"] for name, its in runs.items()]
    return runs, markdown_table(["", "million ratings/s"], rows)


def main(arguments: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=5)
    asked = parser.parse_args(arguments)
    need_data("ml-1m")

    about, chosen = machine(), entries()
    versions = {"cofactor": cofactor.__version__}
    if len(chosen) > 1:
        versions |= installed_versions(chosen[1].contestant.python, ["libmf"])
    parts = ["# SGD, rating by rating", describe(about, versions), third_paragraph(__doc__)]
    runs_of, panels, settings = dict[str, Runs](), dict[str, dict[str, float]](), dict[str, Any]()
    for name, table in {"10M generated ratings": generated_file(), "ml-1m": movielens_file("ml-1m")}.items():
        race_file, tuning = divided(name.split()[0], table)
        racing = [entry.tuned(tuning) for entry in chosen]
        settings[name] = {one.name: " ".join(one.arguments) for one in racing}
        runs = runs_of[name] = race([*racing, *ceilings()], [("--data", str(race_file))] * asked.rounds)
        parts += [f"## {name}, {K} factors, {N_EPOCHS} epochs", table_of(runs), most_disturbed(runs)]
        panels[name] = {one: median(run["million_ratings_per_s"] for run in its) for one, its in runs.items()}
    widths, told = widths_of(divided("10M", generated_file())[0], 3)
    parts += ["## Other widths, 10M generated ratings", told, most_disturbed(widths)]
    results = {"machine": about, "versions": versions, "settings": settings, "runs": runs_of, "widths": widths}
    write_results("sgd_race", results, "\n\n".join(parts))
    draw_bars("sgd_race", f"SGD at {K} factors", "million ratings a second", panels)


def _of(k: int) -> tuple[str, ...]:
    return ("--n-factors", str(k), "--n-epochs", str(N_EPOCHS))


if __name__ == "__main__":
    main()
