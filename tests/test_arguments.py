"""What a question is asked with: of the type that is meant, or one of our errors, which names it and says what came."""

from decimal import Decimal
from typing import Any

import numpy as np
import pandas as pd
import pytest

import cofactor as cf
from cofactor.coldstart.ladder import Ladder
from cofactor.coldstart.onboarding import Onboarding
from cofactor.errors import BadOption, UnknownIds
from cofactor.interpretation.factors import factors

FRAME = pd.DataFrame({"item": [1]})


@pytest.fixture(scope="module")
def model(checkerboard):
    return cf.MatrixFactorization(n_factors=2, n_epochs=1).fit(checkerboard, progress=False)


@pytest.mark.parametrize(
    ("question", "message"),
    [
        (lambda m: m.recommend(1, True), "n must be a whole number, but True came"),
        (lambda m: m.recommend(1, 2**64), "but 18446744073709551616 came. It must fit into 64 bits"),
        (lambda m: m.recommend(1, "3"), "n must be a whole number, but '3' came"),
        (lambda m: m.similar_items(1, 2.5), "n must be a whole number, but 2.5 came"),
        (lambda m: m.nearest_users(1, 0), "at least 1, but 0 came"),
        (lambda m: m.recommend(1, hide_seen=None), "hide_seen must be True or False, but None came"),
        (lambda m: m.recommend(1, approximate="no"), "approximate must be True or False, but 'no' came"),
        (lambda m: m.recommend(1, unknown=FRAME), "unknown must be one of raise, fallback, but"),
        (lambda m: m.predict(1, 2, clip=1), "clip must be True or False, but 1 came"),
        (lambda m: m.predict(1, 2, interval="0.9"), "interval must be a finite number, but '0.9' came"),
        (lambda m: m.predict(1, 2, times="now"), "times are whole numbers, the seconds since 1970 of each of 1 pair"),
        (lambda m: m.predict(1, [2, 3], times=[1, 2, 3]), "of each of 2 pairs, but"),
        (lambda m: m.predict(1, 2, times=np.uint64(2**63)), "times are whole numbers"),
        (lambda m: m.predict(1, [2, 3], times=[0, 1e30]), "times are whole numbers"),
        (lambda m: m.predict(1, 2, times=1.5), "times are whole numbers, .* but 1.5 came"),
        (lambda m: m.recommend(np.ones((2, 2), int)), "an array of 2 dimensions came"),
        (lambda m: m.score_newcomer([(1, 5)]), "Somebody new is given as {item: rating}"),
        (lambda m: m.score_newcomer({1: "5"}), "are finite numbers, as in .*, but '5' came"),
        (lambda m: m.score_newcomer({1: 1e300}), "are finite numbers, as in .*, but 1e.300 came"),
        (lambda m: m.score_newcomer({1: 5}, FRAME), "attributes are given as"),
        (lambda m: m.vectors("people"), "side must be one of user, item, but 'people' came"),
        (lambda m: m.build_index("all"), "recall must be a finite number, but 'all' came"),
        (lambda m: m.save(7), "save writes to a path, such as .*, but 7 came"),
        (lambda m: m.save("a\0b"), "save writes to a path"),
        (lambda m: cf.open("\ud800"), "open reads a path"),
        (lambda m: cf.open(7), "open reads a path"),
        (lambda m: cf.open("nowhere", models=cf), "models lists classes of models, .* but <module"),
        (lambda m: m.copied().fit(m.ratings, checkpoint=7), "fit keeps a checkpoint at a path, .* but 7 came"),
        (lambda m: m.copied().fit(m.ratings, early_stopping=3), "early_stopping is a cf.EarlyStopping"),
        (lambda m: cf.BayesianMF().fit(m.ratings, warm_start=m), "warm_start is a fitted BayesianMF"),
        (lambda m: cf.EarlyStopping(patience="2"), "patience must be a whole number, but '2' came"),
        (lambda m: cf.EarlyStopping(better=FRAME), "better must be one of lower, higher"),
        (lambda m: cf.EarlyStopping(metric="ndcg"), "metric is a function of the model"),
        (lambda m: cf.tune(m, m.ratings, FRAME), "budget must be a finite number, but"),
        (lambda m: cf.tune(m, m.ratings, n_trials="3"), "n_trials must be a whole number or None, but '3' came"),
        (lambda m: cf.tune(m, m.ratings, space={"n_factors": 3}), "A space is given as"),
        (lambda m: cf.auto(m.ratings, "1s", metric=7), "metric must be a text or None, but 7 came"),
        (lambda m: m.lr_find([1]), "lr_find tries rates on ratings, but a list came"),
        (lambda m: m.lr_find(m.ratings, n_steps="all"), "n_steps must be a whole number"),
        (lambda m: m.copied().fit(m.ratings, validation=[1]), "fit watches ratings, but a list came"),
        (lambda m: Ladder(FRAME), "A ladder stands on a model"),
        (lambda m: Ladder(m, damping=-1), "damping counts ratings, 0 or more, but -1.0 came"),
        (lambda m: Ladder(m, group=FRAME), "group must be a text or None"),
        (lambda m: Ladder(m).recommend({1: "good"}), "finite numbers, as in .*, but 'good' came"),
        (lambda m: Ladder(m).recommend(1, 2.5), "n must be a whole number"),
        (lambda m: Onboarding(m, FRAME), "strategy must be one of variance, random"),
        (lambda m: Onboarding(m, "random", seed=-1), "seed is a whole number, 0 or more, but -1 came"),
        (lambda m: Onboarding(m).next_question({1: "good"}), "finite numbers, as in .*, but 'good' came"),
        (lambda m: factors(m, "two"), "n must be a whole number, but 'two' came"),
        (lambda m: factors(m, 1).extremes(0.5), "factor must be a whole number, but 0.5 came"),
        (lambda m: cf.split(m.ratings, "half"), "test must be a finite number, but 'half' came"),
        (lambda m: cf.split(m.ratings, seed=-1), "seed is a whole number, 0 or more, but -1 came"),
        (lambda m: cf.folds(m.ratings, "five"), "n must be a whole number, but 'five' came"),
        (lambda m: cf.evaluate(m, m.ratings, confidence=FRAME), "confidence must be a finite number"),
        (lambda m: cf.evaluate(m, m.ratings, n_bootstrap="many"), "n_bootstrap must be a whole number"),
        (lambda m: cf.evaluate(m, m.ratings, n_bootstrap=2**31), "2,147,483,648 samples would take for ever"),
        (lambda m: m.lr_find(m.ratings, n_steps=2**31), "in 10 to 1,000,000 steps"),
        (lambda m: cf.evaluate(m, m.ratings, metrics=[None]), "metrics are names, .* but None came"),
        (lambda m: cf.evaluate(m, m.ratings, metrics=np.array(1)), "metrics are names, .* came"),
        (lambda m: cf.evaluate(m, m.ratings, metrics=[]), "metrics are names, .* but none came"),
        (lambda m: cf.evaluate(m, m.ratings, k="ten"), "k must be a whole number, but 'ten' came"),
        (lambda m: cf.evaluate(m, m.ratings, metrics=["ndcg@" + "9" * 5000]), "behind the @ stands the list's length"),
        (lambda m: cf.compare([m, cf.Bias()], m.ratings, m.ratings, seeds=[1, "a"]), "seed must be a whole number"),
    ],
)  # fmt: skip
def test_an_argument_of_another_type_is_refused_by_name(model, question, message):
    with pytest.raises(BadOption, match=message):
        question(model)


def test_numbers_of_numpy_and_whole_ones_with_a_point_are_what_they_mean(model):
    asked: list[Any] = [3, np.int64(3), np.uint8(3), 3.0, np.array(3)]
    assert {tuple(model.nearest_items(1, n)["item"]) for n in asked} == {tuple(model.nearest_items(1, 3)["item"])}
    asked = [[2, 3], (2, 3), {2, 3}, np.array([2, 3]), iter([2, 3])]
    assert all(set(model.recommend(1, 2, hide_seen=False, candidates=those)["item"]) == {2, 3} for those in asked)
    assert model.recommend(1, 1, hide_seen=False, candidates=np.array(2))["item"].to_list() == [2]
    assert model.predict(1, [2, 3], times=[1e9, 2e9]).tolist() == model.predict(1, [2, 3]).tolist()
    assert cf.split(model.ratings, seed=np.int64(3)).fingerprint == cf.split(model.ratings, seed=3).fingerprint


@pytest.mark.parametrize(
    "odd", [10**5000, Decimal("snan"), ([1],), [None]], ids=["5,001 digits", "signalling nan", "unhashable", "a list"]
)
def test_what_cannot_be_written_or_looked_up_is_an_unknown_id(model, odd):
    with pytest.raises(UnknownIds, match="not among the 12 known ones"):
        model.recommend([odd])


def test_a_number_of_numpy_is_written_in_a_message_as_any_other(model):
    with pytest.raises(UnknownIds, match=r"not among the 12 known ones: 98, 99\. Check"):
        model.predict(np.array([98, 99]), np.array([1, 1]))


def test_what_came_is_cut_in_a_message_where_it_is_long(model):
    with pytest.raises(UnknownIds) as raised:
        model.recommend("x" * 5000)
    assert len(str(raised.value)) < 300
