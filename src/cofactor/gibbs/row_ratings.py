"""The ratings of one kind of rows (users, items or days), row by row, as the row kernel takes them."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, NamedTuple, Protocol, TypeVar, cast

import numpy as np

from cofactor.arrays import Array, FloatArray, IntArray
from cofactor.data.csr_rows import Rows
from cofactor.kernels.absent import NO_INDICES, NO_NUMBERS, NO_ROWS
from cofactor.kernels.posterior.weights import RatingWeights
from cofactor.kernels.ratings.csr import CsrRatings
from cofactor.kernels.ratings.layout import count_indices, order_by_row
from cofactor.kernels.scoring.pairs import ScoredSide, pair_scores

if TYPE_CHECKING:
    from cofactor.gibbs.noise import RowNoise

__all__ = ["FixedTargets", "RowRatings", "SolveArguments", "SortedTargets"]

AnArray = TypeVar("AnArray", FloatArray, IntArray)


class SolveArguments(NamedTuple):
    """Arguments of the row kernel: the ratings row by row, their weights, and the rows on the other side."""

    ratings: CsrRatings
    rating_weights: RatingWeights
    offset: FloatArray  # (m,) of the other side's rows
    third: FloatArray  # (l, k) the rows that `ratings.third_idx` adds to them; or (0, …)


class RowRatings(Protocol):
    """Ratings in the order of the rows of one kind, from which the row kernel's arguments are made."""

    @property
    def indptr(self) -> IntArray:
        """(n_rows + 1,) where each row's ratings begin."""
        ...

    @property
    def idx(self) -> IntArray:
        """(n_ratings,) int32, the row of each rating; (0,) where it is not kept."""
        ...

    def solve_arguments(
        self, others: Sequence[ScoredSide], targets: FloatArray, weights: FloatArray | None, noise: float
    ) -> SolveArguments:
        """The row kernel's arguments for a draw of these rows, with those of the `others` fixed.

        targets, weights: (n_ratings,) the target score of each rating, and its precision: noise · weight
        """
        ...


class FixedTargets:
    """Targets that are the table's values less their mean; nothing is copied.

    noise: the noise factors of these rows and of the other side's; empty: all ratings are equally precise
    """

    def __init__(self, rows: Rows, mean: float, noise: "Sequence[RowNoise]" = ()) -> None:
        self.indptr, self.idx = rows.indptr, NO_INDICES
        self._ratings, self._mean, self._noise = rows.part, mean, noise

    def solve_arguments(
        self, others: Sequence[ScoredSide], targets: FloatArray, weights: FloatArray | None, noise: float
    ) -> SolveArguments:
        """The row kernel's arguments with the ratings of the table; `targets` and `weights` are not used."""
        rating_weights, ratings = RatingWeights(*map(np.float32, (noise, 0, -noise * self._mean, noise))), self._ratings
        if self._noise:
            row_weights, other_weights = (side.single for side in self._noise)
            ratings = ratings._replace(row_weights=row_weights, other_weights=other_weights)
        return SolveArguments(ratings, rating_weights, others[0].bias, NO_ROWS)


class SortedTargets:
    """Targets and weights that change from sweep to sweep, and are sorted by row for every draw."""

    def __init__(self, idx: IntArray, n: int) -> None:
        self.idx = np.ascontiguousarray(idx, np.int32)
        self._is_sorted = bool((idx[1:] >= idx[:-1]).all())
        if self._is_sorted:
            self.indptr, self._order = np.concatenate([[0], np.cumsum(count_indices(self.idx, n))]), NO_INDICES
        else:
            self.indptr, self._order = order_by_row(self.idx, n)
        self._last_sorted = dict[
            str, tuple[Array, Array]
        ]()  # by name: the array that `_sorted` took, and what it returned

    def solve_arguments(
        self, others: Sequence[ScoredSide], targets: FloatArray, weights: FloatArray | None, noise: float
    ) -> SolveArguments:
        """targets, weights: (n_ratings,) the target score of each rating, and its precision: noise · weight"""
        first, offset, third, third_idx = others[0], others[0].bias, NO_ROWS, NO_INDICES
        if len(others) > 1:
            second = others[1]
            targets = targets - pair_scores(first, second)
            offset, third, third_idx = np.zeros_like(offset), second.factors, self._sorted("third_idx", second.idx)
        values = self._sorted("targets", targets)
        sorted_weights = NO_NUMBERS if weights is None else self._sorted("weights", weights)
        ratings = CsrRatings(self.indptr, self._sorted("other_idx", first.idx), values, sorted_weights, third_idx)
        rating_weights = RatingWeights(np.float32(noise), np.float32(0), np.float32(0), np.float32(noise))
        return SolveArguments(ratings, rating_weights, offset, third)

    def _sorted(self, name: str, of_ratings: AnArray) -> AnArray:
        """The array sorted by row; the very array that was last sorted under this name is not sorted again."""
        if self._is_sorted:
            return of_ratings
        if name not in self._last_sorted or self._last_sorted[name][0] is not of_ratings:
            self._last_sorted[name] = of_ratings, of_ratings[self._order]
        return cast(AnArray, self._last_sorted[name][1])
