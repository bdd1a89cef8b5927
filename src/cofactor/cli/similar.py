"""The items (or users) nearest to one or several, by the angle between their learned vectors, or by another measure.

examples:
  cofactor similar movies.cofactor "Star Wars (1977)"
  cofactor similar movies.cofactor "Star Wars (1977)" "Fargo (1996)" --where "year >= 1990" --min-ratings 20
  cofactor similar movies.cofactor 196 --user --min-ratings 50
  cofactor similar movies.cofactor "Star Wars (1977)" --by posterior

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
    parser.add_argument("--min-ratings", type=int, default=0, metavar="N", help="only those with so many ratings")
    parser.add_argument("--by", metavar="MEASURE", help="cosine, dot (product) or posterior (distance)")
    add_format(parser)


def run(arguments: Namespace) -> None:
    from cofactor.opening import open_model

    model = open_model(arguments.model)
    asked = arguments.ids[0] if len(arguments.ids) == 1 else arguments.ids
    options = {"by": arguments.by, "min_ratings": arguments.min_ratings}
    if not arguments.user:
        show(model.nearest_items(asked, arguments.n, where=arguments.where, **options), arguments)
    elif arguments.where:
        raise BadOption("--where is a condition on items. Leave it out, or --user.")
    else:
        show(model.nearest_users(asked, arguments.n, **options), arguments)
