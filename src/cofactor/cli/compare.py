"""Train several models on one split and say which is best, where that is beyond the noise.

examples:
  cofactor compare ratings.csv
  cofactor compare ml-100k --models popularity,bias,matrix_factorization --by time
  cofactor compare ml-100k --metrics rmse,ndcg@10 --json
  cofactor compare ml-100k --models matrix_factorization,neural_cf --seeds 5 --losses losses.png

Differences are paired by user; a winner is named only where the interval of its lead excludes zero."""

from argparse import ArgumentParser, Namespace

from cofactor.cli._out import check_picture
from cofactor.cli._show import add_format, show
from cofactor.cli._source import add_source, add_split, split_source
from cofactor.errors import BadOption


def add_arguments(parser: ArgumentParser) -> None:
    from cofactor.models import model_names

    add_source(parser)
    add_split(parser)
    names = ",".join(model_names())
    parser.add_argument("--models", metavar="NAMES", default=names, help=f"by comma (default: {names})")
    parser.add_argument("--metrics", metavar="NAMES", help="such as rmse,ndcg@10 (default: all)")
    parser.add_argument("--seeds", type=int, default=1, help="fit what draws at random so many times (default: 1)")
    parser.add_argument(
        "--losses", metavar="FILE", help="draw the losses of every epoch, also on the test, as a picture"
    )
    parser.add_argument("--k", type=int, default=10, help="length of the lists (default: 10)")
    add_format(parser)


def run(arguments: Namespace) -> None:
    from cofactor.evaluation.compare import compare
    from cofactor.models import model_class

    check_picture("--losses", arguments.losses)
    if arguments.seeds < 1:
        raise BadOption(f"--seeds must be at least 1, but {arguments.seeds} came.")
    models = {name: model_class(name)() for name in arguments.models.split(",")}
    metrics = arguments.metrics.split(",") if arguments.metrics else None
    train, test = split_source(arguments)
    seeds = range(arguments.seeds) if arguments.seeds > 1 else None
    found = compare(models, train, test, metrics=metrics, k=arguments.k, seeds=seeds, watch=bool(arguments.losses))
    if arguments.losses:
        found.plot_losses().savefig(arguments.losses, dpi=120)
    if arguments.format:
        show(found.columns(), arguments)
    else:
        print(found)
