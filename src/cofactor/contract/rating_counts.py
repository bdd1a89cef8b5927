"""How many people have rated each item, for options that count them: a model saved without people cannot say."""

from typing import TYPE_CHECKING

from cofactor.arrays import IntArray
from cofactor.contract.absent_people import lack_of_people
from cofactor.errors import Unsupported

if TYPE_CHECKING:
    from cofactor.data.ratings import Ratings

__all__ = ["COUNTING", "counted_ratings"]

COUNTING = "popularity_penalty", "max_share_of_head"  # options of lists that count ratings


def counted_ratings(ratings: "Ratings", option: str) -> IntArray:
    """(n_items,) ratings of each item; raises `Unsupported` where the table holds nobody. option: that counts them"""
    if not len(ratings) and ratings.n_items and ratings.item_totals is None:
        raise Unsupported(
            f"{option} counts how many people have rated each item, but this model {lack_of_people(ratings)}, and "
            f"their counts are not kept. Leave {option} out, or name items by candidates or exclude."
        )
    return ratings.item_counts
