"""The NumPy twin of `key_numbers.py`: a dictionary."""

import numpy as np

from cofactor.arrays import IntArray
from cofactor.kernels.ids.key_numbers import DistinctIds, KeyNumbers

__all__ = ["number_ids"]


def number_ids(known: KeyNumbers, keys: IntArray, lengths: IntArray, text: IntArray) -> IntArray:
    """Ids are looked up by their keys and texts."""
    found = known.found
    before = zip(found.keys.tolist(), _texts(found.text, np.diff(found.text_ends), known.n), strict=True)
    numbers = {one: at for at, one in enumerate(before)}
    ids = zip(keys.tolist(), _texts(text, lengths, len(keys)), strict=True)
    of_each = [numbers.setdefault(one, len(numbers)) for one in ids]
    known.n = len(numbers)
    ends = np.cumsum([0, *(len(text) for _, text in numbers)])
    joined = np.frombuffer(b"".join(text for _, text in numbers), np.uint8)
    known.ids = DistinctIds(np.array([key for key, _ in numbers], np.uint64), ends, joined)
    return np.array(of_each, np.int32)


def _texts(text: IntArray, lengths: IntArray, n: int) -> list[bytes]:
    if not lengths.size:
        return [b""] * n
    ends = np.cumsum(lengths)
    return [text[end - size : end].tobytes() for end, size in zip(ends.tolist(), lengths.tolist(), strict=True)]
