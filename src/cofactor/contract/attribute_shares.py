"""How each item of a table spreads over the values of one of its attributes, such as genres."""

from typing import TYPE_CHECKING

from cofactor.arrays import FloatArray
from cofactor.filtering.columns import item_column
from cofactor.memory import refuse_beyond
from cofactor.reranking.calibration import category_shares

if TYPE_CHECKING:
    from cofactor.data.ratings import Ratings

__all__ = ["attribute_shares"]


def attribute_shares(ratings: "Ratings", name: str, option: str) -> FloatArray:
    """(n_items, n_values) float32, the share of each value in each item: of two genres each has half; 0 for an item
    without any.

    option: that named the attribute, for the error
    Raises `BadOption` where items have no such attribute, or one of more values than there is memory for.
    """
    column = item_column(ratings, name, option)
    n_values = len(column.codes_of_words)
    what = f"A share for each of the {n_values:,} values of {name!r} in each item"
    refuse_beyond(4 * ratings.n_items * n_values / 1e9, None, what, "Choose an attribute of fewer.")
    return category_shares(column.words, n_values)
