"""Lists for everybody in a folder of shards, written to Parquet: users a second, in how much memory, after a kill.

    python3 dev.py bench everybody [--users 2m]

Ratings are generated (planted_ratings.py): 15,000 items, some 50 ratings a user. `cofactor fit` learns an `ExplicitALS`
from the shards, two sweeps, k = 64. `cofactor recommend MODEL --users SHARDS --out FOLDER` writes the ten best items of
each user, seen ones left out, within a control group of 4 GB that counts the files' cache, where one can be made. Once
more it is killed (SIGKILL) at half the time, after which the same command goes on. Each is a process of its own;
seconds are of whole processes, those of the processor are user and system time of all threads.
"""

import argparse
import hashlib
from collections.abc import Sequence
from pathlib import Path
from tempfile import TemporaryDirectory

import cofactor as cf
from benchmarks.shared.generated import CACHE
from benchmarks.shared.memory_group import memory_group
from benchmarks.shared.planted_folder import planted_shards
from benchmarks.shared.planted_ratings import World
from benchmarks.shared.quiet import watch_others
from benchmarks.shared.reporting import describe, machine, markdown_table, third_paragraph, write_results
from benchmarks.shared.timed_process import run_command
from benchmarks.tables.netflix import LIMIT_GB, N_ITEMS, PLANTED_K, count

N_LIST, K, N_SWEEPS = 10, 64, 2


def hashes(folder: Path) -> dict[str, str]:
    """The SHA-256 of each file, by its name."""
    return {file.name: hashlib.sha256(file.read_bytes()).hexdigest() for file in sorted(folder.iterdir())}


def main(arguments: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--users", type=count, default=2_000_000)
    asked = parser.parse_args(arguments)
    about, folder = machine(), CACHE / f"planted-{asked.users}.shards"
    folder.parent.mkdir(parents=True, exist_ok=True)
    shards = planted_shards(folder, World.of(N_ITEMS, PLANTED_K), asked.users, lambda number, there: None)
    with TemporaryDirectory() as home, watch_others() as others:
        model, out, again = (Path(home) / name for name in ("big.cofactor", "lists", "killed"))
        sizes = ["--n-factors", str(K), "--n-epochs", str(N_SWEEPS)]
        run_command(["fit", str(folder), "--model", "explicit_als", *sizes, "--out", str(model)])
        words = ["recommend", str(model), "--users", str(folder), "-n", str(N_LIST), "--out"]
        with memory_group(LIMIT_GB) as group:
            runs = {"all at once": run_command([*words, str(out)], group=group)}
            peak = group.peak if group else None
        runs["killed at half the time"] = run_command([*words, str(again)], kill_after=runs["all at once"].seconds / 2)
        runs["and gone on"] = run_command([*words, str(again)])
        same, n_bytes = hashes(out) == hashes(again), sum(file.stat().st_size for file in out.iterdir())
        n_files = len(hashes(out))
    took = runs["all at once"]
    rows = [[name, f"{one.seconds:.1f}", f"{one.processor:.1f}", f"{one.peak_gb:.2f}"] for name, one in runs.items()]
    memory = f"{peak / 1e9:.2f} GB in the group at most" if peak else "no control group could be made here"
    text = [
        "# Everybody's lists",
        f"{shards.n_users:,} users, {shards.n_items:,} items, {len(shards):,} ratings in {len(shards.parts)} files. "
        + describe(about, {"cofactor": cf.__version__}),
        third_paragraph(__doc__),
        f"**{shards.n_users / took.seconds:,.0f} users a second**, {memory}. {n_files} files, {n_bytes / 1e6:,.0f} MB. "
        f"The run that was killed and went on gave {'the same files' if same else 'OTHER FILES'}. Others used "
        f"{others.cores:.2f} cores meanwhile.",
        markdown_table(["", "s", "processor s", "peak GB of the process"], rows),
    ]
    results = {"machine": about, "users": shards.n_users, "peak": peak, "same": same, "others": others.cores}
    write_results(
        "everybody", results | {"runs": {name: one._asdict() for name, one in runs.items()}}, "\n\n".join(text)
    )
    if not same:
        raise SystemExit(1)


if __name__ == "__main__":
    main()
