"""Membership inference by what a reader has: its scores, its lists, its item factors, its folder, or nothing of it.

    python3 dev.py bench membership [--data ml-1m]

Six models of each kind, at their defaults, are each fitted to half of the people, drawn by coin; of 1,000 people, drawn
at random, `cf.membership_inference` asks at each whether they were among them. AUC, and the rate of true positives at
1 % and at .1 % of false ones; 95 % intervals over people, the fitted models as they are. The blind reader sees nothing
of any model. Folder: the members whose ratings a look-up in the folder of one of the models finds, and the others. s:
processor time.
"""

import argparse
import time
from collections.abc import Sequence
from importlib.metadata import version
from typing import Any

import cofactor as cf
from benchmarks.shared.movielens import need_data
from benchmarks.shared.reporting import describe, machine, markdown_table, third_paragraph, write_results
from cofactor.audit.privacy.membership import membership_inference
from cofactor.audit.privacy.membership_report import MEASURES, MembershipInference
from cofactor.contract.showing import with_options

N_MODELS, N_PEOPLE = 6, 1000


def models(table: cf.Ratings) -> Sequence[cf.Recommender]:
    return cf.ImplicitMF(), cf.ExplicitALS(), cf.EASE(), cf.PrivateALS(epsilon=5.0, rating_range=table.scale)


def measured(model: cf.Recommender, table: cf.Ratings) -> dict[str, Any]:
    started = time.process_time()
    found = membership_inference(model, table, n_models=N_MODELS, n_people=N_PEOPLE)
    row = {"model": with_options(model), "readers": _of_readers(found), "seconds": time.process_time() - started}
    return row | {"folder": None if found.folder is None else found.folder._asdict()}


def _of_readers(found: MembershipInference) -> dict[str, dict[str, list[float]]]:
    return {reader: {name: list(found.value(reader, name)) for name in MEASURES} for reader in found.readers}


def report(results: dict[str, Any]) -> str:
    header = ["model", "reader", *MEASURES, "s"]
    lines = [line for row in results["rows"] for line in _lines(row)]
    return "\n\n".join([
        f"# Whose ratings a model has learned from: {results['data']}", third_paragraph(__doc__),
        describe(results["machine"], results["versions"]), markdown_table(header, lines),
    ])  # fmt: skip


def _lines(row: dict[str, Any]) -> list[list[str]]:
    of_readers = [
        [row["model"], reader, *map(_cell, found.values()), f"{row['seconds']:.0f}"]
        for reader, found in row["readers"].items()
    ]
    return [*of_readers, [row["model"], "folder", _folder(row["folder"]), "", "", ""]]


def _cell(found: Sequence[float]) -> str:
    value, low, high = found
    return f"{value:.3f} ({low:.3f} to {high:.3f})"


def _folder(found: dict[str, int] | None) -> str:
    if found is None:
        return "cannot be saved"
    members, others = (f"{found[f'n_{one}_found']} of {found[f'n_{one}']} {one}" for one in ("members", "others"))
    return f"found: {members}, {others}"


def main(arguments: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", default="ml-1m")
    asked = parser.parse_args(arguments)
    need_data(asked.data)
    about, table = machine(), cf.load(asked.data)
    rows = [measured(model, table) for model in models(table)]
    versions = {name: version(name) for name in ("cofactor", "numpy", "dp-accounting")}
    results = {"machine": about, "versions": versions, "data": asked.data, "rows": rows}
    write_results("membership", results, report(results))


if __name__ == "__main__":
    main()
