"""How lists are to be re-ranked: what was asked for, checked, as the arrays that `reranking/` takes."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, NamedTuple, Self

import numpy as np

from cofactor.arrays import FloatArray, Id, IntArray
from cofactor.contract.attribute_shares import attribute_shares
from cofactor.contract.indices import find
from cofactor.contract.item_sets import Asked
from cofactor.contract.rating_counts import counted_ratings
from cofactor.contract.value_blend import ValueWeight, share_of, value_blend
from cofactor.errors import BadOption, shown
from cofactor.hyperparameters import conformed, seed_of
from cofactor.reranking.caps import GroupCaps
from cofactor.reranking.exposure import ExposureFloors
from cofactor.reranking.head import head_cap
from cofactor.reranking.item_values import ValueBlend

if TYPE_CHECKING:
    from cofactor.data.item_values import ItemValues
    from cofactor.data.ratings import Ratings

__all__ = [
    "CALIBRATED_BY",
    "AttributeCalibration",
    "Calibrated",
    "RerankOptions",
    "Reranking",
    "checked_reranking",
    "share_cap",
]

CALIBRATED_BY = 0.5  # the weight of an attribute that is named without one

Calibrated = str | Mapping[str, float]  # an attribute, or {attribute: weight}


class RerankOptions(NamedTuple):
    """The options of `Recommender.recommend` by these names, as they were given."""

    diversity: float = 0.0
    calibrated: Calibrated | None = None
    max_share_of_head: float | None = None
    popularity_penalty: float = 0.0
    min_exposure: Mapping[Id, float] | None = None
    explore: bool = False
    seed: int = 0
    was: bool = False
    item_values: "ItemValues | None" = None
    value_weight: "ValueWeight | None" = None


class AttributeCalibration(NamedTuple):
    """One attribute that lists are calibrated by."""

    weight: float
    shares: FloatArray  # (n_items, n_categories) of each item, as `attribute_shares` gives them


@dataclass(frozen=True, eq=False, kw_only=True)
class Reranking:
    """How lists are re-ranked beside their caps.

    blend: with the values of items     floors: of exposure     seed: of exploration, None without it
    was: tell the plain rank
    """

    blend: ValueBlend | None = None

    popularity_penalty: float = 0.0
    diversity: float = 0.0
    calibrations: tuple[AttributeCalibration, ...] = ()
    floors: ExposureFloors | None = None
    seed: int | None = None
    was: bool = False

    @property
    def chooses(self) -> bool:
        """True where the items of a list are not simply those of the highest scores."""
        return self.weighs or self.blend is not None

    @property
    def weighs(self) -> bool:
        """True where items are chosen one by one, weighed against each other or their popularity."""
        return bool(self.popularity_penalty or self.diversity or self.calibrations)

    def rows(self, which: IntArray) -> Self:
        """The same for some of the lists."""
        return self if self.blend is None else replace(self, blend=self.blend.rows(which))


def checked_reranking(ratings: "Ratings", asked: Asked, options: RerankOptions) -> Reranking:
    """The options in their own types.

    asked: those whose lists are asked for
    Raises `BadOption` for what is out of range and for attributes that items do not have, `UnknownIds` for items,
    `Unsupported` where popularity is to be counted in a table that holds nobody.
    """
    seed = seed_of(options.seed)
    penalty = share_of("popularity_penalty", options.popularity_penalty)
    if penalty:
        counted_ratings(ratings, "popularity_penalty")
    return Reranking(
        blend=value_blend(ratings, asked, options.item_values, options.value_weight),
        popularity_penalty=penalty,
        diversity=share_of("diversity", options.diversity),
        calibrations=_calibrations(ratings, options.calibrated),
        floors=_floors(ratings, options.min_exposure),
        seed=seed if conformed("explore", bool, options.explore) else None,
        was=conformed("was", bool, options.was),
    )


def share_cap(ratings: "Ratings", max_share_of_head: float | None, n: int) -> GroupCaps | None:
    """The cap on head items in lists of n; None where there is none.

    Raises `BadOption` unless it is from 0 to 1, `Unsupported` for a table that holds nobody.
    """
    if max_share_of_head is None:
        return None
    share = share_of("max_share_of_head", max_share_of_head)
    return head_cap(counted_ratings(ratings, "max_share_of_head"), share, n)


def _floors(ratings: "Ratings", min_exposure: Mapping[Id, float] | None) -> ExposureFloors | None:
    if min_exposure is None:
        return None
    if not isinstance(min_exposure, Mapping):
        raise BadOption(f"min_exposure is given as {{item: 0.01}}, but {shown(min_exposure)} came.")
    shares = [share_of(f"min_exposure[{shown(item)}]", share) for item, share in min_exposure.items()]
    items = find(ratings, "item", list(min_exposure)) if shares else np.zeros(0, np.int64)
    if len(np.unique(items)) < len(items):
        raise BadOption(f"min_exposure names an item twice: {shown(min_exposure)}. Give it once.")
    return ExposureFloors(items, np.array(shares)) if shares else None


def _calibrations(ratings: "Ratings", calibrated: Calibrated | None) -> tuple[AttributeCalibration, ...]:
    if calibrated is None:
        return ()
    if not isinstance(calibrated, str | Mapping):
        raise BadOption(f"calibrated is given as 'genres' or {{'genres': 0.9}}, but {shown(calibrated)} came.")
    weights = {calibrated: CALIBRATED_BY} if isinstance(calibrated, str) else calibrated
    each = [(name, share_of(f"calibrated[{name!r}]", weight)) for name, weight in weights.items()]
    return tuple(AttributeCalibration(weight, attribute_shares(ratings, name, "calibrated")) for name, weight in each)
