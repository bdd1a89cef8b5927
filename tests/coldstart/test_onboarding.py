"""Which item a newcomer is asked about next."""

from dataclasses import replace

import numpy as np
import pytest

import cofactor as cf
from cofactor.coldstart.onboarding import Onboarding
from cofactor.coldstart.question_tree import QuestionTree, RatingSums
from cofactor.errors import BadOption, NothingToAsk, UnknownIds, Unsupported
from cofactor.posterior.row_model import RowModel
from small_tables import random_ratings

STRATEGIES = ["variance", "random", "popularity", "entropy0", "tree"]


@pytest.fixture(scope="module")
def model(tastes):
    return cf.ExplicitALS(n_factors=6, n_epochs=5).fit(tastes, progress=False)


@pytest.mark.parametrize("strategy", STRATEGIES)
def test_nothing_is_asked_twice_whatever_the_answer(model, strategy):
    onboarding, answers = Onboarding(model, strategy), {}
    for at in range(8):
        question = onboarding.next_question(answers)
        assert question.item not in answers
        assert 0 <= question.known <= 1
        answers[question.item] = None if at % 2 else 4.0


@pytest.mark.parametrize("strategy", STRATEGIES)
def test_the_same_answers_lead_to_the_same_question(model, strategy):
    first = Onboarding(model, strategy).next_question({})
    assert Onboarding(model, strategy).next_question({}) == first


def test_doubt_falls_with_every_answer_and_most_where_they_know_the_item(model):
    onboarding, answers = Onboarding(model), {}
    doubts = [onboarding.doubt(answers)]
    for _ in range(5):
        answers[onboarding.next_question(answers).item] = 3.0
        doubts.append(onboarding.doubt(answers))
    assert doubts == sorted(doubts, reverse=True)
    assert doubts[1] < onboarding.doubt({onboarding.next_question({}).item: None}) < doubts[0]


def test_variance_asks_for_what_lowers_the_variance_most(model):
    """Hardly any other film lowers it more; where one does, those who know it are fewer or will rate less."""
    onboarding = Onboarding(model)
    before, items = onboarding.doubt({}) ** 2, model.ratings.items.values.tolist()

    def fall(item):
        known = onboarding._known(onboarding._read({}))[items.index(item)]
        after = known * onboarding.doubt({item: 3.0}) ** 2 + (1 - known) * onboarding.doubt({item: None}) ** 2
        return before - after

    asked = fall(onboarding.next_question({}).item)
    assert asked > 0
    assert np.mean([fall(item) < asked for item in items]) > 0.95


def test_the_list_after_the_answers_holds_what_they_do_not_know_and_not_what_they_rated(model):
    onboarding = Onboarding(model)
    best, second = (model.ratings.items.values[at] for at in onboarding.rank({}, 2).idx[0])
    listed = model.ratings.items.gather(onboarding.rank({best: 5.0, second: None}, model.ratings.n_items - 1).idx[0])
    assert best not in listed.tolist()
    assert second in listed.tolist()


def test_without_a_belief_the_ratings_alone_make_the_list(tastes):
    ease = cf.EASE().fit(tastes)
    answers = {"inception-2010": 5.0, "frozen-2013": None}
    ranking = Onboarding(ease, "popularity").rank(answers, 5)
    assert ranking.idx.tolist() == ease.rank({"inception-2010": 5.0}, 5).idx.tolist()


def test_the_posterior_of_a_row_worked_by_hand():
    """One factor, prior N(0, 1), noise 1, one rating of 2 at a = 1: mean 1, variance 1/2."""
    row_model = RowModel(np.ones((2, 1)), np.zeros(2), np.zeros(1), np.eye(1), np.ones(2))
    belief = row_model.posterior(np.array([0]), np.array([2.0]))
    assert (belief.mean.tolist(), belief.covariance.tolist()) == ([1.0], [[0.5]])
    mean, variance = row_model.expected(belief)
    assert (mean.tolist(), variance.tolist()) == ([1.0, 1.0], [1.5, 1.5])


def test_random_questions_follow_their_seed_and_change_with_every_answer(model):
    onboarding, other = Onboarding(model, "random"), Onboarding(model, "random", seed=1)
    asked = [onboarding.next_question(answers) for answers in ({}, {"inception-2010": 4.0}, {"frozen-2013": None})]
    assert asked[0].item != other.next_question({}).item
    assert asked[0].item != asked[1].item == asked[2].item


def test_people_are_expected_to_like_what_they_choose_more_than_what_they_are_shown(model):
    onboarding = Onboarding(model)
    shown, chosen = (onboarding.scores({}, chosen=one) for one in (False, True))
    assert np.mean(chosen - shown) > 0.05


def test_answers_are_checked_without_asking_anything(model):
    onboarding = Onboarding(model)
    onboarding.check({"inception-2010": 4.0, "frozen-2013": None})
    with pytest.raises(BadOption, match="scale 1 to 5"):
        onboarding.check({"inception-2010": 9.0})
    with pytest.raises(UnknownIds, match="'No such film'"):
        onboarding.check({"No such film": None})


def test_popularity_asks_for_what_most_have_rated(model, tastes):
    question = Onboarding(model, "popularity").next_question({})
    assert question.gain == tastes.item_counts.max()


@pytest.mark.parametrize("telling", [0, 1])
def test_the_tree_asks_what_parts_the_users_best(telling):
    """Films 0 and 1 are known to all; those who like the telling one love film 2, the others hate it; the other one
    says nothing."""
    rows = [(u, telling, 5 if u < 60 else 1) for u in range(120)]
    rows += [(u, 1 - telling, 5 if u // 2 % 2 else 1) for u in range(120)]
    rows += [(u, 2, 5 if u < 60 else 1) for u in range(0, 120, 2)]
    tree = QuestionTree(cf.Ratings.from_arrays(*zip(*rows, strict=True)))
    assert tree.gains(np.zeros(0, int), np.zeros(0)).argmax() == telling


def test_the_tree_asks_the_same_whatever_number_the_scale_begins_at():
    """A film that few have rated is held to the mean of all ratings, wherever that lies."""
    ratings = random_ratings(80, 12, 300)
    higher = replace(ratings, values=ratings.values + 20, scale=None)
    none = np.zeros(0, int), np.zeros(0)
    assert QuestionTree(higher).gains(*none).tolist() == QuestionTree(ratings).gains(*none).tolist()


def test_few_users_are_asked_what_most_of_them_know_and_never_what_none_does():
    """After "no" to film 0 there are ten of the sixty, who know films 2 (all) and 1 (four), but not film 3."""
    rows = [(u, 0, 3 + u % 2) for u in range(50)] + [(u, 3, 4) for u in range(50)]
    rows += [(u, 2, 3) for u in range(50, 60)] + [(u, 1, 5) for u in range(50, 54)]
    tree = QuestionTree(cf.Ratings.from_arrays(*zip(*rows, strict=True)))
    assert tree.gains(np.array([0]), np.array([np.nan])).tolist() == [0, 1, 2, 0]


def test_a_group_is_predicted_by_its_own_mean_held_to_that_of_all():
    """Two ratings 1 above the mean count beside ten at it: own mean 2/12, squared errors 2 · (10/12)²."""
    assert RatingSums(np.array([2.0]), np.array([2.0]), np.array([2.0])).error(np.array([0.0])) == pytest.approx(
        50 / 36
    )


def test_entropy0_asks_where_answers_differ_most_by_hand():
    """Of four people two rate item 10, with 3 and 5, and two item 20, both with 5: half, a quarter and a quarter
    against a half and a half, not knowing an item counting half."""
    model = cf.Popularity().fit(cf.Ratings.from_arrays([1, 2, 3, 4], [10, 10, 20, 20], [3, 5, 5, 5]))
    first = Onboarding(model, "entropy0").next_question({})
    second = Onboarding(model, "entropy0").next_question({10: 5})
    assert (first.item, second.item) == (10, 20)
    assert first.gain == pytest.approx(-(0.5 * 0.5 * np.log(0.5) + 0.5 * np.log(0.25)) / 2.5)
    assert second.gain == pytest.approx(-(0.5 * 0.5 * np.log(0.5) + 0.5 * np.log(0.5)) / 2.5)


def test_a_posterior_of_draws_can_ask_too(tastes):
    model = cf.BayesianMF(n_factors=4, n_draws=20, n_burn_in=10).fit(tastes, progress=False)
    onboarding = Onboarding(model)
    first = onboarding.next_question({})
    assert onboarding.doubt({first.item: 4.0}) < onboarding.doubt({})
    assert 0 < first.gain < onboarding.doubt({}) ** 2  # no answer takes more of the variance than there is


def test_when_all_was_asked_it_says_so():
    few = cf.Ratings.from_arrays([1, 1, 2, 2], [1, 2, 1, 2], [5, 3, 4, 1])
    model = cf.ExplicitALS(n_factors=1, n_epochs=1).fit(few, progress=False)
    with pytest.raises(NothingToAsk, match="All 2 items"):
        Onboarding(model).next_question({1: 4, 2: None})


def test_bad_answers_and_strategies_are_refused_by_name(model):
    with pytest.raises(UnknownIds, match="'No such film'"):
        Onboarding(model).next_question({"No such film": 4})
    with pytest.raises(BadOption, match="scale 1 to 5"):
        Onboarding(model).next_question({"inception-2010": 9})
    with pytest.raises(BadOption, match="one of variance, random"):
        Onboarding(model, "guess")
    with pytest.raises(Unsupported, match="EASE has no posterior"):
        Onboarding(cf.EASE().fit(model.ratings))


# --- who is described begins where people like them lie -----------------------------------------------------------


@pytest.fixture(scope="module")
def kinds():
    """Even people mostly know even films and love them, odd people odd ones, but for every seventh, who is of the other
    kind at heart; all have seen a few of the others."""
    rng = np.random.default_rng(0)
    heart = [(user + (user % 7 == 0)) % 2 for user in range(120)]
    rows = [
        (user, item, 5.0 if heart[user] == item % 2 else 2.0)
        for user in range(120) for item in range(40) if rng.random() < (0.7 if heart[user] == item % 2 else 0.1)
    ]  # fmt: skip
    users, items, values = zip(*rows, strict=True)
    table = {"user": users, "item": items, "rating": values}
    return cf.read(table, users={"user": list(range(120)), "kind": ["even", "odd"] * 60})


@pytest.fixture(
    scope="module",
    params=[
        cf.ExplicitALS(n_factors=4, n_epochs=8, attributes=True),
        cf.BayesianMF(n_factors=4, n_draws=16, n_burn_in=10, user_bag=False, item_bag=False, row_noise=False),
    ],
    ids=["als", "bayesian"],
)
def described(request, kinds):
    return Onboarding(request.param.fit(kinds, progress=False))


def test_a_described_newcomer_begins_where_the_model_expects_them(described):
    for kind in ("even", "odd"):
        expected = described.model.score_newcomer({}, {"kind": kind})
        np.testing.assert_allclose(described.scores({}, {"kind": kind}), expected, atol=0.02)


def test_a_described_newcomer_is_expected_to_know_what_their_kind_knows(described):
    """All know 0.4; they 0.61 of the even films and 0.19 of the odd ones, towards which few people's word goes far."""
    known = described._known(described._read({}, {"kind": "even"}))
    items = described.model.ratings.items.values
    assert 0.48 < known[items % 2 == 0].mean() < 0.62
    assert 0.18 < known[items % 2 == 1].mean() < 0.32
    asked = described.next_question({}, {"kind": "even"})
    assert asked.known == pytest.approx(known[items.tolist().index(asked.item)])


def test_answers_take_over_from_what_was_expected(described):
    """An even one who knows and loves what odd ones do, and none of the even films."""
    answers = {item: 5.0 if item % 2 else None for item in range(20)}
    apart = [
        np.abs(described.scores(said, {"kind": "even"}) - described.scores(said, {"kind": "odd"})).mean()
        for said in ({}, answers)
    ]
    assert apart[1] < 0.3 * apart[0]
    scores, items = described.scores(answers, {"kind": "even"}), described.model.ratings.items.values
    assert scores[items % 2 == 1].mean() > scores[items % 2 == 0].mean() + 1


def test_a_description_leaves_less_doubt(described):
    assert described.doubt({}, {"kind": "even"}) < described.doubt({})


def test_a_description_is_refused_where_nothing_can_be_made_of_it(described, kinds):
    with pytest.raises(BadOption, match=r"Users have no attribute 'age'. They have: kind"):
        described.next_question({}, {"age": 33})
    plain = cf.ExplicitALS(n_factors=4, n_epochs=2).fit(kinds, progress=False)
    with pytest.raises(Unsupported, match="learns nothing from the attributes"):
        Onboarding(plain).next_question({}, {"kind": "even"})
