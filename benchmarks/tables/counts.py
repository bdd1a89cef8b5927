"""What counts tell beyond clicks, on generated sets whose truth is known: who would play what how often.

    python3 dev.py bench counts

600 people and 400 songs, tastes from six planted factors, about 40,000 pairs; three sets of ways to come by counts,
five seeds each. *plays*: songs are tried half by chance, half by taste, and played on by taste (Poisson). *hours*: the
same, in hours, with noise. *noise*: songs are chosen by taste, and how often says nothing. The figure is the nDCG@10 of
each person's list against the twenty unheard songs they would like best, which no model has seen; mean over seeds. A
model is given the counts, or the same pairs as clicks.
"""

import argparse
import warnings
from collections.abc import Callable, Sequence
from statistics import mean
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

import cofactor as cf
from benchmarks.shared.reporting import describe, machine, markdown_table, third_paragraph, write_results
from cofactor.evaluation import metrics
from cofactor.recommender import Recommender

N_USERS, N_ITEMS, RANK, N_LISTED, N_BEST = 600, 400, 6, 10, 20
SEEDS = range(5)
MODELS: dict[str, Callable[[cf.Ratings], Recommender]] = {
    "Popularity": lambda train: cf.Popularity().fit(train, progress=False),
    "EASE": lambda train: cf.EASE().fit(train, progress=False),
    "EASE, use_values": lambda train: cf.EASE(use_values=True).fit(train, progress=False),
    "ImplicitMF": lambda train: cf.ImplicitMF().fit(train, progress=False),
    "cf.auto": lambda train: cf.auto(train, progress=False).model,
}


class World(NamedTuple):
    """Both (n_users, n_items): how much everybody would like everything, and how often they played it; 0: never."""

    taste: NDArray[np.float64]
    played: NDArray[np.float64]


def world(kind: str, seed: int) -> World:
    rng = np.random.default_rng(seed)
    people, songs = rng.normal(size=(N_USERS, RANK)), rng.normal(size=(N_ITEMS, RANK))
    taste = 1.2 * (people @ songs.T) / np.sqrt(RANK)
    known = 0.7 * rng.normal(size=N_ITEMS)
    pull = 2.0 if kind == "noise" else 0.5
    chance = 1 / (1 + np.exp(-(pull * taste + known - 2.0)))
    tried = rng.random(taste.shape) < chance
    amount = {
        "plays": lambda: 1 + rng.poisson(1.5 * np.exp(taste)),
        "hours": lambda: 2 * np.exp(taste + 0.6 * rng.normal(size=taste.shape)),
        "noise": lambda: 1.0 + rng.geometric(0.2, size=taste.shape),
    }[kind]()
    return World(taste, np.where(tried, amount, 0))


def reached(make: Callable[[cf.Ratings], Recommender], found: World, *, counted: bool) -> float:
    """nDCG@10 against the twenty best of what each has not heard."""
    users, items = np.nonzero(found.played)
    values = found.played[users, items] if counted else None
    train = cf.Ratings.from_arrays(users, items, values, kind="counts" if counted else None)
    lists = train.items.values[make(train).rank(list(range(N_USERS)), N_LISTED).idx]
    unheard = np.where(found.played > 0, -np.inf, found.taste)
    best = np.argsort(-unheard, axis=1)[:, :N_BEST]
    hits = (lists[:, :, None] == best[:, None, :]).any(axis=2)
    return float(metrics.ndcg(hits, np.full(N_USERS, N_BEST)).mean())


def report(runs: dict[str, dict[str, list[list[float]]]], about: dict[str, Any]) -> str:
    rows = [
        [f"{kind}: {name}", *(f"{mean(one):.3f}" for one in (clicks, counts)),
         f"{mean(counts) / mean(clicks) - 1:+.0%}", f"{sum(a > b for a, b in zip(counts, clicks, strict=True))} of 5"]
        for kind, models in runs.items() for name, (clicks, counts) in models.items()
    ]  # fmt: skip
    return "\n\n".join([
        "# Counts beside clicks", describe(about, {"cofactor": cf.__version__, "numpy": np.__version__}),
        third_paragraph(__doc__), markdown_table(["", "clicks", "counts", "gain", "ahead in"], rows),
    ])  # fmt: skip


def main(arguments: Sequence[str] | None = None) -> None:
    argparse.ArgumentParser(description=__doc__).parse_args(arguments)
    warnings.simplefilter("ignore")  # some have heard nearly all
    about, runs = machine(), dict[str, dict[str, list[list[float]]]]()
    for kind in ("plays", "hours", "noise"):
        for name, make in MODELS.items():
            found = [world(kind, seed) for seed in SEEDS]
            runs.setdefault(kind, {})[name] = [
                [reached(make, one, counted=counted) for one in found] for counted in (False, True)
            ]
            print(kind, name, [round(mean(one), 4) for one in runs[kind][name]], flush=True)
    write_results("counts", {"machine": about, "runs": runs}, report(runs, about))


if __name__ == "__main__":
    main()
