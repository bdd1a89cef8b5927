"""The ids of one column and their codes, as the course shows them: a list, and its way back `o2i`."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from difflib import get_close_matches
from typing import Any, cast

import numpy as np
import pandas as pd

from cofactor.arrays import Array, Id, IntArray
from cofactor.collab.lists import L
from cofactor.data.ids import IdMap
from cofactor.errors import BadOption, UnknownIds, verb_of

__all__ = ["NA", "CategoryMap", "Classes", "NoSuchColumn", "NotInTraining", "is_text"]

MAX_COMPARED = 20_000  # texts, which take about a second
NA = "#na#"  # stands at code 0: a row whose id is missing


class NotInTraining(UnknownIds, KeyError):
    """Ids that no training rating has; a `KeyError` too, because that is what notebooks catch."""

    def __init__(self, kind: str, ids: Sequence[object], known: IdMap) -> None:
        near = _nearest(ids[0], known) if len(ids) == 1 else []
        super().__init__(kind, ids, len(known), near)
        named = ", ".join(repr(one) for one in self.ids[:5]) + (", …" if len(self.ids) > 5 else "")
        split = "If they were in your table, the split has put all of their ratings into the validation set. "
        mend = f"Did you mean {near[0]!r}?" if near else "Check spelling and type."
        are = verb_of(len(self.ids), "are")
        self.message = (
            f"{len(self.ids)} of the asked {kind} ids {are} not in the training data: {named}. "
            f"{'' if known.values.dtype.kind in 'OUT' else split}{mend}"
        )

    def __str__(self) -> str:
        return self.message


class NoSuchColumn(BadOption, KeyError):
    """Raised by `dls.classes[name]` for a column that has no codes; a `KeyError` too, as of any mapping."""

    def __init__(self, name: object, known: Sequence[str]) -> None:
        user, item = known
        self.message = (
            f"classes[{name!r}] was asked for, but only the user column {user!r} and the item column {item!r} have "
            f"classes. For titles in place of numbers, merge them into the table, "
            f"ratings.merge(movies[[{item!r}, 'title']]), and pass item_name='title' to CollabDataLoaders.from_df."
        )
        super().__init__(self.message)

    def __str__(self) -> str:
        return self.message


class CategoryMap(Sequence[Any]):
    """`#na#`, then the ids of a column in their order; code c is the id at place c.

    A column of pandas' categorical type keeps all of its categories, also those that nobody uses.

    >>> films = CategoryMap.of(pd.Series(["Up", "Alien", "Up"]), "title")
    >>> films, films.o2i["Up"], films[1]
    (['#na#', 'Alien', 'Up'], 2, 'Alien')
    """

    def __init__(self, ids: IdMap) -> None:
        self.ids = ids
        self.o2i = _ToCode(ids)

    @classmethod
    def of(cls, column: pd.Series, name: str) -> "CategoryMap":
        """From the training ratings' column."""
        if isinstance(column.dtype, pd.CategoricalDtype):
            return cls(IdMap.of(column.cat.categories.tolist(), name))
        return cls(IdMap.encode(_ids(column.dropna()), name)[0])

    @property
    def items(self) -> L:
        """All ids in the order of their codes, `#na#` first."""
        return L(list(self))

    def codes(self, column: pd.Series) -> IntArray:
        """(n,) int32 code of each row: 0 where the id is missing, -1 for a stranger."""
        missing = column.isna().to_numpy()
        codes = np.zeros(len(column), np.int32)
        found = self.ids.find(_ids(cast(pd.Series, column[~missing])))
        codes[~missing] = np.where(found < 0, -1, found + 1)
        return codes

    def map_objs(self, objs: Iterable[Id]) -> list[int]:
        """The code of each id, 0 for `#na#`; raises `NotInTraining` for an id that has no code."""
        return [self.o2i[one] for one in objs]

    def map_ids(self, codes: Iterable[int]) -> list[Any]:
        """The id at each code, `#na#` at code 0; raises `IndexError` beyond the last code."""
        return [self[code] for code in codes]

    def __len__(self) -> int:
        return len(self.ids) + 1

    def __getitem__(self, at: Any) -> Any:
        """The id at a code (a number or a 0-d tensor), or the list of ids at several."""
        if isinstance(at, slice):
            return [self[code] for code in range(len(self))[at]]
        if np.ndim(at):
            return [self[code] for code in np.asarray(at)]
        place = range(len(self))[int(at)]  # counts from the end where negative, raises IndexError beyond
        return NA if place == 0 else self.ids.values[place - 1]

    def __iter__(self) -> Iterator[Any]:
        yield NA
        yield from self.ids.values

    def __contains__(self, one: object) -> bool:
        return one in self.o2i

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Iterable) and list(self) == list(other)

    __hash__ = None  # pyright: ignore[reportAssignmentType]

    def __repr__(self) -> str:
        first = [one.item() if isinstance(one, np.generic) else one for one in self[:11]]
        more = f", …] ({len(self)} in all)" if len(self) > len(first) else "]"
        return repr(first)[:-1] + more


class Classes(dict[str, CategoryMap]):
    """The ids of the user column and of the item column by the columns' names; raises `NoSuchColumn` for another."""

    def __missing__(self, name: object) -> CategoryMap:
        raise NoSuchColumn(name, list(self))


def _nearest(one: object, known: IdMap) -> list[str]:
    """The known text that is most like this one, if any is, and they are not too many to compare."""
    if not isinstance(one, str) or len(known) > MAX_COMPARED:
        return []
    return get_close_matches(one, [text for text in known.values if isinstance(text, str)], n=1)


def is_text(column: pd.Series) -> bool:
    """True where a column holds text, or objects of any kind."""
    return pd.api.types.is_object_dtype(column.dtype) or isinstance(column.dtype, pd.StringDtype)


class _ToCode(Mapping[Any, int]):
    """From id to code; asking for a stranger raises and never adds an entry."""

    def __init__(self, ids: IdMap) -> None:
        self._ids = ids

    def __getitem__(self, one: Any) -> int:
        if isinstance(one, str) and one == NA:
            return 0
        at = int(self._ids.find([one])[0])
        if at < 0:
            raise NotInTraining(self._ids.kind, [one], self._ids)
        return at + 1

    def __iter__(self) -> Iterator[Any]:
        yield NA
        yield from self._ids.values

    def __len__(self) -> int:
        return len(self._ids) + 1


def _ids(column: pd.Series) -> Array:
    """Its values; floats that are all whole as integers: pandas makes floats of whole ids where one is missing."""
    values = column.to_numpy()
    if values.dtype.kind == "f" and (values == np.floor(values)).all() and (np.abs(values) < 2**53).all():
        return values.astype(np.int64)
    return values
