"""The card of a saved model: what it does to items and to people, measured, with lights, as one page.

examples:
  cofactor audit movies.cofactor --out card.html
  cofactor audit movies.cofactor new-ratings.csv --out card.md --answers answers.toml
  cofactor audit --questions answers.toml                 writes the questions that only people can answer
  cofactor audit --into movies.cofactor --quick           keeps what it finds in the model's own folder
  cofactor audit movies.cofactor --sections accuracy,privacy
  cofactor audit movies.cofactor --values regret.csv      what lists gain and lose by a second objective
  cofactor audit movies.cofactor --diversity 0.3          of lists that are made with this option of recommend

TEST are ratings that the model was not trained on. Without it a fifth of each person's ratings is held out, and another
model with the same options is fitted to the rest and measured in its place. A model that keeps nobody, such as
private_als and those from shards, needs TEST: its people are served as newcomers, with a part of their ratings."""

import sys
import time
from argparse import ArgumentParser, Namespace
from pathlib import Path
from typing import TYPE_CHECKING

from cofactor.cli._out import check_file, check_model
from cofactor.cli._reranking import add_reranking, reranking_options
from cofactor.cli._source import add_source, read_source
from cofactor.errors import BadOption

if TYPE_CHECKING:
    from cofactor.card.card import Card


def add_arguments(parser: ArgumentParser) -> None:
    parser.add_argument("model", metavar="MODEL", nargs="?", help="a saved model's folder")
    add_source(parser, metavar="TEST", optional=True)
    parser.add_argument("--out", type=Path, metavar="FILE", help="write the card as card.html or card.md")
    parser.add_argument("--into", type=Path, metavar="MODEL", help="keep it in the folder of this model")
    parser.add_argument("--answers", type=Path, metavar="FILE", help="answers to the questions, in TOML or JSON")
    parser.add_argument("--questions", type=Path, metavar="FILE", help="write the questions into a new file, and end")
    parser.add_argument("--thresholds", type=Path, metavar="FILE", help="of the lights, in TOML or JSON")
    parser.add_argument(
        "--item-values", "--values", type=Path, metavar="FILE",
        help="a second objective to be audited, with lines as docs/objective.md says",
    )  # fmt: skip
    parser.add_argument("--sections", metavar="NAMES", help="measure only these, by comma (default: all)")
    parser.add_argument("--quick", action="store_true", help="smaller simulation, and no attack on the model")
    parser.add_argument("--k", type=int, help="length of the lists (default: 10, or all items where there are fewer)")
    parser.add_argument("--seed", type=int, default=0, help="of what is drawn at random (default: 0)")
    add_reranking(parser)


def run(arguments: Namespace) -> None:
    if arguments.questions is not None:
        _write_questions(arguments.questions)
        return
    _check(arguments)
    started = time.perf_counter()
    card, keeps_figures = _measured(arguments)
    print(card)
    print(f"\nmeasured in {time.perf_counter() - started:.1f} s")
    places = [place for place in (arguments.out, arguments.into) if place is not None]
    for place in places:
        print(f"written to {place}")
    if arguments.into is not None and not keeps_figures:
        print(
            "but without the figures, which tell of people: this model is saved without any. --out keeps them elsewhere"
        )
    if not places:
        print("the card itself was not kept: --out card.html writes it, --into MODEL keeps it with the model")


def _measured(arguments: Namespace) -> tuple["Card", bool]:
    """The card, and whether the model's folder holds figures."""
    from cofactor.audit.card.keeping import expect_model_in, keep_card_in
    from cofactor.audit.card.model_card import model_card
    from cofactor.contract.fingerprint import model_fingerprint
    from cofactor.opening import open_model

    model, lists = open_model(arguments.model or arguments.into), reranking_options(arguments)
    if arguments.into is not None:
        expect_model_in(arguments.into, model_fingerprint(model, lists), lists)
    test = None if arguments.source is None else read_source(arguments, like=model.ratings)
    sections = None if arguments.sections is None else [one.strip() for one in arguments.sections.split(",")]
    card = model_card(
        model, test, sections=sections, lists=lists, thresholds=arguments.thresholds,
        answers=arguments.answers, item_values=arguments.item_values, quick=arguments.quick, k=arguments.k,
        seed=arguments.seed, progress=_say,
    )  # fmt: skip
    if arguments.out is not None:
        card.write(arguments.out)
    if arguments.into is not None:
        keep_card_in(card, arguments.into)
    return card, model.saves_ratings


def _say(section: str) -> None:
    print(f"measuring: {section} …", file=sys.stderr, flush=True)


def _check(arguments: Namespace) -> None:
    """Before anything is measured: it is known which model, and what is written can be."""
    from cofactor.card.card import check_card_path

    if arguments.model is None and arguments.into is None:
        raise BadOption("Name a saved model, as in: cofactor audit movies.cofactor, or give --questions FILE.")
    if arguments.out is not None:
        check_card_path(arguments.out)
        check_file(
            "--out", arguments.out, [arguments.answers, arguments.thresholds, arguments.item_values, arguments.source]
        )
    check_model("--into", arguments.into)


def _write_questions(path: Path) -> None:
    from cofactor.card.questions import empty_answers

    check_file("--questions", path)
    if path.exists():
        raise BadOption(f"--questions {path} is there already, and may hold answers. Choose another path.")
    path.write_text(empty_answers(), encoding="utf-8")
    print(f"{path} written: fill it in, and give it as --answers")
