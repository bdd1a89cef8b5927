"""Readers of item factors and of a saved folder: by hand, and against models whose leak is planted or impossible."""

from dataclasses import dataclass, replace
from typing import ClassVar

import numpy as np
import pytest

import cofactor as cf
from cofactor.audit.privacy.folder import FolderFinding, look_up
from cofactor.audit.privacy.item_statistics import item_statistics, left_out_fit, mean_weights, orthonormal_basis
from cofactor.audit.privacy.membership import membership_inference
from cofactor.contract.abilities import Abilities
from cofactor.contract.learned import floats
from cofactor.data.sources import tastes as source
from cofactor.recommender import Recommender

QUICK = {"n_models": 4, "n_people": 60, "n_bootstrap": 40}


@dataclass(kw_only=True)
class Keeper(Recommender):
    """Answers nothing to anybody; its item vectors are its members' rows of clicks, or numbers of the catalogue's."""

    learned: ClassVar = {"vectors_": floats("n_items", "n_columns")}
    objective: ClassVar = "None."

    remembers: bool = True

    @property
    def abilities(self):
        return Abilities(predicts=False, has_vectors=True)

    def _fit(self, train, run):
        rows = (train.matrix.toarray() > 0).astype(np.float32).T
        self.vectors_ = rows if self.remembers else np.random.default_rng(0).random((len(rows), 5), np.float32)

    def score_users(self, user_idx):
        return np.zeros((len(user_idx), len(self.vectors_)), np.float32)

    def score_profile(self, profile):
        return np.zeros(len(self.vectors_), np.float32)

    def row_vectors(self, side):
        return self.vectors_


@pytest.fixture(scope="module")
def few():
    return source.load(n_users=60)


def test_a_model_whose_item_vectors_hold_its_members_is_caught_by_them_alone(few):
    found = membership_inference(Keeper(), few, **QUICK)
    assert found.value("item factors", "TPR at 1% FPR").value == 1
    assert found.value("scores", "AUC").value == pytest.approx(0.5)


def test_item_vectors_that_ignore_people_tell_nothing(few):
    found = membership_inference(Keeper(remembers=False), few, **QUICK | {"n_models": 16})
    chance = found.value("item factors", "AUC")
    assert chance.low < 0.5 < chance.high
    assert found.value("item factors", "TPR at 1% FPR").low <= 0.01


@pytest.mark.parametrize("model", [cf.ExplicitALS(n_factors=8, reg=0.01), cf.ImplicitMF(n_factors=16, n_epochs=3)])
def test_factors_of_real_models_give_members_away(tastes, model):
    found = membership_inference(model, tastes, n_models=3, n_people=60, n_bootstrap=40)
    assert found.value("item factors", "AUC").low > 0.7


def test_a_model_without_item_factors_has_no_such_reader(few):
    found = membership_inference(cf.Popularity(), few, **QUICK)
    assert found.readers == ["scores", "lists", "blind"]
    assert "has no vectors or weights of items that could be read" in str(found)


def test_the_share_in_the_span_is_counted_by_hand():
    """Items 0 and 1 share a direction, item 2 has its own: of a row {0, 2}, (1/2 + 1) of 2 lie in the span."""
    basis = orthonormal_basis(np.array([[3.0, 0], [3, 0], [0, 5]]))
    assert np.square(basis[[0, 2]].sum(axis=0)).sum() / 2 == pytest.approx(3 / 4)


def test_vectors_in_another_basis_tell_the_same(few):
    model = cf.ExplicitALS(n_factors=4).fit(few, progress=False)
    turned = model.copied()
    turned.item_factors_ = model.item_factors_ @ np.array([[0, 2.0, 0, 0], [1, 0, 0, 0], [0, 0, 3, 0], [1, 1, 1, 1]])
    one, other = (item_statistics(each, few, np.arange(9)) for each in (model, turned))
    assert one == pytest.approx(other, rel=1e-4)


def test_leaving_each_rating_out_is_what_fitting_anew_would_give():
    rng = np.random.default_rng(0)
    basis, values = rng.normal(size=(6, 2)) / 10, rng.normal(size=6)
    design, errors = np.column_stack([np.ones(6), basis * np.sqrt(50)]), []
    for at in range(6):
        X, y = np.delete(design, at, 0), np.delete(values, at)
        errors.append(values[at] - design[at] @ np.linalg.solve(X.T @ X + np.diag([1.0, 10, 10]), X.T @ y))
    assert left_out_fit(basis, values, 100) == pytest.approx(-np.mean(np.square(errors)))


def test_mean_weights_are_those_of_a_plain_loop(few):
    model = cf.EASE().fit(few, progress=False)
    rated = few.by_user.of(7)[0]
    expected = model.weights_[np.ix_(rated, rated)].sum() / len(rated)  # the diagonal is 0
    assert mean_weights(model, few, np.array([3, 7]))[1] == pytest.approx(expected, rel=1e-4)


def test_a_saved_folder_holds_the_ratings_of_its_members_and_of_nobody_else(few):
    member = np.arange(60) < 40
    model = cf.Bias().fit(few.subset(member[few.user_idx]), progress=False)
    found = look_up(model, few, np.arange(60), member)
    assert found == FolderFinding(n_members=40, n_members_found=40, n_others=20, n_others_found=0)
    assert "finds the ratings of 40 of 40 members and of 0 of 20 others. No attack is needed" in str(found)


def test_ratings_that_are_not_those_asked_about_are_not_found(few):
    changed = replace(few, values=np.full(len(few), 3.0, np.float32))
    found = look_up(cf.Bias().fit(changed, progress=False), few, np.arange(60), np.ones(60, bool))
    assert found == FolderFinding(60, 0, 0, 0)
    assert "No attack is needed" not in str(found)
