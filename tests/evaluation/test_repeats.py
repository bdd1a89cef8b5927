"""Several seeds: what a comparison says then, and how wide its intervals are."""

from dataclasses import replace

import numpy as np
import pytest

import cofactor as cf
from cofactor.data.ratings import Ratings
from cofactor.errors import BadOption
from cofactor.evaluation.bootstrap import Interval
from cofactor.evaluation.compare import compare
from cofactor.evaluation.evaluate import Evaluation, evaluate
from cofactor.evaluation.repeats import averaged, fit_each
from scripted import scripted

SMALL = {"n_factors": 4, "n_epochs": 3}


@pytest.fixture(scope="module")
def split(tastes):
    return cf.split(tastes.subset(np.arange(0, len(tastes), 4)), test=0.2, seed=0)


@pytest.fixture
def noisy():
    """noisy(seed) -> the evaluation of a model that knows the truth up to noise of its own."""
    rng = np.random.default_rng(0)
    truth = rng.uniform(1, 5, (200, 20))
    users, items = np.divmod(rng.permutation(200 * 20)[:2000], 20)
    train, test = cf.split(Ratings.from_arrays(users, items, truth[users, items], scale=(1.0, 5.0)), test=0.5, seed=0)

    def make(seed: int):
        noise = np.random.default_rng([seed, 1])
        table = truth + noise.normal(0, 0.5, truth.shape) + noise.normal(0, 0.3)  # one error that all ratings share
        return evaluate(scripted(train, table), test, metrics=["rmse", "coverage"])

    return make


def test_a_model_that_draws_is_fitted_with_every_seed_and_one_that_does_not_once(split):
    train, test = split
    found = compare(
        {"mf": cf.MatrixFactorization(**SMALL), "bias": cf.Bias()}, train, test, seeds=range(3), progress=False
    )
    assert [len(found.fits[name].models) for name in ("mf", "bias")] == [3, 1]
    assert [model.seed for model in found.fits["mf"].models] == [0, 1, 2]
    assert "fitted with 3 seeds" in str(found)


def test_each_model_of_a_comparison_draws_other_fits_beside_the_same_users(split):
    """One model twice, so that the fits are alike, and which of them a sample holds is all that differs."""
    one, same = cf.MatrixFactorization(**SMALL), cf.MatrixFactorization(**SMALL)
    found = compare({"one": one, "same": same}, *split, metrics=["rmse"], seeds=range(3), seed=0, progress=False)
    runs = [evaluate(model, split.test, metrics=["rmse"]) for model in found.fits["one"].models]
    samples = [one.samples["rmse"] for one in found.evaluations.values()]
    assert np.abs(samples[0] - samples[1]).max() > 1e-4
    for place, its in enumerate(samples):
        np.testing.assert_allclose(its, averaged(runs, seed=place).samples["rmse"], rtol=1e-6)


def test_the_value_is_the_mean_over_the_seeds(split):
    train, test = split
    model = cf.MatrixFactorization(**SMALL)
    found = compare({"mf": model, "bias": cf.Bias()}, train, test, metrics=["rmse"], seeds=(3, 8), progress=False)
    alone = [evaluate(cf.MatrixFactorization(**SMALL, seed=seed).fit(train, progress=False), test) for seed in (3, 8)]
    mean = np.mean([one.values["rmse"] for one in alone])
    assert found.evaluations["mf"].values["rmse"] == pytest.approx(mean, rel=1e-6)


def test_the_interval_holds_what_seeds_do_beside_what_users_do(noisy):
    """Its variance is that over users plus that of the mean over seeds."""
    runs = [noisy(seed) for seed in range(6)]
    values = [one.values["rmse"] for one in runs]
    of_users = np.mean([one.samples["rmse"].var() for one in runs])
    together = np.mean([averaged(runs, seed).samples["rmse"].var() for seed in range(20)])
    assert together == pytest.approx(of_users + np.var(values, ddof=1) / 6, rel=0.15)
    assert together > 1.5 * of_users


def test_what_cannot_be_resampled_gets_both_errors_too():
    """Half a width of 2 for users, and for seeds 1.96 · √8 / √2 = 3.92: together √(2² + 3.92²)."""
    run = Evaluation("m", "t", {}, {}, 0.95, (), 1.0, "polars", {})
    runs = [replace(run, intervals={"coverage": Interval(at, at - 2, at + 2)}) for at in (1.0, 5.0)]
    whole = averaged(runs, 0)
    value, low, high = whole.intervals["coverage"]
    assert value == 3
    assert (3 - low, high - 3) == pytest.approx(2 * [(2**2 + 3.92**2) ** 0.5], rel=1e-4)
    assert whole.seconds == 2


def test_a_fitted_model_stays_as_it_came(split):
    train, _ = split
    model = cf.MatrixFactorization(**SMALL).fit(train, progress=False)
    fits = fit_each(model, train, range(3), None, progress=False)
    assert fits.models == [model]
    assert fits.seconds == []


def test_fits_are_timed_and_their_memory_and_losses_kept(split):
    train, test = split
    fits = fit_each(cf.MatrixFactorization(**SMALL), train, (0, 1), test, progress=False)
    assert len(fits.seconds) == len(fits.megabytes) == len(fits.histories) == 2
    assert all(epoch.valid_loss is not None for run in fits.histories for epoch in run)


@pytest.mark.parametrize("seeds", [[1], [1, 1], 3])
def test_fewer_than_two_seeds_say_nothing_of_seeds(split, seeds):
    with pytest.raises(BadOption, match="two or more different numbers"):
        compare([cf.Bias(), cf.Popularity()], *split, seeds=seeds)


def test_what_was_published_of_two_models_stands_beside_what_this_run_says(split):
    models = {"dot": cf.MatrixFactorization(**SMALL, y_range=(0, 5.5)), "net": cf.NeuralCF(layers=(4,), n_epochs=1)}
    told = str(compare(models, *split, metrics=["rmse"], progress=False))
    assert "Rendle et al. 2020 [rendle2020ncfmf] found" in told
    assert "Here dot against net: by rmse" in told
    assert "Rendle" not in str(compare([cf.Bias(), cf.Popularity()], *split, progress=False))


def test_losses_are_drawn_for_what_trains_by_epochs(split):
    pytest.importorskip("matplotlib").use("agg")
    found = compare(
        {"mf": cf.MatrixFactorization(**SMALL), "bias": cf.Bias()}, *split, seeds=(0, 1), watch=True, progress=False
    )
    axes = found.plot_losses()
    assert len(axes.lines) == len(axes.collections) == 2  # train and held out: a mean and a band of two seeds each
    assert [text.get_text() for text in axes.get_legend().get_texts()] == ["mf, train", "mf, held out"]
    with pytest.raises(BadOption, match="None of Bias, Popularity trains by epochs"):
        compare([cf.Bias(), cf.Popularity()], *split, progress=False).plot_losses()
