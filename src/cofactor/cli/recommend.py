"""The best items for users of a saved model, for all of them, or for somebody new.

examples:
  cofactor recommend movies.cofactor 196
  cofactor recommend movies.cofactor 196 22 244 -n 5 --csv
  cofactor recommend movies.cofactor 196 --where "year >= 1990 and genres has 'Comedy'" --max-per genres=3
  cofactor recommend movies.cofactor 196 --diversity 0.3 --calibrated genres --max-share-of-head 0.5 --was
  cofactor recommend movies.cofactor 196 --item-values regret.csv --value-weight 0.3 --was
  cofactor recommend movies.cofactor --rated "Inception (2010)=5" --rated "Frozen (2013)=2"
  cofactor recommend movies.cofactor --about age=33 --about occupation=artist
  cofactor recommend movies.cofactor --all --out lists.parquet
  cofactor recommend movies.cofactor --users today.csv --out lists.parquet
  cofactor recommend big.cofactor --users big.shards --out lists          a folder of Parquet files
  cofactor recommend big.cofactor --users big.shards --out lists --cluster auto --workers 8
  cofactor recommend big.cofactor 196 --people big.shards               with the ratings that they have there

Items are named by their id or their exact title. What a user has rated is left out, unless --seen."""

import sys
from argparse import ArgumentParser, BooleanOptionalAction, Namespace
from typing import TYPE_CHECKING, Any

from cofactor.cli._cluster import OF_CLUSTERS, add_cluster, cluster_asked
from cofactor.cli._newcomer import about_from, add_about
from cofactor.cli._out import check_file
from cofactor.cli._reranking import add_reranking, named_number, reranking_options
from cofactor.cli._shards import expect_shards, refuse_given, shards_at
from cofactor.cli._show import add_format, expect_printed, show
from cofactor.data.id_lists import read_user_ids
from cofactor.errors import BadOption

if TYPE_CHECKING:
    from pathlib import Path

    from cofactor.arrays import Id
    from cofactor.data.item_values import ItemValues
    from cofactor.recommender import Recommender
    from cofactor.scale.table.folder import Shards


def add_arguments(parser: ArgumentParser) -> None:
    parser.add_argument("model", metavar="MODEL", help="a saved model's folder")
    parser.add_argument("users", metavar="USER", nargs="*", help="user ids")
    parser.add_argument("--all", action="store_true", help="everybody in the model, written to --out")
    parser.add_argument(
        "--users", dest="file", metavar="FILE", help="the users of a table, of shards, or of one id a line"
    )
    parser.add_argument("--people", metavar="SHARDS", help="where the ratings of USER are, of a model that keeps none")
    parser.add_argument("--out", metavar="FILE", help="write the lists as Parquet, in blocks, in place of printing")
    parser.add_argument("-n", type=int, default=10, help="length of each list (default: 10)")
    parser.add_argument(
        "--rated", metavar="ITEM=RATING", action="append", default=[], help="a rating of somebody new; repeatable"
    )
    add_about(parser)
    parser.add_argument("--among", metavar="ITEM", action="append", help="recommend only among these; repeatable")
    parser.add_argument("--without", metavar="ITEM", action="append", default=[], help="never this; repeatable")
    parser.add_argument("--where", metavar="CONDITION", help="recommend only items whose attributes match")
    add_reranking(parser)
    parser.add_argument(
        "--item-values", metavar="FILE", help="a table of item and value, with lines above it as docs/objective.md says"
    )
    parser.add_argument(
        "--value-weight", metavar="W", type=float, help="of these values: 0, the model alone, to 1, the values alone"
    )
    parser.add_argument("--was", action="store_true", help="add the rank that each item has without re-ranking")
    parser.add_argument("--seed", type=int, default=0, help="of --explore (default: 0)")
    parser.add_argument("--seen", action="store_true", help="do not leave out what the user has rated")
    parser.add_argument("--no-profile", action="store_true", help="use nothing that is known of the users")
    parser.add_argument("--unknown", choices=("raise", "fallback"), default="raise", help="users nobody knows")
    parser.add_argument(
        "--approximate", action=BooleanOptionalAction,
        help="compare each user with the items near to them alone (extra 'ann'); pays off for very large catalogues",
    )  # fmt: skip
    add_cluster(parser)
    add_format(parser)


def run(arguments: Namespace) -> None:
    from cofactor.opening import open_model

    expect_printed(arguments)
    _check_asked(arguments)
    shards = shards_at(arguments.file)
    people = None if arguments.people is None else expect_shards("--people", arguments.people)
    if shards is None:
        refuse_given(arguments, OF_CLUSTERS, "for the lists of everybody in shards: --users SHARDS --out FOLDER.")
        check_file("--out", arguments.out, [arguments.file])
    model = open_model(arguments.model)
    asked = None if shards else _asked(arguments, model, people)
    values = None if arguments.item_values is None else _item_values(arguments.item_values, model)
    options: dict[str, Any] = dict(
        hide_seen=not arguments.seen, profile=not arguments.no_profile, candidates=arguments.among,
        exclude=arguments.without, where=arguments.where, unknown=arguments.unknown,
        approximate=arguments.approximate, seed=arguments.seed, was=arguments.was, item_values=values,
        value_weight=arguments.value_weight, **reranking_options(arguments),
    )  # fmt: skip
    if shards is not None:
        print(f"lists written to {_write_lists_of(model, shards, arguments, options)}")
    elif arguments.out:
        file = model.recommend_all(arguments.out, arguments.n, asked, **options)
        print(f"lists written to {file}")
    else:
        ranking = model.rank(asked, arguments.n, attributes=about_from(arguments.about, model), **options)
        show(ranking.columns(model.ratings), arguments)


def _item_values(file: str, model: "Recommender") -> "ItemValues":
    """The values of a file; whose they are is printed, away from the lists."""
    from cofactor.data.item_values import ItemValues

    values = ItemValues.read(file)
    print(f"note: values of items: {values.origin}. {values.aligned(model.ratings).note()}", file=sys.stderr)
    return values


def _write_lists_of(model: "Recommender", shards: "Shards", arguments: Namespace, options: dict[str, Any]) -> "Path":
    from cofactor.scale.lists import write_lists

    if not arguments.out:
        raise BadOption("The lists of everybody in shards need a folder to be written to, as in --out lists.")
    with cluster_asked(arguments) as place:
        return write_lists(model, shards, arguments.out, arguments.n, **place, **options)


def _check_asked(arguments: Namespace) -> None:
    is_new = bool(arguments.rated or arguments.about)
    if [bool(arguments.users), bool(arguments.file), arguments.all, is_new].count(True) != 1:
        raise BadOption(
            "Say for whom: either user ids, or --users FILE, or --all, or the ratings of somebody new with --rated "
            "'ITEM=RATING', or what they are like with --about NAME=VALUE."
        )
    if arguments.all and not arguments.out:
        raise BadOption("--all needs a file to write to, as in --out lists.parquet.")
    if arguments.people is not None and (not arguments.users or arguments.out):
        raise BadOption("--people says where the ratings of single users are: give their ids, and leave --out away.")
    if arguments.out and is_new:
        raise BadOption("--out writes the lists of users that the model holds. Leave it out for somebody new.")


def _asked(arguments: Namespace, model: "Recommender", people: "Shards | None") -> Any:
    """Users, or somebody new; None: everybody."""
    if people is not None:
        return _as_newcomers(arguments, people, model)
    if not model.ratings.n_users and not arguments.rated and not arguments.about and arguments.unknown == "raise":
        if arguments.file:
            expect_shards("This model keeps no users: --users", arguments.file)
        raise BadOption(
            "This model keeps no users. Give the ratings of somebody by --rated 'ITEM=RATING', or say in which shards "
            "those of USER are by --people SHARDS; the lists of everybody there are written by --users SHARDS."
        )
    if arguments.file:
        return read_user_ids(arguments.file, model.ratings)
    return None if arguments.all else arguments.users or dict(map(_rated, arguments.rated))


def _as_newcomers(arguments: Namespace, people: "Shards", model: "Recommender") -> "dict[str, dict[Id, float]]":
    """Users with the ratings that they have in the shards."""
    from cofactor.data.kinds import expect_kind

    expect_kind(model.ratings.kind, people.kind)
    return {user: people.ratings_of(user, unknown=arguments.unknown) for user in arguments.users}


def _rated(word: str) -> tuple[str, float]:
    return named_number(word, float, "--rated takes ITEM=RATING, such as 'Frozen (2013)=2'")
