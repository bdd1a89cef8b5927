"""The items (or users) nearest to one or several, by the angle between their learned vectors.

examples:
  cofactor similar movies.cofactor "Star Wars (1977)"
  cofactor similar movies.cofactor "Star Wars (1977)" "Fargo (1996)" --where "year >= 1990" --min-ratings 20
  cofactor similar movies.cofactor 196 --user

The column ratings says on how many people an item's place stands."""

from argparse import ArgumentParser, Namespace

from cofactor.cli._show import add_format, show
from cofactor.errors import BadOption


def add_arguments(parser: ArgumentParser) -> None:
    parser.add_argument("model", metavar="MODEL", help="a saved model's folder")
    parser.add_argument("ids", metavar="ITEM", nargs="+", help="an item's id or exact title; with --user a user's id")
    parser.add_argument("-n", type=int, default=10, help="how many (default: 10)")
    parser.add_argument("--user", action="store_true", help="users instead of items")
    parser.add_argument("--where", metavar="CONDITION", help='only items that match, as "year >= 1990"')
    parser.add_argument("--min-ratings", type=int, default=0, metavar="N", help="only items with so many ratings")
    add_format(parser)


def run(arguments: Namespace) -> None:
    from cofactor.opening import open_model

    model = open_model(arguments.model)
    asked = arguments.ids[0] if len(arguments.ids) == 1 else arguments.ids
    if not arguments.user:
        options = {"where": arguments.where, "min_ratings": arguments.min_ratings}
        show(model.nearest_items(asked, arguments.n, **options), arguments)
    elif arguments.where or arguments.min_ratings:
        raise BadOption("--where and --min-ratings are of items. Leave them out, or --user.")
    else:
        show(model.nearest_users(asked, arguments.n), arguments)
