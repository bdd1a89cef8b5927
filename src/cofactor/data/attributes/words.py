"""The words of a cell: a text may hold several, as in "Comedy|Drama", and a list holds one in each place."""

from functools import lru_cache
from typing import Any

import numpy as np

__all__ = ["SEPARATOR", "words_of"]

SEPARATOR = "|"
SEVERAL = (list, tuple, set, frozenset, np.ndarray)


def words_of(cell: Any) -> tuple[str, ...]:
    """The words of a cell, each once, in their order; none of a missing one."""
    if isinstance(cell, SEVERAL):
        return tuple(dict.fromkeys(str(one).strip() for one in cell if one is not None and str(one).strip()))
    if cell is None or cell != cell:  # nan is no word
        return ()
    return _words_of_text(str(cell))


@lru_cache(maxsize=10_000)  # a column repeats its cells, and a sampler asks for all of them again and again
def _words_of_text(text: str) -> tuple[str, ...]:
    return tuple(dict.fromkeys(word.strip() for word in text.split(SEPARATOR) if word.strip()))
