"""Bayesian matrix factorisation: the average over all factors that the ratings leave plausible, with its doubt.

Salakhutdinov & Mnih, "Bayesian probabilistic matrix factorization using MCMC", ICML 2008 [salakhutdinov2008bpmf];
how far it goes, Rendle, Zhang & Koren, "On the difficulty of evaluating baselines", 2019 [rendle2019difficulty].
"""

from collections.abc import Iterator
from dataclasses import dataclass
from statistics import NormalDist
from typing import TYPE_CHECKING, ClassVar, Literal

import numpy as np

from cofactor.arrays import Array, FloatArray, Id, IntArray
from cofactor.errors import BadOption
from cofactor.recommender import Recommender, Unknown

if TYPE_CHECKING:
    from cofactor.data.ratings import Ratings
    from cofactor.training.gibbs import GibbsSampler, Population

__all__ = ["BayesianMF"]

PAIRS = 2_000_000  # numbers of draws gathered at once


@dataclass(kw_only=True)
class BayesianMF(Recommender):
    """r_ui ~ N(μ + b_u + b_i + p_u · q_i, 1/τ), every parameter drawn from its posterior by Gibbs sampling.

    A score is the mean over the kept draws, which is what makes it more accurate than any single best fit;
    `predict_interval` says how sure it is. Regularisation is learned. A row without ratings is its population's mean.
    """

    learned: ClassVar = (
        "mean_", "user_draws_", "item_draws_", "user_mean_", "item_mean_", "user_stranger_", "item_stranger_",
        "user_precision_", "noise_",
    )  # fmt: skip
    objective: ClassVar = "The probability of the ratings given, averaged over all factors that explain them."
    has_vectors: ClassVar = True

    n_factors: int = 32
    n_burn_in: int = 30  # sweeps before the first draw is kept
    n_draws: int = 100  # draws kept
    thin: int = 2  # sweeps from one kept draw to the next
    seed: int = 0

    def _check_options(self) -> None:
        for name, least in (("n_factors", 1), ("n_burn_in", 0), ("n_draws", 2), ("thin", 1)):
            if getattr(self, name) < least:
                raise BadOption(f"{name} must be at least {least}, but {getattr(self, name)} came.")

    def _fit(self, train: "Ratings") -> None:
        from cofactor.training.gibbs import GibbsSampler

        chain, d = GibbsSampler(train, self.n_factors, self.seed), self.n_factors + 1
        self.mean_, self.history_ = train.mean, list[float]()
        self.user_draws_ = np.empty((train.n_users, self.n_draws, d), np.float16)
        self.item_draws_ = np.empty((train.n_items, self.n_draws, d), np.float16)
        self.user_mean_, self.item_mean_ = (np.empty((self.n_draws, d), np.float32) for _ in range(2))
        self.user_stranger_, self.item_stranger_ = (np.empty((self.n_draws, d), np.float32) for _ in range(2))
        self.user_precision_ = np.empty((self.n_draws, d, d), np.float32)
        self.noise_ = np.empty(self.n_draws, np.float32)
        for _ in range(self.n_burn_in):
            self.history_.append(chain.sweep())
        for draw in range(self.n_draws):
            self.history_ += [chain.sweep() for _ in range(self.thin)]
            self._keep(chain, draw, train)

    def _keep(self, chain: "GibbsSampler", draw: int, train: "Ratings") -> None:
        """Half precision is enough: a draw's own spread is a hundred times its rounding."""
        sides = (
            (chain.users, self.user_draws_, self.user_mean_, self.user_stranger_, train.user_counts),
            (chain.items, self.item_draws_, self.item_mean_, self.item_stranger_, train.item_counts),
        )
        for side, draws, means, strangers, counts in sides:
            population: Population = side.population
            means[draw], strangers[draw] = population.mean, population.stranger(chain.rng)
            draws[:, draw] = np.where((counts > 0)[:, None], side.rows[:, : means.shape[1]], means[draw])
        self.user_precision_[draw], self.noise_[draw] = chain.users.population.precision, chain.noise

    # ---- answers ------------------------------------------------------------------------------------------

    def predict_interval(
        self, users: Id | list[Id] | Array, items: Id | list[Id] | Array, level: float = 0.9,
        *, unknown: Unknown = "raise",
    ) -> tuple[FloatArray, FloatArray]:  # fmt: skip
        """Between which values each rating lies with this probability: (low, high), one of each for a pair.

        Both kinds of doubt are in it: what the factors are (the draws differ), and what a person gives on a day
        (the noise).
        """
        if not 0 < level < 1:
            raise BadOption(f"level is a probability between 0 and 1, but {level} came.")
        pair = np.broadcast_arrays(self._find(users, "user", unknown), self._find(items, "item", unknown))
        no_user, no_item = np.append(self.ratings.user_counts, 0) == 0, np.append(self.ratings.item_counts, 0) == 0
        users, items = (np.where(no[idx], -1, idx) for no, idx in zip((no_user, no_item), pair, strict=True))
        draws = self._draws(users, items, self.user_stranger_, self.item_stranger_)  # not the mean of those not known
        spread = np.concatenate([part.std(axis=1) for part in draws])
        reach = NormalDist().inv_cdf(0.5 + level / 2) * np.sqrt(spread**2 + np.mean(1 / self.noise_))
        mean = self._predict(*pair)
        return mean - reach, mean + reach

    def _draws(
        self, user_idx: IntArray, item_idx: IntArray, no_user: FloatArray, no_item: FloatArray
    ) -> Iterator[FloatArray]:
        """Each draw's score of each pair, (b, n_draws), in blocks of pairs; no_user, no_item stand for index -1."""
        size = max(1, PAIRS // self.user_draws_[0].size)
        for at in range(0, max(1, len(user_idx)), size):
            p = _rows(self.user_draws_, no_user, user_idx[at : at + size])
            q = _rows(self.item_draws_, no_item, item_idx[at : at + size])
            yield np.einsum("bsk,bsk->bs", p[..., :-1], q[..., :-1]) + p[..., -1] + q[..., -1] + np.float32(self.mean_)

    def _predict(self, user_idx: IntArray, item_idx: IntArray) -> FloatArray:
        draws = self._draws(user_idx, item_idx, self.user_mean_, self.item_mean_)
        return np.concatenate([part.mean(axis=1) for part in draws])

    def _score(self, user_idx: IntArray) -> FloatArray:
        return self._score_rows(_rows(self.user_draws_, self.user_mean_, user_idx))

    def _score_rows(self, rows: FloatArray) -> FloatArray:
        """(b, n_draws, k + 1) rows of users -> (b, n_items)."""
        items = self.item_draws_.astype(np.float32)
        flat = rows[..., :-1].reshape(len(rows), -1) @ items[..., :-1].reshape(len(items), -1).T
        flat /= self.n_draws
        return flat + rows[..., -1].mean(axis=1)[:, None] + (items[..., -1].mean(axis=1) + np.float32(self.mean_))

    def _score_newcomer(self, item_idx: IntArray, values: FloatArray) -> FloatArray:
        """In each draw the newcomer's row is at its posterior mean, the items being given."""
        items = self.item_draws_[item_idx].astype(np.float64).transpose(1, 0, 2)
        design = np.concatenate([items[..., :-1], np.ones((*items.shape[:2], 1))], axis=2)
        pull = self.noise_[:, None] * (values - self.mean_ - items[..., -1])
        precision = self.user_precision_ + self.noise_[:, None, None] * np.einsum("smk,sml->skl", design, design)
        known = np.einsum("skl,sl->sk", self.user_precision_, self.user_mean_)
        right = known + np.einsum("smk,sm->sk", design, pull)
        rows = np.linalg.solve(precision, right[..., None])[..., 0]
        return self._score_rows(rows.astype(np.float32)[None])[0]

    def _vectors(self, side: Literal["user", "item"]) -> FloatArray:
        """All draws side by side: their angle does not change where a later draw has turned its axes."""
        draws = self.user_draws_ if side == "user" else self.item_draws_
        rated = (self.ratings.user_counts if side == "user" else self.ratings.item_counts) > 0
        return np.where(rated[:, None], draws[..., :-1].astype(np.float32).reshape(len(draws), -1), 0)


def _rows(draws: FloatArray, nobody: FloatArray, idx: IntArray) -> FloatArray:
    """(b, n_draws, k + 1) float32; `nobody` where the index is -1."""
    rows = draws[idx].astype(np.float32)
    rows[idx < 0] = nobody
    return rows
