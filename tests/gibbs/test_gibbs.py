"""The sampler's parts against distributions and truths that are known."""

from copy import deepcopy
from dataclasses import replace

import numpy as np
import pytest

import cofactor as cf
from cofactor.data.features import features_of
from cofactor.gibbs.chain import GibbsSampler, ModelSpec
from cofactor.gibbs.feature_group import FeatureGroup
from cofactor.gibbs.likelihood import Ordinal, expected_level
from cofactor.gibbs.noise import Noise
from cofactor.gibbs.row_prior import RowPrior


def test_a_population_is_found_from_its_rows():
    """With ten thousand rows the Normal-Wishart posterior stands where mean and covariance of the rows do."""
    rng = np.random.default_rng(0)
    true_mean, root = np.array([1.0, -2.0, 0.5]), np.array([[1.0, 0, 0], [0.8, 0.5, 0], [-0.3, 0.2, 2.0]])
    rows = (true_mean + rng.standard_normal((10_000, 3)) @ root.T).astype(np.float32)
    drawn = [RowPrior.draw(rows, rng) for _ in range(50)]
    np.testing.assert_allclose(np.mean([p.mean for p in drawn], axis=0), true_mean, atol=0.06)
    covariance = np.linalg.inv(np.mean([p.precision for p in drawn], axis=0))
    np.testing.assert_allclose(covariance, root @ root.T, atol=0.12)


# ---- features ----------------------------------------------------------------------------------------------


def drawn_group(attribute: np.ndarray, rows: np.ndarray, noise: np.ndarray) -> tuple[np.ndarray, float]:
    """Coefficients averaged over 300 sweeps, and how much of the rows' variance they explain."""
    rng, group = np.random.default_rng(1), FeatureGroup(features_of({"it": attribute})["it"], len(rows), rows.shape[1])
    left, kept, lefts = rows.astype(np.float32), [], []
    for sweep in range(400):
        group.draw(left, noise, rng)
        if sweep >= 100:
            kept.append(group.coefficients.copy())
            lefts.append(left.copy())
    return np.mean(kept, axis=0), 1 - float(np.mean(lefts, axis=0).var() / rows.var())


def test_the_coefficients_of_a_category_are_how_its_rows_differ():
    rng = np.random.default_rng(0)
    kind = rng.integers(0, 2, 2000)
    truth, covariance = np.array([[1.0, 0.0, -1.0], [-1.0, 0.5, 0.0]]), np.diag([0.2, 0.5, 1.0])
    rows = truth[kind] + rng.standard_normal((2000, 3)) @ np.sqrt(covariance)
    found, _ = drawn_group(np.array(["a", "b"], object)[kind], rows, np.linalg.inv(covariance))
    np.testing.assert_allclose(found, truth, atol=0.12)


def test_an_attribute_that_means_nothing_shrinks_to_nothing():
    rng = np.random.default_rng(0)
    rows, noise = rng.standard_normal((1000, 4)), np.eye(4)
    _, explained = drawn_group(rng.integers(0, 200, 1000).astype(str).astype(object), rows, noise)
    # 200 groups of five rows each explain a fifth of any noise when their means are taken as they are
    assert explained < 0.06


# ---- noise and likelihood ------------------------------------------------------------------------------------


def test_the_rows_that_are_noisy_are_found():
    rng = np.random.default_rng(0)
    users, items = rng.integers(0, 50, 20_000), rng.integers(0, 40, 20_000)
    spread = np.where(np.arange(50) < 25, 0.5, 1.5)
    noise, factors = Noise(1.0, (np.bincount(users, minlength=50), np.bincount(items, minlength=40))), []
    errors = (spread[users] * rng.standard_normal(20_000)).astype(np.float32)
    for sweep in range(60):
        noise.draw(errors, (users, items), rng)
        if sweep >= 10:
            factors.append(noise.precision * noise.sides[0].factors)
    found = 1 / np.sqrt(np.mean(factors, axis=0) * np.mean(noise.sides[1].factors))
    np.testing.assert_allclose(found, spread, rtol=0.15)
    assert noise.sides[1].dof > 3 * noise.sides[0].dof  # items are all alike


def test_noise_is_drawn_alike_wherever_the_ratings_lie(tastes):
    """By arrays over all ratings, and by the rows as they are laid out."""
    spec, rows = ModelSpec(6, row_noise=True), tastes.by_user
    chain, user_idx = GibbsSampler(tastes, spec, seed=1), np.repeat(np.arange(tastes.n_users), rows.counts)
    chain.sweep()
    noise, p, q = chain.noise, chain.users.rows[user_idx], chain.items.rows[rows.indices]
    other = deepcopy(noise)
    errors = rows.values - tastes.mean - (p[:, :6] * q[:, :6]).sum(axis=1) - p[:, 6] - q[:, 6]
    total = noise.draw_fixed_targets(
        rows.part, chain.users.side, chain.items.side, tastes.mean, np.random.default_rng(3)
    )
    other.draw(errors, (user_idx, rows.indices), np.random.default_rng(3))
    assert total == pytest.approx(float(np.square(errors).sum()), rel=1e-4)
    assert other.precision == pytest.approx(noise.precision, rel=1e-4)
    for one, same in zip(noise.sides, other.sides, strict=True):
        np.testing.assert_allclose(one.factors, same.factors, rtol=1e-3)


def test_cutpoints_are_found_where_they_were_put():
    rng = np.random.default_rng(0)
    scores, cuts = rng.normal(0, 1.5, 20_000).astype(np.float32), np.array([-2.0, -0.5, 0.3, 1.5])
    ratings = 1.0 + np.searchsorted(cuts, scores + rng.standard_normal(20_000))
    likelihood, found = Ordinal(ratings.astype(np.float32)), []
    for sweep in range(150):
        likelihood.draw(scores, None, rng)
        if sweep >= 10:
            found.append(likelihood.cuts)
    np.testing.assert_allclose(np.mean(found, axis=0), cuts, atol=0.05)
    assert np.std(found, axis=0).min() > 0.005  # a cutpoint's own doubt, 1 / √(ratings near it)
    assert abs(float((likelihood.targets - scores).std()) - 1) < 0.03  # the latent noise is standard normal


def test_the_expected_level_is_the_mean_over_the_levels():
    """Cutpoints at 0 and infinitely far: half of the ratings are 1, half 2."""
    levels = np.array([1.0, 2.0, 3.0])
    assert expected_level(np.zeros((1, 1)), np.array([[0.0, 1e9]]), np.ones((1, 1)), levels).item() == 1.5


# ---- chains --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("spec", [ModelSpec(6), ModelSpec(6, True, True), ModelSpec(6, row_noise=True)], ids=str)
def test_the_squared_error_that_a_sweep_returns_is_that_of_its_draw(tastes, spec):
    """Also where no pass over the ratings is made for it; six factors are padded to sixteen, which must not count."""
    chain = GibbsSampler(tastes, spec, seed=1)
    for _ in range(3):
        error = chain.sweep()
    p, q = chain.users.rows[tastes.user_idx], chain.items.rows[tastes.item_idx]
    scores = tastes.mean + (p[:, :6] * q[:, :6]).sum(axis=1) + p[:, 6] + q[:, 6]
    assert error == pytest.approx(np.mean((tastes.values - scores) ** 2), rel=3e-4)


def test_a_chain_is_the_same_for_the_same_seed(tastes):
    first, again, other = (GibbsSampler(tastes, ModelSpec(4, True, True, True, None, True), seed) for seed in (1, 1, 2))
    errors = [[chain.sweep() for _ in range(3)] for chain in (first, again, other)]
    assert errors[0] == errors[1] != errors[2]


def test_a_days_rows_learn_what_happened_on_it():
    """Everybody rates two points lower on the second day."""
    rng = np.random.default_rng(0)
    users, items = np.repeat(np.arange(40), 25), np.tile(np.arange(25), 40)
    day = rng.integers(0, 2, 1000)
    values = 4 - 2.0 * day + 0.1 * rng.standard_normal(1000)
    ratings = replace(cf.read({"user": users, "item": items, "rating": values}), timestamps=day * 86_400)
    chain = GibbsSampler(ratings, ModelSpec(2, days=np.array([0, 1])), seed=0)
    for _ in range(30):
        chain.sweep()
    bias = chain.days.rows[:, 2]
    assert bias[0] - bias[1] == pytest.approx(2, abs=0.3)


def test_a_rating_far_from_its_score_pulls_its_cutpoints_as_hard_as_a_normal_tail_does():
    """-d/dx log(1 - Φ(x)) is about x + 1/x far out; there both quantiles are 1, and their difference was 0."""
    likelihood = Ordinal(np.array([1.0, 2.0, 3.0], np.float32))
    fit = likelihood._fit_of(np.array([20.0, 21.0]), np.array([0.0, 0.0, 25.0]), np.ones(1))
    assert fit.slope[0] == pytest.approx(-(20 + 1 / 20), rel=1e-3)
    assert np.isfinite(fit.information).all()
