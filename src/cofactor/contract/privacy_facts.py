"""The card's section on what privacy a model promises: what it releases, and what covers it; or that it is none."""

from collections.abc import Iterator
from math import exp

from cofactor.card.section import Fact, Section
from cofactor.contract.privacy_statement import NOT_COVERED, RECIPE, PrivacyStatement
from cofactor.sheet import format_number

__all__ = ["promise_section"]

NONE = "No privacy is promised: it was trained without noise, and may tell of the people it has learned from."
STRANGERS = "found by somebody who knows all else, while one stranger in a hundred is taken for one of them"
FLOATS = "Attacks on the last bits of floating-point noise are not covered."


def promise_section(stated: PrivacyStatement | None) -> Section:
    """The section of a model with this statement; None: it makes none."""
    if stated is None:
        return Section(key="promise", text=(NONE,))
    return Section(key="promise", text=(stated.guarantee, RECIPE, FLOATS), facts=tuple(_facts(stated)))


def _facts(stated: PrivacyStatement) -> Iterator[Fact]:
    if stated.epsilon is None:
        yield Fact("ε", "none: no noise was added", red=True)
    else:
        noise = ", ".join(format_number(one, 3) for one in stated.multipliers)
        yield Fact("ε", f"{stated.epsilon:g}, of one person with all their ratings, over all releases together")
        yield Fact("δ", f"{stated.delta:.2g}")
        found = f"{members_found_at_worst(stated.epsilon, stated.delta):.1%} of those that it has learned from"
        yield Fact("What that allows at worst", f"{found}, {STRANGERS}; guessing finds 1 %")
        yield Fact("Noise multipliers", f"{noise}, of releases of sensitivity 1")
    for one in sorted(stated.released, key=lambda one: one.cover == NOT_COVERED):  # what is not covered comes last
        yield Fact(f"{one.what[0].upper()}{one.what[1:]}", f"{one.cover}: {one.why}", red=one.cover == NOT_COVERED)


def members_found_at_worst(epsilon: float, delta: float, strangers: float = 0.01) -> float:
    """The largest true-positive rate of any membership attack at a false-positive rate [dong2022gaussian].

    strangers: that rate

    >>> round(members_found_at_worst(1.0, 0.0), 3), round(members_found_at_worst(5.0, 0.0), 3)
    (0.027, 0.993)
    """
    if epsilon > 100:
        return 1.0
    return min(1.0, exp(epsilon) * strangers + delta, 1 - exp(-epsilon) * (1 - strangers - delta))
