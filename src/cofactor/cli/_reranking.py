"""How lists are re-ranked, as options of a command: the same words wherever lists are made."""

from argparse import ArgumentParser, ArgumentTypeError, Namespace
from collections.abc import Callable
from typing import Any, TypeVar

from cofactor.contract.rerank_options import CALIBRATED_BY
from cofactor.errors import BadOption

__all__ = ["add_reranking", "named_number", "reranking_options"]

CAPPED = "max_share_of_head"  # at 0 nothing of the head is shown
Number = TypeVar("Number", int, float)


def add_reranking(parser: ArgumentParser) -> None:
    """The options that re-rank lists."""
    group = parser.add_argument_group("re-ranking", "weights go from 0, which changes nothing, to 1; see docs/lists.md")
    group.add_argument("--diversity", metavar="W", type=_share, default=0.0, help="weigh likeness within a list")
    group.add_argument(
        "--calibrated", metavar="NAME[=W]", action="append", default=[],
        help="mix the values of an attribute as the user's past does; repeatable",
    )  # fmt: skip
    group.add_argument(
        "--max-share-of-head", metavar="S", type=_share, help="at most this share of a list from the short head"
    )
    group.add_argument("--popularity-penalty", metavar="W", type=_share, default=0.0, help="weigh popularity")
    group.add_argument(
        "--min-exposure", metavar="ITEM=S", action="append", default=[],
        help="put an item on at least this share of the lists; repeatable",
    )  # fmt: skip
    group.add_argument("--explore", action="store_true", help="order by one draw from what is believed of each user")
    group.add_argument(
        "--max-per", metavar="NAME=N", action="append", default=[],
        help="at most N items of each value, or word, of an attribute; repeatable",
    )  # fmt: skip


def _share(word: str) -> float:
    """The number of an option; whether it is from 0 to 1 says the library."""
    try:
        return float(word)
    except ValueError:
        raise ArgumentTypeError(f"a number from 0 to 1, such as 0.5, was expected, but {word!r} came") from None


def reranking_options(arguments: Namespace) -> dict[str, Any]:
    """The options of `recommend` that were given."""
    options: dict[str, Any] = {
        "diversity": arguments.diversity, "calibrated": dict(map(_calibration, arguments.calibrated)),
        "max_share_of_head": arguments.max_share_of_head, "popularity_penalty": arguments.popularity_penalty,
        "min_exposure": dict(map(_floor, arguments.min_exposure)), "explore": arguments.explore,
        "max_per": dict(map(_cap, arguments.max_per)),
    }  # fmt: skip
    return {name: value for name, value in options.items() if value or (name == CAPPED and value is not None)}


def _cap(word: str) -> tuple[str, int]:
    return named_number(word, int, "--max-per takes NAME=N, such as genres=3")


def _calibration(word: str) -> tuple[str, float]:
    form = "--calibrated takes NAME or NAME=W, such as genres=0.9"
    return named_number(word, float, form) if "=" in word else (word, CALIBRATED_BY)


def _floor(word: str) -> tuple[str, float]:
    return named_number(word, float, "--min-exposure takes ITEM=S, such as 'Frozen (2013)=0.01'")


def named_number(word: str, kind: Callable[[str], Number], form: str) -> tuple[str, Number]:
    """A name and a number, given as NAME=NUMBER; raises `BadOption` for what is none. form: what to write instead"""
    name, _, number = word.rpartition("=")
    try:
        return name, kind(number)
    except ValueError:
        raise BadOption(f"{form}, but {word!r} came.") from None
