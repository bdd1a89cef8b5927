"""The options of `recommend` that move a list away from the scores alone, as a query of the page brings them along."""

from typing import TYPE_CHECKING, Annotated, Any

from pydantic import BaseModel, Field

from cofactor.serving.pages.usual_attribute import usual_attribute

if TYPE_CHECKING:
    from cofactor.data.ratings import Ratings

__all__ = ["ListOptions"]

Share = Annotated[float, Field(ge=0, le=1)]


class ListOptions(BaseModel):
    """How much a list is to be moved, by the options of `recommend` of these names; 0 and None move nothing.

    calibrated: the weight of the attribute that audits measure variety by
    """

    diversity: Share = 0.0
    calibrated: Share = 0.0
    popularity_penalty: Share = 0.0
    max_share_of_head: Share | None = None

    def arguments(self, ratings: "Ratings") -> dict[str, Any]:
        """The arguments of `recommend` that this asks for, `was` among them; none where nothing is moved."""
        attribute = usual_attribute(ratings)
        given: dict[str, Any] = {
            "diversity": self.diversity, "calibrated": self.calibrated and {attribute: self.calibrated},
            "popularity_penalty": self.popularity_penalty,
        }  # fmt: skip
        asked = {name: value for name, value in given.items() if value}
        if self.max_share_of_head is not None:
            asked["max_share_of_head"] = self.max_share_of_head
        return {**asked, "was": True} if asked else {}
