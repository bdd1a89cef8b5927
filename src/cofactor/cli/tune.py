"""Search a model's options within a time, and keep the best model.

examples:
  cofactor tune ratings.csv --model matrix_factorization --budget 2min --out movies.cofactor
  cofactor tune plays.csv --clicks --model implicit_mf --metric ndcg@20 --journal als.journal
  cofactor tune ratings.csv --model bpr --n-epochs 20 --json        what is given is where the search begins

Options are judged on a fifth of SOURCE that is held out for it; keep your test out of SOURCE. With --journal the
same command goes on where it ended. Ctrl-C ends the search and keeps the best so far. Needs the extra `tune`."""

from argparse import ArgumentParser, Namespace
from collections.abc import Sequence
from pathlib import Path

from cofactor.cli._model import add_model_options, model_from, named_model
from cofactor.cli._out import check_file, check_model
from cofactor.cli._show import add_format, show
from cofactor.cli._source import add_source, read_source, source_files

DEFAULT = "matrix_factorization"


def add_arguments(parser: ArgumentParser) -> None:
    from cofactor.models import model_names

    add_source(parser)
    names = ", ".join(model_names())
    parser.add_argument("--model", default=DEFAULT, metavar="NAME", help=f"one of {names} (default: {DEFAULT})")
    parser.add_argument("--budget", default="2min", metavar="TIME", help="such as 90s, 2min, 1h (default: 2min)")
    parser.add_argument("--metric", metavar="NAME", help="such as rmse or ndcg@10 (default: what suits the model)")
    parser.add_argument("--n-trials", type=int, metavar="N", help="at most so many (default: what the budget allows)")
    parser.add_argument("--journal", type=Path, metavar="FILE", help="keep the trials here, and go on from them")
    parser.add_argument("--out", type=Path, metavar="FOLDER", help="where to save the best model")
    add_format(parser)


def add_model_arguments(parser: ArgumentParser, words: Sequence[str]) -> None:
    """Declare the options of the model that the words name."""
    add_model_options(parser, named_model(words, DEFAULT))


def run(arguments: Namespace) -> None:
    import sys

    from cofactor.tuning.tune import tune

    check_model("--out", arguments.out)
    check_file("--journal", arguments.journal, source_files(arguments))
    tuned = tune(
        model_from(arguments.model, arguments), read_source(arguments), arguments.budget, metric=arguments.metric,
        n_trials=arguments.n_trials, journal=arguments.journal,
    )  # fmt: skip
    if arguments.format:
        show(tuned.history.columns(), arguments)
    else:
        print(tuned)
    if arguments.out:
        print(f"saved as {tuned.model.save(arguments.out)}", file=sys.stderr if arguments.format else sys.stdout)
