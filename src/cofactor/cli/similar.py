"""The items (or users) nearest to one, by the angle between their learned vectors.

examples:
  cofactor similar movies.cofactor "Star Wars (1977)"
  cofactor similar movies.cofactor 196 --user"""

from argparse import ArgumentParser, Namespace

from cofactor.cli._show import add_format, show


def add_arguments(parser: ArgumentParser) -> None:
    parser.add_argument("model", metavar="MODEL", help="a saved model's folder")
    parser.add_argument("one", metavar="ITEM", help="an item's id or exact title; with --user a user's id")
    parser.add_argument("-n", type=int, default=10, help="how many (default: 10)")
    parser.add_argument("--user", action="store_true", help="users instead of items")
    add_format(parser)


def run(arguments: Namespace) -> None:
    from cofactor.opening import open_model

    model = open_model(arguments.model)
    nearest = model.nearest_users if arguments.user else model.nearest_items
    show(nearest(arguments.one, arguments.n), arguments)
