"""The belief about a newcomer after their answers: a joint Gaussian of their tastes and of the items they know.

"I don't know it" is an answer, too. So a newcomer is one Gaussian of [x, z]: x is their row in the model of ratings, z
their factors in the `Familiarity`, and the covariance of the two is estimated from the users of the model. Whether they
know an item is then one more observation, like a rating of it:

    rating_j ~ N(offset_j + a_j · x, noise_j)        known_j ~ N(share_j + g_j · z, noise'_j)

Each answer adds one or two terms to the same posterior. People mostly rate what they chose to see: the expectation of
such a rating is *conditional* on their knowing the item, and higher than that of an item that is shown to them.
"""

import numpy as np

from cofactor.arrays import FloatArray, IntArray
from cofactor.coldstart.familiarity import Familiarity
from cofactor.posterior.row_model import Belief, RowModel
from cofactor.posterior.row_prior import row_covariance

__all__ = ["AnswerModel"]

PROBABILITY_LIMITS = 0.01, 0.99  # of knowing an item, which is never certain


class AnswerModel:
    """The row model of one recommender or posterior draw, jointly with the familiarity with items.

    rows: (b, d) of the users that the familiarity was learned from, under this row model
    """

    def __init__(self, row_model: RowModel, rows: FloatArray, familiarity: Familiarity) -> None:
        self._row_model, self._familiarity, self._d = row_model, familiarity, row_model.design.shape[1]
        self._design, self._loadings = row_model.design.astype(np.float64), familiarity.loadings
        self.joint = _joint_model(row_model, rows.astype(np.float64), familiarity)
        self._n_known = float(familiarity.share.sum())
        weights = np.column_stack([familiarity.share, self._loadings])
        # Σ_i P(they know i) a_i a_iᵀ is linear in [1, z]: one matrix for each of its 1 + f terms
        self._grams = np.einsum("ia,if,ib->afb", self._design, weights, self._design, optimize=True)
        self._grams_float32 = self._grams.astype(np.float32)  # enough to put questions in order, in half the time

    def posterior(self, item_idx: IntArray, values: FloatArray, shift: FloatArray | None = None) -> Belief:
        """The belief about [x, z] after answers about these items; nan: they do not know the item.

        item_idx, values: (m,)     shift: (d + f,) by how much the prior mean differs from that of the average newcomer
        """
        known = ~np.isnan(values)
        observed = np.concatenate([item_idx[known], len(self._design) + item_idx])
        row_model = self.joint if shift is None else self.joint._replace(mean=self.joint.mean + shift)
        return row_model.posterior(observed, np.concatenate([values[known], known]))

    def expected(self, belief: Belief, *, chosen: bool) -> FloatArray:
        """(n_items,) the expected rating of each item; chosen: given that they have chosen the item by themselves."""
        scores = self._row_model.offset + self._design @ belief.mean[: self._d]
        if not chosen:
            return scores
        with_row, _, variance = self._covariances_with_knowing(belief)
        surprise = np.maximum(1 - self._probability_known(belief), 0) / variance
        return scores + surprise * _dots(with_row, self._design)

    def variance(self, belief: Belief) -> float:
        """The variance of the scores, without the ratings' noise: its mean over the items they are expected to know."""
        return float(np.sum(belief.covariance[: self._d, : self._d] * self._grams[:, 0])) / self._n_known

    def gains(self, belief: Belief) -> FloatArray:
        """(n_items,) the expected reduction of `variance` by the answer about each item.

        Newcomers who know more items count more. Every answer says whether they know the item; if they do, it also has
        their rating, and changes which other items they are expected to know.
        """
        d, covariance, taste = self._d, belief.covariance, belief.mean[self._d :]
        with_row, with_taste, variance = self._covariances_with_knowing(belief)
        of_rating = self._design @ covariance[:d]
        shared = _dots(of_rating[:, d:], self._loadings)
        left = of_rating[:, :d] - (shared / variance)[:, None] * with_row
        own = _dots(of_rating[:, :d], self._design) - shared**2 / variance
        probability = self._probability_known(belief)
        once_known = taste + with_taste * ((1 - probability) / variance)[:, None]
        weighted = self._weighted_squares(left, once_known)
        rated = np.clip(probability, *PROBABILITY_LIMITS) * weighted / (self._row_model.noise + own)
        gram = np.append(1, taste) @ self._grams
        return (rated + _dots(with_row @ gram, with_row) / variance) / self._n_known

    # ---- steps --------------------------------------------------------------------------------------------

    def _probability_known(self, belief: Belief) -> FloatArray:
        """(n_items,) the probability of knowing each item, not clipped to 0 and 1."""
        return self._familiarity.share + self._loadings @ belief.mean[self._d :]

    def _covariances_with_knowing(self, belief: Belief) -> tuple[FloatArray, FloatArray, FloatArray]:
        """The covariances of knowing each item with x, (n_items, d), and with z, (n_items, f), and its variance."""
        both = self._loadings @ belief.covariance[self._d :]
        with_row, with_taste = both[:, : self._d], both[:, self._d :]
        return with_row, with_taste, _dots(with_taste, self._loadings) + self._familiarity.noise

    def _weighted_squares(self, directions: FloatArray, tastes: FloatArray) -> FloatArray:
        """(n_items,) Σ_i P(they know i) (a_i · v)² for each row v of `directions`, (n_items, d).

        tastes: (n_items, f) z, from which the probabilities for each row are computed
        """
        weights = np.column_stack([np.ones(len(tastes)), tastes]).astype(np.float32)
        directions = directions.astype(np.float32)
        products = (directions @ self._grams_float32.reshape(self._d, -1)).reshape(len(directions), -1, self._d)
        return _dots((weights[:, None] @ products)[:, 0], directions)


def _joint_model(row_model: RowModel, rows: FloatArray, familiarity: Familiarity) -> RowModel:
    """The row model of [x, z]; its 2 n observations are the rating of each item, then whether each item is known."""
    (n, d), f = row_model.design.shape, familiarity.loadings.shape[1]
    design = np.zeros((2 * n, d + f))
    design[:n, :d], design[n:, d:] = row_model.design, familiarity.loadings
    covariance = row_covariance(np.column_stack([rows - rows.mean(axis=0), familiarity.rows]))
    covariance[:d, :d] += _excess_covariance(np.linalg.inv(row_model.precision), covariance[:d, :d])
    covariance[d:, d:] += familiarity.row_covariance
    offset, noise = (
        np.concatenate(pair) for pair in ((row_model.offset, familiarity.share), (row_model.noise, familiarity.noise))
    )
    return RowModel(design, offset, np.append(row_model.mean, np.zeros(f)), np.linalg.inv(covariance), noise)


def _excess_covariance(whole: FloatArray, part: FloatArray) -> FloatArray:
    """(d, d) the positive part of whole - part.

    Rows that were learned from few ratings are shrunk to the average, so that their covariance is too small; that of
    the newcomers' prior is corrected for it.
    """
    sizes, axes = np.linalg.eigh(whole - part)
    return (axes * np.maximum(sizes, 0)) @ axes.T


def _dots(a: FloatArray, b: FloatArray) -> FloatArray:
    """(n,) the dot products of the rows of a and b, (n, k) each."""
    return np.einsum("ij,ij->i", a, b)
