"""How people are taken out of a model, and the receipt of it; one state is replaced by the next in one step."""

from collections.abc import Sequence
from datetime import date
from typing import TYPE_CHECKING

import numpy as np

from cofactor.arrays import Array, Id, IntArray
from cofactor.contract.fingerprint import model_fingerprint
from cofactor.contract.fitting import FitMixin
from cofactor.contract.indices import find
from cofactor.contract.receipt import Receipt, commitments
from cofactor.errors import BadOption, UnknownIds, counted, shown
from cofactor.log import info

if TYPE_CHECKING:
    from cofactor.data.ratings import Ratings

__all__ = ["ForgetMixin"]

NOBODY_WENT = (
    "Nobody was taken out. Whoever is not in the model's table was never in it, or has been taken out before: it keeps "
    "no list of these."
)


class ForgetMixin(FitMixin):
    """A model that can leave people out, and says what it holds by a hash."""

    def forget(self, users: Id | Sequence[Id] | Array) -> Receipt:
        """Take people out: their ratings, their attributes and what was learned of them alone; returns what was done.

        users: an id, or several, who then go together, which takes hardly longer than one
        What the model learned from everybody is worked out again without them, or stays: `forgetting` says which, and
        the receipt names what stayed.
        Raises `UnknownIds`, and `BadOption` where nobody came or nobody else would be left; should anything fail, the
        model stays as it was. Other threads may ask the model meanwhile.
        """
        while True:
            before = self.snapshot()
            user_idx = np.unique(_found(before, users))
            remaining = _without(before.ratings, user_idx)
            fingerprint = before.fingerprint()  # what does not change need not be hashed again
            after = before.copied()
            after.leave_out(user_idx, remaining)
            if self.replace_state(before, after):
                break
        info("%s forgot %s", type(self).__name__, counted(len(user_idx), "user"))
        return _receipt(before, after, user_idx, (fingerprint, after.fingerprint()))

    def leave_out(self, user_idx: IntArray, remaining: "Ratings") -> None:
        """Be the model without some of its users, in place. remaining: its ratings without theirs"""
        self._be(remaining, self.state_without(user_idx, remaining))

    def fingerprint(self) -> str:
        """SHA-256, in hexadecimal, over its class, its options, what it learned and its ratings with their ids.

        Raises `NotFitted` before `fit`.
        """
        return model_fingerprint(self)


def _found(model: FitMixin, users: Id | Sequence[Id] | Array) -> IntArray:
    """The users' indices. Raises `UnknownIds`, and `BadOption` where the model holds nobody who could go."""
    if not model.ratings.n_users:
        raise BadOption(
            f"This {type(model).__name__} holds no people, so that nobody can be taken out of it: what it learned from "
            "them is in its items. To have a model without somebody, fit anew on a table without them."
        )
    try:
        return find(model.ratings, "user", users)
    except UnknownIds as error:
        error.args = (f"{error} {NOBODY_WENT}",)
        raise


def _without(ratings: "Ratings", user_idx: IntArray) -> "Ratings":
    """The ratings of all others; raises `BadOption` where there is nobody to take out, or nobody left."""
    if not len(user_idx):
        raise BadOption("forget takes users out of the model, but none came. Give their ids.")
    ids = ratings.users.gather(user_idx)
    remaining = ratings.without(users=ids)
    if not len(remaining):
        who = shown(ids.tolist()[0]) if len(ids) == 1 else "these users"
        raise BadOption(f"Without {who} there are no ratings left. Delete the model instead.")
    return remaining


def _receipt(before: FitMixin, after: FitMixin, user_idx: IntArray, hashes: tuple[str, str]) -> Receipt:
    """Of two states of a model, the second without these users of the first."""
    was, now, ratings = before.learned_values(), after.learned_values(), before.ratings
    kept = [name for name in now if now[name] is was[name]]
    of_users = [name for name in now if np.shape(was[name])[:1] == (ratings.n_users,)]
    removed = [name for name in of_users if np.shape(now[name]) != np.shape(was[name])]
    rows = ratings.some_rows("user", user_idx)
    committed = commitments(ratings, user_idx, rows)
    return Receipt(
        forgetting=before.forgetting, n_users=len(user_idx), n_ratings=len(ratings) - len(after.ratings),
        n_items=len(np.unique(rows.indices)), removed=tuple(removed),
        solved_again=tuple(name for name in now if name not in kept and name not in removed), kept=tuple(kept),
        before=hashes[0], after=hashes[1], note=before.forgetting_note,
        commitments=tuple(sorted(commitment for _, commitment in committed.values())),
        day=f"{date.today():%Y-%m-%d}", users=tuple(committed), keys={one: key for one, (key, _) in committed.items()},
    )  # fmt: skip
