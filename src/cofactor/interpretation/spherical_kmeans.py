"""k-means by angle: clusters whose members point the same way from the centre [dhillon2001concept]."""

import numpy as np

from cofactor.arrays import FloatArray, IntArray

__all__ = ["spherical_kmeans"]

N_STARTS = 4
MAX_TRIED_ON = 10_000  # rows on which the starts are tried
MAX_STEPS = 100


def spherical_kmeans(x: FloatArray, weights: FloatArray, n_clusters: int, seed: int) -> tuple[IntArray, FloatArray]:
    """(m,) the cluster of each row, 0 to n_clusters - 1, and (n_clusters, f) the clusters' unit directions.

    Maximises Σ w cos(row, direction of its cluster) from the best of several starts, which are tried on some of the
    rows; the same seed gives the same clusters.
    x: (m, f), of which only directions count     weights: (m,) 0 or more
    """
    unit = x / np.maximum(np.linalg.norm(x, axis=1, keepdims=True), 1e-12)
    rng = np.random.default_rng(seed)
    some = np.sort(rng.choice(len(unit), min(len(unit), MAX_TRIED_ON), replace=False))
    tried, their_weights = unit[some], weights[some]
    starts = (_seeded(tried, their_weights, n_clusters, rng) for _ in range(N_STARTS))
    best = max((_converged(tried, their_weights, start) for start in starts), key=lambda found: found[0])
    return _converged(unit, weights, best[2])[1:]


def _seeded(unit: FloatArray, weights: FloatArray, n_clusters: int, rng: np.random.Generator) -> FloatArray:
    """(n_clusters, f) rows drawn by their distance from those drawn before [arthur2007kmeans]."""
    distance, chosen = np.ones(len(unit)), list[int]()
    for _ in range(n_clusters):
        chances = weights * distance + 1e-12
        chosen.append(int(rng.choice(len(unit), p=chances / chances.sum())))
        distance = np.minimum(distance, np.maximum(1 - unit @ unit[chosen[-1]], 0))  # half the squared distance
    return unit[chosen]


def _converged(unit: FloatArray, weights: FloatArray, centres: FloatArray) -> tuple[float, IntArray, FloatArray]:
    """The sum that is maximised, and the clusters, once no row changes its cluster any more."""
    members = np.full(len(unit), -1)
    for _ in range(MAX_STEPS):
        cosines = unit @ centres.T
        nearest = cosines.argmax(axis=1)
        if (nearest == members).all():
            break
        members, centres = nearest, _means(unit, weights, nearest, centres)
    cosines = unit @ centres.T
    return float(weights @ cosines.max(axis=1)), cosines.argmax(axis=1), centres


def _means(unit: FloatArray, weights: FloatArray, members: IntArray, centres: FloatArray) -> FloatArray:
    """The weighted mean direction of each cluster; of one without members the direction that it had."""
    from scipy.sparse import csc_array

    each = csc_array((weights, members, np.arange(len(members) + 1)), shape=(len(centres), len(members)))
    sums = each @ unit
    length = np.linalg.norm(sums, axis=1, keepdims=True)
    return np.where(length > 1e-12, sums / np.maximum(length, 1e-12), centres)
