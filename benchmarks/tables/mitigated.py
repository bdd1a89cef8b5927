"""Three models and their mitigated versions: accuracy against exposure, each figure with its interval.

    python3 dev.py bench mitigated [--data ml-1m]

A fifth of each user's ratings is held out; an item is liked from 70 % up the scale on. Lists of ten of all users, seen
items left out. nDCG and recall at ten; Gini of exposure over the catalogue; coverage, the share of it on any list;
tail, the share of lists outside the short head, the fewest items that hold 80 % of the training ratings; KL,
miscalibration of genres in nats; unliked, the share of lists that nobody liked in training: definitions and 95 %
intervals (resampled users; jackknife of Gini and coverage) are those of `cf.popularity_bias`. The mitigations are
options of `recommend`; min_exposure gives each of the 20 items with fewest ratings a place on 1 % of the lists, as new
creators might ask for. The last row of each model is no mitigation: the lower half of its lists is filled with items
that nobody liked, which makes exposure and coverage look better. Where a model lacks what an option needs, such as
vectors, its row is not there. CPU s: processor time of the lists of all users.
"""

import argparse
import time
from collections.abc import Callable, Mapping, Sequence
from importlib.metadata import version
from typing import Any

import numpy as np

import cofactor as cf
from benchmarks.shared.movielens import need_data
from benchmarks.shared.reporting import RESULTS, describe, machine, markdown_table, third_paragraph, write_results
from cofactor.arrays import IntArray
from cofactor.audit.attribute_shares import AttributeShares, Calibration
from cofactor.audit.popularity_lists import AuditedUsers, UserLists
from cofactor.audit.popularity_measures import Measure, MeasuredUsers, measures_of
from cofactor.errors import Unsupported
from cofactor.evaluation.bootstrap import interval, resample

N, N_BOOTSTRAP, SEED = 10, 1000, 0
TAIL = "80% of ratings"
MEASURES: Mapping[str, Measure] = {
    "nDCG@10": Measure("ndcg"), "recall@10": Measure("recall"), "Gini": Measure("gini"),
    "coverage": Measure("coverage"), "tail": Measure("long-tail share", cut=TAIL), "KL": Measure("miscalibration"),
    "unliked": Measure("unliked share"),
}  # fmt: skip
MODELS: Sequence[Callable[[], cf.Recommender]] = (cf.Popularity, cf.MatrixFactorization, cf.ImplicitMF)
UNLIKED = "half of what nobody liked"
Lists = Callable[[cf.Recommender], IntArray]


def mitigations(users: MeasuredUsers) -> dict[str, Lists]:
    """By name, what makes lists of a fitted model."""
    rare = np.argsort(users.audited.train.item_counts, kind="stable")[:20]
    floors = dict.fromkeys(users.audited.train.items.gather(rare).tolist(), 0.01)
    options: dict[str, dict[str, Any]] = {
        "plain": {}, "diversity 0.3": {"diversity": 0.3}, "calibrated 0.5": {"calibrated": {"genres": 0.5}},
        "max_share_of_head 0.7": {"max_share_of_head": 0.7}, "max_share_of_head 0.5": {"max_share_of_head": 0.5},
        "popularity_penalty 0.2": {"popularity_penalty": 0.2}, "popularity_penalty 0.5": {"popularity_penalty": 0.5},
        "min_exposure 1 %": {"min_exposure": floors}, "explore": {"explore": True},
        "diversity 0.3, calibrated 0.5, max_share_of_head 0.5":
            {"diversity": 0.3, "calibrated": {"genres": 0.5}, "max_share_of_head": 0.5},
    }  # fmt: skip
    made = {name: _ranked(users.audited, one) for name, one in options.items()}
    return {**made, UNLIKED: lambda model: _with_unliked(made["plain"](model), users)}


def _ranked(audited: AuditedUsers, options: dict[str, Any]) -> Lists:
    ids = audited.train.users.gather(audited.held.model_users).tolist()
    return lambda model: model.rank(ids, N, **options).idx


def _with_unliked(lists: IntArray, users: MeasuredUsers) -> IntArray:
    """The lists with items that nobody liked, drawn at random, in the lower half. The few that a user has rated may be
    among them."""
    drawn = np.random.default_rng(SEED).permuted(np.tile(np.flatnonzero(users.unliked), (len(lists), 1)), axis=1)
    return np.hstack([lists[:, : N // 2], drawn[:, : N - N // 2]])


def rows_of(model: cf.Recommender, users: MeasuredUsers) -> list[dict[str, Any]]:
    """One row a version of a fitted model that it can make."""
    rows = list[dict[str, Any]]()
    for name, lists_of in mitigations(users).items():
        started = time.process_time()
        try:
            lists = lists_of(model)
        except Unsupported:
            continue
        seconds = time.process_time() - started
        rows.append({"model": type(model).__name__, "version": name, "seconds": seconds} | _measured(lists, users))
    return rows


def _measured(lists: IntArray, users: MeasuredUsers) -> dict[str, list[float]]:
    of_lists = measures_of(UserLists("model", lists, unrated=True), users)
    chosen = {label: of_lists[measure] for label, measure in MEASURES.items()}
    samples = resample(chosen, N_BOOTSTRAP, SEED)
    return {label: list(interval(one, samples.get(label), 0.95)) for label, one in chosen.items()}


def report(rows: Sequence[dict[str, Any]], about: dict[str, Any], versions: dict[str, str], data: str) -> str:
    header = ["model", "version", *MEASURES, "CPU s"]
    lines = [
        [row["model"], row["version"], *(_cell(row[label]) for label in MEASURES), f"{row['seconds']:.1f}"]
        for row in rows
    ]
    return "\n\n".join([
        f"# Mitigated models: {data}", third_paragraph(__doc__), describe(about, versions),
        markdown_table(header, lines), "![nDCG@10 against the Gini index of exposure](mitigated.png)",
    ])  # fmt: skip


def _cell(found: Sequence[float]) -> str:
    value, low, high = found
    return f"{value:.3f} ({low:.3f} to {high:.3f})"


def draw(rows: Sequence[dict[str, Any]]) -> None:
    """results/mitigated.png: accuracy against exposure, a panel a model, a number a version."""
    from matplotlib import pyplot as plt

    from cofactor.plots.palette import BLUE

    by_model = {name: [row for row in rows if row["model"] == name] for name in dict.fromkeys(r["model"] for r in rows)}
    names = [row["version"] for row in max(by_model.values(), key=len)]
    figure, panels = plt.subplots(1, len(by_model), figsize=(13, 5), layout="constrained")
    for axes, (model, own) in zip(panels, by_model.items(), strict=True):
        x, y = (np.array([row[label] for row in own]).T for label in ("Gini", "nDCG@10"))
        errors = [[one[0] - one[1], one[2] - one[0]] for one in (y, x)]
        axes.errorbar(x[0], y[0], *errors, fmt="o", color=BLUE, markersize=4, alpha=0.8)
        for row in own:
            at, number = (row["Gini"][0], row["nDCG@10"][0]), names.index(row["version"]) + 1
            axes.annotate(str(number), at, (4, 4), textcoords="offset points", fontsize=9)
        axes.set_title(model, loc="left")
        axes.set_xlabel("Gini index of exposure (left: more equal)")
        axes.margins(0.1)
        axes.spines[["top", "right"]].set_visible(False)
    panels[0].set_ylabel("nDCG@10")
    numbered = [f"{number} {name}" for number, name in enumerate(names, start=1)]
    half = -(-len(numbered) // 2)
    figure.supxlabel("\n".join("   ".join(part) for part in (numbered[:half], numbered[half:])), fontsize=9)
    figure.savefig(RESULTS / "mitigated.png", dpi=130)
    plt.close(figure)


def main(arguments: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", default="ml-1m")
    asked = parser.parse_args(arguments)
    need_data(asked.data)
    about = machine()
    train, test = cf.split(cf.load(asked.data), 0.2, by="user", seed=SEED)
    audited = AuditedUsers.of(train, test, None)
    users = MeasuredUsers(audited, Calibration.of(AttributeShares.of(audited, "genres"), audited, N, SEED))
    rows = [row for made in MODELS for row in rows_of(made().fit(train, progress=False), users)]
    versions = {name: version(name) for name in ("cofactor", "numpy")}
    text = report(rows, about, versions, asked.data)
    write_results("mitigated", {"machine": about, "versions": versions, "data": asked.data, "rows": rows}, text)
    draw(rows)


if __name__ == "__main__":
    main()
