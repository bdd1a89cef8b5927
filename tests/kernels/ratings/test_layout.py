"""Ratings in rows, against sorting them."""

import numpy as np
import pytest
from hypothesis import given, strategies as st

from cofactor.kernels.ratings.csr import CsrRatings
from cofactor.kernels.ratings.layout import (
    MAX_LEVELS,
    count_indices,
    encode_values,
    lay_out,
    order_by_row,
    sum_rows,
    transposed,
)

VALUES = {"clicks": lambda n: np.ones(n), "stars": lambda n: np.arange(n) % 10 / 2, "plays": lambda n: np.arange(n) / 3}


def table(n, n_rows, n_others, kind, seed=0):
    rng = np.random.default_rng(seed)
    return rng.integers(0, n_rows, n), rng.integers(0, n_others, n), VALUES[kind](n).astype(np.float32)


def laid_out(columns, n_rows, n_others):
    rows, others, values = columns
    return lay_out(rows, others, encode_values(values), n_rows, n_others)


def triples(ratings):
    """(row, other, value) of each rating, as it lies."""
    row = np.repeat(np.arange(len(ratings.indptr) - 1), np.diff(ratings.indptr))
    return list(zip(row.tolist(), ratings.indices.tolist(), ratings.coded.at(slice(None)).tolist(), strict=True))


def expected(rows, others, values):
    """Each pair once, with its last value, in order."""
    last = {
        (row, other): value for row, other, value in zip(*(c.tolist() for c in (rows, others, values)), strict=True)
    }
    return [(*pair, value) for pair, value in sorted(last.items())]


@given(st.integers(0, 400), st.integers(1, 30), st.integers(1, 30), st.sampled_from(list(VALUES)), st.integers(0, 99))
def test_rows_ascend_and_hold_the_last_value_of_each_pair(n, n_rows, n_others, kind, seed):
    columns = table(n, n_rows, n_others, kind, seed)
    ratings = laid_out(columns, n_rows, n_others)
    assert triples(ratings) == expected(*columns)
    turned = transposed(ratings, n_others)
    assert sorted((row, other, value) for other, row, value in triples(turned)) == expected(*columns)
    assert triples(transposed(turned, n_rows)) == expected(*columns)


@pytest.mark.parametrize(("kind", "n_levels", "code_bytes"), [("clicks", 1, 0), ("stars", 10, 1)])
def test_what_values_need(kind, n_levels, code_bytes):
    columns = table(5000, 90, 4000, kind)
    for ratings in (laid_out(columns, 90, 4000), transposed(laid_out(columns, 90, 4000), 4000)):
        assert (len(ratings.values), ratings.codes.nbytes) == (n_levels, code_bytes * len(ratings.indices))


@pytest.mark.parametrize("n", [MAX_LEVELS, MAX_LEVELS + 1])
def test_more_values_than_a_byte_tells_apart_are_kept_as_they_are(n):
    values = np.linspace(-1, 1, n, dtype=np.float32)
    ratings = lay_out(np.zeros(n, int), np.arange(n), encode_values(values), 1, n)
    assert bool(ratings.codes.size) == (n <= MAX_LEVELS)
    np.testing.assert_array_equal(ratings.coded.at(slice(None)), values)
    np.testing.assert_array_equal(ratings.coded.at(np.array([3, 1])), values[[3, 1]])


@pytest.mark.parametrize("row", [-1, 7])
def test_an_index_that_is_no_row_is_named(row):
    with pytest.raises(IndexError, match=rf"1 indices are not in 0 … 6, the first of them is {row}"):
        lay_out(np.array([0, row, 3]), np.array([0, 0, 0]), encode_values(np.ones(3, np.float32)), 7, 1)


def test_the_order_of_a_column_is_that_of_a_stable_sort():
    rows = table(3000, 40, 1, "clicks")[0]
    starts, order = order_by_row(rows.astype(np.int32), 40)
    np.testing.assert_array_equal(order, np.argsort(rows, kind="stable"))
    np.testing.assert_array_equal(np.diff(starts), np.bincount(rows, minlength=40))
    np.testing.assert_array_equal(count_indices(rows.astype(np.int32), 40), np.bincount(rows, minlength=40))


@pytest.mark.parametrize("kind", VALUES)
def test_sums_of_rows(kind):
    ratings = laid_out(table(2000, 50, 300, kind), 50, 300)
    values = ratings.coded.at(slice(None)).astype(np.float64)
    sums, squares = sum_rows(ratings)
    row = np.repeat(np.arange(50), np.diff(ratings.indptr))
    np.testing.assert_allclose(sums, np.bincount(row, values, 50))
    assert squares == pytest.approx(float(np.square(values).sum()))


def test_a_part_of_plain_values_is_summed_too():
    ratings = CsrRatings(np.array([0, 2, 3]), np.zeros(3, np.int32), np.array([1, 2, 5], np.float32))
    np.testing.assert_array_equal(sum_rows(ratings)[0], [3, 5])
