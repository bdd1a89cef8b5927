"""Likelihood of a rating given its score: Gaussian about the score, or ordered probit between cutpoints.

Ordered probit: r = level l where c_{l-1} < score + noise ≤ c_l; steps between levels may differ in length.
Albert & Chib, "Bayesian analysis of binary and polychotomous response data", JASA 1993 [albert1993bayesian] for the
latent scores. With the latent scores integrated out [cowles1996accelerating], the posterior of the cutpoints given many
ratings is nearly normal about its mode: proposals are drawn from that normal, and nearly always accepted.
"""

from collections.abc import Mapping
from typing import NamedTuple

import numpy as np
from scipy.special import ndtr, ndtri

from cofactor.arrays import Array, FloatArray, IntArray

__all__ = ["Gaussian", "Ordinal", "expected_level"]

NEWTON_STEPS = 2  # towards the mode of the cutpoints, from those of the sweep before
EDGE = 1e-12  # a latent score's quantile is kept this far from 0 and 1


class Gaussian:
    """Ratings normal about their scores; targets are ratings less their mean, (0,) where rows have `FixedTargets`."""

    def __init__(self, values: FloatArray, mean: float) -> None:
        self.targets, self.cuts = values - np.float32(mean), np.zeros(0)

    def draw(self, scores: FloatArray, weights: FloatArray | None, rng: np.random.Generator) -> None:
        """Do nothing: this likelihood has no latent variables."""

    def state(self) -> dict[str, Array]:
        """No arrays: nothing changes."""
        return {}

    def restore(self, state: Mapping[str, Array]) -> None:
        """Do nothing: nothing changes."""


class Ordinal:
    """Ordered probit: targets are latent scores, with noise of variance 1 / weight, between cutpoints."""

    def __init__(self, values: FloatArray) -> None:
        self.levels, level = np.unique(values, return_inverse=True)
        self._level: IntArray = level
        shares = np.cumsum(np.bincount(level))[:-1] / len(values)
        self.cuts: FloatArray = ndtri(shares)
        self.targets = self._middle()

    def draw(self, scores: FloatArray, weights: FloatArray | None, rng: np.random.Generator) -> None:
        """Draw the cutpoints given the scores, then each rating's latent score between its two cutpoints."""
        root = np.ones(1) if weights is None else np.sqrt(weights.astype(np.float64))
        self._draw_cuts(scores, root, rng)
        low, high = self._bounds(self.cuts, scores, root)
        mirrored = low > 0  # quantiles near 1 lose their digits; those of the other tail do not
        low, high = np.where(mirrored, -high, low), np.where(mirrored, -low, high)
        quantile = ndtr(low) + (ndtr(high) - ndtr(low)) * rng.random(len(scores))
        noise = ndtri(np.clip(quantile, EDGE, 1 - EDGE))
        self.targets = (scores + np.where(mirrored, -noise, noise) / root).astype(np.float32)

    def state(self) -> dict[str, Array]:
        """The latent scores and the cutpoints, as copies."""
        return {"targets": self.targets.copy(), "cuts": self.cuts.copy()}

    def restore(self, state: Mapping[str, Array]) -> None:
        """Restore the arrays that `state` returned."""
        self.targets, self.cuts = state["targets"].copy(), state["cuts"].copy()

    def _draw_cuts(self, scores: FloatArray, root: FloatArray, rng: np.random.Generator) -> None:
        """A Metropolis-Hastings step whose proposal is normal about the mode."""
        now = self._fit_of(self.cuts, scores, root)
        centre, at = self.cuts, now
        for _ in range(NEWTON_STEPS):
            centre = centre + np.linalg.solve(at.information, at.slope)
            if (np.diff(centre) <= 0).any():
                return  # far from the mode, as in the first sweeps of a tiny table
            at = self._fit_of(centre, scores, root)
        lower = np.linalg.cholesky(at.information)
        new = centre + np.linalg.solve(lower.T, rng.standard_normal(len(centre)))
        if (np.diff(new) > 0).all():
            back, there = (float(np.square(lower.T @ (cuts - centre)).sum()) / 2 for cuts in (self.cuts, new))
            then = self._fit_of(new, scores, root)
            if np.log(rng.random()) < then.log_likelihood - now.log_likelihood + there - back:
                self.cuts = new

    def _fit_of(self, cuts: FloatArray, scores: FloatArray, root: FloatArray) -> "_Fit":
        """Log-likelihood of cutpoints, its gradient, and its negative Hessian."""
        low, high = self._bounds(cuts, scores, root)
        # far out on the right both quantiles are 1; those of the other tail keep their digits
        tail = ndtr(-low) - ndtr(-high)
        chance = np.maximum(np.where(low > 0, tail, ndtr(high) - ndtr(low)), 1e-300)
        a, b = (root * np.exp(-(edge**2) / 2) / (np.sqrt(2 * np.pi) * chance) for edge in (low, high))
        with np.errstate(invalid="ignore"):  # infinite bounds, whose density is 0
            bent_a, bent_b = (np.where(np.isfinite(edge), edge * root * d, 0) for edge, d in ((low, a), (high, b)))

        def sums(of_upper: FloatArray, of_lower: FloatArray) -> FloatArray:
            """Sums for each cutpoint over the ratings of the levels just below and just above it."""
            n = len(cuts) + 1
            below, above = (np.bincount(self._level, one, n).astype(np.float64) for one in (of_upper, of_lower))
            return below[:-1] + above[1:]

        information = np.diag(sums(b * b + bent_b, a * a - bent_a))
        between = -np.bincount(self._level, a * b, len(cuts) + 1)[1:-1]
        information += np.diag(between, 1) + np.diag(between, -1)
        return _Fit(float(np.log(chance).sum()), sums(b, -a), information)

    def _bounds(self, cuts: FloatArray, scores: FloatArray, root: FloatArray) -> tuple[FloatArray, FloatArray]:
        """(n,), (n,) the standard normal bounds of each rating's noise."""
        edges = np.concatenate([[-np.inf], cuts, [np.inf]])
        return (edges[self._level] - scores) * root, (edges[self._level + 1] - scores) * root

    def _middle(self) -> FloatArray:
        """(n,) the normal quantile in the middle of each rating's level."""
        shares = np.bincount(self._level) / len(self._level)
        return ndtri(np.cumsum(shares) - shares / 2)[self._level].astype(np.float32)


class _Fit(NamedTuple):
    """The log-likelihood of cutpoints and its derivatives."""

    log_likelihood: float
    slope: FloatArray  # (n_levels - 1,)
    information: FloatArray  # (n_levels - 1, n_levels - 1), minus the second derivative


def expected_level(scores: FloatArray, cuts: FloatArray, root: FloatArray, levels: FloatArray) -> FloatArray:
    """(b, s) mean ratings. scores: (b, s) latent   cuts: (s, n_levels - 1)   root: (b, 1) of the noise's precision"""
    expected = np.full(scores.shape, levels[0], np.float64)
    for at, step in enumerate(np.diff(levels)):
        expected += step * ndtr((scores - cuts[:, at]) * root)
    return expected
