"""The options of each model that are candidates for its defaults, and the choice between them over several sets."""

from collections.abc import Iterable, Mapping
from typing import Any, Literal, NamedTuple

import numpy as np
from numpy.typing import NDArray

import cofactor as cf
from benchmarks.shared.seven_sets import Halves, judged_users, ndcg, rmse
from cofactor.recommender import Recommender

Options = dict[str, Any]
Metric = Literal["ndcg@10", "rmse"]


class Candidates(NamedTuple):
    """A model, what it is judged by, and the options that are compared; the first are those of the code."""

    make: type[Recommender]
    metric: Metric
    options: list[Options]


MAX_ITEMS = 30_000  # of EASE
MODELS: dict[str, Candidates] = {
    "Popularity": Candidates(cf.Popularity, "ndcg@10", [{}]),
    "EASE": Candidates(cf.EASE, "ndcg@10", [{}, {"reg": 200.0}, {"reg": 800.0}]),
    "SparseEASE": Candidates(cf.SparseEASE, "ndcg@10", [{}, {"reg": 60.0}, {"reg": 240.0}]),
    "GraphFilter": Candidates(
        cf.GraphFilter, "ndcg@10", [{}, {"low_pass": 0.3}, {"reached_exponent": 0.3}, {"n_components": 128}]
    ),
    "ItemKNN": Candidates(
        cf.ItemKNN, "ndcg@10",
        [{}, {"weighting": "tfidf"}, {"weighting": "bm25"}, {"shrinkage": 10.0}, {"n_neighbors": 100}],
    ),
    "ImplicitMF": Candidates(cf.ImplicitMF, "ndcg@10", [{}, {"n_factors": 128}]),
    "BPR": Candidates(cf.BPR, "ndcg@10", [{}, {"n_epochs": 40, "weight_decay": 0.01}, {"weight_decay": 0.04}]),
    "Bias": Candidates(cf.Bias, "rmse", [{}, {"reg_user": 10.0}, {"reg_user": 2.5}, {"reg_item": 2.5}]),
    "ExplicitALS": Candidates(cf.ExplicitALS, "rmse", [{}, {"reg": 0.07}, {"reg": 0.15}, {"n_epochs": 10}]),
    "MatrixFactorization": Candidates(
        cf.MatrixFactorization, "rmse", [{}, {"weight_decay": 0.05}, {"n_epochs": 10}, {"solver": "sgd"}]
    ),
    "NeuralCF": Candidates(cf.NeuralCF, "rmse", [{}, {"weight_decay": 0.1}, {"n_factors": 0}]),
    "BayesianMF": Candidates(cf.BayesianMF, "rmse", [{}, {"n_factors": 16}]),
}  # fmt: skip


def fits(model: Candidates, train: cf.Ratings) -> bool:
    """False of models of ratings where there are only clicks, and of EASE where it takes a quarter of an hour."""
    too_long = model.make is cf.EASE and train.n_items > MAX_ITEMS
    return not too_long and (model.metric == "ndcg@10" or train.explicit)


def lists_of(model: Recommender, halves: Halves) -> NDArray[np.int32]:
    """(b, 10) the items recommended to the judged users; -1 behind a short list's end."""
    idx = model.rank(halves.train.users.gather(judged_users(halves)), 10).idx
    return np.pad(idx, ((0, 0), (0, 10 - idx.shape[1])), constant_values=-1).astype(np.int32)


def predictions_of(model: Recommender, halves: Halves) -> NDArray[Any]:
    """(n,) the predicted ratings of the test rows."""
    test = halves.test
    return np.asarray(model.predict(test.users.gather(test.user_idx), test.items.gather(test.item_idx)))


def values_inside(name: str, train: cf.Ratings) -> list[float]:
    """What each candidate reaches on a fifth of each user's ratings, held out of the training part."""
    inner, values = Halves(*cf.split(train, 0.2, by="user", seed=0)), list[float]()
    for options in MODELS[name].options:
        model = MODELS[name].make(**options).fit(inner.train, progress=False)
        if MODELS[name].metric == "rmse":
            values.append(rmse(predictions_of(model, inner), inner))
        else:
            values.append(float(ndcg(lists_of(model, inner), inner).mean()))
    return values


def chosen(name: str, inside: Mapping[str, Mapping[str, list[float]]], sets: Iterable[str]) -> int:
    """The candidate that is nearest to each set's best one, on average over these sets; the code's own of equals.

    inside: {set: {model: values of the candidates inside its training part}}
    """
    values = np.array([inside[one][name] for one in sets if name in inside[one]])
    if not len(values):
        return 0
    best = values.min(1, keepdims=True) if MODELS[name].metric == "rmse" else values.max(1, keepdims=True)
    away = np.abs(values - best) / np.maximum(best, 1e-12)
    return int(away.mean(axis=0).argmin())
