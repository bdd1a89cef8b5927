"""The receipt of a deletion: what went out of a model, what stayed, and what shows later that just that went."""

import hashlib
import hmac
import json
import secrets
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, Self

import numpy as np

from cofactor.arrays import Id, IntArray
from cofactor.contract.forgetting import MEANINGS, NOT_REACHED, Forgetting
from cofactor.data.expecting import as_ratings
from cofactor.errors import BadOption, counted, shown
from cofactor.replacing import replace_file
from cofactor.sheet import TextMixin

if TYPE_CHECKING:
    from cofactor.data.csr_rows import Rows
    from cofactor.data.expecting import RatingsOrFrame
    from cofactor.data.ratings import Ratings

__all__ = ["Receipt", "commitments"]

FORMAT = "cofactor receipt 1"
KEY_BYTES = 32
NOT_WRITTEN = ("users", "keys")  # who they were, and what would let others ask whether they were


@dataclass(frozen=True)
class Receipt(TextMixin):
    """The result of `forget`, to be kept with the request.

    It holds counts, hashes and a commitment to each person's ratings under a key of their own, so that it says nothing
    of anybody to whoever lacks the key, not even to whoever guesses. A key is given here once, to be handed on, and is
    neither written with the receipt nor kept anywhere: without it nothing can be shown later.

    removed: learned arrays in which rows were theirs, and are gone
    solved_again: learned arrays that were worked out without them, as `forgetting` says
    kept: learned arrays that stayed, in which their ratings are among those of everybody; a new `fit` takes them out
    before, after: hashes of the model, its ratings included: `model.fingerprint()`, or of a folder its fingerprint
    day: when they were forgotten, as in "2026-11-30"
    """

    forgetting: Forgetting
    n_users: int
    n_ratings: int  # of theirs, that are gone from the model's table
    n_items: int  # different ones, of these ratings
    removed: tuple[str, ...]
    solved_again: tuple[str, ...]
    kept: tuple[str, ...]
    before: str
    after: str
    note: str = ""  # what else is to be known of what this model gives
    hashed: Literal["model", "folder"] = "model"
    day: str = ""
    commitments: tuple[str, ...] = ()
    not_reached: tuple[str, ...] = NOT_REACHED
    users: tuple[Id, ...] = ()
    keys: Mapping[Id, str] = field(default_factory=dict[Id, str], repr=False)  # one of each person, in hexadecimal

    def __str__(self) -> str:
        who = repr(self.users[0]) if len(self.users) == 1 else counted(self.n_users, "user")
        parts = {"Removed": self.removed, "Solved again": self.solved_again, "Kept, of everybody": self.kept}
        lines = [f"{what}: {', '.join(names)}." for what, names in parts.items() if names]
        return "\n".join([
            f"{who} and {counted(self.n_ratings, 'rating')} are gone from the model's table.",
            *lines,
            f"{self.forgetting.capitalize()}: {MEANINGS[self.forgetting]}.",
            *([self.note] if self.note else []),
            f"Not reached: {'; '.join(self.not_reached)}.",
            f"SHA-256 of the {self.hashed} before: {self.before}",
            f"{'after:':>{len(f'SHA-256 of the {self.hashed} before:')}} {self.after}",
        ])  # fmt: skip

    # ---- kept, and read again -----------------------------------------------------------------------------

    def to_json(self) -> str:
        """The receipt as JSON, without the people's ids and without the keys."""
        known = {name: value for name, value in asdict(self).items() if name not in NOT_WRITTEN}
        return json.dumps({"format": FORMAT, **known}, indent=1)

    @classmethod
    def from_json(cls, text: str) -> Self:
        """The receipt that was written as this JSON. Raises `BadOption` for anything else."""
        try:
            found: dict[str, Any] = json.loads(text)
            is_one = found.pop("format") == FORMAT and found["forgetting"] in MEANINGS
            values: dict[str, Any] = {name: tuple(one) if isinstance(one, list) else one for name, one in found.items()}
            receipt = cls(**values)
        except (ValueError, TypeError, LookupError, AttributeError, RecursionError) as error:
            raise BadOption(f"This is no receipt of `forget`: {error}. Give the file as it was written.") from None
        if not is_one:
            raise BadOption(f"This is no receipt of the form {FORMAT!r}. Read it with the version that wrote it.")
        return receipt

    def write(self, path: str | Path) -> Path:
        """Write it as JSON and return the path; what stood there is replaced once all of it is on the disk."""

        def write_text(file: Path) -> None:
            file.write_text(self.to_json() + "\n", encoding="utf-8")

        replace_file(Path(path).absolute(), write_text)
        return Path(path)

    # ---- shown later --------------------------------------------------------------------------------------

    def verify(self, ratings: "RatingsOrFrame", key: str) -> bool:
        """True where just these ratings of one person, no more and no fewer, were taken out of the model.

        ratings: theirs, as the model had them: their id, items and values; times are not looked at
        key: theirs, as `keys` gave it

        Raises `BadOption` for ratings of several people, and for a key that is none.
        """
        table = as_ratings(ratings, "verify looks for")
        who = np.unique(table.user_idx)
        if len(who) != 1:
            raise BadOption(
                f"verify looks for the ratings of one person, but {counted(len(who), 'user')} came. Ask for one at a "
                f"time, each with their key."
            )
        try:
            secret = bytes.fromhex(key)
        except (ValueError, TypeError):
            raise BadOption(f"A key is {2 * KEY_BYTES} hexadecimal digits, but {shown(key)} came.") from None
        return _commitments(table, who, table.some_rows("user", who), [secret])[0] in self.commitments


def commitments(ratings: "Ratings", user_idx: IntArray, rows: "Rows") -> dict[Id, tuple[str, str]]:
    """A fresh key of each of these users (ascending), by id, and the commitment to their ratings under it.

    rows: their ratings
    """
    keys = [secrets.token_bytes(KEY_BYTES) for _ in user_idx]
    ids, found = ratings.users.gather(user_idx).tolist(), _commitments(ratings, user_idx, rows, keys)
    return {one: (key.hex(), commitment) for one, key, commitment in zip(ids, keys, found, strict=True)}


def _commitments(ratings: "Ratings", user_idx: IntArray, rows: "Rows", keys: Sequence[bytes]) -> list[str]:
    """HMAC-SHA256 of each user's id, items and values, whatever their order; of a pair that occurs twice its last."""
    found = list[str]()
    for at, (user, key) in enumerate(zip(ratings.users.gather(user_idx).tolist(), keys, strict=True)):
        items, values = rows.of(at)
        pairs = sorted(zip(map(str, ratings.items.gather(items).tolist()), values.tolist(), strict=True))
        message = json.dumps([FORMAT, str(user), pairs])
        found.append(hmac.new(key, message.encode(), hashlib.sha256).hexdigest())
    return found
