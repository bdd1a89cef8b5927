"""The card's section on accuracy: against lists and predictions that need no model, and by groups of people."""

from collections.abc import Iterator, Mapping

import numpy as np

from cofactor.arrays import BoolArray, FloatArray
from cofactor.audit.card.attribute_groups import AttributeGroups, attribute_groups
from cofactor.audit.card.card_audit import LEAST_PEOPLE, CardAudit, absolute
from cofactor.audit.user_means import GAP, SAME_ACTIVITY
from cofactor.card.finding import Finding
from cofactor.card.section import Fact, Section
from cofactor.evaluation.bootstrap import Interval, percentiles
from cofactor.evaluation.evaluate import evaluate
from cofactor.evaluation.statistic import BootstrapStatistic, divided, mean_over_users
from cofactor.models.bias import Bias

__all__ = ["accuracy_section"]

CUT = "20% of items"  # between head and tail


def accuracy_section(audit: CardAudit) -> Section:
    """Accuracy of lists and of predicted ratings, overall and by group."""
    return Section(key="accuracy", text=_text(audit), facts=tuple(_untold(audit)), findings=tuple(_findings(audit)))


def _text(audit: CardAudit) -> tuple[str, ...]:
    least = audit.users.held.relevant_from
    liked = "everything in the held-out ratings" if least is None else f"what they rated {least:g} or higher"
    return (
        f"Everybody gets a list of {audit.k} items that they had not rated. nDCG@{audit.k} is 1 where all of its "
        f"items, or all that there are, turn out to be liked ({liked} among the ratings held out), and 0 where none "
        "is; the first places weigh most.",
    )


def _findings(audit: CardAudit) -> Iterator[Finding]:
    enough = audit.n_judging >= LEAST_PEOPLE
    yield _against_popular(audit) if enough else _too_few(audit, "list_accuracy")
    yield from _overall(audit)
    yield _ratings(audit)
    yield _groups(audit) if enough else _too_few(audit, "group_gap")
    if not enough:
        return
    for stratum in ("light", "medium", "heavy"):
        found = audit.bias.value("ndcg", stratum=stratum)
        yield audit.told(f"ndcg {stratum}", f"nDCG@{audit.k}, {stratum} users (thirds by number of ratings)", found)
    for group, words in (("head", "the most rated fifth of items"), ("tail", "all other items")):
        found = audit.bias.value("ndcg", group, cut=CUT)
        yield audit.told(f"ndcg {group}", f"nDCG@{audit.k}, counting {words} alone", found)
    yield from _by_attribute(audit)


def _too_few(audit: CardAudit, name: str) -> Finding:
    return audit.too_few(name, audit.n_judging, "liked anything that was held out")


def _against_popular(audit: CardAudit) -> Finding:
    model, popular = audit.ndcg_of("model"), audit.ndcg_of("most popular")
    sentence = (
        f"nDCG@{audit.k} is {np.nanmean(model):.3f} with the model's lists and {np.nanmean(popular):.3f} if everybody "
        "is shown the most popular items. The value is the difference; at 0 the model is not worth having."
    )
    return audit.measured("list_accuracy", audit.interval(mean_over_users(model - popular)), sentence)


def _overall(audit: CardAudit) -> Iterator[Finding]:
    yield audit.told("ndcg", f"nDCG@{audit.k}", audit.bias.value("ndcg"))
    sentence = f"The share of what people liked that their list of {audit.k} held."
    yield audit.told("recall", f"Recall@{audit.k}", audit.bias.value("recall"), sentence, percent=True)


def _ratings(audit: CardAudit) -> Finding:
    name = "rating_accuracy"
    if not (audit.model.abilities.predicts and audit.test.explicit):
        return audit.missing(name, "It predicts no ratings: it orders items only.")
    if audit.users.held.n_users < LEAST_PEOPLE:
        return audit.too_few(name, audit.users.held.n_users, "had ratings held out")
    plain = Bias().fit(audit.model.ratings, progress=False)
    mine, theirs = (
        evaluate(
            one, audit.test, metrics=["rmse"], confidence=audit.confidence, n_bootstrap=audit.n_bootstrap,
            seed=audit.seed,
        )
        for one in (audit.model, plain)
    )  # fmt: skip
    gain = 1 - mine.values["rmse"] / theirs.values["rmse"]
    ends = percentiles(1 - mine.samples["rmse"] / theirs.samples["rmse"], audit.confidence)
    sentence = (
        f"Predictions are off by {mine.values['rmse']:.3f} (RMSE), by {theirs.values['rmse']:.3f} if only the averages "
        "of people and items are used. The value is how much smaller the error is."
    )
    return audit.measured(name, Interval(gain, *ends), sentence)


def _groups(audit: CardAudit) -> Finding:
    found = audit.bias.value("ndcg", GAP, stratum=SAME_ACTIVITY)
    niche, common = (audit.bias.value("ndcg", group).value for group in ("niche", "blockbuster"))
    if np.isnan(found.value):
        return audit.missing("group_gap", "Nobody of rare and nobody of common taste have rated equally much.")
    opposite = " Plain averages say the opposite." if (common - niche) * found.value < 0 else ""
    sentence = (
        f"nDCG@{audit.k} is {niche:.3f} for the fifth of people whose ratings are of the rarest items and {common:.3f} "
        "for the fifth with the most popular ones; but these groups have not rated equally much. The value is the gap "
        f"among people who have{_who_is_worse(found)}.{opposite}"
    )
    return audit.measured("group_gap", absolute(found), sentence)


def _who_is_worse(found: Interval) -> str:
    if not found.low * found.high > 0:
        return "; it may be chance"
    return f"; {'rare' if found.value > 0 else 'common'} taste is served worse"


def _by_attribute(audit: CardAudit) -> Iterator[Finding]:
    """Means over people of each value of an attribute, or of some together."""
    values = audit.ndcg_of("model")
    for name, groups in _groups_of_attributes(audit):
        for group, members in groups.members.items():
            found = audit.interval(mean_over_users(np.where(members, values, np.nan)))
            yield audit.told(f"ndcg {name} {group}", f"nDCG@{audit.k}, {name} {group}", found)
        if len(groups.members) > 1:
            yield _largest_gap(audit, name, groups.members)


def _largest_gap(audit: CardAudit, name: str, members: Mapping[str, BoolArray]) -> Finding:
    """The best served of some groups less the worst served."""
    values = audit.ndcg_of("model")
    means = {group: float(np.nanmean(values[one])) for group, one in members.items()}
    best, worst = max(means, key=means.__getitem__), min(means, key=means.__getitem__)
    counted = ~np.isnan(values)
    columns = [
        part for one in (best, worst) for part in (members[one] & counted, np.where(members[one] & counted, values, 0))
    ]
    sums = np.column_stack(columns).astype(np.float64)
    found = audit.interval(BootstrapStatistic(sums, _difference_of_means))
    sentence = (
        f"Served best: {best}; worst: {worst}, of {len(members)} groups. Of several, some are ahead by chance alone"
        f"{', as these may be' if found.low <= 0 else ''}."
    )
    return audit.told(f"gap {name}", f"nDCG@{audit.k}, largest gap by {name}", found, sentence)


def _difference_of_means(totals: FloatArray) -> FloatArray:
    return divided(totals[..., 1], totals[..., 0]) - divided(totals[..., 3], totals[..., 2])


def _untold(audit: CardAudit) -> Iterator[Fact]:
    """Whom accuracy by attributes says nothing of."""
    for name, groups in _groups_of_attributes(audit):
        if groups.left_out:
            yield Fact(f"Not told by {name}, for too few people", groups.left_out)


def _groups_of_attributes(audit: CardAudit) -> Iterator[tuple[str, AttributeGroups]]:
    is_counted = audit.users.held.n_relevant > 0
    for name, column in audit.users.train.user_attributes.items():
        groups = attribute_groups(name, column[audit.users.held.model_users], is_counted)
        if len(groups.members) != 1 or groups.left_out:  # one value that all have tells nobody apart
            yield name, groups
