"""The split on which the page measures, and the models of the same options that are fitted to its larger part."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from cofactor.data.splits.splitting import Split, split
from cofactor.run.run import Run

if TYPE_CHECKING:
    from cofactor.data.ratings import Ratings
    from cofactor.recommender import Recommender

__all__ = ["SEED", "TEST", "SplitAbout", "fitted_anew", "split_by_user", "split_of", "unfitted"]

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


@dataclass(eq=False)
class _WatchedRun(Run):
    """A run that tells which share of its sweeps is done, before each of them."""

    watch: Callable[[float], None] = lambda done: None

    def sweeps(self, n: int, unit: str = "sweep", *, first: int = 0) -> Iterator[int]:
        for number in range(first, n):
            self.watch(number / n)
            yield number

    def part(self) -> "Run":
        return _WatchedRun(progress=self.progress, watch=self.watch)


def split_of(ratings: "Ratings") -> Split:
    """The split on which models of these ratings are measured."""
    return split(ratings, test=TEST, seed=SEED)


def split_by_user(ratings: "Ratings") -> Split:
    """The split on which a card measures: a share of each person's ratings."""
    return split(ratings, test=TEST, by="user", seed=SEED)


def unfitted(model: "Recommender") -> "Recommender":
    """A model with the same options that has learned nothing."""
    return type(model)(**model.options())


def fitted_anew(model: "Recommender", train: "Ratings", watch: Callable[[float], None]) -> "Recommender":
    """A model with the same options, fitted to `train`.

    watch: is told which share of the sweeps is done, and may end the fit by raising
    """
    return unfitted(model).learn(train, _WatchedRun(progress=False, watch=watch))
