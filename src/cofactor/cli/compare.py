"""Train several models on one split and say which is best, where that is beyond the noise.

examples:
  cofactor compare ratings.csv
  cofactor compare ml-100k --models popularity,bias,matrix_factorization --by time
  cofactor compare ml-100k --metrics rmse,ndcg@10 --json

Differences are paired by user; a winner is named only where the interval of its lead excludes zero."""

from argparse import ArgumentParser, Namespace

from cofactor.cli._show import add_format, show
from cofactor.cli._source import add_source, add_split, split_source


def add_arguments(parser: ArgumentParser) -> None:
    from cofactor.models import model_names

    add_source(parser)
    add_split(parser)
    names = ",".join(model_names())
    parser.add_argument("--models", metavar="NAMES", default=names, help=f"by comma (default: {names})")
    parser.add_argument("--metrics", metavar="NAMES", help="such as rmse,ndcg@10 (default: all)")
    parser.add_argument("--k", type=int, default=10, help="length of the lists (default: 10)")
    add_format(parser)


def run(arguments: Namespace) -> None:
    from cofactor.evaluation.compare import compare
    from cofactor.models import model_class

    models = {name: model_class(name)() for name in arguments.models.split(",")}
    metrics = arguments.metrics.split(",") if arguments.metrics else None
    train, test = split_source(arguments)
    found = compare(models, train, test, metrics=metrics, k=arguments.k)
    if arguments.format:
        show(found.columns(), arguments)
    else:
        print(found)
