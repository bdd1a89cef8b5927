"""The items that lists may hold: candidates and exclusions, the same for all or a user's own, and a condition."""

from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple, TypeVar

import numpy as np

from cofactor.arrays import BoolArray, Id, IntArray
from cofactor.contract.indices import as_list, find
from cofactor.data.ids import UNKNOWN
from cofactor.errors import BadOption, ItemsIgnored, shown
from cofactor.filtering.columns import item_column
from cofactor.filtering.matching import items_where
from cofactor.hyperparameters import conformed
from cofactor.reranking.caps import GroupCaps
from cofactor.selection.own_items import OwnItems

if TYPE_CHECKING:
    from cofactor.data.ratings import Ratings

__all__ = ["Asked", "ItemSets", "Items", "group_caps", "item_sets", "of_each"]

One = TypeVar("One")
Items = Iterable[Id] | Mapping[Id, Iterable[Id]]  # of all users, or {user: of that one}


class Asked(NamedTuple):
    """Those whose lists are asked for: their ids as they were given, and (b,) their indices, -1 for unknown ones."""

    labels: Sequence[Id]
    user_idx: IntArray


class ItemSets(NamedTuple):
    """The items that may not be on a list."""

    excluded: BoolArray  # (n_items,) on nobody's
    own: OwnItems | None  # of each user
    ignored: Sequence[ItemsIgnored] = ()  # warnings, for the caller to give


def item_sets(
    ratings: "Ratings", asked: Asked, candidates: Items | None, exclude: Items, where: str | None
) -> ItemSets:
    """The items that may be on the lists of those who ask.

    Items of a collection that the table does not hold are ignored. Raises `UnknownIds` where none of them is known,
    and `BadOption` for a condition that cannot be read and for {user: items} without those who ask.
    """
    excluded, ignored, own = np.full(ratings.n_items, candidates is not None), list[ItemsIgnored](), dict[str, Any]()
    for option, items in (("candidates", candidates), ("exclude", exclude)):
        if isinstance(items, Mapping):
            own[option], its = _of_each(ratings, asked, items, option)
            excluded &= option != "candidates"
            ignored += its
        elif items is not None and not (isinstance(items, tuple) and not items):
            idx, its = _known(ratings, as_items(items), option)
            excluded[idx] = option == "exclude"
            ignored += its
    if where is not None:
        excluded |= ~items_where(ratings, where)
    return ItemSets(excluded, OwnItems(own.get("candidates"), own.get("exclude")) if own else None, ignored)


def group_caps(ratings: "Ratings", max_per: Mapping[str, int] | None) -> GroupCaps | None:
    """The caps of {attribute: items of each of its words}; None where there are none.

    Raises `BadOption` for what is no such mapping, for attributes that items do not have, and for caps below 1.
    """
    if max_per is None:
        return None
    if not isinstance(max_per, Mapping):
        raise BadOption(f"max_per is given as {{'genres': 3}}, but {shown(max_per)} came.")
    groups, limits = [np.zeros((ratings.n_items, 0), np.int64)], list[int]()
    for name, most in max_per.items():
        column, cap = item_column(ratings, name, "max_per"), conformed(f"max_per[{name!r}]", int, most)
        if cap < 1:
            raise BadOption(f"max_per[{name!r}] counts items, at least 1, but {cap} came. Leave others out by where.")
        groups.append(np.where(column.words < 0, -1, column.words + len(limits)))
        limits += [cap] * len(column.codes_of_words)
    return GroupCaps(np.concatenate(groups, axis=1), np.array(limits, np.int64)) if limits else None


def of_each(ratings: "Ratings", asked: Asked, by_user: Mapping[Id, One]) -> list[One | None]:
    """The entry of a mapping by user for each of those who ask, by whatever writing of their id; None for none."""
    by_idx = dict(zip(ratings.users.find(list(by_user)).tolist(), by_user.values(), strict=True))
    users = zip(asked.labels, asked.user_idx.tolist(), strict=True)
    return [by_idx.get(idx) if idx != UNKNOWN else by_user.get(label) for label, idx in users]


def as_items(items: Any) -> list[Id]:
    """One item or several, as a list."""
    if isinstance(items, np.ndarray):
        return as_list(items)
    return [items] if isinstance(items, (str, bytes)) or not isinstance(items, Iterable) else list(items)


def _known(ratings: "Ratings", items: list[Id], option: str) -> tuple[IntArray, list[ItemsIgnored]]:
    """The indices of those items that the table holds, and a warning of the others."""
    idx = ratings.find_items(items)
    if (idx != UNKNOWN).all():
        return idx, []
    if (idx == UNKNOWN).all():
        find(ratings, "item", items)  # which raises
    strangers = [items[at] for at in np.flatnonzero(idx == UNKNOWN).tolist()]
    return idx[idx != UNKNOWN], [ItemsIgnored(strangers, items, option, ratings.n_items)]


def _of_each(
    ratings: "Ratings", asked: Asked, sets: Mapping[Id, Iterable[Id]], option: str
) -> tuple[list[IntArray], list[ItemsIgnored]]:
    """The items of each of those who ask, and a warning of those that the table does not hold."""
    lists = [as_items(items) for items in _sets_of(ratings, asked, sets, option)]
    idx, ignored = _known(ratings, [item for items in lists for item in items], option)
    if ignored:
        found = [ratings.find_items(items) for items in lists]
        return [one[one != UNKNOWN] for one in found], ignored
    return np.split(idx, np.cumsum([len(items) for items in lists]))[:-1], []


def _sets_of(ratings: "Ratings", asked: Asked, sets: Mapping[Id, Iterable[Id]], option: str) -> list[Iterable[Id]]:
    """The set of each of those who ask; nobody need be excluded anything, but candidates are said of everybody."""
    found = of_each(ratings, asked, sets)
    missing = [label for label, items in zip(asked.labels, found, strict=True) if items is None]
    if missing and (option == "candidates" or len(missing) == len(found)):
        raise BadOption(
            f"{option} as a mapping are {{user: items}}, with those who are asked for as keys, but {shown(missing[0])} "
            f"is not among them: {shown(sets)}. Give items to each, or one list that is the same for all."
        )
    return [() if items is None else items for items in found]
