"""Bayesian matrix factorisation: the average over all factors that the ratings leave plausible, with its doubt.

Salakhutdinov & Mnih, "Bayesian probabilistic matrix factorization using MCMC", ICML 2008 [salakhutdinov2008bpmf];
how far it goes with companions and days, Rendle, Zhang & Koren, "On the difficulty of evaluating baselines", 2019
[rendle2019difficulty]. The sampler is `gibbs/`.
"""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np

from cofactor.arrays import IntArray
from cofactor.errors import BadOption, shown
from cofactor.memory import refuse_beyond
from cofactor.models._draw_reasons import DrawReasons
from cofactor.search_space import Between, OneOf, Space
from cofactor.training.trained import TrainedRecommender

if TYPE_CHECKING:
    from cofactor.data.ratings import Ratings
    from cofactor.gibbs.engine import GibbsEngine, StartRows, Sweep
    from cofactor.run.run import Run
    from cofactor.training.validation import Loss

__all__ = ["BayesianMF"]

BYTES_PER_RATING = 40  # of memory in training; measured 10 to 25
BYTES_PER_SCORED_RATING = 100  # with days or ordinal, where every rating's score is kept


@dataclass(kw_only=True)
class BayesianMF(DrawReasons, TrainedRecommender["GibbsEngine"]):
    """r_ui ~ N(μ + b_u + b_i + p_u · q_i, noise), every parameter drawn from its posterior by Gibbs sampling.

    A score is the mean over the kept draws, which is what makes it more accurate than any single best fit;
    `predict(..., interval=0.9)` says how sure it is. Nothing but the rank is there to tune: how strongly a row is held
    to what is expected of it is learned, and what is expected of it comes from its companions and attributes.

    An epoch of its training is a sweep of a chain; `history_` keeps the mean squared error of the training ratings
    under the draw of every sweep. A validation loss is that of the mean over the draws kept so far. Early stopping
    measures, and counts its patience, where a draw is kept. Draws only accumulate, so that there is nothing to put
    back: its best epoch is the model of the draws kept up to there.
    """

    objective: ClassVar = (
        "Predictions as near as possible to the ratings given, as the mean over many explanations of them, each "
        "counting as far as it agrees with them."
    )
    effort: ClassVar = "n_draws"
    mend: ClassVar = "Are the ratings on one scale? Divide them by their largest."
    epoch_name: ClassVar = "sweep"

    n_burn_in: int = 30  # sweeps of each chain before its first draw is kept
    n_draws: int = 100  # draws kept, of all chains together
    thin: int = 2  # sweeps from one kept draw to the next
    n_chains: int = 1  # independent chains whose draws are averaged
    item_bag: bool = True  # who rated an item says what to expect of it
    memory_gb: float | None = None  # what may be used; None: what the machine has free

    def search_space(self) -> Space:
        return {
            "n_factors": Between(8, 64, log=True),
            "row_noise": OneOf((True, False)),
        }

    def _check_options(self) -> None:
        for name, least in (("n_factors", 1), ("n_burn_in", 0), ("n_draws", 2), ("thin", 1), ("n_chains", 1)):
            if getattr(self, name) < least:
                raise BadOption(f"{name} must be at least {least}, but {getattr(self, name)} came.")
        if self.n_chains > self.n_draws:
            raise BadOption(f"{self.n_chains} chains cannot share {self.n_draws} draws. Raise n_draws.")

    def needed_gb(self, train: "Ratings") -> float:
        """Memory that learning takes beyond the table, in GB: the draws, in half precision, and some bytes a rating."""
        a_rating = BYTES_PER_SCORED_RATING if self.days or self.ordinal else BYTES_PER_RATING
        rows = train.n_users + train.n_items + self.user_bag * train.n_items
        return (2 * rows * self.n_draws * (self.n_factors + 1) + a_rating * len(train)) / 1e9

    @property
    def forgetting_note(self) -> str:
        return (
            "What stays: each draw of an item was drawn with their ratings beside those of others, and drawing it anew "
            "takes what is expected of it by who rated it, of which nothing is kept."
            if self.item_bag
            else "What stays: each draw of an item was drawn with their ratings beside those of others."
        )

    # ---- training -----------------------------------------------------------------------------------------

    @property
    def _n_epochs(self) -> int:
        return len(self._sweeps())

    def _check_warm_start(self, before: Any) -> None:
        """Every chain begins with the last draw of `before`, matched by ids; n_burn_in may then be short."""
        if not isinstance(before, BayesianMF):
            raise BadOption(f"warm_start is a fitted BayesianMF, but {shown(before)} came.")
        if len(before.ratings) and before.n_factors != self.n_factors:
            raise BadOption(f"warm_start has {before.n_factors} factors, but this model {self.n_factors}.")

    def _make_engine(self, train: "Ratings", run: "Run") -> "GibbsEngine":
        from cofactor.gibbs.chain import ModelSpec
        from cofactor.gibbs.engine import GibbsEngine

        mend = "Keep fewer n_draws, or use ExplicitALS."
        refuse_beyond(self.needed_gb(train), self.memory_gb, f"BayesianMF of {self.n_draws} draws on {train!r}", mend)
        bags, days = (self.user_bag, self.item_bag), self._known_days(train) if self.days else None
        spec = ModelSpec(self.n_factors, *bags, self.attributes, days, self.row_noise, self.ordinal)
        return GibbsEngine(train, spec, self._sweeps(), self.seed, self._start_rows(train, run.warm_start))

    def _sweeps(self) -> "list[Sweep]":
        """The sweeps of all chains in their order."""
        from cofactor.gibbs.engine import Sweep

        shares = [len(part) for part in np.array_split(np.arange(self.n_draws), self.n_chains)]
        return [
            Sweep(number, since > 0 and since % self.thin == 0)
            for number, share in enumerate(shares)
            for since in range(1 - self.n_burn_in, 1 + self.thin * share)
        ]

    def _start_rows(self, train: "Ratings", before: "BayesianMF | None") -> "StartRows | None":
        from cofactor.data.alignment import indices_in
        from cofactor.gibbs.engine import StartRows

        if before is None:
            return None
        known = indices_in(train.users, before.ratings.users), indices_in(train.items, before.ratings.items)
        return StartRows(before.user_draws_[:, -1], before.item_draws_[:, -1], known)

    def _loss_on(self, held_out: "Ratings", engine: "GibbsEngine", train: "Ratings") -> "Loss":
        """The mean squared error of the mean over the draws kept so far; before there are any, of the sweep's draw."""
        from cofactor.gibbs.held_out import HeldOutError

        return HeldOutError(engine, held_out)

    def _known_days(self, train: "Ratings") -> IntArray:
        """(n_days,) the days of the ratings, ascending; -1 for ratings without a time."""
        from cofactor.gibbs.chain import days_of

        if train.timestamps is None:
            raise BadOption("days=True needs the time of each rating, but these ratings have none.")
        return np.unique(days_of(train.timestamps))

    def _set_learned(self, engine: "GibbsEngine", train: "Ratings") -> None:
        if not engine.samples.n_kept:  # ctrl-C came while the chain burned in
            engine.keep()
        self._set_draws(engine.samples, engine.spec.days, train)
        if self.ordinal:
            self._set_levels(engine.chain.likelihood.targets, train)
