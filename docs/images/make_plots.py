"""The pictures of docs/plots.md, drawn of `tastes` and `regrets`, which are synthetic.

.venv/bin/python docs/images/make_plots.py
"""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import matplotlib
import numpy as np

import cofactor as cf
from cofactor import plots
from cofactor.audit.bubble.filter_bubble import filter_bubble
from cofactor.audit.objective.second_objective import second_objective
from cofactor.data.describing import describe
from cofactor.data.sources import regrets, tastes

matplotlib.use("agg")

import matplotlib.pyplot as plt

FOLDER = Path(__file__).parent / "plots"
N_ALIKE = 30  # films of the similarity table


def main() -> None:
    FOLDER.mkdir(exist_ok=True)
    for name, axes in figures():
        axes.figure.savefig(FOLDER / f"{name}.png", dpi=90)
        plt.close(axes.figure)


def figures() -> Iterator[tuple[str, Any]]:
    ratings = cf.load("tastes")
    yield from of_the_table(ratings)
    train, test = cf.split(ratings, test=0.2, seed=0)
    yield from of_training(train, test)
    yield from of_a_model(cf.ExplicitALS(n_factors=8).fit(ratings, progress=False))
    yield "trade_off", of_two_objectives()
    bubble = filter_bubble(cf.EASE(), tastes.load(n_users=200), n_rounds=10, seeds=range(2))
    yield "round_curves", bubble.plot("overlap")


def of_the_table(ratings: cf.Ratings) -> Iterator[tuple[str, Any]]:
    yield "rating_matrix", plots.rating_matrix(ratings.user_idx, ratings.item_idx, ratings.values)
    yield "sparsity", plots.sparsity(ratings.user_counts, ratings.n_items)
    yield "long_tail", plots.long_tail(ratings.item_counts)
    yield "rating_histogram", plots.rating_histogram(*zip(*describe(ratings).histogram))


def of_training(train: cf.Ratings, test: cf.Ratings) -> Iterator[tuple[str, Any]]:
    dot = cf.MatrixFactorization(n_factors=16, y_range=(0, 5.5), n_epochs=5, learning_rate=5e-3)
    yield "lr_curve", dot.lr_find(train).plot()
    models = {"dot product": dot, "biases alone": cf.Bias(), "popularity": cf.Popularity()}
    found = cf.compare(models, train, test, metrics=["rmse", "ndcg@10"], seeds=range(3), watch=True, progress=False)
    yield "loss_curves", found.plot_losses()
    yield "comparison_chart", found.plot("ndcg@10")
    yield "accuracy_curve", plots.accuracy_curve(*accuracies(train, test))


def of_two_objectives() -> Any:
    train, test = cf.split(cf.load("regrets"), test=0.2, seed=42)
    model = cf.ImplicitMF(n_factors=16).fit(train, progress=False)
    return second_objective(model, test, regrets.asked()).plot()


def accuracies(train: cf.Ratings, test: cf.Ratings) -> tuple[list[int], dict[str, list[Any]]]:
    """RMSE and its interval, of models that learn from the first so many of the ratings in a random order."""
    order = np.random.default_rng(0).permutation(len(train))
    sizes = [1_000, 3_000, 10_000, len(train)]
    curves: dict[str, list[Any]] = {}
    for size in sizes:
        for model in (cf.Bias(), cf.ExplicitALS(n_factors=8)):
            model.fit(train.subset(order[:size]), progress=False)
            found = cf.evaluate(model, test, metrics=["rmse"]).intervals["rmse"]
            curves.setdefault(type(model).__name__, []).append(found)
    return sizes, curves


def of_a_model(model: cf.Recommender) -> Iterator[tuple[str, Any]]:
    found = cf.factors(model)
    yield "factor_map", found.plot()
    yield "axis_ends", found.axis(0).plot()
    yield "bias_chart", cf.biases(model).plot()
    most_rated = np.argsort(-found.rows.counts)[:N_ALIKE]
    vectors = model.vectors("item")[found.rows.idx[most_rated]]
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    names = [found.rows.names[at] for at in most_rated]
    yield "similarity_heatmap", plots.similarity_heatmap(vectors @ vectors.T, names)


if __name__ == "__main__":
    main()
