"""Ratings as arrays of numbers, and back: how they lie in a saved model, ids, titles and attributes with them."""

import json
from typing import Any

import numpy as np

from cofactor.arrays import Array
from cofactor.data.ids import IdMap
from cofactor.data.ratings import Ratings, Rows
from cofactor.errors import BadOption

__all__ = ["pack_column", "pack_ratings", "unpack_column", "unpack_ratings"]


def pack_ratings(ratings: Ratings) -> tuple[dict[str, Array], dict[str, Any]]:
    rows = ratings.by_user
    arrays: dict[str, Array] = {"indptr": rows.indptr, "item_idx": rows.indices, "values": rows.values}
    columns = {"users": ratings.users.values, "items": ratings.items.values}
    if ratings.titles is not None:
        columns["titles"] = ratings.titles
    columns |= {f"item:{name}": column for name, column in ratings.item_attributes.items()}
    columns |= {f"user:{name}": column for name, column in ratings.user_attributes.items()}
    for name, column in columns.items():
        arrays |= pack_column(name, column)
    about = {
        "name": ratings.name, "synthetic": ratings.synthetic, "explicit": ratings.explicit,
        "scale": ratings.scale, "library": ratings.library, "n_ratings": len(ratings),
        "fingerprint": ratings.fingerprint, "columns": list(columns),
    }  # fmt: skip
    return arrays, about


def unpack_ratings(arrays: dict[str, Array], about: dict[str, Any]) -> Ratings:
    rows = Rows(arrays["indptr"], arrays["item_idx"], arrays["values"])
    column = {name: unpack_column(name, arrays) for name in about["columns"]}  # arrays come in another order
    users, items = IdMap(column["users"], "user"), IdMap(column["items"], "item")
    ratings = Ratings(
        users=users, items=items, user_idx=np.repeat(np.arange(len(users), dtype=np.int32), rows.counts),
        item_idx=rows.indices, values=rows.values, explicit=about["explicit"],
        scale=tuple(about["scale"]) if about["scale"] else None, titles=column.get("titles"),
        item_attributes={n[5:]: c for n, c in column.items() if n.startswith("item:")},
        user_attributes={n[5:]: c for n, c in column.items() if n.startswith("user:")},
        name=about["name"], synthetic=about["synthetic"], library=about["library"],
    )  # fmt: skip
    ratings.__dict__["by_user"] = rows  # as it was saved: no need to sort again
    return ratings


def pack_column(name: str, column: Array) -> dict[str, Array]:
    """A column of numbers as it is; of text as one run of UTF-8 and where each entry ends; else as JSON texts."""
    if column.dtype.kind in "iufb":
        return {f"numbers/{name}": np.ascontiguousarray(column)}
    entries = column.tolist()
    is_text = all(isinstance(one, str) for one in entries)
    texts = [one.encode() if is_text else _json(name, one) for one in entries]
    ends = np.cumsum([len(text) for text in texts], dtype=np.int64) if texts else np.zeros(0, np.int64)
    kind = "text" if is_text else "json"
    return {f"{kind}/{name}": np.frombuffer(b"".join(texts), np.uint8).copy(), f"{kind}-ends/{name}": ends}


def unpack_column(name: str, arrays: dict[str, Array]) -> Array:
    """What `pack_column` packed under this name."""
    if f"numbers/{name}" in arrays:
        return arrays[f"numbers/{name}"]
    kind = "text" if f"text/{name}" in arrays else "json"
    blob, ends = arrays[f"{kind}/{name}"].tobytes(), arrays[f"{kind}-ends/{name}"].tolist()
    texts = [blob[start:end].decode() for start, end in zip([0, *ends], ends, strict=False)]
    column = np.empty(len(texts), object)
    column[:] = texts if kind == "text" else [json.loads(text) for text in texts]
    return column


def _json(name: str, one: object) -> bytes:
    try:
        return json.dumps(one).encode()
    except TypeError:
        raise BadOption(
            f"{name} holds {one!r} of type {type(one).__name__}, which a saved model cannot keep. "
            f"Turn such ids into text or numbers before fitting."
        ) from None
