"""What a deletion itself gives away: who holds a model from before and after it sees which items somebody had.

The items that changed are theirs. The attack orders the items by how much they changed and how popular they are, and
looks how well that finds those of the person: with the arrays of both models, and with nothing but their answers. How
to weigh the two it has learned from deletions of other people, so it knows at least as much as popularity says. Where
several people go together each one's items hide among those of the others.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np

from cofactor.arrays import Array, BoolArray, FloatArray, IntArray
from cofactor.audit.privacy.learned_attack import cross_fitted_scores
from cofactor.audit.privacy.roc import AttackCurve
from cofactor.data.tables import Table, make_table
from cofactor.errors import BadOption
from cofactor.evaluation.bootstrap import Interval, check_level, interval, resample
from cofactor.evaluation.statistic import mean_over_users
from cofactor.hyperparameters import conformed, seed_of
from cofactor.recommender import Recommender, expect_model
from cofactor.sheet import Sheet, SheetMixin, format_number

__all__ = ["DeletionAttack", "Reader", "deletion_attack"]

Reader = Literal["arrays", "scores", "blind"]
FALSE_POSITIVE_RATE = 0.01
MEASURES: tuple[str, ...] = ("AUC", "TPR at 1% FPR")
LEAST_CHANGE = 1e-6  # of the largest: what changes less is taken to be as it was
N_PROBES = 50  # users who stay, by whose scores the models are compared
Column = Literal["batch", "reader", "measure", "value", "low", "high", "chance"]


@dataclass(frozen=True, eq=False)
class DeletionAttack(SheetMixin):
    """How well each reader finds a person's items, by batch: `value(10, "scores", "AUC")`, `table()`, or printed.

    intervals: of each batch, reader and measure, the mean over the people who go; "blind" knows popularity alone
    """

    model: str
    n_people: int
    confidence: float
    intervals: Mapping[tuple[int, Reader, str], Interval]
    library: str = "polars"

    def value(self, batch: int, reader: Reader, measure: str) -> Interval:
        """One measure of one reader where so many go together; raises `BadOption` where it was not measured."""
        if (batch, reader, measure) not in self.intervals:
            batches, readers = (sorted({one[at] for one in self.intervals}, key=str) for at in (0, 1))
            raise BadOption(
                f"{measure!r} of {reader!r} in batches of {batch!r} was not measured. Batches: "
                f"{', '.join(map(str, batches))}; readers: {', '.join(map(str, readers))}; measures: "
                f"{', '.join(MEASURES)}."
            )
        return self.intervals[batch, reader, measure]

    def columns(self) -> dict[str, list[Any]]:
        """One row for each batch, reader and measure, as plain values; `chance` is what guessing would give."""
        chance: dict[str, float] = dict(zip(MEASURES, (0.5, FALSE_POSITIVE_RATE), strict=True))
        return {
            "batch": [batch for batch, _, _ in self.intervals],
            "reader": [reader for _, reader, _ in self.intervals],
            "measure": [measure for _, _, measure in self.intervals],
            "value": [one.value for one in self.intervals.values()],
            "low": [one.low for one in self.intervals.values()],
            "high": [one.high for one in self.intervals.values()],
            "chance": [chance[measure] for _, _, measure in self.intervals],
        }

    def table(self) -> Table[Column]:
        """`columns` as a data frame in the library the ratings came in."""
        return make_table(self.columns(), self.library)

    def sheet(self) -> Sheet:
        """One row for each batch and reader, one column a measure, each with its interval; chance below."""
        pairs: list[tuple[int, Reader]] = [
            (batch, reader) for batch, reader, measure in self.intervals if measure == MEASURES[0]
        ]
        rows = [
            (f"{batch:,} at once, {reader}", *(_in_text(self.intervals[batch, reader, one]) for one in MEASURES))
            for batch, reader in pairs
        ]
        notes = [
            f"{self.n_people:,} people, each looked for among all items; {self.confidence:.0%} intervals over people, "
            f"the model and the batches as they are.",
            "arrays: of what was learned, before and after; scores: of users who stayed; blind: by popularity alone.\n"
            "The first two know popularity, too, and have learned from deletions of other people how to weigh both.",
            "Not attacked: the ratings in a saved model. Whoever keeps the folder from before reads them there.",
        ]
        return Sheet(
            f"what forgetting by {self.model} gives away", ("", *MEASURES), [*rows, ("by chance", "0.500", "0.010")],
            notes,
        )  # fmt: skip


def _in_text(found: Interval) -> str:
    value, low, high = (format_number(one, 3) for one in found)
    return f"{value} ({low} to {high})"


def deletion_attack(
    model: Recommender, *, batches: Sequence[int] = (1, 10, 100), n_people: int = 100, confidence: float = 0.95,
    n_bootstrap: int = 1000, seed: int = 0,
) -> DeletionAttack:  # fmt: skip
    """How well a reader of a model before and after somebody was forgotten finds the items that this person had.

    model: a fitted one; it is not changed, copies of it forget
    batches: how many people go together, each at most `n_people`; all people go in batches of each size
    n_people: people, drawn at random among those with a rating
    confidence, n_bootstrap, seed: as in `evaluate`

    Raises `BadOption` for options out of range and for too few people; `NotFitted` where the model is not fitted.
    """
    expect_model(model, "deletion_attack attacks")
    before, (confidence, n_bootstrap), seed = model.snapshot(), check_level(confidence, n_bootstrap), seed_of(seed)
    n_people = conformed("n_people", int, n_people)
    order = np.random.default_rng(seed).permutation(np.flatnonzero(before.ratings.user_counts))
    if not (2 <= n_people < len(order)):
        raise BadOption(f"n_people is from 2 to {len(order) - 1}, so that somebody stays, but {n_people} came.")
    sizes = [conformed("batches", int, one) for one in batches]
    if not sizes or min(sizes) < 1 or max(sizes) > n_people:
        raise BadOption(f"batches are sizes from 1 to n_people={n_people}, but {tuple(batches)!r} came.")
    people, probes = order[:n_people], np.sort(order[n_people : n_people + N_PROBES])
    statistics = {
        (size, reader, measure): mean_over_users(column)
        for size in sizes
        for reader, found in _found_in_batches(before, people, probes, size).items()
        for measure, column in zip(MEASURES, found.T, strict=True)
    }
    samples = resample(statistics, n_bootstrap, seed)
    intervals: Any = {name: interval(one, samples[name], confidence) for name, one in statistics.items()}
    return DeletionAttack(type(model).__name__, n_people, confidence, intervals, before.ratings.library)


def _found_in_batches(
    before: Recommender, people: IntArray, probes: IntArray, size: int
) -> dict[Reader, FloatArray]:  # fmt: skip
    """(n_people, n_measures) of each reader: how well the items of each one are found."""
    seen: dict[Reader, list[FloatArray]] = {}
    for at in range(0, len(people), size):
        batch = people[at : at + size]
        for reader, change in _changes(before, np.sort(batch), probes).items():
            seen.setdefault(reader, []).extend([change] * len(batch))
    popularity = np.log1p(before.ratings.item_counts.astype(np.float64))
    theirs = np.stack([_has(before, user) for user in people.tolist()])
    orders: dict[Reader, FloatArray] = {
        reader: cross_fitted_scores(_features(np.stack(one), popularity), theirs) for reader, one in seen.items()
    }
    found: dict[Reader, FloatArray] = {**orders}
    found["blind"] = np.tile(popularity, (len(people), 1))
    return {reader: _measures(scores, theirs) for reader, scores in found.items()}


def _changes(before: Recommender, batch: IntArray, probes: IntArray) -> dict[Reader, FloatArray]:
    """(n_items,) how much each item changes, to each reader, where this batch (ascending) goes."""
    after = before.copied()
    after.forget(before.ratings.users.gather(batch))
    of_arrays, of_scores = _change_of_arrays(before, after), _change_of_scores(before, after, batch, probes)
    return {"scores": of_scores} if of_arrays is None else {"arrays": of_arrays, "scores": of_scores}


def _features(changes: FloatArray, popularity: FloatArray) -> FloatArray:
    """(n_people, n_items, 3) the logarithm of the change, whether there is none, and popularity."""
    floor = np.maximum(LEAST_CHANGE * changes.max(axis=1, keepdims=True), 1e-300)
    unchanged = changes <= floor
    logarithm = np.log(np.maximum(changes, floor))
    return np.stack([logarithm, unchanged, np.broadcast_to(popularity, changes.shape)], axis=2).astype(np.float64)


def _has(before: Recommender, user: int) -> BoolArray:
    theirs = np.zeros(before.ratings.n_items, np.bool_)
    theirs[before.ratings.by_user.of(user)[0]] = True
    return theirs


def _measures(scores: FloatArray, theirs: BoolArray) -> FloatArray:
    """(n_people, n_measures) how well the items of highest score are each one's; nan of one who has all items."""
    found = np.full((len(scores), len(MEASURES)), np.nan)
    for at in np.flatnonzero(~theirs.all(axis=1)):
        curve = AttackCurve.of(scores[at : at + 1], theirs[at : at + 1])
        found[at] = curve.measures(np.ones(theirs.shape[1]), (FALSE_POSITIVE_RATE,))
    return found


def _change_of_scores(before: Recommender, after: Recommender, batch: IntArray, probes: IntArray) -> FloatArray:
    """(n_items,) the mean change of each item's score, for users who stayed."""
    moved_up = probes - np.searchsorted(batch, probes)  # their indices once the batch has gone
    return np.abs(after.score_users(moved_up).astype(np.float64) - before.score_users(probes)).mean(axis=0)


def _change_of_arrays(before: Recommender, after: Recommender) -> FloatArray | None:
    """(n_items,) how far the numbers of each item moved, in standard deviations of their array; None where a model has
    no numbers of single items."""
    was, now = before.learned_values(), after.learned_values()
    of_items = [name for name, one in was.items() if _is_of_items(np.asarray(one), np.asarray(now[name]), before)]
    if not of_items:
        return None
    total = np.zeros(before.ratings.n_items)
    for name in of_items:
        rows = np.asarray(was[name], np.float64).reshape(len(total), -1)
        moved = np.square(np.asarray(now[name], np.float64).reshape(len(total), -1) - rows).sum(axis=1)
        total += moved / max(float(rows.var()), 1e-30)
    return np.sqrt(total)


def _is_of_items(was: Array, now: Array, model: Recommender) -> bool:
    """Whether there is a row for each item; arrays of users are shorter afterwards."""
    return was.dtype.kind == "f" and was.shape == now.shape and was.shape[:1] == (model.ratings.n_items,)
