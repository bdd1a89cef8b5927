"""The parts that a score is the sum of: what every pair has, what user and item add, and each past rating's share."""

from dataclasses import dataclass, field, replace

import numpy as np

from cofactor.arrays import FloatArray, IntArray

__all__ = ["Reasons"]

SMALLEST_DISTANCE = 1e-9  # of a sum from its base, below which nothing is there to be shared out


@dataclass(frozen=True, eq=False)
class Reasons:
    """The parts of the score of one user and one item, in indices; their sum is `total`.

    base: what every pair begins with     user, item: what is added for either, whatever the other
    attributes: what the user's attributes let expect     item_idx, parts: (m,) past ratings, and what each adds
    jointly: what the past ratings add only together, where each part was found by leaving one of them out
    training: what the stored row of the user adds beyond the row that follows from their ratings
    squashed: the base and the total after the sigmoid of a `y_range`, or as ordered levels; None: they are scores
    """

    base: float = 0.0
    user: float = 0.0
    item: float = 0.0
    attributes: float = 0.0
    item_idx: IntArray = field(default_factory=lambda: np.zeros(0, np.int64))
    parts: FloatArray = field(default_factory=lambda: np.zeros(0))
    jointly: float = 0.0
    training: float = 0.0
    squashed: tuple[float, float] | None = None

    @property
    def named(self) -> dict[str, float]:
        """The parts that are of no single rating, by their names."""
        return {name: getattr(self, name) for name in ("base", "user", "item", "attributes", "jointly", "training")}

    @property
    def total(self) -> float:
        """The sum of all parts, before it is squashed."""
        return sum(self.named.values()) + float(self.parts.sum())

    @property
    def score(self) -> float:
        """The score of the pair: the total, squashed where the model squashes."""
        return self.total if self.squashed is None else self.squashed[1]

    def on_score_scale(self) -> "Reasons":
        """Reasons whose sum is the score: the parts of a squashed sum are scaled alike, to fill the score's distance
        from the squashed base.

        These are the integrated gradients along the straight way from the base [sundararajan2017axiomatic].
        """
        if self.squashed is None:
            return self
        base, score = self.squashed
        distance = self.total - self.base
        times = (score - base) / distance if abs(distance) > SMALLEST_DISTANCE else 0.0
        return replace(self.times(times), base=base, squashed=None)

    def times(self, weight: float) -> "Reasons":
        """The reasons of the total, times a number."""
        return self._of({name: weight * part for name, part in self.named.items()}, self.item_idx, weight * self.parts)

    def plus(self, other: "Reasons") -> "Reasons":
        """The reasons of the sum of two totals; parts of the same past rating are added."""
        items, at = np.unique(np.concatenate([self.item_idx, other.item_idx]), return_inverse=True)
        parts = np.zeros(len(items))
        np.add.at(parts, at, np.concatenate([self.parts, other.parts]))
        return self._of({name: part + other.named[name] for name, part in self.named.items()}, items, parts)

    def _of(self, named: dict[str, float], item_idx: IntArray, parts: FloatArray) -> "Reasons":
        found = replace(self, item_idx=item_idx, parts=parts, squashed=None)
        return replace(found, **named)  # pyright: ignore[reportArgumentType]
