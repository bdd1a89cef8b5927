"""Train a model on a table of ratings and keep it.

examples:
  cofactor fit ratings.csv --out movies.cofactor
  cofactor fit ml-100k --model matrix_factorization --y-range 0,5.5 --n-factors 50 --out movies.cofactor
  cofactor fit plays.csv --clicks --model popularity --out plays.cofactor
  cofactor fit plays.csv --clicks --model blend --members ease,implicit_mf --out plays.cofactor
  cofactor fit ratings.csv --model neural_cf --help           shows the options of that model

A long training survives a kill: with --checkpoint FILE the same command goes on where it was."""

from argparse import ArgumentParser, Namespace
from pathlib import Path

from cofactor.cli._model import add_model_options, model_from
from cofactor.cli._source import add_source, read_source

DEFAULT = "matrix_factorization"


def add_arguments(parser: ArgumentParser) -> None:
    import sys

    from cofactor.models import model_names

    add_source(parser)
    parser.add_argument("--out", type=Path, required=True, metavar="FOLDER", help="where to save the model")
    names = ", ".join(model_names())
    parser.add_argument("--model", default=DEFAULT, metavar="NAME", help=f"one of {names} (default: {DEFAULT})")
    parser.add_argument("--checkpoint", type=Path, metavar="FILE", help="go on from here after a kill")
    add_model_options(parser, _named(sys.argv))


def run(arguments: Namespace) -> None:
    from cofactor.training.gradient import GradientRecommender

    model, ratings = model_from(arguments.model, arguments), read_source(arguments)
    if arguments.checkpoint and isinstance(model, GradientRecommender):
        model.fit(ratings, checkpoint=arguments.checkpoint)
    else:
        model.fit(ratings)
    print("\n".join([f"{type(model).__name__} learned from {ratings!r}", *model.notes()]))
    print(f"saved as {model.save(arguments.out)}")


def _named(words: list[str]) -> str:
    """The model whose options are asked for: argparse knows a flag only once it is declared."""
    for at, word in enumerate(words):
        if word == "--model" and at + 1 < len(words):
            return words[at + 1]
        if word.startswith("--model="):
            return word.partition("=")[2]
    return DEFAULT
