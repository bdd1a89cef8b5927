"""How long a CSV takes to become shards, beside Polars' own read of it, in how much memory, and after a kill.

    python3 dev.py bench shard [--rows 100m]

Generated rows in a CSV: user, item, rating and timestamp, some 50 a user, 15,000 items; ids are whole numbers, or text
with --text. Polars reads the file whole with types inferred, and `cofactor shard` makes shards of it in --memory-gb 4,
by turns, three times each, of which the median counts; once more it is killed (SIGKILL) at half the time, after which
the same command goes on. Each is a process of its own; seconds are of whole processes, those of the processor are user
and system time of all threads, memory is the largest resident set. Machine code is compiled beforehand, on a small
table, as it is once on every machine.
"""

import argparse
from pathlib import Path
from shutil import rmtree
from tempfile import TemporaryDirectory

import numpy as np
import polars as pl

import cofactor as cf
from benchmarks.shared.reporting import describe, machine, markdown_table, third_paragraph, write_results
from benchmarks.shared.timed_process import Took, run, run_command

N_ITEMS, RATINGS_A_USER, BLOCK = 15_000, 50, 5_000_000
MEMORY_GB = 4.0
N_SMALL, N_TURNS = 10_000, 3


def write_table(path: Path, n_rows: int, *, as_text: bool) -> None:
    rng = np.random.default_rng(0)
    with path.open("wb") as file:
        for start in range(0, n_rows, BLOCK):
            n = min(BLOCK, n_rows - start)
            frame = pl.DataFrame(
                {
                    "userId": rng.integers(1, n_rows // RATINGS_A_USER + 2, n),
                    "movieId": (N_ITEMS * rng.random(n) ** 2).astype(np.int64) + 1,
                    "rating": rng.integers(1, 11, n) / 2,
                    "timestamp": rng.integers(789_652_004, 1_574_327_703, n),
                }
            )
            if as_text:
                frame = frame.with_columns(pl.format("u{}", "userId").alias("userId"))
            frame.write_csv(file, include_header=start == 0)


def shard(path: Path, out: Path, kill_after: float | None = None) -> Took:
    words = ["shard", str(path), "--out", str(out), "--memory-gb", str(MEMORY_GB)]
    return run_command(words, kill_after=kill_after)


def by_turns(path: Path, out: Path) -> tuple[Took, Took, float]:
    """The medians of Polars' read and of sharding, and the seconds of the fastest sharding; the shards stay."""
    runs: list[tuple[Took, Took]] = []
    for _ in range(N_TURNS):
        rmtree(out, ignore_errors=True)
        runs.append((run(["-c", f"import polars as pl; pl.read_csv({str(path)!r})"]), shard(path, out)))
    theirs, ours = (Took(*np.median(of, axis=0).tolist()) for of in zip(*runs, strict=True))
    return theirs, ours, min(one.seconds for _, one in runs)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", default="5m", help="such as 5m or 100m")
    parser.add_argument("--text", action="store_true", help="users are text")
    given = parser.parse_args()
    n_rows = int(float(given.rows.removesuffix("m")) * 1e6)
    about = machine()
    with TemporaryDirectory() as home:
        path, out, again = (Path(home) / name for name in ("ratings.csv", "once.shards", "killed.shards"))
        write_table(path, N_SMALL, as_text=given.text)
        shard(path, Path(home) / "small.shards")
        write_table(path, n_rows, as_text=given.text)
        theirs, ours, fastest = by_turns(path, out)
        runs = {"Polars, read_csv": theirs, "cofactor shard": ours}
        runs["killed at half the time"] = shard(path, again, kill_after=fastest / 2)
        runs["and gone on"] = shard(path, again)
        shards, resumed = cf.open_shards(out), cf.open_shards(again)
        same = shards.fingerprint == resumed.fingerprint
        sizes = path.stat().st_size, sum(file.stat().st_size for file in out.iterdir())
        n_users, n_kept, n_files = shards.n_users, len(shards), len(shards.parts)
    whole = ("Polars, read_csv", "cofactor shard")
    rows = [
        [
            name, f"{one.seconds:.1f}", f"{n_rows / one.seconds / 1e6:.2f}" if name in whole else "",
            f"{one.processor:.1f}", f"{one.peak_gb:.2f}",
        ]
        for name, one in runs.items()
    ]  # fmt: skip
    text = [
        "# Sharding a table",
        f"{n_rows:,} generated rows, ids of users are {'text' if given.text else 'whole numbers'}: {n_kept:,} ratings "
        f"of {N_ITEMS:,} items by {n_users:,} users, in {n_files} files. "
        + describe(about, {"cofactor": cf.__version__, "polars": pl.__version__}),
        third_paragraph(__doc__),
        markdown_table(["", "s", "million rows a s", "processor s", "peak GB"], rows),
        f"Beside Polars' read: {ours.seconds / theirs.seconds:.1f} times the seconds, "
        f"{ours.processor / theirs.processor:.1f} times those of the processor. On disk: {sizes[0] / 1e9:.2f} GB of "
        f"text became {sizes[1] / 1e9:.2f} GB, {sizes[1] / n_kept:.2f} bytes a rating. The run that was killed and "
        f"went on gave {'the same files' if same else 'OTHER FILES'}.",
    ]  # fmt: skip
    results = {
        "machine": about,
        "runs": {name: one._asdict() for name, one in runs.items()},
        "bytes": sizes,
        "same": same,
    }
    write_results("shard_text" if given.text else "shard", results, "\n\n".join(text))
    if not same:
        raise SystemExit(1)


if __name__ == "__main__":
    main()
