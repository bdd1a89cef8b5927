"""Why an item has its score for a user: the parts that add up to it; or which past ratings put it into their list.

examples:
  cofactor explain movies.cofactor 196 "Fargo (1996)"
  cofactor explain movies.cofactor 196 "Fargo (1996)" --out reasons.csv
  cofactor explain movies.cofactor 196 "Fargo (1996)" --counterfactual -n 20

Items are named by their id or their exact title. Under a y_range the parts add up to a sum that is then squashed; both
numbers are shown."""

from argparse import ArgumentParser, Namespace

from cofactor.cli._out import check_file
from cofactor.cli._show import add_format, expect_printed, show
from cofactor.errors import BadOption, counted


def add_arguments(parser: ArgumentParser) -> None:
    parser.add_argument("model", metavar="MODEL", help="a saved model's folder")
    parser.add_argument("user", metavar="USER", help="a user's id")
    parser.add_argument("item", metavar="ITEM", help="an item's id or exact title")
    parser.add_argument(
        "--counterfactual", action="store_true", help="past ratings without which it would not be in the list"
    )
    parser.add_argument(
        "-n", "--n", type=int, metavar="N", help="with --counterfactual: length of the list (default: 10)"
    )
    parser.add_argument("--out", metavar="FILE", help="write Parquet or CSV, by its ending, in place of printing")
    add_format(parser)


def run(arguments: Namespace) -> None:
    import polars as pl

    from cofactor.data.writing import check_ending, write_frame
    from cofactor.opening import open_model

    expect_printed(arguments)
    if arguments.out:
        check_ending(arguments.out, where="--out names")
        check_file("--out", arguments.out)
    if arguments.n is not None and not arguments.counterfactual:
        raise BadOption("-n is the length of the list that --counterfactual is about. Leave it out, or add that.")
    model = open_model(arguments.model)
    if arguments.counterfactual:
        n = 10 if arguments.n is None else arguments.n
        answer, what = model.counterfactual(arguments.user, arguments.item, n), "rating"
    else:
        answer, what = model.explain(arguments.user, arguments.item), "part"
    columns = answer.columns()
    if arguments.out:
        file = write_frame(pl.DataFrame(columns), arguments.out)
        print(f"{counted(len(columns['item']), what)} written to {file}")
    elif arguments.format:
        show(columns, arguments)
    else:
        print(answer)
