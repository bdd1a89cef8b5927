"""What a saved model has learned, as a table for other programs: a vector of each item, or user.

examples:
  cofactor export movies.cofactor --vectors items.parquet
  cofactor export movies.cofactor --vectors users.parquet --side user

Columns: the id, the title of an item, its vector and, of a model that has one, its bias."""

from argparse import ArgumentParser, Namespace

from cofactor.cli._out import check_file


def add_arguments(parser: ArgumentParser) -> None:
    parser.add_argument("model", metavar="MODEL", help="a saved model's folder")
    parser.add_argument("--vectors", metavar="FILE", required=True, help="the Parquet file to write")
    parser.add_argument("--side", choices=("item", "user"), default="item", help="whose vectors (default: item)")


def run(arguments: Namespace) -> None:
    from cofactor.opening import open_model

    check_file("--vectors", arguments.vectors)
    model = open_model(arguments.model)
    print(f"vectors written to {model.export_vectors(arguments.vectors, arguments.side)}")
