"""Ratings that a question of the page brings along: a newcomer's answers, or changes to somebody's ratings."""

from collections.abc import Iterable
from typing import Annotated

from pydantic import BaseModel, Field

from cofactor.arrays import Id

__all__ = ["GivenRating", "GivenRatings", "by_item"]


class GivenRating(BaseModel):
    """An item and its rating; None: they do not know the item, or the rating is taken away."""

    item: int | str
    value: float | None


GivenRatings = Annotated[list[GivenRating], Field(max_length=500)]


def by_item(given: Iterable[GivenRating]) -> dict[Id, float | None]:
    """The ratings by item; of several of one item the last."""
    return {one.item: one.value for one in given}
