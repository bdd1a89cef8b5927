"""Bayesian matrix factorisation: draws from the posterior of all parameters, row by row (Gibbs sampling).

    r_ui ~ N(μ + b_u + b_i + p_u · q_i, 1/τ)        [p_u, b_u] ~ N(m, Λ⁻¹), of the items likewise
    m, Λ ~ Normal-Wishart        τ ~ Gamma

Salakhutdinov & Mnih, "Bayesian probabilistic matrix factorization using MCMC", ICML 2008, section 3
[salakhutdinov2008bpmf], with biases inside the rows and the noise drawn too. Nothing is left to tune but the rank:
how strongly a row is held to the average is itself learned, with all covariances.
"""

from typing import NamedTuple

import numpy as np

from cofactor.arrays import FloatArray
from cofactor.data.ratings import Ratings, Rows
from cofactor.kernels.posterior import Law, Prior, padded, solve
from cofactor.training.als import Half, design_of

__all__ = ["GibbsSampler", "Population"]

STRENGTH = 2.0  # β₀ of the Normal-Wishart: the mean 0 counts like so many rows
NOISE_SHAPE, NOISE_RATE = 1.0, 1.0  # of τ's Gamma
START = 0.1  # spread of the first factors


class Population(NamedTuple):
    """How the rows of one side are distributed: N(mean, precision⁻¹)."""

    mean: FloatArray  # (d,)
    precision: FloatArray  # (d, d)

    @classmethod
    def draw(cls, rows: FloatArray, rng: np.random.Generator) -> "Population":
        """Given the rows (n, d): the Normal-Wishart posterior (eq. 14 of the paper), W₀ = I, ν₀ = d, mean 0."""
        n, d = rows.shape
        average = rows.mean(axis=0, dtype=np.float64)
        about = (rows.T @ rows).astype(np.float64) - n * np.outer(average, average)
        shift = n * STRENGTH / (n + STRENGTH) * np.outer(average, average)
        root = np.linalg.cholesky(np.linalg.inv(np.eye(d) + about + shift))
        half = root @ _bartlett(d, n + d, rng)
        precision = half @ half.T
        noise = np.linalg.solve(half.T, rng.standard_normal(d)) / np.sqrt(n + STRENGTH)
        return cls(n * average / (n + STRENGTH) + noise, precision)

    def stranger(self, rng: np.random.Generator) -> FloatArray:
        """A row drawn from the population, (d,)."""
        return self.mean + np.linalg.solve(np.linalg.cholesky(self.precision).T, rng.standard_normal(len(self.mean)))


def _bartlett(d: int, freedom: int, rng: np.random.Generator) -> FloatArray:
    """Lower triangular L with L Lᵀ ~ Wishart(I, freedom)."""
    lower = np.tril(rng.standard_normal((d, d)), -1)
    lower[np.diag_indices(d)] = np.sqrt(rng.chisquare(freedom - np.arange(d)))
    return lower


class _Side:
    """The rows of users or items, their ratings and their population."""

    def __init__(self, rows: Rows, k: int, rng: np.random.Generator) -> None:
        n, width = len(rows.counts), padded(k + 1)
        self.half, self.k = Half(rows, width), k
        self.rows = np.zeros((n, width), np.float32)
        self.rows[:, :k] = START * rng.standard_normal((n, k), dtype=np.float32)
        self.population = Population(np.zeros(k + 1), np.eye(k + 1))

    def sweep(self, other: "_Side", mean: float, noise: float, rng: np.random.Generator) -> float:
        """Draw the population, then all rows; returns the squared error of all ratings that is left, summed.

        It comes with the draw: |z|² - |U⁻ᵀb|² of the factored rows is their posterior's exponent, and what remains
        without the prior's part is τ times the squared error.
        """
        d, width = self.k + 1, self.rows.shape[1]
        self.population = Population.draw(self.rows[:, :d], rng)
        centre, precision = np.zeros(width), np.eye(width)
        centre[:d], precision[:d, :d] = self.population
        prior = Prior(precision.astype(np.float32).ravel(), np.zeros(1, np.float32),
                      (precision @ centre).astype(np.float32)[None])  # fmt: skip
        law = Law(np.float32(noise), np.float32(0), np.float32(0), np.float32(noise))
        offset = other.rows[:, self.k] + np.float32(mean)
        explained = solve(
            self.rows, design_of(other.rows, self.k), offset, self.half.part, law, prior, self.half.plan,
            draw=int(rng.integers(2**62)),
        )  # fmt: skip
        away = self.rows - centre
        held = float(np.einsum("nd,nd->", away @ precision, away)) - len(away) * float(centre @ precision @ centre)
        return self.half.squares(offset) - (float(explained.sum(dtype=np.float64)) + held) / noise


class GibbsSampler:
    """A chain: `sweep` draws everything once, given the rest."""

    def __init__(self, train: Ratings, n_factors: int, seed: int) -> None:
        self.rng = np.random.default_rng(seed)
        self.users, self.items = (_Side(rows, n_factors, self.rng) for rows in (train.by_user, train.by_item))
        self.mean, self._n = train.mean, len(train)
        self.noise = 1 / max(float(train.values.var()), 1e-3)  # τ

    def sweep(self) -> float:
        """Draw users, items and noise; returns the mean squared error of the ratings under the draw."""
        self.users.sweep(self.items, self.mean, self.noise, self.rng)
        error = max(0.0, self.items.sweep(self.users, self.mean, self.noise, self.rng))
        self.noise = self.rng.gamma(NOISE_SHAPE + self._n / 2) / (NOISE_RATE + error / 2)
        return error / self._n
