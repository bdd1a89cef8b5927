"""What an answer says of somebody's tastes, and of what they know; "I don't know it" among them."""

import numpy as np
import pytest

import cofactor as cf
from cofactor.coldstart.answers import AnswerModel, _excess_covariance
from cofactor.coldstart.familiarity import learn_familiarity
from cofactor.posterior.row_model import RowModel

N_EACH = 200  # people of each camp
NOTHING = np.zeros(0, int), np.zeros(0)


@pytest.fixture(scope="module")
def camps():
    """Films 0 to 4 are known to the first camp, 5 to 9 to the second, each by seven of ten; all know film 10, which
    the first camp loves and the second hates."""
    rng = np.random.default_rng(0)
    users, items, values = [], [], []
    for user in range(2 * N_EACH):
        camp = int(user >= N_EACH)
        seen = 5 * camp + np.flatnonzero(rng.random(5) < 0.7)
        users += [user] * (len(seen) + 1)
        items += [*seen.tolist(), 10]
        values += [*rng.choice([3.0, 4.0], len(seen)).tolist(), 1.0 if camp else 5.0]
    return cf.Ratings.from_arrays(users, items, values)


@pytest.fixture(scope="module")
def familiarity(camps):
    return learn_familiarity(camps, n_factors=2)


@pytest.fixture(scope="module")
def answers(camps, familiarity):
    """One taste x, as loving film 10 tells it; film 10 tells it, the others do not."""
    rows = np.where(np.arange(2 * N_EACH) < N_EACH, 1.0, -1.0)[:, None]
    design = np.array([[0.0]] * 10 + [[2.0]])
    row_model = RowModel(design, np.full(11, 3.0), np.zeros(1), np.eye(1), np.full(11, 0.5))
    return AnswerModel(row_model, rows[familiarity.users], familiarity)


def test_familiarity_finds_how_knowing_hangs_together(camps, familiarity):
    """The covariance that the factors imply is the one of the table, to within its own noise."""
    table = np.zeros((camps.n_users, camps.n_items))
    table[camps.user_idx, camps.item_idx] = 1
    implied = familiarity.loadings @ familiarity.loadings.T + np.diag(familiarity.noise)
    off_diagonal = ~np.eye(11, dtype=bool)
    np.testing.assert_allclose(implied[off_diagonal], np.cov(table.T, bias=True)[off_diagonal], atol=0.02)
    np.testing.assert_allclose(familiarity.share, table.mean(axis=0))


def test_a_film_that_nobody_has_rated_is_known_to_nobody(camps):
    """The last of the catalogue."""
    found = learn_familiarity(camps.subset(camps.item_idx != 10), n_factors=2)
    assert found.share[10] == 0
    assert np.abs(found.loadings[10]).max() < 1e-6
    assert found.expected(np.ones(2))[10] == pytest.approx(0, abs=1e-6)


def test_who_knows_one_film_of_a_camp_is_expected_to_know_the_others(familiarity):
    knows = familiarity.expected(familiarity.posterior(np.array([0]), np.array([1.0])).mean)
    does_not = familiarity.expected(familiarity.posterior(np.array([0, 1, 2]), np.zeros(3)).mean)
    assert knows[1:5].min() > 0.5 > knows[5:10].max()
    assert does_not[3:5].max() < 0.2 < does_not[5:10].min()


def test_before_any_answer_what_somebody_knows_is_as_uncertain_as_people_differ(answers):
    """The familiarity's factors are of N(0, 1): what users' rows vary by, and what is not known of each row."""
    np.testing.assert_allclose(answers.posterior(*NOTHING).covariance[1:, 1:], np.eye(2), atol=0.05)


def test_not_knowing_a_film_tells_of_tastes(answers):
    """Who knows none of the first camp's films is not of it, so they will hate film 10."""
    before = answers.expected(answers.posterior(*NOTHING), chosen=False)[10]
    after = answers.expected(answers.posterior(np.array([0, 1, 2]), np.full(3, np.nan)), chosen=False)[10]
    assert before == pytest.approx(3, abs=0.05)
    assert after < 2


def test_a_rating_tells_what_somebody_knows(answers, familiarity):
    loves = answers.posterior(np.array([10]), np.array([5.0])).mean[1:]
    assert familiarity.expected(loves)[:5].min() > 0.5 > familiarity.expected(loves)[5:10].max()


def test_what_people_choose_is_rated_as_by_those_who_choose_it(camps, familiarity):
    """Each camp knows its own five films and likes them, the other camp would not: chosen ones are expected higher."""
    rows = np.where(np.arange(2 * N_EACH) < N_EACH, 1.0, -1.0)[:, None]
    design = np.array([[1.0]] * 5 + [[-1.0]] * 5 + [[0.0]])
    row_model = RowModel(design, np.full(11, 3.0), np.zeros(1), np.eye(1), np.full(11, 0.5))
    answers = AnswerModel(row_model, rows[familiarity.users], familiarity)
    belief = answers.posterior(*NOTHING)
    shown, chosen = (answers.expected(belief, chosen=which) for which in (False, True))
    np.testing.assert_allclose(shown, 3, atol=1e-6)
    assert chosen[:10].min() > 3.5
    assert chosen[10] == pytest.approx(3)
    for item in (0, 7):  # as of somebody who turned out to know it
        knows = answers.joint.posterior(np.array([11 + item]), np.ones(1))
        assert chosen[item] == pytest.approx(answers.expected(knows, chosen=False)[item])


@pytest.mark.parametrize("design", [[0.0] * 10 + [2.0], [1.0] * 5 + [-1.0] * 5 + [0.3]], ids=["one film", "all"])
def test_a_gain_is_by_how_much_the_answer_lowers_the_variance_of_ratings_to_come(design, familiarity):
    """Against the definition: that of whether they know the item, and where they do, that of its rating beside it."""
    rows = np.where(np.arange(2 * N_EACH) < N_EACH, 1.0, -1.0)[:, None]
    of_model = RowModel(np.array(design)[:, None], np.full(11, 3.0), np.zeros(1), np.eye(1), np.full(11, 0.5))
    answers = AnswerModel(of_model, rows[familiarity.users], familiarity)
    row_model, n = answers.joint, 11
    seen = np.array([0]), np.array([np.nan])
    before = answers.posterior(*seen)

    def fall(earlier, later, taste):
        knows = familiarity.share + familiarity.loadings @ taste
        narrowed = answers._design @ (earlier.covariance - later.covariance)[:1, :1] @ answers._design.T
        return knows @ np.diag(narrowed) / familiarity.share.sum()

    def by_definition(item):
        told = np.array([n, n + item]), np.array([0.0, 1.0])
        asked = row_model.posterior(*told)
        rated = row_model.posterior(np.array([n, n + item, item]), np.array([0.0, 1.0, 4.0]))
        chance = np.clip(familiarity.share + familiarity.loadings @ before.mean[1:], 0.01, 0.99)[item]
        return fall(before, asked, before.mean[1:]) + chance * fall(asked, rated, asked.mean[1:])

    gains = answers.gains(before)
    np.testing.assert_allclose(gains[1:], [by_definition(item) for item in range(1, n)], rtol=1e-6, atol=1e-9)


def test_what_a_prior_has_more_is_added_in_the_directions_where_it_has():
    np.testing.assert_allclose(
        _excess_covariance(np.diag([2.0, 1.0]), np.diag([1.0, 3.0])), np.diag([1.0, 0.0]), atol=1e-12
    )


def test_the_variance_is_that_of_what_people_come_to_rate(answers, familiarity):
    belief = answers.posterior(*NOTHING)
    of_each = 4 * belief.covariance[0, 0] * (np.arange(11) == 10)
    assert answers.variance(belief) == pytest.approx(familiarity.share @ of_each / familiarity.share.sum())
