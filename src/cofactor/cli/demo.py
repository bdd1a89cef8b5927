"""The whole way on embedded data: read, check, split, a first try, compare, recommend, open, save. No network.

examples:
  cofactor demo
  cofactor demo --out demo.cofactor"""

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
    best = _first_try(parts)
    dot_product = _compare(best, parts)
    _one_user(best, ratings)
    _newcomer(best)
    _factors(dot_product)
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


def _first_try(parts: "Split") -> "Recommender":
    from cofactor.choosing.auto import auto
    from cofactor.kernels.compiling.warming import missing_signatures

    _title("3  The first try: several models on ratings held out of these, within some 20 seconds")
    if missing_signatures():
        print("(the first time some loops are compiled, which takes a minute)\n", flush=True)
    choice = auto(parts.train, progress=False)
    print(choice.trials)
    return choice.model


def _compare(first_try: "Recommender", parts: "Split") -> "Recommender":
    """The dot product, trained."""
    from cofactor.evaluation.compare import compare

    _title("4  Beside the lecture's models, on the ratings held out at first: every difference with its noise")
    models = {"first try": first_try, **_lecture_models()}
    print(compare(models, parts.train, parts.test, metrics=METRICS))
    return models["dot product"]


def _lecture_models() -> "dict[str, Recommender]":
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
    _title(f"5  For one user, {name}: what they rated highest, and what they have not seen yet")
    print_table({"their ratings": [f"{value:g}  {title}" for value, title in own], **_recommended(model, name)})


def _recommended(model: "Recommender", who: Any) -> "dict[str, list[str]]":
    """Titles, and what their ratings will be, as columns to print."""
    best = model.rank([who] if isinstance(who, str) else who, 8).columns(model.ratings)
    columns = {"recommended": list(best["title"])}
    if "rating" in best:
        columns["predicted"] = [f"{rating:.1f}" for rating in best["rating"]]
    if "low" in best:
        columns["80% interval"] = [
            f"{low:.1f} to {high:.1f}" for low, high in zip(best["low"], best["high"], strict=True)
        ]
    return columns


def _newcomer(model: "Recommender") -> None:
    _title("6  Somebody new, known by three ratings; nothing is trained again")
    print(", ".join(f"{title}: {rating}" for title, rating in NEWCOMER.items()))
    print_table(_recommended(model, NEWCOMER))


def _factors(model: "Recommender") -> None:
    from cofactor.interpretation.factors import factors

    _title("7  What the dot product has found: the two directions in which films differ most, and their ends")
    found = factors(model, n=2)
    for factor, share in enumerate(found.shares):
        low, high = found.extremes(factor, n=6)
        print_table({f"factor {factor}, {share:.0%} of the variance: one end": low, "the other end": high})
        print()


def _save(model: "Recommender", path: Path) -> None:
    from cofactor.opening import open_model

    _title("8  Keep it")
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
