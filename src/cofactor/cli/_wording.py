"""What the library says of its arguments and calls, in the words of the command line."""

import argparse
import ast
import re
from collections.abc import Mapping
from typing import Any

__all__ = ["COMMANDS", "in_options"]

PLAIN = re.compile(r"[\w.,:/%=…-]+")  # words that a shell takes as they are
ARGUMENT = re.compile(r"""\b([a-z_]+)=('[^'\n]*'|"[^"\n]*"|\{[^{}\n]*\}|\([^()\n]*\)|…|-?[\w.]*\w)""")
READ = re.compile(r"\bcf\.read\(\.\.\., ((?:[^()]|\([^()]*\))*)\)")  # with nothing but arguments that are options

# What a message proposes to call, and the same as a command or option.
COMMANDS = {
    "train, test = cf.split(ratings)": "cofactor split RATINGS --out FOLDER",
    " Their rows in the test are cofactor.data.splits.leaks.find_leaks(train, test)[0].rows.": "",
    "model.save(path)": "cofactor fit RATINGS --out FOLDER",
    "score(…) gives": "--score gives",
    "fit(shards, validation=0.05)": "cofactor fit SHARDS --held-out 0.05",
    "validation=": "held_out=",  # of shards
    "model_card(model, test)": "cofactor audit MODEL TEST",
    "recommend, predict and explain take": "cofactor recommend takes",
    "{item: rating} in place of an id": "--people SHARDS beside an id, or --rated 'ITEM=RATING' in place of one",
}


def in_options(text: str, command: argparse.ArgumentParser) -> str:
    """The text with each argument that is an option of the command as such: encoding='latin-1' as --encoding latin-1.

    >>> command = argparse.ArgumentParser()
    >>> _ = command.add_argument("--unknown"), command.add_argument("--scale", metavar="LOW,HIGH")
    >>> in_options("To have them as newcomers, pass unknown='fallback' (not n=3).", command)
    'To have them as newcomers, pass --unknown fallback (not n=3).'
    >>> in_options("State the true scale=…, such as scale=(1, 5).", command)
    'State the true --scale LOW,HIGH, such as --scale 1,5.'
    """
    offered = [action for action in command._actions if action.help != argparse.SUPPRESS]
    known = {name: action for action in offered for name in action.option_strings}
    for call, words in COMMANDS.items():
        text = text.replace(call, words)
    text = READ.sub(lambda found: ARGUMENT.sub(_as_option, found[1]), text)
    return ARGUMENT.sub(lambda found: _option_of(found, known), text)


def _option_of(found: re.Match[str], known: Mapping[str, argparse.Action]) -> str:
    """The argument as an option; as it came where the command has none for it."""
    name, value = found[1], found[2]
    flag = f"--{name.replace('_', '-')}"
    if value == "False" and (without := {"rating": "--clicks"}.get(name, f"--no-{flag[2:]}")) in known:
        return without
    if flag not in known:
        return found[0]
    action = known[flag]
    if value == "True" and action.nargs == 0:
        return flag
    if value == "…":
        return f"{flag} {action.metavar or value}"
    return _as_option(found)


def _as_option(found: re.Match[str]) -> str:
    value = _word(found[2])
    return f"--{found[1].replace('_', '-')} {value if PLAIN.fullmatch(value) else repr(value)}"


def _word(written: str) -> str:
    """A value as it is given on the command line.

    >>> [_word(one) for one in ("'drop'", "(0, 5.5)", "{'view': 1, 'cart': …}", "True", "abc")]
    ['drop', '0,5.5', 'view=1,cart=…', 'true', 'abc']
    """
    try:
        value: Any = ast.literal_eval(re.sub(r"(?<=[ (])…", "'…'", written))
    except (ValueError, SyntaxError):
        return written
    if isinstance(value, Mapping):
        return ",".join(f"{name}={one}" for name, one in value.items())
    if isinstance(value, tuple):
        return ",".join(map(str, value))
    return str(value).lower() if isinstance(value, bool) or value is None else str(value)
