"""k-anonymity of people's attributes: how many others each person shares theirs with [sweeney2002kanonymity].

Whoever is the only one of their age, occupation and zip code is known by these, whatever their id says. A table is
k-anonymous in some attributes where each person has the values of k people or more, their own included.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

import numpy as np

from cofactor.arrays import IntArray
from cofactor.audit.privacy.attribute_forms import AttributeForm, Coarser, combinations_of, forms_of, value_codes
from cofactor.audit.privacy.detail import joint_codes
from cofactor.data.expecting import RatingsOrFrame, as_ratings
from cofactor.data.ratings import Ratings
from cofactor.data.tables import Table, make_table
from cofactor.errors import BadOption, shown
from cofactor.filtering.columns import Column
from cofactor.hyperparameters import conformed
from cofactor.sheet import Sheet, SheetMixin

__all__ = ["Anonymity", "anonymity", "unique_by_attributes"]

KnownForms = tuple[AttributeForm, ...]
TableColumn = Literal["attributes", "n_attributes", "k", "share_below", "n_classes", "smallest_class"]
MAX_COMBINATIONS = 2_000  # each is a pass over all people, and a row to read


@dataclass(frozen=True, eq=False)
class Anonymity(SheetMixin):
    """How many people have the same attributes as each person: `share_below(…)`, `table()`, or printed.

    class_sizes: of each set of attributes in each form, (n_people,) the people alike in them, whoever is meant included
    """

    name: str
    ks: tuple[int, ...]
    class_sizes: Mapping[KnownForms, IntArray] = field(repr=False)
    labels: Mapping[KnownForms, str] = field(repr=False)
    library: str = "polars"

    def share_below(self, k: int, *forms: AttributeForm | str) -> float:
        """The share of people, 0 to 1, who are alike with fewer than k people in these attributes; a name is its exact
        form.

        Raises `BadOption` for a set that was not counted.
        """
        asked = {one if isinstance(one, AttributeForm) else AttributeForm(one) for one in forms}
        for known, sizes in self.class_sizes.items():
            if set(known) == asked:
                return float(np.mean(sizes < k))
        raise BadOption(f"{shown(forms)} were not counted. There are: {'; '.join(self.labels.values())}.")

    def columns(self) -> dict[str, list[Any]]:
        """One row for each set of attributes and each k, as plain values."""
        rows = [(one, k) for one in self.class_sizes for k in self.ks]
        return {
            "attributes": [self.labels[one] for one, _ in rows],
            "n_attributes": [len(one) for one, _ in rows],
            "k": [k for _, k in rows],
            "share_below": [self.share_below(k, *one) for one, k in rows],
            "n_classes": [_n_classes(self.class_sizes[one]) for one, _ in rows],
            "smallest_class": [int(self.class_sizes[one].min()) for one, _ in rows],
        }

    def table(self) -> Table[TableColumn]:
        """`columns` as a data frame in the library the ratings came in."""
        return make_table(self.columns(), self.library)

    def sheet(self) -> Sheet:
        """One row a set of attributes, one column a k: percentages of people in smaller classes."""
        rows = [
            (
                self.labels[one], *(f"{100 * self.share_below(k, *one):.1f}" for k in self.ks),
                f"{_n_classes(sizes):,}", f"{sizes.min():,}",
            ) for one, sizes in self.class_sizes.items()
        ]  # fmt: skip
        n_people = len(next(iter(self.class_sizes.values())))
        notes = [
            f"All people with ratings, {n_people:,}, are counted, so there is no interval. The smallest class is the k "
            "of k-anonymity.",
            "A missing value is a value of its own. In a sample of a service's people somebody can be alone who is not "
            "among all of them.",
        ]
        title = f"{self.name}: % of people whose attributes fewer than k people have"
        header = ("known of each person", *(f"k = {k}" for k in self.ks), "classes", "smallest class")
        return Sheet(title, header, rows, notes)


def _n_classes(sizes: IntArray) -> int:
    return round(float(np.sum(1 / sizes)))


def anonymity(
    ratings: RatingsOrFrame, *, attributes: Sequence[str] | None = None, most: int = 3, coarser: Coarser | None = None,
    ks: Sequence[int] = (2, 5, 10),
) -> Anonymity:  # fmt: skip
    """The share of people who have their attributes in common with fewer than k people, for each set of attributes.

    attributes: of users, by name; None: all of them     most: attributes in a set, at most
    coarser: by attribute, the coarser forms that are counted beside the exact one, as in {"age": [10], "zip": [3, 1]}:
        of numbers the width of classes, counted from 0, of texts so many first characters; None: numbers in tens
    ks: sizes of classes

    People are the users with ratings. Raises `BadOption` for options out of range, a table without ratings or without
    attributes of users, and for more sets than can be read.

    >>> table = Ratings.from_arrays(["ann", "bob", "eve"], [1, 1, 1], [5, 4, 3],
    ...     user_attributes={"age": np.array([31, 35, 52])})
    >>> found = anonymity(table, ks=[2])
    >>> found.share_below(2, "age"), round(found.share_below(2, AttributeForm("age", 10.0)), 3)
    (1.0, 0.333)
    """
    table = as_ratings(ratings, "anonymity looks at")
    people = np.flatnonzero(table.user_counts)
    if not len(people):
        raise BadOption(f"Nobody can be counted in {table!r}: it has no ratings.")
    columns, sizes = _columns(table, attributes), _checked_sizes(ks)
    if conformed("most", int, most) < 1:
        raise BadOption(f"most counts attributes, 1 or more, but {most} came.")
    forms = forms_of(columns, coarser)
    combinations = combinations_of(forms, min(most, len(forms)))
    if len(combinations) > MAX_COMBINATIONS:
        raise BadOption(f"There are {len(combinations):,} sets of attributes. Name fewer, or lower most (now {most}).")
    codes = {form: value_codes(columns[name], form, people) for name, each in forms.items() for form in each}
    return Anonymity(
        name=table.name, ks=sizes,
        class_sizes={one: _class_sizes([codes[form] for form in one]) for one in combinations},
        labels={one: "; ".join(form.of(columns[form.name]) for form in one) for one in combinations},
        library=table.library,
    )  # fmt: skip


def unique_by_attributes(ratings: Ratings) -> float:
    """The share of people who are the only ones with all of their attributes, taken together."""
    people = np.flatnonzero(ratings.user_counts)
    columns = _columns(ratings, None)
    codes = [value_codes(one, AttributeForm(name), people) for name, one in columns.items()]
    return float(np.mean(_class_sizes(codes) == 1))


def _checked_sizes(ks: Sequence[int]) -> tuple[int, ...]:
    if not isinstance(ks, Sequence) or not len(ks) or min(conformed("ks", int, one) for one in ks) < 2:
        raise BadOption(f"ks lists sizes of classes, 2 or more, but {shown(ks)} came.")
    return tuple(sorted(set(ks)))


def _columns(table: Ratings, attributes: Sequence[str] | None) -> dict[str, Column]:
    if isinstance(attributes, str):
        raise BadOption(f"attributes lists names, as in [{attributes!r}], but {attributes!r} came.")
    names = list(table.user_attributes) if attributes is None else list(dict.fromkeys(attributes))
    if not names:
        raise BadOption("anonymity needs attributes of users. Give them with cf.read(..., users='users.csv').")
    strange = [name for name in names if name not in table.user_attributes]
    if strange:
        known = ", ".join(table.user_attributes) or "none"
        raise BadOption(f"Users have no attribute {shown(strange[0])}. They have: {known}.")
    return {name: Column.of(name, table.user_attributes[name]) for name in names}


def _class_sizes(codes: Sequence[IntArray]) -> IntArray:
    """(n_people,) how many people have the same codes as each one."""
    joint = codes[0]
    for one in codes[1:]:
        joint = joint_codes(joint, one)
    _, which, counts = np.unique(joint, return_inverse=True, return_counts=True)
    return counts[which]
