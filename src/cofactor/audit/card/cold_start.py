"""The card's section on newcomers: how those are served of whom little is known, and items that few have rated."""

import numpy as np

from cofactor.arrays import IntArray
from cofactor.audit.card.card_audit import LEAST_PEOPLE, CardAudit
from cofactor.card.finding import Finding
from cofactor.card.section import Fact, Section
from cofactor.evaluation.statistic import mean_over_users

__all__ = ["cold_start_section"]

N_KNOWN = 5  # ratings of a newcomer
MOST_PEOPLE = 500
KNOWN_TO_IT = " The model had learned from these people, so real newcomers may be served a little worse."


def cold_start_section(audit: CardAudit) -> Section:
    """People known by five ratings against the most popular items, and how new items fare."""
    return Section(key="cold_start", facts=tuple(_items(audit)), findings=(_newcomers(audit),))


def _newcomers(audit: CardAudit) -> Finding:
    name = "newcomers"
    if not audit.model.abilities.folds_in:
        return audit.missing(name, "The model cannot recommend to newcomers.")
    users, rng = audit.users, np.random.default_rng(audit.seed)
    able = np.flatnonzero((users.profiles.counts > N_KNOWN) & (users.held.n_relevant > 0))
    if len(able) < LEAST_PEOPLE:
        return audit.missing(name, f"Fewer than {LEAST_PEOPLE} people have enough ratings to be known by only some.")
    rows = np.sort(rng.permutation(able)[:MOST_PEOPLE])
    lists = np.full((users.held.n_users, audit.k), -1, np.int64)
    lists[rows] = _lists_for(audit, rows, rng)
    few, popular = audit.ndcg_of_items(lists), audit.ndcg_of("most popular")
    gain = np.full(len(few), np.nan)
    gain[rows] = few[rows] - popular[rows]
    sentence = (
        f"{len(rows):,} people asked as newcomers with {N_KNOWN} of their ratings: nDCG@{audit.k} is "
        f"{np.nanmean(few[rows]):.3f}, and {np.nanmean(popular[rows]):.3f} with the most popular items. The value is "
        f"the difference.{'' if audit.holds_nobody else KNOWN_TO_IT}"
    )
    return audit.measured(name, audit.interval(mean_over_users(gain)), sentence)


def _lists_for(audit: CardAudit, rows: IntArray, rng: np.random.Generator) -> IntArray:
    """(b, k) lists for these people as newcomers; what else they rated in training is on none, as on nobody's list."""
    users = audit.users
    ids = users.train.items.gather(np.arange(users.train.n_items)).tolist()
    newcomers, others = dict[str, dict[object, float]](), dict[str, list[object]]()
    for row in rows.tolist():
        items, values = users.profiles.of(row)
        known = rng.permutation(len(items))[:N_KNOWN]
        newcomers[str(row)] = {ids[items[at]]: float(values[at]) for at in known}
        others[str(row)] = [ids[item] for item in items.tolist()]
    lists = audit.model.rank(newcomers, audit.k, exclude=others, **audit.lists).idx
    return np.pad(lists, ((0, 0), (0, audit.k - lists.shape[1])), constant_values=-1)


def _items(audit: CardAudit) -> list[Fact]:
    counts, items = audit.users.train.item_counts, audit.lists_by_source["model"].items
    rare, shown = counts < N_KNOWN, items[items >= 0]
    of_places = rare[shown].mean() if len(shown) else 0.0
    after = "it has a place once somebody has" if audit.model.abilities.places_items else "it waits for a new fit"
    return [
        Fact("Items with fewer than five ratings", f"{rare.mean():.1%} of all, {of_places:.1%} of the places on lists"),
        Fact("A new item", f"nothing is known of it before anybody has rated it; {after}"),
    ]
