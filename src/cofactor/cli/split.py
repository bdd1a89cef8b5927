"""Split a table into train and test, and keep both as files.

examples:
  cofactor split ratings.csv --out parts
  cofactor split ratings.csv --out parts --by time --test 0.1 --parquet

writes parts/train.csv and parts/test.csv, or .parquet, with the columns user, item, rating and timestamp."""

from argparse import ArgumentParser, Namespace
from pathlib import Path

from cofactor.cli._out import check_file
from cofactor.cli._source import add_source, add_split, source_files, split_source
from cofactor.errors import counted


def add_arguments(parser: ArgumentParser) -> None:
    add_source(parser)
    add_split(parser)
    parser.add_argument("--out", type=Path, metavar="FOLDER", required=True, help="where the two files are written")
    parser.add_argument("--parquet", action="store_true", help="as Parquet (default: CSV)")


def run(arguments: Namespace) -> None:
    from cofactor.data.writing import ratings_frame, write_frame

    ending = "parquet" if arguments.parquet else "csv"
    files = {part: arguments.out / f"{part}.{ending}" for part in ("train", "test")}
    for file in files.values():
        check_file("--out", file, source_files(arguments))
    split = split_source(arguments)
    for part, file in files.items():
        ratings = getattr(split, part)
        print(f"{counted(len(ratings), 'rating')} for {part}: {write_frame(ratings_frame(ratings), file)}")
    print(f"split: {split.how}; fingerprint {split.fingerprint}")
