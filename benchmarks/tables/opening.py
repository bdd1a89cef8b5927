"""Saved models with ten million users, or as many items: how long until one is open, and until it answers.

    python3 dev.py bench opening

An ExplicitALS of 8 factors learns one generated rating of each of the ten million; the other side has a thousand. Ids
are whole numbers, or text of nine letters. Each opening is a process of its own, with every hash compared, the files in
the system's cache; then the first list of five for one user. Medians of five.
"""

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from typing import Any, Literal

import numpy as np

import cofactor as cf
from benchmarks.shared.racing import OURS, Contestant
from benchmarks.shared.reporting import describe, machine, markdown_table, third_paragraph, write_results
from cofactor.data.ids import IdMap

N_FEW, N_RUNS, BAR = 1_000, 5, 2.0  # seconds
FORMS = {"whole numbers": lambda n: range(0, 7 * n, 7), "text": lambda n: [f"u{at:08d}" for at in range(n)]}


def generated(side: Literal["user", "item"], form: str, n: int) -> cf.Ratings:
    """One rating of each of n users, or items."""
    rng = np.random.default_rng(0)
    other: Literal["user", "item"] = "item" if side == "user" else "user"
    ids = {side: IdMap.of(FORMS[form](n), side), other: IdMap.of(range(N_FEW), other)}
    idx = {side: np.arange(n, dtype=np.int32), other: rng.integers(0, N_FEW, n).astype(np.int32)}
    return cf.Ratings(
        users=ids["user"], items=ids["item"], user_idx=idx["user"], item_idx=idx["item"],
        values=rng.integers(1, 6, n).astype(np.float32),
    )  # fmt: skip


def measured(side: Literal["user", "item"], form: str, n: int) -> list[dict[str, Any]]:
    """Five openings of a model that is saved for it."""
    with TemporaryDirectory() as place:
        folder = Path(place) / "many.cofactor"
        cf.ExplicitALS(n_factors=8, n_epochs=1).fit(generated(side, form, n), progress=False).save(folder)
        opening = Contestant("cofactor", OURS, "contestants/ours/cofactor_opening.py", (str(folder),))
        opening.run()  # reads the files once, and compiles
        return [opening.run_quietly() for _ in range(N_RUNS)]


def main(arguments: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--n", type=int, default=10_000_000, help="users, or items")
    asked = parser.parse_args(arguments)
    about, found, rows = machine(), dict[str, Any](), list[list[str]]()
    for side in ("user", "item"):
        for form in FORMS:
            name = f"{asked.n:,} {side}s, ids are {form}"
            found[name] = runs = measured(side, form, asked.n)
            middle = {key: median(run[key] for run in runs) for key in ("opening", "first", "peak")}
            rows.append([name, f"{middle['opening']:.2f}", f"{middle['first']:.2f}", f"{middle['peak'] / 1e9:.2f}"])
            print(*rows[-1], file=sys.stderr, flush=True)
    text = [
        "# Large models opened", describe(about, {"cofactor": cf.__version__, "numpy": np.__version__}),
        third_paragraph(__doc__), markdown_table(["", "open, s", "and the first list, s", "peak GB"], rows),
        f"The bar: open in {BAR:g} s.",
    ]  # fmt: skip
    write_results("opening", {"machine": about, "found": found}, "\n\n".join(text))


if __name__ == "__main__":
    main()
