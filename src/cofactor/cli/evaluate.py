"""How good a saved model is on ratings it has not seen, every number with its confidence interval.

examples:
  cofactor evaluate movies.cofactor new-ratings.csv
  cofactor evaluate movies.cofactor test.csv --metrics rmse,ndcg@10,recall@20
  cofactor evaluate movies.cofactor new-ratings.csv --into movies.cofactor

Ratings that the model was trained on are a leak, and refused."""

from argparse import ArgumentParser, Namespace
from pathlib import Path

from cofactor.cli._out import check_model
from cofactor.cli._show import add_format, show
from cofactor.cli._source import add_source, read_source


def add_arguments(parser: ArgumentParser) -> None:
    parser.add_argument("model", metavar="MODEL", help="a saved model's folder")
    add_source(parser)
    parser.add_argument("--metrics", metavar="NAMES", help="such as rmse,ndcg@10 (default: all)")
    parser.add_argument("--k", type=int, default=10, help="length of the lists (default: 10)")
    parser.add_argument("--into", type=Path, metavar="MODEL", help="add accuracy to the card in this model's folder")
    add_format(parser)


def run(arguments: Namespace) -> None:
    check_model("--into", arguments.into)
    from cofactor.audit.card.keeping import keep_card_in, refuse_figures_of_people
    from cofactor.audit.card.model_card import model_card
    from cofactor.evaluation.evaluate import evaluate
    from cofactor.opening import open_model

    metrics = arguments.metrics.split(",") if arguments.metrics else None
    model = open_model(arguments.model)
    if arguments.into is not None:
        refuse_figures_of_people(model)
    test = read_source(arguments, like=model.ratings)
    found = evaluate(model, test, metrics=metrics, k=arguments.k)
    if arguments.format:
        show(found.columns(), arguments)
    else:
        print(found)
    if arguments.into is not None:
        k = min(arguments.k, model.ratings.n_items)
        keep_card_in(model_card(model, test, sections=["accuracy"], k=k), arguments.into)
