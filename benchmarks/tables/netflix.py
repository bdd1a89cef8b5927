"""The lecture's Netflix, 10 billion ratings, in one pass a sweep over shards on a disk: seconds, memory and errors.

    python3 dev.py bench netflix --users 200m

Ratings are generated (planted_ratings.py): 15,000 items, some 50 ratings a user. 2 % are held out by a hash of user and
item. Sweeps run in a process of their own within a control group of 4 GB that counts the files' cache, where one can be
made. The model is `ExplicitALS` with its own defaults. The oracle knows the planted items and priors, and solves each
user from the same ratings, rounded and cut off at 1 and 5 as they are stored. The reader gives its pages back to the
system, so every sweep reads from the disk: its bytes are counted. Whatever is whole is kept, shards and sweeps: the
same command goes on.
"""

import argparse
import json
import subprocess
import sys
import time
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from statistics import median
from typing import Any

import numpy as np

import cofactor
from benchmarks.contestants.ours.cofactor_shards import reading
from benchmarks.shared.ceilings import Ceilings, measure_ceilings, solve_flops
from benchmarks.shared.generated import CACHE
from benchmarks.shared.memory_group import MemoryGroup, memory_group
from benchmarks.shared.planted_folder import USERS_IN_SHARD, bytes_on_disk, planted_shards
from benchmarks.shared.planted_growth import draw_growth, expected_peak, exponent, growth_table, line_to
from benchmarks.shared.planted_ratings import World
from benchmarks.shared.quiet import watch_others
from benchmarks.shared.racing import BENCHMARKS, environment
from benchmarks.shared.reporting import describe, machine, markdown_table, third_paragraph, write_results
from cofactor.kernels.alignment import padded_width
from cofactor.scale.table.folder import open_shards

N_ITEMS, PLANTED_K = 15_000, 16
LIMIT_GB = 4.0
EVERY = 15.0  # seconds between two lines of progress
FULL = 200_000_000  # users of the lecture


def count(text: str) -> int:
    """A number of users: 2m, 500k, 2000000."""
    with suppress(ValueError):
        return round(float(text.lower().rstrip("km")) * {"k": 1e3, "m": 1e6}.get(text.lower()[-1:], 1))
    raise argparse.ArgumentTypeError(f"{text!r} is no number of users, as 2m or 500k")


def generated(folder: Path, n_users: int) -> dict[str, float]:
    """Make the shards as far as they are missing: seconds and ratings of all that was made, by earlier runs as well."""
    journal, started, told = folder.with_name(f"{folder.name}.made.json"), time.perf_counter(), 0.0
    before = json.loads(journal.read_text()) if journal.is_file() else {"seconds": 0.0, "shards": 0}
    now = dict(before)

    def done(number: int, was_there: bool) -> None:
        nonlocal told
        if not was_there:
            now.update(seconds=before["seconds"] + time.perf_counter() - started, shards=now["shards"] + 1)
            journal.write_text(json.dumps(now))
        if time.perf_counter() - told > EVERY:
            told = time.perf_counter()
            print(f"shard {number}, {told - started:,.0f} s", file=sys.stderr, flush=True)

    folder.parent.mkdir(parents=True, exist_ok=True)
    shards = planted_shards(folder, World.of(N_ITEMS, PLANTED_K), n_users, done)
    made = len(shards) * now["shards"] / len(shards.parts)
    return {"seconds": now["seconds"], "made": made, "n_ratings": len(shards), "bytes": bytes_on_disk(shards)}


def run(script: str, group: MemoryGroup | None, *arguments: object) -> dict[str, Any]:
    """What a script of ours answers, run in the group; its progress is shown."""
    command = [sys.executable, "-W", "ignore", str(BENCHMARKS / "contestants" / "ours" / script), *map(str, arguments)]
    inside = group.inside(command) if group else command
    with watch_others() as others:
        done = subprocess.run(inside, stdout=subprocess.PIPE, text=True, env=environment())
    if done.returncode:
        sys.exit(f"{script} ended with {done.returncode}.")
    return {**json.loads(done.stdout.splitlines()[-1]), "others": others.cores}


def measured(asked: argparse.Namespace, n_users: int, n_sweeps: int, *, errors: bool) -> dict[str, Any]:
    """The sweeps over the first users' shards; peak memory is that of the group, or else of the process alone."""
    checkpoint = asked.folder.with_name(f"{asked.folder.name}.{n_users}.k{asked.k}.npz")
    options = ("--folder", asked.folder, "--users", n_users, "--planted-k", PLANTED_K, "--k", asked.k)
    options += ("--sweeps", n_sweeps, "--checkpoint", checkpoint, *(("--errors",) if errors else ()))
    with memory_group(LIMIT_GB) as group:
        found = run("cofactor_shards.py", group, *options)
        found["peak_group"] = group.peak if group else None
    found["reading"] = reading(open_shards(asked.folder))  # out of the group, as it fills the files' cache on purpose
    return found


# ---- the report ---------------------------------------------------------------------------------------------


def error_words(found: dict[str, Any]) -> str:
    low, high = found["interval"]
    return f"{found['rmse']:.4f} ({low:.4f} to {high:.4f})"


def sweep_table(found: dict[str, Any], k: int, ceilings: Ceilings) -> str:
    after = [one["before"] for one in found["sweeps"][1:]] + [found["final"]]
    flops = solve_flops(found["n_ratings"], found["n_users"] + N_ITEMS, k)
    rows = [["start", "", "", "", "", "", error_words(found["sweeps"][0]["before"])]]
    for number, (one, behind) in enumerate(zip(found["sweeps"], after, strict=True)):
        s = one["seconds"]
        rows.append([
            f"{number + 1}", f"{s:.1f}", f"{one['cpu']:.1f}", f"{found['n_ratings'] / s / 1e6:.2f}",
            f"{flops / s / 1e9 / ceilings.gflops:.0%}", f"{one['from_disk'] / found['bytes']:.0%}", error_words(behind),
        ])  # fmt: skip
    rows.append(["oracle", "", "", "", "", "", error_words(found["oracle"])])
    header = ["sweep", "s", "processor s", "M ratings/s", "of the FMA ceiling", "from disk", "RMSE held out"]
    return markdown_table(header, rows)


def sentences(found: dict[str, Any], made: dict[str, float], k: int) -> list[str]:
    s, read = median(one["seconds"] for one in found["sweeps"]), found["reading"]
    speed = f"{made['made'] / made['seconds'] / 1e6:.1f} M ratings/s" if made["made"] else "all of it was there"
    memory = f"{found['peak_rss'] / 1e9:.2f} GB held by the process at most"
    a_user = found["n_ratings"] / found["n_users"]
    bound = expected_peak(N_ITEMS, padded_width(k), USERS_IN_SHARD, a_user * USERS_IN_SHARD)
    if found["peak_group"]:
        memory += f", {found['peak_group'] / 1e9:.2f} GB by its control group of {LIMIT_GB:g} GB, files' cache included"
    else:
        memory += "; no control group could be made here"
    return [
        f"{found['n_users']:,} users × {N_ITEMS:,} items, {found['n_ratings']:,} ratings, k = {k}: "
        f"{found['bytes'] / 1e9:.2f} GB on disk, {found['bytes'] / found['n_ratings']:.2f} bytes a rating; generated "
        f"and written in {made['seconds']:.0f} s ({speed}). Counting and the first factors took "
        f"{found['start']['seconds']:.0f} s.",
        f"Memory: {memory}. What a pass has to hold is {bound / 1e9:.2f} GB, whatever the number of users "
        f"(`expected_peak` of planted_growth.py), and Python with its libraries on top.",
        f"Reading: a sweep needs {found['bytes'] / 1e6 / s:.0f} MB/s; reading alone, hashes compared, has "
        f"{read['disk']:.0f} MB/s from the disk and {read['cache']:.0f} from the files' cache. "
        f"Others used {found['others']:.2f} cores meanwhile.",
    ]


def list_table(found: dict[str, Any]) -> str:
    rows = [
        [str(one["user"]), str(one["n_ratings"]),
         ", ".join(f"{item} ({score:.2f})" for item, score in zip(one["items"], one["predicted"], strict=True)),
         f"{np.mean(one['planted']):.2f}", f"{one['planted_mean']:.2f}"]
        for one in found["lists"]
    ]  # fmt: skip
    return markdown_table(["user", "ratings", "items (predicted)", "planted", "planted, of all items"], rows)


def beside_memory(found: dict[str, Any], k: int) -> str:
    by_name = {name: {key: median(one[key] for one in found[name]) for key in ("seconds", "cpu")}
               for name in ("memory", "shards")}  # fmt: skip
    share = {key: by_name["memory"][key] / by_name["shards"][key] for key in ("seconds", "cpu")}
    return (
        f"Beside the same {found['n_ratings']:,} ratings in memory, k = {k}, sweeps in turn: "
        f"{by_name['memory']['seconds']:.2f} s in memory, {by_name['shards']['seconds']:.2f} s from shards, which is "
        f"{share['seconds']:.2f} of its speed; by the processor's time {share['cpu']:.2f}. After "
        f"{len(found['shards'])} sweeps V differs by {found['factors']:.1e} and the biases by {found['bias']:.1e} of "
        f"the largest number; others used {found['others']:.2f} cores."
    )


def report(results: dict[str, Any]) -> str:
    """The page: what was generated, the sweeps, the same in memory, time against users, the lists."""
    k, sizes, ceilings = results["k"], results["sizes"], Ceilings(**results["ceilings"])
    found = sizes[max(sizes)]
    versions = {"cofactor": cofactor.__version__, "numpy": np.__version__}
    text = [
        "# The lecture's Netflix", describe(results["machine"], versions), ceilings.told(), third_paragraph(__doc__),
        *sentences(found, results["made"], k), sweep_table(found, k, ceilings),
    ]  # fmt: skip
    if "beside" in results:
        text.append(beside_memory(results["beside"], k))
    if len(sizes) > 1:
        text += ["## Against users", "![seconds and memory](netflix.png)", growth_table(sizes), line_to(FULL, sizes)]
    return "\n\n".join([*text, "## Lists for ten users", list_table(found)])


def main(arguments: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--users", type=count, default=2_000_000, help="users; 200m is the lecture's number")
    parser.add_argument("--k", type=int, default=64, help="factors")
    parser.add_argument("--sweeps", type=int, default=3)
    parser.add_argument("--folder", type=Path, help="where the shards are kept (benchmarks/.cache)")
    parser.add_argument("--sizes", type=count, nargs="*", default=[], help="fewer users, for time against users")
    parser.add_argument("--beside", type=count, default=400_000, help="users to compare with a fit in memory; 0: none")
    asked = parser.parse_args(arguments)
    asked.folder = asked.folder or CACHE / f"planted-{asked.users}.shards"

    results: dict[str, Any] = {"machine": machine(), "ceilings": measure_ceilings()._asdict(), "k": asked.k}
    results["made"] = generated(asked.folder, asked.users)
    found = measured(asked, asked.users, asked.sweeps, errors=True)
    smaller = sorted(n for n in asked.sizes if n < asked.users)
    results["sizes"] = {n: measured(asked, n, 1, errors=False) for n in smaller} | {asked.users: found}
    if asked.beside:
        options = ("--users", min(asked.beside, asked.users), "--k", asked.k, "--sweeps", asked.sweeps)
        results["beside"] = run("cofactor_shards_in_memory.py", None, "--folder", asked.folder, *options)
    if smaller:
        results["exponent"] = exponent(results["sizes"])
        draw_growth(results["sizes"])
    write_results("netflix", results, report(results))


if __name__ == "__main__":
    main()
