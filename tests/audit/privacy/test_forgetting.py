"""What a deletion leaves of somebody, and what it gives away: cases whose answer one knows beforehand."""

import numpy as np
import pytest

import cofactor as cf
from cofactor.audit.privacy.deletion_attack import deletion_attack
from cofactor.audit.privacy.forgetting import forgetting
from cofactor.audit.privacy.learned_attack import cross_fitted_scores, logistic_weights
from cofactor.data.ratings import Ratings
from cofactor.errors import BadOption, UnknownIds

QUICK = {"n_bootstrap": 50}


@pytest.fixture(scope="module")
def als(tastes):
    return cf.ExplicitALS(n_factors=8, n_epochs=3).fit(tastes, progress=False)


# --- the distance from a fit without them ------------------------------------------------------------------------


@pytest.fixture(scope="module")
def left(als, tastes):
    return forgetting(als, tastes.users.values[:20], n_users=60, **QUICK)


def test_who_was_solved_out_is_nearer_than_who_stayed_and_than_another_seed(left):
    for measure in ("scores", "of their items"):
        forgot = left.value("forgot them", measure)
        assert 0 < forgot.low < forgot.value < forgot.high
        assert forgot.high < left.value("did not forget", measure).low
        assert forgot.high < left.value("another seed", measure).low


def test_of_a_model_that_is_retrain_equal_nothing_is_left(tastes):
    found = forgetting(cf.Popularity().fit(tastes), tastes.users.values[:3], n_users=10, **QUICK)
    assert [found.value("forgot them", measure).value for measure in ("scores", "of their items", "lists")] == [0, 0, 0]
    assert found.value("did not forget", "scores").value > 0
    assert "The model has no seed" in str(found)
    with pytest.raises(BadOption, match="'scores' of 'another seed' was not measured. Models: 'forgot them', 'did not"):
        found.value("another seed", "scores")


def test_distances_are_counted_by_hand():
    """Three items of mean ratings 2, 3 and 4; without bob, who gave 4, 3 and 2, they have 1, 3 and 5."""
    table = Ratings.from_arrays(np.repeat([1, 2], 3), np.tile([1, 2, 3], 2), [1.0, 3, 5, 3, 3, 3])
    found = forgetting(cf.Popularity(damping=0.0).fit(table), 2, k=1, **QUICK)
    assert found.value("did not forget", "scores").value == pytest.approx(0.5)  # 1, 0, 1 over the spread of 1, 3, 5
    assert found.value("did not forget", "lists").value == 0


def test_the_model_stays_and_the_same_seed_gives_the_same(als, tastes, left):
    again = forgetting(als, tastes.users.values[:20], n_users=60, **QUICK)
    assert again.columns() == left.columns()
    assert als.ratings is tastes


def test_it_is_shown_as_a_sheet_and_given_as_a_table(left):
    assert "20 users forgotten (re-solved locally), 60 who stayed compared." in str(left)
    assert left.table()["measure"].to_list() == ["scores", "of their items", "lists"] * 3


def test_what_cannot_be_compared_is_refused(als):
    with pytest.raises(UnknownIds):
        forgetting(als, "nobody")
    with pytest.raises(BadOption, match="n_users counts the users who are compared"):
        forgetting(als, "u0001", n_users=0)


# --- what the deletion gives away --------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def given_away(als):
    return deletion_attack(als, batches=(1, 20), n_people=20, **QUICK)


def test_alone_all_items_are_found_and_in_a_crowd_hardly_more_than_popularity_tells(given_away):
    for reader in ("arrays", "scores"):
        alone, crowd = (given_away.value(size, reader, "AUC") for size in (1, 20))
        assert alone.value == pytest.approx(1, abs=1e-3)
        assert crowd.high < alone.low
    blind = [given_away.value(size, "blind", "AUC") for size in (1, 20)]
    assert blind[0] == blind[1]
    assert given_away.value(20, "scores", "AUC").value == pytest.approx(blind[0].value, abs=0.05)


def test_a_model_without_numbers_of_items_is_read_by_its_answers(tastes):
    found = deletion_attack(cf.ItemKNN(n_neighbors=10).fit(tastes), batches=(4,), n_people=4, **QUICK)
    assert {reader for _, reader, _ in found.intervals} == {"scores", "blind"}
    with pytest.raises(BadOption, match="'AUC' of 'arrays' in batches of 4 was not measured. Batches: 4; readers: b"):
        found.value(4, "arrays", "AUC")


def test_what_is_given_away_is_shown_and_given_as_a_table(given_away):
    assert "20 people, each looked for among all items" in str(given_away)
    assert given_away.table()["batch"].to_list() == [1] * 6 + [20] * 6
    assert given_away.table()["chance"].to_list() == [0.5, 0.01] * 6


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"batches": (1, 200)}, "batches are sizes from 1 to n_people=100"), ({"batches": ()}, "batches are sizes"),
        ({"n_people": 1}, "n_people is from 2 to 1199, so that somebody stays"),
    ],
)  # fmt: skip
def test_what_cannot_be_attacked_is_refused(als, options, message):
    with pytest.raises(BadOption, match=message):
        deletion_attack(als, **options)


def test_logistic_regression_finds_where_its_gradient_is_zero():
    rng = np.random.default_rng(0)
    design = np.column_stack([np.ones(500), rng.standard_normal((500, 2))])
    wanted = rng.random(500) < 1 / (1 + np.exp(-design @ np.array([0.5, 1, -2])))
    weights = logistic_weights(design, wanted)
    probability = 1 / (1 + np.exp(-design @ weights))
    np.testing.assert_allclose(design.T @ (wanted - probability), 1e-6 * 500 * weights, atol=1e-6)


def test_nobody_is_judged_by_a_rule_that_learned_from_them():
    """Of two people each one's rule is the other's: what tells the items of one misleads about the other's."""
    feature = np.array([[[0.0], [1], [2], [3]]] * 2)
    wanted = np.array([[False, False, True, True], [True, True, False, False]])
    scores = cross_fitted_scores(feature, wanted)
    assert (np.diff(scores[0]) < 0).all()
    assert (np.diff(scores[1]) > 0).all()
