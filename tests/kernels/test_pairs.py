import numpy as np
import pytest

from cofactor.kernels.pairs import pair_scores


def rows_of(rng, n, k):
    """[factors (k), bias, 0 …], 16 or 32 wide."""
    rows = np.zeros((n, -(-(k + 1) // 16) * 16), np.float32)
    rows[:, : k + 1] = rng.normal(size=(n, k + 1))
    return rows


@pytest.mark.parametrize("k", [3, 15, 20])
def test_factors_are_multiplied_two_by_two_and_biases_added(k):
    rng = np.random.default_rng(k)
    p, q, t = (rows_of(rng, n, k) for n in (7, 9, 4))
    u, i, d = (rng.integers(0, n, 500).astype(np.int32) for n in (7, 9, 4))
    two = (p[u, :k] * q[i, :k]).sum(axis=1) + p[u, k] + q[i, k]
    np.testing.assert_allclose(pair_scores(p, q, u, i, k), two, atol=1e-4)
    three = two + (p[u, :k] * t[d, :k]).sum(axis=1) + (q[i, :k] * t[d, :k]).sum(axis=1) + t[d, k]
    np.testing.assert_allclose(pair_scores(p, q, u, i, k, t, d), three, atol=1e-4)


def test_no_pairs_have_no_scores():
    none, rows = np.zeros(0, np.int32), np.zeros((1, 16), np.float32)
    assert pair_scores(rows, rows, none, none, 3).shape == (0,)
