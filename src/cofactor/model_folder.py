"""A saved model: one folder of JSON and safetensors, safe to open from a stranger, and complete.

    movies.cofactor/
      model.json             class, options, notes, what the data were, a hash of every file and of itself
      learned.safetensors    what the model learned
      ratings.safetensors    the ratings it learned from, with ids, titles and attributes
      card.md                its card: what it optimises, on which data, and what was measured of it
      card.json              what was measured, where anything was, to be kept with it

No pickle anywhere: opening runs no code of the folder's author. What is read is checked before it is used: here and in
`data/packing/ratings.py` what lies in the folder, by `contract/learned.py` whether it is what such a model learns.
"""

import hashlib
import json
import os
from collections.abc import Generator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NamedTuple, NoReturn

import numpy as np
from safetensors import SafetensorError
from safetensors.numpy import load_file, save_file

import cofactor
from cofactor.arrays import Array
from cofactor.data.packing.ratings import pack_ratings, unpack_ratings
from cofactor.data.ratings import Ratings
from cofactor.errors import BadModelFolder, BadOption, NotSaved, shown
from cofactor.replacing import replacing, standing

__all__ = [
    "SavedModel",
    "folder_fingerprint",
    "is_model_folder",
    "place_to_save",
    "read_model_folder",
    "write_model_folder",
]

FORMAT = 5
ABOUT = "model.json"
HASHED = ("learned.safetensors", "ratings.safetensors", "card.md")
SHARDS = "shards.json"  # of a folder that is no model, but often taken for one
RECORD = "card.json"  # hashed, too, where it is there
KINDS = {
    "model": str,
    "objective": str,
    "options": dict,
    "notes": list,
    "data": dict,
    "held_out": float,
    "sha256": dict,
}  # of model.json
LARGEST = 16_000_000  # bytes of a model.json
TRIES = 5  # of reading a folder that others replace meanwhile


class SavedModel(NamedTuple):
    """Contents of a model folder, from which a model of any class can be made again."""

    model: str  # what its class is called: `Recommender.model_name`
    objective: str
    options: dict[str, Any]
    learned: dict[str, Array]
    ratings: Ratings
    notes: tuple[str, ...] = ()  # what a reader ought to know of how it was fitted
    card: str = ""  # Markdown, to be read
    record: str = ""  # what was measured, as `card.record` writes it; empty: nothing
    held_out: float = 0.0  # the share of each user's ratings that was not learned from, of a fit to shards


def write_model_folder(saved: SavedModel, path: str | Path) -> Path:
    """Write the folder and return its path; an older model there is replaced only when the new one is whole.

    Raises `NotSaved` where the file system refuses, `BadOption` where the path holds anything but a saved model or a
    value among ids, attributes and options cannot be kept.
    """
    try:
        with replacing(place_to_save(path)) as draft:
            _write(saved, draft)
    except (OSError, SafetensorError) as error:
        raise NotSaved(f"{path} could not be written: {error}. Nothing was changed; choose another path.") from error
    return Path(path)


def place_to_save(path: str | Path) -> Path:
    """The absolute path of a model saved to this path; where it is a link, the path that it leads to.

    Raises `BadOption` where something would be overwritten that is not a saved model, and for a path that the system
    refuses.
    """
    try:
        target = Path(os.path.abspath(path))
        target = _linked(target) if target.is_symlink() else target
        if target.exists():
            _check_replaceable(target)
    except (OSError, ValueError) as error:  # too long a name; a zero in it
        if isinstance(error, BadOption):
            raise
        why = getattr(error, "strerror", None) or error
        raise BadOption(f"Nothing can be saved as {shown(str(path))}: {why}. Choose another path.") from None
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
    others = sorted({file.name for file in target.iterdir()} - {ABOUT, RECORD, *HASHED})
    if others:
        raise BadOption(
            f"{target} is a saved model, but holds {others[0]!r} too, which would be lost; it is not overwritten. "
            f"Move that away, or choose another path."
        )


def is_model_folder(folder: Path) -> bool:
    """True where this library saved a model, intact or damaged; other programs write a model.json as well."""
    file = folder / ABOUT
    return file.is_file() and b'"cofactor"' in file.read_bytes()[:LARGEST]


def read_model_folder(path: str | Path, *, verify: bool = True) -> SavedModel:
    """The saved model in this folder.

    verify: check every file against its recorded SHA-256, and the ratings' fingerprint

    Raises `BadModelFolder` where the folder is not a saved model, is damaged, or is of another format.
    """
    for left in reversed(range(TRIES)):
        try:
            folder = standing(Path(path))
        except OSError as error:  # a folder on the way there may not be looked into
            raise BadModelFolder(f"{path} cannot be read: {error}. Ask whoever saved it, or copy it here.") from error
        before = _identity(folder)
        try:
            saved = _read(folder, verify=verify)
        except BadModelFolder:
            if not left or _identity(folder) == before:
                raise
        else:
            if not left or _identity(folder) == before:
                return saved
    raise AssertionError("the last try returns or raises")


def folder_fingerprint(path: str | Path) -> str | None:
    """SHA-256 of all that a folder says of its model, the hashes of its arrays among it; None where no model stands.

    Read, not worked out: whoever opens the folder checks it.
    """
    try:
        about = json.loads((standing(Path(path)) / ABOUT).read_text(encoding="utf-8"))
        return str(about["own_sha256"])
    except (OSError, ValueError, LookupError, TypeError, RecursionError):
        return None


def _identity(folder: Path) -> tuple[int, int] | None:
    """Which folder has that name now: a save may replace it while it is read."""
    try:
        found = folder.stat()
    except (OSError, ValueError):  # ValueError: no name that a folder can have
        return None
    return found.st_dev, found.st_ino


# ---- writing ----------------------------------------------------------------------------------------------------


def _write(saved: SavedModel, folder: Path) -> None:
    learned = {name: np.asarray(value, order="C") for name, value in saved.learned.items()}
    save_file(learned, folder / "learned.safetensors")
    arrays, data = pack_ratings(saved.ratings)
    save_file(arrays, folder / "ratings.safetensors")
    (folder / "card.md").write_text(saved.card, encoding="utf-8")
    if saved.record:
        (folder / RECORD).write_text(saved.record, encoding="utf-8")
    about = {
        "format": FORMAT, "cofactor": cofactor.__version__, "model": saved.model, "objective": saved.objective,
        "options": _plain_options(saved.options), "notes": list(saved.notes), "data": data, "held_out": saved.held_out,
        "sha256": {name: _sha256(folder / name) for name in (*HASHED, *([RECORD] if saved.record else []))},
    }  # fmt: skip
    text = json.dumps(about | {"own_sha256": _own_sha256(about)}, indent=2, allow_nan=False)
    (folder / ABOUT).write_text(text + "\n", encoding="utf-8")


def _plain_options(options: Mapping[str, Any]) -> dict[str, Any]:
    """As JSON says them; raises `BadOption` where they would not come back as they were."""
    for name, value in options.items():
        try:
            if _from_json(json.loads(json.dumps(value, allow_nan=False))) == value:
                continue
        except (TypeError, ValueError, RecursionError):
            pass
        raise BadOption(
            f"{name}={value!r} of type {type(value).__name__} cannot be kept in a saved model. Options are numbers, "
            f"texts, True, False, None, and tuples of these."
        )
    return dict(options)


def _from_json(value: Any) -> Any:
    """Lists were tuples: options are never lists."""
    if isinstance(value, dict):
        return {name: _from_json(one) for name, one in value.items()}
    return tuple(map(_from_json, value)) if isinstance(value, list) else value


def _own_sha256(about: Mapping[str, Any]) -> str:
    """Of what model.json says, however it is laid out."""
    return hashlib.sha256(json.dumps(about, sort_keys=True).encode()).hexdigest()


def _sha256(file: Path) -> str:
    with file.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


# ---- reading ----------------------------------------------------------------------------------------------------


def _read(folder: Path, *, verify: bool) -> SavedModel:
    try:
        return _checked(folder, verify=verify)
    except (OSError, RecursionError) as error:  # taken away while it was read; nested without end
        raise BadModelFolder(f"{folder} cannot be read: {error}. Ask whoever saved it, or copy it again.") from error


def _checked(folder: Path, *, verify: bool) -> SavedModel:
    about = _read_about(folder, verify=verify)
    missing = [name for name in _files(about) if not (folder / name).is_file()]
    if missing:
        raise BadModelFolder(f"{folder} is not whole: {missing[0]} is missing. Copy the folder again.")
    if not verify:
        return _unpacked(folder, about, verify=False)
    with _hashes_checked(folder, about["sha256"]):
        return _unpacked(folder, about, verify=True)


def _unpacked(folder: Path, about: Mapping[str, Any], *, verify: bool) -> SavedModel:
    ratings = unpack_ratings(_arrays(folder / "ratings.safetensors"), about["data"], verify=verify)
    learned, options = _arrays(folder / "learned.safetensors"), _from_json(about["options"])
    return SavedModel(
        about["model"], about["objective"], options, learned, ratings, tuple(about["notes"]),
        card=(folder / "card.md").read_text(encoding="utf-8"), record=_record(folder, about),
        held_out=about["held_out"],
    )  # fmt: skip


def _files(about: Mapping[str, Any]) -> list[str]:
    """The files that a folder of this description has beside it."""
    return [*HASHED, *([RECORD] if RECORD in about["sha256"] else [])]


def _record(folder: Path, about: Mapping[str, Any]) -> str:
    """What was measured; empty where nothing was, or where a file of that name is none of the model's."""
    file = folder / RECORD
    if RECORD not in about["sha256"]:
        return ""
    if file.stat().st_size > LARGEST:
        _damaged(file, f"it has over {LARGEST:,} bytes")
    return file.read_text(encoding="utf-8")


def _arrays(file: Path) -> dict[str, Array]:
    """Plain arrays alone; a type that NumPy does not have is as wrong as a file of another kind."""
    try:
        return load_file(file)
    except (SafetensorError, OSError, AttributeError, LookupError, TypeError, ValueError, OverflowError) as error:
        raise BadModelFolder(
            f"{file} does not hold arrays that can be read: {error!r}. Save the model anew."
        ) from error


def _read_about(folder: Path, *, verify: bool) -> dict[str, Any]:
    file = folder / ABOUT
    if (folder / SHARDS).is_file() and not file.is_file():
        raise BadModelFolder(f"{folder} is not a saved model, but shards of a table. Fit a model to them, and save it.")
    if not file.is_file():
        raise BadModelFolder(f"{folder} is not a saved model: it has no {ABOUT}. Save one with model.save(path).")
    try:
        if file.stat().st_size > LARGEST:
            _damaged(file, f"it has over {LARGEST:,} bytes")
        about = json.loads(file.read_text(encoding="utf-8"))
    except (ValueError, RecursionError) as error:
        raise BadModelFolder(f"{file} is damaged: {error}. Copy the folder again.") from error
    if not isinstance(about, dict) or type(about.get("format")) is not int:
        _damaged(file, "it says no format")
    _check_format(folder, about["format"])
    own = about.pop("own_sha256", None)
    wrong = [name for name, kind in KINDS.items() if type(about.get(name)) is not kind]
    if wrong or not all(isinstance(one, str) for one in about["notes"]):
        _damaged(file, f"it does not say the model's {wrong[0] if wrong else 'notes'}")
    if not 0 <= about["held_out"] < 1:
        _damaged(file, f"the share that was held out is {about['held_out']}")
    if verify and own != _own_sha256(about):
        _damaged(file, "it is not what was saved: its own hash differs")
    return about


def _check_format(folder: Path, found: int) -> None:
    if found < FORMAT:
        raise BadModelFolder(
            f"{folder} is of format {found}, an older one; this version reads format {FORMAT}. Fit the model anew and "
            f"save it."
        )
    if found > FORMAT:
        raise BadModelFolder(f"{folder} is of format {found}; this version reads format {FORMAT}. Upgrade.")


def _damaged(file: Path, why: str) -> NoReturn:
    raise BadModelFolder(f"{file} is damaged: {why}. Copy the folder again.")


@contextmanager
def _hashes_checked(folder: Path, recorded: Mapping[str, Any]) -> Generator[None]:
    """Hash every file while the block reads it; that one was changed is said in place of what followed from it."""
    with ThreadPoolExecutor(1) as aside:
        hashing = aside.submit(
            lambda: [
                name for name in (*HASHED, *({RECORD} & set(recorded))) if _sha256(folder / name) != recorded.get(name)
            ]
        )
        try:
            yield
        finally:
            changed = hashing.result()
            if changed:
                raise BadModelFolder(
                    f"{folder / changed[0]} is not what was saved: its hash differs. Copy the folder again."
                )
