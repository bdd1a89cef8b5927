"""The closed loop of one recommender: lists, choices, a longer log, and a recommender that has learned from it."""

from dataclasses import replace
from typing import NamedTuple, Self

import numpy as np

from cofactor.arrays import FloatArray, IntArray
from cofactor.audit.bubble.attribute import distribution_of_log
from cofactor.audit.bubble.choice_models import ChoiceModel
from cofactor.audit.bubble.measures import (
    attribute_distribution,
    attribute_entropy,
    intra_list_diversity,
    jaccard,
    sample_pairs,
    total_variation,
)
from cofactor.audit.bubble.recommenders import RoundRecommender
from cofactor.audit.bubble.user_taste import stated_ratings
from cofactor.audit.popularity_groups import USER_GROUPS, user_groups
from cofactor.audit.popularity_metrics import mean_over_list
from cofactor.data.ratings import Ratings
from cofactor.evaluation.metrics import exposure, gini

__all__ = ["MEASURES", "People", "Round", "simulate"]

N_PAIRS = 5_000  # of users, whose lists are compared
MEASURES = {
    "diversity": "diversity within lists",
    "entropy": "entropy of lists over the attribute, bits",
    "overlap": "overlap of lists between users (Jaccard)",
    "drift": "drift of profiles from those at the start",
    "profile_distance": "distance between users' profiles",
    "exposure_gini": "Gini index of exposure",
    **{f"popularity_{group}": f"popularity shown to {group} users" for group in USER_GROUPS},
    "utility": "utility of what is shown",
}


class People(NamedTuple):
    """The users of a simulation, and what everything is measured against: the log that it begins with.

    utility: (n_users, n_items) in standard deviations of each user's taste     shares: (n_items, w) of the attribute
    pairs: (p, 2) users whose lists are compared     popularity: (n_items,) share of users with the item in the log
    """

    start: Ratings
    utility: FloatArray
    shares: FloatArray
    pairs: IntArray
    popularity: FloatArray
    group: IntArray
    start_distribution: FloatArray

    @classmethod
    def of(cls, start: Ratings, utility: FloatArray, shares: FloatArray, seed: int) -> Self:
        """People with this log and utility. shares: (n_items, w) of the attribute"""
        popularity = start.item_counts / start.n_users
        rated = np.bincount(start.user_idx, popularity[start.item_idx], start.n_users)
        with np.errstate(invalid="ignore"):  # nobody's ratings have no popularity
            group = user_groups(rated / start.user_counts)
        pairs = sample_pairs(start.n_users, N_PAIRS, np.random.default_rng(seed))
        return cls(start, utility, shares, pairs, popularity, group, distribution_of_log(start, shares))


class Round(NamedTuple):
    """The measures of a round, by name as in `MEASURES`; how much was chosen, and for how many users fewer than k
    unrated items were left."""

    measures: dict[str, float]
    n_chosen: int
    n_short: int


def simulate(
    recommender: RoundRecommender, people: People, choose: ChoiceModel, *, k: int, n_rounds: int,
    rng: np.random.Generator,
) -> list[Round]:  # fmt: skip
    """The rounds of one recommender. Who takes an item rates it, and has it on no later list; what was listed and not
    taken may come again."""
    log, rounds = people.start, list[Round]()
    for number in range(1, n_rounds + 1):
        lists = recommender.lists(log, k)
        n_short = int(np.count_nonzero(log.n_items - log.user_counts < k))
        new = _chosen(lists, people, choose, rng)
        log = _joined(log, new)
        rounds.append(Round(_measured(lists, log, people), len(new), n_short))
        if number < n_rounds:
            recommender.learn(log, new, number)
    return rounds


def _chosen(lists: IntArray, people: People, choose: ChoiceModel, rng: np.random.Generator) -> Ratings:
    utility = np.take_along_axis(people.utility, np.maximum(lists, 0), axis=1)
    user, rank = np.nonzero(choose(np.where(lists >= 0, utility, -np.inf), rng))
    values = stated_ratings(utility[user, rank], people.start)
    return _with_rows(people.start, user.astype(np.int32), lists[user, rank].astype(np.int32), values)


def _joined(log: Ratings, new: Ratings) -> Ratings:
    """Both tables; no pair is in both, as lists hold unrated items only."""
    each = [(one.user_idx, one.item_idx, one.values) for one in (log, new)]
    return _with_rows(log, *(np.concatenate(column) for column in zip(*each, strict=True)))


def _with_rows(table: Ratings, user_idx: IntArray, item_idx: IntArray, values: FloatArray) -> Ratings:
    """These ratings by the table's users and of its items; without times, which the simulation has none of."""
    return replace(table, user_idx=user_idx, item_idx=item_idx, values=values, timestamps=None, report=None)


def _measured(lists: IntArray, log: Ratings, people: People) -> dict[str, float]:
    listed, profiles = attribute_distribution(lists, people.shares), distribution_of_log(log, people.shares)
    popularity = mean_over_list(lists, people.popularity)
    utility = np.take_along_axis(people.utility, np.maximum(lists, 0), axis=1)
    return {
        "diversity": _mean(intra_list_diversity(lists, people.shares)),
        "entropy": _mean(attribute_entropy(listed)),
        "overlap": _mean(jaccard(lists, people.pairs)),
        "drift": _mean(total_variation(profiles, people.start_distribution)),
        "profile_distance": _mean(total_variation(*profiles[people.pairs.T])),
        "exposure_gini": gini(exposure(lists, log.n_items)),
        **{f"popularity_{name}": _mean(popularity[people.group == at]) for at, name in enumerate(USER_GROUPS)},
        "utility": _mean(utility[lists >= 0]),
    }


def _mean(values: FloatArray) -> float:
    """The mean of what is not nan; nan where nothing is left."""
    known = values[~np.isnan(values)]
    return float(known.mean()) if len(known) else float("nan")
