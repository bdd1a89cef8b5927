"""Why biased factors give a score: the user's row is linear in their ratings, so each adds a part of its own."""

from dataclasses import dataclass, replace

import numpy as np

from cofactor.arrays import FloatArray
from cofactor.contract.abilities import Abilities
from cofactor.contract.profile import UserProfile
from cofactor.contract.reasons import Reasons
from cofactor.models._biased_factors import BiasedFactors
from cofactor.nets.embeddings import squash
from cofactor.posterior.row_shares import posterior_shares, trained_shares

__all__ = ["FactorReasons"]


@dataclass(kw_only=True)
class FactorReasons(BiasedFactors):
    """Biased factors with reasons."""

    @property
    def abilities(self) -> Abilities:
        return super().abilities._replace(gives_reasons=True)

    def reasons(self, who: int | UserProfile, item_idx: int) -> Reasons:
        """The row is linear in the ratings, given the items: each adds its share of p_u · q_i.

        That of somebody new is a posterior mean. A trained row may be off by what "training" holds: the ratings' shares
        are those of the nearest mixture of ridge regressions. Under y_range the sigmoid is made linear where each
        rating lies.
        """
        bias, q = self.item_bias_[item_idx], self.item_factors_[item_idx].astype(np.float64)
        if isinstance(who, UserProfile):
            expected = self._expected_row("user", who.attributes)
            row = self._fold_in(who.item_idx, who.values, expected).astype(np.float32)
            parts = self._shares_of_posterior(who, row, expected, q)
        else:
            expected = self._expected("user", self.ratings.attributes_of("user", np.array([who])), 1)[0]
            row = self._rows("user", np.array([who]))[0]
            parts = self._shares_of_trained(who, row, expected, q)
        attributes = float(expected[0] + expected[1:] @ q)
        training = float((row[1:] - expected[1:]) @ q - parts.sum())
        found = Reasons(
            self.mean_, float(row[0] - expected[0]), float(bias), attributes, self.past_ratings(who)[0], parts,
            training=training,
        )  # fmt: skip
        if self._range is None:
            return found
        base, total = squash(np.array([found.base, found.total]), self._range).tolist()
        return replace(found, squashed=(base, total))

    def _shares_of_posterior(
        self, profile: UserProfile, row: FloatArray, expected: FloatArray, q: FloatArray
    ) -> FloatArray:
        """(m,) what each rating of somebody new adds along q."""
        ratings = self._linearised(row, profile.item_idx, profile.values)
        left = ratings.errors + ratings.design @ (row - expected)
        return posterior_shares(ratings.design, self.user_precision_, np.append(0, q)) * left

    def _shares_of_trained(self, user_idx: int, row: FloatArray, expected: FloatArray, q: FloatArray) -> FloatArray:
        """(m,) what each rating of a user adds along q, their bias being given."""
        ratings = self._linearised(row, *self.ratings.by_user.of(user_idx))
        design, own = ratings.design[:, 1:].astype(np.float64), (row - expected)[1:]
        left = ratings.errors + design @ own
        return trained_shares(design, left, own, np.linalg.inv(self.item_precision_)[1:, 1:], q) * left
