"""Familiarity: which items people know, by factor analysis of the table of users and the items they have rated.

    k_j ~ N(share_j + g_j · z, noise_j)        z ~ N(0, I)        k_j: 1 where somebody knows item j, else 0

By EM (Rubin & Thayer, "EM algorithms for ML factor analysis", 1982 [rubin1982em]). A Gaussian of a 0 or 1 is a linear
model of its probability; it keeps every belief in closed form, also jointly with the belief about ratings.
"""

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from cofactor.arrays import FloatArray, IntArray
from cofactor.posterior.row_model import Belief, RowModel

if TYPE_CHECKING:
    from cofactor.data.ratings import Ratings

__all__ = ["Familiarity", "learn_familiarity"]

MAX_USERS = 20_000  # from whom it is learned
N_EM_STEPS = 25
MIN_NOISE = 1e-3  # else the model would be certain that nobody knows a rare item


class Familiarity(NamedTuple):
    """The parameters of the factor analysis, and the factors of the users it was learned from."""

    share: FloatArray  # (n_items,) the share of the users who know the item
    loadings: FloatArray  # (n_items, f) g
    noise: FloatArray  # (n_items,) the variance that the factors do not explain
    users: IntArray  # (b,) the users from whom it was learned
    rows: FloatArray  # (b, f) the posterior means of their z
    row_covariance: FloatArray  # (f, f) the posterior covariance, the same for each of them

    @property
    def row_model(self) -> RowModel:
        """The row model of a newcomer of whom only the items they know are observed; a "rating" is 1 or 0."""
        n_factors = self.loadings.shape[1]
        return RowModel(self.loadings, self.share, np.zeros(n_factors), np.eye(n_factors), self.noise)

    def expected(self, taste: FloatArray) -> FloatArray:
        """(n_items,) the probability of knowing each item, clipped to 0 and 1. taste: (f,) z"""
        return np.clip(self.share + self.loadings @ taste, 0, 1)

    def posterior(self, item_idx: IntArray, known: FloatArray, prior_mean: FloatArray | None = None) -> Belief:
        """The belief about z of a newcomer who knows these items (1) or does not (0).

        item_idx, known: (m,)     prior_mean: (f,) of their z; None: 0, the average
        """
        row_model = self.row_model if prior_mean is None else self.row_model._replace(mean=prior_mean)
        return row_model.posterior(item_idx, known)


def learn_familiarity(ratings: "Ratings", n_factors: int, seed: int = 0) -> Familiarity:
    """The factor analysis of the items that users have rated, from at most about `MAX_USERS` users with ratings."""
    from scipy.sparse import csr_array

    users = np.flatnonzero(ratings.user_counts)
    users = users[:: max(1, len(users) // MAX_USERS)]
    rated = ratings.by_user.take(users)
    ones = np.ones(len(rated.indices), np.float32)
    table = csr_array((ones, rated.indices, rated.indptr), shape=(len(users), ratings.n_items))
    n = max(1, len(users))
    share = np.bincount(rated.indices, minlength=ratings.n_items) / n
    variance = share * (1 - share)
    noise = np.maximum(variance, MIN_NOISE)
    loadings = np.random.default_rng(seed).standard_normal((ratings.n_items, n_factors)) * np.sqrt(variance)[:, None]
    rows, row_covariance = np.zeros((len(users), n_factors)), np.eye(n_factors)
    for _ in range(N_EM_STEPS):
        weighted = loadings / noise[:, None]
        row_covariance = np.linalg.inv(np.eye(n_factors) + loadings.T @ weighted)
        projection = weighted @ row_covariance
        rows = table @ projection - share @ projection
        together = table.T @ rows - np.outer(share, rows.sum(axis=0))  # (n_items, f)
        loadings = np.linalg.solve(rows.T @ rows + n * row_covariance, together.T).T
        noise = np.maximum(variance - np.einsum("if,if->i", loadings, together) / n, MIN_NOISE)
    return Familiarity(share, loadings, noise, users, rows, row_covariance)
