"""How long a text table of 10 million ratings takes: cf.read, checks and all, beside what Polars needs at least.

    python3 dev.py bench reading

Polars reads the file and makes categories of both id columns: as numbers first or as text at once, whichever is
faster. Ids are whole numbers in one table and text in the other. Contestants take turns; medians over the rounds. And
how long a known data set takes: tastes is made, ml-1m read from its own files where COFACTOR_DATA has it.
"""

import argparse
import os
import time
from collections.abc import Callable
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np
import polars as pl

import cofactor as cf
from benchmarks.shared.generated import N_ITEMS, N_RATINGS, N_USERS, generate
from benchmarks.shared.peer_environments import installed_versions
from benchmarks.shared.racing import OURS
from benchmarks.shared.reporting import describe, machine, markdown_table, write_results

ALLOWED = 1.5  # times the faster of Polars' ways
KEYS = ["userId", "movieId"]


def polars_by_numbers(path: Path) -> Any:
    return pl.read_csv(path).with_columns(pl.col(KEYS).cast(pl.String).cast(pl.Categorical))


def polars_by_text(path: Path) -> Any:
    return pl.read_csv(path, schema_overrides=dict.fromkeys(KEYS, pl.String)).with_columns(
        pl.col(KEYS).cast(pl.Categorical)
    )


CONTESTANTS: dict[str, Callable[[Path], Any]] = {
    "Polars, ids as inferred": polars_by_numbers,
    "Polars, ids as text": polars_by_text,
    "cofactor": cf.read,
}


def write_tables(folder: Path, n_ratings: int) -> dict[str, Path]:
    n_users = max(10, N_USERS * n_ratings // N_RATINGS)
    table = generate(n_users, N_ITEMS, n_ratings, seed=0)
    times = np.random.default_rng(0).integers(789_652_004, 1_574_327_703, n_ratings)
    frame = pl.DataFrame(
        {"userId": table.user_idx + 1, "movieId": table.item_idx + 1, "rating": table.values, "timestamp": times}
    )
    as_text = frame.with_columns(
        pl.format("u{}", "userId").alias("userId"), pl.format("tt{}", "movieId").alias("movieId")
    )
    paths = {"whole-number ids": folder / "numbers.csv", "text ids": folder / "texts.csv"}
    for path, contents in zip(paths.values(), (frame, as_text), strict=True):
        contents.write_csv(path)
    return paths


def race(path: Path, n_rounds: int) -> dict[str, list[float]]:
    """Seconds of every round; one round before them warms the disk's cache and every import."""
    seconds: dict[str, list[float]] = {name: [] for name in CONTESTANTS}
    for _ in range(n_rounds + 1):
        for name, read in CONTESTANTS.items():
            started = time.perf_counter()
            read(path)
            seconds[name].append(time.perf_counter() - started)
    return {name: its[1:] for name, its in seconds.items()}


def load_times(n_rounds: int) -> dict[str, list[float]]:
    """Seconds of every round of `cf.load`, after one that warms."""
    seconds = dict[str, list[float]]()
    for name in ("tastes", "ml-1m") if os.environ.get("COFACTOR_DATA") else ("tastes",):
        for _ in range(n_rounds + 1):
            started = time.perf_counter()
            cf.load(name)
            seconds.setdefault(f'cf.load("{name}")', []).append(time.perf_counter() - started)
    return {name: its[1:] for name, its in seconds.items()}


def ratio(seconds: dict[str, list[float]]) -> float:
    medians = {name: median(its) for name, its in seconds.items()}
    ours = medians.pop("cofactor")
    return ours / min(medians.values())


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--ratings", type=int, default=N_RATINGS)
    parser.add_argument("--rounds", type=int, default=5)
    given = parser.parse_args()
    about = machine()
    with TemporaryDirectory() as folder:
        runs = {kind: race(path, given.rounds) for kind, path in write_tables(Path(folder), given.ratings).items()}
    ratios = {kind: ratio(seconds) for kind, seconds in runs.items()}
    loads = load_times(given.rounds)
    timed = {f"{kind}: {name}": its for kind, seconds in runs.items() for name, its in seconds.items()} | loads
    rows = [[name, f"{median(its):.2f}", f"{min(its):.2f} - {max(its):.2f}"] for name, its in timed.items()]
    verdict = ", ".join(f"{one:.2f} times with {kind}" for kind, one in ratios.items())
    versions = {"cofactor": cf.__version__, **installed_versions(OURS, ["polars", "numpy"])}
    parts = [
        "# Reading a table",
        f"{given.ratings:,} generated ratings in a CSV file, {given.rounds} rounds. " + describe(about, versions),
        markdown_table(["", "median s", "fastest - slowest"], rows),
        f"cf.read beside the faster way of Polars: {verdict} (allowed: {ALLOWED:g} times).",
    ]
    write_results("reading", {"machine": about, "seconds": runs, "ratio": ratios, "loads": loads}, "\n\n".join(parts))
    if max(ratios.values()) > ALLOWED:
        raise SystemExit(1)


if __name__ == "__main__":
    main()
