"""`cofactor.model_card`: measures a model and gives its card."""

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

from cofactor.audit.card.accuracy import accuracy_section
from cofactor.audit.card.bubble import bubble_section
from cofactor.audit.card.card_audit import CardAudit
from cofactor.audit.card.cold_start import cold_start_section
from cofactor.audit.card.parameters import parameters_section, profile_section
from cofactor.audit.card.popularity import popularity_section
from cofactor.audit.card.privacy import privacy_section
from cofactor.audit.card.values import values_section
from cofactor.audit.popularity_lists import refuse_options
from cofactor.card.card import Card
from cofactor.card.measures import Thresholds, checked_thresholds, read_thresholds
from cofactor.card.questions import checked_answers, read_answers
from cofactor.card.section import Section
from cofactor.contract.absent_people import lack_of_people
from cofactor.contract.fingerprint import model_fingerprint
from cofactor.contract.rating_counts import COUNTING, counted_ratings
from cofactor.contract.value_blend import expect_item_values
from cofactor.data.expecting import RatingsOrFrame, as_ratings
from cofactor.data.item_values import ItemValues
from cofactor.data.joining import join
from cofactor.data.ratings import Ratings
from cofactor.data.splits.splitting import split
from cofactor.errors import BadOption, counted, shown
from cofactor.evaluation.bootstrap import check_level
from cofactor.hyperparameters import conformed, seed_of
from cofactor.ranking import list_length
from cofactor.recommender import Recommender, expect_model

__all__ = ["MEASURED_SECTIONS", "held_out_audit", "model_card"]

USUAL_LENGTH = 10  # of lists
HELD_OUT = 0.2  # of each person's ratings, where no test is given
MEASURED_SECTIONS: Mapping[str, Callable[[CardAudit], Section]] = {
    "parameters": parameters_section, "profile": profile_section, "values": values_section,
    "accuracy": accuracy_section, "popularity": popularity_section, "bubble": bubble_section,
    "privacy": privacy_section, "cold_start": cold_start_section,
}  # fmt: skip

OF_VALUES = "values"  # the section that is measured only where item values are given


def model_card(
    model: Recommender, test: RatingsOrFrame | None = None, *, sections: Sequence[str] | None = None,
    lists: Mapping[str, Any] | None = None, thresholds: Mapping[str, Any] | str | Path | None = None,
    answers: Mapping[str, Any] | str | Path | None = None, item_values: ItemValues | str | Path | None = None,
    quick: bool = False, k: int | None = None, confidence: float = 0.95,
    n_bootstrap: int = 1000, seed: int = 0, progress: Callable[[str], None] | None = None,
) -> Card:  # fmt: skip
    """The card of a fitted model [mitchell2019cards]: what it is, what was measured with lights, what is not answered.

    test: ratings the model has not seen, or a table of them. None: a fifth of each person's ratings is held out, a
        model with the same options is fitted to the rest and measured in its place, and the card says so. Of a model
        saved without people, such as `PrivateALS`, it is measured how it serves those of the test, as newcomers
    sections: of `MEASURED_SECTIONS`, those to be measured; None: all. Others stay as the model has kept them
    lists: options of `recommend` by which the model's lists are made where it is used, as {"diversity": 0.3}
    thresholds: where lights change, as {"coverage": {"green": 0.5, "red": 0.1}}, or a TOML or JSON file of that
    answers: to what only people can answer, by the names of `card.questions`, or a TOML or JSON file of them
    item_values: a second objective, or a file that `cofactor.ItemValues.read` takes, for the section "values", which is
        then always measured, and without them never
    quick: fewer rounds of the simulation, and no attack that fits the model several times
    k: length of lists; None: ten, or the whole catalogue where it has fewer
    confidence, n_bootstrap, seed: of intervals, as in `evaluate`
    progress: called with the name of each section before it is measured

    Nothing is kept in the model: `model.keep_card(card)` does, and `save` then writes it. Raises `BadOption` for
    options out of range, for names that there are not, and for a model saved without people and without a test;
    `NotFitted`, and what `evaluate` raises for a test.
    """
    expect_model(model, "model_card measures")
    model = model.snapshot()
    values = ItemValues.read(item_values) if isinstance(item_values, str | Path) else item_values
    names = _checked_sections(sections, values)
    if values is not None:
        values.aligned(model.ratings)  # of strange items, refused before minutes are spent on other sections
    kept, lists = model.card(lists), dict(lists or {})
    refuse_options(lists)
    given = _settings(answers, read_answers, checked_answers)
    held_to: Thresholds = _settings(thresholds, read_thresholds, checked_thresholds) or kept.thresholds
    audit = held_out_audit(
        model, None if test is None else as_ratings(test, "model_card measures on", like=model.ratings), lists=lists,
        k=_length(k, model.ratings.n_items), level=check_level(confidence, n_bootstrap), seed=seed_of(seed),
        thresholds=held_to, quick=conformed("quick", bool, quick), item_values=values,
    )  # fmt: skip
    measured = [_measured(name, audit, progress) for name in names]
    card = replace(model.card(lists), thresholds=held_to).with_sections(measured)
    return card if given is None else replace(card, answers=given)


def held_out_audit(
    model: Recommender, test: Ratings | None, *, lists: Mapping[str, Any], k: int, level: tuple[float, int], seed: int,
    thresholds: Thresholds, quick: bool, item_values: ItemValues | None = None,
) -> CardAudit:  # fmt: skip
    """The audit that sections are measured by; without a test, it is of another fit to part of the model's own ratings.

    level: confidence, and samples of people     Raises `BadOption` for a model saved without people and without a test.
    """
    fingerprint, whole, holds_nobody = model_fingerprint(model, lists), model.ratings, not model.ratings.n_users
    if holds_nobody:
        for option in (one for one in COUNTING if lists.get(one)):
            counted_ratings(whole, option)  # refused as the model itself refuses it
        model, whole, test = _with_people_of(model, test, seed)
        how = (
            f"this model, which {lack_of_people(whole)}, on {HELD_OUT:.0%} of each person's ratings in {test.name}, "
            "the rest of which they bring along; how popular an item is, is counted in these, too; whether it has "
            "learned from these very ratings cannot be seen, and would make figures too good"
        )
    elif test is None:
        train, test = split(whole, test=HELD_OUT, by="user", seed=seed)
        model = replace(model).fit(train, progress=False)
        how = f"a model with the same options, fitted to the rest, on {HELD_OUT:.0%} of each person's ratings held out"
    else:
        how = f"this model, on {counted(len(test), 'held-out rating')} of {test.name}"
    return CardAudit(
        model=model, whole=whole, test=test, fingerprint=fingerprint, how=how, lists=lists, k=k, confidence=level[0],
        n_bootstrap=level[1], seed=seed, thresholds=thresholds, quick=quick, holds_nobody=holds_nobody,
        item_values=item_values,
    )  # fmt: skip


def _length(k: int | None, n_items: int) -> int:
    if k is None:
        return min(USUAL_LENGTH, n_items)
    if list_length(k, "k") > n_items:
        raise BadOption(f"Lists of k={k} are longer than the catalogue of {n_items} items. Ask for fewer.")
    return k


def _with_people_of(model: Recommender, test: Ratings | None, seed: int) -> tuple[Recommender, Ratings, Ratings]:
    """A model that holds nobody with what the people of a test bring along, all of their ratings, and those held out.

    Its items stay as they are: rows of people alone follow from such ratings.
    """
    if test is None:
        raise BadOption(
            f"This {type(model).__name__} {lack_of_people(model.ratings)}, so that it has no ratings of which some "
            "could be held out. Give a test: ratings of any people, a part of which each of them brings along."
        )
    brought, held_out = split(test, test=HELD_OUT, by="user", seed=seed)
    return model.copied().update(brought), join(model.ratings, test).ratings, held_out


def _measured(name: str, audit: CardAudit, progress: Callable[[str], None] | None) -> Section:
    if progress is not None:
        progress(name)
    started = time.perf_counter()
    section = MEASURED_SECTIONS[name](audit)
    seconds = time.perf_counter() - started
    options = f"; lists by {', '.join(f'{one}={value!r}' for one, value in audit.lists.items())}" if audit.lists else ""
    how = section.how or f"{audit.how}: {audit.people}{options}. {audit.confidence:.0%} intervals over people"
    return replace(section, how=f"Measured {date.today():%Y-%m-%d} in {seconds:.1f} s: {how}; seed {audit.seed}.")


def _checked_sections(sections: Sequence[str] | None, item_values: ItemValues | None) -> list[str]:
    """The names of what is to be measured; that of the values where and only where there are some."""
    if isinstance(sections, str):
        sections = [sections]
    names = [one for one in MEASURED_SECTIONS if one != OF_VALUES] if sections is None else list(sections)
    if item_values is not None:
        expect_item_values(item_values, "item_values of a card are")
        names = list(dict.fromkeys([*names, OF_VALUES]))
    elif OF_VALUES in names:
        raise BadOption(
            f"Section {OF_VALUES!r} is measured of a table of item values: give it, as in item_values='regret.csv'."
        )
    for name in names:
        if name not in MEASURED_SECTIONS:
            raise BadOption(f"No section {shown(name)} is measured. Choose among: {', '.join(MEASURED_SECTIONS)}.")
    return names


def _settings(given: Any, read: Callable[[str | Path], Any], checked: Callable[[Mapping[str, Any]], Any]) -> Any:
    """What was set, from a file or as it is; None where nothing was."""
    if given is None:
        return None
    if isinstance(given, str | Path):
        return read(given)
    if not isinstance(given, Mapping):
        raise BadOption(f"A file, or values by their names, were expected, but {shown(given)} came.")
    return checked(given)
