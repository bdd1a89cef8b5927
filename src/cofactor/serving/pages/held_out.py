"""The split on which the page measures models: saved ones, which have seen every rating, are fitted anew for it."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from cofactor.data.splits.splitting import Split, split

if TYPE_CHECKING:
    from cofactor.data.ratings import Ratings
    from cofactor.recommender import Recommender

__all__ = ["SEED", "TEST", "SplitAbout", "split_of", "unfitted"]

TEST, SEED = 0.2, 0


@dataclass(frozen=True)
class SplitAbout:
    """The split that all are measured on: the share held out, its seed, and how many ratings of how many people."""

    share: float
    seed: int
    ratings: int
    users: int

    @classmethod
    def of(cls, parts: Split) -> "SplitAbout":
        """The sizes of a split that `split_of` made."""
        return cls(TEST, SEED, len(parts.test), int((parts.test.user_counts > 0).sum()))


def split_of(ratings: "Ratings") -> Split:
    """The split on which models of these ratings are measured."""
    return split(ratings, test=TEST, seed=SEED)


def unfitted(model: "Recommender") -> "Recommender":
    """A model with the same options that has learned nothing."""
    return type(model)(**model.options())
