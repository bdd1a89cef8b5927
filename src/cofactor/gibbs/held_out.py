"""The error of the mean over the kept draws on held-out ratings, updated draw by draw while a chain runs."""

import numpy as np

from cofactor.arrays import FloatArray
from cofactor.data.ratings import Ratings
from cofactor.gibbs.draws import Draws
from cofactor.gibbs.engine import GibbsEngine
from cofactor.gibbs.likelihood import Ordinal, expected_level
from cofactor.gibbs.samples import PosteriorSamples, RowSamples

__all__ = ["HeldOutError"]


class HeldOutError:
    """The mean squared error of the mean over all draws kept so far; before there are any, of the chain's own draw.

    Expected levels of ordinal ratings are computed with the noise of each draw.
    """

    def __init__(self, engine: GibbsEngine, held_out: Ratings) -> None:
        self._engine, self._held_out = engine, held_out
        self._n, self._sum = 0, np.zeros(len(held_out))  # of the draws summed up so far

    def __call__(self) -> float:
        samples = self._engine.samples
        while self._n < samples.n_kept:
            self._sum += self._predicted(samples, self._n)
            self._n += 1
        return float(np.mean(np.square(self._sum / self._n - self._held_out.values))) if self._n else self._of_chain()

    def _of_chain(self) -> float:
        draw = PosteriorSamples(1)
        draw.add(self._engine.chain, bag=False, rng=np.random.default_rng(0))
        return float(np.mean(np.square(self._predicted(draw, 0) - self._held_out.values)))

    def _predicted(self, samples: PosteriorSamples, at: int) -> FloatArray:
        """(n,) predicted ratings by one draw."""
        likelihood, held_out = self._engine.chain.likelihood, self._held_out
        mean = 0.0 if isinstance(likelihood, Ordinal) else self._engine.train.mean
        users, items, days = (_draw(one, at) for one in (samples.users, samples.items, samples.days))
        day, unknown_user, unknown_item = (_means(one, at) for one in (samples.days, samples.users, samples.items))
        draws = Draws(users, items, days, day, unknown_user, unknown_item, mean)
        scores = np.empty((len(held_out), 1), np.float32)
        for block, of_block in draws.of_pairs(held_out.user_idx, held_out.item_idx, None):
            scores[block] = of_block
        if isinstance(likelihood, Ordinal):
            root = 1 / np.sqrt(self._variance(samples, at))[:, None]
            scores = expected_level(scores, samples.cuts[at][None], root, likelihood.levels)
        return scores[:, 0]

    def _variance(self, samples: PosteriorSamples, at: int) -> FloatArray:
        """(n,) the noise variance of each pair, relative to the usual."""
        pairs = zip(samples.variances, (self._held_out.user_idx, self._held_out.item_idx), strict=True)
        return np.prod([one[at][idx] for one, idx in pairs if one] or [np.ones(len(self._held_out))], axis=0)


def _draw(rows: RowSamples, at: int) -> FloatArray:
    return np.ascontiguousarray(rows.draws[:, at : at + 1])


def _means(rows: RowSamples, at: int) -> FloatArray:
    return rows.means[at][None] if rows.means else np.zeros((0, 0), np.float32)
