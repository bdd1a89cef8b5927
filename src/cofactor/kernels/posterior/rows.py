"""What a kernel is told of many rows: their ratings, what they weigh, what is known before them, who does what when.

Below the kernels that solve rows (`solve.py`), improve them (`row_steps.py`), solve short ones (`short_rows.py`).
"""

import math
from typing import NamedTuple

import numpy as np

from cofactor.arrays import Array, BoolArray, FloatArray, IntArray

__all__ = [
    "BLOCK", "LONG", "NO_BIAS", "NO_CODES", "NO_INDICES", "NO_NUMBERS", "NO_ROWS", "PLAIN", "Bias", "Coded", "Law",
    "Long", "Part", "Plan", "Prior", "empty_lines", "law_of", "on_lines", "padded", "plan_rows", "prior_of", "value_at",
]  # fmt: skip

BLOCK = 64  # ratings gathered at once
WIDTH = 16  # rows are padded to a multiple of it
LINE = 64  # bytes of a cache line, and of a vector
PIECES = 256  # of the work, taken one by one by the threads
LONG = 16_384  # ratings from which on a row is split
CUTS = 64  # at most, of one row
SHORT = 0.75  # of k: ratings up to which a row may be solved by a system of their size
SOME = 4_096  # rows whose pull is computed at once
TURN = 60.0  # times k³: what the eigenvectors of the prior cost, in multiplications
TURN_ROW = 4.0  # times k²: what it costs to turn a row of the other side, and to have it twice


NO_NUMBERS = np.zeros(0, np.float32)
NO_INDICES = np.zeros(0, np.int32)
NO_ROWS = np.zeros((0, WIDTH), np.float32)
NO_CODES = np.zeros(0, np.uint8)


class Coded(NamedTuple):
    """n values in as little memory as they need: a byte says which of a few; nothing is said where all have one."""

    levels: FloatArray  # float32: the different ones, or (1,), or with no codes all n
    codes: IntArray  # (n,) uint8; or (0,)
    n: int

    def at(self, which: slice | IntArray | BoolArray) -> FloatArray:
        """Some of the values."""
        if self.codes.size:
            return self.levels[self.codes[which]]
        return np.ascontiguousarray(np.broadcast_to(self.levels, self.n)[which])

    @property
    def given(self) -> Array:
        """What goes with each value's owner wherever that is moved: its code, the value itself, or nothing, (0,)."""
        return self.codes if self.codes.size or len(self.levels) < self.n else self.levels


class Part(NamedTuple):
    """The ratings of one side, row by row."""

    indptr: IntArray  # (n + 1,) int64
    indices: IntArray  # (n_ratings,) int32, rows of the other side
    values: FloatArray  # (n_ratings,) float32; or with codes the different ones; or (1,): all have it
    weights: FloatArray = NO_NUMBERS  # (n_ratings,) float32, what each weighs beside the law's w; or (0,): 1
    joined: IntArray = NO_INDICES  # (n_ratings,) int32, rows that are added to the other side's; or (0,): none
    codes: IntArray = NO_CODES  # (n_ratings,) uint8, which of `values` each has; or (0,): its own
    row_weights: FloatArray = NO_NUMBERS  # (n,) float32, what all ratings of a row weigh; or (0,): 1
    other_weights: FloatArray = NO_NUMBERS  # (m,) float32, what all ratings that meet a row weigh; or (0,): 1

    @property
    def coded(self) -> Coded:
        """The values of all ratings."""
        return Coded(self.values, self.codes, len(self.indices))


class Law(NamedTuple):
    """What a rating v of an item with offset o weighs, w = weight + weight_gain v, and pulls:
    y = pull + pull_gain v - w o."""

    weight: np.float32
    weight_gain: np.float32
    pull: np.float32
    pull_gain: np.float32


def value_at(part: Part, at: int) -> np.float32:
    """The value of one rating."""
    return part.values[part.codes[at] if part.codes.size else at if part.values.size > 1 else 0]


def law_of(law: Law, part: Part, row: int) -> Law:
    """What a row's ratings weigh and pull."""
    if not part.row_weights.size:
        return law
    weight = np.float32(part.row_weights[row])
    return Law(law.weight * weight, law.weight_gain * weight, law.pull * weight, law.pull_gain * weight)


PLAIN = Law(np.float32(1), np.float32(0), np.float32(0), np.float32(1))  # w = 1, y = v - o


class Prior(NamedTuple):
    """What is known of a row before its ratings: N(precision⁻¹ pull, precision⁻¹), ridge added to the diagonal."""

    precision: FloatArray  # (k · k,) of all rows
    ridge: FloatArray  # (n,) or (1,)
    pull: FloatArray  # (n, k) or (1, k)


class Bias(NamedTuple):
    """A further coordinate of each row, which all its ratings meet with 1: where it goes, and what is known before.

    It is eliminated before the others are solved, so that it makes no row a vector wider.
    """

    out: FloatArray  # (n,), or (0,): there is none
    precision: FloatArray  # (k + 1,) the last row of the precision of [row, bias]
    pull: FloatArray  # (n,) or (1,)


def prior_of(
    expected: FloatArray, precision: FloatArray, bias: FloatArray, width: int, *, mean: FloatArray | float = 0.0
) -> tuple[Prior, Bias]:
    """What the kernel is told of rows [factors, bias] ~ N(mean + expected, precision⁻¹), padded to `width`.

    expected: (n, k + 1) or (1, k + 1)     precision: (k + 1, k + 1)     bias: (n,) where the biases go
    mean: (k + 1,) of all rows, what is expected of each being counted from there
    """
    (n, d), wide, with_bias = expected.shape, np.eye(width, dtype=np.float32), np.zeros(width + 1, np.float32)
    k = d - 1
    wide[:k, :k], with_bias[:k], with_bias[width] = precision[:k, :k], precision[k, :k], precision[k, k]
    of_factors, of_bias = np.zeros((n, width), np.float32), np.empty(n, np.float32)
    law, common = precision.astype(np.float32), ((np.zeros(d) + mean) @ precision).astype(np.float32)
    for at in range(0, n, SOME):
        rows = slice(at, at + SOME)
        pull = expected[rows] @ law + common
        of_factors[rows, :k], of_bias[rows] = pull[:, :k], pull[:, k]
    return Prior(wide.ravel(), np.zeros(1, np.float32), of_factors), Bias(bias, with_bias, of_bias)


NO_BIAS = Bias(NO_NUMBERS, NO_NUMBERS, NO_NUMBERS)


class Long(NamedTuple):
    """A row with so many ratings that all threads sum them: `cuts` are where its pieces begin, and its end."""

    row: int
    cuts: list[int]


class Plan(NamedTuple):
    """The order in which rows are solved, the longest first, in pieces of equal work; and the split rows.

    It depends on the ratings alone, and so do the sums: any number of threads gives the same bits.
    """

    order: IntArray  # (n - n_long,) int32
    bounds: IntArray  # (n_pieces + 1,) int64
    long: list[Long]
    n_short: (
        int  # rows at the end of `order` that are cheaper solved by a system of their ratings' size; 0: not worth it
    )


def padded(k: int) -> int:
    """The next multiple of 16."""
    return -(-k // WIDTH) * WIDTH


def plan_rows(indptr: IntArray, k: int, *, n_others: int = 0, long: int = LONG) -> Plan:
    """Pieces of equal work for `solve`, k the width of a row; rows of more than `long` ratings are split.

    n_others: rows of the other side, which have to be turned for the short rows' sake
    """
    counts = np.diff(indptr)
    order = np.argsort(-counts, kind="stable").astype(np.int32)
    n_long = int(np.count_nonzero(counts > long))
    split = [Long(int(row), _cuts(int(indptr[row]), int(indptr[row + 1]), long)) for row in order[:n_long]]
    order = order[n_long:]
    n_short = _n_short(counts, k, n_others)
    work = np.cumsum(counts[order].astype(np.float64) + k / 3 + 8)
    bounds = np.searchsorted(work, np.linspace(0, work[-1], PIECES + 1)[1:-1]) if len(work) else []
    cuts = np.unique([0, *bounds, len(order) - n_short, len(order)]).astype(np.int64)
    return Plan(order, cuts, split, n_short)


def _n_short(counts: IntArray, k: int, n_others: int) -> int:
    """Rows whose system of n ratings is much the smaller one, if together they save more than turning the prior."""
    n = counts[counts <= SHORT * k].astype(np.float64)
    saved = np.sum(n * k**2 + k**3 / 3 - n**2 * k - n**3 / 3 - 8 * k**2)
    return len(n) if saved > TURN * k**3 + TURN_ROW * n_others * k**2 else 0


def _cuts(begin: int, end: int, long: int) -> list[int]:
    size = max(long // 4, -(-(end - begin) // CUTS))
    return [*range(begin, end, size), end]


def empty_lines(shape: tuple[int, ...]) -> FloatArray:
    """Uninitialised float32 that begins with a cache line: a vector that lies across two costs twice."""
    raw = np.empty(4 * math.prod(shape) + LINE, np.uint8)
    start = -raw.ctypes.data % LINE
    return raw[start : start + 4 * math.prod(shape)].view(np.float32).reshape(shape)


def on_lines(array: FloatArray) -> FloatArray:
    """The array itself, or a copy, so that it begins with a cache line."""
    if array.ctypes.data % LINE == 0:
        return array
    copy = empty_lines(array.shape)
    copy[:] = array
    return copy
