"""Train a model on a table of ratings and keep it.

examples:
  cofactor fit ratings.csv --out movies.cofactor
  cofactor fit ratings.csv --budget 2min --out movies.cofactor
  cofactor fit ml-100k --model matrix_factorization --y-range 0,5.5 --n-factors 50 --out movies.cofactor
  cofactor fit plays.csv --clicks --model popularity --out plays.cofactor
  cofactor fit plays.csv --clicks --model blend --members ease,implicit_mf --out plays.cofactor
  cofactor fit ratings.csv --model neural_cf --help           shows the options of that model
  cofactor fit big.shards --out big.cofactor                  a table larger than memory, from `cofactor shard`

Without --model several are tried on ratings that are held out, for about 20 seconds, and the best is taken; what each
reached is printed. With --budget options are searched, too, which needs the extra `tune`.

Afterwards a fifth of each person's ratings is held out, a second model is fitted to the rest, and its accuracy goes on
the card of the one that is saved; --unmeasured leaves that out, as --checkpoint does.

A long training survives a kill: with --checkpoint FILE the same command goes on where it was.

From shards explicit_als learns, of clicks and counts implicit_mf; --held-out is the share of each person's ratings that
it is measured on and never learns from. Of people it keeps nothing. With --cluster the machines of a Ray cluster share
the work: auto for the one that runs, or else one on this machine; the model is the same."""

from argparse import ArgumentParser, Namespace
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from cofactor.cli._cluster import OF_CLUSTERS, add_cluster, cluster_asked
from cofactor.cli._model import add_model_options, model_from, named_model
from cofactor.cli._out import check_file, check_model
from cofactor.cli._shards import USUAL_MODELS, expect_fits_shards, refuse_given, shards_at
from cofactor.cli._source import add_source, read_source, source_files
from cofactor.errors import BadOption

if TYPE_CHECKING:
    from cofactor.recommender import Recommender
    from cofactor.scale.table.folder import Shards

AUTO = "auto"
OF_SHARDS, OF_TABLES = ("held_out", *OF_CLUSTERS), ("budget", "metric", "unmeasured")
HELD_OUT = 0.01  # of the ratings in shards: of so many hardly any is missed


def add_arguments(parser: ArgumentParser) -> None:
    from cofactor.models import model_names

    add_source(parser)
    parser.add_argument("--out", type=Path, required=True, metavar="FOLDER", help="where to save the model")
    names = ", ".join([*model_names(), AUTO])
    parser.add_argument("--model", default=AUTO, metavar="NAME", help=f"one of {names} (default: {AUTO})")
    parser.add_argument("--budget", metavar="TIME", help="of --model auto: how long to search options, such as 2min")
    parser.add_argument("--metric", metavar="NAME", help="of --model auto, such as rmse or ndcg@10")
    parser.add_argument("--unmeasured", action="store_true", help="leave out the second fit, by which it is measured")
    parser.add_argument("--checkpoint", type=Path, metavar="FILE", help="go on from here after a kill")
    parser.add_argument(
        "--held-out", type=float, metavar="SHARE", help=f"of shards: what it is measured on (default: {HELD_OUT})"
    )
    add_cluster(parser)


def add_model_arguments(parser: ArgumentParser, words: Sequence[str]) -> None:
    """Declare the options of the model that the words name."""
    if (name := named_model(words, AUTO)) != AUTO:
        add_model_options(parser, name)


def run(arguments: Namespace) -> None:
    check_model("--out", arguments.out)
    check_file("--checkpoint", arguments.checkpoint, source_files(arguments))
    if (shards := shards_at(arguments.source)) is not None:
        _fit_shards(shards, arguments)
        return
    refuse_given(arguments, OF_SHARDS, "for shards: `cofactor shard` makes them of a table.")
    model, notes = _chosen(arguments) if arguments.model == AUTO else _fitted(arguments)
    print("\n".join([f"{type(model).__name__} learned from {model.ratings!r}", *notes, *model.notes()]))
    print(f"saved as {model.save(arguments.out)}", flush=True)
    if not arguments.unmeasured and arguments.checkpoint is None:
        _add_figures(model, arguments.out)


def _fit_shards(shards: "Shards", arguments: Namespace) -> None:
    refuse_given(arguments, OF_TABLES, "for tables in memory: from shards one model learns, with its options.")
    held_out = HELD_OUT if arguments.held_out is None else arguments.held_out
    name = USUAL_MODELS[shards.kind == "ratings"] if arguments.model == AUTO else arguments.model
    model = expect_fits_shards(model_from(name, arguments))
    with cluster_asked(arguments) as place:
        model.fit(shards, validation=held_out, checkpoint=arguments.checkpoint, **place)
    print("\n".join([f"{type(model).__name__} learned from {shards!r}", *model.notes()]))
    print(f"saved as {model.save(arguments.out)}", flush=True)


def _add_figures(model: "Recommender", folder: Path) -> None:
    """Measured after the model is saved: whoever stops it then has the model, without figures."""
    from cofactor.audit.card.keeping import card_of_fit

    card, said = card_of_fit(model)
    print(said)
    if card is not None:
        model.keep_card(card)
        model.save(folder)
        print(f"on its card: {folder / 'card.md'}. All of it: cofactor audit {folder} --out card.html")


def _chosen(arguments: Namespace) -> "tuple[Recommender, tuple[str, ...]]":
    from cofactor.choosing.auto import auto

    if arguments.checkpoint is not None:
        raise _no_checkpoint(AUTO)
    choice = auto(read_source(arguments), arguments.budget, metric=arguments.metric, progress=True)
    return choice.model, (choice.trials,)


def _fitted(arguments: Namespace) -> "tuple[Recommender, tuple[str, ...]]":
    from cofactor.training.trained import TrainedRecommender

    model = model_from(arguments.model, arguments)
    if arguments.checkpoint is None:
        return model.fit(read_source(arguments)), ()
    if not isinstance(model, TrainedRecommender):
        raise _no_checkpoint(arguments.model)
    return model.fit(read_source(arguments), checkpoint=arguments.checkpoint), ()


def _no_checkpoint(name: str) -> BadOption:
    from cofactor.models import model_class, model_names
    from cofactor.training.trained import TrainedRecommender

    keeping = [one for one in model_names() if issubclass(model_class(one), TrainedRecommender)]
    return BadOption(f"--checkpoint is kept by {', '.join(keeping)}, but not by {name}. Leave it out.")
