"""What every model keeps that is trained in epochs: it is watched, stops early, and goes on after a kill."""

from dataclasses import replace

import numpy as np
import pytest
from safetensors import safe_open
from safetensors.numpy import load_file, save_file

import cofactor as cf
from cofactor.errors import BadCheckpoint, BadOption
from cofactor.models import model_class, model_names
from cofactor.run.epoch import Epoch
from cofactor.training.checkpoint import state_sha256
from cofactor.training.trained import TrainedRecommender

TRAINED = [name for name in model_names() if issubclass(model_class(name), TrainedRecommender)]
SMALL = {
    "bayesian_mf": {"n_factors": 3, "n_burn_in": 2, "n_draws": 6, "n_chains": 2},
    "neural_cf": {"n_factors": 4, "layers": (8,), "n_epochs": 6, "schedule": "constant"},
    "implicit_mf": {"n_factors": 3, "n_epochs": 6, "confidence": 1.0},
    "matrix_factorization": {"n_factors": 3, "n_epochs": 6, "schedule": "constant"},
}
VARIANTS = [
    *((name, {}) for name in TRAINED),
    ("bayesian_mf", {"ordinal": True}),
    ("bayesian_mf", {"days": True, "row_noise": False, "attributes": False}),
    ("bayesian_mf", {"days": True, "ordinal": True}),
    ("implicit_mf", {"attributes": True, "solver": "cg"}),
    ("matrix_factorization", {"solver": "sgd", "attributes": True}),
    ("neural_cf", {"dropout": 0.2, "averaged": 0.5}),
]


@pytest.fixture(scope="module")
def ratings(checkerboard):
    """The checkerboard, over five days, with attributes."""
    kinds = np.resize(np.array(["a", "b"], object), 12)
    days = 86_400 * np.resize(np.arange(5), len(checkerboard))
    return replace(checkerboard, timestamps=days, user_attributes={"kind": kinds}, item_attributes={"kind": kinds})


def new(name: str, **options):
    return model_class(name)(**SMALL.get(name, {"n_epochs": 6}) | options)


def learned(model) -> dict[str, np.ndarray]:
    return {name: np.copy(getattr(model, name)) for name in model.learned}


def assert_same(one: dict, other: dict) -> None:
    for name, value in one.items():
        np.testing.assert_array_equal(value, other[name], err_msg=name)


@pytest.mark.parametrize("name", TRAINED)
def test_the_history_has_an_epoch_for_each_with_its_loss_on_held_out_ratings(name, ratings):
    train, held_out = cf.split(ratings, test=0.2, seed=0)
    # without a range these two would keep little more than biases of so few ratings
    ranged = {"y_range": (0.5, 5.5)} if name in ("matrix_factorization", "neural_cf") else {}
    model = new(name, **ranged).fit(train, validation=held_out, progress=False)
    assert [epoch.number for epoch in model.history_] == list(range(model._n_epochs))
    assert all(isinstance(epoch, Epoch) for epoch in model.history_)
    assert np.isfinite([(epoch.train_loss, epoch.valid_loss) for epoch in model.history_]).all()
    assert len({epoch.valid_loss for epoch in model.history_}) > 1


@pytest.mark.parametrize("name", TRAINED)
def test_clicks_are_watched_too(name, ratings):
    train, held_out = cf.split(replace(ratings, kind="clicks"), test=0.2, by="user", seed=0)
    model = new(name).fit(train, validation=held_out, progress=False)
    assert np.isfinite([epoch.valid_loss for epoch in model.history_]).all()


@pytest.mark.parametrize("name", TRAINED)
def test_who_is_held_out_may_be_of_another_table_and_unknown(name, ratings):
    train, held_out = cf.split(ratings, test=0.2, seed=0)
    users, items = held_out.users.values[held_out.user_idx], held_out.items.values[held_out.item_idx]
    other = cf.Ratings.from_arrays([*users, 99], [*items, items[0]], [*held_out.values, 5], scale=ratings.scale)
    one, same = (new(name).fit(train, validation=its, progress=False) for its in (held_out, other))
    for epoch, alike in zip(one.history_, same.history_, strict=True):
        assert alike.valid_loss == pytest.approx(epoch.valid_loss, rel=1e-5)


@pytest.mark.parametrize(("name", "options"), VARIANTS, ids=str)
def test_a_training_that_is_killed_goes_on_bit_for_bit(name, options, ratings, tmp_path):
    """Killed at the fourth measurement; what was watched and kept on the way changes nothing either."""
    straight = new(name, **options).fit(ratings, progress=False)

    class Killed(Exception):
        pass

    def kill_in_the_fourth(model):
        if len(seen) == 3:
            raise Killed
        seen.append(model)
        return -len(seen)

    seen = []
    with pytest.raises(Killed):
        new(name, **options).fit(
            ratings, progress=False, checkpoint=tmp_path / "run", validation=ratings,
            early_stopping=cf.EarlyStopping(9, kill_in_the_fourth),
        )  # fmt: skip
    resumed = new(name, **options).fit(ratings, progress=False, checkpoint=tmp_path / "run")
    assert 0 < len(resumed.history_) < len(straight.history_)
    assert_same(learned(resumed), learned(straight))


@pytest.mark.parametrize("name", TRAINED)
def test_early_stopping_leaves_the_model_of_the_best_epoch(name, ratings, tmp_path):
    """The second of six values is the best, three more are waited for; going on from the checkpoint changes nothing."""
    values, kept = [3.0, 1.0, 2.0, 2.5, 2.0, 0.0], []

    def measure(model):
        kept.append(learned(model))
        return values[len(kept) - 1]

    def fit():
        stopping = cf.EarlyStopping(3, measure)
        return new(name).fit(ratings, progress=False, early_stopping=stopping, checkpoint=tmp_path / "run"), stopping

    model, stopping = fit()
    assert (len(kept), stopping.best, model.history_[-1].number > stopping.best_epoch) == (5, 1.0, True)
    assert_same(learned(model), kept[1])
    again, stopping = fit()
    assert (len(kept), stopping.best, again.history_) == (5, 1.0, [])
    assert_same(learned(again), learned(model))


@pytest.mark.parametrize("name", TRAINED)
def test_the_loss_on_held_out_ratings_stops_it_where_no_measure_is_given(name, ratings):
    train, held_out = cf.split(ratings, test=0.2, seed=0)
    stopping = cf.EarlyStopping(patience=2, least=100.0)  # nothing improves by so much
    model = new(name).fit(train, validation=held_out, early_stopping=stopping, progress=False)
    assert len(stopping.seen) == 3
    assert stopping.best == model.history_[stopping.best_epoch].valid_loss
    with pytest.raises(BadOption, match="needs fit"):
        new(name).fit(train, early_stopping=cf.EarlyStopping(), progress=False)


@pytest.mark.parametrize("name", TRAINED)
def test_arrays_that_this_training_cannot_have_written_are_refused(name, ratings, tmp_path):
    """Each in turn is left out, cut short, or no number any more; the hash is made anew."""
    model = new(name).fit(ratings, progress=False, checkpoint=tmp_path / "run")
    with safe_open(tmp_path / "run", "numpy") as file:
        said = file.metadata()
    said.pop("sha256")
    whole = load_file(tmp_path / "run")
    for array in whole:
        others = {other: value for other, value in whole.items() if other != array}
        forged = [others]
        if whole[array].size:
            forged.append(others | {array: whole[array].reshape(-1)[:-1].copy()})
        if whole[array].dtype.kind == "f" and whole[array].size:
            forged.append(others | {array: np.full_like(whole[array], np.nan)})
        for state in forged:
            save_file(state, tmp_path / "run", metadata=said | {"sha256": state_sha256(state, said)})
            with pytest.raises(BadCheckpoint, match="is damaged"):
                new(name).fit(ratings, progress=False, checkpoint=tmp_path / "run")
    save_file(whole, tmp_path / "run", metadata=said | {"sha256": state_sha256(whole, said)})
    assert_same(learned(new(name).fit(ratings, progress=False, checkpoint=tmp_path / "run")), learned(model))


def test_another_early_stopping_does_not_go_on_from_a_checkpoint(ratings, tmp_path):
    values = iter([3.0, 1.0, 2.0, 2.0, 2.0])
    first = cf.EarlyStopping(3, lambda model: next(values))
    new("explicit_als").fit(ratings, progress=False, early_stopping=first, checkpoint=tmp_path / "run")
    other = cf.EarlyStopping(3, lambda model: 0.0, better="higher")
    with pytest.raises(BadCheckpoint, match="another early stopping: its best epoch is 1, by this one it is 0"):
        new("explicit_als").fit(ratings, progress=False, early_stopping=other, checkpoint=tmp_path / "run")


@pytest.mark.parametrize("name", TRAINED)
def test_a_checkpoint_of_another_seed_is_refused(name, ratings, tmp_path):
    new(name).fit(ratings, progress=False, checkpoint=tmp_path / "run")
    with pytest.raises(BadCheckpoint, match="seed: 0 there, 1 now"):
        new(name, seed=1).fit(ratings, progress=False, checkpoint=tmp_path / "run")


@pytest.mark.parametrize("name", sorted({*model_names()} - {*TRAINED}))
def test_what_is_not_trained_in_epochs_refuses_what_only_epochs_have(name, ratings, tmp_path):
    asked = {
        "validation": ratings, "early_stopping": cf.EarlyStopping(), "checkpoint": tmp_path / "run",
        "warm_start": cf.Bias().fit(ratings),
    }  # fmt: skip
    for option, value in asked.items():
        with pytest.raises(BadOption, match=f"is not trained in epochs: leave {option} out"):
            model_class(name)().fit(ratings, **{option: value})


@pytest.mark.parametrize("name", [name for name in TRAINED if name != "bayesian_mf"])
def test_what_begins_with_no_other_models_parameters_says_so(name, ratings):
    with pytest.raises(BadOption, match="leave warm_start out"):
        new(name).fit(ratings, warm_start=cf.Bias().fit(ratings))


def test_the_validation_loss_of_a_chain_is_that_of_the_mean_over_the_draws_kept_so_far(ratings):
    """At the end that of the model's own predictions; half precision is summed in another order."""
    for options in ({}, {"days": True}):
        model = cf.BayesianMF(n_factors=3, n_burn_in=2, n_draws=6, **options)
        model.fit(ratings, validation=ratings, progress=False)
        errors = model.score_pairs(ratings.user_idx, ratings.item_idx) - ratings.values
        assert model.history_[-1].valid_loss == pytest.approx(np.mean(np.square(errors)), rel=1e-4)
