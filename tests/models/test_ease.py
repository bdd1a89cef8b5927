"""EASE against the constrained least squares that it solves."""

import numpy as np
import pytest

import cofactor as cf
from cofactor.contract.profile import UserProfile
from cofactor.errors import BadOption
from cofactor.models import ease


@pytest.fixture(scope="module")
def few(tastes):
    return tastes.subset(np.arange(0, len(tastes), 5))


@pytest.mark.parametrize("use_values", [False, True])
def test_each_column_is_a_ridge_regression_on_the_other_items(few, use_values):
    """Without the closed form: item by item, with the item itself left out."""
    model = cf.EASE(reg=20, use_values=use_values).fit(few)
    x = np.zeros((few.n_users, few.n_items))
    x[few.user_idx, few.item_idx] = few.values if use_values else 1
    for item in range(0, few.n_items, 60):
        others = np.delete(np.arange(few.n_items), item)
        normal = x[:, others].T @ x[:, others] + 20 * np.eye(len(others))
        expected = np.linalg.solve(normal, x[:, others].T @ x[:, item])
        np.testing.assert_allclose(model.weights_[others, item], expected, atol=2e-4)
        assert model.weights_[item, item] == 0


@pytest.mark.parametrize("use_values", [False, True])
def test_where_users_are_few_it_learns_the_same_through_them(few, use_values, monkeypatch):
    """Few: less than half as many as items."""
    some = few.subset(few.user_idx < 60)
    some = cf.Ratings.from_arrays(some.users.gather(some.user_idx), some.items.gather(some.item_idx), some.values)
    assert 2 * some.n_users < some.n_items
    through_users = cf.EASE(use_values=use_values).fit(some)
    monkeypatch.setattr(ease, "FEW_USERS", np.inf)
    through_items = cf.EASE(use_values=use_values).fit(some)
    np.testing.assert_allclose(through_users.weights_, through_items.weights_, atol=1e-5)
    np.testing.assert_allclose(through_users.diagonal_, through_items.diagonal_, rtol=1e-4)


def test_a_newcomer_with_a_users_items_gets_the_users_scores(few):
    model = cf.EASE().fit(few)
    items, values = few.by_user.of(7)
    np.testing.assert_allclose(
        model.score_profile(UserProfile(items, values)), model.score_users(np.array([7]))[0], atol=1e-5
    )


def test_what_does_not_fit_is_refused_before_it_starts(few):
    with pytest.raises(BadOption, match=r"EASE of .* items .* needs .* GB, but 0.0 GB may be used"):
        cf.EASE(memory_gb=1e-4).fit(few)


def test_it_finds_what_was_held_out_where_popularity_does_not(tastes):
    split = cf.split(tastes, test=0.2, seed=0)
    found = [
        cf.evaluate(model.fit(split.train), split.test, metrics=["recall@10"]).values["recall@10"]
        for model in (cf.EASE(), cf.Popularity())
    ]
    assert found[0] > 1.5 * found[1]


def test_a_new_item_gets_the_weights_of_a_new_fit(tastes):
    """The inverse in blocks is the inverse, while the other items' ratings stay as they were."""
    is_new = np.isin(tastes.item_idx, [3, 17, 40])
    model = cf.EASE(reg=20.0).fit(tastes.subset(~is_new)).update(tastes.subset(is_new))
    anew = cf.EASE(reg=20.0).fit(tastes)
    np.testing.assert_allclose(model.weights_, anew.weights_, atol=2e-4)
    np.testing.assert_allclose(model.diagonal_, anew.diagonal_, rtol=1e-3)
