"""The draws that are kept of one chain or several, in half precision: a draw's own spread is a hundred times its
rounding."""

from typing import TYPE_CHECKING

import numpy as np

from cofactor.arrays import FloatArray

if TYPE_CHECKING:
    from cofactor.training.gibbs.chain import GibbsSampler
    from cofactor.training.gibbs.field import Field

__all__ = ["Kept", "KeptRows"]


class Kept:
    """Draws number 0 to n - 1 of everything, `n_kept` of them there."""

    def __init__(self, n: int) -> None:
        self.n, self.n_kept = n, 0
        self.users, self.items, self.days, self.bag = (KeptRows(n) for _ in range(4))
        self.user_says, self.item_says = KeptRows(n), KeptRows(n)  # the coefficients of their attributes
        self.noise, self.cuts = list[float](), list[FloatArray]()
        self.spread: list[list[FloatArray]] = [[], []]  # of users and items: 1 / the factor of their noise
        self.freedom = list[float]()  # ν of the users' factors

    def add(self, chain: "GibbsSampler", *, bag: bool) -> None:
        """bag: keep what a user's companions say, too: a newcomer's ratings are companions"""
        for kept, field in ((self.users, chain.users), (self.items, chain.items), (self.days, chain.days)):
            if field is not None:
                kept.add(field, chain.rng, self.n_kept)
        if bag:
            group = chain.users.groups[0]
            self.bag.put(group.coefficients, self.n_kept)
            self.bag.means.append(group.average)
        for says, groups in zip((self.user_says, self.item_says), chain.attribute_groups, strict=True):
            if groups:
                says.put(np.concatenate([group.coefficients for group in groups]), self.n_kept)
        for spread, side in zip(self.spread, chain.noise.sides, strict=False):
            spread.append(1 / side.factors)
        self.freedom += [side.freedom for side in chain.noise.sides[:1]]
        self.noise.append(chain.noise.precision)
        self.cuts.append(chain.likelihood.cuts)
        self.n_kept += 1

    def mean_spread(self, side: int, n: int) -> FloatArray:
        """(n,) by how much a rating of this row has more variance than most; all 1 where that was not learned."""
        spread = self.spread[side]
        return np.mean(spread, axis=0).astype(np.float32) if spread else np.ones(n, np.float32)


class KeptRows:
    """The rows of one field, draw by draw, with what stands for somebody unknown."""

    def __init__(self, n: int) -> None:
        self._n = n
        self.draws = np.zeros((0, n, 0), np.float16)  # (n_rows, n_draws, d)
        self.means, self.strangers = list[FloatArray](), list[FloatArray]()  # (d,): somebody typical, drawn
        self.precisions = list[FloatArray]()  # (d, d): how strongly rows are held to what is expected

    def add(self, field: "Field", rng: np.random.Generator, at: int) -> None:
        typical = field.typical
        self.put(field.settled, at)
        self.means.append(typical)
        self.precisions.append(field.population.precision.astype(np.float32))
        self.strangers.append((typical + field.population.deviation(rng)).astype(np.float32))

    def put(self, rows: FloatArray, at: int) -> None:
        if not len(self.draws):
            self.draws = np.zeros((len(rows), self._n, rows.shape[1]), np.float16)
        self.draws[:, at] = rows
