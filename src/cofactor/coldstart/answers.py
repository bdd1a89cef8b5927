"""What an answer says: of the row of somebody's tastes, and of what they come to know.

"I don't know it" is as true an answer as a rating. So a newcomer is one Gaussian of [x, z] together: x is their row as
the model of ratings sees it, z their place in the `Familiarity` of all, and how the two hang together is read off the
users there are. Whether they know an item is then one more thing observed, like a rating of it:

    rating_j ~ N(offset_j + a_j · x, noise_j)        known_j ~ N(share_j + g_j · z, noise'_j)

Each answer is one or two terms of the same posterior. People mostly rate what they chose to see: such a rating is
expected *given* that they know the item, and lies higher than what they would give to whatever they are shown.
"""

import numpy as np

from cofactor.arrays import FloatArray, IntArray
from cofactor.coldstart.familiarity import Familiarity
from cofactor.newcomer import Belief, NewcomerLaw
from cofactor.training.row_prior import spread

__all__ = ["AnswerLaw"]

LIKELY = 0.01, 0.99  # nobody is sure to know an item, or not to


class AnswerLaw:
    """The law of newcomers of one model (or draw), joined with what people know.

    rows: (b, d) of the users that the familiarity was learned from, under this law
    """

    def __init__(self, law: NewcomerLaw, rows: FloatArray, familiarity: Familiarity) -> None:
        self._law, self._familiarity, self._d = law, familiarity, law.design.shape[1]
        self._design, self._loadings = law.design.astype(np.float64), familiarity.loadings
        self.joint = _joined(law, rows.astype(np.float64), familiarity)
        self._n_known = float(familiarity.share.sum())
        weights = np.column_stack([familiarity.share, self._loadings])
        self._matter = np.einsum("ia,if,ib->afb", self._design, weights, self._design, optimize=True)
        self._rough = self._matter.astype(np.float32)  # enough to put questions in order, and half the time

    def given(self, item_idx: IntArray, values: FloatArray, beside: FloatArray | None = None) -> Belief:
        """Of [x, z] after these answers; nan: they don't know the item.

        beside: (d + f,) by how much they were expected beforehand to differ from the average
        """
        known = ~np.isnan(values)
        observed = np.concatenate([item_idx[known], len(self._design) + item_idx])
        law = self.joint if beside is None else self.joint._replace(mean=self.joint.mean + beside)
        return law.given(observed, np.concatenate([values[known], known]))

    def expected(self, belief: Belief, *, chosen: bool) -> FloatArray:
        """(n_items,) the rating of each item; chosen: given that they come to know it by themselves."""
        scores = self._law.offset + self._design @ belief.mean[: self._d]
        if not chosen:
            return scores
        of_row, _, tells = self._knowing(belief)
        surprise = np.maximum(1 - self._chance(belief), 0) / tells
        return scores + surprise * _dots(of_row, self._design)

    def variance(self, belief: Belief) -> float:
        """Of the score of a rating that somebody may come to give, the noise not counted."""
        return float(np.sum(belief.covariance[: self._d, : self._d] * self._matter[:, 0])) / self._n_known

    def gains(self, belief: Belief) -> FloatArray:
        """(n_items,) by how much the answer about each item is expected to lower that variance, people who will rate
        more counting more.

        Asking tells at least whether they know the item; where they do, it tells their rating, too, and that they are
        one of those who know it, whose ratings to come will be of other items.
        """
        d, covariance, taste = self._d, belief.covariance, belief.mean[self._d :]
        of_row, of_taste, tells = self._knowing(belief)
        of_rating = self._design @ covariance[:d]
        shared = _dots(of_rating[:, d:], self._loadings)
        left = of_rating[:, :d] - (shared / tells)[:, None] * of_row
        own = _dots(of_rating[:, :d], self._design) - shared**2 / tells
        chance = self._chance(belief)
        once_known = taste + of_taste * ((1 - chance) / tells)[:, None]
        rated = np.clip(chance, *LIKELY) * self._mattering(left, once_known) / (self._law.noise + own)
        matter = np.append(1, taste) @ self._matter  # Σ_i P(they know i) a_i a_iᵀ
        return (rated + _dots(of_row @ matter, of_row) / tells) / self._n_known

    # ---- steps --------------------------------------------------------------------------------------------

    def _chance(self, belief: Belief) -> FloatArray:
        """(n_items,) of knowing each item, not held to 0 and 1."""
        return self._familiarity.share + self._loadings @ belief.mean[self._d :]

    def _knowing(self, belief: Belief) -> tuple[FloatArray, FloatArray, FloatArray]:
        """How knowing each item hangs together with x, (n_items, d), and with z, (n_items, f); its variance."""
        both = self._loadings @ belief.covariance[self._d :]
        of_row, of_taste = both[:, : self._d], both[:, self._d :]
        return of_row, of_taste, _dots(of_taste, self._loadings) + self._familiarity.noise

    def _mattering(self, moved: FloatArray, taste: FloatArray) -> FloatArray:
        """(n_items,) Σ_i P(they know i) (a_i · v)², v being each row of `moved`, (n_items, d); taste: z of each."""
        moved, weights = moved.astype(np.float32), np.column_stack([np.ones(len(taste)), taste]).astype(np.float32)
        turned = (moved @ self._rough.reshape(self._d, -1)).reshape(len(moved), -1, self._d)
        return _dots((weights[:, None] @ turned)[:, 0], moved)


def _joined(law: NewcomerLaw, rows: FloatArray, familiarity: Familiarity) -> NewcomerLaw:
    """The law of [x, z], whose "items" are all ratings, and behind them all knowings."""
    (n, d), f = law.design.shape, familiarity.loadings.shape[1]
    design = np.zeros((2 * n, d + f))
    design[:n, :d], design[n:, d:] = law.design, familiarity.loadings
    covariance = spread(np.column_stack([rows - rows.mean(axis=0), familiarity.rows]))
    covariance[:d, :d] += _excess(np.linalg.inv(law.precision), covariance[:d, :d])
    covariance[d:, d:] += familiarity.unknown
    offset, noise = (np.concatenate(pair) for pair in ((law.offset, familiarity.share), (law.noise, familiarity.noise)))
    return NewcomerLaw(design, offset, np.append(law.mean, np.zeros(f)), np.linalg.inv(covariance), noise)


def _excess(whole: FloatArray, part: FloatArray) -> FloatArray:
    """(d, d) by how much one covariance is more than the other, in the directions where it is: rows that were learned
    from few ratings are held to the average, so they spread too little, which the model's own law knows."""
    sizes, axes = np.linalg.eigh(whole - part)
    return (axes * np.maximum(sizes, 0)) @ axes.T


def _dots(a: FloatArray, b: FloatArray) -> FloatArray:
    """(n, k), (n, k) -> (n,)"""
    return np.einsum("ij,ij->i", a, b)
