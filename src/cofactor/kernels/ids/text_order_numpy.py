"""The NumPy twins of `text_order.py`: eight bytes of all texts at once; a search of Python's."""

from bisect import bisect_left
from itertools import pairwise

import numpy as np

from cofactor.arrays import IntArray
from cofactor.kernels.ids.keys import WORD
from cofactor.kernels.ids.text_order import Texts

__all__ = ["are_rising", "find_texts"]

FIRST_BYTES = np.array([2**64 - 2 ** (64 - 8 * n) for n in range(WORD + 1)], np.uint64)  # of a big-endian word


def are_rising(texts: Texts) -> bool:
    """Neighbours are compared by their first words; those that are alike by the next ones, until one ends."""
    lengths, padded = np.diff(texts.ends, prepend=0), np.append(texts.text, np.zeros(WORD, np.uint8))
    words = np.ndarray(len(texts.text) + 1, np.dtype(">u8"), padded.data, strides=(1,))

    def word(rows: IntArray, done: int) -> IntArray:
        found = words[texts.ends[rows] - lengths[rows] + done].astype(np.uint64)
        return found & FIRST_BYTES[np.clip(lengths[rows] - done, 0, WORD)]

    behind, done = np.arange(1, len(lengths)), 0  # the texts that are as those before them so far
    while len(behind):
        before, here = word(behind - 1, done), word(behind, done)
        if (before > here).any():
            return False
        behind, done = behind[before == here], done + WORD
        length_before, length = lengths[behind - 1], lengths[behind]
        have_ended = np.minimum(length_before, length) <= done
        if (length_before >= length)[have_ended].any():
            return False
        behind = behind[~have_ended]
    return True


def find_texts(asked: Texts, rising: Texts) -> IntArray:
    """Each text by halving the list of all."""
    known = _listed(rising)
    places = [(one, bisect_left(known, one)) for one in _listed(asked)]
    return np.array([at if known[at : at + 1] == [one] else -1 for one, at in places], np.int32)


def _listed(texts: Texts) -> list[bytes]:
    return [texts.text[start:end].tobytes() for start, end in pairwise([0, *texts.ends.tolist()])]
