"""BPR: factors that put what a user likes before what they do not, pair by pair.

Rendle et al., "BPR: Bayesian personalized ranking from implicit feedback", UAI 2009 [rendle2009bpr].
"""

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar, Literal

import numpy as np

from cofactor.arrays import BoolArray, FloatArray, IntArray
from cofactor.contract.abilities import Abilities
from cofactor.contract.learned import floats
from cofactor.contract.profile import UserProfile
from cofactor.contract.reasons import Reasons
from cofactor.errors import BadOption
from cofactor.kernels.posterior.pairwise_row import pairwise_pulls, pairwise_row
from cofactor.models._average_user import AverageRowMixin
from cofactor.search_space import Between, Space
from cofactor.selection.exact import DotProducts
from cofactor.training.schedule import SCHEDULED, ScheduleName
from cofactor.training.trained import TrainedRecommender

if TYPE_CHECKING:
    from cofactor.data.joining import Joined
    from cofactor.data.ratings import Ratings
    from cofactor.run.run import Run
    from cofactor.training.engines.pairwise import PairwiseSgd
    from cofactor.training.validation import Loss

__all__ = ["BPR"]

MAX_STEPS_PER_EPOCH = 8
MAX_PAIRS = 100_000  # of a newcomer's likes and other items, at most about so many, evenly spread
MIN_DECAY = 1e-6  # of a row that is folded in; without any, a user who likes what nobody else does has no minimum


@dataclass(kw_only=True)
class BPR(TrainedRecommender["PairwiseSgd"], AverageRowMixin):
    """Maximises Σ ln σ(s_ui - s_uj) - λ/2 Σ |row|² over likes (u, i) and items j that u does not like (eq. 5),

    with s_ui = p_u · q_i + b_i, by gradient descent: each like once an epoch, with an item drawn at random. Clicks and
    counts are likes, all but dislikes, values of 0 or below; of ratings those from `relevant` on. The same seed gives
    the same model on any number of cores. Somebody nothing is known about has the mean row of the users with likes.
    """

    learned: ClassVar = {
        "user_factors_": floats("n_users", "n_factors"), "item_factors_": floats("n_items", "n_factors"),
        "item_bias_": floats("n_items"),
    }  # fmt: skip
    objective: ClassVar = (
        "Lists on which what somebody took stands above what they did not: as many such pairs as possible are put in "
        "this order."
    )
    mend: ClassVar = "Lower learning_rate."

    n_factors: int = 64
    n_epochs: int = 80
    learning_rate: float = 0.1  # the highest, of one_cycle
    weight_decay: float = 0.02  # λ: every pair pulls its three rows towards 0 by so much
    schedule: ScheduleName = "one_cycle"  # of the learning rate: one_cycle, constant, flat_cosine
    relevant: float | None = None  # the lowest rating that is a like; None: 4 of 1..5, 70 % up any scale
    seed: int = 0

    @property
    def abilities(self) -> Abilities:
        return Abilities(predicts=False, places_items=False, has_vectors=True, gives_reasons=True)

    def search_space(self) -> Space:
        return {
            "n_factors": Between(16, 256, log=True),
            "learning_rate": Between(0.01, 0.5, log=True),
            "weight_decay": Between(1e-4, 0.1, log=True),
        }

    def _check_options(self) -> None:
        for name in ("n_factors", "n_epochs"):
            if getattr(self, name) < 1:
                raise BadOption(f"{name} must be at least 1, but {getattr(self, name)} came.")
        if not (self.learning_rate > 0 and self.weight_decay >= 0):
            raise BadOption(
                f"learning_rate must be above 0 and weight_decay 0 or more, "
                f"but {self.learning_rate} and {self.weight_decay} came."
            )

    # ---- training -----------------------------------------------------------------------------------------

    def needed_gb(self, train: "Ratings") -> float:
        """The factors, drawn in double precision, trained and kept, and the schedule's numbers of every step, in GB."""
        n_numbers = (train.n_users + train.n_items) * (self.n_factors + 16)
        n_steps = self.n_epochs * MAX_STEPS_PER_EPOCH
        return (16 * n_numbers + SCHEDULED * n_steps) / 1e9

    def _make_engine(self, train: "Ratings", run: "Run") -> "PairwiseSgd":
        from cofactor.training.engines.pairwise import PairwiseSgd
        from cofactor.training.schedule import schedule

        engine = PairwiseSgd(self._likes(train).by_user, train.n_items, self.n_factors, self.seed)
        engine.begin(schedule(self.schedule, self.n_epochs * engine.n_steps, self.learning_rate), self.weight_decay)
        return engine

    def _set_learned(self, engine: "PairwiseSgd", train: "Ratings") -> None:
        self._drop_average()
        model, k = engine.model, self.n_factors
        self.user_factors_ = np.where(engine.n_likes[:, None] > 0, model.users[:, :k], 0).astype(np.float32)
        self.item_factors_, self.item_bias_ = model.items[:, :k].copy(), model.bias.copy()

    def _loss_on(self, held_out: "Ratings", engine: "PairwiseSgd", train: "Ratings") -> "Loss":
        """The mean probability of the wrong order of a held-out like and an item that its user does not have."""
        from cofactor.training.validation import wrong_order

        return wrong_order(engine, self._likes(held_out, train), train, self.seed)

    def _likes(self, ratings: "Ratings", train: "Ratings | None" = None) -> "Ratings":
        """Those of the ratings that are likes; `train`, where it is another table, says from which value on."""
        lowest = self._lowest_of(ratings if train is None else train)
        likes = ratings.positives if lowest is None else ratings.subset(ratings.values >= np.float32(lowest))
        if not len(likes):
            why = "is above 0" if lowest is None else f"is {lowest:g} or above"
            raise BadOption(f"No rating {why}, so there are no likes to learn from. Lower relevant.")
        return likes

    # ---- answers ------------------------------------------------------------------------------------------

    def score_users(self, user_idx: IntArray) -> FloatArray:
        return self._user_rows(user_idx) @ self.item_factors_.T + self.item_bias_

    def dot_products(self) -> DotProducts:
        items = np.column_stack([self.item_factors_, self.item_bias_])

        def users(user_idx: IntArray) -> FloatArray:
            rows = self._user_rows(user_idx)
            return np.column_stack([rows, np.ones(len(rows), np.float32)])

        return DotProducts(items, users)

    def score_profile(self, profile: UserProfile) -> FloatArray:
        return self.item_factors_ @ self._row_of(profile) + self.item_bias_

    def _row_of(self, profile: UserProfile) -> FloatArray:
        """(k,) of somebody new, the average row where they like nothing."""
        liked = profile.item_idx[self._are_likes(profile.values)]
        row = self._fold_in(liked).astype(np.float32) if len(liked) else np.zeros(self.n_factors, np.float32)
        return row if row.any() else self._average

    def reasons(self, who: int | UserProfile, item_idx: int) -> Reasons:
        """At the row that is best for the user, the items being given, the penalty's pull is that of all their pairs:
        each like adds its own pairs' share (the representer theorem)."""
        items, values = self.past_ratings(who)
        liked, q = items[self._are_likes(values)], self.item_factors_[item_idx].astype(np.float64)
        row = self._row_of(who) if isinstance(who, UserProfile) else self._user_rows(np.array([who]))[0]
        bias, taste = float(self.item_bias_[item_idx]), float(row @ q)
        if not len(liked):
            return Reasons(item=bias + taste)
        parts = self._pulls(liked, row) @ q
        return Reasons(item=bias, item_idx=liked, parts=parts, training=taste - float(parts.sum()))

    def _pulls(self, liked: IntArray, near: FloatArray) -> FloatArray:
        """(n, k) what each like adds to the row that is folded in. near: (k,) the user's row"""
        q, c, others = self.item_factors_, self.item_bias_, self._others(liked)
        if not len(others):
            return np.zeros((len(liked), self.n_factors))
        return pairwise_pulls(self._fold_in(liked, near), q[liked], q[others], c[liked], c[others], self._decay)

    def updated_state(self, joined: "Joined") -> dict[str, FloatArray]:
        """Users only: an item's row hangs on which items each of its users has not chosen."""
        from cofactor.kernels.blas import quiet_blas
        from cofactor.posterior.fold_in import padded_rows

        n_items = joined.ratings.n_items
        users = padded_rows(self.user_factors_, joined.ratings.n_users)
        with quiet_blas():  # the products of one user are too small for several threads
            for user in joined.users.tolist():
                item_idx, values = joined.ratings.by_user.of(user)
                liked = item_idx[self._are_likes(values) & (item_idx < len(self.item_bias_))]
                users[user] = self._fold_in(liked) if len(liked) else 0
        worst = float(self.item_bias_.min())
        return {
            "user_factors_": users, "item_factors_": padded_rows(self.item_factors_, n_items),
            "item_bias_": padded_rows(self.item_bias_, n_items, worst),
        }  # fmt: skip

    def _are_likes(self, values: FloatArray) -> BoolArray:
        lowest = self._lowest_of(self.ratings)
        return values > 0 if lowest is None else values >= np.float32(lowest)

    def _lowest_of(self, train: "Ratings") -> float | None:
        """The lowest value that is a like; None: every one above 0."""
        from cofactor.data.relevance import lowest_relevant

        if self.relevant is not None or not train.explicit:
            return self.relevant
        lowest = lowest_relevant(train, train)
        return None if lowest is None or lowest <= 0 else lowest

    def _fold_in(self, liked: IntArray, start: FloatArray | None = None) -> FloatArray:
        """(k,) the row that maximises the objective of a user with these likes, the items fixed; by Newton's method."""
        others = self._others(liked)
        if not len(others):
            return np.zeros(self.n_factors)
        q, c = self.item_factors_, self.item_bias_
        return pairwise_row(q[liked], q[others], c[liked], c[others], self._decay, start)

    def _others(self, liked: IntArray) -> IntArray:
        """Items that are not among the likes, so many of them that there are not too many pairs."""
        rest = np.setdiff1d(np.arange(len(self.item_bias_)), liked)
        return rest[:: max(1, len(rest) * len(liked) // MAX_PAIRS)]

    @property
    def _decay(self) -> float:
        return max(self.weight_decay, MIN_DECAY)

    def row_vectors(self, side: Literal["user", "item"]) -> FloatArray:
        """The factors, with 0 for items without ratings: those were only moved as the other item of a pair."""
        if side == "user":
            return self.user_factors_
        return np.where((self.ratings.item_counts > 0)[:, None], self.item_factors_, 0)
