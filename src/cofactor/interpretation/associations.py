"""Attributes that tell two sets of rows apart: how strongly, and whether by more than noise.

An attribute becomes columns: one for each word that some rows hold ("Comedy|Drama" holds two), or the ranks of a
number. The strength of a column is its AUC: how often a row of the second set has more of it than one of the first,
ties counting half. Its correlation with the sets is compared with the *largest* of all columns' correlations where the
rows are dealt to the two sets at random: so p is corrected for the number of attributes tried
[westfall1993resampling].
"""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from cofactor.arrays import Array, BoolArray, FloatArray
from cofactor.filtering.columns import Column

__all__ = ["Association", "associations"]

N_PERMUTATIONS = 999
MORE_EACH = 100  # permutations for each comparison: p can then be 0.01 however many there are
MIN_HELD = 3  # rows that hold a word, and rows that do not


@dataclass(frozen=True)
class Association:
    """An attribute, or one word of it, against two sets of rows.

    word: "" for a number     auc: 0 to 1; 0.5: it does not tell them apart     p: corrected, 0 to 1
    first, second: the share of each set that holds the word; of a number its median in each
    """

    attribute: str
    word: str
    auc: float
    p: float
    first: float
    second: float

    @property
    def of_second(self) -> bool:
        """True where the second set has more of it."""
        return self.auc > 0.5

    def describe(self, *, second: bool) -> str:
        """How it describes one of the two sets: "Comedy", "not Comedy", "year around 1994"."""
        if not self.word:
            typical = self.second if second else self.first
            return f"{self.attribute} around {typical:{'.0f' if abs(typical) >= 100 else '.3g'}}"
        return self.word if second == self.of_second else f"not {self.word}"


@dataclass(frozen=True, eq=False)
class _ColumnOfRanks:
    attribute: str
    word: str
    values: FloatArray  # (m,) nan where missing
    ranks: FloatArray  # (m,) mean 0, variance 1


def associations(
    attributes: Mapping[str, Array], second: BoolArray, *, n_compared: int = 1, seed: int = 0
) -> list[Association]:
    """Every column of the attributes against two sets of rows, the strongest correlation first.

    attributes: (m,) cells each     second: (m,) True for the second set
    n_compared: comparisons that this is one of; p is multiplied by it (Bonferroni), so that it holds for all of them
    """
    columns = [one for name, cells in attributes.items() for one in _columns_of(name, cells)]
    if not columns or second.all() or not second.any():
        return []
    ranks = np.column_stack([one.ranks for one in columns])  # (m, c)
    sets = (second - second.mean()) / second.std()
    correlation = sets @ ranks / len(sets)
    largest = _largest_by_chance(sets, ranks, max(N_PERMUTATIONS, MORE_EACH * n_compared), seed)
    beaten = np.searchsorted(np.sort(largest), np.abs(correlation) - 1e-9)  # by chance as large, but for rounding
    p = np.minimum(n_compared * (1 + len(largest) - beaten) / (1 + len(largest)), 1)
    order = np.argsort(-np.abs(correlation), kind="stable")
    return [_association(columns[at], second, float(p[at])) for at in order]


def _largest_by_chance(sets: FloatArray, ranks: FloatArray, n_permutations: int, seed: int) -> FloatArray:
    """(n_permutations,) the largest absolute correlation of any column where the rows are dealt to the sets anew."""
    dealt = np.random.default_rng(seed).permuted(np.tile(sets, (n_permutations, 1)), axis=1)
    return np.abs(dealt @ ranks).max(axis=1) / len(sets)


def _association(column: _ColumnOfRanks, second: BoolArray, p: float) -> Association:
    sets = [_known(column.values[which]) for which in (~second, second)]
    typical = np.mean if column.word else np.median
    ends = [float(typical(known)) if len(known) else np.nan for known in sets]
    return Association(column.attribute, column.word, _auc(*sets), p, *ends)


def _auc(first: FloatArray, second: FloatArray) -> float:
    """The share of pairs of one of each in which that of the second is larger, ties counting half; 0.5 without any."""
    if not (len(first) and len(second)):
        return 0.5
    ordered = np.sort(first)
    below = np.searchsorted(ordered, second, "left") + np.searchsorted(ordered, second, "right")
    return float(below.mean()) / (2 * len(first))


def _known(values: FloatArray) -> FloatArray:
    return values[~np.isnan(values)]


def _columns_of(name: str, cells: Array) -> list[_ColumnOfRanks]:
    """The columns of one attribute that are not the same for all rows, or for all but a few."""
    column = Column.of(name, cells)
    if column.kind == "number":
        named = {"": column.values}
    elif column.kind == "truth":
        named = {name: np.where(column.known, column.values, np.nan)}
    else:
        named = _held_words(column)
    each = ((word, values.astype(np.float64)) for word, values in named.items())
    return [
        _ColumnOfRanks(name, word, values, _standardised(_ranks(values)))
        for word, values in each
        if _differs(values, word)
    ]


def _held_words(column: Column) -> dict[str, BoolArray]:
    """Which rows hold each word, (m,), of words that enough of them hold: a column of texts has thousands of others."""
    row, place = np.nonzero(column.words >= 0)
    codes = column.words[row, place]
    counts = np.bincount(codes, minlength=len(column.codes_of_words))
    return {
        word: np.isin(np.arange(len(column.cells)), row[codes == code])
        for word, code in column.codes_of_words.items()
        if counts[code] >= MIN_HELD
    }


def _differs(values: FloatArray, word: str) -> bool:
    known = _known(values)
    if word:
        return bool(MIN_HELD <= known.sum() <= len(known) - MIN_HELD)
    return len(known) > 0 and known.min() < known.max()


def _ranks(values: FloatArray) -> FloatArray:
    """(m,) the rank of each value, the mean rank of equal ones; missing ones have the middle rank."""
    is_known = ~np.isnan(values)
    _, which, counts = np.unique(values[is_known], return_inverse=True, return_counts=True)
    ranks = np.full(len(values), (is_known.sum() - 1) / 2)
    ranks[is_known] = (np.cumsum(counts) - (counts + 1) / 2)[which]
    return ranks


def _standardised(x: FloatArray) -> FloatArray:
    return (x - x.mean()) / max(float(x.std()), 1e-12)
