"""The card's section on what is shown: popular and rare items, and how evenly attention is shared out."""

from collections.abc import Iterator

import numpy as np

from cofactor.audit.card.card_audit import LEAST_PEOPLE, CardAudit, absolute
from cofactor.audit.popularity_lists import ListSource
from cofactor.card.finding import Finding
from cofactor.card.measures import MEASURES
from cofactor.card.section import Curve, Fact, Picture, Section
from cofactor.evaluation.bootstrap import Interval

__all__ = ["popularity_section"]

CUT = "20% of items"  # between the head and the tail
N_POINTS = 100  # of a Lorenz curve
SHOWN: tuple[ListSource, ...] = "model", "own ratings", "most popular", "random"


def popularity_section(audit: CardAudit) -> Section:
    """Popularity bias of the lists, beside people's own ratings, the most popular items and random ones."""
    found = audit.bias
    text = (
        "Rare items are all but the most rated fifth. Lists are compared with what no bias at all would look like: as "
        "many of each person's own ratings, drawn at random.",
    )
    facts = (Fact("Lists end among equal scores", f"{found.setting.n_cut:,} of {found.setting.n_users:,}"),)
    return Section(
        key="popularity", text=text, facts=facts if found.setting.n_cut else (), findings=tuple(_findings(audit)),
        pictures=(_lorenz(audit),),
    )  # fmt: skip


def _findings(audit: CardAudit) -> Iterator[Finding]:
    n = audit.users.held.n_users
    if n < LEAST_PEOPLE:
        held_to = (name for name, one in MEASURES.items() if one.section == "popularity")
        yield from (audit.too_few(name, n, "had ratings held out") for name in held_to)
        return
    yield _liked(audit)
    yield _opportunity(audit)
    yield _tail_share(audit)
    yield _lift(audit)
    yield _gini(audit)
    yield _coverage(audit)
    yield _mix(audit)


def _liked(audit: CardAudit) -> Finding:
    found = audit.bias.value("unliked share")
    sentence = "The share of places on lists that went to items which at least one person has liked."
    return audit.measured("liked_share", Interval(1 - found.value, 1 - found.high, 1 - found.low), sentence)


def _opportunity(audit: CardAudit) -> Finding:
    found = audit.bias.value("PopREO", "head - tail", cut=CUT)
    if audit.n_judging < LEAST_PEOPLE:
        return audit.too_few("tail_opportunity", audit.n_judging, "liked anything that was held out")
    if np.isnan(found.value):
        return audit.missing("tail_opportunity", "No list held anything that its person liked.")
    sentence = (
        "Of what people liked, how much more often popular items were on their lists than rare ones: 0 is equally "
        f"often, 1 popular ones alone. It was {found.value:+.2f}; minus would favour rare ones."
    )
    return audit.measured("tail_opportunity", absolute(found), sentence)


def _tail_share(audit: CardAudit) -> Finding:
    model, own = (audit.bias.value("long-tail share", cut=CUT, lists=one) for one in ("model", "own ratings"))
    sentence = (
        f"{model.value:.1%} of the places on lists, {own.value:.1%} of people's own ratings are of rare items. The "
        "value is the difference, in percentage points."
    )
    return audit.measured("tail_share", _difference(model, own), sentence)


def _lift(audit: CardAudit) -> Finding:
    found = audit.bias.value("popularity lift")
    sentence = "By how much the items on lists are more popular than those that the same people have rated."
    return audit.measured("popularity_lift", found, sentence)


def _gini(audit: CardAudit) -> Finding:
    model, own = (audit.bias.value("gini", lists=one) for one in ("model", "own ratings"))
    sentence = (
        f"The Gini index of how often items are shown (0: all equally often, 1: one alone) is {model.value:.2f}, and "
        f"{own.value:.2f} for as many of people's own ratings. The value is the difference."
    )
    return audit.measured("exposure_gini", _difference(model, own), sentence)


def _coverage(audit: CardAudit) -> Finding:
    own = audit.bias.value("coverage", lists="own ratings").value
    n = audit.bias.setting.n_users
    sentence = f"The share of all items that is on the list of any of {n:,} people; of their own ratings {own:.0%}."
    return audit.measured("coverage", audit.bias.value("coverage"), sentence)


def _mix(audit: CardAudit) -> Finding:
    attribute = audit.bias.setting.attribute
    if attribute is None:
        return audit.missing("miscalibration", "Items have no attribute of few values, such as genres.")
    sentence = (
        f"How far the mix of {attribute} on a list is from that of the person's ratings (Kullback–Leibler divergence), "
        "beyond what so short a list drawn from these ratings would have."
    )
    return audit.measured("miscalibration", audit.bias.value("miscalibration above own taste"), sentence)


def _difference(one: Interval, other: Interval) -> Interval:
    """The difference, with the widest interval that the two ends allow: wider than a paired one."""
    return Interval(one.value - other.value, one.low - other.high, one.high - other.low)


def _lorenz(audit: CardAudit) -> Picture:
    curves = [_points(audit, one) for one in SHOWN]
    least = curves[0].y[N_POINTS // 2]
    caption = (
        f"Items from the least to the most shown, and the share of all places that they have together. The less shown "
        f"half of the catalogue has {least:.1%} of the places on the model's lists, and "
        f"{curves[1].y[N_POINTS // 2]:.1%} in people's own ratings."
    )
    return Picture("How attention is shared out", caption, "share of items", "share of places", curves)


def _points(audit: CardAudit, source: ListSource) -> Curve:
    curve, x = audit.bias.lorenz(source), np.linspace(0, 1, N_POINTS + 1)
    return Curve(source, tuple(x.tolist()), tuple(np.interp(x, np.linspace(0, 1, len(curve)), curve).tolist()))
