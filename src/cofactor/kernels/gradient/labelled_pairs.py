"""Pairs of users and items with a rating or click each: the training data of nets and factors."""

from typing import NamedTuple, Self

from cofactor.arrays import FloatArray, IntArray

__all__ = ["LabelledPairs"]


class LabelledPairs(NamedTuple):
    """n pairs of a user and an item, and the target of each."""

    user_idx: IntArray  # (n,) int32
    item_idx: IntArray
    values: FloatArray  # (n,) float32: a rating; or 1 for a click, 0 for none

    def rows(self, which: IntArray) -> Self:
        """Some of the pairs."""
        return self._replace(
            user_idx=self.user_idx[which], item_idx=self.item_idx[which], values=self.values[which]
        )  # fmt: skip
