"""iALS against the loss it minimises, written out in full over every pair."""

import signal
from dataclasses import replace

import numpy as np
import pytest

import cofactor as cf
from cofactor.contract.profile import UserProfile
from cofactor.errors import BadOption, Diverged, Interrupted
from cofactor.training.engines.implicit_als import ImplicitLeastSquares

SETTINGS = {"n_factors": 5, "unobserved_weight": 0.2, "reg": 0.02, "reg_exponent": 0.7, "confidence": 0.5}


@pytest.fixture(scope="module")
def few(tastes):
    return tastes.subset(np.arange(0, len(tastes), 20))


def full_loss(model: cf.ImplicitMF, clicks) -> float:
    """Σ_clicks c (1 - s)² + α Σ_all s² + λ Σ hᵉ |row|², a click at a time and a pair at a time."""
    p, q = model.user_factors_.astype(np.float64), model.item_factors_.astype(np.float64)
    scores, alpha = p @ q.T, model.unobserved_weight
    clicked = scores[clicks.user_idx, clicks.item_idx]
    held = sum(
        model.reg * ((counts + alpha * len(others)) ** model.reg_exponent) @ np.square(rows).sum(axis=1)
        for rows, others, counts in ((p, q, clicks.user_counts), (q, p, clicks.item_counts))
    )
    return weights(model, clicks.values) @ np.square(1 - clicked) + alpha * np.square(scores).sum() + held


def weights(model: cf.ImplicitMF, values) -> np.ndarray:
    """c of each click."""
    relative = values.astype(np.float64) / np.median(values)
    return 1 + model.confidence * (np.log(1 + relative) if model.power is None else relative**model.power)


def losses(model: cf.ImplicitMF) -> list[float]:
    return [epoch.train_loss for epoch in model.history_]


def test_the_history_tells_the_full_loss_and_every_sweep_lowers_it(few):
    model = cf.ImplicitMF(**SETTINGS, n_epochs=6).fit(few)
    assert losses(model) == sorted(losses(model), reverse=True)
    assert losses(model)[-1] == pytest.approx(full_loss(model, few) / len(few), rel=1e-4)


def test_with_attributes_the_history_tells_the_loss_less_twice_what_leans_to_them(few, monkeypatch):
    """Attributes let expect 0.3 of each coordinate of every row, whatever was learned."""

    def fixed(prior, rows, known):
        prior.coefficients = np.full_like(prior.coefficients, 0.3)

    monkeypatch.setattr("cofactor.posterior.attribute_prior.AttributePrior.learn", fixed)
    kinds = ({"kind": np.resize(np.array(["a", "b"], object), n)} for n in (few.n_users, few.n_items))
    described = replace(few, user_attributes=next(kinds), item_attributes=next(kinds))
    model = cf.ImplicitMF(**SETTINGS, n_epochs=3, attributes=True).fit(described)
    p, q = model.user_factors_, model.item_factors_
    p[few.user_counts == 0] = 0  # they stand at what is expected of them, and count for nothing
    q[few.item_counts == 0] = 0
    leans = 2 * 0.3 * (model.user_attribute_strength_ * p.sum() + model.item_attribute_strength_ * q.sum())
    assert leans / len(few) > 4e-4
    assert losses(model)[-1] == pytest.approx((full_loss(model, few) - leans) / len(few), rel=1e-4)


def test_no_small_move_of_the_last_solved_side_lowers_the_loss(few):
    model = cf.ImplicitMF(**SETTINGS, n_epochs=3).fit(few)
    lowest, solved = full_loss(model, few), model.item_factors_.copy()
    rng = np.random.default_rng(0)
    for _ in range(10):
        model.item_factors_ = solved + 0.01 * rng.standard_normal(solved.shape).astype(np.float32)
        assert full_loss(model, few) > lowest


@pytest.mark.parametrize("solver", [{"solver": "cg", "n_steps": 1}, {"solver": "block", "block_size": 16}], ids=str)
def test_every_solver_lowers_the_loss_to_the_same_place(few, solver):
    settings = SETTINGS | {"n_factors": 40, "n_epochs": 60}
    exact, other = cf.ImplicitMF(**settings).fit(few), cf.ImplicitMF(**settings, **solver).fit(few)
    assert losses(other) == sorted(losses(other), reverse=True)
    assert losses(other)[0] > 1.001 * losses(exact)[0]  # it does take another way
    assert losses(other)[-1] == pytest.approx(losses(exact)[-1], rel=2e-3)
    assert losses(other)[-1] == pytest.approx(full_loss(other, few) / len(few), rel=1e-4)


def test_more_steps_come_lower_in_a_sweep(few):
    one, five = (cf.ImplicitMF(**SETTINGS, solver="cg", n_steps=n, n_epochs=1).fit(few) for n in (1, 5))
    assert losses(five)[0] < losses(one)[0]


def test_more_factors_than_items_and_rows_without_clicks_are_fine(few):
    part = few.subset(np.arange(30))
    for solver in ("exact", "cg", "block"):
        model = cf.ImplicitMF(n_factors=few.n_items + 40, solver=solver, block_size=32, n_epochs=2).fit(part)
        assert np.isfinite(model.user_factors_).all()
        assert (model.user_factors_[part.user_counts == 0] == 0).all()


def test_constant_counts_weigh_like_clicks_of_that_weight(few):
    threes = replace(few, values=np.full(len(few), 3, np.float32))
    model = cf.ImplicitMF(**SETTINGS, n_epochs=4).fit(threes)
    assert losses(model)[-1] == pytest.approx(full_loss(model, threes) / len(few), rel=1e-4)


@pytest.mark.parametrize("power", [0.5, 1.0])
def test_counts_may_weigh_by_a_power(few, power):
    model = cf.ImplicitMF(**SETTINGS, power=power, n_epochs=4).fit(few)
    assert losses(model)[-1] == pytest.approx(full_loss(model, few) / len(few), rel=1e-4)


def test_only_the_ratios_of_counts_matter(few):
    counts = replace(few, kind="counts", scale=None)
    one, ten = (
        cf.ImplicitMF(n_factors=3, n_epochs=3).fit(replace(counts, values=times * counts.values)) for times in (1, 8)
    )
    assert one.unit_ == 4
    assert np.array_equal(one.user_factors_, ten.user_factors_)


def test_counts_weigh_where_nothing_is_said_and_ratings_and_clicks_do_not(few):
    def items(clicks, confidence=None):
        given = {"n_factors": 3, "n_epochs": 3, "unobserved_weight": 0.1, "reg": 0.003}
        return cf.ImplicitMF(**given, confidence=confidence).fit(clicks).item_factors_

    alike = items(replace(few, kind="clicks", values=np.ones_like(few.values)))
    for kind in ("ratings", "clicks"):
        assert np.array_equal(items(replace(few, kind=kind)), alike)
    counts = replace(few, kind="counts")
    assert np.array_equal(items(counts), items(counts, confidence=1.0))
    assert not np.allclose(items(counts), alike, atol=1e-3)


def test_how_counts_weigh_is_searched_on_counts_alone(few):
    model = cf.ImplicitMF()
    assert model.space_for(few) == model.search_space()
    assert {*model.space_for(replace(few, kind="counts"))} == {*model.search_space(), "confidence", "power"}


def test_growth_beyond_the_finite_numbers_is_said_with_its_mend(few):
    with pytest.raises(Diverged, match="Raise reg or lower confidence"):
        cf.ImplicitMF(confidence=1.0, power=500.0).fit(few)


def test_what_does_not_fit_is_refused_before_it_starts(few):
    with pytest.raises(BadOption, match=r"ImplicitMF\(n_factors=64\) .* needs .* GB, but 0.0 GB may be used"):
        cf.ImplicitMF(memory_gb=1e-6).fit(few)


def test_memory_is_that_of_the_factors_their_squares_and_the_ratings(few):
    """Floats of 4 bytes: factors in 16 more than their number, twice, and twice those of the larger side; eight of
    their squares; six of each rating."""
    n_users, n_items, n = few.n_users, few.n_items, len(few)
    assert n_users > n_items
    floats = 64 * (4 * n_users + 2 * n_items) + 8 * 64**2 + 6 * n
    assert cf.ImplicitMF(n_factors=48).needed_gb(few) == pytest.approx(4 * floats / 1e9)


def test_a_newcomer_with_a_users_clicks_gets_the_users_scores(few):
    """Folding in is the users' half for one row: after many sweeps both stand still at the same place."""
    model = cf.ImplicitMF(**SETTINGS, n_epochs=300).fit(few)
    items, values = few.by_user.of(7)
    np.testing.assert_allclose(
        model.score_profile(UserProfile(items, values)), model.score_users(np.array([7]))[0], atol=2e-3
    )


@pytest.mark.parametrize(
    "bad",
    [
        {"unobserved_weight": 0},
        {"reg": 0},
        {"n_factors": 0},
        {"confidence": -1},
        {"power": 0},
        {"solver": "sgd"},
        {"n_steps": 0},
        {"block_size": 40},
    ],
)
def test_settings_without_meaning_are_refused(few, bad):
    with pytest.raises(BadOption, match=next(iter(bad))):
        cf.ImplicitMF(**bad).fit(few)


def test_it_finds_what_was_held_out_where_popularity_does_not(tastes):
    split = cf.split(tastes, test=0.2, seed=0)
    found = [
        cf.evaluate(model.fit(split.train), split.test, metrics=["recall@10"]).values["recall@10"]
        for model in (cf.ImplicitMF(n_factors=16), cf.Popularity())
    ]
    assert found[0] > 1.5 * found[1]


def test_ctrl_c_keeps_the_sweeps_there_are(few, monkeypatch):
    run = ImplicitLeastSquares.run

    def pressed_in_the_third(engine, epoch, start, end):
        if epoch == 2:
            signal.raise_signal(signal.SIGINT)
        return run(engine, epoch, start, end)

    monkeypatch.setattr(ImplicitLeastSquares, "run", pressed_in_the_third)
    with pytest.warns(Interrupted, match="3 of 9"):
        stopped = cf.ImplicitMF(**SETTINGS, n_epochs=9).fit(few)
    monkeypatch.undo()
    assert losses(stopped) == losses(cf.ImplicitMF(**SETTINGS, n_epochs=3).fit(few))


def test_what_is_not_given_is_chosen_by_short_fits_and_said(tastes):
    """On tastes a stronger penalty than any constant that suits large tables; what is given stays."""
    train, test = cf.split(tastes, test=0.2, by="user", seed=0)
    chosen = cf.ImplicitMF().fit(train, progress=False)
    plain = cf.ImplicitMF(unobserved_weight=0.1, reg=0.003).fit(train, progress=False)
    ndcg = [cf.evaluate(one, test, metrics=["ndcg@10"]).values["ndcg@10"] for one in (chosen, plain)]
    assert ndcg[0] > 1.5 * ndcg[1]
    assert chosen.reg_ == 0.03
    assert f"reg={chosen.reg_:g}" in chosen.notes()[-1]
    assert not plain.notes()
    half = cf.ImplicitMF(reg=0.02, n_epochs=2).fit(train, progress=False)
    assert half.reg_ == 0.02
    assert half.unobserved_weight_ in (0.01, 0.05, 0.1, 0.2, 0.8)


def test_short_fits_weigh_counts_and_look_for_each_one_held_out_but_for_no_dislike(few, monkeypatch):
    from cofactor.models import _implicit_choice

    reached, trials = _implicit_choice._Trial.reached, []
    monkeypatch.setattr(
        _implicit_choice._Trial, "reached", lambda trial, one: trials.append(trial) or reached(trial, one)
    )
    counts = replace(few, kind="counts", scale=None, values=few.values - 1)
    model = cf.ImplicitMF(n_factors=3, n_epochs=2).fit(counts, progress=False)
    part, wanted = trials[0]._part, trials[0]._wanted
    assert counts.n_dislikes > 0
    assert part.kind == wanted.kind == "counts"
    assert len(part) + len(wanted) == len(counts) - counts.n_dislikes
    short = model._short_fit(_implicit_choice.Weighting(0.1, 0.003)).fit(part, progress=False)
    assert short._objective.clicks.confidence == model._objective.clicks.confidence == 1


def test_where_no_click_can_be_held_out_the_usual_ones_are_taken():
    model = cf.ImplicitMF(n_factors=2).fit(cf.Ratings.from_arrays([1, 2, 3], [1, 2, 1]), progress=False)
    assert (model.unobserved_weight_, model.reg_) == (0.1, 0.003)


def test_of_very_many_clicks_the_short_fits_see_some_users_only(tastes, monkeypatch):
    from cofactor.models import _implicit_choice

    monkeypatch.setattr(_implicit_choice, "MAX_CLICKS", 5_000)
    some = _implicit_choice._some_users(tastes, seed=0)
    assert 4_500 < len(some) <= 5_000
    counts = some.user_counts[some.user_counts > 0]
    np.testing.assert_array_equal(counts, tastes.user_counts[some.user_counts > 0])


@pytest.mark.parametrize(("given", "n_fits"), [({}, 7), ({"reg": 0.02}, 5), ({"unobserved_weight": 0.3}, 3)])
def test_no_weighting_is_tried_twice(given, n_fits, tastes, monkeypatch):
    """Three penalties, then four more weights; of what is given nothing else is tried."""
    tried = []
    short_fit = cf.ImplicitMF._short_fit
    monkeypatch.setattr(cf.ImplicitMF, "_short_fit", lambda self, one: (tried.append(one), short_fit(self, one))[1])
    some = tastes.subset(tastes.user_idx < 100)
    cf.ImplicitMF(n_factors=2, n_epochs=1, **given).fit(some, progress=False)
    assert len(tried) == len(set(tried)) == n_fits
