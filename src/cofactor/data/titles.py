"""Items by their titles: exactly, or nearly so."""

from difflib import get_close_matches

import numpy as np

from cofactor.arrays import Array, Id
from cofactor.data.ids import UNKNOWN, IdMap
from cofactor.errors import AmbiguousTitle

__all__ = ["ItemsByTitle"]


class ItemsByTitle:
    """titles: (n_items,) text, None where an item has none; or None where no item has one"""

    def __init__(self, titles: Array | None) -> None:
        self._places: dict[str, list[int]] = {}
        for at, title in enumerate(titles if titles is not None else ()):
            if title is not None:
                self._places.setdefault(title, []).append(at)

    def find(self, title: Id, items: IdMap) -> int:
        """The index of the item of this title, `UNKNOWN` where there is none.

        Raises `AmbiguousTitle`, which names the ids of the items, where there are several.
        """
        found = self._places.get(title, ()) if isinstance(title, str) else ()
        if len(found) > 1:
            raise AmbiguousTitle(str(title), items.gather(np.array(found)).tolist())
        return found[0] if found else UNKNOWN

    def like(self, text: Id, n: int) -> list[str]:
        """Up to n titles: those that hold the text, shortest first, else those spelt nearly so."""
        if not isinstance(text, str) or not text:
            return []
        titles = [title for title in self._places if isinstance(title, str)]
        holding = sorted((title for title in titles if text.lower() in title.lower()), key=len)
        return holding[:n] or get_close_matches(text, titles, n)
