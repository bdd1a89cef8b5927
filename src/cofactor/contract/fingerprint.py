"""Which model this is: one hash of its class, its options, all that it learned and the ratings it learned from."""

import hashlib
import json
from collections.abc import Mapping
from typing import Any

import numpy as np

from cofactor.contract.fitting import FitMixin

__all__ = ["model_fingerprint"]


def model_fingerprint(model: FitMixin, lists: Mapping[str, Any] | None = None) -> str:
    """SHA-256 of a fitted model: equal for equal models, and another after `fit`, `update` or `forget`.

    lists: options of `recommend` that its lists are made with; other options are another fingerprint
    Raises `NotFitted` before anything is learned.
    """
    ratings = model.ratings
    digest = hashlib.sha256(type(model).__qualname__.encode())
    for part in (model.options(), dict(lists or {})):
        digest.update(json.dumps(part, sort_keys=True, default=str).encode())
    digest.update(ratings.fingerprint.encode())
    for name, value in sorted(model.learned_values().items()):
        array = np.asarray(value, order="C")
        digest.update(f"{name} {array.dtype.str} {array.shape}".encode())
        digest.update(array.tobytes() if array.dtype.kind != "O" else repr(array.tolist()).encode())
    return digest.hexdigest()
