"""Take ratings that came later into a saved model, of new users and items too; nothing is retrained.

examples:
  cofactor update movies.cofactor today.csv
  cofactor update movies.cofactor today.csv --out movies-today.cofactor
  cofactor update movies.cofactor today.csv --items new-films.csv --unrated keep

A pair that was rated before counts as it was rated last. Items that the model cannot place are named."""

from argparse import ArgumentParser, Namespace
from pathlib import Path

from cofactor.cli._out import check_model
from cofactor.cli._source import add_source, read_source
from cofactor.errors import counted


def add_arguments(parser: ArgumentParser) -> None:
    parser.add_argument("model", metavar="MODEL", help="a saved model's folder")
    add_source(parser)
    parser.add_argument("--out", type=Path, metavar="FOLDER", help="where to save it (default: in its own place)")


def run(arguments: Namespace) -> None:
    from cofactor.opening import open_model

    check_model("--out", arguments.out or Path(arguments.model))
    model = open_model(arguments.model)
    later = read_source(arguments, like=model.ratings)
    n_users, n_items = model.ratings.n_users, model.ratings.n_items
    model.update(later)
    new_users, new_items = model.ratings.n_users - n_users, model.ratings.n_items - n_items
    print(
        f"{counted(len(later), 'rating')} taken in: {counted(new_users, 'new user')}, {counted(new_items, 'new item')}"
    )
    print(f"saved as {model.save(arguments.out or arguments.model)}")
