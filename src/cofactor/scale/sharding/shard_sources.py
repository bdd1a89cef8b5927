"""What a sharded table is made of: one table, files below each other, a folder of them; and what tells it again."""

import os
from collections.abc import Mapping, Sequence
from dataclasses import fields
from pathlib import Path
from typing import Any

from cofactor.data.formats.block_table import BlockSizes, open_blocks
from cofactor.data.formats.open_table import is_open_file, open_table
from cofactor.data.options import Options
from cofactor.errors import BadTable

__all__ = ["folder_name", "rows_in", "sources_of", "state_of"]

ENDINGS = (
    ".csv",
    ".tsv",
    ".txt",
    ".dat",
    ".data",
    ".gz",
    ".parquet",
    ".arrow",
    ".feather",
    ".ipc",
    ".jsonl",
    ".ndjson",
)


def sources_of(source: Any) -> list[Any]:
    """The tables to read below each other: a list of paths is one of files, a folder holds them, all else is one.

    Raises `BadTable` for a path that leads to nothing, for a folder without a table, and for an empty list.
    """
    if isinstance(source, list | tuple) and all(isinstance(one, str | Path) for one in source):
        if not source:
            raise BadTable("No file was given. Give one, or a folder of them.")
        return [file for one in source for file in sources_of(one)]
    if is_open_file(source):
        content = source.read()  # once: the table may have to be looked at twice
        return [content.encode() if isinstance(content, str) else bytes(content)]
    if not isinstance(source, str | Path):
        return [source]
    if not Path(source).expanduser().is_dir():
        _expect_file(source)
        return [source]
    folder = Path(source).expanduser()
    inside = [file for file in sorted(folder.rglob("*")) if file.is_file() and not _is_hidden(file.relative_to(folder))]
    files = [file for file in inside if file.suffix.lower() in ENDINGS]
    if not files:
        raise BadTable(f"{str(folder)!r} holds no table. Its files should end in {', '.join(ENDINGS)}.")
    return files


def _expect_file(path: str | Path) -> None:
    if not Path(path).expanduser().is_file():
        open_table(path)  # which says what is there instead


def _is_hidden(file: Path) -> bool:
    """Spark and its kin keep notes of their own beside the data, such as _SUCCESS."""
    return any(part.startswith((".", "_")) for part in file.parts)


def folder_name(source: Any) -> str | None:
    """The name of a folder of files, which its table takes; None for any other source."""
    is_folder = isinstance(source, str | Path) and Path(source).expanduser().is_dir()
    return _full_path(source).name if is_folder else None


def rows_in(sources: Sequence[Any], options: Options, sizes: BlockSizes) -> int | None:
    """About how many rows the files have, by their sizes; None where nobody can say."""
    first = sources[0]
    if not isinstance(first, str | Path) or not Path(first).expanduser().is_file():
        shape: Any = getattr(first, "shape", None)  # of a data frame
        return shape[0] if isinstance(shape, tuple) else None
    n_rows = open_blocks(first, options, sizes).n_rows
    n_bytes = [Path(one).expanduser().stat().st_size for one in sources if Path(one).expanduser().is_file()]
    return None if n_rows is None else n_rows * sum(n_bytes) // max(1, n_bytes[0])


def state_of(source: Any, sources: Sequence[Any], options: Options) -> Mapping[str, Any] | None:
    """The facts that tell a source and options again, also whether a file has changed; None where it is no file.

    sources: the tables that `sources_of` finds in it. Raises `BadTable` where the file of `items` is missing.
    """
    tables = [*sources, *([] if options.items is None else [options.items])]
    if not all(isinstance(one, str | Path) for one in tables):
        return None
    for one in tables:
        _expect_file(one)
    stats = [(_full_path(one), _full_path(one).stat()) for one in tables]
    asked = {one.name: repr(getattr(options, one.name)) for one in fields(options) if one.name != "items"}
    return {
        "paths": [str(_full_path(one)) for one in (source if isinstance(source, list | tuple) else [source])],
        "files": [[str(path), stat.st_size, stat.st_mtime_ns] for path, stat in stats], "options": asked,
    }  # fmt: skip


def _full_path(path: str | Path) -> Path:
    return Path(os.path.abspath(Path(path).expanduser()))
