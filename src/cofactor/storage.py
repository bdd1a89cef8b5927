"""A saved model: one folder of JSON and safetensors, safe to open from a stranger, and complete.

    movies.cofactor/
      model.json             class, options, what the data were, a hash of every file
      learned.safetensors    what the model learned
      ratings.safetensors    the ratings it learned from, user by user, with ids, titles and attributes
      card.md                what is optimised, on which data

No pickle anywhere: opening runs no code of the folder's author.
"""

import hashlib
import json
import shutil
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
from safetensors.numpy import load_file, save_file

import cofactor
from cofactor.arrays import Array
from cofactor.data.ids import IdMap
from cofactor.data.ratings import Ratings, Rows
from cofactor.errors import BadModelFolder, BadOption
from cofactor.models import model_class, model_names
from cofactor.recommender import Recommender

__all__ = ["open_model", "pack_column", "save", "unpack_column"]

FORMAT = 1
HASHED = ("learned.safetensors", "ratings.safetensors", "card.md")


def save(model: Recommender, path: str | Path) -> Path:
    """Write the model as a folder; an older model of that name is replaced only when the new one is whole."""
    target = Path(path)
    if target.exists() and not (target / "model.json").is_file():
        raise BadOption(f"{target} exists and is not a saved model; it is not overwritten. Choose another path.")
    target.parent.mkdir(parents=True, exist_ok=True)
    draft = Path(tempfile.mkdtemp(prefix=f".{target.name}-", dir=target.parent))
    try:
        _write(model, draft)
        if target.exists():
            shutil.rmtree(target)
        draft.replace(target)
    finally:
        shutil.rmtree(draft, ignore_errors=True)
    return target


def open_model(path: str | Path, *, verify: bool = True) -> Recommender:
    """The model saved in this folder, ready to answer.

    verify: check every file against its recorded SHA-256 first
    Raises `BadModelFolder` where the folder is not a saved model, is damaged, or is of a newer format.
    """
    folder = Path(path)
    about = _read_about(folder)
    if verify:
        _check_hashes(folder, about["sha256"])
    try:
        options = {k: tuple(v) if isinstance(v, list) else v for k, v in about["options"].items()}
        model = model_class(about["model"])(**options)
        model.ratings_ = _unpack_ratings(load_file(folder / "ratings.safetensors"), about["data"])
        for name, value in load_file(folder / "learned.safetensors").items():
            if name not in model.learned:
                raise BadModelFolder(f"{folder} holds an array {name!r} that a {about['model']} does not have.")
            setattr(model, name, value if value.ndim else value.item())
    except (KeyError, TypeError) as error:
        raise BadModelFolder(f"{folder}/model.json does not describe a model this version knows: {error}") from error
    return model


def _write(model: Recommender, folder: Path) -> None:
    ratings = model.ratings
    learned = {name: np.ascontiguousarray(getattr(model, name)) for name in model.learned}
    save_file(learned, folder / "learned.safetensors")
    arrays, data = _pack_ratings(ratings)
    save_file(arrays, folder / "ratings.safetensors")
    (folder / "card.md").write_text(_card(model), encoding="utf-8")
    about = {
        "format": FORMAT, "cofactor": cofactor.__version__, "model": type(model).__module__.rpartition(".")[2],
        "options": model.options(), "data": data, "sha256": {name: _sha256(folder / name) for name in HASHED},
    }  # fmt: skip
    (folder / "model.json").write_text(json.dumps(about, indent=2) + "\n", encoding="utf-8")


def _read_about(folder: Path) -> dict[str, Any]:
    file = folder / "model.json"
    if not file.is_file():
        raise BadModelFolder(f"{folder} is not a saved model: it has no model.json. Save one with model.save(path).")
    try:
        about = json.loads(file.read_text(encoding="utf-8"))
        newer = about["format"] > FORMAT
    except (ValueError, KeyError, TypeError) as error:
        raise BadModelFolder(f"{file} is damaged: {error}") from error
    if newer:
        raise BadModelFolder(f"{folder} is of format {about['format']}; this version reads up to {FORMAT}. Upgrade.")
    if about["model"] not in model_names():
        raise BadModelFolder(f"{folder} holds a {about['model']!r}, a model this version does not have.")
    return about


def _check_hashes(folder: Path, recorded: Mapping[str, str]) -> None:
    for name in HASHED:
        file = folder / name
        if not file.is_file():
            raise BadModelFolder(f"{folder} is not whole: {name} is missing. Copy the folder again.")
        if _sha256(file) != recorded.get(name):
            raise BadModelFolder(f"{file} is not what was saved: its hash differs. Copy the folder again.")


def _sha256(file: Path) -> str:
    with file.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def _pack_ratings(ratings: Ratings) -> tuple[dict[str, Array], dict[str, Any]]:
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
        "fingerprint": ratings.fingerprint,
    }  # fmt: skip
    return arrays, about


def _unpack_ratings(arrays: dict[str, Array], about: dict[str, Any]) -> Ratings:
    rows = Rows(arrays["indptr"], arrays["item_idx"], arrays["values"])
    columns = {name.partition("/")[2] for name in arrays if "/" in name}
    column = {name: unpack_column(name, arrays) for name in columns}
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


def _card(model: Recommender) -> str:
    data = model.ratings
    kind = "ratings" if data.explicit else "clicks"
    options = "\n".join(f"- {name}: {value}" for name, value in model.options().items())
    return (
        f"# {type(model).__name__}\n\n"
        f"**Optimises:** {model.objective}\n\n"
        f"**Learned from:** {data.name}{' (synthetic)' if data.synthetic else ''}: {len(data):,} {kind} of "
        f"{data.n_items:,} items by {data.n_users:,} users; fingerprint {data.fingerprint}\n\n"
        f"**Keeps of people:** their ids and every one of their {kind}, so that seen items can be hidden.\n\n"
        f"## Options\n\n{options}\n"
    )
