"""The NumPy twin of `key_numbers.py`: a dictionary."""

import numpy as np

from cofactor.arrays import IntArray
from cofactor.kernels.ids.key_numbers import DistinctUsers, KeyNumbers
from cofactor.kernels.ids.key_ranges import KeyedRows

__all__ = ["number_users"]


def number_users(known: KeyNumbers, rows: KeyedRows) -> IntArray:
    """Users are looked up by their keys and texts."""
    found, texts = known.found, _texts(rows.text, rows.lengths, len(rows.keys))
    users = list(zip(found.keys.tolist(), _texts(found.text, np.diff(found.text_ends), known.n), strict=True))
    numbers = {user: at for at, user in enumerate(users)}
    of_rows = [numbers.setdefault(user, len(numbers)) for user in zip(rows.keys.tolist(), texts, strict=True)]
    every = list(numbers)
    known.n = len(every)
    ends = np.cumsum([0, *(len(text) for _, text in every)])
    text = np.frombuffer(b"".join(text for _, text in every), np.uint8)
    known.users = DistinctUsers(np.array([key for key, _ in every], np.uint64), ends, text)
    return np.array(of_rows, np.int32)


def _texts(text: IntArray, lengths: IntArray, n: int) -> list[bytes]:
    if not lengths.size:
        return [b""] * n
    ends = np.cumsum(lengths)
    return [text[end - size : end].tobytes() for end, size in zip(ends.tolist(), lengths.tolist(), strict=True)]
