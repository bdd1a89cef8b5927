"""Who comes to know what: factor analysis of the table of who has rated which item, whatever the rating.

    k_j ~ N(share_j + g_j · z, noise_j)        z ~ N(0, I)        k_j: 1 where somebody knows item j, else 0

By EM (Rubin & Thayer, "EM algorithms for ML factor analysis", 1982 [rubin1982em]); a Gaussian of a 0 or 1 is a linear
guess of its probability, which is what keeps every belief in closed form, and joint with that about ratings.
"""

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from cofactor.arrays import FloatArray, IntArray
from cofactor.newcomer import Belief, NewcomerLaw

if TYPE_CHECKING:
    from cofactor.data.ratings import Ratings

__all__ = ["Familiarity", "learn_familiarity"]

ENOUGH = 20_000  # users to learn it from
STEPS = 25  # of EM
LEAST = 1e-3  # noise: what hardly anybody knows would else be known for sure not to be known


class Familiarity(NamedTuple):
    share: FloatArray  # (n_items,) of the users, that know it
    loadings: FloatArray  # (n_items, f) g
    noise: FloatArray  # (n_items,)
    users: IntArray  # (b,) from whom it was learned
    rows: FloatArray  # (b, f) their z: the posterior means
    unknown: FloatArray  # (f, f) the posterior covariance of each of them

    @property
    def law(self) -> NewcomerLaw:
        """Of somebody new, where nothing but what they know is looked at; a "rating" is 1 or 0."""
        n_factors = self.loadings.shape[1]
        return NewcomerLaw(self.loadings, self.share, np.zeros(n_factors), np.eye(n_factors), self.noise)

    def expected(self, taste: FloatArray) -> FloatArray:
        """(f,) z -> (n_items,) the probability that somebody knows each item."""
        return np.clip(self.share + self.loadings @ taste, 0, 1)

    def given(self, item_idx: IntArray, known: FloatArray, beforehand: FloatArray | None = None) -> Belief:
        """Of z, when they know these items (1) or do not (0); beforehand: the z, (f,), that was expected of them."""
        law = self.law if beforehand is None else self.law._replace(mean=beforehand)
        return law.given(item_idx, known)


def learn_familiarity(ratings: "Ratings", n_factors: int, seed: int = 0) -> Familiarity:
    """From users who have rated something."""
    from scipy.sparse import csr_array

    users = np.flatnonzero(ratings.user_counts)
    users = users[:: max(1, len(users) // ENOUGH)]
    theirs = ratings.by_user.take(users)
    ones = np.ones(len(theirs.indices), np.float32)
    table = csr_array((ones, theirs.indices, theirs.indptr), shape=(len(users), ratings.n_items))
    n = max(1, len(users))
    share = np.bincount(theirs.indices, minlength=ratings.n_items) / n
    variance = share * (1 - share)
    noise = np.maximum(variance, LEAST)
    loadings = np.random.default_rng(seed).standard_normal((ratings.n_items, n_factors)) * np.sqrt(variance)[:, None]
    rows, unknown = np.zeros((len(users), n_factors)), np.eye(n_factors)
    for _ in range(STEPS):
        weighed = loadings / noise[:, None]
        unknown = np.linalg.inv(np.eye(n_factors) + loadings.T @ weighed)
        turn = weighed @ unknown
        rows = table @ turn - share @ turn
        together = table.T @ rows - np.outer(share, rows.sum(axis=0))  # (n_items, f)
        loadings = np.linalg.solve(rows.T @ rows + n * unknown, together.T).T
        noise = np.maximum(variance - np.einsum("if,if->i", loadings, together) / n, LEAST)
    return Familiarity(share, loadings, noise, users, rows, unknown)
