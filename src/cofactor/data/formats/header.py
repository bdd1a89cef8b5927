"""What a table's columns are called: each by one name, also where the table gives none, or the same one twice."""

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

__all__ = ["Header"]

NO_NAME = re.compile(r"\s*|Unnamed: \d+")  # what a CSV of pandas begins with, and what pandas makes of it


@dataclass(frozen=True)
class Header:
    """names: one of its own for each column; unnamed: those made up; repeated: those that stood several times"""

    names: tuple[str, ...] = ()
    unnamed: frozenset[str] = frozenset()
    repeated: frozenset[str] = frozenset()

    @classmethod
    def of(cls, given: Sequence[object]) -> "Header":
        """From what stands above the columns; a second "rating" becomes "rating_3", the position being its number."""
        told = [str(name).strip() for name in given]
        times = Counter(told)
        names: list[str] = []
        for at, name in enumerate(told):
            unique = f"column_{at}" if not name else name if name not in told[:at] else f"{name}_{at}"
            while unique in names or (unique != name and unique in told):
                unique += "_"
            names.append(unique)
        pairs = list(zip(names, told, strict=True))
        some_named = not all(NO_NAME.fullmatch(name) for name in told)
        return cls(
            tuple(names), frozenset(name for name, one in pairs if some_named and NO_NAME.fullmatch(one)),
            frozenset(name for name, one in pairs if one and times[one] > 1),
        )  # fmt: skip
