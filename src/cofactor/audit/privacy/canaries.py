"""An audit of differentially private training by canaries: people planted by coin, and guessed from what is released.

A canary rates items that nobody else has, from one end of the scale to the other, and more of them than count in full:
so its part of every release has the full length of 1, and is not hidden by others. The auditor knows what each canary
would add, and sees all releases, as ε allows; a fault in noise, clip or account shows as guesses that are better than ε
permits. No audit can show that ε holds.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal, NamedTuple

import numpy as np

from cofactor.arrays import Array, BoolArray, FloatArray
from cofactor.audit.privacy.guesses import count_correct, epsilon_bound
from cofactor.data.expecting import RatingsOrFrame, as_ratings
from cofactor.data.ids import IdMap
from cofactor.data.ratings import Ratings
from cofactor.data.tables import Table, make_table
from cofactor.errors import BadOption
from cofactor.hyperparameters import conformed, seed_of
from cofactor.models.private_als import PrivateALS
from cofactor.sheet import Sheet, SheetMixin, format_number
from cofactor.training.private.person_sums import person_sum, row_of_each
from cofactor.training.private.releases import Release, private_items

__all__ = ["CanaryAudit", "Guessed", "canary_audit"]

LONGER = 4  # times as many ratings of a canary as count in full, where it is not given


class Guessed(NamedTuple):
    """The guesses from one release, or from all of them together: how many were right, and what that proves of ε."""

    seen: str
    n_correct: int
    bound: float  # on ε


@dataclass(frozen=True)
class CanaryAudit(SheetMixin):
    """The lower bounds on ε that guesses about canaries prove: `bound`, `most`, `refuted`, `table()`, or printed.

    epsilon, delta: claimed by the model     guessed: from each release, and from all together
    most: the bound that guesses without a single error would have given
    """

    model: str
    epsilon: float | None
    delta: float
    n_canaries: int  # of each fit
    n_fits: int
    n_guesses: int  # of all fits
    confidence: float
    guessed: Sequence[Guessed]
    most: float
    library: str = "polars"

    @property
    def bound(self) -> float:
        """The largest of the lower bounds on ε: together they hold with the confidence stated."""
        return max(one.bound for one in self.guessed)

    @property
    def refuted(self) -> bool:
        """True where the claimed ε is refuted: training is faulty, but for a chance of 1 - `confidence`."""
        return self.epsilon is not None and self.bound > self.epsilon

    def columns(self) -> dict[str, list[Any]]:
        """One row for each release and one for all together, as plain values."""
        return {name: [getattr(one, name) for one in self.guessed] for name in Guessed._fields}

    def table(self) -> Table[Literal["seen", "n_correct", "bound"]]:
        """`columns` as a data frame in the library the ratings came in."""
        return make_table(self.columns(), self.library)

    def sheet(self) -> Sheet:
        """One row a release; below, what was claimed and what could have been refuted."""
        rows = [(one.seen, f"{one.n_correct:,}", format_number(one.bound, 2)) for one in self.guessed]
        claim = "no ε" if self.epsilon is None else f"ε = {self.epsilon:g}"
        verdict = "REFUTED" if self.refuted else "not refuted"
        return Sheet(
            f"canary audit of {self.model}",
            ("guessed from", f"right of {self.n_guesses:,}", "ε is at least"),
            rows,
            [
                f"Claimed: {claim}, δ = {self.delta:.2g}. {verdict}: the bound is {self.bound:.2f}, with "
                f"{self.confidence:.0%} confidence for all rows together.",
                f"{self.n_canaries:,} canaries, in or out by coin, in each of {self.n_fits:,} fits.",
                f"Guesses without an error would have given {self.most:.2f}: a claim of that or more cannot be "
                "refuted by so many, whatever the fault.",
                "A bound below the claim is no proof of it.",
            ],
        )


def canary_audit(
    model: PrivateALS, ratings: RatingsOrFrame, *, n_canaries: int = 200, n_guesses: int | None = None,
    n_fits: int = 1, ratings_each: int | None = None, confidence: float = 0.95, seed: int = 0,
) -> CanaryAudit:  # fmt: skip
    """Lower bounds on ε from guesses about who of the canaries was in the table that a model is fitted to.

    model: its options are used; it is not changed     ratings: everybody else, who are in it in any case
    n_guesses: of each fit, about the canaries that are surest; None: half of them
    ratings_each: of a canary, on items of its own; None: four times `max_ratings`. The more, the sooner a missing clip
    shows     seed: of the coins; the noise has none

    Raises `BadOption` for options out of range.
    """
    table = as_ratings(ratings, "canary_audit plants canaries in")
    n_canaries, n_fits = conformed("n_canaries", int, n_canaries), conformed("n_fits", int, n_fits)
    of_each: int = conformed("n_guesses", int, n_canaries // 2 if n_guesses is None else n_guesses)
    each = conformed("ratings_each", int, LONGER * model.max_ratings if ratings_each is None else ratings_each)
    _check(n_canaries, of_each, n_fits, each, confidence)
    planted = _with_canaries(table, model, n_canaries, each)
    rng, correct = np.random.default_rng(seed_of(seed)), dict[str, int]()
    for _ in range(n_fits):
        present = rng.random(n_canaries) < 0.5
        for seen, scores in _scores(model, planted, table.n_users, present).items():
            correct[seen] = correct.get(seen, 0) + count_correct(scores, present, of_each)
    delta, n_people, total = model.settings_for(planted).delta, n_canaries * n_fits, of_each * n_fits
    risk = (1 - confidence) / len(correct)  # every row may be the one that is looked at
    guessed = [Guessed(seen, v, epsilon_bound(v, total, delta, n_people, risk)) for seen, v in correct.items()]
    most = epsilon_bound(total, total, delta, n_people, risk)
    return CanaryAudit(
        type(model).__name__, model.epsilon, delta, n_canaries, n_fits, total, confidence, guessed, most,
        table.library,
    )  # fmt: skip


def _check(n_canaries: int, n_guesses: int, n_fits: int, each: int, confidence: float) -> None:
    if n_canaries < 2 or not 2 <= n_guesses <= n_canaries:
        raise BadOption(f"{n_guesses} guesses about {n_canaries} canaries came; give 2 or more, and no more guesses.")
    if n_fits < 1 or each < 2:
        raise BadOption(f"n_fits is 1 or more and ratings_each 2 or more, but {n_fits} and {each} came.")
    if not 0 < confidence < 1:
        raise BadOption(f"confidence must lie between 0 and 1, but {confidence} came.")


def _scores(model: PrivateALS, planted: Ratings, n_others: int, present: BoolArray) -> dict[str, FloatArray]:
    """(n_canaries,) of each release and of all together: how much more likely it is with the canary than without."""
    settings = model.settings_for(planted)  # of all: how many there might be is declared
    kept = np.concatenate([np.ones(n_others, np.bool_), present])[planted.user_idx]
    seen = list[Release]()
    private_items(planted.subset(kept).by_user, planted.n_items, settings, seen.append)
    canaries = planted.by_user.take(np.arange(n_others, planted.n_users))
    owner = np.zeros(planted.n_items, np.int64)
    owner[canaries.indices] = row_of_each(canaries)
    theirs = np.zeros(planted.n_items)
    theirs[canaries.indices] = 1
    scores = dict[str, FloatArray]()
    for at, release in enumerate(seen):
        added, _ = person_sum(canaries, planted.n_items, release.parts_of)  # each item has one owner alone
        likelihood = theirs * (added * (release.by_item - added / 2)).sum(axis=1) / max(release.sigma, 1e-9) ** 2
        scores["counts and means" if not at else f"sweep {at}"] = np.bincount(owner, likelihood, len(present)).astype(
            np.float64
        )
    return scores | {"all of them": np.sum(list(scores.values()), axis=0)}


def _with_canaries(table: Ratings, model: PrivateALS, n_canaries: int, each: int) -> Ratings:
    """The table with all canaries after everybody, and their items after all others."""
    low, high = model.rating_range or table.scale or (0.0, 1.0)
    users = [("canary", at) for at in range(n_canaries)]
    items = [("canary", *pair) for pair in np.ndindex(n_canaries, each)]
    n = n_canaries * each
    return Ratings(
        users=IdMap.of([*table.users.values.tolist(), *users], "user"),
        items=IdMap.of([*table.items.values.tolist(), *items], "item"),
        user_idx=np.append(table.user_idx, table.n_users + np.repeat(np.arange(n_canaries), each)).astype(np.int32),
        item_idx=np.append(table.item_idx, table.n_items + np.arange(n)).astype(np.int32),
        values=np.append(table.values, np.tile([high, low], n)[:n].astype(np.float32)),
        scale=(low, high), name=table.name, library=table.library,
        item_attributes={name: _lengthened(column, n) for name, column in table.item_attributes.items()},
    )  # fmt: skip


def _lengthened(column: Array, n: int) -> Array:
    """The column with so many missing values behind it."""
    if column.dtype == object:
        return np.append(column, np.full(n, None, object))
    return np.append(column.astype(np.float64), np.full(n, np.nan))
