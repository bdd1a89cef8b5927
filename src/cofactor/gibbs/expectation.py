"""Prior means of new rows in each draw: from their companions, and from their attributes."""

from collections.abc import Callable, Mapping, Sequence
from typing import TypeAlias

import numpy as np

from cofactor.arrays import Array, FloatArray
from cofactor.data.csr_rows import Rows
from cofactor.data.features import Encoding, bag_share, encode, feature_matrix
from cofactor.kernels.scoring.half_precision import single_precision

__all__ = ["Expected", "expected_by_attributes", "expected_of_one", "expected_with_bag", "mean_features"]

Expected: TypeAlias = Callable[[int], FloatArray]  # number of a draw -> (n, d) prior means, or (d,) of all rows


def expected_with_bag(mean: FloatArray, rows: Rows, bag: FloatArray, bag_mean: FloatArray) -> Expected:
    """The prior means of rows with these companions.

    mean: (n_draws, d) of the average row     bag_mean: (n_draws, d) the part of it that is due to companions
    bag: (m, n_draws, d) coefficients of companions; empty: the model has none
    """
    from scipy.sparse import csr_array

    if not bag.size:
        return lambda draw: mean[draw]
    shares = np.repeat(bag_share(rows.counts), rows.counts)
    companions = csr_array((shares, rows.indices, rows.indptr), shape=(len(rows.counts), len(bag)))
    return lambda draw: mean[draw] + companions @ single_precision(bag, draw) - bag_mean[draw]


def expected_by_attributes(
    coefficients: FloatArray, average: FloatArray, encodings: Sequence[Encoding], attributes: Mapping[str, Array],
    n: int,
) -> Expected:  # fmt: skip
    """The prior means of n rows with these attributes, less that of the average row.

    coefficients: (f, n_draws, d), or empty: nothing is learned from attributes     average: (f,) of the features
    """
    if not coefficients.size:
        return lambda _: np.zeros((n, 1), np.float32)
    centred = feature_matrix(encode(encodings, attributes), n).toarray() - average
    return lambda draw: (centred @ single_precision(coefficients, draw)).astype(np.float32)


def expected_of_one(
    coefficients: FloatArray, average: FloatArray, encodings: Sequence[Encoding], attributes: Mapping[str, Array]
) -> FloatArray:
    """(n_draws, d) `expected_by_attributes` of one row in all draws: one product in place of one a draw."""
    n_features, n_draws, d = coefficients.shape
    if not coefficients.size:
        return np.zeros((n_draws, 1), np.float32)
    centred = feature_matrix(encode(encodings, attributes), 1).toarray()[0] - average
    return (centred.astype(np.float32) @ single_precision(coefficients).reshape(n_features, -1)).reshape(n_draws, d)


def mean_features(encodings: Sequence[Encoding], attributes: Mapping[str, Array]) -> FloatArray:
    """(f,) the features of the average row."""
    n = len(next(iter(attributes.values()))) if attributes else 0
    features = feature_matrix(encode(encodings, attributes), n)
    return np.asarray(features.sum(axis=0), np.float32).ravel() / max(1, n)
