"""Where a command's ratings come from: a file, or a known data set by its name."""

from argparse import SUPPRESS, ArgumentParser, Namespace
from collections.abc import Collection
from typing import TYPE_CHECKING, Any

from cofactor.cli._wording import in_options

if TYPE_CHECKING:
    from cofactor.data.ratings import Ratings
    from cofactor.data.report import Report
    from cofactor.data.splits.splitting import Split

__all__ = [
    "add_source",
    "add_split",
    "given_table",
    "print_report",
    "read_options",
    "read_source",
    "source_files",
    "split_source",
]


def add_source(
    parser: ArgumentParser, metavar: str = "SOURCE", *, optional: bool = False, refused: Collection[str] = ()
) -> None:
    """SOURCE, and how its columns are called where that cannot be guessed.

    optional: it may be left out     refused: options that are taken only to be told why not; help does not list them
    """
    parser.set_defaults(parser=parser)  # whose options what is said of the table is said in
    parser.add_argument(
        "source", metavar=metavar, nargs="?" if optional else None,
        help="a table (CSV, JSON lines, Parquet …), - for stdin, or a data set such as ml-100k",
    )  # fmt: skip
    group = parser.add_argument_group(f"reading {metavar}, where it is a table")
    for role in ("user", "item", "rating", "timestamp"):
        group.add_argument(f"--{role}", metavar="COLUMN", help=f"its {role} column, by name or position from 0")
    group.add_argument("--clicks", action="store_true", help="do without a rating: every row is a click")
    group.add_argument("--no-timestamp", action="store_true", help="do without a time")
    group.add_argument("--items", metavar="FILE", help="a table of item titles and attributes")
    group.add_argument("--users", metavar="FILE", help="a table of user attributes")
    group.add_argument("--scale", metavar="LOW,HIGH", help="lowest and highest possible rating")
    group.add_argument("--wide", action="store_true", help="it has a row for each user, a column for each item")
    group.add_argument("--date-format", metavar="FORM", help="how times are written, as in %%d/%%m/%%Y")
    group.add_argument("--separator", metavar="TEXT", help="between the fields of a text file")
    group.add_argument("--encoding", metavar="NAME", help="of a text file, such as iso-8859-1")
    group.add_argument("--event", metavar="COLUMN", help="its column of types of events, which --weights counts")
    group.add_argument("--weights", metavar="TYPE=N,…", help="what each type counts, as view=1,cart=3,purchase=5")
    group.add_argument("--half-life", metavar="TIME", help="in which a row comes to count half as much, such as 90d")
    group.add_argument(
        "--kind", choices=("ratings", "clicks", "counts"),
        help="what the values are; counts: plays, quantities (default: told by their name and values)",
    )  # fmt: skip
    group.add_argument(
        "--duplicates", choices=("last", "mean", "sum", "error"),
        help="the same pair twice (default: last; of counts the sum)",
    )  # fmt: skip
    group.add_argument("--missing", choices=("error", "drop"), help="rows without an id or rating (default: error)")
    group.add_argument(
        "--ids", metavar="KIND", help="'text': take all ids as text (007 is not 7); 'user=text': those of one side"
    )
    group.add_argument("--unrated", choices=("drop", "keep"), help="rows of FILE that nobody rated (default: drop)")
    for action in parser._actions:
        if action.dest in refused:
            action.help = SUPPRESS


def add_split(parser: ArgumentParser) -> None:
    """How SOURCE is split into train and test."""
    group = parser.add_argument_group("splitting SOURCE")
    group.add_argument("--test", type=float, default=0.2, metavar="SHARE", help="share held out (default: 0.2)")
    group.add_argument(
        "--by", choices=("random", "user", "last", "time"), default="random",
        help="held out: rows at random, a share of each user's, each user's last, or the newest (default: random)",
    )  # fmt: skip
    group.add_argument(
        "--unknown-times", choices=("raise", "oldest"), default="raise",
        help="with --by last or time: refuse ratings without a time, or take them for the oldest (default: raise)",
    )  # fmt: skip
    group.add_argument("--seed", type=int, default=0, help="of the split (default: 0)")


def read_options(arguments: Namespace) -> dict[str, Any]:
    """The options for `cofactor.read`, those that were given."""
    given: dict[str, Any] = {
        role: _column(getattr(arguments, role)) for role in ("user", "item", "rating", "timestamp", "event")
    } | {name: getattr(arguments, name) for name in ("items", "users", "date_format", "separator", "encoding")}
    given |= {name: getattr(arguments, name) for name in ("kind", "half_life", "duplicates", "missing", "unrated")}
    given["scale"] = _scale(arguments.scale)
    given["weights"] = _weights(arguments.weights)
    given["ids"] = _id_kinds(arguments.ids)
    if arguments.wide:
        given["wide"] = True
    if arguments.clicks:
        given["rating"] = False
    if arguments.no_timestamp:
        given["timestamp"] = False
    return {name: value for name, value in given.items() if value is not None}


def source_files(arguments: Namespace) -> list[str | None]:
    """SOURCE and the tables beside it, as they were given."""
    return [arguments.source, arguments.items, arguments.users]


def given_table(arguments: Namespace) -> Any:
    """SOURCE as `cofactor.read` takes it: a path, or the bytes that come in on stdin for `-`."""
    import sys

    return sys.stdin.buffer if arguments.source == "-" else arguments.source


def read_source(arguments: Namespace, *, like: "Ratings | None" = None) -> "Ratings":
    """The ratings of SOURCE; what reading guessed or left out goes to stderr.

    like: ratings whose ids these are, so that text is read as text; they are of its kind
    """
    from cofactor.data.sources import data_set_names, load

    if arguments.source in data_set_names():
        return load(arguments.source)
    from cofactor.data.reading import read

    options = read_options(arguments)
    if like is not None:
        options.setdefault("ids", {ids.kind: "text" for ids in (like.users, like.items) if ids.holds == "text"})
        options.setdefault("kind", like.kind)
    ratings = read(given_table(arguments), **options)
    print_report(ratings.report, arguments)
    return ratings


def print_report(report: "Report | None", arguments: Namespace) -> None:
    """What reading guessed or left out, to stderr; nothing where that is nothing."""
    import sys

    if report is not None and (report.left_out or report.untrainable or report.notes):
        print(in_options(str(report), arguments.parser), file=sys.stderr)


def split_source(arguments: Namespace) -> "Split":
    from cofactor.data.splits.splitting import split

    ratings, asked = read_source(arguments), arguments
    return split(ratings, test=asked.test, by=asked.by, seed=asked.seed, unknown_times=asked.unknown_times)


def _column(given: str | None) -> str | int | None:
    return int(given) if given is not None and given.isdecimal() else given


def _scale(given: str | None) -> tuple[float, float] | None:
    from cofactor.errors import BadOption

    if given is None:
        return None
    try:
        low, high = map(float, given.split(","))
    except ValueError:
        raise BadOption(f"--scale takes two numbers such as 1,5, but {given!r} came.") from None
    return low, high


def _weights(given: str | None) -> dict[str, float] | None:
    from cofactor.errors import BadOption

    if given is None:
        return None
    try:
        parts = [one.rpartition("=") for one in given.split(",")]
        return {name.strip(): float(weight) for name, _, weight in parts}
    except ValueError:
        raise BadOption(f"--weights takes types and numbers such as view=1,cart=3, but {given!r} came.") from None


def _id_kinds(given: str | None) -> Any:
    """'text' as it is, 'user=text,item=auto' a side each; `cofactor.read` judges them."""
    if given is None or "=" not in given:
        return given
    sides = [one.partition("=") for one in given.split(",")]
    return {side: kind for side, _, kind in sides}
