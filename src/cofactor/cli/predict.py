"""The predicted rating, or the score, of each pair of a user and an item in a table.

examples:
  cofactor predict movies.cofactor pairs.csv
  cofactor predict movies.cofactor pairs.csv --interval 0.9 --out predicted.parquet
  cofactor predict clicks.cofactor pairs.csv --score

Pairs are rows of a user and an item, by usual names or in the first two columns. A model that ranks predicts no
ratings; --score gives the number that its lists are ordered by."""

from argparse import ArgumentParser, Namespace
from typing import TYPE_CHECKING, Any

from cofactor.cli._out import check_file
from cofactor.cli._show import add_format, expect_printed, show
from cofactor.errors import BadOption, counted

if TYPE_CHECKING:
    from cofactor.data.pairs import Pairs
    from cofactor.recommender import Recommender


def add_arguments(parser: ArgumentParser) -> None:
    parser.add_argument("model", metavar="MODEL", help="a saved model's folder")
    parser.add_argument("pairs", metavar="PAIRS", help="a table of users and items (CSV, Parquet …)")
    parser.add_argument("--score", action="store_true", help="the model's own score in place of a rating")
    parser.add_argument("--clip", action="store_true", help="keep predictions inside the ratings' scale")
    parser.add_argument("--interval", type=float, metavar="P", help="low and high, between which ratings lie so often")
    parser.add_argument(
        "--unknown", choices=("raise", "fallback"), default="raise", help="users and items nobody knows"
    )
    parser.add_argument("--out", metavar="FILE", help="write Parquet or CSV, by its ending, in place of printing")
    add_format(parser)


def run(arguments: Namespace) -> None:
    import polars as pl

    from cofactor.data.pairs import read_pairs
    from cofactor.data.writing import check_ending, write_frame
    from cofactor.opening import open_model

    expect_printed(arguments)
    if arguments.out:
        check_ending(arguments.out, where="--out names")
        check_file("--out", arguments.out, [arguments.pairs])
    model = open_model(arguments.model)
    pairs = read_pairs(arguments.pairs, model.ratings)
    columns = {"user": pairs.users.tolist(), "item": pairs.items.tolist()} | _answers(model, pairs, arguments)
    if arguments.out:
        print(f"{counted(len(pairs.users), 'pair')} written to {write_frame(pl.DataFrame(columns), arguments.out)}")
    else:
        show(columns, arguments)


def _answers(model: "Recommender", pairs: "Pairs", asked: Namespace) -> dict[str, Any]:
    """The columns of what was asked for."""
    if asked.score:
        if asked.clip or asked.interval is not None:
            raise BadOption("--clip and --interval are of ratings. Leave them out, or --score.")
        return {"score": model.score(*pairs, unknown=asked.unknown).tolist()}
    options = {"unknown": asked.unknown, "clip": asked.clip}
    if asked.interval is None:
        return {"prediction": model.predict(*pairs, **options).tolist()}
    found = model.predict(*pairs, interval=asked.interval, **options)
    return {"prediction": found.mean.tolist(), "low": found.low.tolist(), "high": found.high.tolist()}
