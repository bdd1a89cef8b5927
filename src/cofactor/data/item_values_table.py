"""Tables of item values, read and written; a text file states in lines above its header whose values they are."""

from collections import Counter
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl

from cofactor.arrays import Id
from cofactor.data.columns.id_columns import as_ids, ids_array
from cofactor.data.columns.values import parse_values
from cofactor.data.formats.open_table import name_of, open_table
from cofactor.data.formats.series import series_of
from cofactor.data.formats.table import Table
from cofactor.data.formats.usual_names import usual_column
from cofactor.data.writing import check_ending, write_text
from cofactor.errors import BadOption, BadTable, shown

__all__ = ["read_item_values", "refuse_missing_facts", "write_item_values"]

LINES = {  # as they stand above the header, after "# ", and before ": "
    "name": "name", "higher_is_better": "higher is better", "set_by": "set by", "set_on": "set on",
    "n_people": "people asked",
}  # fmt: skip
OF_ITEMS = {"standard_error": "standard_errors", "n_answers": "n_answers"}  # columns, and what they are called
TRUTHS = {"yes": True, "true": True, "no": False, "false": False}


def read_item_values(source: Any, item: str | None, value: str | None) -> tuple[dict[Id, float], dict[str, Any]]:
    """The value of each item, and the facts that a text file states above its header, with what else columns say.

    Raises `BadTable` where the table cannot be read, `BadOption` for a fact that is written in no known way.
    """
    table_source, stated = _without_facts(Path(source)) if isinstance(source, str | Path) else (source, {})
    try:
        table = open_table(table_source)
        item_column, value_column = _columns(list(table.head.columns), item, value)
        values = _values(table, item_column, value_column)
        for column in (one for one in OF_ITEMS if one in table.head.columns and one != value_column):
            numbers = {item: one for item, one in _values(table, item_column, column).items() if item in values}
            stated[OF_ITEMS[column]] = {
                item: int(one) if column == "n_answers" and one.is_integer() else one for item, one in numbers.items()
            }
        return values, stated
    except BadTable as error:
        raise BadTable(f"The item values of {name_of(source)} are not read. {error}") from None


def refuse_missing_facts(source: Any, facts: Mapping[str, Any]) -> None:
    """Raise `BadOption` where one of the facts is not there."""
    missing = [fact for fact in LINES if fact not in facts]
    if not missing:
        return
    lines = ", ".join(f"'# {LINES[fact]}: …'" for fact in missing)
    above = f" In a text file lines above the header say it: {lines}." if isinstance(source, str | Path) else ""
    raise BadOption(
        f"Values of items come with their name, which way is better, who set them, when, and from how many people; of "
        f"{name_of(source)} {', '.join(missing)} {'is' if len(missing) == 1 else 'are'} missing. Pass "
        f"{'it' if len(missing) == 1 else 'them'} to cf.ItemValues.read.{above}"
    )


def write_item_values(
    path: str | Path, values: Mapping[Id, float], facts: Mapping[str, Any], of_items: Mapping[str, Mapping[Id, float]]
) -> Path:
    """Write the values as CSV below the lines of their facts; the path.

    of_items: more columns by name, a number of each item

    Raises `BadOption` for a path of another ending, `NotSaved` where the system refuses.
    """
    file = check_ending(path, (".csv",), "item values are written to")
    words = {True: "yes", False: "no"}
    facts = {fact: words[one] if isinstance(one, bool) else " ".join(str(one).split()) for fact, one in facts.items()}
    above = "".join(f"# {LINES[fact]}: {one}\n" for fact, one in facts.items())
    more = [pl.Series(name, [one[item] for item in values]) for name, one in of_items.items()]
    numbers = pl.Series("value", list(values.values()), pl.Float64)
    frame = pl.DataFrame([series_of("item", list(values)), numbers, *more])
    return write_text(file, above + frame.write_csv())


def _without_facts(file: Path) -> tuple[Any, dict[str, Any]]:
    """The file, or its text below the lines of facts where it has some, and these."""
    try:
        with file.open("rb") as stream:
            if not stream.read(4).removeprefix(b"\xef\xbb\xbf").startswith(b"#"):
                return file, {}
        lines = file.read_text("utf-8-sig").splitlines(keepends=True)
    except (OSError, ValueError):  # which reading the table will say
        return file, {}
    n_above = next((at for at, line in enumerate(lines) if not line.startswith("#")), len(lines))
    facts = dict(fact for line in lines[:n_above] for fact in _fact(line))
    return "".join(lines[n_above:]).encode(), facts


def _fact(line: str) -> list[tuple[str, Any]]:
    """The fact that a line states; none where it is a remark of another kind."""
    key, _, text = (part.strip() for part in line.lstrip("#").partition(":"))
    known = {line_key: fact for fact, line_key in LINES.items()}
    fact = known.get(key.lower())
    if fact is None:
        return []
    if fact == "higher_is_better":
        if text.lower() not in TRUTHS:
            raise BadOption(f"'# {key}: …' is yes or no, but {text!r} stands there.")
        return [(fact, TRUTHS[text.lower()])]
    if fact != "n_people":
        return [(fact, text)]
    try:
        return [(fact, int(text.replace(",", "")))]
    except ValueError:
        raise BadOption(f"'# {key}: …' is a whole number, but {text!r} stands there.") from None


def _columns(names: list[str], item: str | None, value: str | None) -> tuple[str, str]:
    """The columns of the items and of the values; raises `BadTable` where they cannot be told."""
    for asked in (item, value):
        if asked is not None and asked not in names:
            raise BadTable(f"There is no column {asked!r}; there are: {', '.join(map(shown, names))}.")
    found = item or usual_column([name for name in names if name != value], "item") or names[0]
    others = [name for name in names if name not in (found, usual_column(names, "title"), *OF_ITEMS)]
    named = value or next((name for name in others if name.lower() == "value"), None)
    if named is None and len(others) != 1:
        raise BadTable(
            f"Which column holds the values? There are: {', '.join(map(shown, names))}. Call it 'value', or name it by "
            f"value=…."
        )
    return found, named or others[0]


def _values(table: Table, item: str, value: str) -> dict[Id, float]:
    """The number of each item; ids of a text stay as they are written, which finds them whatever theirs are."""
    frame = table.load({item: pl.String, value: pl.String} if table.is_text else {item: pl.String, value: pl.Float64})
    ids = as_ids(frame[item], "item", "text" if table.is_text else "auto", from_text=table.is_text)
    numbers, _ = parse_values(frame[value], None)
    if numbers.wrong_word is not None or numbers.too_large.any():
        odd = numbers.wrong_word if numbers.wrong_word is not None else f"{numbers.numbers[numbers.too_large][0]:g}"
        raise BadTable(f"Column {value!r} holds the values, which are finite numbers, but {odd!r} stands there.")
    kept = ~numbers.missing & ids.is_not_null().to_numpy()
    items = ids_array(ids)[kept].tolist()
    twice = next((one for one, n in Counter(items).items() if n > 1), None)
    if twice is not None:
        raise BadTable(f"Item {shown(twice)} has two rows. Give one value for each item.")
    as_written = numbers.numbers[kept].astype(str).astype(np.float64)  # 0.7, which single precision has as 0.69999999
    return dict(zip(items, as_written.tolist(), strict=True))
