"""The whole way on embedded data: read, check, split, train, compare, recommend, open, save. No network.

examples:
  cofactor demo
  cofactor demo --out demo.cofactor"""

import math
from argparse import ArgumentParser, Namespace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from cofactor.cli._out import check_model
from cofactor.cli._show import print_table

if TYPE_CHECKING:
    from cofactor.data.ratings import Ratings
    from cofactor.data.splits.splitting import Split
    from cofactor.recommender import Recommender

METRICS = ("rmse", "ndcg@10", "recall@10", "coverage@10")
NEWCOMER = {"Inception (2010)": 5, "Interstellar (2014)": 5, "Frozen (2013)": 1}
SCALE = (0.5, 5.5)  # a little wider than the ratings, so that 1 and 5 can be reached


def add_arguments(parser: ArgumentParser) -> None:
    parser.add_argument(
        "--out", type=Path, default=Path("cofactor-demo/tastes.cofactor"), help="where to save the model"
    )


def run(arguments: Namespace) -> None:
    check_model("--out", arguments.out)
    ratings = _data()
    parts = _split(ratings)
    best = _compare(parts)
    _one_user(best, ratings)
    _newcomer(best)
    _factors(best)
    _save(best, arguments.out)
    _next()


def _data() -> "Ratings":
    from cofactor.data.checking import check
    from cofactor.data.describing import describe
    from cofactor.data.sources import load

    _title("1  The data: tastes. Real film titles, synthetic ratings, made by us from known tastes")
    ratings = load("tastes")
    print(describe(ratings))
    columns = {"user": ratings.users.gather(ratings.user_idx), "item": ratings.items.gather(ratings.item_idx)}
    report = check(columns | {"rating": ratings.values, "timestamp": ratings.timestamps}, scale=ratings.scale)
    print(f"\nchecked: {report.n_read:,} rows, {len(report.problems)} problems, {len(report.left_out)} left out")
    return ratings


def _split(ratings: "Ratings") -> "Split":
    from cofactor.data.splits.splitting import split

    parts = split(ratings, test=0.2, seed=42)
    _title("2  Split: what a model is judged on, it has not seen")
    print(f"{len(parts.train):,} ratings to learn from, {len(parts.test):,} held out at random")
    print(f"fingerprint {parts.fingerprint[:16]}: the same split, to the rating, is the same fingerprint")
    return parts


def _compare(parts: "Split") -> "Recommender":
    from cofactor.evaluation.compare import compare

    _title("3  Train and compare: every difference with its noise")
    models = _models()
    found = compare(models, parts.train, parts.test, metrics=METRICS)
    print(found)
    scores = {name: one.values.get("rmse", math.inf) for name, one in found.evaluations.items()}
    name = min(scores, key=scores.__getitem__)
    print(f"\ngoing on with {name}, whose predictions are nearest to the held-out ratings")
    return models[name]


def _models() -> "dict[str, Recommender]":
    from cofactor.models.bias import Bias
    from cofactor.models.matrix_factorization import MatrixFactorization
    from cofactor.models.neural_cf import NeuralCF
    from cofactor.models.popularity import Popularity

    return {
        "popularity": Popularity(),
        "bias": Bias(),
        "dot product": MatrixFactorization(n_factors=16, y_range=SCALE, n_epochs=8, seed=1),
        "neural net": NeuralCF(layers=(64, 32), y_range=SCALE, n_epochs=5, seed=1),
    }


def _one_user(model: "Recommender", ratings: "Ratings") -> None:
    user = int(ratings.user_counts.argmax()) // 2
    name = ratings.users.values[user]
    items, values = model.ratings.by_user.of(user)
    own = sorted(zip(values.tolist(), ratings.title_of(items), strict=True), reverse=True)[:8]
    best = model.rank([name], 8).columns(model.ratings)
    _title(f"4  For one user, {name}: what they rated highest, and what they have not seen yet")
    rows = {"their ratings": [f"{value:g}  {title}" for value, title in own]}
    rows["recommended"] = [f"{s:.1f}  {t}" for s, t in zip(best["score"], best["title"], strict=True)]
    print_table(rows)


def _newcomer(model: "Recommender") -> None:
    _title("5  Somebody new, known by three ratings; nothing is trained again")
    print(", ".join(f"{title}: {rating}" for title, rating in NEWCOMER.items()))
    if not model.abilities.folds_in:
        print(f"{type(model).__name__} cannot place newcomers")
        return
    best = model.rank(NEWCOMER, 8).columns(model.ratings)
    print_table({"rank": best["rank"], "recommended": best["title"], "score": best["score"]})


def _factors(model: "Recommender") -> None:
    from cofactor.interpretation.factors import factors

    _title("6  What it has found: the first two directions in which films differ, and who stands at their ends")
    if not model.abilities.has_vectors:
        print(f"{type(model).__name__} has no vectors")
        return
    found = factors(model, n=2)
    for factor, share in enumerate(found.shares):
        low, high = found.extremes(factor, n=6)
        print_table({f"factor {factor}, {share:.0%} of the variance: one end": low, "the other end": high})
        print()


def _save(model: "Recommender", path: Path) -> None:
    from cofactor.opening import open_model

    _title("7  Keep it")
    again = open_model(model.save(path))
    size = sum(file.stat().st_size for file in path.iterdir())
    print(f"saved as {path} ({size / 1e6:.1f} MB: JSON and arrays, no pickle) and opened again: {type(again).__name__}")


def _next() -> None:
    _title("The same on real data")
    print(
        "  cofactor compare ml-100k                                        downloads MovieLens 100K once\n"
        "  cofactor fit ml-100k --out ml.cofactor\n"
        "  cofactor recommend ml.cofactor 196\n"
        "and on your own table\n"
        "  cofactor data check ratings.csv\n"
        "  cofactor compare ratings.csv\n"
        "  cofactor fit ratings.csv --out mine.cofactor\n"
        "  cofactor recommend mine.cofactor SOME_USER"
    )


def _title(text: Any) -> None:
    print(f"\n\033[1m{text}\033[0m\n" if _colours() else f"\n{text}\n{'-' * len(text)}")


def _colours() -> bool:
    import sys

    return sys.stdout.isatty()
