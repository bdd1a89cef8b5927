"""Why a score is what it is: the parts that add up to it, one for each rating of the user's among them."""

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal

import numpy as np

from cofactor.arrays import FloatArray, Id, IntArray
from cofactor.data.tables import Table, make_table
from cofactor.sheet import Sheet, SheetMixin, align_columns

if TYPE_CHECKING:
    from cofactor.data.ratings import Ratings

__all__ = ["Explanation", "Reasons"]

SHOWN = 5  # past ratings that are printed, those of the largest parts


@dataclass(frozen=True, eq=False)
class Reasons:
    """The parts of the score of one user and one item, in indices; their sum is `total`.

    base: what every pair begins with     user, item: what is added for either, whatever the other
    item_idx, parts: (m,) past ratings of the user's, and what each adds
    unexplained: what the model learned of the pair beyond this sum: training need not end where the sum lies
    """

    base: float = 0.0
    user: float = 0.0
    item: float = 0.0
    attributes: float = 0.0  # what the user's attributes let expect of their taste
    item_idx: IntArray = field(default_factory=lambda: np.zeros(0, np.int64))
    parts: FloatArray = field(default_factory=lambda: np.zeros(0))
    unexplained: float = 0.0

    @property
    def total(self) -> float:
        """The sum of all parts: the score, before it is squashed into a `y_range`."""
        return self.base + self.user + self.item + self.attributes + float(self.parts.sum()) + self.unexplained

    def plus(self, other: "Reasons", weight: float) -> "Reasons":
        """The reasons of a sum of two scores, the other's weighed."""
        return Reasons(
            self.base + weight * other.base, self.user + weight * other.user, self.item + weight * other.item,
            self.attributes + weight * other.attributes,
            *_added(self.item_idx, self.parts, other.item_idx, weight * other.parts),
            self.unexplained + weight * other.unexplained,
        )  # fmt: skip


def _added(
    first_idx: IntArray, first: FloatArray, second_idx: IntArray, second: FloatArray
) -> tuple[IntArray, FloatArray]:
    """Parts of the same item in one."""
    items, at = np.unique(np.concatenate([first_idx, second_idx]), return_inverse=True)
    parts = np.zeros(len(items))
    np.add.at(parts, at, np.concatenate([first, second]))
    return items, parts


OF_KIND = {"ratings": ", rated {:g}", "clicks": "", "counts": ", count {:g}"}  # a value, behind the title of its item


@dataclass(frozen=True, eq=False)
class Explanation(SheetMixin):
    """Why a model gives a user's item its score, in the caller's ids.

    score: what the model answers for the pair     reasons: its parts, in indices
    """

    user: Id
    item: Id
    score: float
    reasons: Reasons
    ratings: "Ratings"

    def table(self) -> Table[Literal["reason", "item", "title", "rating", "part"]]:
        """Each part in a row, of the library that the ratings came in: reason, item, title, rating, part; the past
        ratings come last, the largest part first."""
        of_ratings = self._past_ratings()
        named = self._named_parts()
        columns: dict[str, list[Any]] = {
            "reason": [*named, *["rating"] * len(of_ratings)],
            "item": [None] * len(named) + [item for item, *_ in of_ratings],
            "title": [None] * len(named) + [title for _, title, *_ in of_ratings],
            "rating": [None] * len(named) + [rating for *_, rating, _ in of_ratings],
            "part": [*named.values(), *(part for *_, part in of_ratings)],
        }
        if self.ratings.titles is None:
            del columns["title"]
        like = {"reason": "", "item": self.item, "title": "", "rating": 1.0, "part": 1.0}
        return make_table(columns, self.ratings.library, {name: like[name] for name in columns})

    def _named_parts(self) -> dict[str, float]:
        of = self.reasons
        parts = {"base": of.base, "user": of.user, "item": of.item, "attributes": of.attributes}
        return {name: part for name, part in (parts | {"unexplained": of.unexplained}).items() if part}

    def _past_ratings(self) -> list[tuple[Id, str, float, float]]:
        """Item, title, rating and part of each, the largest part first."""
        order = np.argsort(-np.abs(self.reasons.parts), kind="stable")
        idx, parts = self.reasons.item_idx[order], self.reasons.parts[order]
        user = int(self.ratings.users.find([self.user])[0])
        rated, values = self.ratings.by_user.of(user)
        given = values[np.searchsorted(rated, idx)].tolist()
        return list(
            zip(self.ratings.items.gather(idx).tolist(), self.ratings.title_of(idx), given, parts.tolist(), strict=True)
        )

    def sheet(self) -> Sheet:
        """Each part and its reason in a row, the largest past ratings after what all pairs have, then the sum."""
        name = self.ratings.title_of(self.ratings.items.find([self.item]))[0]
        past, said = self._past_ratings(), OF_KIND[self.ratings.kind]
        named = [(f"{part:+.3f}", reason) for reason, part in self._named_parts().items() if round(part, 3)]
        of_ratings = [(f"{part:+.3f}", f"{title}{said.format(rating)}") for _, title, rating, part in past[:SHOWN]]
        rest = [(f"{sum(part for *_, part in past[SHOWN:]):+.3f}", f"{len(past) - SHOWN} more")] if past[SHOWN:] else []
        total = "in all"
        if not np.isclose(self.reasons.total, self.score, rtol=1e-3, atol=1e-3):
            total += f", which y_range makes {self.score:.3f}"
        rows = [*named, *of_ratings, *rest, (f"{self.reasons.total:.3f}", total)]
        return Sheet(f"{self.user!r} and {name}: {self.score:.3f}", (), rows, sides=("right", "left"))

    def __str__(self) -> str:
        title, _, rows, *_ = self.sheet()
        return "\n".join([title, *(f"  {line}" for line in align_columns(rows, ("right", "left")))])

    __repr__ = __str__
