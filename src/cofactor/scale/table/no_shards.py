"""What lies in the place of a folder of shards, where its manifest does not, and what to do about it."""

from collections.abc import Iterable
from difflib import get_close_matches
from pathlib import Path

from cofactor.errors import counted
from cofactor.model_folder import is_model_folder
from cofactor.scale.table.manifest import MANIFEST, WORK
from cofactor.scale.table.storage import LocalFolder, Storage

__all__ = ["why_no_shards"]

N_SHOWN_FOLDERS = 5
MAKE_ONE = "`cofactor shard TABLE --out FOLDER` makes one of a table."


def why_no_shards(storage: Storage) -> str:
    """Why this place without a manifest cannot be opened, and the mend, as a message says them."""
    if not isinstance(storage, LocalFolder):
        begun = _are_begun(storage.names())
        what = "was not finished" if begun else "is no folder of shards"
        return f"{storage} {what}: it has no {MANIFEST}. Copy all of the folder there, that file last."
    folder = storage.folder
    if folder.is_dir():
        return _why_not_this(folder, storage.names())
    return _why_no_file(folder) if folder.exists() else _why_nowhere(folder)


def _why_not_this(folder: Path, names: Iterable[str]) -> str:
    if WORK in names:
        return (
            f"{folder} was not finished: it has no {MANIFEST}. Run `cofactor shard` on the table once more; it goes on."
        )
    if _are_begun(names):
        return f"{folder} is not whole: {MANIFEST} is missing. Copy the folder again, or shard the table anew."
    if is_model_folder(folder):
        return f"{folder} is a saved model, no folder of shards. {MAKE_ONE}"
    inside = sorted(name for name in names if (folder / name / MANIFEST).is_file())
    if inside:
        more = "" if len(inside) <= N_SHOWN_FOLDERS else f" ({counted(len(inside), 'folder')} in all)"
        named = ", ".join(str(folder / name) for name in inside[:N_SHOWN_FOLDERS])
        return f"{folder} is no folder of shards, but holds such folders. Give one of them: {named}{more}."
    return f"{folder} is no folder of shards: it has no {MANIFEST}. {MAKE_ONE}"


def _why_no_file(file: Path) -> str:
    if (file.parent / MANIFEST).is_file():
        return f"{file} is one file of a folder of shards. Give the folder: {file.parent}."
    return f"{file} is a file, no folder of shards. {MAKE_ONE}"


def _why_nowhere(folder: Path) -> str:
    beside = [one.name for one in folder.parent.glob("*") if one.is_dir()]
    near = get_close_matches(folder.name, beside, n=1)
    mend = f"Did you mean {str(folder.with_name(near[0]))!r}?" if near else MAKE_ONE
    return f"There is no folder {str(folder)!r}. {mend}"


def _are_begun(names: Iterable[str]) -> bool:
    return any(name == WORK or name.endswith(".shard") for name in names)
