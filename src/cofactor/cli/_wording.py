"""What the library says of its arguments, in the words of the command line."""

import argparse
import re

__all__ = ["in_options"]

PLAIN = re.compile(r"[\w.,:/%-]+")  # words that a shell takes as they are
ARGUMENT = re.compile(r"""\b([a-z_]+)=('[^'\n]*'|"[^"\n]*"|[\w.]+)""")


def in_options(text: str, command: argparse.ArgumentParser) -> str:
    """The text with each argument that is an option of the command as such: encoding='latin-1' as --encoding latin-1.

    >>> command = argparse.ArgumentParser()
    >>> _ = command.add_argument("--unknown")
    >>> in_options("To have them as newcomers, pass unknown='fallback' (not n=3).", command)
    'To have them as newcomers, pass --unknown fallback (not n=3).'
    """
    known = {name for action in command._actions for name in action.option_strings}

    def option(found: re.Match[str]) -> str:
        flag, value = f"--{found[1].replace('_', '-')}", found[2]
        if flag not in known:
            return found[0]
        if value == "True":  # a flag
            return flag
        bare = value.strip("'\"")
        return f"{flag} {bare if PLAIN.fullmatch(bare) else value}"

    return ARGUMENT.sub(option, text)
