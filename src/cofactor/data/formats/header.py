"""The names of a table's columns, unique also where the table has none for one, or the same for two."""

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

__all__ = ["Header"]

NO_NAME = re.compile(r"\s*|Unnamed: \d+")  # what a CSV of pandas begins with, and what pandas makes of it


@dataclass(frozen=True)
class Header:
    """The names of the columns.

    names: a unique one for each column     unnamed: those made up     repeated: those that occurred several times
    """

    names: tuple[str, ...] = ()
    unnamed: frozenset[str] = frozenset()
    repeated: frozenset[str] = frozenset()

    @classmethod
    def of(cls, column_names: Sequence[object]) -> "Header":
        """The header of these names; a second "rating" becomes "rating_3", after its position."""
        written = [str(name).strip() for name in column_names]
        n_times = Counter(written)
        names: list[str] = []
        for at, name in enumerate(written):
            unique = f"column_{at}" if not name else name if name not in written[:at] else f"{name}_{at}"
            while unique in names or (unique != name and unique in written):
                unique += "_"
            names.append(unique)
        pairs = list(zip(names, written, strict=True))
        some_named = not all(NO_NAME.fullmatch(name) for name in written)
        return cls(
            tuple(names), frozenset(name for name, one in pairs if some_named and NO_NAME.fullmatch(one)),
            frozenset(name for name, one in pairs if one and n_times[one] > 1),
        )  # fmt: skip
