"""Ratings in the order of the rows of one kind, and the kernel's arguments when those rows are drawn."""

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

    part: CsrRatings
    rating_weights: RatingWeights
    offset: FloatArray  # (m,) of the other side's rows
    third: FloatArray  # (l, k), which `part.joined` adds to them; or (0, …)


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
        """The row kernel's arguments for a draw of these rows, with the rows that they meet fixed.

        targets, weights: (n_ratings,) the score asked for by each rating, and its precision, as noise · weight
        """
        ...


class FixedTargets:
    """Ratings as the table has them: targets are its values less the mean, and nothing is copied.

    noise: the noise factors of these rows and of the other side's; empty: all ratings are equally precise
    """

    def __init__(self, rows: Rows, mean: float, noise: "Sequence[RowNoise]" = ()) -> None:
        self.indptr, self.idx, self._part, self._mean, self._noise = rows.indptr, NO_INDICES, rows.part, mean, noise

    def solve_arguments(
        self, others: Sequence[ScoredSide], targets: FloatArray, weights: FloatArray | None, noise: float
    ) -> SolveArguments:
        """The row kernel's arguments with the ratings of the table; `targets` and `weights` are not used."""
        rating_weights, part = RatingWeights(*map(np.float32, (noise, 0, -noise * self._mean, noise))), self._part
        if self._noise:
            own, met = (side.single for side in self._noise)
            part = part._replace(row_weights=own, other_weights=met)
        return SolveArguments(part, rating_weights, others[0].bias, NO_ROWS)


class SortedTargets:
    """Ratings whose targets and weights change, and are sorted into the rows' order for every draw."""

    def __init__(self, idx: IntArray, n: int) -> None:
        self.idx = np.ascontiguousarray(idx, np.int32)
        self._is_sorted = bool((idx[1:] >= idx[:-1]).all())
        if self._is_sorted:
            self.indptr, self._order = np.concatenate([[0], np.cumsum(count_indices(self.idx, n))]), NO_INDICES
        else:
            self.indptr, self._order = order_by_row(self.idx, n)
        self._held = dict[str, tuple[Array, Array]]()  # what `_sorted` was last asked for, and what it gave

    def solve_arguments(
        self, others: Sequence[ScoredSide], targets: FloatArray, weights: FloatArray | None, noise: float
    ) -> SolveArguments:
        """targets, weights: (n_ratings,) the score asked for by each rating, and its precision, as noise · weight"""
        first, offset, third, joined = others[0], others[0].bias, NO_ROWS, NO_INDICES
        if len(others) > 1:
            second = others[1]
            targets = targets - pair_scores(first, second)
            offset, third, joined = np.zeros_like(offset), second.factors, self._sorted("joined", second.idx)
        values = self._sorted("targets", targets)
        own = NO_NUMBERS if weights is None else self._sorted("weights", weights)
        part = CsrRatings(self.indptr, self._sorted("met", first.idx), values, own, joined)
        rating_weights = RatingWeights(np.float32(noise), np.float32(0), np.float32(0), np.float32(noise))
        return SolveArguments(part, rating_weights, offset, third)

    def _sorted(self, name: str, of_ratings: AnArray) -> AnArray:
        """The numbers in the rows' order; an array that was sorted in the last sweep is not sorted again."""
        if self._is_sorted:
            return of_ratings
        if name not in self._held or self._held[name][0] is not of_ratings:
            self._held[name] = of_ratings, of_ratings[self._order]
        return cast(AnArray, self._held[name][1])
