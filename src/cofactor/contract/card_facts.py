"""What a model itself knows for its card, unmeasured: what it optimises, on which data, what it cannot do."""

import shlex
import sys
from dataclasses import MISSING, fields
from typing import TYPE_CHECKING, Any

import numpy as np

import cofactor
from cofactor.arrays import IntArray
from cofactor.card.section import Fact, Section
from cofactor.contract.abilities import REFUSALS
from cofactor.contract.attribute_facts import people_by_attributes
from cofactor.contract.fitting import FitMixin
from cofactor.contract.forgetting import MEANINGS
from cofactor.contract.privacy_facts import promise_section
from cofactor.contract.showing import with_options
from cofactor.data.describing import describe
from cofactor.data.facts import counts_in_words, rows_of_facts
from cofactor.data.sources import data_set_names
from cofactor.errors import counted

if TYPE_CHECKING:
    from cofactor.data.ratings import Ratings

__all__ = ["fact_sections", "name_of_data"]

FEW = 5  # ratings; with fewer little is known of a person or an item
PLAIN = (int, float, str, bool, type(None))  # options that can be written behind a flag
LACKS = ("folds_in", "gives_intervals", "gives_reasons", "predicts")  # abilities whose want people feel


def name_of_data(ratings: "Ratings") -> str:
    """The name of the ratings; of generated ones it says so."""
    return f"{ratings.name}{' (synthetic)' if ratings.synthetic else ''}"


def fact_sections(model: FitMixin) -> list[Section]:
    """The sections that need no measuring: objective, data, promise, limits and making. Raises `NotFitted`."""
    return [
        Section(key="objective", facts=tuple(_objective(model))),
        Section(key="data", facts=(*_of_data(model), Fact("Forgets a person", _forgets(model)))),
        promise_section(model.privacy),
        Section(key="limits", text=tuple(_limits(model))),
        Section(key="making", facts=tuple(_making(model))),
    ]


def _objective(model: FitMixin) -> list[Fact]:
    return [
        Fact("Model", type(model).__name__),
        Fact("It optimises", model.objective),
        Fact("It does not look at", " ".join(model.not_optimised)),
    ]


def _of_data(model: FitMixin) -> list[Fact]:
    """Facts of the table; of its catalogue alone, where a model is saved without anybody."""
    ratings = model.ratings
    if not model.saves_ratings:
        catalogue = f"{name_of_data(ratings)}, of which the catalogue of {ratings.n_items:,} items is kept"
        people = "neither ids nor ratings, nor how many they are; all are served as newcomers, by what they bring along"
        return [Fact("Learned from", catalogue), Fact("Keeps of people", people)]
    if ratings.item_totals is not None:
        return _of_totals(ratings, ratings.item_totals)
    counts = counts_in_words(ratings.kind, len(ratings), ratings.n_items, ratings.n_users)
    window = dict(rows_of_facts(ratings.kind, ratings.n_users, ratings.n_items, ratings.values, ratings.timestamps))
    facts = [
        Fact("Learned from", f"{name_of_data(ratings)}: {counts}"),
        Fact("Dates", window["dates"]),
        Fact("A person has", f"{describe(ratings).per_user} {ratings.kind}"),
        Fact("Hardly known", _hardly_known(ratings)),
        Fact("Keeps of people", f"{_kept(ratings)}{_kept_attributes(model)}"),
        Fact("Fingerprint", ratings.fingerprint),
    ]
    return [*facts, *people_by_attributes(ratings)]


def _of_totals(ratings: "Ratings", totals: IntArray) -> list[Fact]:
    """Facts of a table that lies elsewhere, of which the model keeps how often each item was rated."""
    n, few = counted(int(totals.sum()), ratings.kind.removesuffix("s")), np.count_nonzero(totals < FEW)
    later = f", but for {counted(ratings.n_users, 'user')} who came later" if ratings.n_users else ""
    return [
        Fact(
            "Learned from", f"{name_of_data(ratings)}: {n} of {counted(ratings.n_items, 'item')}, which lie in shards"
        ),
        Fact("Hardly known", f"{few / max(1, len(totals)):.1%} of items have fewer than {FEW} {ratings.kind}"),
        Fact(
            "Keeps of people", f"neither ids nor ratings{later}: all are served as newcomers, by what they bring along"
        ),
    ]


def _hardly_known(ratings: "Ratings") -> str:
    people, items = (
        f"{np.count_nonzero(counts < FEW) / max(1, len(counts)):.1%} of {name}"
        for counts, name in ((ratings.user_counts, "people"), (ratings.item_counts, "items"))
    )
    return f"{people} and {items} have fewer than {FEW} {ratings.kind}; whoever rated nothing is not in it"


def _kept(ratings: "Ratings") -> str:
    if not ratings.n_users:
        return "neither ids nor ratings: everybody is served as somebody new, by the ratings they bring along"
    times = ", with its time" if ratings.timestamps is not None else ""
    return f"their ids and every one of their {ratings.kind}{times}, so that seen items can be hidden"


def _kept_attributes(model: FitMixin) -> str:
    """What is kept of attributes of people, and whether the model has any use for it."""
    names = ", ".join(model.ratings.user_attributes)
    use = "it learns from" if model.abilities.learns_attributes else "it does not use; accuracy is told by them"
    return f"; and their {names}, which {use}" if names else ""


def _forgets(model: FitMixin) -> str:
    if not model.saves_ratings:
        return "a saved one holds nobody who could be taken out; what its items owe to any one person is in its promise"
    if model.ratings.item_totals is not None:
        return (
            "only those who came later: it holds nobody else who could be taken out, and what it learned from somebody "
            "goes by a new fit to shards without them"
        )
    said = f"by cofactor forget, {model.forgetting}: {MEANINGS[model.forgetting]}"
    return f"{said}. {model.forgetting_note.removesuffix('.')}" if model.forgetting_note else said


def _limits(model: FitMixin) -> list[str]:
    lacks = [f"It {REFUSALS[one]}." for one in LACKS if not getattr(model.abilities, one)]
    if not model.abilities.places_items:
        lacks.append("It has no place for a new item until it is fitted anew.")
    return [
        *model.notes(), *lacks,
        "It knows what people rated, not what is good for them, and nobody whom its ratings do not hold.",
        "Its figures are of one table and one way to hold ratings out: people rate what they were shown.",
    ]  # fmt: skip


def _making(model: FitMixin) -> list[Fact]:
    options = ", ".join(f"{name}={value!r}" for name, value in model.options().items()) or "none"
    seed = getattr(model, "seed", None)
    return [
        Fact("Options", options),
        Fact("Seed", "none: nothing is drawn at random" if seed is None else str(seed)),
        Fact("Versions", f"cofactor {cofactor.__version__}, NumPy {np.__version__}, Python {sys.version.split()[0]}"),
        Fact("To make it again", _command(model)),
    ]


def _command(model: Any) -> str:
    """The command that makes it again; in Python where an option is a model, which no flag says."""
    options = {one.name: (getattr(model, one.name), one.default) for one in fields(model)}
    given = {name: value for name, (value, default) in options.items() if default is MISSING or value != default}
    name, in_shards = model.ratings.name, model.ratings.item_totals is not None
    source = "SHARDS" if in_shards else name if name in data_set_names() else "RATINGS"
    if not all(map(_has_word, given.values())):
        return f"cf.{with_options(model)}.fit(cf.load({source!r}))"
    flags = [f"--{name.replace('_', '-')} {shlex.quote(_word(value))}" for name, value in given.items()]
    held_out = [f"--held-out {model.held_out_}"] if in_shards else []
    words = ["cofactor fit", source, "--model", model.model_name(), *flags, *held_out, "--out", "model.cofactor"]
    return " ".join(words)


def _has_word(value: Any) -> bool:
    return all(map(_has_word, value)) if isinstance(value, tuple | list) else isinstance(value, PLAIN)


def _word(value: Any) -> str:
    if isinstance(value, tuple | list):
        return ",".join(map(str, value))
    return str(value) if isinstance(value, str) else str(value).lower()
