"""Which lists are asked for, checked and in indices: one frozen value between the question and the answer."""

import warnings
import zlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np

from cofactor.arrays import Array, BoolArray, Id, IntArray
from cofactor.contract.indices import Unknown, as_list, find
from cofactor.contract.item_sets import Asked, Items, group_caps, item_sets
from cofactor.contract.profile import Newcomer, Newcomers, UserProfile, newcomers
from cofactor.contract.rerank_options import Reranking, RerankOptions, checked_reranking, share_cap
from cofactor.data.ids import UNKNOWN
from cofactor.errors import BadOption
from cofactor.hyperparameters import conformed
from cofactor.ranking import list_length
from cofactor.reranking.caps import GroupCaps, joined_caps
from cofactor.selection.own_items import OwnItems

if TYPE_CHECKING:
    from cofactor.data.ratings import Ratings

__all__ = ["Query", "list_query"]

PLAIN = Reranking()


@dataclass(frozen=True, eq=False, kw_only=True)
class Query:
    """Which lists are asked for: for whom, how long, and what may be on them.

    labels: the b users as they were given     user_idx: (b,), -1 for an unknown or a new one
    profiles: of b new users; empty where they are the model's     excluded: (n_items,) what may be on nobody's list
    own: what may be on each one's list     caps: how many items of a group may be     reranking: what else lists are
    chosen for     approximate: None where the caller left the choice open     narrowed_by: the options, beside
    candidates and exclude, that leave items out
    """

    labels: list[Id]
    user_idx: IntArray
    profiles: Sequence[UserProfile] = ()
    n: int
    excluded: BoolArray
    own: OwnItems | None = None
    caps: GroupCaps | None = None
    reranking: Reranking = PLAIN
    hide_seen: bool
    approximate: bool | None
    narrowed_by: tuple[str, ...] = ()

    @property
    def plain(self) -> "Query":
        """The same question without anything that re-ranks its lists."""
        return replace(self, caps=None, reranking=PLAIN)

    @property
    def keys(self) -> list[int]:
        """A number of each user, the same whoever else is asked for, from which what is drawn for them follows."""
        users = zip(self.user_idx.tolist(), self.labels, strict=True)
        return [idx if idx >= 0 else zlib.crc32(repr(label).encode()) for idx, label in users]

    def rows(self, which: IntArray) -> "Query":
        """The same question for some of the users."""
        at = which.tolist()
        profiles = [self.profiles[row] for row in at] if self.profiles else ()
        own = None if self.own is None else self.own.rows(which)
        labels = [self.labels[row] for row in at]
        return replace(
            self, labels=labels, user_idx=self.user_idx[which], profiles=profiles, own=own,
            reranking=self.reranking.rows(which),
        )  # fmt: skip


def list_query(
    ratings: "Ratings", users: Id | Sequence[Id] | Array | Newcomer | Newcomers, n: int, *, hide_seen: bool,
    candidates: Items | None, exclude: Items, where: str | None, max_per: Mapping[str, int] | None, unknown: Unknown,
    approximate: bool | None, attributes: Any, rerank: RerankOptions, profile: bool = True,
) -> Query:  # fmt: skip
    """The query of `Recommender.recommend`, checked and in indices; without a profile, of people nothing is known of.

    Raises `UnknownIds`, and `BadOption` for options out of range or of another type.
    """
    n, hide_seen = list_length(n), conformed("hide_seen", bool, hide_seen)
    if approximate is not None:
        approximate = conformed("approximate", bool, approximate)
    new = newcomers(ratings, users, attributes)
    labels = list(new) or as_list(users)
    user_idx = np.full(len(new), UNKNOWN) if new else find(ratings, "user", labels, unknown, may_fall_back=True)
    if not conformed("profile", bool, profile):
        if rerank.calibrated:
            raise BadOption(
                "calibrated mixes a list as its user's past does, which profile=False leaves out. Give one."
            )
        new, user_idx = {}, np.full(len(labels), UNKNOWN)
    asked = Asked(labels, user_idx)
    sets = item_sets(ratings, asked, candidates, exclude, where)
    for warning in sets.ignored:
        warnings.warn(warning, stacklevel=4)
    narrowed = {"where": where, "max_per": max_per, "max_share_of_head": rerank.max_share_of_head}
    caps = joined_caps(group_caps(ratings, max_per), share_cap(ratings, rerank.max_share_of_head, n))
    reranking = checked_reranking(ratings, asked, rerank)
    if reranking.blend is not None:
        if approximate:
            raise BadOption("item_values are weighed over all items, so approximate cannot be True. Leave it out.")
        approximate = False
    return Query(
        labels=labels, user_idx=user_idx, profiles=list(new.values()), n=n, excluded=sets.excluded, own=sets.own,
        caps=caps, reranking=reranking, hide_seen=hide_seen, approximate=approximate,
        narrowed_by=tuple(name for name, given in narrowed.items() if given is not None),
    )  # fmt: skip
