"""Which model this is: one hash of its class, its options, all that it learned and the ratings it learned from.

Of what has not changed since the hash is kept, so that the next fingerprint is soon there when somebody is forgotten.
"""

import hashlib
import json
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import numpy as np

from cofactor.arrays import Array
from cofactor.contract.fitting import FitMixin
from cofactor.data.user_digests import table_digest
from cofactor.kernels.threads import n_threads

__all__ = ["model_fingerprint"]

PIECE = 4_000_000  # bytes that are hashed at once, so that several threads can


def model_fingerprint(model: FitMixin, lists: Mapping[str, Any] | None = None) -> str:
    """SHA-256 of a fitted model: equal for equal models, and another after `fit`, `update` or `forget`.

    lists: options of `recommend` that its lists are made with; other options are another fingerprint
    Raises `NotFitted` before anything is learned.
    """
    digest = hashlib.sha256(type(model).__qualname__.encode())
    for part in (model.options(), dict(lists or {})):
        digest.update(json.dumps(part, sort_keys=True, default=str).encode())
    # of a model that is saved without people the hash of their ratings would let a guess at them be checked
    digest.update(table_digest(model.ratings if model.saves_ratings else model.ratings.catalogue))
    known: dict[str, tuple[Any, bytes]] = vars(model).get("_digests", {})
    found = {name: _known_or_new(value, known.get(name)) for name, value in sorted(model.learned_values().items())}
    vars(model)["_digests"] = found  # another mapping for another state: copies of the model share the earlier one
    for name, (_, of_value) in found.items():
        digest.update(name.encode() + of_value)
    return digest.hexdigest()


def _known_or_new(value: Any, known: tuple[Any, bytes] | None) -> tuple[Any, bytes]:
    """A value and its hash; what was learned is never written into, so the same object has the same hash."""
    return known if known and known[0] is value else (value, _digest_of(np.asarray(value, order="C")))


def _digest_of(array: Array) -> bytes:
    """SHA-256 over its type, its shape and the hashes of its pieces."""
    digest = hashlib.sha256(f"{array.dtype.str} {array.shape}".encode())
    if array.dtype.kind == "O":
        digest.update(repr(array.tolist()).encode())
        return digest.digest()
    whole = array.reshape(-1).view(np.uint8).data
    pieces = [whole[at : at + PIECE] for at in range(0, len(whole), PIECE)]
    if len(pieces) < 2:
        found = map(_sha256, pieces)
    else:
        with ThreadPoolExecutor(n_threads()) as pool:  # hashing lets other threads run
            found = list(pool.map(_sha256, pieces))
    for one in found:
        digest.update(one)
    return digest.digest()


def _sha256(piece: memoryview) -> bytes:
    return hashlib.sha256(piece).digest()
