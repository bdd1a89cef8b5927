"""The tree as a house: its floors, what each room imports from the floors below, and what a reader would stumble over.

    python3 dev.py house            this tree
    python3 dev.py house FOLDER     another checkout of it, such as an older one

Floors and imports are those of the tree's own tests/test_house.py, which says what an import is and where rooms stand.
Circles and arrows up are counted over all imports, those for the type checker, too.
"""

import ast
import importlib.util
import sys
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from statistics import median
from typing import Any, NamedTuple

__all__ = ["Floor", "circles", "floors", "function_lengths", "main", "page"]

ROOT = Path(__file__).parents[1]
LONG = 300  # lines of a file that is worth a second look


class Import(NamedTuple):
    """One file names another: cofactor.data.ids, cofactor.errors."""

    module: str
    target: str
    when: str  # "start", "call" or "types"


class Floor(NamedTuple):
    """The rooms that stand side by side, and what each imports of the rooms below: how many files name which."""

    rooms: dict[str, int]  # room -> its lines
    arrows: dict[str, Counter[str]]


def main(arguments: Sequence[str]) -> int:
    """Print the page of the tree that is named, this one where none is."""
    print(page(Path(arguments[0]).resolve() if arguments else ROOT))
    return 0


def page(tree: Path) -> str:
    """All of it as text."""
    house = _its_own_test(tree)
    texts: dict[str, str] = house.sources()
    found = [Import(*one) for one in house.imports(texts)]
    running = [one for one in found if one.when != "types"]
    rooms = [floor.split() for floor in house.FLOORS]
    lines = {name: len(text.splitlines()) for name, text in texts.items()}
    functions = [length for text in texts.values() for length in function_lengths(text)]
    long = sorted((name for name in lines if lines[name] > LONG), key=lambda name: -lines[name])
    up = house.upward([house.Import(*one) for one in found])
    return "\n".join(
        [
            *drawn(floors(rooms, texts, found)),
            "",
            f"files                          {len(lines)}, {sum(lines.values()):,} lines",
            f"arrows up                      {_named(up)}",
            f"circles of imports that run    {_named(map(_loop, circles(running)))}",
            f"circles, type hints included   {_named(map(_loop, circles(found)))}",
            f"files over {LONG} lines           {_named(f'{_short(name)} {lines[name]}' for name in long)}",
            f"lines of a file, median        {median(lines.values()):.0f}",
            f"lines of a function, median    {median(functions):.0f}, of {len(functions):,}",
        ]
    )


def floors(rooms: Sequence[Sequence[str]], texts: Mapping[str, str], found: Iterable[Import]) -> list[Floor]:
    """From the ground up. texts: the source of every file by its dotted name"""
    lines, arrows = Counter[str](), dict[str, Counter[str]]()
    for name, text in texts.items():
        lines[_room(name)] += len(text.splitlines())
    for module, target in {(one.module, one.target) for one in found}:
        if _room(module) and _room(target) and _room(module) != _room(target):
            arrows.setdefault(_room(module), Counter()).update([_room(target)])
    there = [[room for room in floor if room in lines] for floor in rooms]
    return [
        Floor({one: lines[one] for one in floor}, {one: arrows.get(one, Counter()) for one in floor}) for floor in there
    ]


def drawn(house: Sequence[Floor]) -> list[str]:
    """The roof first; an arrow names the rooms below, and how many imports go there."""
    shown: list[str] = []
    for number, floor in reversed(list(enumerate(house, start=1))):
        for room, lines in floor.rooms.items():
            below = ", ".join(f"{name} {n}" for name, n in floor.arrows[room].most_common())
            shown.append(f"{number:>3}  {room:<16}{lines:>6,} lines" + (f"  ──▶  {below}" if below else ""))
        if floor.rooms and number > 1:
            shown.append(f"     {'─' * 28}")
    return shown


def circles(found: Iterable[Import]) -> list[list[str]]:
    """Every group of files each of which leads to every other (strongly connected components; Tarjan 1972)."""
    below: dict[str, set[str]] = {}
    for one in found:
        below.setdefault(one.module, set()).add(one.target)
    index, lowest, path, groups = dict[str, int](), dict[str, int](), list[str](), list[list[str]]()

    def visit(name: str) -> None:
        index[name] = lowest[name] = len(index)
        path.append(name)
        for target in sorted(below.get(name, ())):
            if target not in index:
                visit(target)
            if target in path:
                lowest[name] = min(lowest[name], lowest[target])
        if lowest[name] == index[name]:
            at = path.index(name)
            groups.append(sorted(path[at:]))
            del path[at:]

    for name in sorted(below):
        if name not in index:
            visit(name)
    return [group for group in groups if len(group) > 1]


def function_lengths(text: str) -> list[int]:
    """Lines of each function and method, from its `def` to its end."""
    functions = (one for one in ast.walk(ast.parse(text)) if isinstance(one, ast.FunctionDef | ast.AsyncFunctionDef))
    return [(one.end_lineno or one.lineno) - one.lineno + 1 for one in functions]


def _its_own_test(tree: Path) -> Any:
    """tests/test_house.py of a tree, whose own package it imports."""
    sys.path[:0] = [str(tree / "src"), str(tree / "tests")]
    spec = importlib.util.spec_from_file_location("house_of_the_tree", tree / "tests" / "test_house.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def _room(module: str) -> str:
    return module.partition(".")[2].partition(".")[0]


def _short(module: str) -> str:
    return module.removeprefix("cofactor.")


def _loop(group: Sequence[str]) -> str:
    return " ↔ ".join(map(_short, group))


def _named(things: Iterable[str]) -> str:
    """How many there are, and each on a line of its own."""
    every = list(things)
    return "\n".join([str(len(every)) if every else "none", *(f"    {one}" for one in every)])


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
