"""Principal components, and which of them could as well be mixed."""

import numpy as np

from cofactor.interpretation.components import damped, interchangeable, principal_components, relative_error


def test_components_are_those_of_the_singular_value_decomposition():
    for shape in ((40, 6), (6, 40)):
        x = np.random.default_rng(0).normal(size=shape) * np.linspace(3, 1, shape[1])
        left, lengths, _ = np.linalg.svd(x, full_matrices=False)
        found = principal_components(x, 3)
        np.testing.assert_allclose(np.abs(found.places), np.abs(left[:, :3] * lengths[:3]), atol=1e-9)
        np.testing.assert_allclose(found.variances, lengths**2, atol=1e-9)


def test_a_damped_row_stands_at_its_weight_of_the_distance_from_the_weighted_mean():
    np.testing.assert_allclose(damped(np.array([[0.0], [4.0], [8.0]]), np.array([1.0, 0.0, 1.0])).ravel(), [-4, 0, 4])


def test_the_error_of_a_variance_is_norths_and_damped_rows_count_less():
    assert relative_error(np.ones(200)) == 0.1
    assert relative_error(np.append(np.ones(200), np.full(10_000, 0.01))) < 0.1001


def test_axes_of_a_round_cloud_are_interchangeable_and_those_of_a_long_one_are_not():
    rng = np.random.default_rng(0)
    for spread, groups in (((3, 1, 1), ((1, 2),)), ((9, 3, 1), ())):
        for _ in range(20):
            x = rng.normal(size=(500, 3)) * np.sqrt(spread)
            variances = principal_components(x - x.mean(axis=0), 3).variances
            assert interchangeable(variances, relative_error(np.ones(500))) == groups


def test_what_is_called_interchangeable_is_mixed_by_a_bootstrap_and_the_rest_is_not():
    """The rule against the axes of 50 resamples of the rows."""
    rng = np.random.default_rng(1)
    x = rng.normal(size=(400, 4)) * np.sqrt([8, 3, 2.9, 1])
    axes = np.linalg.eigh(x.T @ x)[1][:, ::-1]
    again = [np.linalg.eigh((r := x[rng.integers(400, size=400)]).T @ r)[1][:, ::-1] for _ in range(50)]
    kept = np.mean([np.abs(np.einsum("fa,fa->a", axes, one)) for one in again], axis=0)
    variances = np.square(x @ axes).sum(axis=0)
    (mixed,) = interchangeable(variances, relative_error(np.ones(400)))
    assert mixed == (1, 2)
    assert kept[[0, 3]].min() > 0.97 > 0.9 > kept[[1, 2]].max()
