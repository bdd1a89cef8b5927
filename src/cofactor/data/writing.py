"""Tables written to files: ratings, lists and vectors, as Parquet or CSV; also in blocks, where they are large."""

import tempfile
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import polars as pl

from cofactor.data.expecting import expect_path
from cofactor.data.formats.series import series_of
from cofactor.data.ratings import NO_TIME
from cofactor.errors import BadOption, NotSaved
from cofactor.replacing import replace_file

if TYPE_CHECKING:
    from cofactor.data.ratings import Ratings

__all__ = ["ENDINGS", "check_ending", "ratings_frame", "write_blocks", "write_frame", "write_text"]

ENDINGS = (".parquet", ".csv")


def check_ending(path: str | Path, endings: Iterable[str] = ENDINGS, where: str = "a table is written to") -> Path:
    """The path of a table to write. Raises `BadOption` for what is no path, or says no kind of table by its ending.

    where: begins the sentence
    """
    expect_path(path, where)
    file, known = Path(path).absolute(), tuple(endings)
    if file.suffix.lower() not in known or file.is_dir():
        raise BadOption(f"{where} a file whose name ends with {' or '.join(known)}, but {str(path)!r} came.")
    return file


def write_frame(frame: pl.DataFrame, path: str | Path) -> Path:
    """Write a table as the path's ending says, in place of a file that is there; its path.

    Raises `BadOption` for another ending and for ids that such a file cannot hold, `NotSaved` where the system refuses.
    """
    file = check_ending(path)
    return write_blocks([frame], file) if file.suffix.lower() == ".parquet" else _write(file, frame, frame.write_csv)


def write_blocks(blocks: Iterable[pl.DataFrame], path: str | Path) -> Path:
    """Write blocks of one schema below each other as a Parquet file, one in memory at a time; its path.

    The file takes the place of one that is there when it is whole. Raises `BadOption` for another ending and for ids
    that Parquet cannot hold, `NotSaved` where the system refuses.
    """
    file = check_ending(path, (".parquet",))
    with tempfile.TemporaryDirectory() as folder:
        parts = []
        for at, block in enumerate(blocks):
            part = Path(folder) / f"{at:09d}.parquet"
            parts.append(part)
            _write(part, block, block.write_parquet)
        return _write(file, None, pl.scan_parquet(parts).sink_parquet)


def write_text(path: Path, text: str) -> Path:
    """Write a text in UTF-8, in place of a file that is there; its path. Raises `NotSaved` where the system refuses."""
    return _write(path, None, lambda draft: draft.write_text(text, "utf-8"))


def ratings_frame(ratings: "Ratings") -> pl.DataFrame:
    """The columns user, item, title, rating and timestamp, those that there are; a row for each rating, in its order.

    `cofactor.read` finds them by these names.
    """
    columns = [
        series_of("user", ratings.users.values).gather(ratings.user_idx),
        series_of("item", ratings.items.values).gather(ratings.item_idx),
    ]
    if ratings.titles is not None:
        columns.append(pl.Series("title", ratings.titles.tolist(), pl.String).gather(ratings.item_idx))
    if ratings.explicit:
        columns.append(pl.Series("rating", ratings.values))
    if ratings.timestamps is not None:
        times = pl.Series("timestamp", ratings.timestamps)
        columns.append(times.set(pl.Series(ratings.timestamps == NO_TIME), None))
    return pl.DataFrame(columns)


def _write(file: Path, frame: pl.DataFrame | None, write: Callable[[Path], Any]) -> Path:
    """Write a file and put it into its place; raises as `write_frame`."""
    objects = [name for name, dtype in frame.schema.items() if dtype == pl.Object] if frame is not None else []
    if objects:
        raise BadOption(
            f"The values of {objects[0]!r} are of no type that a file can hold. Read the ratings with "
            f"cf.read(..., ids='text'), and fit anew."
        )
    try:
        replace_file(file, write)
    except (OSError, pl.exceptions.PolarsError) as error:
        raise NotSaved(f"{file} could not be written: {error}. Choose another path.") from error
    return file
