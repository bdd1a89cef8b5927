"""Sums over people of which nobody changes more than 1: each one's part, a vector, is clipped to length 1.

A part is g_u = (h_ui for every item i they rated, o_u): rows of k numbers by item, and j numbers of their own. What is
summed is g_u · min(1, 1/|g_u|). Adding or removing a person changes the sum by that person's clipped part alone, as the
others' parts do not depend on them; so the sum's sensitivity, in Euclidean length, is 1.
"""

from collections.abc import Callable
from typing import NamedTuple

import numpy as np

from cofactor.arrays import FloatArray, IntArray
from cofactor.data.csr_rows import Rows

__all__ = ["Parts", "clip_factors", "person_sum", "row_of_each"]

RATINGS_AT_ONCE = 500_000  # whose parts are held at once
ROUNDING = 1e-9  # by which a clipped part is shorter than 1, so that rounding does not lengthen it


class Parts(NamedTuple):
    """The unclipped parts of some people.

    by_rating: (n, k) of each of their ratings     own: (b, j) numbers of each person
    """

    by_rating: FloatArray
    own: FloatArray


def clip_factors(lengths: FloatArray) -> FloatArray:
    """(b,) the factor by which parts of these lengths are shortened to 1; 1 where they are no longer."""
    return np.minimum(1.0, (1.0 - ROUNDING) / np.maximum(lengths, 1e-300))


def person_sum(rows: Rows, n_items: int, parts_of: Callable[[Rows], Parts]) -> tuple[FloatArray, FloatArray]:
    """(n_items, k) and (j,): the sums of everybody's clipped parts.

    rows: each person's items and ratings     parts_of: the parts of some of them, computed from their own ratings and
    what was released before, nothing else
    """
    totals: tuple[FloatArray, FloatArray] | None = None
    for some in _blocks(rows):
        part = _clipped_sum(some, n_items, parts_of(some))
        totals = part if totals is None else (totals[0] + part[0], totals[1] + part[1])
    assert totals is not None
    return totals


def _clipped_sum(rows: Rows, n_items: int, parts: Parts) -> tuple[FloatArray, FloatArray]:
    person = row_of_each(rows)
    squares = np.bincount(person, np.square(parts.by_rating).sum(axis=1), len(rows.counts))
    factors = clip_factors(np.sqrt(squares + np.square(parts.own).sum(axis=1)))
    weighted = parts.by_rating * factors[person][:, None]
    by_item = np.zeros((n_items, weighted.shape[1]))
    for at, column in enumerate(weighted.T):
        by_item[:, at] = np.bincount(rows.indices, column, n_items)
    return by_item, factors @ parts.own


def row_of_each(rows: Rows) -> IntArray:
    """(n,) which row each rating is of."""
    return np.repeat(np.arange(len(rows.counts)), rows.counts)


def _blocks(rows: Rows) -> list[Rows]:
    """The rows in blocks of about so many ratings, nobody in two of them; one block where there is nobody."""
    number = rows.indptr[:-1] // RATINGS_AT_ONCE
    starts = np.flatnonzero(np.diff(number, prepend=-1))
    return [rows.take(some) for some in np.split(np.arange(len(number)), starts[1:])]
