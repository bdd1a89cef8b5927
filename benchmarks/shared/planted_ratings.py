"""Generated ratings of any number of users, shard by shard, from factors that are known.

    r = μ + b_u + c_i + p_u · q_i + noise, rounded to 1 … 5

A user has 10 + Exp(40) different items, some 50, drawn by popularity: item i has weight (i + 30)^-0.9. What is drawn
for a user hangs on the seed and the user's number alone, so that any shard can be made at any time.
"""

from typing import NamedTuple

import numpy as np
from numba import njit, prange

from cofactor.arrays import FloatArray, IntArray
from cofactor.data.csr_rows import Rows
from cofactor.data.ids import IdMap
from cofactor.data.ratings import Ratings
from cofactor.kernels.arithmetic.splitmix import mix
from cofactor.scale.keys import keys_of
from cofactor.scale.shard_file import Shard

LEVELS = np.arange(1, 6, dtype=np.float32)
FEWEST, MEAN_MORE, MOST = 10, 40.0, 1_000  # ratings of a user
FLATTENED, EXPONENT = 30, 0.9  # of the law of popularity
MEAN, NOISE = 3.6, 0.8
FACTOR_DEVIATION = 0.6  # of p · q
BIAS_DEVIATION = 0.35


class World(NamedTuple):
    """What ratings are generated from, but for the users, who are drawn by their numbers."""

    factors: FloatArray  # (n_items, k) q
    bias: FloatArray  # (n_items,) c
    cumulative: FloatArray  # (n_items,) float64, the law of popularity, summed
    seed: int

    @classmethod
    def of(cls, n_items: int, k: int, seed: int = 0) -> "World":
        """A world of so many items with k planted factors."""
        rng = np.random.default_rng(seed)
        weight = (np.arange(n_items) + FLATTENED) ** -EXPONENT
        factors = (rng.standard_normal((n_items, k)) * (FACTOR_DEVIATION / k**0.5) ** 0.5).astype(np.float32)
        bias = (BIAS_DEVIATION * rng.standard_normal(n_items)).astype(np.float32)
        return cls(factors, bias, np.cumsum(weight / weight.sum()), seed)

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

    def shard(self, first: int, n_users: int) -> Shard:
        """The users first … first + n_users - 1."""
        counts = np.empty(n_users, np.int64)
        _draw_counts(counts, first, self.seed)
        indptr = np.concatenate([np.zeros(1, np.int64), np.cumsum(counts)])
        indices, codes = np.empty(indptr[-1], np.int32), np.empty(indptr[-1], np.uint8)
        deviation = np.float32(self.user_deviation)
        _draw_ratings(indices, codes, indptr, first, self.factors, self.bias, self.cumulative, deviation, self.seed)
        return Shard(Rows(indptr, indices, LEVELS, codes), keys_of(np.arange(first, first + n_users)))


@njit
def _uniform(key, number):
    """A number from 0 up to 1, the same for the same key and number."""
    return np.float64(mix(key + np.uint64(number)) >> np.uint64(11)) * (1.0 / 9007199254740992.0)


@njit
def _normal(key, number):
    u = 1.0 - _uniform(key, 2 * number)
    return np.sqrt(-2.0 * np.log(u)) * np.cos(2.0 * np.pi * _uniform(key, 2 * number + 1))


@njit
def _key_of(user, seed, what):
    return mix(mix(np.uint64(user)) ^ mix(np.uint64(seed) * np.uint64(8) + np.uint64(what)))


@njit
def _draw_counts(counts, first, seed):
    for at in range(counts.size):
        more = -MEAN_MORE * np.log(1.0 - _uniform(_key_of(first + at, seed, 0), 0))
        counts[at] = min(FEWEST + np.int64(more), MOST)


@njit(parallel=True)
def _draw_ratings(indices, codes, indptr, first, factors, bias, cumulative, deviation, seed):
    n_items, k = factors.shape
    n_blocks = 64
    for block in prange(n_blocks):
        n = indptr.size - 1
        taken, p = np.zeros(n_items // 64 + 1, np.uint64), np.empty(k, np.float32)
        for at in range(block * n // n_blocks, (block + 1) * n // n_blocks):
            user = first + at
            _draw_items(indices, indptr[at], indptr[at + 1], taken, cumulative, _key_of(user, seed, 1))
            key = _key_of(user, seed, 2)
            for j in range(k):
                p[j] = deviation * np.float32(_normal(key, j))
            own = MEAN + BIAS_DEVIATION * _normal(key, k)
            noise = _key_of(user, seed, 3)
            for t in range(indptr[at], indptr[at + 1]):
                score, q = own + bias[indices[t]], factors[indices[t]]
                for j in range(k):
                    score += p[j] * q[j]
                score += NOISE * _normal(noise, t - indptr[at])
                codes[t] = min(max(np.int64(np.rint(score)), 1), 5) - 1


@njit
def _draw_items(indices, begin, end, taken, cumulative, key):
    """indices[begin:end] ← different items, ascending; taken: a bit for each item, all 0 before and after."""
    number, n = np.int64(0), np.int64(0)
    while n < end - begin:
        item = min(np.searchsorted(cumulative, _uniform(key, number), side="right"), cumulative.size - 1)
        number += 1
        bit = np.uint64(1) << np.uint64(item & 63)
        if not taken[item >> 6] & bit:
            taken[item >> 6] |= bit
            n += 1
    at = begin
    for word in range(taken.size):
        bits = taken[word]
        taken[word] = np.uint64(0)
        item = word << 6
        while bits:
            if bits & np.uint64(1):
                indices[at] = item
                at += 1
            bits >>= np.uint64(1)
            item += 1


def user_rows(world: World, users: IntArray) -> FloatArray:
    """(n, 1 + k) [bias, factors] that these users' ratings were drawn with."""
    k = world.factors.shape[1]
    return np.array([_planted(user, k, world.seed, world.user_deviation) for user in users.tolist()])


@njit
def _planted(user, k, seed, deviation):
    key, row = _key_of(user, seed, 2), np.empty(k + 1)
    row[0] = BIAS_DEVIATION * _normal(key, k)
    for j in range(k):
        row[1 + j] = deviation * _normal(key, j)
    return row
