"""What the audit by canaries finds in private training as it is, and with three faults planted.

    python3 dev.py bench canaries [--data ml-100k]

PrivateALS with one factor, one sweep and max_ratings=4, on all ratings and 1,000 canaries of 256 ratings each, so
that a canary's part is sixteen times as long as it may be before it is clipped. 800 guesses. Faults: the noise is
divided by ten; the clip is left out; the first release is made without being counted, hence without noise. The bound
on ε is the largest of those from each release and from all together, with 95 % confidence for them all. "refuted"
where it exceeds the claim.
"""

import argparse
from collections.abc import Generator, Sequence
from contextlib import contextmanager
from importlib.metadata import version
from typing import Any

import numpy as np

import cofactor as cf
from benchmarks.shared.movielens import need_data
from benchmarks.shared.reporting import describe, machine, markdown_table, third_paragraph, write_results
from cofactor.audit.privacy.canaries import canary_audit
from cofactor.training.private import person_sums, releases, secure_normals

EPSILONS = (0.1, 0.5, 1.0, 3.0, 5.0, 10.0)
FAULTS = ("none", "noise / 10", "no clip", "a release not counted")


@contextmanager
def planted(fault: str) -> Generator[None]:
    """The training with this fault, while the block runs."""
    normals, clip, released = secure_normals.secure_normals, person_sums.clip_factors, releases._released
    if fault == "noise / 10":
        secure_normals.secure_normals = lambda n: normals(n) / 10
    elif fault == "no clip":
        person_sums.clip_factors = lambda lengths: np.ones(len(lengths))
    elif fault == "a release not counted":
        releases._released = _uncounted(released)
    try:
        yield
    finally:
        secure_normals.secure_normals, person_sums.clip_factors, releases._released = normals, clip, released


def _uncounted(released: Any) -> Any:
    calls = list[float]()

    def first_without_noise(rows: Any, n_items: int, parts_of: Any, sigma: float) -> releases.Release:
        calls.append(sigma)
        return released(rows, n_items, parts_of, 0.0 if len(calls) == 1 else sigma)._replace(sigma=sigma)

    return first_without_noise


def row(table: cf.Ratings, fault: str, epsilon: float) -> dict[str, Any]:
    model = cf.PrivateALS(
        epsilon=epsilon, rating_range=(1, 5), n_factors=1, n_epochs=1, max_ratings=4, attributes=False
    )
    with planted(fault):
        found = canary_audit(model, table, n_canaries=1000, n_guesses=800, ratings_each=256)
    right = max(one.n_correct for one in found.guessed)
    return {"fault": fault, "epsilon": epsilon, "right": right, "bound": found.bound, "most": found.most}


def report(results: dict[str, Any]) -> str:
    lines = [
        [
            one["fault"], f"{one['epsilon']:g}", f"{one['right']}", f"{one['bound']:.2f}", f"{one['most']:.2f}",
            _verdict(one),
        ]
        for one in results["rows"]
    ]  # fmt: skip
    header = ["fault", "claimed ε", "right of 800", "ε is at least", "most it could prove", "verdict"]
    return "\n\n".join([
        f"# Canaries in private training: {results['data']}", third_paragraph(__doc__),
        describe(results["machine"], results["versions"]), markdown_table(header, lines),
    ])  # fmt: skip


def _verdict(one: dict[str, Any]) -> str:
    if one["bound"] > one["epsilon"]:
        return "refuted"
    return "not refuted" if one["most"] > one["epsilon"] else "nothing could be refuted"


def main(arguments: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", default="ml-100k")
    asked = parser.parse_args(arguments)
    need_data(asked.data)
    table = cf.load(asked.data)
    rows = [row(table, fault, epsilon) for fault in FAULTS for epsilon in EPSILONS]
    versions = {name: version(name) for name in ("cofactor", "numpy", "dp-accounting")}
    results = {"machine": machine(), "versions": versions, "data": asked.data, "rows": rows}
    write_results("canaries", results, report(results))


if __name__ == "__main__":
    main()
