"""The command `cofactor`. One file a command: it declares its arguments, calls one library function, and prints.

A command's file has a docstring (its help: one line, then examples), `add_arguments(parser)` and `run(arguments)`; one
whose options are those of the model that is named has `add_model_arguments(parser, words)`, too.
argparse, because it is there: Typer adds 0.1 s and Cyclopts 0.16 s to every start.
"""

import argparse
import os
import sys
import warnings
from collections.abc import Iterator, Sequence
from difflib import get_close_matches
from importlib import import_module
from pkgutil import iter_modules
from typing import Any

from cofactor.cli._wording import in_options
from cofactor.errors import CofactorError, FewerLeft, ItemsIgnored, ItemsNotPlaced, StoppedEarly

__all__ = ["main"]

INTERRUPTED = 130  # 128 and the number of SIGINT, as shells have it
EPILOG = """start here:
  cofactor demo                                                    see all of it on embedded data
  cofactor data check ratings.csv                                  is my table sound?
  cofactor compare ratings.csv                                     which model is best, and is that beyond the noise?
  cofactor fit ratings.csv --out movies.cofactor                   train one and keep it
  cofactor recommend movies.cofactor 196                           use it

`cofactor COMMAND --help` has examples of each."""


def main(words: Sequence[str] | None = None) -> int:
    """Run a command; returns the exit code: 0, 2 for what the caller can mend, 130 after ctrl-C.

    130 also where ctrl-C ended the work early and what was done by then was kept: less than was asked is no success.
    """
    said = list[Warning | str]()

    def note(message: Warning | str, *_: Any, **__: Any) -> None:
        said.append(message)
        print(f"note: {in_options(str(message), command)}", file=sys.stderr)

    command = argparse.ArgumentParser()  # without options, until it is known which is meant
    try:
        arguments = _parsed(sys.argv[1:] if words is None else words)
        command = arguments.parser
        with warnings.catch_warnings():
            for category in (FewerLeft, ItemsIgnored, ItemsNotPlaced, StoppedEarly):
                warnings.simplefilter("always", category)
            warnings.showwarning = note
            arguments.run(arguments)
        sys.stdout.flush()
    except BrokenPipeError:  # whoever read us has seen enough
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    except (CofactorError, OSError, MemoryError) as error:
        print(f"cofactor: {in_options(_line(error), command)}", file=sys.stderr)
        return 2
    except KeyboardInterrupt as interrupt:
        print("\ncofactor: stopped" + (f". {interrupt}" if str(interrupt) else ""), file=sys.stderr)
        return INTERRUPTED
    return INTERRUPTED if any(isinstance(one, StoppedEarly) for one in said) else 0


def _line(error: Exception) -> str:
    """What is said of an error; ours say it themselves, the system's are few words."""
    if isinstance(error, CofactorError):
        return str(error)
    if isinstance(error, MemoryError):
        return f"The memory does not suffice. {error or 'Use fewer ratings or a smaller model.'}"
    named = f"{error.filename}: " if isinstance(error, OSError) and error.filename else ""
    return f"{named}{getattr(error, 'strerror', None) or error}. Choose another path, or mend this one."


def _parsed(words: Sequence[str]) -> argparse.Namespace:
    """The arguments, with `run` and `parser` of the command; leaves the process with 2 where they cannot be."""
    parser = _parser(words)
    _check_command(words, parser)
    _check_options(words, parser)
    return parser.parse_args(words)


def _check_options(words: Sequence[str], parser: argparse.ArgumentParser) -> None:
    """Leave the process with 2 where an option is none; argparse would complain of what it thinks is missing first."""
    required = [action for action in _all_actions(parser) if action.required]
    for action in required:
        action.required = False
    arguments, unknown = parser.parse_known_args(words)
    for action in required:
        action.required = True
    if unknown:
        command = getattr(arguments, "parser", parser)
        command.error(_not_known(unknown, command, arguments))


def _all_actions(parser: argparse.ArgumentParser) -> Iterator[argparse.Action]:
    """Those of the parser and of its commands."""
    for action in parser._actions:
        yield action
        if isinstance(action, argparse._SubParsersAction):
            for command in action.choices.values():
                yield from _all_actions(command)


def _check_command(words: Sequence[str], parser: argparse.ArgumentParser) -> None:
    """Leave the process with 2 where the first word is no command; argparse would not say which was meant."""
    commands = _command_names()
    if words and not words[0].startswith("-") and words[0] not in commands:
        near = get_close_matches(words[0], commands, n=1)
        mend = f"Did you mean {near[0]}?" if near else f"Choose one of: {', '.join(commands)}."
        parser.error(f"there is no command {words[0]}. {mend}")


def _command_names() -> list[str]:
    return [name.replace("_", "-") for name in _command_files()]


def _command_files() -> list[str]:
    return sorted(module.name for module in iter_modules(__path__) if not module.name.startswith("_"))


def _not_known(unknown: Sequence[str], command: argparse.ArgumentParser, arguments: argparse.Namespace) -> str:
    word = unknown[0].partition("=")[0]
    if not word.startswith("-"):
        return f"nothing is done with {' '.join(unknown)!r}. Leave it out, or put it in quotes with what it belongs to."
    near = get_close_matches(word, [one for action in command._actions for one in action.option_strings], n=1)
    if near:
        return f"there is no option {word}. Did you mean {near[0]}?"
    if getattr(arguments, "model", "") == "auto":
        return f"there is no option {word}. If it is one of a model, name that too, as in --model implicit_mf {word} …"
    return f"there is no option {word}. --help lists them."


def _parser(words: Sequence[str]) -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="cofactor", description="Collaborative filtering: from a table of ratings to recommendations.",
        epilog=EPILOG, formatter_class=argparse.RawDescriptionHelpFormatter,
    )  # fmt: skip
    parser.add_argument("--version", action="version", version=_version())
    commands = parser.add_subparsers(metavar="COMMAND", required=True)
    for file in _command_files():
        module, name = import_module(f"{__name__}.{file}"), file.replace("_", "-")
        summary, _, rest = (module.__doc__ or "").partition("\n")
        command = commands.add_parser(
            name, help=summary, description=summary, epilog=rest.strip(),
            formatter_class=argparse.RawDescriptionHelpFormatter,
        )  # fmt: skip
        command.set_defaults(run=module.run, parser=command)
        if name in words[:1]:  # the others' arguments are not asked for
            module.add_arguments(command)
            if hasattr(module, "add_model_arguments"):
                module.add_model_arguments(command, words)
    return parser


def _version() -> str:
    import cofactor

    return f"cofactor {cofactor.__version__}"
