"""The card's sections on what decides a list: the main parameters with their measured weight, and lists without one's
profile."""

from collections.abc import Iterator

import numpy as np

from cofactor.arrays import FloatArray, IntArray
from cofactor.audit.card.card_audit import CardAudit, people_counted
from cofactor.card.finding import Finding
from cofactor.card.section import Fact, Section
from cofactor.data.ids import UNKNOWN
from cofactor.evaluation.statistic import BootstrapStatistic, divided, mean_over_users

__all__ = ["parameters_section", "profile_section"]

MOST_PEOPLE = 300  # whose scores of all items are compared


def parameters_section(audit: CardAudit) -> Section:
    """How much of the order of items is popularity's, how much is the same for everybody, and how much is personal."""
    n = min(audit.users.held.n_users, MOST_PEOPLE)
    text = (
        "A list is made of the items with the highest scores. A score depends on what everybody has rated, and on the "
        "ratings of the person whose list it is. The weights are squared rank correlations over the items that a "
        f"person had not rated, of {people_counted(n)}: 100 % is the same order, 0 % an order that has nothing to do "
        "with it.",
    )
    learns = audit.model.abilities.learns_attributes
    options = ", ".join(f"{name}={value!r}" for name, value in audit.lists.items())
    facts = (
        Fact("Age, gender and the like", "the model learns from attributes of people" if learns else "not used"),
        Fact("Re-ranking", options or "none: the highest scores are shown"),
    )
    return Section(key="parameters", text=text, facts=facts, findings=tuple(_weights(audit)))


def _weights(audit: CardAudit) -> Iterator[Finding]:
    popularity, everybody = _correlations(audit)
    for name, title, values, sentence in (
        ("popularity", "Weight of popularity", popularity, "The order of items by how many people have rated them."),
        (
            "everybody", "Weight of what is the same for everybody", everybody,
            "The order that somebody would get of whom nothing is known, popularity included.",
        ),
        ("profile", "Weight of the person's own ratings", 1 - everybody, "The rest: what makes the list theirs."),
    ):  # fmt: skip
        yield audit.told(f"weight_{name}", title, audit.interval(mean_over_users(values)), sentence, percent=True)


def _correlations(audit: CardAudit) -> tuple[FloatArray, FloatArray]:
    """(n_users,), (n_users,): of people's scores with popularity, and with the scores of somebody unknown; nan for
    those who were not drawn."""
    users, train = audit.users, audit.users.train
    drawn = np.sort(np.random.default_rng(audit.seed).permutation(users.held.n_users)[:MOST_PEOPLE])
    unknown = audit.model.score_users(np.array([UNKNOWN], np.int32))[0]
    popularity, everybody = (np.full(users.held.n_users, np.nan) for _ in range(2))
    for row in drawn.tolist():
        user = users.held.model_users[row : row + 1]
        scores, others = audit.model.score_users(user)[0], np.ones(train.n_items, np.bool_)
        others[train.by_user.of(int(user[0]))[0]] = False
        others &= np.isfinite(scores) & np.isfinite(unknown)
        popularity[row] = squared_rank_correlation(scores[others], train.item_counts[others])
        everybody[row] = squared_rank_correlation(scores[others], unknown[others])
    return popularity, everybody


def squared_rank_correlation(one: FloatArray, other: FloatArray | IntArray) -> float:
    """Spearman's ρ², 0 where either has one value only; ties have the mean of their ranks.

    >>> squared_rank_correlation(np.array([1.0, 2.0, 9.0]), np.array([3, 2, 1]))
    1.0
    >>> squared_rank_correlation(np.array([1.0, 2.0, 9.0]), np.array([1, 1, 1]))
    0.0
    """
    from scipy.stats import rankdata

    ranks = [np.asarray(rankdata(values), np.float64) for values in (one, other)]
    centred = [values - values.mean() for values in ranks]
    spread = float(np.sqrt(np.prod([np.sum(np.square(values)) for values in centred])))
    return round(float(np.dot(*centred)) / spread, 12) ** 2 if spread else 0.0


def profile_section(audit: CardAudit) -> Section:
    """The accuracy that is lost by lists that use nothing of the person: `recommend(..., profile=False)`."""
    model, train = audit.model, audit.users.train
    anybody = train.users.gather(np.array([0])).tolist()
    lists_of_all = {name: one for name, one in audit.lists.items() if name != "calibrated"}  # that is by a profile
    everybody = model.rank(anybody, audit.k, profile=False, **lists_of_all).idx
    lists = np.repeat(everybody, audit.users.held.n_users, axis=0)
    mine, theirs = audit.ndcg_of("model"), audit.ndcg_of_items(lists)
    there = ~np.isnan(mine)
    sums = np.column_stack([there, np.where(there, mine, 0), np.where(there, theirs, 0)]).astype(np.float64)
    lost = audit.interval(BootstrapStatistic(sums, lambda totals: 1 - divided(totals[..., 2], totals[..., 1])))
    titles = ", ".join(train.title_of(everybody[0][everybody[0] >= 0])[:3])
    sentence = (
        f"recommend(..., profile=False) gives everybody one list, which begins with {titles}. nDCG@{audit.k} is then "
        f"{np.nanmean(theirs):.3f} in place of {np.nanmean(mine):.3f}; it shows people what they know already, too."
    )
    found = audit.told("profile_off", "Accuracy lost by lists without a profile", lost, sentence, percent=True)
    return Section(key="profile", findings=(found,))
