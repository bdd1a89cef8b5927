"""Biases: the items that everybody likes whatever their taste, and those that nobody does; generous and harsh users."""

from dataclasses import dataclass
from typing import Any, Literal, TypeAlias

import numpy as np

from cofactor.arrays import FloatArray, IntArray
from cofactor.contract.abilities import expect_ability
from cofactor.contract.steps import Side
from cofactor.data.ids import UNKNOWN
from cofactor.data.tables import Table
from cofactor.errors import Unsupported
from cofactor.hyperparameters import conformed
from cofactor.interpretation.axis import Axis
from cofactor.interpretation.labelled_rows import LabelledRows
from cofactor.ranking import list_length
from cofactor.recommender import Recommender, expect_model
from cofactor.sheet import Sheet, SheetMixin

__all__ = ["Biases", "biases"]

Column: TypeAlias = Literal["item", "user", "title", "ratings", "bias", "low", "high"]
NORMAL_90 = 1.6448536  # standard deviations to each side


@dataclass(frozen=True, eq=False)
class Biases(SheetMixin):
    """The biases of m users or items, in the ratings' unit.

    axis: the rows and their biases, whose ends can be named as those of any axis
    low, high: (m,) between which values each bias lies with a probability of 90 %, by the model's posterior; None where
        it has none
    """

    axis: Axis
    low: FloatArray | None = None
    high: FloatArray | None = None

    def best(self, n: int = 10) -> Table[Column]:
        """The n of the highest bias: "loved by everyone whatever their taste". Raises `BadOption` for n below 1."""
        return self._table_of(self.axis.ends(list_length(n))[1])

    def worst(self, n: int = 10) -> Table[Column]:
        """The n of the lowest bias: "the worst that people still watch". Raises `BadOption` for n below 1."""
        return self._table_of(self.axis.ends(list_length(n))[0])

    def table(self) -> Table[Column]:
        """Every row: id, title, ratings, bias, and low and high where the model has intervals."""
        return self._table_of(np.arange(len(self.axis.rows)))

    def plot(self, n: int = 10, *, ax: Any = None) -> Any:
        """The Matplotlib axes of the n lowest and the n highest biases, with their intervals where there are any.

        Raises `BadOption` for n below 1, `MissingExtra` without Matplotlib.
        """
        from cofactor.plots.bias_chart import bias_chart

        at = np.unique(np.concatenate(self.axis.ends(list_length(n))))
        low, high = (None if end is None else end[at] for end in (self.low, self.high))
        names = [self.axis.rows.names[one] for one in at]
        return bias_chart(names, self.axis.places[at], low, high, x="bias, in the ratings' unit", ax=ax)

    def sheet(self) -> Sheet:
        """Both ends side by side, and what tells them apart."""
        return self.axis.sheet()._replace(header=("lowest", "highest"))

    def _table_of(self, at: IntArray) -> Table[Column]:
        intervals = {"low": self.low, "high": self.high}
        columns = {"bias": self.axis.places} | {name: one for name, one in intervals.items() if one is not None}
        return self.axis.rows.table(
            self.axis.rows.columns(at) | {name: one[at].tolist() for name, one in columns.items()}
        )


def biases(model: Recommender, *, side: Side = "item", min_ratings: int | None = None) -> Biases:
    """How much higher than the average item each item is rated by the average user; or, with side="user", how much
    higher than the average user each user rates the average item.

    min_ratings: leave out rows with fewer, whose bias is mostly the prior's; None: with fewer than the median row has
    Intervals are given where the model has a posterior of its rows; they hold the other side for known, except in
    BayesianMF, whose draws hold nothing for known.
    Raises `BadOption` where an option is out of range, and `Unsupported` of a model that predicts no ratings.
    """
    expect_model(model, "biases asks")
    model, side = model.snapshot(), conformed("side", Side, side)
    ratings = model.ratings
    expect_ability(model, "predicts")
    counts = ratings.item_counts if side == "item" else ratings.user_counts
    floor = int(np.median(counts[counts > 0])) if min_ratings is None else min_ratings
    rows, average = LabelledRows.of(ratings, side, floor), _scores_by_average(model, side)
    values = (average - average[counts > 0].mean())[rows.idx]
    title = f"biases of the {len(rows):,} {side}s with at least {floor:,} ratings"
    if not model.abilities.has_row_posterior:
        return Biases(Axis(title, rows, values))
    half_width = NORMAL_90 * np.sqrt(model.row_posterior_of(side).bias_variances[rows.idx])
    return Biases(Axis(title, rows, values), low=values - half_width, high=values + half_width)


def _scores_by_average(model: Recommender, side: Side) -> FloatArray:
    """(n,) float64 the score of every item by a user nothing is known about, or that of every user for such an item.

    Raises `Unsupported` of a model that scores no unknown item.
    """
    n = model.ratings.n_items if side == "item" else model.ratings.n_users
    each, unknown = np.arange(n), np.full(n, UNKNOWN)
    scores = model.score_pairs(unknown, each) if side == "item" else model.score_pairs(each, unknown)
    if not np.isfinite(scores).all():
        raise Unsupported(f"{type(model).__name__} has no score for the average {side}, so it has no biases.")
    return scores.astype(np.float64)
