"""The words of a cell: a text may hold several, as in "Comedy|Drama", and a list holds one in each place."""

from collections.abc import Iterator
from typing import Any

import numpy as np

__all__ = ["SEPARATOR", "words_of"]

SEPARATOR = "|"
SEVERAL = (list, tuple, set, frozenset, np.ndarray)


def words_of(cell: Any) -> Iterator[str]:
    """The words of a cell, each once, in their order; none of a missing one."""
    if isinstance(cell, SEVERAL):
        yield from dict.fromkeys(str(one).strip() for one in cell if one is not None and str(one).strip())
    elif cell is not None and cell == cell:  # nan is no word
        yield from dict.fromkeys(word.strip() for word in str(cell).split(SEPARATOR) if word.strip())
