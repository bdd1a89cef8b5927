"""Why a score is what it is, in the caller's ids and titles: a table of its parts, and the same in words."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

import numpy as np

from cofactor.arrays import Id
from cofactor.contract.reasons import Reasons
from cofactor.data.tables import Table, make_table
from cofactor.sheet import Sheet, SheetMixin, align_columns

if TYPE_CHECKING:
    from cofactor.data.ratings import Ratings

__all__ = ["OF_KIND", "Column", "Explanation"]

Column = Literal["reason", "item", "title", "rating", "part", "score_part"]

SHOWN = 5  # past ratings that are printed, those of the largest parts
OF_KIND = {"ratings": ", rated {:g}", "clicks": "", "counts": ", count {:g}"}  # a value, behind the title of its item
APPROXIMATE = "Approximate: what a rating adds depends on the others; 'jointly' is what the parts do not say."


@dataclass(frozen=True, eq=False)
class Explanation(SheetMixin):
    """Why a model gives a user's item its score, in the caller's ids.

    score: the model's answer for the pair     reasons: its parts, in indices     rated: {item index: rating} of the
    user's past     approximate: True where the parts add up only with the part "jointly"
    interval: between which values such a rating lies in 80 % of cases; None of a model without intervals
    """

    user: Id
    item: Id
    score: float
    reasons: Reasons
    rated: dict[int, float]
    ratings: "Ratings"
    approximate: bool = False
    interval: tuple[float, float] | None = None

    @property
    def title(self) -> str:
        """The item's title; its id where items have no titles."""
        return self.ratings.title_of(self.ratings.items.find([self.item]))[0]

    @property
    def total(self) -> float:
        """The sum of the column `part`: the score, before it is squashed into a `y_range`."""
        return self.reasons.total

    def columns(self) -> dict[str, list[Any]]:
        """The columns of `table` as lists."""
        of_ratings = self._past_ratings()
        named = {name: part for name, part in self.reasons.named.items() if part}
        scaled = self.reasons.on_score_scale()
        of_scaled = dict(zip(scaled.item_idx.tolist(), scaled.parts.tolist(), strict=True))
        columns: dict[str, list[Any]] = {
            "reason": [*named, *["rating"] * len(of_ratings)],
            "item": [None] * len(named) + [item for _, item, *_ in of_ratings],
            "title": [None] * len(named) + [title for _, _, title, *_ in of_ratings],
            "rating": [None] * len(named) + [rating for *_, rating, _ in of_ratings],
            "part": [*named.values(), *(part for *_, part in of_ratings)],
            "score_part": [*(scaled.named[name] for name in named), *(of_scaled[idx] for idx, *_ in of_ratings)],
        }
        if self.ratings.titles is None:
            del columns["title"]
        return columns

    def table(self) -> Table[Column]:
        """Each part in a row, of the library that the ratings came in: reason, item, title, rating, part, score_part;
        the past ratings come last, the largest part first.

        The column `part` adds up to `total`, and `score_part` to `score`. They differ where the total is squashed.
        """
        columns = self.columns()
        like = {"reason": "", "item": self.item, "title": "", "rating": 1.0, "part": 1.0, "score_part": 1.0}
        return make_table(columns, self.ratings.library, {name: like[name] for name in columns})

    def _past_ratings(self) -> list[tuple[int, Id, str, float, float]]:
        """Index, id and title of the item, rating and part of each, the largest part first."""
        order = np.argsort(-np.abs(self.reasons.parts), kind="stable")
        idx, parts = self.reasons.item_idx[order], self.reasons.parts[order].tolist()
        given = [self.rated[one] for one in idx.tolist()]
        ids, titles = self.ratings.items.gather(idx).tolist(), self.ratings.title_of(idx)
        return list(zip(idx.tolist(), ids, titles, given, parts, strict=True))

    def sheet(self) -> Sheet:
        """Each part and its reason in a row, the largest past ratings after what all pairs have, then the sum."""
        past, said = self._past_ratings(), OF_KIND[self.ratings.kind]
        named = [(f"{part:+.3f}", reason) for reason, part in self.reasons.named.items() if round(part, 3)]
        of_ratings = [(f"{part:+.3f}", f"{title}{said.format(rating)}") for *_, title, rating, part in past[:SHOWN]]
        rest = [(f"{sum(part for *_, part in past[SHOWN:]):+.3f}", f"{len(past) - SHOWN} more")] if past[SHOWN:] else []
        total = "in all" if self.reasons.squashed is None else f"in all, squashed to {self.score:.3f}"
        rows = [*named, *of_ratings, *rest, (f"{self.total:.3f}", total)]
        title = f"{self.user!r} and {self.title}: {self.score:.3f}"
        if self.interval is not None:
            title += f" (80 % of such ratings: {self.interval[0]:.1f} to {self.interval[1]:.1f})"
        return Sheet(title, (), rows, [APPROXIMATE] if self.approximate else (), sides=("right", "left"))

    def __str__(self) -> str:
        title, _, rows, notes, _ = self.sheet()
        return "\n".join([title, *(f"  {line}" for line in align_columns(rows, ("right", "left"))), *notes])

    __repr__ = __str__
