"""The card's section on what privacy a model promises: what it releases, and what covers it; or that it is none."""

from collections.abc import Iterator

from cofactor.card.section import Fact, Section
from cofactor.contract.privacy_statement import NOT_COVERED, RECIPE, PrivacyStatement
from cofactor.sheet import format_number

__all__ = ["promise_section"]

NONE = "No privacy is promised: it was trained without noise, and may tell of the people it has learned from."
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
        yield Fact("Noise multipliers", f"{noise}, of releases of sensitivity 1")
    for one in sorted(stated.released, key=lambda one: one.cover == NOT_COVERED):  # what is not covered comes last
        yield Fact(f"{one.what[0].upper()}{one.what[1:]}", f"{one.cover}: {one.why}", red=one.cover == NOT_COVERED)
