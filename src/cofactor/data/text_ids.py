"""Ids that are all text, in one run of bytes: ten million of them are not ten million Python objects."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise

import numpy as np

from cofactor.arrays import Array, BoolArray, IntArray, object_array
from cofactor.kernels.ids.keys import keys_of_texts
from cofactor.kernels.ids.text_order import Texts, are_rising, find_texts

__all__ = ["TextIds"]

NOWHERE = -1
INNER_BYTE = 0b1100_0000, 0b1000_0000  # mask and bits of a byte that goes on with a character of UTF-8


@dataclass(frozen=True, eq=False)
class TextIds:
    """n ids in UTF-8, one behind the other; a `str` is made of one when somebody asks for it.

    text: (bytes,) uint8     ends: (n,) int64, the place behind each

    >>> ids = TextIds.of(["ann", "bob"])
    >>> ids.find(["bob", "eve"]).tolist(), ids.gather(np.array([1])).tolist()
    ([1, -1], ['bob'])
    """

    text: IntArray
    ends: IntArray

    @classmethod
    def of(cls, ids: Iterable[str]) -> "TextIds":
        """These ids, in their order."""
        texts = [one.encode("utf-8", "surrogatepass") for one in ids]  # what no text may hold is kept as it came
        ends = np.cumsum(np.fromiter(map(len, texts), np.int64, len(texts)))
        return cls(np.frombuffer(b"".join(texts), np.uint8), ends)

    def __len__(self) -> int:
        return len(self.ends)

    @property
    def are_text(self) -> bool:
        """True where the bytes are UTF-8, and no character is cut in two."""
        try:
            self.text.tobytes().decode("utf-8", "surrogatepass")
        except UnicodeDecodeError:
            return False
        mask, bits = INNER_BYTE
        inner_ends = self.ends[self.ends < len(self.text)]
        return not ((self.text[inner_ends] & mask) == bits).any()

    @property
    def are_unique(self) -> bool:
        """True where no id stands twice."""
        return self._are_rising or self._are_told_apart()

    @property
    def keys(self) -> IntArray:
        """(n,) uint64, the hash of each (`keys_of_texts`)."""
        return keys_of_texts(self.text, np.diff(self.ends, prepend=0))

    def objects(self) -> Array:
        """(n,) all ids as Python's texts."""
        blob = self.text.tobytes()
        return object_array([_decoded(blob[start:end]) for start, end in pairwise([0, *self.ends.tolist()])])

    def gather(self, idx: IntArray) -> Array:
        """The ids at these indices as Python's texts, an object array of the same shape."""
        return object_array([_decoded(self._bytes(at)) for at in idx.ravel().tolist()]).reshape(idx.shape)

    def only(self, keep: BoolArray) -> "TextIds":
        """The ids where the mask is True, in their order."""
        lengths = np.diff(self.ends, prepend=0)
        return TextIds(self.text[np.repeat(keep, lengths)], np.cumsum(lengths[keep]))

    def find(self, ids: Sequence[object] | Array) -> IntArray:
        """The index of each of these, -1 for whatever is none of the ids; (len(ids),) int32."""
        found = np.full(len(ids), NOWHERE, np.int32)
        rows = [row for row, one in enumerate(ids) if isinstance(one, str)]
        asked = TextIds.of(str(ids[row]) for row in rows)
        found[rows] = find_texts(asked._as_texts, self._as_texts) if self._are_rising else self._by_key_of(asked)
        return found

    @property
    def _as_texts(self) -> Texts:
        return Texts(self.text, self.ends)

    @cached_property
    def _are_rising(self) -> bool:
        """The ids of a table that was read are; not those that came to a model later."""
        return are_rising(self._as_texts)

    # ---- ids in no order: by their keys --------------------------------------------------------------------

    def _by_key_of(self, asked: "TextIds") -> list[int]:
        keys = asked.keys
        places = np.searchsorted(self._by_key[0], keys).tolist()
        return [self._index_from(place, keys[at], asked._bytes(at)) for at, place in enumerate(places)]

    def _index_from(self, place: int, key: np.uint64, text: bytes) -> int:
        """The index of the id with this text, among those of this key, of which the first is at this place."""
        keys, order = self._by_key
        while place < len(keys) and keys[place] == key:
            if self._bytes(order[place]) == text:
                return int(order[place])
            place += 1
        return NOWHERE

    def _bytes(self, at: int) -> bytes:
        return self.text[self.ends[at - 1] if at else 0 : self.ends[at]].tobytes()

    @cached_property
    def _by_key(self) -> tuple[IntArray, IntArray]:
        """All keys, ascending, and the index of each."""
        keys = self.keys
        order = np.argsort(keys)
        return keys[order], order

    def _are_told_apart(self) -> bool:
        keys, order = self._by_key
        alike = np.flatnonzero(keys[1:] == keys[:-1])
        texts = [self._bytes(at) for at in order[np.union1d(alike, alike + 1)].tolist()]
        return len(set(texts)) == len(texts)


def _decoded(text: bytes) -> str:
    return text.decode("utf-8", "surrogatepass")
