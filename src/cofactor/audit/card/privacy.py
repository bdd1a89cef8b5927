"""The card's section on privacy: what the table and the model give away about the people in them."""

from collections.abc import Iterator

import numpy as np

from cofactor.audit.card.card_audit import CardAudit, people_counted
from cofactor.audit.own_choices import with_own_choices
from cofactor.audit.privacy.anonymity import unique_by_attributes
from cofactor.audit.privacy.detail import Detail
from cofactor.audit.privacy.membership import MIN_PEOPLE, membership_inference
from cofactor.audit.privacy.membership_report import MembershipInference, Reader
from cofactor.audit.privacy.reidentification import Reidentification, reidentification
from cofactor.card.finding import Finding
from cofactor.card.section import Fact, Section
from cofactor.errors import counted

__all__ = ["membership_of_worst_reader", "privacy_section", "unique_people"]

N_KNOWN = 4
AT_1_PERCENT = "TPR at 1% FPR"
MOST_PEOPLE = 2000  # who are looked for
N_MODELS, N_ATTACKED = 4, 500
IN_FOLDER = (
    "A saved model's folder holds the ids of its people and every one of their ratings: whoever opens it needs no "
    "attack. What follows is for those who see less."
)
NOT_IN_FOLDER = (
    "A saved model's folder holds nobody, neither ids nor ratings. What follows is of the table that was audited, and "
    "of models with the same options, each fitted to half of its people."
)
SEEN: dict[Reader, str] = {
    "scores": "the model's scores of all items", "lists": "the model's lists",
    "item factors": "the model's item factors and asks nothing",
}  # fmt: skip


def privacy_section(audit: CardAudit) -> Section:
    """Re-identification by a few ratings, membership inference, and what stands in a saved folder."""
    text = (NOT_IN_FOLDER if audit.holds_nobody or not audit.model.saves_ratings else IN_FOLDER,)
    findings = (*_reidentified(audit), _membership(audit))
    n = int(np.count_nonzero(audit.whole.user_counts))
    asked = people_counted(min(n, N_ATTACKED))
    attacked = f", and models with the same options, each fitted to half of the people; {asked} were asked about"
    how = (
        f"the {counted(len(audit.whole), 'rating')} of {audit.whole.name}, held out or not, in which "
        f"{people_counted(min(n, MOST_PEOPLE))} were looked for{'' if audit.quick else attacked}. "
        f"{audit.confidence:.0%} intervals over people"
    )
    return Section(key="privacy", text=text, facts=tuple(_by_attributes(audit)), findings=findings, how=how)


def _by_attributes(audit: CardAudit) -> Iterator[Fact]:
    """How many people their attributes alone single out: all are counted, so there is no interval."""
    names = ", ".join(audit.whole.user_attributes)
    if names:
        share = f"{unique_by_attributes(audit.whole):.1%} of people are the only ones in the table with their {names}"
        yield Fact("Singled out by attributes alone", f"{share}; all are counted, so there is no interval")


def _reidentified(audit: CardAudit) -> Iterator[Finding]:
    dated = Detail(0.0, "1 day")
    times = audit.whole.timestamps is not None
    found = reidentification(
        audit.whole, known=(2, N_KNOWN), details=[Detail(), *([dated] if times else [])], n_people=MOST_PEOPLE,
        n_draws=3, confidence=audit.confidence, n_bootstrap=audit.n_bootstrap, seed=audit.seed,
    )  # fmt: skip
    yield unique_people(audit, found)
    if times:
        title = "People singled out by two ratings with their dates, to the day"
        yield audit.told("unique_dated", title, found.unique(2, dates="1 day"), percent=True)


def unique_people(audit: CardAudit, found: Reidentification) -> Finding:
    """The finding of how many people four of their ratings single out."""
    sentence = (
        "The share of people who are the only ones in the table with four given ratings of theirs: whoever knows four, "
        "from talk or from another site, finds all the others in a released table, whatever the ids say."
    )
    return audit.measured("unique_people", found.unique(N_KNOWN), sentence)


def _membership(audit: CardAudit) -> Finding:
    if audit.quick:
        return audit.missing("membership", "The attack fits the model several times, and was left out to be quick.")
    if not audit.model.abilities.folds_in:
        return audit.missing("membership", "The attack asks as a newcomer would; the model answers none.")
    if np.count_nonzero(audit.whole.user_counts > 1) < MIN_PEOPLE:
        return audit.missing("membership", f"There are fewer than {MIN_PEOPLE} people with two ratings.")
    found = membership_inference(
        with_own_choices(audit.model), audit.whole, n_models=N_MODELS, n_people=N_ATTACKED, k=audit.k,
        confidence=audit.confidence, n_bootstrap=audit.n_bootstrap, seed=audit.seed,
    )  # fmt: skip
    return membership_of_worst_reader(audit, found)


def membership_of_worst_reader(audit: CardAudit, found: MembershipInference) -> Finding:
    """The finding of the reader who finds most members, of all that were tried but the blind one."""
    readers: list[Reader] = [one for one in found.readers if one != "blind"]
    worst = max(readers, key=lambda reader: found.value(reader, AT_1_PERCENT).value)
    area = found.value(worst, "AUC")
    sentence = (
        f"Somebody who holds all ratings of a person and sees {SEEN[worst]} tells whether the model has learned from "
        f"them: so many members are found while one stranger in a hundred is taken for one; guessing finds 1 %. Over "
        f"all thresholds (AUC): {area.value:.2f}, by guessing 0.5. The reader with the most success of those tried: "
        f"{', '.join(readers)}."
    )
    return audit.measured("membership", found.value(worst, AT_1_PERCENT), sentence)
