"""The options of `recommend` that move a list away from the scores alone, as a query of the page brings them along."""

from dataclasses import dataclass
from typing import Annotated, Any

from pydantic import BaseModel, Field

from cofactor.data.attributes.categories import category_attribute
from cofactor.errors import BadOption
from cofactor.serving.opened import OpenModel

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
    value_weight: Share = 0.0

    def arguments(self, opened: OpenModel) -> dict[str, Any]:
        """The arguments of `recommend` that this asks for, `was` among them; none where nothing is moved.

        Raises `BadOption` for a weight of values where the explorer was given none.
        """
        attribute = category_attribute(opened.model.ratings)
        given: dict[str, Any] = {
            "diversity": self.diversity, "calibrated": self.calibrated and {attribute: self.calibrated},
            "popularity_penalty": self.popularity_penalty,
        }  # fmt: skip
        asked = {name: value for name, value in given.items() if value}
        if self.max_share_of_head is not None:
            asked["max_share_of_head"] = self.max_share_of_head
        if self.value_weight:
            if opened.item_values is None:
                raise BadOption("There are no values to weigh. Start `cofactor explore` with --item-values FILE.")
            asked |= {"item_values": opened.item_values.values, "value_weight": self.value_weight}
        return {**asked, "was": True} if asked else {}


@dataclass(frozen=True)
class OptionAbout:
    """An option from 0 to 1 that this model's lists have, in words. plain: the value that moves nothing"""

    name: str
    label: str
    says: str
    plain: float


def options_of(opened: OpenModel) -> list[OptionAbout]:
    """The options that a model's lists have."""
    model, options = opened.model, list[OptionAbout]()
    if opened.item_values is not None:
        values = opened.item_values.values
        says = f"How much {values.origin}, counts beside what the model predicts: 1 is that alone."
        options.append(OptionAbout("value_weight", values.name, says, 0))
    if model.abilities.compares_items:
        options.append(
            OptionAbout("diversity", "Diversity", "How much likeness to the items above counts against one.", 0)
        )
    if (attribute := category_attribute(model.ratings)) is not None:
        says = f"How much it counts that the list mixes {attribute} as the person's past does."
        options.append(OptionAbout("calibrated", f"Calibrated by {attribute}", says, 0))
    says = "How much an item's popularity counts against it."
    options.append(OptionAbout("popularity_penalty", "Popularity penalty", says, 0))
    says = "At most this share of the list is of the few items that hold 80 % of the ratings."
    return [*options, OptionAbout("max_share_of_head", "Share of the head", says, 1)]
