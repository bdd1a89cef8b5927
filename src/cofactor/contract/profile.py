"""Somebody whom a model does not hold, given as {item: rating} and {attribute: value}: checked, and in indices."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from cofactor.arrays import Array, FloatArray, Id, IntArray
from cofactor.contract.abilities import Able, expect_ability
from cofactor.contract.indices import find
from cofactor.data.value_column import LARGEST_RATING
from cofactor.errors import BadOption, shown

if TYPE_CHECKING:
    from cofactor.data.ratings import Ratings

__all__ = [
    "Newcomer",
    "Newcomers",
    "UserProfile",
    "attribute_columns",
    "check_values",
    "expect_attributes",
    "expect_profile",
    "items_rated",
    "newcomers",
    "rating_of",
    "refuse_attributes",
    "user_profile",
]  # fmt: skip

Newcomer = Mapping[Any, float]  # somebody new: {item id or title: rating}
Newcomers = Sequence[Newcomer] | Mapping[Any, Newcomer]  # several: in a list, or by their names


@dataclass(frozen=True, eq=False)
class UserProfile:
    """Somebody the model does not hold, by the items they rated.

    item_idx: (m,) different items     values: (m,) float32 ratings     attributes: (1,) of each that users have, None
    in it where it is not said; None where none was given
    """

    item_idx: IntArray
    values: FloatArray
    attributes: Mapping[str, Array] | None = None


def user_profile(ratings: "Ratings", newcomer: Newcomer, attributes: Mapping[str, Any] | None = None) -> UserProfile:
    """Somebody new, given as {item: rating}, and as {attribute: value}, in indices.

    Raises `UnknownIds`, and `BadOption` for an item that is there twice, for ratings that are no numbers or off the
    scale, and for attributes that users do not have.
    """
    item_idx, values = items_rated(ratings, newcomer), _as_numbers(newcomer)
    check_values(ratings, values)
    columns = {} if attributes is None else attribute_columns(ratings, attributes)
    return UserProfile(item_idx, values, columns if attributes else None)


def expect_profile(model: Able, profile: UserProfile) -> UserProfile:
    """The profile; raises `Unsupported` where the model takes none in, or none with attributes."""
    if profile.attributes is not None:
        expect_ability(model, "learns_attributes")
    expect_ability(model, "folds_in")
    return profile


def newcomers(ratings: "Ratings", users: Any, attributes: Any = None) -> dict[Id, UserProfile]:
    """The profiles of those who are new, by what a table calls them; none where `users` are ids.

    users: {item: rating}, called "newcomer"; a list of several, called 0, 1, …; or {name: {item: rating}}
    attributes: {name of an attribute: value}; of several people a list of such, or {name: {…}}
    Raises `BadOption` where attributes are not of those who are new, and as `user_profile` does.
    """
    if isinstance(users, Mapping) and not any(isinstance(one, Mapping) for one in users.values()):
        return {"newcomer": user_profile(ratings, users, attributes)}
    if isinstance(users, Mapping):
        return {name: user_profile(ratings, one, _of_one(attributes, name, list(users))) for name, one in users.items()}
    if isinstance(users, list) and users and isinstance(users[0], Mapping):
        names = range(len(users))
        return {at: user_profile(ratings, one, _of_one(attributes, at, names)) for at, one in enumerate(users)}
    refuse_attributes(attributes)
    return {}


def _of_one(attributes: Any, name: Any, names: Sequence[Any]) -> Any:
    """The attributes of one of several; raises `BadOption` where they are not given as the ratings were."""
    if attributes is None:
        return None
    if isinstance(names, range):
        like = f"a list of {len(names)}"
        if isinstance(attributes, list) and len(attributes) == len(names):
            return attributes[name]
    else:
        like = f"{{{shown(names[0])}: {{'age': 33}}, …}}"
        if isinstance(attributes, Mapping) and set(attributes) <= set(names):
            return attributes.get(name)
    raise BadOption(f"attributes of several people are given as their ratings, {like}, but {shown(attributes)} came.")


def items_rated(ratings: "Ratings", newcomer: Mapping[Any, Any]) -> IntArray:
    """(m,) the items that somebody new speaks of, in their order. Raises `BadOption` for one that is there twice."""
    if not isinstance(newcomer, Mapping):
        raise BadOption(f"Somebody new is given as {{item: rating}}, as in {{'Fargo': 4}}, but {shown(newcomer)} came.")
    item_idx = find(ratings, "item", list(newcomer))
    if len(set(item_idx.tolist())) < len(item_idx):  # a twentieth of the time that `unique` takes
        idx, counts = np.unique(item_idx, return_counts=True)
        names = [name for name, one in zip(newcomer, item_idx, strict=True) if one == idx[counts > 1][0]]
        raise BadOption(f"{' and '.join(map(repr, names))} are the same item. Give it once.")
    return item_idx


def rating_of(value: Any) -> float:
    """A rating as somebody new gives it. Raises `BadOption` for what is no number, or beyond those of 32 bits."""
    try:
        is_number = isinstance(value, (int, float, np.number)) and not isinstance(value, np.timedelta64)
        number = float(value) if is_number else math.nan
    except (TypeError, OverflowError):  # a complex number, and one of 400 digits
        number = math.nan
    if not abs(number) <= float(LARGEST_RATING):
        raise BadOption(f"A newcomer's ratings are finite numbers, as in {{'Fargo': 4}}, but {shown(value)} came.")
    return number


def _as_numbers(newcomer: Newcomer) -> FloatArray:
    return np.array([rating_of(value) for value in newcomer.values()], np.float32)


def check_values(ratings: "Ratings", values: FloatArray, whose: str = "A newcomer's") -> None:
    """Raise `BadOption` for values that are not finite, or not on the scale of the ratings.

    whose: begins the sentence
    """
    scale, finite = ratings.scale, np.isfinite(values)
    if not finite.all():
        raise BadOption(f"{whose} ratings must be finite numbers, but {values[~finite][:5].tolist()} came.")
    outside = (values < scale[0]) | (values > scale[1]) if scale and ratings.explicit else ~finite
    if outside.any():
        assert scale
        raise BadOption(
            f"{whose} ratings must lie on the scale {scale[0]:g} to {scale[1]:g} that the model learned, "
            f"but {values[outside][:5].tolist()} came. Where such ratings can be given, say so when the training "
            f"ratings are read, as in cf.read(..., scale=({min(scale[0], values.min()):g}, "
            f"{max(scale[1], values.max()):g})), and fit anew."
        )


# ---- attributes ------------------------------------------------------------------------------------------------


def expect_attributes(ratings: "Ratings", attributes: Any) -> Mapping[str, Any]:
    """Those of somebody new. Raises `BadOption` where they are no mapping, or of no attribute that users have."""
    if not isinstance(attributes, Mapping):
        raise BadOption(f"attributes are given as {{'age': 33, …}}, but {shown(attributes)} came.")
    known = ratings.user_attributes
    strange = [name for name in attributes if name not in known]
    if strange:
        raise BadOption(f"Users have no attribute {shown(strange[0])}. They have: {', '.join(known) or 'none at all'}.")
    return attributes


def attribute_columns(ratings: "Ratings", attributes: Mapping[str, Any]) -> dict[str, Array]:
    """(1,) of each attribute that users have, None in it where it is not said; raises as `expect_attributes`."""
    attributes = expect_attributes(ratings, attributes)
    return {name: _cell(attributes.get(name)) for name in ratings.user_attributes}


def refuse_attributes(attributes: Mapping[str, Any] | None) -> None:
    """Raise `BadOption` where attributes are given of users that the model holds."""
    if attributes is not None and not (isinstance(attributes, Mapping) and not attributes):
        raise BadOption(
            "attributes are of somebody new, given as {item: rating}; users the model holds have their own."
        )


def _cell(value: Any) -> Array:
    """(1,) a column of one person."""
    column = np.empty(1, object)
    column[0] = value
    return column
