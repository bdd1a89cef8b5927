"""The items' rows [b, q] from the released sums: posterior means that know how much noise is in them.

    B_i = c_i G row_i + N(0, s² a c_i G) + N(0, σ² I)        row_i ~ N(A x_i, prior)

c_i is the item's noisy count, G the Gram matrix of all people over the sum of all counts, s² the variance of a rating,
a the weight of a rating, σ the noise that was added. The coefficients A of the items' attributes x_i (1 alone, where
none are used) are those of a weighted ridge regression. Everything here follows from what was released and from the
catalogue, so that it costs no privacy.
"""

from typing import NamedTuple

import numpy as np

from cofactor.arrays import FloatArray

__all__ = ["ItemBelief", "PersonGram", "biases_from_sums", "rows_from_sums", "shared_gram"]

RATING_VARIANCE = 0.19  # s², in units of half the range
BIAS_VARIANCE, FACTOR_VARIANCE = 0.0625, 0.0225  # of an item's row about what its attributes let expect
MIN_COUNT = 0.5  # of an item, in standard deviations of its noise: fewer may be none at all
MIN_EIGENVALUE = 0.02  # of the Gram matrix, as a share of its largest

PersonGram = FloatArray  # (d + 1, d + 1) positive definite


class ItemBelief(NamedTuple):
    """The posterior of the items' rows, and their noisy counts.

    counts: (n_items,) in the weight of the first release     bias, bias_variance: (n_items,)
    factors: (n_items, d)     factor_variance: (n_items,) summed over the factors
    """

    mean: float
    counts: FloatArray
    total: float  # of the counts
    bias: FloatArray
    bias_variance: FloatArray
    factors: FloatArray
    factor_variance: FloatArray


def biases_from_sums(
    sums: FloatArray, means: FloatArray, sigma: float, weights: tuple[float, float, float], attributes: FloatArray
) -> ItemBelief:
    """The posterior of the biases from the first release.

    sums: (n_items, 2) of counts and deviations     means: (2,) of people and their means
    sigma: of the noise in each     weights: a of a rating, κ of a count, ξ of a mean     attributes: (n_items, f)
    """
    weight, of_count, _ = weights
    counts = np.maximum(sums[:, 0] / of_count, max(MIN_COUNT * sigma / of_count, 0.5 * weight))
    variance = (sigma**2 + RATING_VARIANCE * weight * counts) / counts**2
    estimate = (sums[:, 1] / counts)[:, None]
    expected = _expected(estimate, variance, BIAS_VARIANCE, attributes)[:, 0]
    trust = BIAS_VARIANCE / (BIAS_VARIANCE + variance)
    bias, none = expected + trust * (estimate[:, 0] - expected), np.zeros(len(counts))
    mean = float(np.clip(means[1] / max(means[0], 1e-12), -1, 1))
    total = float(max(sums[:, 0].sum() / of_count, counts.max()))
    return ItemBelief(mean, counts, total, bias, trust * variance, np.zeros((len(counts), 0)), none)


def shared_gram(sums: FloatArray, total: float, weight: float) -> PersonGram:
    """The Gram matrix of z for a unit of count, made positive definite. sums: ((d + 1)²,) released     weight: γ"""
    size = round(len(sums) ** 0.5)
    matrix = sums.reshape(size, size) / (weight * total)
    sizes, axes = np.linalg.eigh((matrix + matrix.T) / 2)
    return (axes * np.maximum(sizes, max(MIN_EIGENVALUE * sizes[-1], 1e-9))) @ axes.T


def rows_from_sums(
    before: ItemBelief, sums: FloatArray, gram: PersonGram, sigma: float, weight: float, attributes: FloatArray
) -> ItemBelief:
    """The posterior of biases and factors from a sweep.

    sums: (n_items, d + 1) right sides, of residuals from `before`     weight: a of a rating

    The bias continues from what was known of it; factors begin anew, as people's directions are others now.
    """
    (n, size), counts = sums.shape, before.counts[:, None, None]
    inverse = np.linalg.inv(gram)
    estimate = sums @ inverse / before.counts[:, None]
    covariance = sigma**2 * (inverse @ inverse) / counts**2 + RATING_VARIANCE * weight * inverse / counts
    expected = np.zeros((n, size))
    if size > 1:
        variance = np.trace(covariance[:, 1:, 1:], axis1=1, axis2=2) / (size - 1)
        expected[:, 1:] = _expected(estimate[:, 1:], variance, FACTOR_VARIANCE, attributes)
    prior = np.tile(np.diag([0.0, *[FACTOR_VARIANCE] * (size - 1)]), (n, 1, 1))
    prior[:, 0, 0] = before.bias_variance
    gain = np.linalg.solve(prior + covariance, prior).swapaxes(1, 2)  # prior (prior + covariance)⁻¹
    row = expected + np.einsum("iab,ib->ia", gain, estimate - expected)
    left = np.einsum("iaa->ia", prior - gain @ prior)
    bias, bias_variance = before.bias + row[:, 0], np.maximum(left[:, 0], 0)
    factor_variance = np.maximum(left[:, 1:], 0).sum(axis=1)
    return before._replace(bias=bias, bias_variance=bias_variance, factors=row[:, 1:], factor_variance=factor_variance)


def _expected(estimate: FloatArray, variance: FloatArray, prior: float, attributes: FloatArray) -> FloatArray:
    """(n_items, k) what attributes let expect of estimates (n_items, k) with these variances (n_items,) about them."""
    weighted = attributes / (prior + variance)[:, None]
    gram = attributes.T @ weighted + np.eye(attributes.shape[1]) / prior
    return attributes @ np.linalg.solve(gram, weighted.T @ estimate)
