"""A second objective beside engagement, where the truth is known: what is gained and lost as its weight rises.

    python3 dev.py bench objective

On `regrets`: generated clicks, some of which are regretted; the second objective is what the people who were asked say
of each clip. A fifth of each user's clicks is held out; lists of ten. Engagement is what the model predicts of a list,
1 for the user's best item; nDCG@10 is on the held-out clicks; regret, asked, is the mean of the survey over a list;
regret, true, the mean probability with which each user regrets each clip of their list, which no audit knows; bait and
quiet are the shares of all places on lists that the planted clips have. Each with its 95 % interval over users. Below,
for five seeds of the set: how many of the forty clips planted as bait are on anybody's list of the model, among the
first forty that the audit says it pushes, and among all of these; then those that the values alone push, and the share
of quiet ones among them, which are an eighth of the catalogue. Last, what it takes on ml-1m, where COFACTOR_DATA holds
it, with the year of a film as its value.
"""

import os
import time
from collections.abc import Sequence
from importlib.metadata import version
from pathlib import Path
from typing import Any

import numpy as np

import cofactor as cf
from benchmarks.shared.reporting import describe, machine, markdown_table, third_paragraph, write_results
from cofactor.arrays import Array
from cofactor.audit.objective.second_objective import WEIGHTS, second_objective
from cofactor.data.sources import regrets
from cofactor.evaluation.bootstrap import Interval, interval, resample
from cofactor.evaluation.statistic import mean_over_users

N, SEEDS, N_PLANTED = 10, (42, 43, 44, 45, 46), 40


def models() -> list[cf.Recommender]:
    return [cf.ImplicitMF(), cf.EASE(), cf.Popularity()]


def curve(model: cf.Recommender, parts: cf.Split, values: cf.ItemValues) -> list[dict[str, Any]]:
    """One row a weight: what the audit finds, and beside it the truth."""
    found, truth = second_objective(model.fit(parts.train, progress=False), parts.test, values), regrets.truth()
    users = np.unique(parts.test.user_idx)
    rows = list[dict[str, Any]]()
    for weight in WEIGHTS:
        labels = parts.train.users.values[users].tolist()
        items = model.rank(labels, N, item_values=values, value_weight=weight).idx
        of_user = {
            "regret, true": truth.regret(users[:, None], items).mean(axis=1),
            "bait": truth.bait[items].mean(axis=1), "quiet": truth.quiet[items].mean(axis=1),
        }  # fmt: skip
        audited = {name: found.value(measure, weight) for name, measure in AUDITED.items()}
        rows.append({"model": type(model).__name__, "weight": weight, **audited, **_with_intervals(of_user)})
    return rows


COUNTED = "seed", "bait_shown", "n_pushed", "bait_first", "bait_pushed", "n_by_values"
AUDITED = {"engagement": "engagement", "nDCG@10": "ndcg", "regret, asked": "value"}


def _with_intervals(of_user: dict[str, Array]) -> dict[str, Interval]:
    statistics = {name: mean_over_users(values.astype(np.float64)) for name, values in of_user.items()}
    samples = resample(statistics, 1000, 0)
    return {name: interval(one, samples[name], 0.95) for name, one in statistics.items()}


def recovered(seed: int) -> dict[str, Any]:
    """What the audit of one generated set pushes, against what was planted in it."""
    parts, truth = cf.split(regrets.load(seed=seed), 0.2, by="user", seed=0), regrets.truth(seed=seed)
    model = cf.ImplicitMF().fit(parts.train, progress=False)
    found = second_objective(model, parts.test, regrets.asked(seed=seed))
    by_model, by_values = (parts.train.find_items(found.pushed(by)["item"].to_list()) for by in ("model", "values"))
    blend: dict[str, Any] = {"item_values": regrets.asked(seed=seed)}
    users = parts.train.users.values.tolist()
    lists = [model.rank(users, N, value_weight=weight, **blend).idx for weight in (0.0, 0.3, 1.0)]
    regret = [truth.regret(np.arange(len(users))[:, None], items).mean() for items in lists]
    return {
        "seed": seed, "bait_shown": int(truth.bait[np.unique(lists[0])].sum()), "n_pushed": len(by_model),
        "bait_first": int(truth.bait[by_model[:N_PLANTED]].sum()),
        "bait_pushed": int(truth.bait[by_model].sum()), "n_by_values": len(by_values),
        "quiet_by_values": float(truth.quiet[by_values].mean()), "bait_by_values": int(truth.bait[by_values].sum()),
        "regret": [float(one) for one in regret],
    }  # fmt: skip


def times() -> dict[str, float] | None:
    """Seconds on ml-1m: one user's list without and with values, everybody's, and the audit."""
    if not (Path(os.environ.get("COFACTOR_DATA", "")) / "ml-1m").is_dir():
        return None
    parts = cf.split(cf.load("ml-1m"), 0.2, by="user", seed=0)
    train = parts.train
    years = dict(zip(train.items.values.tolist(), train.item_attributes["year"].tolist(), strict=True))
    values = cf.ItemValues(
        "year", {item: year for item, year in years.items() if year == year}, higher_is_better=False,
        set_by="this benchmark", set_on="2026-01-01", n_people=0,
    )  # fmt: skip
    model, everybody = cf.ImplicitMF().fit(train, progress=False), train.users.values.tolist()
    blend: dict[str, Any] = {"item_values": values, "value_weight": 0.3}
    return {
        "one user's list, model alone": _seconds(lambda: model.rank(everybody[0], N), 21),
        "one user's list, blended": _seconds(lambda: model.rank(everybody[0], N, **blend), 21),
        "everybody's lists, model alone": _seconds(lambda: model.rank(everybody, N), 3),
        "everybody's lists, blended": _seconds(lambda: model.rank(everybody, N, **blend), 3),
        "the audit, eleven weights": _seconds(lambda: second_objective(model, parts.test, values), 1),
    }


def _seconds(call: Any, n: int) -> float:
    """The median of n times."""
    spans = list[float]()
    for _ in range(n):
        started = time.perf_counter()
        call()
        spans.append(time.perf_counter() - started)
    return float(np.median(spans))


def report(
    rows: Sequence[dict[str, Any]], seeds: Sequence[dict[str, Any]], seconds: dict[str, float] | None,
    about: dict[str, Any], versions: dict[str, str],
) -> str:  # fmt: skip
    parts = ["# Engagement that regret follows, and a second objective", third_paragraph(__doc__)]
    parts.append(describe(about, versions))
    names = [name for name in rows[0] if name not in ("model", "weight")]
    for model in dict.fromkeys(row["model"] for row in rows):
        lines = [
            [f"{row['weight']:g}", *("{:.3f} ({:.3f} to {:.3f})".format(*row[name]) for name in names)]
            for row in rows if row["model"] == model
        ]  # fmt: skip
        parts += [f"## {model}", markdown_table(["weight", *names], lines)]
    header = [
        "seed", "bait on any list", "pushed by the model", f"bait among the first {N_PLANTED}", "bait among all",
        "pushed by the values",
        "quiet among these", "bait among these", "true regret at 0, 0.3, 1",
    ]  # fmt: skip
    lines = [
        [
            *(str(one[name]) for name in COUNTED),
            f"{one['quiet_by_values']:.0%}", str(one["bait_by_values"]),
            ", ".join(f"{regret:.3f}" for regret in one["regret"]),
        ]
        for one in seeds
    ]  # fmt: skip
    parts += ["## What is pushed, ImplicitMF, five generated sets", markdown_table(header, lines)]
    if seconds:
        spans = [[name, f"{1000 * one:.1f} ms" if one < 1 else f"{one:.1f} s"] for name, one in seconds.items()]
        parts += ["## Times, ml-1m", markdown_table(["ImplicitMF", "takes"], spans)]
    return "\n\n".join(parts)


def main(_: Sequence[str] | None = None) -> None:
    about = machine()
    parts, values = cf.split(cf.load("regrets"), 0.2, by="user", seed=0), regrets.asked()
    rows = [row for model in models() for row in curve(model, parts, values)]
    seeds, seconds = [recovered(seed) for seed in SEEDS], times()
    versions = {name: version(name) for name in ("cofactor", "numpy")}
    text = report(rows, seeds, seconds, about, versions)
    kept = {"machine": about, "versions": versions, "rows": rows, "seeds": seeds, "seconds": seconds}
    write_results("objective", kept, text)


if __name__ == "__main__":
    main()
