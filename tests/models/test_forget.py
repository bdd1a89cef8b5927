"""People are taken out of a model: what each kind of forgetting promises, asked of every model there is."""

from dataclasses import replace

import numpy as np
import pytest

import cofactor as cf
from cofactor.contract.forgetting import MEANINGS
from cofactor.data.ratings import Ratings
from cofactor.errors import BadOption, UnknownIds
from cofactor.models import model_class, model_names

OPTIONS = {
    "bayesian_mf": {"n_factors": 3, "n_draws": 4, "n_burn_in": 2},
    "blend": {"members": ("bias", "popularity")},
    "ease": {"reg": 5.0, "use_values": True},
    "explicit_als": {"n_factors": 3, "n_epochs": 8},
    "graph_filter": {"n_components": 4},
    "implicit_mf": {"n_factors": 3, "reg": 0.01, "unobserved_weight": 0.1},
    "matrix_factorization": {"n_factors": 3},
    "ranker_and_rater": {"ranker": "ease", "rater": "bias"},
}
RETRAIN_EQUAL = ("bias", "ease", "graph_filter", "item_knn", "popularity", "sparse_ease")
RESOLVED = ("explicit_als", "implicit_mf", "matrix_factorization")
fitted = dict[str, cf.Recommender]()


def fit(name: str, table: Ratings) -> cf.Recommender:
    return model_class(name)(**OPTIONS.get(name, {})).fit(table, progress=False)


def model_of(name: str, table: Ratings) -> cf.Recommender:
    """A copy of the model that was fitted once."""
    key = f"{name} of {table.name}"
    if key not in fitted:
        fitted[key] = fit(name, table)
    return fitted[key].copied()


@pytest.fixture(params=model_names())
def model(request, checkerboard):
    return model_of(request.param, checkerboard)


def test_every_model_says_what_it_gives(model):
    name = model.model_name()
    expected = "retrain-equal" if name in RETRAIN_EQUAL else "re-solved locally" if name in RESOLVED else "kept"
    assert model.forgetting == expected
    assert model.forget(3).forgetting == expected


def test_so_does_its_card_with_what_else_is_to_be_known(checkerboard, tmp_path):
    card = (model_of("matrix_factorization", checkerboard).save(tmp_path / "m") / "card.md").read_text("utf-8")
    assert "a new fit takes that out. Gradient descent stops before a minimum" in card


def test_so_does_its_card(checkerboard, tmp_path):
    card = (model_of("ease", checkerboard).save(tmp_path / "m") / "card.md").read_text("utf-8")
    assert f"by cofactor forget, retrain-equal: {MEANINGS['retrain-equal']}" in card


# --- what holds of every model ----------------------------------------------------------------------------------


@pytest.mark.parametrize("users", [[3], [11, 3, 0]])
def test_who_is_forgotten_is_a_stranger_and_all_others_get_answers(model, users):
    model.forget(users)
    with pytest.raises(UnknownIds):
        model.recommend(3)
    others = [user for user in range(12) if user not in users]
    assert model.ratings.users.values.tolist() == others
    lists = model.rank(others, n=12, hide_seen=False)
    assert lists.filled.all()
    assert np.isfinite(lists.scores).all()


@pytest.mark.parametrize("users", [[3], [3, 11]])
def test_no_learned_array_has_a_row_left_for_them(model, users):
    receipt, n_left = model.forget(users), 12 - len(users)
    for name, one in model.learned.items():
        if one.shape[:1] == ("n_users",):
            assert len(getattr(model, name)) == n_left
            assert name in receipt.removed


def test_arrays_that_are_shorter_without_them_but_have_no_rows_of_users_are_solved_again(checkerboard):
    """Items that nobody has together any more have no weight for each other."""
    table = Ratings.from_arrays(
        [*checkerboard.user_idx, 90, 90], [*checkerboard.item_idx, 0, 11], [1.0] * (len(checkerboard) + 2)
    )
    receipt = cf.ItemKNN().fit(table).forget(90)
    assert receipt.removed == ()
    assert set(receipt.solved_again) == {"indptr_", "items_", "weights_"}


def test_a_model_that_forgot_is_saved_and_opened_without_them(model, tmp_path):
    receipt = model.forget([3, 5])
    opened = cf.open(model.save(tmp_path / "m"))
    users = np.arange(10) if model.saves_ratings else np.array([-1])
    np.testing.assert_array_equal(opened.score_users(users), model.score_users(users))
    assert not {3, 5} & set(opened.ratings.users.values.tolist())
    assert model.fingerprint() == receipt.after
    assert not model.saves_ratings or opened.fingerprint() == receipt.after


def test_strangers_are_refused_and_nobody_goes(model):
    for unknown in ("ann", [3, "ann"], [99]):
        with pytest.raises(UnknownIds):
            model.forget(unknown)
    assert model.ratings.n_users == 12


# --- retrain-equal ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", RETRAIN_EQUAL)
@pytest.mark.parametrize("users", [[0], [11], [2, 7, 8]])
def test_some_are_then_the_model_that_never_saw_them(name, users, checkerboard):
    model = model_of(name, checkerboard)
    receipt = model.forget(users)
    never = fit(name, checkerboard.without(users=users))
    everybody = np.arange(-1, 12 - len(users))
    np.testing.assert_allclose(model.score_users(everybody), never.score_users(everybody), rtol=2e-4, atol=2e-5)
    assert receipt.kept == ()


def test_one_after_the_other_is_as_all_at_once(checkerboard):
    one_by_one, at_once = model_of("ease", checkerboard), model_of("ease", checkerboard)
    for user in (2, 7):
        one_by_one.forget(user)
    at_once.forget([7, 2])
    np.testing.assert_allclose(one_by_one.weights_, at_once.weights_, atol=1e-5)


def off_ease_in_double_precision(model):
    x = (model.ratings.matrix.toarray() > 0).astype(float)
    inverse = np.linalg.inv(x.T @ x + model.reg * np.eye(x.shape[1]))
    expected = -inverse / np.diag(inverse)
    np.fill_diagonal(expected, 0)
    return np.abs(model.weights_ - expected).max()


def test_rounding_does_not_add_up_where_many_go_from_ease_one_by_one(tastes):
    """What a fit's own rounding leaves is never mended, and no more comes: here some 2e-6 of weights up to 0.17."""
    model = cf.EASE(reg=20.0).fit(tastes, progress=False)
    at_first = off_ease_in_double_precision(model)
    for user in tastes.users.values[:30].tolist():
        model.forget(user)
    assert off_ease_in_double_precision(model) < 1.2 * at_first


def test_of_values_too_ease_is_not_learned_anew_for_each(monkeypatch):
    """The trace by which a table is known again is that of the table that remains, to the last bit."""
    rng = np.random.default_rng(0)
    users, items = np.divmod(rng.permutation(60 * 20)[:500], 20)
    counts = Ratings.from_arrays(users, items, rng.integers(1, 50, 500).astype(float), kind="counts")
    model = cf.EASE(use_values=True).fit(counts, progress=False)
    monkeypatch.setattr(cf.EASE, "_learned_anew", lambda *_: pytest.fail("learned anew"))
    for user in counts.users.values[:20].tolist():
        model.forget(user)


def test_ease_is_learned_anew_where_later_ratings_were_never_counted(checkerboard):
    """`update` adds the rows of users without counting them: they cannot be taken out of what they are not in."""
    model = fit("ease", checkerboard.without(users=[3]))
    model.update(checkerboard.subset(checkerboard.user_idx == 3))
    model.forget(3)
    never = fit("ease", checkerboard.without(users=[3]))
    np.testing.assert_allclose(model.weights_, never.weights_, rtol=1e-4, atol=1e-6)
    later = fit("ease", checkerboard.without(users=[3]))
    later.update(checkerboard.subset(checkerboard.user_idx == 3))
    later.forget(4)
    never = fit("ease", checkerboard.without(users=[4]))
    order = [later.ratings.users.values.tolist().index(user) for user in never.ratings.users.values.tolist()]
    np.testing.assert_allclose(later.score_users(np.array(order)), never.score_users(np.arange(11)), atol=1e-4)


# --- re-solved locally ------------------------------------------------------------------------------------------


def ridge(design, target, penalty):
    return np.linalg.solve(design.T @ design + penalty, design.T @ target)


def explicit_by_hand(model, users, values, n_users):
    """What training minimises, of rows as they were before they were centred."""
    p = model.user_factors_[users] + model.user_origin_.astype(float)
    base = model.mean_ + model.user_bias_[users] - model.item_origin_[0] - p @ model.item_origin_[1:]
    penalty = model.reg * 100 * (len(users) / 100) ** model.reg_exponent
    row = ridge(np.column_stack([np.ones(len(users)), p]), values - base, penalty * np.eye(4)) - model.item_origin_
    return np.append(row[0] + row[1:] @ model.user_origin_, row[1:])


def posterior_by_hand(model, users, values, n_users):
    p = np.column_stack([np.ones(len(users)), model.user_factors_[users].astype(float)])
    return ridge(p, values - model.mean_ - model.user_bias_[users], model.item_precision_)


def implicit_by_hand(model, users, values, n_users):
    """Everybody counts as no click, by α; who clicked as one, too."""
    p, alpha = model.user_factors_.astype(float), model.unobserved_weight_
    h = len(users) + alpha * n_users
    return ridge(p[users], np.ones(len(users)), alpha * p.T @ p + model.reg_ * h**model.reg_exponent * np.eye(3))


BY_HAND = {
    "explicit_als": explicit_by_hand, "implicit_mf": implicit_by_hand, "matrix_factorization": posterior_by_hand
}  # fmt: skip


def item_rows(model):
    bias = [model.item_bias_] if "item_bias_" in model.learned else []
    return np.column_stack([*bias, model.item_factors_])


@pytest.mark.parametrize("name", RESOLVED)
@pytest.mark.parametrize("users", [[3], [3, 5], [0, 6, 9]])
def test_some_solve_once_the_items_that_they_rated(name, users, tastes):
    """On the table without them, all else as it stands: the same in plain NumPy."""
    ids = tastes.users.values[users].tolist()
    model = model_of(name, tastes)
    before, touched = item_rows(model), np.unique(tastes.item_idx[np.isin(tastes.user_idx, users)])
    receipt = model.forget(ids)
    rest, after = model.ratings, item_rows(model)
    untouched = np.setdiff1d(np.arange(tastes.n_items), touched)
    np.testing.assert_array_equal(after[untouched], before[untouched])
    for item in touched:
        raters, values = rest.by_item.of(item)
        expected = BY_HAND[name](model, raters, values, rest.n_users)
        np.testing.assert_allclose(after[item], expected, atol=1e-5)
    assert (receipt.n_items, receipt.n_users) == (len(touched), len(users))
    assert set(receipt.solved_again) == {"item_factors_", "item_bias_", "average_"} & set(model.learned)


def test_explicit_als_solves_what_it_trains_so_nothing_else_moves(tastes):
    """Its items are solved last: solved again on the same ratings they stay where they are."""
    model, items = model_of("explicit_als", tastes), np.arange(tastes.n_items)
    again = model._solved_items(items, tastes, model._rows("user"))
    np.testing.assert_allclose(again, model._rows("item"), atol=2e-5)


def test_items_of_gradient_descent_move_as_far_with_nobody_taken_out(tastes):
    """So their distance from a new fit is no measure of what is left; the receipt says it."""
    model, rows = model_of("matrix_factorization", tastes), model_of("matrix_factorization", tastes)._rows
    solved = model._solved_items(np.arange(tastes.n_items), tastes, rows("user"))
    receipt = model.forget(tastes.users.values[:3].tolist())
    moved, anyway = item_rows(model) - rows("item"), solved - rows("item")
    touched = moved.any(axis=1)
    assert np.linalg.norm(anyway[touched]) > 0.9 * np.linalg.norm(moved[touched])
    assert receipt.note in str(receipt)
    assert "as far with nobody taken out" in receipt.note


def test_in_scales_of_another_width_too(tastes):
    wide = Ratings.from_arrays(tastes.user_idx, tastes.item_idx, tastes.values * 20 - 50, scale=(-50, 50))
    model = fit("explicit_als", wide)
    again = model._solved_items(np.arange(wide.n_items), wide, model._rows("user"))
    np.testing.assert_allclose(again, model._rows("item"), atol=2e-3)


def test_who_had_nothing_but_dislikes_takes_no_item_along():
    table = Ratings.from_arrays([1, 1, 2, 2, 3], [1, 2, 1, 2, 1], [1.0, 1, 1, 0, 0], scale=(0, 1))
    model = fit("implicit_mf", table)
    before = model.item_factors_
    model.forget(3)
    np.testing.assert_array_equal(model.item_factors_, before)


def test_an_item_that_nobody_else_had_is_then_one_nobody_rated(checkerboard):
    table = Ratings.from_arrays([0, 0, 1, 1, 2, 2], [0, 1, 0, 1, 1, 2], [5.0, 1, 4, 2, 3, 5])
    for name in RESOLVED:
        model = fit(name, table)
        model.forget(2)
        assert not item_rows(model)[2].any()


def test_under_a_sigmoid_rows_are_solved_by_newton_steps(tastes):
    model = cf.MatrixFactorization(n_factors=3, n_epochs=2, y_range=(0, 5.5)).fit(tastes, progress=False)
    before = item_rows(model)
    model.forget(tastes.users.values[3])
    touched = tastes.by_user.of(3)[0]
    assert (item_rows(model)[touched] != before[touched]).any(axis=1).all()
    assert np.isfinite(model.score_users(np.arange(20))).all()


# --- kept, and the receipts of models made of models -------------------------------------------------------------


def test_what_is_kept_is_the_same_and_the_receipt_names_it(model):
    if model.forgetting != "kept":
        pytest.skip("works something out anew")
    before = model.learned_values()
    receipt = model.forget(3)
    after = model.learned_values()
    assert receipt.kept
    assert all(after[name] is before[name] for name in receipt.kept)


@pytest.mark.parametrize(
    ("whole", "expected"),
    [
        (cf.Blend(("bias", "popularity"), weights=(1.0, 1.0)), "retrain-equal"),
        (cf.Blend(("bias", "popularity")), "kept"),  # its weights were learned with everybody
        (cf.Blend(("bias", cf.ExplicitALS(n_factors=2)), weights=(1.0, 1.0)), "re-solved locally"),
        (cf.RankerAndRater("ease", "bias", error=1.0), "retrain-equal"),
        (cf.RankerAndRater("ease", "bias"), "kept"),
        (cf.RankerAndRater("ease", "neural_cf", error=1.0), "kept"),
    ],
)
def test_a_whole_forgets_as_the_weakest_of_its_parts(whole, expected):
    assert whole.forgetting == expected


def test_a_whole_of_given_weights_is_the_one_that_never_saw_them(checkerboard):
    wholes = cf.Blend(("bias", "popularity"), weights=(1.0, 2.0)), cf.RankerAndRater("ease", "bias", error=1.0)
    for one in wholes:
        model, never = replace(one).fit(checkerboard), replace(one).fit(checkerboard.without(users=[4]))
        model.forget(4)
        np.testing.assert_allclose(model.score_users(np.arange(11)), never.score_users(np.arange(11)), atol=1e-4)


def test_parts_forget_where_the_whole_keeps_its_weights_and_the_receipt_says_so(tastes):
    whole = cf.Blend(("bias", cf.BayesianMF(n_factors=2, n_draws=2, n_burn_in=1))).fit(tastes, progress=False)
    user = tastes.users.values[0]
    never = cf.Bias().fit(tastes.without(users=[user]))
    receipt = whole.forget(user)
    np.testing.assert_allclose(whole.fitted[0].item_bias_, never.item_bias_, atol=1e-6)
    assert receipt.forgetting == "kept"
    assert receipt.note.startswith(
        "Each part forgets by itself: Bias retrain-equal, BayesianMF kept. What it learned beside them is kept. "
        "BayesianMF: What stays: each draw of an item"
    )
    assert "weights_" in receipt.kept


# --- the model meanwhile ----------------------------------------------------------------------------------------


def test_who_asks_meanwhile_is_answered_by_the_state_before(checkerboard):
    model = cf.Popularity().fit(checkerboard)
    before = model.snapshot()
    model.forget(3)
    assert before.ratings.n_users == 12


def test_the_last_one_is_not_forgotten_but_the_model_deleted():
    model = cf.Popularity().fit(Ratings.from_arrays(["ann", "ann", "bob"], ["x", "y", "x"], [5, 3, 1]))
    with pytest.raises(BadOption, match="Without these users there are no ratings left"):
        model.forget(["ann", "bob"])
    model.forget("bob")
    with pytest.raises(BadOption, match="Without 'ann' there are no ratings left"):
        model.forget("ann")
    with pytest.raises(BadOption, match="forget takes users out of the model, but none came"):
        model.forget([])
    assert model.ratings.n_users == 1


def test_each_meaning_is_a_sentence_that_never_says_exact():
    assert len(MEANINGS) == 3
    assert not any("exact" in text for text in MEANINGS.values())
