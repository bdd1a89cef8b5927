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
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from safetensors.numpy import load_file, save_file

import cofactor
from cofactor.arrays import Array
from cofactor.data.packing import pack_ratings, unpack_ratings
from cofactor.data.ratings import Ratings
from cofactor.errors import BadModelFolder, BadOption, NotSaved
from cofactor.replacing import replacing, standing

__all__ = ["SavedModel", "place_to_save", "read_model_folder", "write_model_folder"]

FORMAT = 1
ABOUT = "model.json"
HASHED = ("learned.safetensors", "ratings.safetensors", "card.md")
LARGEST = 16_000_000  # bytes of a model.json


class SavedModel(NamedTuple):
    """What a folder holds: enough to make the model again, whatever it is."""

    model: str  # the name of its file in models/
    objective: str
    options: dict[str, Any]
    learned: dict[str, Array]
    ratings: Ratings


def write_model_folder(saved: SavedModel, path: str | Path) -> Path:
    """Write the folder; an older model of that name is replaced only when the new one is whole."""
    target = place_to_save(path)
    try:
        with replacing(target) as draft:
            _write(saved, draft)
    except OSError as error:
        raise NotSaved(f"{path} could not be written: {error}. Nothing was changed; choose another path.") from error
    return Path(path)


def place_to_save(path: str | Path) -> Path:
    """Where a model saved to this path will stand: there, or where the link leads that stands there.

    Raises `BadOption` where something would be overwritten that is not a saved model.
    """
    target = Path(os.path.abspath(path))
    if target.is_symlink():
        target = _linked(target)
    if target.exists():
        _check_replaceable(target)
    return target


def _linked(link: Path) -> Path:
    try:
        return link.resolve(strict=True)
    except (OSError, RuntimeError):  # RuntimeError: links in a circle
        raise BadOption(
            f"{link} is a link to {os.readlink(link)}, which does not exist. Remove it, or save to where it leads."
        ) from None


def _check_replaceable(target: Path) -> None:
    """Only a saved model is ever replaced, and only one that nobody has added anything to."""
    if not target.is_dir() or not is_model_folder(target):
        raise BadOption(f"{target} exists and is not a saved model; it is not overwritten. Choose another path.")
    others = sorted({file.name for file in target.iterdir()} - {ABOUT, *HASHED})
    if others:
        raise BadOption(
            f"{target} is a saved model, but holds {others[0]!r} too, which would be lost; it is not overwritten. "
            f"Move that away, or choose another path."
        )


def is_model_folder(folder: Path) -> bool:
    """Whether a model of ours was saved there, be it damaged: other programs have a model.json as well."""
    file = folder / ABOUT
    return file.is_file() and b'"cofactor"' in file.read_bytes()[:LARGEST]


def read_model_folder(path: str | Path, *, verify: bool = True) -> SavedModel:
    """What was saved there. verify: check every file against its recorded SHA-256 first.

    Raises `BadModelFolder` where the folder is not a saved model, is damaged, or is of a newer format.
    """
    folder = standing(Path(path))
    about = _read_about(folder)
    if verify:
        _check_hashes(folder, about["sha256"])
    try:
        options = {name: tuple(v) if isinstance(v, list) else v for name, v in about["options"].items()}
        ratings = unpack_ratings(load_file(folder / "ratings.safetensors"), about["data"])
        learned = load_file(folder / "learned.safetensors")
        return SavedModel(about["model"], about["objective"], options, learned, ratings)
    except (KeyError, TypeError, ValueError) as error:
        raise BadModelFolder(f"{folder} does not describe a model that can be read: {error}") from error


def _write(saved: SavedModel, folder: Path) -> None:
    learned = {name: np.asarray(value, order="C") for name, value in saved.learned.items()}
    save_file(learned, folder / "learned.safetensors")
    arrays, data = pack_ratings(saved.ratings)
    save_file(arrays, folder / "ratings.safetensors")
    (folder / "card.md").write_text(_card(saved), encoding="utf-8")
    about = {
        "format": FORMAT, "cofactor": cofactor.__version__, "model": saved.model, "objective": saved.objective,
        "options": saved.options, "data": data, "sha256": {name: _sha256(folder / name) for name in HASHED},
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


def _card(saved: SavedModel) -> str:
    data = saved.ratings
    kind = "ratings" if data.explicit else "clicks"
    options = "\n".join(f"- {name}: {value}" for name, value in saved.options.items())
    return (
        f"# {saved.model}\n\n"
        f"**Optimises:** {saved.objective}\n\n"
        f"**Learned from:** {data.name}{' (synthetic)' if data.synthetic else ''}: {len(data):,} {kind} of "
        f"{data.n_items:,} items by {data.n_users:,} users; fingerprint {data.fingerprint}\n\n"
        f"**Keeps of people:** their ids and every one of their {kind}, so that seen items can be hidden.\n\n"
        f"## Options\n\n{options}\n"
    )
