"""What matrix models share whose rows have a prior mean by their attributes: coefficients, encodings, prediction."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

import numpy as np

from cofactor.arrays import Array, FloatArray
from cofactor.contract.abilities import Abilities
from cofactor.contract.learned import Learned, encodings, floats
from cofactor.errors import BadOption
from cofactor.recommender import Recommender

if TYPE_CHECKING:
    from cofactor.data.ratings import Ratings
    from cofactor.posterior.attribute_prior import AttributePrior


def learned_attributes(d: str) -> dict[str, Learned]:
    """The part of `learned` that it needs, for rows of d numbers."""
    return {
        "user_coefficients_": floats("n_user_features", d), "item_coefficients_": floats("n_item_features", d),
        "encodings_": encodings(),
    }  # fmt: skip


@dataclass(kw_only=True)
class AttributeMixin(Recommender):
    """Rows with the prior mean A x, x being their attributes; 0 where `attributes` is False or a side has none."""

    attributes: bool = False  # learn what to expect of users and items from their attributes

    @property
    def abilities(self) -> Abilities:
        learned = hasattr(self, "user_coefficients_") and len(self.user_coefficients_) > 0
        return Abilities(learns_attributes=learned)

    def _attribute_priors(self, train: "Ratings", d: int) -> "tuple[AttributePrior | None, AttributePrior | None]":
        """The priors of users and of items, None for a side without attributes.

        Raises `BadOption` where attributes are asked for and the ratings have none.
        """
        from cofactor.posterior.attribute_prior import AttributePrior

        if not self.attributes:
            return None, None
        if not (train.user_attributes or train.item_attributes):
            raise BadOption(f"attributes=True needs attributes of users or items, but {train!r} has none.")
        of_users, of_items = (
            AttributePrior(known, d) if known else None for known in (train.user_attributes, train.item_attributes)
        )
        return of_users, of_items

    def _set_attributes(self, of_users: "AttributePrior | None", of_items: "AttributePrior | None", d: int) -> None:
        from cofactor.data.features import pack_encodings

        self.user_coefficients_, self.item_coefficients_ = (
            one.coefficients.astype(np.float32) if one else np.zeros((0, d), np.float32) for one in (of_users, of_items)
        )
        self.encodings_ = pack_encodings([one.encodings if one else [] for one in (of_users, of_items)])

    def _expected(self, side: Literal["user", "item"], attributes: Mapping[str, Array], n: int) -> FloatArray:
        """(n, d) the prior means of n rows with these attributes."""
        from cofactor.data.features import encode, feature_matrix, unpack_encodings

        at, coefficients = (0, self.user_coefficients_) if side == "user" else (1, self.item_coefficients_)
        if not len(coefficients):
            return np.zeros((n, coefficients.shape[1]), np.float32)
        return feature_matrix(encode(unpack_encodings(self.encodings_)[at], attributes), n) @ coefficients

    def _expected_row(self, side: Literal["user", "item"], attributes: Mapping[str, Array] | None) -> FloatArray:
        """(d,) what the attributes of one let expect, (1,) each; 0 where none are said."""
        if attributes is None:
            coefficients = self.user_coefficients_ if side == "user" else self.item_coefficients_
            return np.zeros(coefficients.shape[1])
        return self._expected(side, attributes, 1)[0]
