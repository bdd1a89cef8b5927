import numpy as np
import pytest

from cofactor.kernels.scoring.pairs import ScoredSide, pair_scores


def side_of(rng, m, k, n):
    """m rows, 16 or 32 wide, and which of them n ratings have."""
    factors = np.zeros((m, -(-k // 16) * 16), np.float32)
    factors[:, :k] = rng.normal(size=(m, k))
    return ScoredSide(factors, rng.normal(size=m).astype(np.float32), rng.integers(0, m, n).astype(np.int32))


@pytest.mark.parametrize("k", [3, 15, 20])
def test_factors_are_multiplied_two_by_two_and_biases_added(k):
    rng = np.random.default_rng(k)
    sides = [side_of(rng, m, k, 500) for m in (7, 9, 4)]
    (p, b, _), (q, c, _), (t, d, _) = ((side.factors[side.idx], side.bias[side.idx], side) for side in sides)
    two = (p * q).sum(axis=1) + b + c
    np.testing.assert_allclose(pair_scores(*sides[:2]), two, atol=1e-4)
    three = two + (p * t).sum(axis=1) + (q * t).sum(axis=1) + d
    np.testing.assert_allclose(pair_scores(*sides), three, atol=1e-4)


def test_no_pairs_have_no_scores():
    side = side_of(np.random.default_rng(0), 1, 3, 0)
    assert pair_scores(side, side).shape == (0,)
