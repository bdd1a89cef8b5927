"""How well an attack tells members from others: true positives at few false ones, and the area under the curve."""

from typing import NamedTuple

import numpy as np

from cofactor.arrays import BoolArray, FloatArray, IntArray

__all__ = ["AttackCurve"]


class AttackCurve(NamedTuple):
    """The curve of true against false positives (ROC) of decisions, in order of falling score.

    n_users: columns of the decisions     user: (n,) whom each decision is about     member: (n,) whether it was one
    starts: (g,) where each group of equal scores begins: they are decided together
    """

    n_users: int
    user: IntArray
    member: BoolArray
    starts: IntArray

    @classmethod
    def of(cls, scores: FloatArray, member: BoolArray) -> "AttackCurve":
        """scores, member: (n_models, n_users), a decision each; a higher score says "member"."""
        order = np.argsort(-scores.ravel(), kind="stable")
        falling = scores.ravel()[order]
        starts = np.flatnonzero(np.append(True, np.diff(falling) != 0))
        return cls(scores.shape[1], order % scores.shape[1], member.ravel()[order], starts)

    def rates(self, weights: FloatArray) -> tuple[FloatArray, FloatArray]:
        """(g + 1,) the false and the true positive rates from (0, 0) to (1, 1), of people with these weights."""
        of_each = weights[self.user]
        return self._rate(of_each * ~self.member), self._rate(of_each * self.member)

    def _rate(self, counted: FloatArray) -> FloatArray:
        rising = np.append(0.0, np.cumsum(np.add.reduceat(counted, self.starts)))
        return rising / rising[-1]

    def measures(self, weights: FloatArray, rates: tuple[float, ...]) -> FloatArray:
        """The area under the curve, 0.5 by chance, and the true positive rate at no more than each of these rates of
        false positives, which is that rate by chance."""
        false, true = self.rates(weights)
        area = float(np.sum(np.diff(false) * (true[1:] + true[:-1]) / 2))
        return np.array([area, *true[np.searchsorted(false, np.array(rates) + 1e-12, side="right") - 1]])
