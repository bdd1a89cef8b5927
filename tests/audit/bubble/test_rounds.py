"""The loop of one recommender: lists whose effect one knows beforehand, and a log that grows by what was taken."""

import numpy as np
import pytest

from cofactor.audit.bubble.recommenders import CONTROLS, POPULARITY, TRUE_TASTE, control
from cofactor.audit.bubble.rounds import People, simulate
from cofactor.audit.bubble.user_taste import standardised, stated_ratings
from cofactor.data.ratings import Ratings
from cofactor.errors import BadOption

N_USERS, N_ITEMS = 8, 40
SHARES = np.eye(2)[np.arange(N_ITEMS) % 2]  # even items are dramas, odd ones comedies


def take_all(utility, rng):
    return utility > -np.inf


class SameForAll:
    """Shows everybody the two dramas of the round; nobody has seen any of the last 32 items."""

    def __init__(self):
        self.n_rounds = 0

    def lists(self, log, k):
        first = 8 + 2 * k * self.n_rounds
        return np.tile(first + 2 * np.arange(k), (log.n_users, 1))

    def learn(self, log, new, n_rounds_done):
        self.n_rounds = n_rounds_done


@pytest.fixture
def people():
    """Each has seen one item, that of their number; both items of a pair (2j, 2j + 1) are liked equally."""
    users = np.arange(N_USERS)
    table = Ratings.from_arrays(np.append(users, np.zeros(N_ITEMS, int)), np.append(users, np.arange(N_ITEMS)))
    order = np.random.default_rng(0).permuted(np.tile(np.arange(N_ITEMS // 2), (N_USERS, 1)), axis=1)
    utility = standardised(np.repeat(order, 2, axis=1).astype(float), table)
    return People.of(table.subset(users), utility, SHARES, seed=0)


def run(recommender, people, n_rounds=6, k=2):
    return simulate(recommender, people, take_all, k=k, n_rounds=n_rounds, rng=np.random.default_rng(0))


def values(rounds, measure):
    return [one.measures[measure] for one in rounds]


def test_one_list_for_everybody_makes_people_alike(people):
    rounds = run(SameForAll(), people)
    assert values(rounds, "overlap") == [1] * 6
    assert values(rounds, "entropy") == values(rounds, "diversity") == [0] * 6
    distance = values(rounds, "profile_distance")
    assert distance == sorted(distance, reverse=True)
    assert distance[-1] < distance[0] / 3


def test_a_comedy_of_one_among_dramas_is_the_drift(people):
    """After two dramas the profile of who had a comedy has moved by 2/3; half of the people had one."""
    assert values(run(SameForAll(), people), "drift")[0] == pytest.approx((0 + 2 / 3) / 2)


def test_true_taste_that_likes_both_genres_alike_does_not_narrow(people):
    """Each list is a pair of a drama and a comedy, but where one of the pair was seen before."""
    rounds = run(control(TRUE_TASTE, people.utility, np.random.default_rng(0)), people)
    assert min(values(rounds, "entropy")) > 0.7
    assert max(values(rounds, "overlap")) < 0.2
    assert values(rounds, "profile_distance")[-1] < values(rounds, "profile_distance")[0]  # all of them have both


def test_what_true_taste_shows_is_liked_less_from_round_to_round(people):
    utility = values(run(control(TRUE_TASTE, people.utility, np.random.default_rng(0)), people), "utility")
    assert utility == sorted(utility, reverse=True)


@pytest.mark.parametrize("name", CONTROLS)
def test_nothing_is_shown_twice_and_it_is_said_when_items_run_out(people, name):
    """All is taken, so 39 unseen items last for 9 rounds of 4; the tenth has 3 left."""
    rounds = run(control(name, people.utility, np.random.default_rng(0)), people, n_rounds=11, k=4)
    assert [one.n_chosen for one in rounds] == [N_USERS * 4] * 9 + [N_USERS * 3, 0]
    assert [one.n_short for one in rounds] == [0] * 9 + [N_USERS] * 2


def test_popularity_follows_the_log_as_it_grows(people):
    """Item 0 is seen once at the start; what the first lists held is on the lists of whoever did not get it."""
    first, second = control(POPULARITY, people.utility, np.random.default_rng(0)), people.start
    lists = first.lists(second, 2)
    assert lists[5].tolist() == [0, 1]
    grown = second.subset(np.append(np.arange(len(second)), [7, 7, 7]))
    assert first.lists(grown, 2)[5].tolist() == [7, 0]


def test_a_taste_is_measured_in_its_own_standard_deviations(people):
    taste = np.zeros((N_USERS, N_ITEMS))
    taste[0, :20] = 10
    found = standardised(taste, people.start)
    assert set(found[0].tolist()) == {1, -1}
    assert not found[1:].any()
    for wrong in (taste.T, np.full_like(taste, np.nan)):
        with pytest.raises(BadOption, match=r"taste must be finite numbers of shape \(8, 40\)"):
            standardised(wrong, people.start)


def test_a_choice_is_rated_on_the_scale_and_a_click_counts_one(people):
    rated = Ratings.from_arrays([0, 0, 1], [0, 1, 0], [1.0, 3.0, 5.0])
    spread = np.std([1, 3, 5])
    assert stated_ratings(np.array([0, 0.5, 9.0]), rated) == pytest.approx([3, 3 + spread / 2, 5])
    assert stated_ratings(np.array([0.5]), people.start).tolist() == [1]
