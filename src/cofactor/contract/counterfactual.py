"""Without which past ratings an item would not have been shown: a small set of them, found by a greedy search.

Each step takes out the rating that speaks most for the item over the first one behind the list, and scores all items
anew for somebody with the ratings that are left. Then each rating that turns out not to be needed is put back. The
search is that of Tran, Ghazimatin & Saha Roy, "Counterfactual explanations for neural recommenders", SIGIR 2021
[tran2021accent], with exact scores in place of estimated ones.
"""

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Literal, NamedTuple

import numpy as np

from cofactor.arrays import BoolArray, FloatArray, Id, IntArray
from cofactor.contract.explanation import OF_KIND
from cofactor.contract.profile import UserProfile
from cofactor.contract.steps import ModelSteps
from cofactor.data.tables import Table, make_table
from cofactor.errors import counted
from cofactor.sheet import Sheet, SheetMixin, align_columns

if TYPE_CHECKING:
    from cofactor.data.ratings import Ratings

__all__ = ["Counterfactual", "Removal", "find_removal"]

MAX_REMOVED = 50  # past ratings; a longer list explains nothing to anybody


class Removal(NamedTuple):
    """The result of the search, in indices.

    before: the place of the item with all ratings     item_idx: of the ratings taken out
    after: the item's place without them     found: it then is no longer among the first n
    """

    before: int
    item_idx: IntArray
    after: int
    found: bool


def find_removal(model: ModelSteps, profile: UserProfile, item_idx: int, n: int) -> Removal:
    """The ratings without which the item would not be among the first n that the profile has not rated.

    Items whose ratings are taken out are not recommended in its place. At most 50 ratings are taken out.
    Raises `Unsupported` where the model has no reasons, or does not score profiles.
    """
    is_candidate = np.ones(model.ratings.n_items, bool)
    is_candidate[profile.item_idx] = False

    def scores_without(out: list[int]) -> FloatArray:
        return model.score_profile(_without(profile, out))

    scores, out = scores_without([]), list[int]()
    before = place = place_of(item_idx, scores, is_candidate)
    while place <= n and len(out) < min(MAX_REMOVED, len(profile.item_idx)) and is_candidate.sum() > n:
        rival = _first_behind(n, scores, is_candidate)
        strongest = _strongest(model, _without(profile, out), item_idx, rival)
        if strongest is None:
            break
        out.append(strongest)
        scores = scores_without(out)
        place = place_of(item_idx, scores, is_candidate)
    if place > n:
        for one in out[:-1]:  # the last one was needed
            fewer = [other for other in out if other != one]
            if (without := place_of(item_idx, scores_without(fewer), is_candidate)) > n:
                out, place = fewer, without
    return Removal(before, np.array(out, np.int64), place, before <= n < place)


def place_of(item_idx: int, scores: FloatArray, is_candidate: BoolArray) -> int:
    """The place of an item among the candidates, from 1; of equal scores the one of the lower index is first."""
    own = scores[item_idx]
    ahead = (scores > own) | ((scores == own) & (np.arange(len(scores)) < item_idx))
    return 1 + int(np.count_nonzero(ahead & is_candidate))


def _first_behind(n: int, scores: FloatArray, is_candidate: BoolArray) -> int:
    """The candidate at place n + 1."""
    return int(np.argsort(np.where(is_candidate, -scores, np.inf), kind="stable")[n])


def _strongest(model: ModelSteps, profile: UserProfile, item_idx: int, rival: int) -> int | None:
    """The item of the rating that speaks most for the one item over the other; None where none does."""
    over = model.list_reasons(profile, item_idx).plus(model.list_reasons(profile, rival).times(-1))
    at = int(np.argmax(over.parts)) if len(over.parts) else -1
    return int(over.item_idx[at]) if at >= 0 and over.parts[at] > 0 else None


def _without(profile: UserProfile, out: list[int]) -> UserProfile:
    kept = ~np.isin(profile.item_idx, out)
    return replace(profile, item_idx=profile.item_idx[kept], values=profile.values[kept])


@dataclass(frozen=True, eq=False)
class Counterfactual(SheetMixin):
    """The past ratings without which an item would not have been among a user's first n, in the caller's ids.

    shown_at: its place in the list that the model gives     removal: what the search found, in indices
    rated: {item index: rating} of the user's past
    """

    user: Id
    item: Id
    n: int
    shown_at: int
    removal: Removal
    rated: dict[int, float]
    ratings: "Ratings"

    @property
    def found(self) -> bool:
        """True where the item is in the list with these ratings, and is not without them."""
        return self.shown_at <= self.n and self.removal.found

    @property
    def items(self) -> list[Id]:
        """The items of the ratings found; none where nothing was found."""
        return self.ratings.items.gather(self._found_idx).tolist()

    @property
    def _found_idx(self) -> IntArray:
        return self.removal.item_idx if self.found else self.removal.item_idx[:0]

    def columns(self) -> dict[str, list[Any]]:
        """The columns of `table` as lists."""
        columns: dict[str, list[Any]] = {
            "item": self.items,
            "title": self.ratings.title_of(self._found_idx),
            "rating": [self.rated[one] for one in self._found_idx.tolist()],
        }
        if self.ratings.titles is None:
            del columns["title"]
        return columns

    def table(self) -> Table[Literal["item", "title", "rating"]]:
        """The ratings found, one a row, of the library that the ratings came in: item, title, rating."""
        columns, like = self.columns(), {"item": self.item, "title": "", "rating": 1.0}
        return make_table(columns, self.ratings.library, {name: like[name] for name in columns})

    @property
    def note(self) -> str:
        """A sentence that says what was found, or why nothing was."""
        (title,) = self.ratings.title_of(self.ratings.items.find([self.item]))
        whose, top = f"of {self.user!r}", f"the first {self.n}"
        before, out, after, _ = self.removal
        if self.shown_at > self.n:
            return f"{title} is not among {top} {whose}: its place is {self.shown_at:,}."
        if before > self.n:
            return (
                f"{title} is number {self.shown_at} {whose}, but by their ratings alone (fold-in) number {before:,}: "
                "what put it into the list is training, not a few ratings."
            )
        if not self.found:
            tried = f"; without {counted(len(out), 'rating')} it is still number {after}" if len(out) else ""
            return f"Found by greedy search: no ratings without which {title} would leave {top} {whose}{tried}."
        return (
            f"Without {counted(len(out), 'rating')} of {len(self.rated):,}, {title} would be number {after:,} {whose} "
            f"in place of {before}, not among {top} (found by greedy search, verified by scoring anew)."
        )

    def sheet(self) -> Sheet:
        """The ratings taken out, one a row, below what was found."""
        said, titles = OF_KIND[self.ratings.kind], self.ratings.title_of(self._found_idx)
        given = [self.rated[one] for one in self._found_idx.tolist()]
        rows = [(f"{title}{said.format(rating)}",) for title, rating in zip(titles, given, strict=True)]
        return Sheet(self.note, (), rows)

    def __str__(self) -> str:
        note, _, rows, *_ = self.sheet()
        return "\n".join([note, *(f"  {line}" for line in align_columns(rows, ("left",)))])

    __repr__ = __str__
