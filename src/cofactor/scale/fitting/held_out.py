"""Ratings that are held out of every shard, and how far off predictions of them are, with the interval over users."""

from dataclasses import dataclass
from statistics import NormalDist
from typing import NamedTuple, Self

import numpy as np

from cofactor.arrays import Array, FloatArray, IntArray
from cofactor.data.csr_rows import Rows
from cofactor.data.id_keys import keys_of
from cofactor.errors import BadOption, counted
from cofactor.kernels.arithmetic.splitmix_numpy import mix
from cofactor.kernels.ratings.held_out import is_held_out
from cofactor.kernels.ratings.parts import divided
from cofactor.scale.table.shard_file import Shard

__all__ = ["ErrorSums", "HeldOut", "SplitShard"]


class SplitShard(NamedTuple):
    """A shard's ratings in two parts, both by its users."""

    train: Rows
    test: Rows


class HeldOut:
    """Which ratings are never learned from: about a share of each user's, by a hash of (user, item) and a seed."""

    def __init__(self, share: float, item_ids: Array, seed: int = 0) -> None:
        """Raises `BadOption` for a share that is not from 0 up to, but not including, 1."""
        if not 0 <= share < 1:
            raise BadOption(f"validation={share} is no share of the ratings: give one from 0 up to 1, such as 0.05.")
        self.share = share
        self._item_keys = mix(keys_of(item_ids) ^ mix(seed))

    def split(self, shard: Shard) -> SplitShard:
        """The part to learn from and the part that is held out."""
        rows = shard.rows
        if not self.share:
            return SplitShard(rows, _no_ratings(rows))
        out = is_held_out(rows.indptr, rows.indices, shard.keys, self._item_keys, self.share)
        return SplitShard(*(Rows.of_part(part) for part in divided(rows.part, out)))


def _no_ratings(rows: Rows) -> Rows:
    """None of the ratings, by the same users."""
    levels = rows.levels if rows.codes.size or len(rows.levels) == 1 else rows.levels[:0]
    return Rows(np.zeros_like(rows.indptr), rows.indices[:0], levels, rows.codes[:0])


@dataclass(frozen=True)
class ErrorSums:
    """The squared errors of predictions, summed over users so that shards can be added, and the interval is known.

    With s_u the squared errors of a user and n_u their number: [Σ s, Σ n, Σ s², Σ s n, Σ n²] and the users with any.
    """

    sums: tuple[float, float, float, float, float] = (0.0, 0.0, 0.0, 0.0, 0.0)
    n_users: int = 0

    @classmethod
    def of(cls, errors: FloatArray, indptr: IntArray) -> Self:
        """errors: (n,) of each rating, user by user"""
        squares = np.concatenate([[0.0], np.cumsum(np.square(errors, dtype=np.float64))])
        s, n = np.diff(squares[indptr]), np.diff(indptr).astype(np.float64)
        sums = float(s.sum()), float(n.sum()), float(s @ s), float(s @ n), float(n @ n)
        return cls(sums, int(np.count_nonzero(n)))

    def __add__(self, other: "ErrorSums") -> "ErrorSums":
        sums = tuple(a + b for a, b in zip(self.sums, other.sums, strict=True))
        return type(self)(sums, self.n_users + other.n_users)  # pyright: ignore[reportArgumentType]  (five of each)

    def in_whole_units(self, unit: float) -> "ErrorSums":
        """The errors in the ratings' own unit, of those in this one."""
        s, n, ss, sn, nn = self.sums
        return type(self)((s * unit**2, n, ss * unit**4, sn * unit**2, nn), self.n_users)

    def __str__(self) -> str:
        if not self.n_users:
            return "nothing, for no rating was left out"
        low, high = self.interval()
        interval = f"({low:.4f} to {high:.4f})" if self.n_users > 1 else "(one user has no interval)"
        n = counted(round(self.sums[1]), "rating")
        return f"RMSE {self.rmse:.4f} {interval}, of {n} by {counted(self.n_users, 'user')}"

    @property
    def rmse(self) -> float:
        """The root of the mean squared error; nan of none."""
        s, n, *_ = self.sums
        return (s / n) ** 0.5 if n else float("nan")

    def interval(self, confidence: float = 0.95) -> tuple[float, float]:
        """The ends of the RMSE's interval over users, by the delta method for a ratio of sums."""
        s, n, ss, sn, nn = self.sums
        if not n or self.n_users < 2:
            return float("nan"), float("nan")
        ratio = s / n
        variance = max(ss - 2 * ratio * sn + ratio**2 * nn, 0.0) / n**2 * self.n_users / (self.n_users - 1)
        half = NormalDist().inv_cdf((1 + confidence) / 2) * variance**0.5
        return max(ratio - half, 0.0) ** 0.5, (ratio + half) ** 0.5
