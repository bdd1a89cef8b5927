"""The penalty and the weight of what was not clicked, by a few short fits on a tenth of the clicks, held out for that.

No constant serves: the weight that suits one table takes six sevenths of another's nDCG away.
"""

from collections.abc import Callable
from typing import NamedTuple

import numpy as np

from cofactor.data.ratings import Ratings
from cofactor.data.relevance import lowest_relevant
from cofactor.errors import BadOption, Diverged
from cofactor.recommender import Recommender
from cofactor.run.run import Run

__all__ = ["MAX_USERS", "N_EPOCHS", "Weighting", "chosen_weighting"]

REG, WEIGHT = 0.003, 0.1  # where nothing can be held out
REGS, WEIGHTS = (0.003, 0.01, 0.03), (0.01, 0.05, 0.2, 0.8)
N_EPOCHS = 8  # of a short fit
HELD_OUT_SHARE = 0.1
MAX_USERS = 5_000  # whose held-out clicks are looked for on their lists
MAX_CLICKS = 2_000_000  # of as many users as have so many, the short fits learn


class Weighting(NamedTuple):
    """`unobserved_weight` and `reg` of an `ImplicitMF`."""

    weight: float
    reg: float


def chosen_weighting(
    weight: float | None, reg: float | None, train: Ratings, short_fit: Callable[[Weighting], Recommender], seed: int
) -> Weighting:  # fmt: skip
    """What is given, and in place of None what makes the short fits reach the highest nDCG@20.

    short_fit: makes a model, not fitted, of `N_EPOCHS` at the most
    Raises `KeyboardInterrupt` where ctrl-C ends one of the fits.
    """
    first = Weighting(weight or WEIGHT, reg or REG)
    if weight is not None and reg is not None:
        return first
    try:
        trial = _Trial(train, short_fit, seed)
    except BadOption:  # too few clicks to hold any out
        return first
    regs, weights = REGS if reg is None else (reg,), WEIGHTS if weight is None else ()
    tried = {one: trial.reached(one) for one in (first._replace(reg=value) for value in regs)}
    best = max(tried, key=lambda one: tried[one])
    tried |= {one: trial.reached(one) for one in (best._replace(weight=value) for value in weights)}
    return max(tried, key=lambda one: tried[one])


class _Trial:
    """Raises `BadOption` where nobody has a relevant click to hold out."""

    def __init__(self, train: Ratings, short_fit: Callable[[Weighting], Recommender], seed: int) -> None:
        from cofactor.data.splits.splitting import split

        self._short_fit = short_fit
        self._part, rest = split(_some_users(train, seed), HELD_OUT_SHARE, by="user", seed=seed)
        lowest = lowest_relevant(self._part, rest)
        self._wanted = rest if lowest is None else rest.subset(rest.values >= np.float32(lowest))
        users = np.unique(self._wanted.user_idx)
        if not len(users):
            raise BadOption("No relevant rating was held out.")
        self._users = np.random.default_rng(seed).permutation(users)[:MAX_USERS]

    def reached(self, weighting: Weighting) -> float:
        """Mean nDCG@20; below every other where the fit diverges."""
        from cofactor.blending.candidates import list_candidates

        short = self._short_fit(weighting)
        try:
            short.learn(self._part, its := Run(progress=False))
        except Diverged:
            return -1.0
        if its.stopped:
            raise KeyboardInterrupt
        return float(list_candidates([short], self._users, self._wanted).ndcg(np.ones(1)).mean())


def _some_users(train: Ratings, seed: int) -> Ratings:
    """The clicks of as many users, drawn at random, as have `MAX_CLICKS`; all where that is all."""
    if len(train) <= MAX_CLICKS:
        return train
    users = np.random.default_rng(seed).permutation(train.n_users)
    chosen = np.zeros(train.n_users, bool)
    chosen[users[: np.searchsorted(np.cumsum(train.user_counts[users]), MAX_CLICKS)]] = True
    return train.subset(chosen[train.user_idx])
