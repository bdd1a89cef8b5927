"""The attribute of items by which audits measure variety."""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from cofactor.data.ratings import Ratings

__all__ = ["usual_attribute"]


def usual_attribute(ratings: "Ratings") -> str | None:
    """The items' "genres", or else their first attribute that is text; None where there is none."""
    texts = [name for name, column in ratings.item_attributes.items() if column.dtype.kind in "OUT"]
    return "genres" if "genres" in texts else next(iter(texts), None)
