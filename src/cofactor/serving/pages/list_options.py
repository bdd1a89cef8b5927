"""The options of `recommend` that move a list away from the scores alone, as a query of the page brings them along."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, Any

from pydantic import BaseModel, Field

from cofactor.serving.pages.usual_attribute import usual_attribute

if TYPE_CHECKING:
    from cofactor.data.ratings import Ratings
    from cofactor.recommender import Recommender

__all__ = ["ListOptions", "OptionAbout", "options_of"]

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


@dataclass(frozen=True)
class OptionAbout:
    """An option from 0 to 1 that this model's lists have, in words. plain: the value that moves nothing"""

    name: str
    label: str
    says: str
    plain: float


def options_of(model: "Recommender") -> list[OptionAbout]:
    """The options that a model's lists have."""
    options = list[OptionAbout]()
    if model.abilities.compares_items:
        options.append(
            OptionAbout("diversity", "Diversity", "How much likeness to the items above counts against one.", 0)
        )
    if (attribute := usual_attribute(model.ratings)) is not None:
        says = f"How much it counts that the list mixes {attribute} as the person's past does."
        options.append(OptionAbout("calibrated", f"Calibrated by {attribute}", says, 0))
    says = "How much an item's popularity counts against it."
    options.append(OptionAbout("popularity_penalty", "Popularity penalty", says, 0))
    says = "At most this share of the list is of the few items that hold 80 % of the ratings."
    return [*options, OptionAbout("max_share_of_head", "Share of the head", says, 1)]
