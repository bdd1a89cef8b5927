"""Features of users or items, as sparse columns: one for each category, a few for each number, one for each companion.

A cell of text may hold several categories, "Comedy|Drama". A number becomes a broken line through some quantiles, so
that its effect may bend. A missing value is 0 in all its columns: such a row is expected to be like the average.
"""

import json
from collections import Counter
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from cofactor.arrays import Array, FloatArray, IntArray
from cofactor.data.attributes.words import words_of
from cofactor.data.csr_rows import Rows
from cofactor.errors import BadOption
from cofactor.kernels.absent import NO_NUMBERS

if TYPE_CHECKING:
    from scipy.sparse import csr_array

__all__ = [
    "Encoding",
    "Features",
    "bag",
    "bag_share",
    "encode",
    "feature_matrix",
    "features_of",
    "learn_encodings",
    "pack_encodings",
    "unpack_encodings",
]

HALF_TRUSTED = 20  # companions at which a bag has half its weight
N_KNOTS = 12  # of a number's broken line


class Features(NamedTuple):
    """An (n, f) matrix by columns: column c is `values[indptr[c]:indptr[c + 1]]` in the `rows` beside them.

    Where all entries of a row are equal, `shares` holds one for each row, and `values` is empty.
    """

    indptr: IntArray  # (f + 1,) int64
    rows: IntArray  # int32
    values: FloatArray  # float32; or (0,)
    shares: FloatArray = NO_NUMBERS  # (n,) float32; or (0,)


def bag(companions: Rows, counts: IntArray) -> Features:
    """Each row's companions (a user's items, an item's users), each with the row's `bag_share`.

    companions: by companion, so the other side's rows     counts: (n,) companions of each row
    """
    return Features(companions.indptr, companions.indices, NO_NUMBERS, bag_share(counts))


def bag_share(counts: IntArray) -> FloatArray:
    """(n,) the weight of each companion in a row of n: 1/√n [koren2008svdpp] times n / (n + 20).

    The first ratings of a newcomer are seldom chosen, so that they say less of who chose them; without the second
    factor one rating would weigh as much as a hundred do.
    """
    return (np.sqrt(counts) / (counts + HALF_TRUSTED)).astype(np.float32)


def features_of(attributes: Mapping[str, Array]) -> dict[str, Features]:
    """Columns for each attribute (n,) that tells rows apart; one that does not is left out."""
    return encode(learn_encodings(attributes), attributes)


class Encoding(NamedTuple):
    """The columns of one attribute: one for each category, or one for each knot of a number."""

    name: str
    words: tuple[str, ...] = ()
    knots: tuple[float, ...] = ()

    @property
    def columns(self) -> list[str]:
        """A name for each: "genres: Drama", "year: about 1994"."""
        return [f"{self.name}: {word}" for word in self.words] or [f"{self.name}: about {x:.4g}" for x in self.knots]

    def of(self, values: Array) -> Features:
        """(n,) -> (n, f); a category that was not learned, like a missing value, is in no column."""
        return (
            _numbers(self._as_numbers(values), np.array(self.knots)) if self.knots else _categories(values, self.words)
        )

    def _as_numbers(self, values: Array) -> FloatArray:
        """(n,) float64, nan where missing; raises `BadOption` for what is no number."""
        try:
            return values.astype(np.float64)  # of objects, too: a missing number is None there
        except (TypeError, ValueError):
            wrong = [cell for cell in values.tolist() if not (cell is None or isinstance(cell, (int, float)))]
            raise BadOption(f"The attribute {self.name!r} was learned as a number, but {wrong[:3]} came.") from None


def learn_encodings(attributes: Mapping[str, Array]) -> list[Encoding]:
    """The encoding of each attribute that tells rows apart; others are left out."""
    found = [
        Encoding(name, knots=_knots(v)) if v.dtype.kind in "if" else Encoding(name, words=_shared(v))
        for name, v in attributes.items()
    ]
    return [one for one in found if len(one.words) + len(one.knots) > 1]


def encode(encodings: Sequence[Encoding], attributes: Mapping[str, Array]) -> dict[str, Features]:
    """The columns of these attributes, by attribute; raises `KeyError` where one is missing."""
    return {one.name: one.of(attributes[one.name]) for one in encodings}


def feature_matrix(features: Mapping[str, Features], n_rows: int) -> "csr_array":
    """(n_rows, f) sparse, the columns of all attributes side by side."""
    from scipy.sparse import csc_array, csr_array, hstack

    parts = [csc_array((f.values, f.rows, f.indptr), shape=(n_rows, len(f.indptr) - 1)) for f in features.values()]
    return csr_array(hstack(parts)) if parts else csr_array((n_rows, 0))


def pack_encodings(of_sides: Sequence[Sequence[Encoding]]) -> Array:
    """The encodings of both sides as bytes (uint8), so that a model keeps them among its arrays."""
    plain = [[one._asdict() for one in side] for side in of_sides]
    return np.frombuffer(json.dumps(plain).encode(), np.uint8)


def unpack_encodings(packed: Array) -> list[list[Encoding]]:
    """The encodings that `pack_encodings` packed, side by side."""
    sides = json.loads(packed.tobytes().decode())
    return [[Encoding(one["name"], tuple(one["words"]), tuple(one["knots"])) for one in side] for side in sides]


def _shared(values: Array) -> tuple[str, ...]:
    """The categories that at least two rows have, sorted."""
    counts = Counter(word for cell in values.tolist() for word in words_of(cell))
    return tuple(sorted(word for word, n in counts.items() if n > 1))


def _categories(values: Array, words: Sequence[str]) -> Features:
    place = {word: at for at, word in enumerate(words)}
    cells = [(row, place[word]) for row, cell in enumerate(values.tolist()) for word in words_of(cell) if word in place]
    rows, columns = np.array(cells, np.int64).reshape(-1, 2).T
    return _columns(rows, columns, np.ones(len(rows), np.float32), len(words))


def _knots(values: Array) -> tuple[float, ...]:
    known = values[np.isfinite(values)].astype(np.float64)
    return tuple(np.unique(np.quantile(known, np.linspace(0, 1, N_KNOTS))).tolist()) if len(known) else ()


def _numbers(numbers: FloatArray, knots: FloatArray) -> Features:
    """Each number lies between two knots, and is their mixture; one beyond them is at the last."""
    known = np.flatnonzero(np.isfinite(numbers))
    x = np.clip(numbers[known], knots[0], knots[-1])
    left = np.clip(np.searchsorted(knots, x, side="right") - 1, 0, len(knots) - 2)
    share = ((x - knots[left]) / (knots[left + 1] - knots[left])).astype(np.float32)
    return _columns(np.tile(known, 2), np.append(left, left + 1), np.append(1 - share, share), len(knots))


def _columns(rows: IntArray, column: IntArray, values: FloatArray, n_columns: int) -> Features:
    """Sorted by column and row."""
    order = np.lexsort((rows, column))
    indptr = np.concatenate([[0], np.cumsum(np.bincount(column, minlength=n_columns))])
    return Features(indptr, rows[order].astype(np.int32), values[order])
