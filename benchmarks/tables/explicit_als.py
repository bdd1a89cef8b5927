"""How long until the same error on held-out ratings: our ALS against Surprise's SVD, LensKit's BiasedMF, Spark's ALS.

    python3 dev.py bench explicit_als

Needs COFACTOR_DATA with ml-1m in it; a random tenth is held out. Everybody has 50 factors, and all else is each
library's default. First each is fitted for several numbers of epochs, from scratch each time. A peer's mark is the RMSE
of its fewest epochs that come within 0.0005 of its best; ours are the fewest that reach that mark. Then peer and we
fit for just so many epochs, in turn. The table stands in each library's own form before the clock starts, Spark's Java
process is up, and one epoch was fitted; our time holds the laying out of the table too.
"""

import argparse
from collections.abc import Sequence
from operator import itemgetter
from statistics import median
from typing import Any, NamedTuple

import cofactor
from benchmarks.contestants.contest import read_split
from benchmarks.shared.ceilings import Ceilings, measure_ceilings, solve_flops
from benchmarks.shared.movielens import need_data, split_file
from benchmarks.shared.peer_environments import (
    LENSKIT,
    SPARK,
    SURPRISE,
    Unavailable,
    installed_versions,
    java_or_unavailable,
    peer_environment,
)
from benchmarks.shared.pictures import draw_bars
from benchmarks.shared.racing import OURS, Contestant, Runs, most_disturbed, race
from benchmarks.shared.reporting import describe, machine, markdown_table, third_paragraph, write_results

EPOCHS = (1, 2, 3, 4, 5, 6, 8, 10, 12, 15, 20, 25, 30)
NEAR = 0.0005  # of the best RMSE
FACTORS = 50


class Peer(NamedTuple):
    environment: str
    requirements: tuple[str, ...]
    package: str
    script: str


PEERS = {
    "Surprise SVD": Peer("surprise", SURPRISE, "scikit-surprise", "contestants/peers/surprise_svd.py"),
    "LensKit BiasedMF": Peer("lenskit", LENSKIT, "lenskit", "contestants/peers/lenskit_als.py"),
    "Spark MLlib ALS": Peer("spark", SPARK, "pyspark", "contestants/peers/spark_als.py"),
}


def contestants(data: str) -> tuple[dict[str, Contestant], dict[str, str], dict[str, str]]:
    """Those who can race, why others cannot, and versions."""
    able, unable, versions = dict[str, Contestant](), dict[str, str](), {"cofactor": cofactor.__version__}
    for name, peer in PEERS.items():
        try:
            if peer.environment == "spark":
                java_or_unavailable()
            python = peer_environment(peer.environment, peer.requirements)
        except Unavailable as why:
            unable[name] = str(why)
            continue
        able[name] = Contestant(name, python, peer.script, ("--data", data))
        versions |= installed_versions(python, [peer.package])
    return able, unable, versions


def curve(one: Contestant) -> list[dict[str, float]]:
    return one.run("--epochs", *map(str, EPOCHS))["points"]


def mark(points: list[dict[str, float]]) -> dict[str, float]:
    """The fewest epochs that come near the best."""
    best = min(point["rmse"] for point in points)
    return next(point for point in points if point["rmse"] <= best + NEAR)


def race_one(peer: Contestant, us: Contestant, theirs: int, our_epochs: int, n_rounds: int) -> Runs:
    """One fit of each in a round, in turn; our name first says whom it is to reach."""
    pair = [
        Contestant(one.name, one.python, one.script, (*one.arguments, "--epochs", str(n)))
        for one, n in ((peer, theirs), (us, our_epochs))
    ]
    return race(pair, [()] * n_rounds)


def row(name: str, runs: Runs, ceilings: Ceilings, a_sweep: float) -> list[str]:
    them, us = ([run["points"][0] for run in runs[who]] for who in (name, "cofactor ALS"))
    theirs, ours = (median(point["seconds"] for point in points) for points in (them, us))
    share = a_sweep * us[0]["epochs"] / ours / 1e9 / ceilings.gflops
    return [
        name, f"{max(point['rmse'] for point in them):.4f}", f"{them[0]['epochs']}", f"{theirs:.2f}",
        f"{max(point['rmse'] for point in us):.4f}", f"{us[0]['epochs']}", f"{ours:.3f}",
        f"{theirs / ours:.1f} x", f"{share:.0%}",
    ]  # fmt: skip


def main(arguments: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=5)
    asked = parser.parse_args(arguments)
    need_data("ml-1m")

    about, path = machine(), split_file("ml-1m")
    peers, unable, versions = contestants(str(path))
    ceilings = measure_ceilings()
    us = Contestant("cofactor ALS", OURS, "contestants/ours/cofactor_explicit.py", ("--data", str(path)))
    curves = {one.name: curve(one) for one in (us, *peers.values())}
    train = read_split(path)[0]
    a_sweep = solve_flops(len(train.values), train.n_users + train.n_items, FACTORS + 1)
    rows, runs_of, notes = list[list[str]](), dict[str, Runs](), list[str]()
    for name, peer in peers.items():
        goal = mark(curves[name])
        reached = [point for point in curves[us.name] if point["rmse"] <= goal["rmse"]]
        if not reached:
            best = min(curves[us.name], key=itemgetter("rmse"))
            notes.append(f"{name} comes to an RMSE of {goal['rmse']:.4f}, which ours ({best['rmse']:.4f}) does not.")
            continue
        runs_of[name] = race_one(peer, us, int(goal["epochs"]), int(reached[0]["epochs"]), asked.rounds)
        rows.append(row(name, runs_of[name], ceilings, a_sweep))
        notes.append(f"{name}: {most_disturbed(runs_of[name])}")
    notes += [f"{name} does not race: it {why}." for name, why in unable.items()]
    header = ["", "RMSE", "epochs", "s", "our RMSE", "our sweeps", "our s", "faster", "of the FMA ceiling"]
    text = [
        "# Explicit ALS, to the same error", describe(about, versions), ceilings.told(), third_paragraph(__doc__),
        markdown_table(header, rows), *notes, "## RMSE by epochs", _curves(curves),
    ]  # fmt: skip
    results: dict[str, Any] = {
        "machine": about, "versions": versions, "ceilings": ceilings._asdict(), "curves": curves,
        "unable": unable, "runs": runs_of,
    }  # fmt: skip
    write_results("explicit_als", results, "\n\n".join(text))
    panels = {
        f"to the RMSE of {name}": {who: median(run["points"][0]["seconds"] for run in its) for who, its in runs.items()}
        for name, runs in runs_of.items()
    }
    draw_bars("explicit_als", "Explicit factorisation of ml-1m, time to the same error", "seconds", panels)


def _curves(curves: dict[str, list[dict[str, float]]]) -> str:
    rows = [[name, *(f"{point['rmse']:.4f}" for point in points)] for name, points in curves.items()]
    return markdown_table(["epochs", *map(str, EPOCHS)], rows)


if __name__ == "__main__":
    main()
