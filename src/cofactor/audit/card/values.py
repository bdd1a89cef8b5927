"""The card's section on a second objective: whose values, what they cost by weight, what engagement alone pushes."""

from collections.abc import Iterator

from cofactor.audit.card.card_audit import CardAudit
from cofactor.audit.objective.result import SecondObjective
from cofactor.audit.objective.second_objective import second_objective
from cofactor.card.finding import Finding
from cofactor.card.section import Curve, Fact, Picture, Section
from cofactor.data.item_values import ItemValues

__all__ = ["values_section"]

WEIGHTS = 0.1, 0.2, 0.3, 0.5, 0.7  # beside 0 and 1


def values_section(audit: CardAudit) -> Section:
    """The trade-off between what the model predicts and the values of items that were given for the card."""
    values = audit.item_values
    assert values is not None  # the section is measured only where they were given
    found = second_objective(
        audit.model, audit.test, values, weights=WEIGHTS, k=audit.k, confidence=audit.confidence,
        n_bootstrap=audit.n_bootstrap, seed=audit.seed,
    )  # fmt: skip
    text = (
        "At weight 0 the model alone makes the lists, at 1 the values of items do; the weight is for each person to "
        "set (docs/objective.md). Engagement is what the model predicts of a list's items, nDCG whether people then "
        f"took them.{' Re-ranking of lists is left out here.' if audit.lists else ''}",
        *found.findings(),
    )
    return Section(
        key="values", text=text, facts=tuple(_facts(found, values)), findings=tuple(_by_weight(audit, found)),
        pictures=(_trade_off(audit, found),),
    )  # fmt: skip


def _facts(found: SecondObjective, values: ItemValues) -> Iterator[Fact]:
    yield Fact("Valued", f"{found.name}; {'higher' if found.higher_is_better else 'lower'} is better")
    yield Fact("Set by", f"{values.set_by}, on {values.set_on}")
    yield Fact("People asked", f"{values.n_people:,}" if values.n_people else "nobody", red=not values.n_people)
    yield Fact("Items without a value", found.setting.coverage)
    sure = "given" if found.setting.has_errors else "not given: items may be named whose value differs by chance"
    yield Fact("Standard errors of the values", sure)


def _by_weight(audit: CardAudit, found: SecondObjective) -> Iterator[Finding]:
    for weight in found.setting.weights:
        for measure, name in (("value", found.name), ("ndcg", f"nDCG@{audit.k}"), ("engagement", "engagement")):
            title = f"Weight {weight:g}: {name}"
            yield audit.told(f"{measure} at {weight:g}", title, found.value(measure, weight))


def _trade_off(audit: CardAudit, found: SecondObjective) -> Picture:
    weights, direction = found.setting.weights, "higher" if found.higher_is_better else "lower"
    x = tuple(found.value("value", one).value for one in weights)
    y, low, high = zip(*(found.value("ndcg", one) for one in weights), strict=True)
    caption = "; ".join(
        f"weight {weight:g}: {found.name} {value:.3f}, nDCG {ndcg:.3f}"
        for weight, value, ndcg in zip(weights, x, y, strict=True)
    )
    title = f"What lists gain in {found.name}, and lose in accuracy"
    label = f"{found.name}, mean of lists ({direction} is better)"
    return Picture(title, f"{caption}.", label, f"nDCG@{audit.k}", (Curve("lists, by weight", x, y, low, high),))
