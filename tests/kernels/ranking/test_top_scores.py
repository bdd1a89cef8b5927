"""The best n of each row: what NumPy answers for few rows, the compiled kernel answers for many."""

import numpy as np
import pytest
from hypothesis import given, strategies as st
from hypothesis.extra.numpy import arrays

from cofactor.kernels.ranking.lists import SeenItems
from cofactor.kernels.ranking.top_scores import COMPILED_FROM_ROWS, top_scores

inf = np.inf


def test_the_best_come_first_and_ties_keep_catalogue_order():
    idx, top = top_scores(np.array([[1.0, 3.0, 2.0, 3.0]]), 3)
    assert (idx.tolist(), top.tolist()) == ([[1, 3, 2]], [[3.0, 3.0, 2.0]])


def test_a_list_with_too_few_candidates_ends_in_minus_one():
    idx, top = top_scores(np.array([[-inf, 5.0, -inf]]), 2)
    assert (idx.tolist(), top.tolist()) == ([[1, -1]], [[5.0, -inf]])


def test_nan_is_never_chosen():
    assert top_scores(np.array([[np.nan, 1.0, 2.0]]), 3)[0].tolist() == [[2, 1, -1]]


def test_no_more_than_the_catalogue():
    assert top_scores(np.zeros((2, 3)), 10)[0].tolist() == [[0, 1, 2]] * 2


def test_what_is_hidden_from_a_user_is_hidden_from_nobody_else():
    seen = SeenItems(np.array([1, -1, 0]), np.array([0, 2, 3]), np.array([0, 2, 1], np.int32))
    scores = np.tile(np.array([3.0, 2, 1]), (3, 1))
    for compiled in (False, True):
        idx, _ = top_scores(scores, 2, seen, compiled=compiled)
        assert idx.tolist() == [[0, 2], [0, 1], [1, -1]]


def test_barred_items_are_chosen_for_nobody_and_the_scores_stay_as_they_are():
    scores = np.array([[3.0, 2, 1]])
    scores.flags.writeable = False
    for compiled in (False, True):
        assert top_scores(scores, 2, excluded=np.array([True, False, False]), compiled=compiled)[0].tolist() == [[1, 2]]


@given(
    scores=arrays(
        st.sampled_from([np.float32, np.float64]),
        st.tuples(st.integers(1, 5), st.integers(1, 140)),
        elements=st.sampled_from([-inf, -1.0, 0.0, 0.5, 2.0, np.nan]),
    ),
    n=st.integers(1, 150),
    seed=st.integers(0, 99),
)
def test_the_compiled_kernel_and_numpy_agree_on_ties_gaps_and_what_is_hidden(scores, n, seed):
    seen, excluded = hide_at_random(*scores.shape, seed)
    few = top_scores(scores, n, seen, excluded, compiled=False)
    many = top_scores(scores, n, seen, excluded, compiled=True)
    for one, other in zip(few, many, strict=True):
        np.testing.assert_array_equal(one, other)


def test_they_agree_on_a_real_sized_block():
    scores = np.random.default_rng(0).normal(size=(200, 1000)).astype(np.float32).round(2)
    given = (scores, 20, *hide_at_random(200, 1000, 0))
    for one, other in zip(top_scores(*given, compiled=False), top_scores(*given, compiled=True), strict=True):
        np.testing.assert_array_equal(one, other)


def hide_at_random(n_rows: int, n_items: int, seed: int) -> tuple[SeenItems, np.ndarray]:
    rng = np.random.default_rng(seed)
    seen = [np.flatnonzero(rng.random(n_items) < rng.choice([0, 0.3, 1])) for _ in range(n_rows)]
    indptr, indices = np.cumsum([0, *map(len, seen)]), np.concatenate(seen).astype(np.int32)
    return SeenItems(rng.integers(-1, n_rows, n_rows), indptr, indices), rng.random(n_items) < 0.2


def test_few_rows_need_no_compiler():
    import subprocess
    import sys

    module = "cofactor.kernels.ranking.top_scores"
    ask = f"import sys, numpy as np; from {module} import top_scores; top_scores(np.zeros((9, 50)), 5); "
    assert subprocess.run([sys.executable, "-c", ask + "sys.exit('numba' in sys.modules)"]).returncode == 0


@pytest.mark.parametrize("kind", [np.float16, np.int64])
def test_other_number_types_are_answered_too(kind):
    scores = np.tile(np.array([[1, 3, 2]], kind), (COMPILED_FROM_ROWS, 1))
    assert top_scores(scores, 2)[0][0].tolist() == [1, 2]
