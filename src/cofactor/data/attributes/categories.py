"""The attribute by whose words lists are compared: how mixed they are, and whether they keep to a person's mix."""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from cofactor.data.ratings import Ratings

__all__ = ["category_attribute"]

MOST_CATEGORIES = 40  # of an attribute that lists are compared by


def category_attribute(ratings: "Ratings") -> str | None:
    """The attribute of items by which lists are compared: genres, or else the first of few different words."""
    if "genres" in ratings.item_attributes:
        return "genres"
    for name, column in ratings.item_attributes.items():
        if column.dtype.kind not in "if" and len({str(one) for one in column.tolist()}) <= MOST_CATEGORIES:
            return name
    return None
