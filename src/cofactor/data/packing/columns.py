"""A column of any values as arrays of numbers, and back: numbers as they are, text in UTF-8, all else as JSON."""

import json
from collections.abc import Callable
from datetime import date, datetime
from typing import Any

import numpy as np

from cofactor.arrays import Array, object_array
from cofactor.data.packing.expectations import expect, is_array, is_row_pointer, refuse
from cofactor.data.text_ids import TextIds
from cofactor.errors import BadOption

__all__ = ["PLAIN", "pack_column", "packed_texts", "unpack_column"]

PLAIN = (str, bool, int, float)  # what an id may be; a cell of an attribute may also be missing, a date, or a list
DATES: dict[str, Callable[[str], object]] = {"date": date.fromisoformat, "datetime": datetime.fromisoformat}


def pack_column(name: str, column: Array) -> dict[str, Array]:
    """A column of numbers as it is; of text as one run of UTF-8 and where each entry ends; else as JSON texts."""
    if column.dtype.kind in "iufb":
        return {f"numbers/{name}": np.ascontiguousarray(column)}
    entries = [_plain(name, one) for one in column.tolist()]
    is_text = all(isinstance(one, str) for one in entries)
    packed = TextIds.of(str(one) if is_text else json.dumps(one) for one in entries)
    kind = "text" if is_text else "json"
    return {f"{kind}/{name}": packed.text, f"{kind}-ends/{name}": packed.ends}


def unpack_column(name: str, arrays: dict[str, Array], *, taken: bool = False) -> Array:
    """The column that `pack_column` packed under this name.

    taken: whether the arrays it lies in are taken out of `arrays`
    Raises `BadModelFolder` where these arrays hold no column.
    """
    take = arrays.pop if taken else arrays.get
    numbers = take(f"numbers/{name}", None)
    if numbers is not None:
        expect(numbers.ndim == 1 and numbers.dtype.kind in "iufb", f"numbers/{name}")
        return numbers
    kind = "text" if f"text/{name}" in arrays else "json"
    return _decoded(name, kind, packed_texts(name, kind, take))


def packed_texts(name: str, kind: str, take: Callable[..., Array | None]) -> TextIds:
    """The texts of a column as they lie in the arrays, of which `take` gives one by its name.

    Raises `BadModelFolder` where there are none, or their ends are none.
    """
    blob, ends = take(f"{kind}/{name}", None), take(f"{kind}-ends/{name}", None)
    if blob is None or ends is None:
        refuse(f"its column {name!r} is missing")
    expect(blob.dtype == np.uint8 and blob.ndim == 1, f"{kind}/{name}")
    starts = np.append(np.zeros(1, np.int64), ends)
    expect(is_array(ends, np.int64, ends.size) and is_row_pointer(starts, len(ends), len(blob)), f"{kind}-ends/{name}")
    return TextIds(blob, ends)


def _decoded(name: str, kind: str, packed: TextIds) -> Array:
    try:
        texts = packed.objects()
        return texts if kind == "text" else object_array([_unplain(json.loads(text)) for text in texts])
    except (ValueError, KeyError, TypeError, RecursionError) as error:
        refuse(f"its column {name!r} cannot be read: {error}")


def _plain(name: str, one: object) -> object:
    """A cell as JSON can say it."""
    one = one.item() if isinstance(one, np.generic) else one
    if type(one) in PLAIN or (one is None and name not in ("users", "items")):
        return one
    if isinstance(one, date) and type(one) in (date, datetime) and ":" in name:  # a cell of an attribute
        return {type(one).__name__: one.isoformat()}
    if isinstance(one, list) and ":" in name:
        return [_plain(name, part) for part in one]
    raise BadOption(
        f"{name} holds {one!r} of type {type(one).__name__}, which a saved model cannot keep. "
        f"Turn such {'cells' if ':' in name else 'ids'} into text or numbers before fitting."
    )


def _unplain(one: Any) -> object:
    if isinstance(one, list):
        return [_unplain(part) for part in one]
    if isinstance(one, dict):
        ((kind, text),) = one.items()
        return DATES[kind](text)
    return one
