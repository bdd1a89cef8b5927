"""Generated ratings of any number of users, shard by shard, from factors that are known.

    r = μ + b_u + c_i + p_u · q_i + noise, rounded to 1 … 5

A user has 10 + Exp(40) different items, some 50, drawn by popularity: item i has weight (i + 30)^-0.9. What is drawn
for a user hangs on the seed and the user's number alone, so that any shard can be made at any time, on any thread.
"""

from typing import NamedTuple

import numpy as np

from benchmarks.shared.planted_loops import draw_counts, draw_ratings, draw_rows
from cofactor.arrays import FloatArray, IntArray
from cofactor.data.csr_rows import Rows
from cofactor.data.id_keys import keys_of
from cofactor.data.ids import IdMap
from cofactor.data.ratings import Ratings
from cofactor.kernels.threads import n_threads, on_threads, row_shares
from cofactor.scale.table.shard_file import Shard

LEVELS = np.arange(1, 6, dtype=np.float32)
FEWEST, MEAN_MORE, MOST = 10, 40.0, 1_000  # ratings of a user
FLATTENED, EXPONENT = 30, 0.9  # of the law of popularity
MEAN, NOISE = 3.6, 0.8
FACTOR_DEVIATION = 0.6  # of p · q
BIAS_DEVIATION = 0.35


class AliasTable(NamedTuple):
    """A law from which a number is drawn in two look-ups [walker1977alias]."""

    accept: IntArray  # (n,) uint64, of 2³²: whether a column stands for itself
    alias: IntArray  # (n,) uint64, what it stands for else

    @classmethod
    def of(cls, weights: FloatArray) -> "AliasTable":
        """Of weights (n,), none of them below 0."""
        n = len(weights)
        share, alias = (weights * (n / weights.sum())).tolist(), list(range(n))
        small, large = ([at for at in range(n) if (share[at] < 1) == below] for below in (True, False))
        while small and large:
            one, other = small.pop(), large[-1]
            alias[one], share[other] = other, share[other] - (1 - share[one])
            if share[other] < 1:
                small.append(large.pop())
        accept = np.array(share)
        accept[small + large] = 1  # but for rounding
        return cls((accept * 2.0**32).astype(np.uint64), np.array(alias, np.uint64))


class World(NamedTuple):
    """What ratings are generated from, but for the users, who are drawn by their numbers."""

    factors: FloatArray  # (n_items, k) q
    bias: FloatArray  # (n_items,) c
    popularity: AliasTable
    seed: int

    @classmethod
    def of(cls, n_items: int, k: int, seed: int = 0) -> "World":
        """A world of so many items with k planted factors."""
        rng = np.random.default_rng(seed)
        factors = (rng.standard_normal((n_items, k)) * (FACTOR_DEVIATION / k**0.5) ** 0.5).astype(np.float32)
        bias = (BIAS_DEVIATION * rng.standard_normal(n_items)).astype(np.float32)
        return cls(factors, bias, AliasTable.of((np.arange(n_items) + FLATTENED) ** -EXPONENT), seed)

    @property
    def user_deviation(self) -> float:
        """The standard deviation of each of a user's factors, so that p · q has `FACTOR_DEVIATION`."""
        k = self.factors.shape[1]
        return FACTOR_DEVIATION / (k * float(np.square(self.factors).mean())) ** 0.5

    def catalogue(self, n_users: int) -> Ratings:
        """The items, as nobody's ratings."""
        nobody = np.empty(0, np.int32)
        return Ratings(
            users=IdMap.of([]), items=IdMap(np.arange(len(self.bias)), "item"), user_idx=nobody, item_idx=nobody,
            values=np.empty(0, np.float32), scale=(1.0, 5.0), name=f"planted, {n_users:,} users", synthetic=True,
        )  # fmt: skip

    def users_of_shard(self, first: int, n_users: int) -> tuple[IntArray, IntArray]:
        """The users first … first + n_users - 1 and their keys, ascending by key."""
        users = np.arange(first, first + n_users)
        keys = keys_of(users)
        order = np.argsort(keys)
        return users[order], keys[order]

    def shard(self, first: int, n_users: int) -> Shard:
        """The ratings of the users first … first + n_users - 1, ascending by their keys."""
        users, keys = self.users_of_shard(first, n_users)
        indptr = np.concatenate([np.zeros(1, np.int64), np.cumsum(counts_of(self, users))])
        indices, codes = np.empty(indptr[-1], np.int32), np.empty(indptr[-1], np.uint8)
        cuts, numbers = row_shares(indptr, n_threads()), (self.user_deviation, BIAS_DEVIATION, MEAN, NOISE)
        law = (self.factors, self.bias, *self.popularity, *(np.float32(one) for one in numbers), self.seed)

        def work(at: int) -> None:
            space = np.zeros(len(self.bias) // 64 + 1, np.uint64), _empty_rows(1, self)[0], np.zeros(MOST, np.float32)
            draw_ratings(indices, codes, indptr, users, law, space, cuts[at], cuts[at + 1])

        on_threads(work, len(cuts) - 1)
        return Shard(Rows(indptr, indices, LEVELS, codes), keys)


def counts_of(world: World, users: IntArray) -> IntArray:
    """(n,) how many ratings these users have."""
    counts = np.empty(len(users), np.int64)
    most = min(MOST, len(world.bias) // 2)  # a user's items are drawn until they differ
    draw_counts(counts, users, world.seed, FEWEST, MEAN_MORE, most)
    return counts


def user_rows(world: World, users: IntArray) -> FloatArray:
    """(n, 1 + k) [bias, factors] that these users' ratings are drawn with."""
    k, rows = world.factors.shape[1], _empty_rows(len(users), world)
    draw_rows(rows, users, world.seed)
    return np.hstack([BIAS_DEVIATION * rows[:, k : k + 1], world.user_deviation * rows[:, :k]])


def _empty_rows(n: int, world: World) -> FloatArray:
    """(n, k + 1 or, to be even, k + 2), uninitialised: factors and bias of users before they are scaled."""
    return np.empty((n, world.factors.shape[1] // 2 * 2 + 2), np.float32)
