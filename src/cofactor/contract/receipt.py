"""What went out of a model when a person asked to be forgotten, and what stayed that they helped it to learn."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Self

import numpy as np

from cofactor.arrays import Id
from cofactor.errors import counted
from cofactor.sheet import TextMixin

__all__ = ["Receipt"]


@dataclass(frozen=True)
class Receipt(TextMixin):
    """The result of `forget`, to be kept with the request; the person's id is in it, so keep it as one keeps that.

    removed: learned arrays in which a row was theirs, and is gone
    solved_again: learned arrays that are now as if they had never been there
    kept: learned arrays that stayed, in which their ratings are among those of everybody; a new `fit` takes them out
    """

    user: Id
    n_ratings: int  # of theirs, that are gone from the model's table
    removed: tuple[str, ...]
    solved_again: tuple[str, ...]
    kept: tuple[str, ...]

    @classmethod
    def of(cls, user: Id, n_ratings: int, before: Mapping[str, Any], after: Mapping[str, Any]) -> Self:
        """From what a model had learned by name, before and after."""
        kept = [name for name in after if after[name] is before[name]]
        removed = [name for name in after if np.shape(after[name]) != np.shape(before[name])]
        solved = [name for name in after if name not in kept and name not in removed]
        return cls(user, n_ratings, tuple(removed), tuple(solved), tuple(kept))

    def __str__(self) -> str:
        parts = {"Removed": self.removed, "Solved again": self.solved_again, "Kept, of everybody": self.kept}
        lines = [f"{what}: {', '.join(names)}." for what, names in parts.items() if names]
        return "\n".join(
            [f"{self.user!r} and {counted(self.n_ratings, 'rating')} are gone from the model's table.", *lines]
        )
