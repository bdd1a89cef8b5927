"""Many rows placed at once: the same places that each would get alone, and those that training gave."""

import numpy as np
import pytest

import cofactor as cf
from cofactor.contract.profile import UserProfile
from cofactor.data.csr_rows import Rows
from cofactor.kernels.posterior.single_row import row_mean, sigmoid_row_mean
from cofactor.posterior.fold_in import fold_in_rows


@pytest.fixture(scope="module")
def case():
    """Five rows, one of them empty, of 40 others with 6 factors."""
    rng, counts = np.random.default_rng(0), np.array([3, 0, 30, 1, 12])
    others = rng.normal(size=(40, 7)).astype(np.float32) * 0.5
    indices = np.concatenate([np.sort(rng.choice(40, n, replace=False)) for n in counts]).astype(np.int32)
    values = rng.integers(1, 6, counts.sum()).astype(np.float32)
    root = rng.normal(size=(7, 7))
    return Rows(np.concatenate([[0], np.cumsum(counts)]), indices, values), others, root @ root.T + np.eye(7)


@pytest.mark.parametrize("y_range", [None, (0.5, 5.5)])
def test_a_batch_is_its_rows_one_by_one(case, y_range):
    rows, others, precision = case
    placed = fold_in_rows(rows, others, 0.2, precision, y_range)
    for row in range(5):
        idx, values = rows.of(row)
        design = np.column_stack([np.ones(len(idx)), others[idx, 1:]])
        offset = 0.2 + others[idx, 0]
        alone = (
            row_mean(design, values - offset, precision) if y_range is None
            else sigmoid_row_mean(design, offset, values, precision, *y_range)
        )  # fmt: skip
        np.testing.assert_allclose(placed[row], alone, atol=2e-3)


@pytest.mark.realdata
@pytest.mark.slow
@pytest.mark.parametrize(
    ("model", "tolerance"),
    [
        (cf.MatrixFactorization(n_factors=20, y_range=(0, 5.5)), 0.15),
        (cf.ExplicitALS(n_factors=20, n_epochs=10), 0.15),
        (cf.BayesianMF(n_factors=16, n_draws=50), 0.10),
        (cf.NeuralCF(n_factors=20, y_range=(0, 5.5), n_epochs=3), 0.15),
    ],
    ids=["adam", "als", "bayesian", "neural"],
)
def test_folding_in_a_training_users_own_ratings_gives_nearly_the_trained_row(model, tolerance, ml_100k):
    """In stars, root mean square over all items, of users with 50 ratings and more."""
    ratings = ml_100k
    model.fit(ratings, progress=False)
    users = np.flatnonzero(ratings.user_counts >= 50)[::25]
    trained = model.score_users(users)
    folded = np.stack([model.score_profile(UserProfile(*ratings.by_user.of(int(user)))) for user in users])
    assert np.sqrt(np.mean((trained - folded) ** 2)) < tolerance
