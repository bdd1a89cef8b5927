"""A model on one split of ratings: its errors with predictions clipped to the scale, its intervals, its time."""

import time
from collections.abc import Iterable
from math import erf
from statistics import mean, stdev
from typing import Any

import numpy as np
from numpy.typing import NDArray

import cofactor as cf

Run = dict[str, float]
Options = dict[str, Any]


def run(model: cf.BayesianMF, train: cf.Ratings, test: cf.Ratings) -> Run:
    started = time.perf_counter()
    model.fit(train, progress=False)
    seconds = time.perf_counter() - started
    scores = predict(model, test)
    assert train.scale is not None
    error = np.clip(scores, *train.scale) - test.values
    errors = {"rmse": float(np.sqrt(np.mean(error**2))), "mae": float(np.mean(np.abs(error)))}
    return {**errors, **_of_intervals(model, train, test, scores), "seconds": seconds}


def predict(model: cf.BayesianMF, test: cf.Ratings) -> NDArray[np.float32]:
    return model.score_pairs(test.user_idx, test.item_idx, test.timestamps)


def best_rank(ranks: Iterable[int], options: Options, train: cf.Ratings) -> tuple[int, dict[int, float]]:
    """The rank with the lowest RMSE on a tenth held out of `train`; nothing else is looked at."""
    inner = cf.split(train, test=0.1, seed=0)
    found = {k: run(cf.BayesianMF(n_factors=k, **options), inner.train, inner.test)["rmse"] for k in ranks}
    return min(found, key=lambda k: found[k]), found


def shown(its: list[Run], metric: str, digits: int = 4) -> str:
    values = [one[metric] for one in its]
    spread = f" ± {stdev(values):.{digits}f}" if len(values) > 1 else ""
    return f"{mean(values):.{digits}f}{spread}"


def _of_intervals(model: cf.BayesianMF, train: cf.Ratings, test: cf.Ratings, scores: NDArray[np.float32]) -> Run:
    """How many ratings 90 % intervals hold; CRPS with each pair's own spread, and with one spread for all.

    The one spread is that of the training ratings about their scores: a Gaussian around the point estimate.
    """
    spread = np.sqrt(model.pair_variances(test.user_idx, test.item_idx))
    error = test.values.astype(np.float64) - scores
    of_train = float(np.std(train.values - predict(model, train)))
    return {
        "covered": float(np.mean(np.abs(error) <= 1.6449 * spread)),
        "crps": float(np.mean(_crps(error, spread))),
        "crps_one_spread": float(np.mean(_crps(error, np.full(len(error), of_train)))),
    }


def _crps(error: NDArray[np.float64], spread: NDArray[np.float64]) -> NDArray[np.float64]:
    """Of a normal forecast, Gneiting & Raftery 2007, section 4.2: lower is better, in the ratings' unit."""
    z = error / spread
    below = (1 + np.vectorize(erf)(z / np.sqrt(2))) / 2
    density = np.exp(-(z**2) / 2) / np.sqrt(2 * np.pi)
    return spread * (z * (2 * below - 1) + 2 * density - 1 / np.sqrt(np.pi))
