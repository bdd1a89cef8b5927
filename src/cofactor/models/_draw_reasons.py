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
        profile, rows, variance = self._drawn_rows(who)
        item = self._draws.of_items(np.array([item_idx]))[0]
        q, by_attributes = item.copy(), self._expected_of(profile) - self.user_mean_
        q[:, -1] = 0  # the user's bias is a part of its own
        parts, of_average = self._parts_along(q, profile, by_attributes, variance)
        of_user = self.user_mean_[:, -1], rows[:, -1] - self.user_mean_[:, -1] - by_attributes[:, -1]
        attributes = _mean((by_attributes[:, :-1] * q[:, :-1]).sum(axis=1) + by_attributes[:, -1])
        base, user = self.mean_ + _mean(of_user[0]), _mean(of_user[1])
        found = Reasons(base, user, _mean(item[:, -1]) + of_average, attributes, profile.item_idx, parts)
        latent = (rows * q).sum(axis=1) + rows[:, -1] + item[:, -1] + np.float32(self.mean_)
        found = replace(found, training=_mean(latent) - found.total)
        noise = variance * self.item_noise_variance_[[item_idx]]
        return replace(found, squashed=self._levels_of(base, latent, noise)) if self.ordinal else found

    def _drawn_rows(self, who: int | UserProfile) -> tuple[UserProfile, FloatArray, float]:
        """Somebody's ratings and attributes, their rows (n_draws, d), and their ratings' noise variance, relative."""
        if isinstance(who, UserProfile):
            return who, *self._newcomer(who)
        user = np.array([who])
        attributes = self.ratings.attributes_of("user", user) if self.abilities.learns_attributes else None
        profile = UserProfile(*self.ratings.by_user.of(who), attributes)
        return profile, self._draws.of_users(user)[0], float(self.user_noise_variance_[who])

    def _levels_of(self, base: float, latent: FloatArray, noise: FloatArray) -> tuple[float, float]:
        """The mean rating of a latent score at the base, and of the pair's latent scores (n_draws,)."""
        at_base, at_pair = (self._levels(scores[None], noise) for scores in (np.full_like(latent, base), latent))
        return _mean(at_base), _mean(at_pair)

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
