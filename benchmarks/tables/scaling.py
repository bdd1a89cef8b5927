"""How a sweep grows with the ratings and with the factors, for each of our matrix models, and how much memory it takes.

    python3 dev.py bench scaling

Generated ratings (generated.py): 10,700 items and one user for every 140 ratings. Each point is a process of
its own. The exponent is
the slope of time against ratings where both axes are logarithmic: 1 is linear. Memory is the process's peak less what
it held before it read the table, divided by the ratings' CSR (8 bytes a rating): the table, both orders of it, rows and
scratch, all together; of BayesianMF with two draws kept.
"""

import argparse
import json
import sys
from collections.abc import Sequence
from pathlib import Path
from statistics import median
from typing import Any, NamedTuple, get_args, get_type_hints

import matplotlib
import numpy as np

import cofactor
from benchmarks.shared.ceilings import Ceilings, measure_ceilings, solve_flops
from benchmarks.shared.generated import N_ITEMS, generated_file
from benchmarks.shared.racing import OURS, Contestant
from benchmarks.shared.reporting import RESULTS, describe, machine, markdown_table, third_paragraph, write_results

matplotlib.use("agg")

import matplotlib.pyplot as plt

MILLIONS = (1, 2, 5, 10, 20, 50)
RANKS = (8, 16, 32, 64, 128, 256)
BLOCKS_ONLY = (512, 1024)
RATINGS_A_USER = 140


class Model(NamedTuple):
    name: str
    k: int  # while the ratings grow
    options: dict[str, Any]
    ranks: tuple[int, ...] = RANKS
    colour: str = "#0b7a75"


def models() -> dict[str, Model]:
    known = {
        "ImplicitMF": Model("implicit", 64, {}),
        "ExplicitALS": Model("als", 64, {}, colour="#c1592c"),
        "BayesianMF": Model("gibbs", 32, {"user_bag": False, "item_bag": False}, colour="#5b5f97"),
        "BayesianMF, bags": Model("gibbs", 32, {}, colour="#a38bc2"),
    }
    if "block" in get_args(get_type_hints(cofactor.ImplicitMF).get("solver")):
        known["ImplicitMF, blocks"] = Model("implicit", 64, {"solver": "block"}, (*RANKS, *BLOCKS_ONLY), "#7bb661")
    return known


def measured(name: str, model: Model, data: Path, k: int, n_rounds: int) -> dict[str, float]:
    """Medians over the rounds."""
    options = ("--model", model.name, "--n-factors", str(k), "--options", json.dumps(model.options), "--sweeps", "4")
    one = Contestant(name, OURS, "contestants/ours/cofactor_scaling.py", ("--data", str(data), *options))
    runs = [one.run_quietly() for _ in range(n_rounds)]
    found = {key: median(run[key] for run in runs) for key in ("sweep", "csr", "given", "peak", "others")}
    print(
        f"{name}, {data.stem}, k = {k}: {found['sweep']:.3f} s, {_multiple(found):.1f} CSR", file=sys.stderr, flush=True
    )
    return found


def _multiple(found: dict[str, float]) -> float:
    return found["peak"] / found["csr"]


def table_file(millions: int) -> Path:
    n = millions * 1_000_000
    return generated_file(n // RATINGS_A_USER, N_ITEMS, n)


def slope(points: dict[int, dict[str, float]]) -> float:
    """Of time against size, both logarithmic."""
    return float(np.polyfit(np.log(list(points)), np.log([one["sweep"] for one in points.values()]), 1)[0])


def by_size(found: dict[str, dict[int, dict[str, float]]], ceilings: Ceilings) -> str:
    sizes = list(next(iter(found.values())))
    rows = [
        [f"{name}, k = {models()[name].k}", *(f"{one['sweep']:.3f}" for one in its.values()), f"{slope(its):.2f}",
         f"{_share(models()[name].k, its, ceilings):.0%}"]
        for name, its in found.items()
    ]  # fmt: skip
    header = ["s a sweep", *(f"{n} M" for n in sizes), "exponent", "of the FMA ceiling"]
    return markdown_table(header, rows)


def memory_by_size(found: dict[str, dict[int, dict[str, float]]]) -> str:
    rows = [[name, *(f"{_multiple(one):.2f}" for one in its.values())] for name, its in found.items()]
    return markdown_table(["peak memory, times the CSR", *(f"{n} M" for n in next(iter(found.values())))], rows)


def _share(k: int, its: dict[int, dict[str, float]], ceilings: Ceilings) -> float:
    """At the largest size, in operations of an exact solve."""
    millions = max(its)
    n = millions * 1_000_000
    return solve_flops(n, n // RATINGS_A_USER + N_ITEMS, k) / its[millions]["sweep"] / 1e9 / ceilings.gflops


def by_rank(found: dict[str, dict[int, dict[str, float]]]) -> str:
    ranks = sorted({k for its in found.values() for k in its})
    rows = [[name, *(f"{its[k]['sweep']:.4f}" if k in its else "" for k in ranks)] for name, its in found.items()]
    return markdown_table(["s a sweep of 1 M ratings", *(f"k = {k}" for k in ranks)], rows)


def draw(sizes: dict[str, dict[int, dict[str, float]]], ranks: dict[str, dict[int, dict[str, float]]]) -> None:
    figure, axes = plt.subplots(1, 2, figsize=(10.5, 4.4), layout="constrained")
    panels = (axes[0], sizes, "million ratings"), (axes[1], ranks, "factors, at 1 million ratings")
    for axis, found, label in panels:
        for name, its in found.items():
            told = f"{name}, k = {models()[name].k}" if found is sizes else name
            axis.plot(
                list(its), [one["sweep"] for one in its.values()], "o-", ms=4, label=told, color=models()[name].colour
            )
        ticks = sorted({x for its in found.values() for x in its})
        axis.set(xscale="log", yscale="log", xlabel=label, ylabel="seconds a sweep")
        axis.set_xticks(ticks, [str(tick) for tick in ticks])
        axis.minorticks_off()
        axis.grid(alpha=0.25)
        axis.spines[["top", "right"]].set_visible(False)
        axis.legend(frameon=False, fontsize=8)
    _linear(axes[0], sizes)
    figure.savefig(RESULTS / "scaling.png", dpi=150)
    plt.close(figure)


def _linear(axis: Any, sizes: dict[str, dict[int, dict[str, float]]]) -> None:
    """A dashed line of slope 1, to hold the others against."""
    xs = np.array(list(next(iter(sizes.values()))), float)
    low = min(one["sweep"] for its in sizes.values() for one in its.values())
    axis.plot(xs, 0.6 * low * xs / xs[0], "--", color="#999999", lw=1)
    axis.annotate("linear", (xs[-1], 0.6 * low * xs[-1] / xs[0]), fontsize=8, color="#777777", ha="right", va="top")


def main(arguments: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--millions", type=int, nargs="+", default=list(MILLIONS))
    parser.add_argument("--ranks", type=int, nargs="+", default=[*RANKS, *BLOCKS_ONLY])
    asked = parser.parse_args(arguments)

    about, ceilings, known = machine(), measure_ceilings(), models()
    sizes = {
        name: {n: measured(name, model, table_file(n), model.k, asked.rounds) for n in asked.millions}
        for name, model in known.items()
    }
    ranks = {
        name: {k: measured(name, model, table_file(1), k, asked.rounds) for k in asked.ranks if k in model.ranks}
        for name, model in known.items()
    }
    versions = {"cofactor": cofactor.__version__, "numpy": np.__version__}
    worst = max(one["others"] for found in (sizes, ranks) for its in found.values() for one in its.values())
    text = [
        "# How a sweep grows", describe(about, versions), ceilings.told(), third_paragraph(__doc__),
        "![time against ratings and against factors](scaling.png)", by_size(sizes, ceilings), memory_by_size(sizes),
        by_rank(ranks),
        f"Medians of {asked.rounds} runs; at most {worst:.2f} cores were used by others at the median run of a point.",
    ]  # fmt: skip
    results = {"machine": about, "versions": versions, "ceilings": ceilings._asdict(), "sizes": sizes, "ranks": ranks}
    write_results("scaling", results, "\n\n".join(text))
    draw(sizes, ranks)


if __name__ == "__main__":
    main()
