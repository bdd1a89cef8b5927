"""A model by its name and its options as words: the dataclass fields of its class are the flags, written once."""

import argparse
import ast
import inspect
import re
import typing
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import fields
from typing import Any, Literal

from cofactor.errors import BadOption

if typing.TYPE_CHECKING:
    from cofactor.recommender import Recommender

__all__ = ["add_model_options", "model_from", "named_model"]

WORDS = {"true": True, "false": False, "none": None}


def add_model_options(parser: argparse.ArgumentParser, name: str) -> None:
    """A flag for each hyperparameter of the model called `name`, with its default and meaning."""
    from cofactor.models import model_class

    cls = model_class(name)
    meanings = dict(_meanings(cls))
    group = parser.add_argument_group(f"options of {name}")
    for one in fields(cls):
        meaning = meanings.get(one.name, "")
        help_text = f"{meaning} (default: {_word(one.default)})".replace("%", "%%").strip()
        group.add_argument(_flag(parser, one.name), dest=f"option:{one.name}", metavar="VALUE", help=help_text)


def model_from(name: str, arguments: argparse.Namespace) -> "Recommender":
    """The model with the options that were given."""
    from cofactor.models import model_class

    cls = model_class(name)
    given = {one: text for one in fields(cls) if (text := getattr(arguments, f"option:{one.name}", None)) is not None}
    return cls(**{one.name: _value(_flag(arguments.parser, one.name), text, one.type) for one, text in given.items()})


def _flag(parser: argparse.ArgumentParser, name: str) -> str:
    """--n-factors; --model-weights where the command has an option --weights of its own."""
    flag = f"--{name.replace('_', '-')}"
    of_command = any(flag in one.option_strings and one.dest != f"option:{name}" for one in parser._actions)
    return f"--model-{flag[2:]}" if of_command else flag


def named_model(words: Sequence[str], default: str) -> str:
    """The model whose options are asked for: argparse knows a flag only once it is declared."""
    for at, word in enumerate(words):
        if word == "--model" and at + 1 < len(words):
            return words[at + 1]
        if word.startswith("--model="):
            return word.partition("=")[2]
    return default


def _value(flag: str, text: str, kind: Any) -> Any:
    """A word as what the field takes: text as it is, "0,5.5" a tuple, "ease,bias" names, "none" None."""
    if kind is str or typing.get_origin(kind) is Literal:
        return text
    if typing.get_origin(kind) is Sequence:
        return tuple(text.split(","))
    try:
        value: Any = WORDS[text.lower()] if text.lower() in WORDS else ast.literal_eval(text)
        return tuple(value) if isinstance(value, list) else value  # whether it fits is for the model to say
    except (ValueError, SyntaxError):
        raise BadOption(f"{flag} takes {_type_name(kind)}, but {text!r} came.") from None


def _type_name(kind: Any) -> str:
    plain = {int: "a whole number", float: "a number"}
    return plain.get(kind) or f"a value such as {str(kind).replace('typing.', '')}"


def _meanings(cls: type) -> Iterator[tuple[str, str]]:
    """The comment beside each field, from the source of the model and its bases, its own last; none without source."""
    for base in reversed(cls.__mro__):
        with suppress(OSError, TypeError):  # what inspect raises without a file
            yield from re.findall(r"^    (\w+): [^#\n]*= [^#\n]*# (.*)$", inspect.getsource(base), flags=re.MULTILINE)


def _word(default: Any) -> str:
    return (
        ",".join(map(str, default))
        if isinstance(default, tuple)
        else str(default).lower()
        if default is None
        else str(default)
    )
