"""What draws of biased factors answer: means over the draws, intervals, rows that came later, beliefs about newcomers.

A row is [factors, bias], n_factors + 1 numbers; its draws lie side by side, in half precision.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar, Literal

import numpy as np

from cofactor.arrays import Array, FloatArray, IntArray
from cofactor.contract.abilities import Abilities, unsupported
from cofactor.contract.learned import doubles, encodings, floats, halves, number, positive, precision, whole_numbers
from cofactor.contract.profile import UserProfile
from cofactor.data.features import bag_share, learn_encodings, pack_encodings, unpack_encodings
from cofactor.kernels.absent import NO_CODES
from cofactor.posterior.newcomer import NewcomerLaw
from cofactor.recommender import Recommender

if TYPE_CHECKING:
    from cofactor.data.csr_rows import Rows
    from cofactor.data.joining import Joined
    from cofactor.data.ratings import Ratings
    from cofactor.gibbs.draws import Draws
    from cofactor.gibbs.expectation import Expected
    from cofactor.gibbs.samples import PosteriorSamples

__all__ = ["FactorDraws"]

D = "n_factors + 1"  # a row: its factors and its bias
LAWS = 16  # draws that stand for all of them where a newcomer is asked


@dataclass(kw_only=True)
class FactorDraws(Recommender):
    """Draws of the posterior of factors and biases, which some model below makes."""

    learned: ClassVar = {
        "mean_": number(), "noise_": positive("n_kept"), "freedom_": number(above=0, may_be_infinite=True),
        "user_draws_": halves("n_users", "n_kept", D), "item_draws_": halves("n_items", "n_kept", D),
        "user_mean_": floats("n_kept", D), "item_mean_": floats("n_kept", D),
        "user_stranger_": floats("n_kept", D), "item_stranger_": floats("n_kept", D),
        "user_precision_": precision("n_kept", D, D), "item_precision_": precision("n_kept", D, D),
        "user_spread_": positive("n_users"), "item_spread_": positive("n_items"),
        "bag_draws_": halves("n_items", "n_kept", D, when="user_bag"),
        "bag_mean_": floats("n_kept", D, when="user_bag"),
        "days_": whole_numbers("n_days", when="days", ascending=True),
        "day_draws_": halves("n_days", "n_kept", D, when="days"), "day_mean_": floats("n_kept", D, when="days"),
        "user_says_": halves("n_user_features", "n_kept", D, when="n_user_features"),
        "item_says_": halves("n_item_features", "n_kept", D, when="n_item_features"),
        "user_average_": floats("n_user_features"), "item_average_": floats("n_item_features"),
        "encodings_": encodings(),
        "cuts_": doubles("n_kept", "n_cuts", when="ordinal"), "levels_": floats("n_cuts + 1", when="ordinal"),
        "level_targets_": floats("n_cuts + 1", when="ordinal"),
    }  # fmt: skip

    n_factors: int = 32
    user_bag: bool = True  # what somebody rated, whatever the rating, says what to expect of them (SVD++)
    days: bool = False  # the day of a rating has factors, too; needs timestamps
    row_noise: bool = True  # each user and item has noise of its own: careful ratings count more
    attributes: bool = True  # and so do the attributes of users and items, where there are any
    ordinal: bool = False  # ratings are ordered levels (probit), not numbers
    seed: int = 0

    @property
    def abilities(self) -> Abilities:
        learned = hasattr(self, "user_says_") and self.user_says_.size > 0
        return Abilities(has_vectors=True, has_posterior=True, learns_attributes=learned)

    def pair_variances(self, user_idx: IntArray, item_idx: IntArray) -> FloatArray:
        """A row without ratings is somebody not known at all."""
        no_user, no_item = np.append(self.ratings.user_counts, 0) == 0, np.append(self.ratings.item_counts, 0) == 0
        users, items = (np.where(no[idx], -1, idx) for no, idx in ((no_user, user_idx), (no_item, item_idx)))
        spread, variance = self._spread(users, items), np.empty(len(users))
        draws = self._draws._replace(nobody=self.user_stranger_, nothing=self.item_stranger_)
        for part, scores in draws.of_pairs(users, items, None):
            if self.ordinal:
                mean, square = (self._levels(scores, spread[part], power).mean(axis=1) for power in (1, 2))
                variance[part] = square - mean**2
            else:
                variance[part] = scores.var(axis=1) + np.mean(1 / self.noise_) * spread[part]
        return variance

    def score_pairs(self, user_idx: IntArray, item_idx: IntArray, timestamps: IntArray | None = None) -> FloatArray:
        from cofactor.gibbs.chain import days_of

        if timestamps is None or not self.days:
            return self._mean(user_idx, item_idx, None)
        asked = days_of(timestamps)
        row = np.minimum(np.searchsorted(self.days_, asked), len(self.days_) - 1)
        return self._mean(user_idx, item_idx, np.where(self.days_[row] == asked, row, -1))

    def _mean(self, user_idx: IntArray, item_idx: IntArray, day: IntArray | None) -> FloatArray:
        mean, spread = np.empty(len(user_idx), np.float32), self._spread(user_idx, item_idx)
        for part, scores in self._draws.of_pairs(user_idx, item_idx, day):
            mean[part] = (self._levels(scores, spread[part]) if self.ordinal else scores).mean(axis=1)
        return mean

    def _levels(self, scores: FloatArray, spread: FloatArray, power: int = 1) -> FloatArray:
        """(b, n_draws) latent scores -> the mean of the rating, or of its square."""
        from cofactor.gibbs.likelihood import expected_level

        return expected_level(scores, self.cuts_, 1 / np.sqrt(spread)[:, None], self.levels_**power)

    def _spread(self, user_idx: IntArray, item_idx: IntArray) -> FloatArray:
        """(b,) by how much the variance of each pair's noise exceeds the usual."""
        return np.append(self.user_spread_, 1)[user_idx] * np.append(self.item_spread_, 1)[item_idx]

    @property
    def _draws(self) -> "Draws":
        from cofactor.gibbs.draws import Draws

        rows = self.user_draws_, self.item_draws_, self.day_draws_
        return Draws(*rows, self.day_mean_, self.user_mean_, self.item_mean_, self.mean_)

    def score_users(self, user_idx: IntArray) -> FloatArray:
        return self._score_rows(self._draws.of_users(user_idx), np.append(self.user_spread_, 1)[user_idx])

    def _score_rows(self, rows: FloatArray, spread: FloatArray) -> FloatArray:
        """(b, n_draws, k + 1) rows of users, (b,) the spread of their noise -> (b, n_items)."""
        if not self.ordinal:
            return self._draws.mean_scores(rows)
        items = self._draws.of_items()
        scores = np.empty((len(rows), len(items)), np.float32)
        for at, one in enumerate(zip(rows, spread, strict=True)):
            scores[at] = self._level_of_each(items, *one)
        return scores

    def _level_of_each(self, items: FloatArray, row: FloatArray, spread: float) -> FloatArray:
        scores = np.einsum("sk,isk->is", row[:, :-1], items[..., :-1]) + row[:, -1] + items[..., -1]
        return self._levels(scores, spread * self.item_spread_).mean(axis=1).astype(np.float32)

    def score_profile(self, profile: UserProfile) -> FloatArray:
        expected = self.user_mean_
        if profile.attributes is not None:
            said = self._said("user", profile.attributes, 1)
            expected = expected + np.concatenate([said(draw) for draw in range(len(expected))])
        return self._score_from(profile.item_idx, profile.values, expected)

    def _score_from(self, item_idx: IntArray, values: FloatArray, expected: FloatArray) -> FloatArray:
        """In each draw the newcomer's row is at its posterior mean, the items being given, and what was expected of
        them beforehand, (n_draws, d)."""
        from cofactor.gibbs.newcomer_rows import newcomer_rows

        if self.user_bag and len(item_idx):
            expected = expected + self._of_bag(item_idx)
        rows, spread = newcomer_rows(
            self._draws.of_items(item_idx), self.item_spread_[item_idx], self._targets(values), expected,
            self.user_precision_, self.noise_, self.freedom_ if self.row_noise else None,
        )  # fmt: skip
        return self._score_rows(rows[None], np.array([spread]))[0]

    def newcomer_laws(self) -> list[NewcomerLaw]:
        """Of some draws; what a newcomer's companions say is not in them."""
        from cofactor.gibbs.later_rows import DrawnRows

        items, laws = DrawnRows(self.item_draws_, self.item_spread_, self.day_mean_), list[NewcomerLaw]()
        for draw in self._law_draws:
            rows = items.of(draw)
            design = np.column_stack([rows[:, :-1], np.ones(len(rows), np.float32)])
            offset, noise = rows[:, -1] + np.float32(self.mean_), self.item_spread_ / self.noise_[draw]
            laws.append(NewcomerLaw(design, offset, self.user_mean_[draw], self.user_precision_[draw], noise))
        return laws

    def rows_under_laws(self, user_idx: IntArray) -> list[FloatArray]:
        return [self.user_draws_[user_idx, draw].astype(np.float32) for draw in self._law_draws]

    def described_under_laws(self, attributes: Mapping[str, Array], n: int) -> list[FloatArray]:
        if not self.abilities.learns_attributes:
            raise unsupported(self, "learns_attributes")
        said = self._said("user", attributes, n)
        return [said(draw) for draw in self._law_draws]

    @property
    def _law_draws(self) -> range:
        n = self.user_draws_.shape[1]
        return range(0, n, max(1, n // LAWS))

    def _of_bag(self, item_idx: IntArray) -> FloatArray:
        """(n_draws, d) by how much somebody with these items is expected to differ from the average user."""
        known = self.bag_draws_[item_idx].astype(np.float64).sum(axis=0)
        return bag_share(np.array(len(item_idx))) * known - self.bag_mean_

    def _targets(self, values: FloatArray) -> FloatArray:
        """The score that each rating asks for."""
        if self.ordinal:
            return self.level_targets_[np.abs(self.levels_ - values[:, None]).argmin(axis=1)]
        return values - np.float32(self.mean_)

    def row_vectors(self, side: Literal["user", "item"]) -> FloatArray:
        """All draws side by side: their angle does not change where a later draw has turned its axes."""
        draws = self.user_draws_ if side == "user" else self.item_draws_
        rated = (self.ratings.user_counts if side == "user" else self.ratings.item_counts) > 0
        return np.where(rated[:, None], draws[..., :-1].astype(np.float32).reshape(len(draws), -1), 0)

    # ---- what is learned --------------------------------------------------------------------------------------

    def _set_draws(self, kept: "PosteriorSamples", days: IntArray | None, train: "Ratings") -> None:
        """Set everything that `learned` names to the draws that are kept; days: those that have rows, or None."""
        n, nothing = kept.n_kept, np.zeros((0, 0), np.float32)
        sides = kept.users, kept.items, kept.days, kept.bag  # with fewer draws than asked for if interrupted
        self.user_draws_, self.item_draws_, self.day_draws_, self.bag_draws_ = (
            np.ascontiguousarray(side.draws[:, :n]) for side in sides
        )
        self.mean_, self.days_ = train.mean, np.zeros(0, np.int64) if days is None else days
        self.bag_mean_ = np.stack(kept.bag.means) if self.user_bag else nothing
        self.user_mean_, self.item_mean_ = np.stack(kept.users.means), np.stack(kept.items.means)
        self.day_mean_ = np.stack(kept.days.means) if self.days else nothing
        self.user_stranger_, self.item_stranger_ = np.stack(kept.users.strangers), np.stack(kept.items.strangers)
        self.user_precision_, self.item_precision_ = np.stack(kept.users.precisions), np.stack(kept.items.precisions)
        self.noise_ = np.array(kept.noise, np.float32)
        self.user_spread_ = kept.mean_variance(0, train.n_users)
        self.item_spread_ = kept.mean_variance(1, train.n_items)
        self.freedom_ = float(np.mean(kept.freedom)) if self.row_noise else float("inf")
        self.cuts_ = np.stack(kept.cuts)
        self.levels_, self.level_targets_ = np.zeros(0, np.float32), np.zeros(0, np.float32)
        self._set_attributes(kept, train)

    def _set_attributes(self, kept: "PosteriorSamples", train: "Ratings") -> None:
        from cofactor.gibbs.expectation import mean_features

        n, known = kept.n_kept, (train.user_attributes, train.item_attributes)
        encodings = [learn_encodings(one) if self.attributes else [] for one in known]
        self.user_says_, self.item_says_ = kept.user_says.draws[:, :n], kept.item_says.draws[:, :n]
        self.user_average_, self.item_average_ = map(mean_features, encodings, known)
        self.encodings_ = pack_encodings(encodings)

    def _set_levels(self, targets: FloatArray, train: "Ratings") -> None:
        """The ordered levels, and the mean latent score of each; targets: of every rating, by user."""
        self.levels_, level = np.unique(train.by_user.values, return_inverse=True)
        sums = np.bincount(level, targets) / np.bincount(level)
        self.level_targets_, self.mean_ = sums.astype(np.float32), 0.0

    # ---- rows that came later -------------------------------------------------------------------------------

    def _said(self, side: Literal["user", "item"], attributes: Mapping[str, Array], n: int) -> "Expected":
        from cofactor.gibbs.expectation import expected_by_attributes

        of_users, of_items = unpack_encodings(self.encodings_)
        if side == "user":
            return expected_by_attributes(self.user_says_, self.user_average_, of_users, attributes, n)
        return expected_by_attributes(self.item_says_, self.item_average_, of_items, attributes, n)

    def updated_state(self, joined: "Joined") -> dict[str, FloatArray]:
        """Rows are drawn, one for each draw of the others, so that later intervals are as honest as those of `fit`."""
        from cofactor.gibbs.expectation import expected_with_bag
        from cofactor.gibbs.later_rows import DrawnRows, draw_new_rows
        from cofactor.posterior.fold_in import grown, place_new

        ratings, freedom = joined.ratings, self.freedom_ if self.row_noise else None
        bag = grown(self.bag_draws_, ratings.n_items) if self.user_bag else self.bag_draws_
        spreads = grown(self.user_spread_, ratings.n_users, 1), grown(self.item_spread_, ratings.n_items, 1)
        said_of_users = self._said("user", ratings.attributes_of("user", joined.users), len(joined.users))
        said_of_items = self._said("item", ratings.attributes_of("item", joined.items), len(joined.items))

        def place_users(rows: "Rows", items: FloatArray) -> FloatArray:
            rows = rows._replace(levels=self._targets(rows.values), codes=NO_CODES)
            others = DrawnRows(items, spreads[1], self.day_mean_)
            of_bag = expected_with_bag(self.user_mean_, rows, bag, self.bag_mean_)

            def expected(draw: int) -> FloatArray:
                return of_bag(draw) + said_of_users(draw)

            drawn = draw_new_rows(rows, others, expected, self.user_precision_, self.noise_, self.seed, freedom)
            spreads[0][joined.users] = drawn.spread
            return drawn.rows

        def place_items(rows: "Rows", users: FloatArray) -> FloatArray:
            rows = rows._replace(levels=self._targets(rows.values), codes=NO_CODES)
            others = DrawnRows(users, spreads[0], self.day_mean_)

            def expected(draw: int) -> FloatArray:
                return self.item_mean_[draw] + said_of_items(draw)

            return draw_new_rows(rows, others, expected, self.item_precision_, self.noise_, self.seed).rows

        nobody = self.user_mean_, self.item_mean_
        users, items = place_new(joined, self.user_draws_, self.item_draws_, place_users, place_items, nobody)
        return {
            "user_draws_": users, "item_draws_": items, "user_spread_": spreads[0], "item_spread_": spreads[1],
            "bag_draws_": bag,
        }  # fmt: skip
