"""Events of several types become counts: each has the weight of its type, and loses half of it in a stated time."""

from collections.abc import Mapping
from datetime import timedelta
from typing import NamedTuple

import numpy as np
import polars as pl

from cofactor.arrays import BoolArray, FloatArray, IntArray
from cofactor.data.columns.values import without_missing_words
from cofactor.data.durations import seconds_in
from cofactor.data.formats.series import texts_of
from cofactor.data.ratings import NO_TIME
from cofactor.data.remarks import Remark, note
from cofactor.errors import BadTable

__all__ = ["Events", "aged", "parse_events", "without_time"]

MAX_HALVINGS = 100  # older rows weigh as little as this leaves; beyond, single precision would make a 0 of them
N_NAMED = 10  # types that a message names


class Events(NamedTuple):
    """The weight of each row by its type."""

    weights: FloatArray  # (n,) float32, in units of the lightest type of a weight above 0
    missing: BoolArray  # no type is there
    without_weight: BoolArray  # types whose weight is 0

    @property
    def faults(self) -> dict[str, BoolArray]:
        """Why a row cannot be used: which rows."""
        return {"The type of the event is missing": self.missing}


def parse_events(column: pl.Series, weights: Mapping[str, float] | None) -> tuple[Events, tuple[Remark, ...]]:
    """The weights of the events in a column of types; only their ratios matter, so the lightest above 0 counts 1.

    Raises `BadTable`, which names them, where types have no weight.
    """
    types = without_missing_words(texts_of(column)).str.strip_chars()
    counts = types.drop_nulls().value_counts(sort=True).rows()
    given = {str(name): float(weight) for name, weight in (weights or {}).items()}
    strange = [(name, n) for name, n in counts if name not in given]
    if strange:
        raise BadTable(_without_weights(column.name, strange, given))
    lightest = min((weight for weight in given.values() if weight > 0), default=1.0)
    of_type = {name: weight / lightest for name, weight in given.items()}
    numbers = types.replace_strict(of_type, return_dtype=pl.Float32, default=None)
    missing = numbers.is_null().to_numpy()
    values = numbers.fill_null(1.0).to_numpy()
    told = ", ".join(f"{name} {weight:g}" for name, weight in of_type.items())
    unused = [name for name in given if name not in {one for one, _ in counts}]
    remarks = [note(f"The events in {column.name!r} count: {told}; those of one user and item are added up")]
    remarks += [note(f"No row of {column.name!r} is of the type {', '.join(map(repr, unused))}")] if unused else []
    return Events(values, missing, values == 0), tuple(remarks)


def _without_weights(column: str, strange: list[tuple[str, int]], given: Mapping[str, float]) -> str:
    named = ", ".join(f"{name!r} ({n:,} ×)" for name, n in strange[:N_NAMED]) + (", …" * (len(strange) > N_NAMED))
    example = ", ".join(f"{name!r}: {weight:g}" for name, weight in given.items())
    example += (", " if example else "") + ", ".join(f"{name!r}: …" for name, _ in strange[:N_NAMED])
    return (
        f"{column!r} holds events without a weight: {named}. Say what each counts, 0 to leave them out, "
        f"as in weights={{{example}}}."
    )


def aged(
    values: FloatArray | None, times: IntArray, half_life: str | timedelta, newest: int | None = None
) -> tuple[FloatArray, Remark]:
    """The values (None: 1 each) times 2^(-age / half_life), the newest row's age being 0.

    times: (n,) seconds, all known     newest: of the whole table, where these rows are a part of it
    """
    newest = int(times.max()) if newest is None else newest
    halvings = np.minimum((newest - times) / seconds_in("half_life", half_life), MAX_HALVINGS)
    share = np.exp2(-halvings).astype(np.float32)
    what = f"Each row counts half as much for every {half_life} that it is older than the newest, of {_day(newest)}"
    return (share if values is None else values * share), note(what)


def without_time(times: IntArray | None) -> dict[str, BoolArray]:
    """Why a row has no age: which rows; raises `BadTable` where no row has one."""
    if times is None:
        raise BadTable("half_life needs the time of each row, but there is none. Name its column with timestamp=….")
    return {"The time is unknown, by which a row is to lose weight": times == NO_TIME}


def _day(seconds: int) -> str:
    return str(np.datetime64(seconds, "s").astype("M8[D]"))
