"""Reasons under options that change what a score is made of: ranges, attributes, levels, days, blends."""

import numpy as np
import pytest

import cofactor as cf
from cofactor.data.ratings import Ratings

N_PAIRS = 60
FEW = {"n_factors": 6}
VARIANTS = {
    "y_range": cf.MatrixFactorization(**FEW, y_range=(0, 5.5)),
    "attributes": cf.MatrixFactorization(**FEW, attributes=True),
    "y_range and attributes": cf.MatrixFactorization(**FEW, y_range=(0.5, 5.5), attributes=True),
    "als with attributes": cf.ExplicitALS(**FEW, attributes=True),
    "clicks with attributes": cf.ImplicitMF(**FEW, unobserved_weight=0.3, reg=0.01, attributes=True),
    "levels": cf.BayesianMF(**FEW, n_draws=12, n_burn_in=4, ordinal=True),
    "days": cf.BayesianMF(**FEW, n_draws=12, n_burn_in=4, days=True, row_noise=False, user_bag=False),
    "a blend that predicts": cf.Blend([cf.Bias(), cf.MatrixFactorization(**FEW, y_range=(0, 5.5))], weights=(0.4, 0.7)),
    "a blend that ranks": cf.Blend(["ease", cf.GraphFilter(n_components=16), cf.ExplicitALS(**FEW)], weights=(1, 2, 1)),
    "values": cf.SparseEASE(use_values=True),
}  # fmt: skip


@pytest.fixture(scope="module")
def some_tastes(tastes: Ratings) -> Ratings:
    """Of 150 of its users, with times and with everybody's attributes."""
    return tastes.subset(tastes.user_idx < 150)


@pytest.fixture(scope="module", params=VARIANTS)
def model(request, some_tastes):
    return type(VARIANTS[request.param])(**VARIANTS[request.param].options()).fit(some_tastes, progress=False)


@pytest.fixture(scope="module")
def pairs():
    rng = np.random.default_rng(0)
    return rng.integers(0, 150, N_PAIRS), rng.integers(0, 500, N_PAIRS)


def test_the_parts_add_up_to_the_score_of_every_pair(model, pairs):
    scores, spread = model.score_pairs(*pairs), float(model.score_pairs(*pairs).std())
    found = [model.reasons(*pair) for pair in zip(*(idx.tolist() for idx in pairs), strict=True)]
    assert max(abs(one.score - score) for one, score in zip(found, scores)) < 1e-4 * spread
    assert max(abs(one.on_score_scale().total - score) for one, score in zip(found, scores)) < 1e-4 * spread


def test_of_somebody_new_the_parts_alone_add_up(model, some_tastes):
    rated = dict(zip(some_tastes.items.values[:9].tolist(), [5, 1, 4, 4, 2, 5, 3, 1, 5], strict=True))
    who = {name: column[3] for name, column in some_tastes.user_attributes.items()}
    attributes = who if model.abilities.learns_attributes else None
    items = some_tastes.items.values[[20, 100, 300]].tolist()
    for ratings in (rated, {}):
        found = [model.explain(ratings, item, attributes=attributes) for item in items]
        assert [one.reasons.score for one in found] == pytest.approx([one.score for one in found], abs=1e-4)
        assert [one.reasons.training for one in found] == pytest.approx([0, 0, 0], abs=1e-3)


def test_who_is_described_alone_is_explained_by_their_attributes(some_tastes):
    model = cf.ImplicitMF(**FEW, unobserved_weight=0.3, reg=0.01, attributes=True).fit(some_tastes, progress=False)
    who = {name: column[3] for name, column in some_tastes.user_attributes.items()}
    found = model.explain({}, some_tastes.items.values[7], attributes=who)
    assert found.table()["reason"].to_list() == ["attributes"]


def test_the_sum_before_the_sigmoid_is_squashed_to_the_score(some_tastes):
    model = cf.MatrixFactorization(**FEW, y_range=(0, 5.5)).fit(some_tastes, progress=False)
    found = model.explain(some_tastes.users.values[3], some_tastes.items.values[3])
    assert 5.5 / (1 + np.exp(-found.total)) == pytest.approx(found.score, abs=1e-5)
    table = found.table()
    assert table["part"].sum() == pytest.approx(found.total, abs=1e-6)
    assert table["score_part"].sum() == pytest.approx(found.score, abs=1e-5)
    assert table["score_part"][0] == pytest.approx(5.5 / (1 + np.exp(-found.reasons.base)), abs=1e-5)


@pytest.mark.parametrize("name", ["y_range", "attributes", "als with attributes", "clicks with attributes", "levels"])
def test_little_of_a_score_is_left_to_training(name, some_tastes, pairs):
    """Of 150 people's ratings a fifth of its distance from the base; benchmarks/tables/reasons.py has whole sets."""
    model = type(VARIANTS[name])(**VARIANTS[name].options()).fit(some_tastes, progress=False)
    found = [model.reasons(*pair) for pair in zip(*(idx.tolist() for idx in pairs), strict=True)]
    assert np.median([abs(one.training) / abs(one.total - one.base) for one in found]) < 0.2


def test_a_blend_of_lists_by_another_rule_than_its_members_reasons_gives_none(some_tastes):
    """RankerAndRater explains its predictions, but a blend that ranks adds up the scores of its lists."""
    both = cf.RankerAndRater("ease", "bias", error=0.9)
    assert not cf.Blend([cf.EASE(), both], weights=(1, 1)).fit(some_tastes, progress=False).abilities.gives_reasons


def test_leaving_a_rating_out_of_a_perceptron_is_what_its_part_says(some_tastes):
    """One Newton step is near to a fold-in without the rating."""
    model = cf.NeuralCF(n_factors=8, layers=(16,)).fit(some_tastes, progress=False)
    items, values = some_tastes.items.values[:12].tolist(), [5, 1, 4, 4, 2, 5, 3, 1, 5, 2, 4, 3]
    rated, asked = dict(zip(items, values, strict=True)), some_tastes.items.values[40]
    found = model.explain(rated, asked)
    parts = dict(zip(some_tastes.items.gather(found.reasons.item_idx).tolist(), found.reasons.parts.tolist()))
    without = {item: {one: value for one, value in rated.items() if one != item} for item in items}
    lost = {item: found.score - model.predict(others, asked) for item, others in without.items()}
    assert np.corrcoef([parts[item] for item in items], [lost[item] for item in items])[0, 1] > 0.9
