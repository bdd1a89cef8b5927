"""Train several models on one split and say which is best, where that is beyond the noise.

examples:
  cofactor compare ratings.csv
  cofactor compare ml-100k --models popularity,bias,matrix_factorization --by time
  cofactor compare ml-100k --metrics rmse,ndcg@10 --json
  cofactor compare ml-100k --models matrix_factorization,neural_cf --seeds 5 --losses losses.png

Differences are paired by user; a winner is named only where the interval of its lead excludes zero."""

from argparse import ArgumentParser, Namespace
from collections.abc import Sequence
from typing import TYPE_CHECKING

from cofactor.cli._out import check_picture
from cofactor.cli._show import add_format, show
from cofactor.cli._source import add_source, add_split, split_source
from cofactor.errors import BadOption

if TYPE_CHECKING:
    from cofactor.recommender import Recommender


def add_arguments(parser: ArgumentParser) -> None:
    from cofactor.models import model_names

    add_source(parser)
    add_split(parser)
    names = ",".join(model_names())
    parser.add_argument("--models", metavar="NAMES", help=f"by comma, of {names} (default: all that SOURCE suits)")
    parser.add_argument("--metrics", metavar="NAMES", help="such as rmse,ndcg@10 (default: all)")
    parser.add_argument("--seeds", type=int, default=1, help="fit what draws at random so many times (default: 1)")
    parser.add_argument(
        "--losses", metavar="FILE", help="draw the losses of every epoch, also on the test, as a picture"
    )
    parser.add_argument("--k", type=int, default=10, help="length of the lists (default: 10)")
    add_format(parser)


def run(arguments: Namespace) -> None:
    from cofactor.evaluation.compare import compare
    from cofactor.models import model_names

    check_picture("--losses", arguments.losses)
    if arguments.seeds < 1:
        raise BadOption(f"--seeds must be at least 1, but {arguments.seeds} came.")
    models = _models(model_names() if arguments.models is None else arguments.models.split(","))
    metrics = arguments.metrics.split(",") if arguments.metrics else None
    train, test = split_source(arguments)
    if arguments.models is None:
        # one that draws noise anew at every fit stands for itself only: it is compared where it is named
        models = {name: model for name, model in models.items() if model.abilities.repeatable}
    if arguments.models is None and train.kind != "ratings":
        models = {name: model for name, model in models.items() if not model.abilities.needs_ratings}
    seeds = range(arguments.seeds) if arguments.seeds > 1 else None
    found = compare(models, train, test, metrics=metrics, k=arguments.k, seeds=seeds, watch=bool(arguments.losses))
    if arguments.losses:
        found.plot_losses().figure.savefig(arguments.losses, dpi=120)
    if arguments.format:
        show(found.columns(), arguments)
    else:
        print(found)


def _models(names: Sequence[str]) -> "dict[str, Recommender]":
    from cofactor.models import model_class

    return {name: model_class(name)() for name in names}
