"""A hash of each person's part of a table, so that the hash of the whole is known at once when somebody goes."""

import hashlib
from typing import TYPE_CHECKING

import numpy as np

from cofactor.arrays import Array

if TYPE_CHECKING:
    from cofactor.data.ratings import Ratings

__all__ = ["digests_of_users", "table_digest"]


def digests_of_users(ratings: "Ratings") -> Array:
    """(n_users, 32) uint8: SHA-256 of each user's id, attributes and ratings (item index, value, time) in row order."""
    order = np.argsort(ratings.user_idx, kind="stable")
    times = np.zeros(len(ratings), np.int64) if ratings.timestamps is None else ratings.timestamps
    rows = np.empty(len(ratings), [("item", "<i4"), ("value", "<f4"), ("time", "<i8")])
    rows["item"], rows["value"], rows["time"] = ratings.item_idx[order], ratings.values_of(order), times[order]
    ends = np.append(0, np.cumsum(np.bincount(ratings.user_idx, minlength=ratings.n_users))) * rows.itemsize
    whole, columns = rows.view(np.uint8).data, [ratings.users.values, *ratings.user_attributes.values()]
    found = bytearray()
    for at, about in enumerate(zip(*(column.tolist() for column in columns), strict=True)):
        digest = hashlib.sha256(repr(about).encode())
        digest.update(whole[ends[at] : ends[at + 1]])
        found += digest.digest()
    return np.frombuffer(bytes(found), np.uint8).reshape(-1, 32)


def table_digest(ratings: "Ratings") -> bytes:
    """SHA-256 over the kind, the items' ids and `user_digests`: 32 bytes that say what a table holds."""
    digest = hashlib.sha256(f"{ratings.kind} {ratings.timestamps is not None} {[*ratings.user_attributes]}".encode())
    digest.update(repr(ratings.items.values.tolist()).encode())
    digest.update(ratings.user_digests.tobytes())
    return digest.digest()
