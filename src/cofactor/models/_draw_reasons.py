"""Why draws of factors give a score: in each draw a user's row has a mean that is linear in their ratings."""

from dataclasses import dataclass, replace

import numpy as np

from cofactor.arrays import FloatArray
from cofactor.contract.abilities import Abilities
from cofactor.contract.profile import UserProfile
from cofactor.contract.reasons import Reasons
from cofactor.models._factor_draws import FactorDraws

__all__ = ["DrawReasons"]


@dataclass(kw_only=True)
class DrawReasons(FactorDraws):
    """Draws of factors with reasons."""

    @property
    def abilities(self) -> Abilities:
        return super().abilities._replace(gives_reasons=True)

    def reasons(self, who: int | UserProfile, item_idx: int) -> Reasons:
        """The mean over the draws of what is linear in the ratings in each: the row's posterior mean, given the items.

        A drawn row differs from that mean by chance; what is left of it in the mean over the draws is "training". Parts
        of ordered levels add up to the mean latent score.
        """
        profile = who if isinstance(who, UserProfile) else UserProfile(*self.ratings.by_user.of(who))
        if isinstance(who, UserProfile):
            rows, variance = self._newcomer(who)
        else:
            rows, variance = self._draws.of_users(np.array([who]))[0], float(self.user_noise_variance_[who])
            if self.abilities.learns_attributes:
                profile = replace(profile, attributes=self.ratings.attributes_of("user", np.array([who])))
        item = self._draws.of_items(np.array([item_idx]))[0]
        q, by_attributes = item.copy(), self._expected_of(profile) - self.user_mean_
        q[:, -1] = 0  # the user's bias is a part of its own
        parts, of_average = self._parts_along(q, profile, by_attributes, variance)
        base, bias = self.mean_ + _mean(self.user_mean_[:, -1]), _mean(item[:, -1])
        user = _mean(rows[:, -1] - self.user_mean_[:, -1] - by_attributes[:, -1])
        attributes = _mean((by_attributes[:, :-1] * q[:, :-1]).sum(axis=1) + by_attributes[:, -1])
        latent = (rows * q).sum(axis=1) + rows[:, -1] + item[:, -1] + np.float32(self.mean_)
        found = Reasons(base, user, bias + of_average, attributes, profile.item_idx, parts)
        found = replace(found, training=_mean(latent) - found.total)
        if not self.ordinal:
            return found
        at = np.array([[base], [0.0]]) + np.stack([0 * latent, latent])
        squashed = self._levels(at, np.full(2, variance * self.item_noise_variance_[item_idx])).mean(axis=1)
        return replace(found, squashed=(float(squashed[0]), float(squashed[1])))

    def _parts_along(
        self, q: FloatArray, profile: UserProfile, by_attributes: FloatArray, variance: float
    ) -> tuple[FloatArray, float]:
        """(m,) what each rating adds along q, and what the average user has there. q: (n_draws, d)"""
        from cofactor.gibbs.row_shares import shares_by_draw

        items, rows = profile.item_idx, self._draws.of_items(profile.item_idx)
        of_bag, bag = self._bag_parts(items)
        expected = (self.user_mean_ + by_attributes + bag).astype(np.float32)
        weights = self.noise_[:, None] / (variance * self.item_noise_variance_[items])
        shares, design = shares_by_draw(rows, weights.astype(np.float32), self.user_precision_, q)
        left = self._targets(profile.values) - rows[..., -1].T - (design @ expected[..., None])[..., 0]
        by_bag = of_bag.reshape(len(items), q.size) @ q.ravel()
        of_average = _mean(((self.user_mean_ + bag) * q).sum(axis=1)) - float(by_bag.sum()) / len(q)
        return (shares * left).mean(axis=0) + by_bag / len(q), of_average


def _mean(values: FloatArray) -> float:
    return float(values.mean(dtype=np.float64))
