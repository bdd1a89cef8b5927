"""How lists are to be re-ranked: what was asked for, checked, as the arrays that `reranking/` takes."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from cofactor.arrays import FloatArray, Id
from cofactor.contract.attribute_shares import attribute_shares
from cofactor.contract.indices import find
from cofactor.errors import BadOption, shown
from cofactor.hyperparameters import conformed, seed_of
from cofactor.reranking.caps import GroupCaps
from cofactor.reranking.exposure import ExposureFloors
from cofactor.reranking.head import head_cap

if TYPE_CHECKING:
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


class AttributeCalibration(NamedTuple):
    """One attribute that lists are calibrated by."""

    weight: float
    shares: FloatArray  # (n_items, n_categories) of each item, as `attribute_shares` gives them


@dataclass(frozen=True, eq=False, kw_only=True)
class Reranking:
    """How lists are re-ranked beside their caps.

    floors: of exposure     seed: of exploration, None without it     was: tell the plain rank
    """

    popularity_penalty: float = 0.0
    diversity: float = 0.0
    calibrations: tuple[AttributeCalibration, ...] = ()
    floors: ExposureFloors | None = None
    seed: int | None = None
    was: bool = False

    @property
    def chooses(self) -> bool:
        """True where the items of a list are not simply those of the highest scores."""
        return bool(self.popularity_penalty or self.diversity or self.calibrations)


def checked_reranking(ratings: "Ratings", options: RerankOptions) -> Reranking:
    """The options in their own types.

    Raises `BadOption` for what is out of range and for attributes that items do not have, `UnknownIds` for items.
    """
    seed = seed_of(options.seed)
    return Reranking(
        popularity_penalty=_share("popularity_penalty", options.popularity_penalty),
        diversity=_share("diversity", options.diversity),
        calibrations=_calibrations(ratings, options.calibrated),
        floors=_floors(ratings, options.min_exposure),
        seed=seed if conformed("explore", bool, options.explore) else None,
        was=conformed("was", bool, options.was),
    )


def share_cap(ratings: "Ratings", max_share_of_head: float | None, n: int) -> GroupCaps | None:
    """The cap on head items in lists of n; None where there is none. Raises `BadOption` unless it is from 0 to 1."""
    if max_share_of_head is None:
        return None
    return head_cap(ratings.item_counts, _share("max_share_of_head", max_share_of_head), n)


def _share(name: str, given: Any) -> float:
    value: float = conformed(name, float, given)
    if not 0 <= value <= 1:
        raise BadOption(f"{name} is a number from 0 to 1, but {shown(given)} came.")
    return value


def _floors(ratings: "Ratings", min_exposure: Mapping[Id, float] | None) -> ExposureFloors | None:
    if min_exposure is None:
        return None
    if not isinstance(min_exposure, Mapping):
        raise BadOption(f"min_exposure is given as {{item: 0.01}}, but {shown(min_exposure)} came.")
    shares = [_share(f"min_exposure[{shown(item)}]", share) for item, share in min_exposure.items()]
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
    each = [(name, _share(f"calibrated[{name!r}]", weight)) for name, weight in weights.items()]
    return tuple(AttributeCalibration(weight, attribute_shares(ratings, name, "calibrated")) for name, weight in each)
