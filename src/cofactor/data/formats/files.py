"""Tables in files and in bytes: text, JSON lines, Parquet and Arrow, recognised by what they begin with."""

import io
from difflib import get_close_matches
from pathlib import Path

import polars as pl

from cofactor.addresses import is_address, protocol_of
from cofactor.data.formats.decoding import BYTE_ORDER_MARKS, BYTES_A_ROW, GZIP, refuse_too_large, start_of
from cofactor.data.formats.frames import collected, from_lazy
from cofactor.data.formats.json_lines import from_json_lines, holds_json_lines
from cofactor.data.formats.other_formats import OTHER_ENDINGS, OtherFormat, other_format
from cofactor.data.formats.table import Table
from cofactor.data.formats.text import TextTable, open_text
from cofactor.data.options import Options
from cofactor.data.report import RowNames
from cofactor.errors import BadTable, CofactorError

__all__ = ["from_bytes", "from_path", "holds_lines", "packed_file"]

LINES_ENDINGS = (".jsonl", ".ndjson", ".jsonl.gz", ".ndjson.gz")
SHARDS = "shards.json"  # in a folder of `scale`, which is often given where a table is expected
# recognised by their first bytes, so that a wrong ending does not matter
MAGIC = {b"PAR1": "parquet", b"ARROW1": "arrow"}


def from_path(path: Path, options: Options) -> Table:
    """The table in a file.

    Raises `BadTable` for a file that is not there, cannot be read, or is of another format.
    """
    try:
        return _open_file(path.expanduser(), options)
    except (OSError, RuntimeError, ValueError) as error:  # no home for "~"; a zero in the name
        if isinstance(error, CofactorError):
            raise
        why = getattr(error, "strerror", None) or error
        raise BadTable(f"{str(path)!r} cannot be read: {why}. Mend that, or give another file.") from None


def _open_file(path: Path, options: Options) -> Table:
    if is_address(path):
        raise BadTable(
            f"An address of the kind {protocol_of(str(path))}:// came, but tables are read from files of this machine. "
            "Download it, or read it with a library of tables and give its data frame."
        )
    if path.is_dir():
        inside = sorted(p.name for p in path.iterdir())
        if any(name == SHARDS or name.endswith(".shard") for name in inside):
            raise BadTable(
                f"{str(path)!r} is a folder of shards, which is not read as a table. `cofactor fit` learns from it, "
                "`cofactor recommend MODEL --users` writes the lists of everybody in it, cf.open_shards opens it."
            )
        raise BadTable(f"{str(path)!r} is a folder. Give one of its files: {', '.join(inside[:8]) or 'it is empty'}.")
    if not path.is_file():
        near = get_close_matches(path.name, [p.name for p in path.parent.glob("*")], n=1)
        hint = f"Did you mean {near[0]!r}?" if near else f"Looked in {str(path.parent.resolve())!r}."
        raise BadTable(f"There is no file {str(path)!r}. {hint}")
    packed = packed_file(path)
    return _text_or_lines(path, path.name, options) if packed is None else _packed(packed, path.name)


def packed_file(path: Path) -> pl.LazyFrame | None:
    """The rows of a Parquet or Arrow file, none of them read yet; None for any other file. Raises `OSError`."""
    with path.open("rb") as file:
        kind = _kind(file.read(16))
    if kind is None:
        return None
    return pl.scan_parquet(path, glob=False) if kind == "parquet" else pl.scan_ipc(path, glob=False)


def from_bytes(data: bytes, name: str, options: Options) -> Table:
    """The table in the bytes of a file, called `name` in messages; raises `BadTable` as `from_path` does."""
    kind = _kind(data[:16])
    if kind == "parquet":
        return _packed(pl.scan_parquet(io.BytesIO(data)), name)
    if kind == "arrow":
        return _packed(pl.scan_ipc(io.BytesIO(data)), name)
    return _text_or_lines(data, name, options)


def _text_or_lines(source: Path | bytes, name: str, options: Options) -> Table:
    if holds_lines(source, name, options):
        return from_json_lines(source, name, options.encoding)
    return _text(open_text(source, options.separator, options.encoding, options.has_header), name)


def holds_lines(source: Path | bytes, name: str, options: Options) -> bool:
    """Return whether it holds JSON lines rather than a table in text; raises `BadTable` for what is neither."""
    start, ending = start_of(source), Path(name).suffix.lower()
    other = other_format(start, is_text=options.encoding is not None or start.startswith((GZIP, *BYTE_ORDER_MARKS)))
    if other is None and (name.lower().endswith(LINES_ENDINGS) or holds_json_lines(source, options.encoding)):
        return True
    if start.lstrip().startswith(b"[{"):
        other = OtherFormat("one JSON array, not an object a line")
    if other is None and ending in OTHER_ENDINGS:
        other = OtherFormat(f"a file of the kind {ending}")
    if other is not None:
        raise other.error
    return False


def _kind(start: bytes) -> str | None:
    return next((kind for magic, kind in MAGIC.items() if start.startswith(magic)), None)


def _text(table: TextTable, origin: str) -> Table:
    row_names = RowNames("line", table.first_line)
    return Table(origin, "polars", table.head, table.load, row_names, is_text=True, header=table.header)


def _packed(frame: pl.LazyFrame, origin: str) -> Table:
    """The table of a file that says how many rows it holds.

    Equal values may take no room in such a file, but they do in memory: so its rows are counted first.
    """
    n_rows = int(collected(frame.select(pl.len())).item())
    refuse_too_large(n_rows * BYTES_A_ROW, f"{n_rows:,} rows")
    return from_lazy(frame, origin)
