"""The best n of each row: what NumPy answers for few rows, the compiled kernel answers for many."""

import numpy as np
import pytest
from hypothesis import given, strategies as st
from hypothesis.extra.numpy import arrays

from cofactor.kernels import topk
from cofactor.kernels.topk import MANY, best
from cofactor.kernels.topk_many import fill

inf = np.inf


def test_the_best_come_first_and_ties_keep_catalogue_order():
    idx, top = best(np.array([[1.0, 3.0, 2.0, 3.0]]), 3)
    assert (idx.tolist(), top.tolist()) == ([[1, 3, 2]], [[3.0, 3.0, 2.0]])


def test_a_list_with_too_few_candidates_ends_in_minus_one():
    idx, top = best(np.array([[-inf, 5.0, -inf]]), 2)
    assert (idx.tolist(), top.tolist()) == ([[1, -1]], [[5.0, -inf]])


def test_nan_is_never_chosen():
    assert best(np.array([[np.nan, 1.0, 2.0]]), 3)[0].tolist() == [[2, 1, -1]]


def test_no_more_than_the_catalogue():
    assert best(np.zeros((2, 3)), 10)[0].tolist() == [[0, 1, 2]] * 2


@given(
    scores=arrays(
        st.sampled_from([np.float32, np.float64]),
        st.tuples(st.integers(1, 5), st.integers(1, 12)),
        elements=st.sampled_from([-inf, -1.0, 0.0, 0.5, 2.0, np.nan]),
    ),
    n=st.integers(1, 14),
)
def test_the_compiled_kernel_and_numpy_agree_on_ties_and_gaps(scores, n):
    few = best(scores, n)
    many = best(np.tile(scores, (MANY, 1)), n)
    for one, other in zip(few, many, strict=True):
        np.testing.assert_array_equal(np.tile(one, (MANY, 1)), other)


def test_they_agree_on_a_real_sized_block():
    scores = np.random.default_rng(0).normal(size=(200, 1000)).astype(np.float32).round(2)
    idx, top = np.full((200, 20), -1), np.full((200, 20), -inf, np.float32)
    topk._fill(scores, idx, top)
    compiled = np.full_like(idx, -1), np.full_like(top, -inf)
    fill(scores, *compiled)
    np.testing.assert_array_equal(idx, compiled[0])
    np.testing.assert_array_equal(top, compiled[1])


def test_few_rows_need_no_compiler():
    import subprocess
    import sys

    ask = "import sys, numpy as np; from cofactor.kernels.topk import best; best(np.zeros((9, 50)), 5); "
    assert subprocess.run([sys.executable, "-c", ask + "sys.exit('numba' in sys.modules)"]).returncode == 0


@pytest.mark.parametrize("kind", [np.float16, np.int64])
def test_other_number_types_are_answered_too(kind):
    scores = np.tile(np.array([[1, 3, 2]], kind), (MANY, 1))
    assert best(scores, 2)[0][0].tolist() == [1, 2]
