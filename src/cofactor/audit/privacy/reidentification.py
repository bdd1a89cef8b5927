"""Re-identification: how many people a few of their ratings single out in a table [narayanan2008deanonymization].

A reader who knows m ratings of somebody, from talk or from another site, looks for the rows of the table that agree.
Where one person alone has them all, the table tells that reader everything else about them, whatever their id says.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from statistics import median
from typing import Any, Literal

import numpy as np

from cofactor.arrays import FloatArray, IntArray
from cofactor.audit.privacy.detail import Detail, checked_detail, each_pair_once, record_codes, usual_details
from cofactor.audit.privacy.matching import UNKNOWN_RECORD, RecordIndex, draw_records
from cofactor.audit.privacy.moved_records import MovedRecords
from cofactor.data.expecting import RatingsOrFrame, as_ratings
from cofactor.data.ratings import Ratings
from cofactor.data.tables import Table, make_table
from cofactor.errors import BadOption, counted, shown, verb_of
from cofactor.evaluation.bootstrap import Interval, check_level, interval, resample
from cofactor.evaluation.statistic import mean_over_users
from cofactor.hyperparameters import conformed, seed_of
from cofactor.sheet import Sheet, SheetMixin

__all__ = ["Reidentification", "reidentification"]

Column = Literal["detail", "n_known", "unique", "low", "high", "median_matching"]


@dataclass(frozen=True, eq=False)
class Reidentification(SheetMixin):
    """The share of people who are unique by n_known of their ratings: `unique(…)`, `table()`, or printed.

    shares: of each detail and number of known ratings, 0 to 1, with its interval
    median_matching: of the same, the median over people and draws of how many people match; 1 is a unique one
    """

    name: str
    n_people: int  # whose ratings were drawn
    n_users: int  # among whom they were looked for
    n_fewer: int  # of `n_people`, those with fewer ratings than the largest number known
    n_draws: int
    confidence: float
    shares: Mapping[tuple[Detail, int], Interval]
    median_matching: Mapping[tuple[Detail, int], float]
    library: str = "polars"

    def unique(
        self, n_known: int, *, step: float | None = 0.0, dates: str | None = None, moved_ratings: float = 0.0,
        moved_dates: str | None = None,
    ) -> Interval:  # fmt: skip
        """The share of unique people, of a detail that was asked for; raises `BadOption` for any other."""
        asked = (Detail(step, dates, moved_ratings, moved_dates), n_known)
        if asked not in self.shares:
            raise BadOption(f"{n_known} known ratings with {asked[0]!r} were not counted: {self._counted()}.")
        return self.shares[asked]

    def _counted(self) -> str:
        details, numbers = self._axes()
        return f"of {', '.join(map(repr, details))}, {', '.join(map(str, numbers))} were"

    def _axes(self) -> tuple[list[Detail], list[int]]:
        return list(dict.fromkeys(one for one, _ in self.shares)), list(dict.fromkeys(m for _, m in self.shares))

    def columns(self) -> dict[str, list[Any]]:
        """One row for each detail and number of known ratings, as plain values."""
        return {
            "detail": [str(detail) for detail, _ in self.shares],
            "n_known": [n_known for _, n_known in self.shares],
            "unique": [one.value for one in self.shares.values()],
            "low": [one.low for one in self.shares.values()],
            "high": [one.high for one in self.shares.values()],
            "median_matching": [self.median_matching[asked] for asked in self.shares],
        }

    def table(self) -> Table[Column]:
        """`columns` as a data frame in the library the ratings came in."""
        return make_table(self.columns(), self.library)

    def sheet(self) -> Sheet:
        """One row a detail, one column a number of known ratings: percentages with their intervals."""
        details, numbers = self._axes()
        rows = [(str(detail), *(_percent(self.shares[detail, m]) for m in numbers)) for detail in details]
        title = f"{self.name}: % of people who are unique by so many of their ratings"
        return Sheet(title, ("known of each rating", *map(str, numbers)), rows, self._notes())

    def _notes(self) -> list[str]:
        notes = [
            f"{self.n_people:,} people, looked for among {self.n_users:,}; "
            f"{counted(self.n_draws, 'random draw')} of each one's ratings. {self.confidence:.0%} intervals over "
            "people and draws.",
            "Only exact matches count, and where a release is moved those within what it may be moved by: a reader who "
            "allows for errors finds people by knowledge that is partly wrong.",
        ]
        if self.n_fewer:
            most = self._axes()[1][-1]
            have, are = verb_of(self.n_fewer, "have"), verb_of(self.n_fewer, "are")
            notes.append(
                f"{self.n_fewer:,} of them {have} fewer ratings than {most}, and {are} known by all they have."
            )
        return notes


def _percent(share: Interval) -> str:
    return f"{100 * share.value:.1f} ({100 * share.low:.1f} to {100 * share.high:.1f})"


def reidentification(
    ratings: RatingsOrFrame, *, known: Sequence[int] = (1, 2, 3, 4, 5, 8), details: Sequence[Detail] | None = None,
    n_people: int | None = None, n_draws: int = 5, confidence: float = 0.95, n_bootstrap: int = 1000, seed: int = 0,
) -> Reidentification:  # fmt: skip
    """The share of people who are unique in a table by m of their ratings, for every number m in `known`.

    known: numbers of ratings that a reader knows     n_draws: times that a person's ratings are drawn at random
    details: what is known of each rating; None: `usual_details`, which has values and dates in several precisions
    n_people: so many people, drawn at random, are looked for among all; None: everybody with ratings
    confidence, n_bootstrap, seed: as in `evaluate`

    A person is unique where nobody else has ratings equal to all that are known, each to its detail. The ratings known
    first are the same for every m and every detail, so that their differences are paired; people who have fewer than m
    are known by all they have. Draws of different people are independent: resampling people, each with the mean over
    their draws, gives intervals over both. Of a pair that occurs twice the last counts.
    A detail that a reader knows less precisely, and a table released less precisely, count the same: the rows of
    coarser dates and ratings are what such a release would buy against exact matching. Of a release that is moved by
    noise, the reader knows the truth and the most it may be moved by, and matches all that may have come of it: of even
    noise no match within that is likelier than another. Each of the draws has noise of its own.

    Raises `BadOption` for options out of range, a table without ratings, and dates of a table without times.

    >>> table = Ratings.from_arrays(["ann", "bob", "eve", "eve"], [10, 10, 10, 20], [5, 5, 5, 1])
    >>> reidentification(table, known=[2], details=[Detail()]).unique(2).value.__round__(3)  # eve alone
    0.333
    """
    table = each_pair_once(as_ratings(ratings, "reidentification looks at"))
    numbers, n_draws, seed = _checked_known(known), conformed("n_draws", int, n_draws), seed_of(seed)
    confidence, n_bootstrap = check_level(confidence, n_bootstrap)
    if n_draws < 1:
        raise BadOption(f"n_draws counts draws, 1 or more, but {n_draws} came.")
    asked = usual_details(table) if details is None else [checked_detail(one, table) for one in details]
    if not asked:
        raise BadOption("details lists at least one Detail, but none came.")
    rng = np.random.default_rng(seed)
    people = _drawn_people(table, conformed("n_people", int | None, n_people), rng)
    starts = np.concatenate([[0], np.cumsum(table.user_counts)])
    draws = [draw_records(starts, people, max(numbers), rng) for _ in range(n_draws)]
    matching = {
        (detail, m): counts[:, :, m - 1] for detail in asked for counts in [_matching(table, detail, draws, seed)]
        for m in numbers
    }  # fmt: skip
    unique = {one: (counts == 1).mean(axis=0) for one, counts in matching.items()}
    return Reidentification(
        name=table.name, n_people=len(people), n_users=int(np.count_nonzero(table.user_counts)),
        n_fewer=int(np.count_nonzero(table.user_counts[people] < max(numbers))), n_draws=n_draws, confidence=confidence,
        shares=_intervals(unique, confidence, n_bootstrap, seed),
        median_matching={one: median(counts.ravel().tolist()) for one, counts in matching.items()},
        library=table.library,
    )  # fmt: skip


def _checked_known(known: Sequence[int]) -> list[int]:
    numbers = [conformed("known", int, one) for one in known] if isinstance(known, Sequence) else []
    if not numbers or min(numbers) < 1:
        raise BadOption(f"known lists numbers of ratings, 1 or more, as in [1, 2, 4], but {shown(known)} came.")
    return sorted(set(numbers))


def _drawn_people(table: Ratings, n_people: int | None, rng: np.random.Generator) -> IntArray:
    """The people whose ratings are drawn, ascending."""
    people = np.flatnonzero(table.user_counts)
    if n_people is None:
        return people
    if n_people < 1:
        raise BadOption(f"n_people counts people, 1 or more, but {n_people} came; None takes everybody.")
    return np.sort(rng.permutation(people)[:n_people])


def _matching(table: Ratings, detail: Detail, draws: Sequence[IntArray], seed: int) -> IntArray:
    """(n_draws, n_people, m) the people who match the first 1, 2, …, m drawn ratings, known in this detail."""
    records = record_codes(table, detail)
    index = RecordIndex.of(table.user_idx, records, table.n_users)
    known = [np.where(rows < 0, UNKNOWN_RECORD, records[rows]) for rows in draws]
    if not detail.moves:
        return np.stack([index.n_matching(one) for one in known])
    rng = np.random.default_rng(seed)
    return np.stack([
        MovedRecords.of(index, table, detail, rng).n_matching(one, rows) for one, rows in zip(known, draws, strict=True)
    ])  # fmt: skip


def _intervals(
    unique: Mapping[tuple[Detail, int], FloatArray], confidence: float, n_bootstrap: int, seed: int
) -> dict[tuple[Detail, int], Interval]:
    statistics = {str(at): mean_over_users(values) for at, values in enumerate(unique.values())}
    samples = resample(statistics, n_bootstrap, seed)
    found = [interval(one, samples[at], confidence) for at, one in statistics.items()]
    n_people = len(next(iter(unique.values())))
    return {asked: _widened(one, n_people, confidence) for asked, one in zip(unique, found, strict=True)}


def _widened(share: Interval, n_people: int, confidence: float) -> Interval:
    """The interval, its ends no nearer to 0 and 1 than the exact binomial ones of all and none [clopper1934use]: where
    nearly everybody is alike, resampling would give next to no width."""
    nearest = ((1 - confidence) / 2) ** (1 / n_people)
    return Interval(share.value, min(share.low, nearest), max(share.high, 1 - nearest))
