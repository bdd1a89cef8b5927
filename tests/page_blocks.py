"""Runs the blocks of a page of docs: Python, and `console` blocks of `$ cofactor …`, each after those before it.

Output is shown in Python below the statements that make it, in lines that begin with `# > `; in a console block below
the command. What is shown is compared: lines may be broken elsewhere, and `...` stands for anything. A warning or an
error is shown as `BadOption: its message`; an error that is not shown fails, and so does a command's.
"""

import contextlib
import doctest
import io
import re
import shlex
import sys
import warnings
from collections.abc import Generator, Iterator
from pathlib import Path
from typing import Any, NamedTuple

from cofactor.cli import main

BLOCK = re.compile(r"^```(python|console)\n(.*?)^```", flags=re.MULTILINE | re.DOTALL)
SHOWN, COMMAND = "# > ", "$ cofactor "
LOOSE = doctest.ELLIPSIS | doctest.NORMALIZE_WHITESPACE


class Step(NamedTuple):
    """Some statements, or one command, and the output that the page shows below it ("" where it shows none)."""

    language: str
    code: str
    shown: str
    line: int  # of the page


def run_page(page: Path) -> int:
    """Run every step of a page; the number of steps. Raises `AssertionError` where what is shown is not what comes."""
    names: dict[str, Any] = {}
    found = list(steps(page.read_text("utf-8")))
    for step in found:
        output, failed = _output_of(step, names)
        where = f"{page.name}, line {step.line}:\n{step.code}\n"
        if step.shown:
            assert _is_as_shown(step.shown, output), f"{where}is said to give\n{step.shown}\nbut gives\n{output}"
        assert failed in step.shown, f"{where}failed:\n{output}"  # `...` alone is not said of an error
    return len(found)


def steps(text: str) -> Iterator[Step]:
    """The steps of a page in their order."""
    for block in BLOCK.finditer(text):
        first = text.count("\n", 0, block.start(2)) + 1
        language, lines = block[1], block[2].splitlines()
        yield from _commands(lines, first) if language == "console" else _statements(lines, first)


def _statements(lines: list[str], first: int) -> Iterator[Step]:
    code, shown, start = list[str](), list[str](), first
    for number, line in enumerate([*lines, None], start=first):
        if line is not None and line.startswith(SHOWN.rstrip()):
            shown.append(line[len(SHOWN) :])
            continue
        if shown or line is None:  # the next statements begin
            if any(code):
                yield Step("python", "\n".join(code), "\n".join(shown), start)
            code, shown, start = [], [], number
        code.append(line or "")


def _commands(lines: list[str], first: int) -> Iterator[Step]:
    starts = [at for at, line in enumerate(lines) if line.startswith("$ ")]
    assert starts[:1] == [0], f"line {first}: a console block begins with a command, as in {COMMAND}…"
    for at, end in zip(starts, [*starts[1:], len(lines)], strict=True):
        yield Step("console", lines[at], "\n".join(lines[at + 1 : end]), first + at)


def _output_of(step: Step, names: dict[str, Any]) -> tuple[str, str]:
    """What is printed, and the warnings behind it; how the message of a failure begins ("": it did not fail)."""
    printed = io.StringIO()
    streams = contextlib.redirect_stdout(printed), contextlib.redirect_stderr(printed)
    with warnings.catch_warnings(record=True) as caught, streams[0], streams[1]:
        warnings.simplefilter("always")
        failed = _command(step) if step.language == "console" else _python(step, names)
    said = [f"{one.category.__name__}: {one.message}" for one in caught]
    return "\n".join([printed.getvalue().rstrip(), *said]).strip(), failed


def _python(step: Step, names: dict[str, Any]) -> str:
    try:
        exec(compile("\n" * (step.line - 1) + step.code, "the page", "exec"), names)
    except Exception as error:
        print(f"{type(error).__name__}: {error}")
        return f"{type(error).__name__}:"
    return ""


def _command(step: Step) -> str:
    """Runs `$ cofactor …` in this process; `< FILE` is its stdin."""
    assert step.code.startswith(COMMAND), f"{step.code!r} is no command of ours"
    words, _, file = step.code.removeprefix(COMMAND).partition(" < ")
    with _stdin(file):
        try:
            failed = main(shlex.split(words, comments=True)) != 0
        except SystemExit as error:  # of argparse
            failed = error.code != 0
    return "cofactor" if failed else ""


@contextlib.contextmanager
def _stdin(file: str) -> Generator[None]:
    if not file:
        yield
        return
    before = sys.stdin
    with open(file, encoding="utf-8") as sys.stdin:
        try:
            yield
        finally:
            sys.stdin = before


def _is_as_shown(shown: str, output: str) -> bool:
    return doctest.OutputChecker().check_output(shown, output, LOOSE)
