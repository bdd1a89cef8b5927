"""Somebody new as words: --about NAME=VALUE, as often as there are attributes to tell."""

from argparse import ArgumentParser
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from cofactor.errors import BadOption

if TYPE_CHECKING:
    from cofactor.recommender import Recommender

__all__ = ["about_from", "add_about"]


def add_about(parser: ArgumentParser) -> None:
    parser.add_argument(
        "--about", metavar="NAME=VALUE", action="append", default=[],
        help="an attribute of somebody new, such as age=33; repeatable",
    )  # fmt: skip


def about_from(words: Sequence[str], model: "Recommender") -> dict[str, Any] | None:
    """The attributes, numbers where those of users are; None where nothing is told."""
    return dict(_attribute(word, model) for word in words) or None


def _attribute(word: str, model: "Recommender") -> tuple[str, Any]:
    name, said, value = word.partition("=")
    if not said:
        raise BadOption(f"--about takes NAME=VALUE, such as age=33, but {word!r} came.")
    column = model.ratings.user_attributes.get(name)
    if column is None or column.dtype.kind not in "iuf":
        return name, value  # an unknown name is told by the model, which knows the others
    try:
        return name, float(value)
    except ValueError:
        raise BadOption(f"--about {name}=… takes a number, as users have, but {value!r} came.") from None
