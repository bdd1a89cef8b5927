"""From no rating to twenty: how people the model has never seen are served as their ratings become known.

    python3 dev.py bench cold_users

Needs COFACTOR_DATA with ml-1m in it. A quarter of the users is held out; of what each of them rated a quarter, at
random, judges, and n of the rest, in random order, are known. RMSE of the ratings that judge, and nDCG@10 over all
films that were not known, with 95 % intervals over people. Popularity is an item's damped mean rating, the same for
everybody; at 0 known ratings the others know no more than it does, unless they are told the person's gender, age group
and occupation ("described").
"""

import argparse
import sys
from collections.abc import Callable, Sequence
from typing import Any

import matplotlib
import numpy as np
from numpy.typing import NDArray

import cofactor as cf
from benchmarks.shared.movielens import need_data
from benchmarks.shared.newcomers import STEPS, Figures, Outcome, Person, figures, outcome, part, told_figure
from benchmarks.shared.reporting import RESULTS, describe, machine, markdown_table, third_paragraph, write_results
from cofactor.contract.profile import UserProfile

matplotlib.use("agg")

import matplotlib.pyplot as plt

Served = Callable[[Person, int], NDArray[np.float32]]  # who, of whom so many ratings are known -> scores
POPULARITY = "popularity"
COLOURS = {
    "BayesianMF, described": "#0b7a75", "BayesianMF": "#74b3af", "MatrixFactorization, described": "#d1711b",
    "MatrixFactorization": "#e8b98d", POPULARITY: "#8a8f94",
}  # fmt: skip


def at_each_step(serve: Served, people: Sequence[Person]) -> list[list[Outcome]]:
    return [[outcome(one, serve(one, n)) for one in people] for n in STEPS]


def by_ratings(model: cf.Recommender) -> Served:
    return lambda one, n: model.score_profile(UserProfile(one.told[:n], one.values[:n]))


def described(model: cf.Recommender) -> Served:
    known = model.ratings.user_attributes

    def serve(one: Person, n: int) -> NDArray[np.float32]:
        about = {name: column[[one.user]] for name, column in known.items()}
        return model.score_profile(UserProfile(one.told[:n], one.values[:n], about))

    return serve


def main(arguments: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--people", type=int, default=1510, help="held-out people who are served")
    chosen = parser.parse_args(arguments)
    need_data("ml-1m")
    about = machine()
    train, people = part(cf.load("ml-1m"))
    people = people[: chosen.people]
    models: dict[str, cf.Recommender] = {
        "BayesianMF": cf.BayesianMF(n_factors=24, n_draws=40, user_bag=False),
        "MatrixFactorization": cf.MatrixFactorization(n_factors=32, y_range=(0.5, 5.5), attributes=True),
        POPULARITY: cf.Popularity(),
    }
    found = dict[str, list[list[Outcome]]]()
    for name, model in models.items():
        model.fit(train, progress=False)
        ways = {name: by_ratings(model)} if name == POPULARITY else {
            f"{name}, described": described(model), name: by_ratings(model)
        }  # fmt: skip
        for way, serve in ways.items():
            found[way] = at_each_step(serve, people)
            print(way, [figures(one).rmse[0] for one in found[way]], file=sys.stderr, flush=True)
    shown = {name: [figures(one) for one in steps] for name, steps in found.items()}
    tables = [
        f"## {title}\n\n" + markdown_table(["known ratings", *map(str, STEPS)], _rows(shown, which))
        for title, which in (("RMSE", "rmse"), ("nDCG@10", "ndcg"))
    ]
    text = [
        "# From no rating to twenty", describe(about, {"cofactor": cf.__version__, "numpy": np.__version__}),
        third_paragraph(__doc__), f"{len(people)} people.", *tables, _verdict(shown), "![](cold_users.png)",
    ]  # fmt: skip
    results: dict[str, Any] = {"machine": about, "steps": STEPS, "figures": shown}
    write_results("cold_users", results, "\n\n".join(text))
    _draw(shown)


def _rows(shown: dict[str, list[Figures]], which: str) -> list[list[str]]:
    return [[name, *(told_figure(getattr(one, which)) for one in steps)] for name, steps in shown.items()]


def _verdict(shown: dict[str, list[Figures]]) -> str:
    popular = shown[POPULARITY]
    lines = list[str]()
    for name in [name for name in shown if name != POPULARITY]:
        better = [
            n for n, ours, theirs in zip(STEPS, shown[name], popular, strict=True)
            if ours.rmse[0] < theirs.rmse[0] and ours.ndcg[0] > theirs.ndcg[0]
        ]  # fmt: skip
        lines.append(
            f"{name} is better than popularity by both figures at {', '.join(map(str, better))} known ratings."
        )
    return "\n\n".join(lines)


def _draw(shown: dict[str, list[Figures]]) -> None:
    figure, axes = plt.subplots(1, 2, figsize=(10, 4), layout="constrained")
    for axis, (title, which) in zip(axes, (("RMSE", "rmse"), ("nDCG@10", "ndcg")), strict=True):
        for name, steps in shown.items():
            values = np.array([getattr(one, which) for one in steps])
            axis.plot(range(len(STEPS)), values[:, 0], marker="o", color=COLOURS[name], label=name)
            axis.fill_between(range(len(STEPS)), values[:, 1], values[:, 2], color=COLOURS[name], alpha=0.15, lw=0)
        axis.set_xticks(range(len(STEPS)), list(map(str, STEPS)))
        axis.set_title(title, loc="left")
        axis.set_xlabel("known ratings")
        axis.spines[["top", "right"]].set_visible(False)
    axes[0].legend(frameon=False)
    figure.savefig(RESULTS / "cold_users.png", dpi=150)
    plt.close(figure)


if __name__ == "__main__":
    main()
