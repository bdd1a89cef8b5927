"""Items nobody has rated yet: who would like them, told from genres, year and the words of their titles alone.

    python3 dev.py bench cold_items

Needs COFACTOR_DATA with ml-1m in it. A fifth of the films is held out entirely, in each of five seeds. The figure is
the mean over users of the AUC with which the held-out films they rated 4 or 5 stand before the other held-out films;
without attributes no model can tell them apart (0.5, and popularity knows them all as rated by nobody). Beside it, how
well the other films are still recommended: nDCG@10 of a tenth of each user's ratings of them, held-out films not among
the candidates. Penalties are chosen inside the first seed's training rows, for each model by that nDCG.
"""

import argparse
import re
import sys
import time
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.stats import rankdata

import cofactor as cf
from benchmarks.shared.movielens import need_data
from benchmarks.shared.reporting import describe, machine, markdown_table, third_paragraph, write_results

HELD_OUT, SEEDS, LIKED = 0.2, range(5), 4.0
PENALTIES = (0.006, 0.01, 0.015, 0.02)
OPTIONS: dict[str, Any] = {"n_factors": 64, "n_epochs": 10, "unobserved_weight": 0.1}
DULL = {"the", "and", "of", "a", "in", "to", "la", "le"}


def with_words(ratings: cf.Ratings) -> cf.Ratings:
    """The words of the titles as a further attribute."""
    words = ["|".join(w for w in re.findall(r"[^\W\d]+", title.lower()) if w not in DULL) for title in _titles(ratings)]
    return replace(ratings, item_attributes={**ratings.item_attributes, "words": np.array(words, object)})


def _titles(ratings: cf.Ratings) -> list[str]:
    return [re.sub(r" \(\d{4}\)$", "", title) for title in ratings.title_of(np.arange(ratings.n_items))]


def cold_auc(model: cf.Recommender, cold: NDArray[np.int64], test: cf.Ratings) -> float:
    """Mean over users of how often a held-out film they like stands before another held-out film; ties count half."""
    values = list[float]()
    for user in np.flatnonzero(test.user_counts).tolist():
        items, given = test.by_user.of(user)
        liked = np.isin(cold, items[given >= LIKED])
        n, rest = int(liked.sum()), int((~liked).sum())
        if n and rest:
            ranks = rankdata(model.score_users(np.array([user]))[0][cold])
            values.append((float(ranks[liked].sum()) - n * (n + 1) / 2) / (n * rest))
    return float(np.mean(values))


def warm_ndcg(model: cf.Recommender, cold: NDArray[np.int64], test: cf.Ratings) -> float:
    users = np.flatnonzero(test.user_counts)
    barred = np.zeros(test.n_items, bool)
    barred[cold] = True
    lists, _ = model.rank_users(users, 10, barred)
    gains = 1 / np.log2(np.arange(2, 12))
    found = list[float]()
    for row, user in enumerate(users.tolist()):
        items, given = test.by_user.of(user)
        liked = items[given >= LIKED]
        if len(liked):
            found.append(float(np.isin(lists[row], liked) @ gains / gains[: len(liked)].sum()))
    return float(np.mean(found))


def one_seed(ratings: cf.Ratings, seed: int) -> tuple[cf.Ratings, cf.Ratings, cf.Ratings, NDArray[np.int64]]:
    """To learn from, the held-out tenth of the same films, the ratings of held-out films, and which those are."""
    cold = np.sort(np.random.default_rng(seed).permutation(ratings.n_items)[: round(HELD_OUT * ratings.n_items)])
    is_cold = np.isin(ratings.item_idx, cold)
    train, warm = cf.split(ratings.subset(~is_cold), test=0.1, by="user", seed=seed)
    return train, warm, ratings.subset(is_cold), cold


def chosen_penalty(train: cf.Ratings, cold: NDArray[np.int64], *, attributes: bool) -> float:
    inner = cf.split(train, test=0.1, by="user", seed=0)

    def reached(reg: float) -> float:
        model = cf.ImplicitMF(**OPTIONS, reg=reg, attributes=attributes).fit(inner.train, progress=False)
        return warm_ndcg(model, cold, inner.test)

    return max(PENALTIES, key=reached)


def main(arguments: Sequence[str] | None = None) -> None:
    argparse.ArgumentParser(description=__doc__).parse_args(arguments)
    need_data("ml-1m")
    about, ratings = machine(), with_words(cf.load("ml-1m"))
    plain = replace(ratings, item_attributes={k: v for k, v in ratings.item_attributes.items() if k != "words"})
    contestants = {
        "without attributes": (plain, False),
        "genres, year": (plain, True),
        "genres, year, title words": (ratings, True),
    }
    runs = dict[str, list[dict[str, Any]]]()
    for name, (table, attributes) in contestants.items():
        train, _, _, cold = one_seed(table, SEEDS[0])
        reg = chosen_penalty(train, cold, attributes=attributes)
        for seed in SEEDS:
            train, warm, test, cold = one_seed(table, seed)
            started = time.perf_counter()
            model = cf.ImplicitMF(**OPTIONS, reg=reg, attributes=attributes, seed=seed).fit(train, progress=False)
            seconds = time.perf_counter() - started
            run = {"auc": cold_auc(model, cold, test), "warm": warm_ndcg(model, cold, warm), "fit": seconds, "reg": reg}
            runs.setdefault(name, []).append(run)
            print(name, seed, run, file=sys.stderr, flush=True)
    rows = [[name, *_cells(of)] for name, of in runs.items()]
    gain = np.mean([one["auc"] for one in runs["genres, year, title words"]]) - 0.5
    text = [
        "# Cold items", describe(about, {"cofactor": cf.__version__, "numpy": np.__version__}),
        third_paragraph(__doc__), markdown_table(["ImplicitMF", "AUC, cold", "nDCG@10, warm", "fit, s", "reg"], rows),
        f"Attributes lift the AUC of held-out films by {gain:.3f}. Mean over five seeds (lowest–highest).",
    ]  # fmt: skip
    write_results("cold_items", {"machine": about, "runs": runs}, "\n\n".join(text))


def _cells(runs: list[dict[str, Any]]) -> list[str]:
    seconds = float(np.median([one["fit"] for one in runs]))
    return [*(_spread([one[what] for one in runs]) for what in ("auc", "warm")), f"{seconds:.1f}", f"{runs[0]['reg']}"]


def _spread(values: list[float]) -> str:
    return f"{np.mean(values):.4f} ({min(values):.4f}–{max(values):.4f})"


if __name__ == "__main__":
    main()
