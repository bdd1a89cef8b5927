"""What the folder of a saved model tells of its members: where it holds their ratings, its reader needs no attack."""

from collections.abc import Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import NamedTuple

import numpy as np

from cofactor.arrays import BoolArray, IntArray
from cofactor.data.ratings import Ratings
from cofactor.errors import BadOption, counted
from cofactor.model_folder import read_model_folder
from cofactor.recommender import Recommender

__all__ = ["FolderFinding", "look_up"]


class FolderFinding(NamedTuple):
    """A look-up of people, by id and ratings, in the folder of a saved model.

    n_members_found, n_others_found: those whose ratings lie in it, each as it was given
    """

    n_members: int
    n_members_found: int
    n_others: int
    n_others_found: int

    def __str__(self) -> str:
        found = (
            f"folder: a look-up by id finds the ratings of {self.n_members_found:,} of "
            f"{counted(self.n_members, 'member')} and of {self.n_others_found:,} of {self.n_others:,} others."
        )
        if not self.n_members_found:
            return found
        return f"{found} No attack is needed; only a folder without its members' ratings would change that."


def look_up(model: Recommender, table: Ratings, people: IntArray, member: BoolArray) -> FolderFinding | None:
    """Look people up in the folder of a fitted model, which is saved for this and removed; None where the model cannot
    be saved.

    people: (n,) of the table     member: (n,) whether the model was fitted to their ratings
    """
    with TemporaryDirectory() as home:
        try:
            kept = read_model_folder(model.save(Path(home) / "audited.cofactor")).ratings
        except BadOption:  # ids or a class that no folder can keep
            return None
    found = _found(kept, table, people)
    n_found = [int(np.count_nonzero(found & group)) for group in (member, ~member)]
    return FolderFinding(int(member.sum()), n_found[0], int((~member).sum()), n_found[1])


def _found(kept: Ratings, table: Ratings, people: Sequence[int] | IntArray) -> BoolArray:
    """(n,) whether all ratings of each person, one at least, lie in the kept table under the same id."""
    there = kept.users.find(table.users.gather(np.asarray(people)))
    items = kept.items.find(table.items.values)
    return np.array(
        [user >= 0 and _same(kept, user, table, one, items) for user, one in zip(there, people, strict=True)]
    )


def _same(kept: Ratings, user: int, table: Ratings, person: int, item_of: IntArray) -> bool:
    items, values = table.by_user.of(person)
    kept_items, kept_values = kept.by_user.of(user)
    order = np.argsort(item_of[items], kind="stable")
    return (
        len(items) > 0
        and np.array_equal(item_of[items][order], kept_items)
        and np.array_equal(values[order], kept_values)
    )
