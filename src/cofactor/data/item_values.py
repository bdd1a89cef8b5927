"""Values of items, such as how many people regretted each, with who set them, when, and from how many people."""

from collections.abc import Mapping
from dataclasses import KW_ONLY, dataclass
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple, Self
from weakref import ref

import numpy as np

from cofactor.arrays import FloatArray, Id
from cofactor.data.ids import UNKNOWN
from cofactor.errors import BadOption, UnknownIds, counted, shown, some_of
from cofactor.hyperparameters import conformed
from cofactor.sheet import Sheet, SheetMixin

if TYPE_CHECKING:
    from cofactor.data.expecting import Frame
    from cofactor.data.ratings import Ratings

__all__ = ["ASKED_OF_PEOPLE", "AlignedValues", "ItemValues"]

# what only people themselves can say; compared without case, spaces and signs, wherever it stands in a name
ASKED_OF_PEOPLE = (
    "wellbeing", "wellness", "welfare", "happiness", "satisfaction", "regret", "mental health", "quality of life",
)  # fmt: skip


class AlignedValues(NamedTuple):
    """The values of the items of a table of ratings.

    values: (n_items,) float64, nan where an item has none     n_unknown: values of items that the table does not hold
    errors: (n_items,) the standard error of each, nan where an item has none; None where none were given
    """

    values: FloatArray
    n_unknown: int
    errors: FloatArray | None = None

    def note(self) -> str:
        """A sentence on how many items have a value, and what becomes of the others."""
        n_without = int(np.isnan(self.values).sum())
        some = some_of(n_without, len(self.values), "item", "have")
        others = f" Values of {counted(self.n_unknown, 'unknown item')} are not used." if self.n_unknown else ""
        rule = ": neither pushed nor held back" if n_without else ""
        return f"{some} no value{rule}.{others}"


@dataclass(frozen=True, eq=False)
class ItemValues(SheetMixin):
    """A value of each of some items, beside what a model predicts: `cf.ItemValues("learning", {item: 0.7, …}, …)`.

    name: what is valued; a word such as "wellbeing" (all of them: `ASKED_OF_PEOPLE`) only where people were asked
    values: {item: number}, items by id or exact title     set_by: the person or office that answers for the values
    set_on: the day, such as "2026-03-01"     n_people: the people who were asked; 0 where nobody was
    standard_errors: {item: how far off its value may be}, in the unit of the values     n_answers: {item: people who
        were asked of it}; each is of all items that have a value, or None where it is not known
    Raises `BadOption` for what is of another type or empty, and for such a name where nobody was asked.

    >>> learning = ItemValues(
    ...     "learning", {10: 0.9, 20: 0.1}, higher_is_better=True, set_by="the editors", set_on="2026-03-01", n_people=0
    ... )
    >>> print(learning.origin)
    learning (higher is better), set by the editors on 2026-03-01, nobody was asked
    """

    name: str
    values: Mapping[Id, float]
    _: KW_ONLY
    higher_is_better: bool
    set_by: str
    set_on: str
    n_people: int
    standard_errors: Mapping[Id, float] | None = None
    n_answers: Mapping[Id, int] | None = None

    @classmethod
    def read(
        cls, source: "str | Path | Frame", *, item: str | None = None, value: str | None = None,
        name: str | None = None, higher_is_better: bool | None = None, set_by: str | None = None,
        set_on: str | None = None, n_people: int | None = None,
    ) -> Self:  # fmt: skip
        """The values of a table: a file of any kind that `cofactor.read` takes, or a data frame.

        item, value: the names of the columns; None: those usually called so, else the only other column
        name and the others: as in `ItemValues`. A text file may state them itself, in lines above its header such as
            "# name: learning", "# higher is better: yes", "# set by: the editors", "# set on: 2026-03-01" and "# people
            asked: 0"; what is passed goes before. Columns `standard_error` and `n_answers` are read where they are.
        A row without a value is left out. Raises `BadTable` where the table cannot be read, has two rows of an item, or
        a value that is no number; `BadOption` where one of these facts is missing or wrong.
        """
        from cofactor.data.item_values_table import read_item_values, refuse_missing_facts

        passed = {
            "name": name, "higher_is_better": higher_is_better, "set_by": set_by, "set_on": set_on,
            "n_people": n_people,
        }  # fmt: skip
        values, stated = read_item_values(source, item, value)
        facts: dict[str, Any] = stated | {fact: one for fact, one in passed.items() if one is not None}
        refuse_missing_facts(source, facts)
        return cls(values=values, **facts)

    def __post_init__(self) -> None:
        for fact, given in (("name", self.name), ("set_by", self.set_by)):
            if not conformed(fact, str, given).strip():
                raise BadOption(f"{fact} of item values is empty. State it: it is shown wherever the values are used.")
        n_people: int = conformed("n_people", int, self.n_people)
        if n_people < 0:
            raise BadOption(f"n_people counts the people who were asked, 0 where nobody was, but {n_people} came.")
        plain: dict[str, Any] = {
            "values": _numbers(self.values), "set_on": _day(self.set_on), "n_people": n_people,
            "higher_is_better": conformed("higher_is_better", bool, self.higher_is_better),
        }  # fmt: skip
        for of_items, kind, least in (("standard_errors", float, 0), ("n_answers", int, 1)):
            given = getattr(self, of_items)
            plain[of_items] = None if given is None else _of_all_items(of_items, given, plain["values"], kind, least)
        for fact, one in plain.items():
            object.__setattr__(self, fact, one)
        said = _only_people_can_say(self.name)
        if said and not n_people:
            raise BadOption(
                f"Item values cannot be named {self.name!r} where nobody was asked (n_people is 0): {said} is what "
                f"people say of themselves. Ask some, or name what was measured, such as 'editors' rating'."
            )

    @property
    def origin(self) -> str:
        """One line on what the values are, which way is better, who set them, when, and from how many people."""
        better = "higher" if self.higher_is_better else "lower"
        people = "1 person" if self.n_people == 1 else f"{self.n_people:,} people"
        asked = f"from {people}" if self.n_people else "nobody was asked"
        return f"{self.name} ({better} is better), set by {self.set_by} on {self.set_on}, {asked}"

    def aligned(self, ratings: "Ratings") -> AlignedValues:
        """The values in the order of these ratings' items; found once, and kept for the next question.

        Raises `UnknownIds` where the ratings hold none of the items, `BadOption` where two names are of one item.
        """
        of, found = vars(self).get("_aligned", (lambda: None, None))
        if found is None or of() is not ratings:
            found = self._found_in(ratings)
            object.__setattr__(self, "_aligned", (ref(ratings), found))
        return found

    def _found_in(self, ratings: "Ratings") -> AlignedValues:
        items = list(self.values)
        idx = ratings.find_items(items)
        known = idx != UNKNOWN
        if not known.any():
            raise UnknownIds("item", items, ratings.n_items, made_of=ratings.items.holds)
        found, first, times = np.unique(idx[known], return_index=True, return_counts=True)
        if (times > 1).any():
            twice = ratings.items.gather(found[times > 1]).tolist()[0]
            raise BadOption(
                f"{self.name!r} values item {shown(twice)} twice, by its id and by its title. Give it once."
            )
        columns = list[FloatArray]()
        for one in (self.values, self.standard_errors or {}):
            column = np.full(ratings.n_items, np.nan)
            if one:
                column[found] = np.array([one[item] for item in items], np.float64)[known][first]
            columns.append(column)
        values, errors = columns
        return AlignedValues(values, int(np.count_nonzero(~known)), None if self.standard_errors is None else errors)

    def write(self, path: str | Path) -> Path:
        """Write a CSV file that `read` and the command line take as it is, facts included; its path.

        Raises `BadOption` for a path of another ending, `NotSaved` where the system refuses to write.
        """
        from cofactor.data.item_values_table import write_item_values

        facts = {
            "name": self.name, "higher_is_better": self.higher_is_better, "set_by": self.set_by,
            "set_on": self.set_on, "n_people": self.n_people,
        }  # fmt: skip
        of_items = {"standard_error": self.standard_errors, "n_answers": self.n_answers}
        return write_item_values(path, self.values, facts, {name: one for name, one in of_items.items() if one})

    def sheet(self) -> Sheet:
        """The number of items with a value and the range of these, under the origin."""
        numbers = np.fromiter(self.values.values(), np.float64, len(self.values))
        spread = f"{numbers.min():g} to {numbers.max():g}, mean {numbers.mean():g}"
        return Sheet(self.origin, (), [("items", f"{len(numbers):,}"), ("values", spread)])


def _numbers(values: Any) -> dict[Id, float]:
    if not isinstance(values, Mapping):
        raise BadOption(
            f"Item values are given as {{item: number}}, but {shown(values)} came. Of a table: cf.ItemValues.read(…)."
        )
    if not values:
        raise BadOption("Item values are of one item at least, but {} came.")
    return {item: conformed(f"the value of {shown(item)}", float, number) for item, number in values.items()}


def _of_all_items(name: str, given: Any, values: Mapping[Id, float], kind: type, least: int) -> dict[Id, Any]:
    """A number of each item that has a value, in their order."""
    if not isinstance(given, Mapping) or set(given) != set(values):
        raise BadOption(
            f"{name} of item values has one number for each item that has a value, {counted(len(values), 'item')}, but "
            f"{shown(given)} came. Give all of them, or none."
        )
    found = {item: conformed(f"{name}[{shown(item)}]", kind, given[item]) for item in values}
    low = next((item for item, one in found.items() if one < least), None)
    if low is not None:
        raise BadOption(f"{name}[{shown(low)}] is {found[low]:g}, but {least} or more was expected.")
    return found


def _day(given: Any) -> str:
    try:
        day = given if isinstance(given, date) else date.fromisoformat(given)
    except (TypeError, ValueError):
        raise BadOption(f"set_on is a day, such as '2026-03-01', but {shown(given)} came.") from None
    return f"{day:%Y-%m-%d}"


def _only_people_can_say(name: str) -> str:
    """The word of `ASKED_OF_PEOPLE` that a name holds; empty where it holds none."""
    plain = _letters(name)
    return next((word for word in ASKED_OF_PEOPLE if _letters(word) in plain), "")


def _letters(text: str) -> str:
    return "".join(filter(str.isalnum, text.casefold()))
