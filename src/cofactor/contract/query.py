"""Which lists are asked for, checked and in indices: one frozen value between the question and the answer."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from cofactor.arrays import Array, BoolArray, Id, IntArray
from cofactor.contract.indices import Unknown, as_list, excluded_items, find
from cofactor.contract.profile import Newcomer, UserProfile, refuse_attributes, user_profile
from cofactor.data.ids import UNKNOWN
from cofactor.hyperparameters import conformed
from cofactor.ranking import list_length

if TYPE_CHECKING:
    from cofactor.data.ratings import Ratings

__all__ = ["Query", "list_query"]


@dataclass(frozen=True, eq=False)
class Query:
    """Which lists are asked for: for whom, how long, and what may be on them.

    labels: the b users as they were given     user_idx: (b,), -1 for an unknown one; of a new user (1,) -1
    excluded: (n_items,) what may be on nobody's list     approximate: None where the caller left the choice open
    """

    labels: list[Id]
    user_idx: IntArray
    profile: UserProfile | None
    n: int
    excluded: BoolArray
    hide_seen: bool
    approximate: bool | None


def list_query(
    ratings: "Ratings", users: Id | Sequence[Id] | Array | Newcomer, n: int, *, hide_seen: bool,
    candidates: Iterable[Id] | None, exclude: Iterable[Id], unknown: Unknown, approximate: bool | None,
    attributes: Mapping[str, Any] | None,
) -> Query:  # fmt: skip
    """The query of `Recommender.recommend`, checked and in indices.

    Raises `UnknownIds`, and `BadOption` for options out of range or of another type.
    """
    excluded = excluded_items(ratings, candidates, exclude)
    n, hide_seen = list_length(n), conformed("hide_seen", bool, hide_seen)
    if approximate is not None:
        approximate = conformed("approximate", bool, approximate)
    if isinstance(users, Mapping):
        one = user_profile(ratings, users, attributes)
        return Query(["newcomer"], np.full(1, UNKNOWN), one, n, excluded, hide_seen, approximate)
    refuse_attributes(attributes)
    labels = as_list(users)
    user_idx = find(ratings, "user", labels, unknown, may_fall_back=True)
    return Query(labels, user_idx, None, n, excluded, hide_seen, approximate)
