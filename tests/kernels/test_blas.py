"""BLAS beside our own threads: kept to one, given back, and its products on ours."""

import numpy as np
from threadpoolctl import threadpool_info, threadpool_limits

from cofactor.kernels.blas import parallel_matmul, quiet_blas


def test_blas_is_given_back_when_the_last_of_two_loops_ends():
    """The second begins when the first has set BLAS to one thread, and must not take that for what was before."""
    with threadpool_limits(2, user_api="blas"):
        first, second = quiet_blas(), quiet_blas()
        first.__enter__()
        second.__enter__()
        first.__exit__(None, None, None)
        assert _blas_threads() == {1}
        second.__exit__(None, None, None)
        assert _blas_threads() == {2}


def _blas_threads() -> set[int]:
    return {pool["num_threads"] for pool in threadpool_info() if pool["user_api"] == "blas"}


def test_a_product_has_the_same_bits_on_any_number_of_threads(monkeypatch):
    """BLAS is given other rows at once, and adds up each product in the same order."""
    rng, found = np.random.default_rng(0), []
    left, right = (rng.standard_normal(shape, np.float32) for shape in ((101, 48), (48, 48)))
    for n in (1, 2, 5):
        monkeypatch.setenv("COFACTOR_THREADS", str(n))
        found.append(parallel_matmul(left, right, np.empty((101, 48), np.float32)))
    assert np.array_equal(found[0], found[1])
    assert np.array_equal(found[0], found[2])
