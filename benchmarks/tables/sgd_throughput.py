"""Million ratings a second of gradient descent at 64 factors: our fused paths, and a plain PyTorch loop.

    python3 dev.py bench sgd_throughput

10 million generated ratings of 10,700 items by 70,000 users. Processes take turns. PyTorch trains for a few
seconds with each of its optimisers and batch sizes, we for whole epochs. Medians over the rounds.
"""

import argparse
from collections.abc import Sequence
from itertools import product
from operator import itemgetter
from statistics import median
from typing import Any

import cofactor
from benchmarks.shared.generated import N_ITEMS, N_RATINGS, N_USERS, generated_file
from benchmarks.shared.peer_environments import FASTAI, installed_versions, peer_environment
from benchmarks.shared.racing import OURS, Contestant, Runs, most_disturbed, race
from benchmarks.shared.reporting import describe, machine, markdown_table, write_results

BATCH_SIZES = (64, 4096, 16384)
TORCH_OPTIMIZERS = ("adam", "adam-fused", "adam-sparse", "sgd", "sgd-sparse")


def torch_loops() -> list[Contestant]:
    python = peer_environment("fastai", FASTAI)  # its torch, the version that we train with ourselves
    return [
        Contestant(
            f"PyTorch {optimizer}, batch {size:,}", python, "contestants/peers/torch_sgd.py",
            ("--optimizer", optimizer, "--batch-size", str(size)),
        )
        for optimizer, size in product(TORCH_OPTIMIZERS, BATCH_SIZES)
    ]  # fmt: skip


def our_fits() -> list[Contestant]:
    script = "contestants/ours/cofactor_sgd.py"
    adam = [
        Contestant(f"cofactor adam, batch {size:,}", OURS, script, (*solver("adam", 2), "--batch-size", str(size)))
        for size in BATCH_SIZES
    ]
    return [*adam, Contestant("cofactor sgd, rating by rating", OURS, script, solver("sgd", 6))]


def solver(name: str, n_epochs: int) -> tuple[str, ...]:
    return ("--solver", name, "--n-epochs", str(n_epochs))


def throughput(runs: list[dict[str, Any]]) -> float:
    return median(run["million_ratings_per_s"] for run in runs)


def best_of(prefix: str, runs: Runs) -> tuple[str, float]:
    """The fastest contestant whose name begins so, and its median."""
    speeds = {name: throughput(its) for name, its in runs.items() if name.startswith(prefix)}
    return max(speeds.items(), key=itemgetter(1))


def report(runs: Runs, about: dict[str, Any], versions: dict[str, str]) -> str:
    solvers = {solver: best_of(f"PyTorch {solver}", runs)[1] for solver in ("adam", "sgd")}
    header = ["", "million ratings/s", "over the whole fit", "to PyTorch's best Adam", "to its best SGD"]
    parts = [
        "# Throughput of gradient descent",
        f"{N_RATINGS:,} generated ratings, {N_USERS:,} users x {N_ITEMS:,} items, 64 factors.",
        describe(about, versions),
        markdown_table(header, [_row(name, its, solvers) for name, its in runs.items()]),
        most_disturbed(runs),
        *(_verdict(solver, runs) for solver in solvers),
    ]
    return "\n\n".join(parts)


def _row(name: str, its: list[dict[str, Any]], solvers: dict[str, float]) -> list[str]:
    speed = throughput(its)
    whole = f"{median(run['whole_fit'] for run in its):.2f}" if "whole_fit" in its[0] else ""
    return [name, f"{speed:.3f}", whole, *(f"{speed / best:.2f} x" for best in solvers.values())]


def _verdict(solver: str, runs: Runs) -> str:
    (ours, fast), (peer, slow) = best_of(f"cofactor {solver}", runs), best_of(f"PyTorch {solver}", runs)
    return f"{ours}: {fast:.1f} million ratings/s, {fast / slow:.0f} times {peer} ({slow:.2f})."


def main(arguments: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=3)
    asked = parser.parse_args(arguments)

    about, data = machine(), str(generated_file())
    versions = {
        "cofactor": cofactor.__version__,
        **installed_versions(peer_environment("fastai", FASTAI), ["torch"]),
    }
    runs = race([*torch_loops(), *our_fits()], [["--data", data]] * asked.rounds)
    write_results(
        "sgd_throughput",
        {"machine": about, "versions": versions, "runs": runs},
        report(runs, about, versions),
    )


if __name__ == "__main__":
    main()
