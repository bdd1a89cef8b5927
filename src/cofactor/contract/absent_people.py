"""What is said where somebody is asked for by an id, or people are counted, and a model's table holds none of them.

A model saved without people holds nobody, and one that was fitted to shards only those who came later.
"""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from cofactor.data.ratings import Ratings

__all__ = ["lack_of_people", "mend_for_absent"]

BY_RATINGS = "recommend, predict and explain take {item: rating} in place of an id."


def lack_of_people(ratings: "Ratings") -> str:
    """Why a model of these ratings holds nobody, to go on behind "this model"."""
    if ratings.item_totals is not None:
        return "was fitted to shards, of which it keeps no users"
    return "was saved without any person"


def mend_for_absent(ratings: "Ratings") -> str:
    """How to ask for somebody whom a model of these ratings does not keep; "" where it keeps whom it learned from."""
    if ratings.n_users and ratings.item_totals is None:
        return ""
    return f"This model {lack_of_people(ratings)}; it answers whoever gives their ratings: {BY_RATINGS}"
