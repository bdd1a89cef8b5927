"""What is measured of the lists of one round, as pure functions of arrays.

lists: (n_users, k) items, -1 behind a list's end
shares: (n_items, w) how each item spreads over the values of an attribute, such as genres; 0 for one without any
"""

import numpy as np

from cofactor.arrays import FloatArray, IntArray
from cofactor.evaluation.statistic import divided

__all__ = [
    "attribute_distribution", "attribute_entropy", "intra_list_diversity", "jaccard", "sample_pairs", "total_variation",
]  # fmt: skip


def intra_list_diversity(lists: IntArray, shares: FloatArray) -> FloatArray:
    """(n_users,) mean of 1 − cosine over all pairs of items in the list, from 0 (all alike) to 1 [ziegler2005topic].

    An item without a value of the attribute is left out; nan where fewer than two are left.

    >>> intra_list_diversity(np.array([[0, 1], [0, 2]]), np.array([[1.0, 0.0], [1.0, 0.0], [0.0, 1.0]]))
    array([0., 1.])
    """
    norms = np.linalg.norm(shares, axis=1, keepdims=True)
    listed = _rows(np.divide(shares, norms, out=np.zeros_like(shares), where=norms > 0), lists)
    n = _rows(norms > 0, lists)[:, :, 0].sum(axis=1)
    similarity = np.square(listed.sum(axis=1)).sum(axis=1) - n  # over ordered pairs of different places
    return 1 - divided(similarity, n * (n - 1))


def attribute_distribution(lists: IntArray, shares: FloatArray) -> FloatArray:
    """(n_users, w) the distribution of the attribute over each list, all items with a value weighing the same; nan
    where there are none [steck2018calibrated]."""
    total = _rows(shares, lists).sum(axis=1)
    return divided(total, np.repeat(total.sum(axis=1, keepdims=True), total.shape[1], axis=1))


def attribute_entropy(distribution: FloatArray) -> FloatArray:
    """(n_users,) Shannon entropy of each distribution, in bits [shannon1948communication]; nan rows give nan.

    >>> attribute_entropy(np.array([[0.5, 0.5], [1.0, 0.0]])).tolist()
    [1.0, 0.0]
    """
    return np.sum(distribution * np.log2(1 / np.where(distribution > 0, distribution, 1)), axis=1)


def total_variation(p: FloatArray, q: FloatArray) -> FloatArray:
    """(n,) half the sum of absolute differences of each pair of distributions: 0 (equal) to 1 (nothing in common).

    >>> total_variation(np.array([[0.5, 0.5]]), np.array([[1.0, 0.0]]))
    array([0.5])
    """
    return np.abs(p - q).sum(axis=1) / 2


def sample_pairs(n_users: int, n_pairs: int, rng: np.random.Generator) -> IntArray:
    """(n, 2) different users: all pairs where they are at most `n_pairs`, else so many random ones."""
    if n_users * (n_users - 1) // 2 <= n_pairs:
        return np.stack(np.triu_indices(n_users, 1), axis=1)
    first = rng.integers(n_users, size=n_pairs)
    return np.stack([first, (first + rng.integers(1, n_users, size=n_pairs)) % n_users], axis=1)


def jaccard(lists: IntArray, pairs: IntArray) -> FloatArray:
    """(n,) of each pair of users the items on both lists / the items on either, 0 to 1; nan where both are empty.

    >>> jaccard(np.array([[0, 1], [1, 2], [3, 4]]), np.array([[0, 1], [0, 2]])).round(3)
    array([0.333, 0.   ])
    """
    first, second = lists[pairs[:, 0]], lists[pairs[:, 1]]
    shared = ((first[:, :, None] == second[:, None, :]) & (first[:, :, None] >= 0)).sum(axis=(1, 2))
    return divided(shared, (first >= 0).sum(axis=1) + (second >= 0).sum(axis=1) - shared)


def _rows(array: FloatArray, lists: IntArray) -> FloatArray:
    """(n_users, k, w) the row of each listed item, 0 behind a list's end."""
    return np.append(array, np.zeros_like(array[:1]), axis=0)[lists]
