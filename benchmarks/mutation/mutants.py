"""Mutants: small faults put into a source file, one at a time, as somebody might make them.

Changed are comparisons, `and`/`or`/`not`, arithmetic, numbers and truth values, conditions, returned values, `min` and
its like, arguments (dropped, so that the default holds) and statements (left out). Not changed: docstrings and all
other text, type annotations, imports, `__all__`, what stands in a `raise` or a warning, and assertions.

Each is an edit of the source text at a node's place, so that its diff is that of one hand.
"""

import ast
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

__all__ = ["Mutant", "mutants_of"]

COMPARED: dict[type[ast.cmpop], tuple[str, ...]] = {
    ast.Lt: ("<", "<=", ">="), ast.LtE: ("<=", "<", ">"), ast.Gt: (">", ">=", "<="), ast.GtE: (">=", ">", "<"),
    ast.Eq: ("==", "!="), ast.NotEq: ("!=", "=="), ast.Is: ("is", "is not"), ast.IsNot: ("is not", "is"),
    ast.In: ("in", "not in"), ast.NotIn: ("not in", "in"),
}  # fmt: skip
COMPUTED: dict[type[ast.operator], tuple[str, str]] = {
    ast.Add: ("+", "-"), ast.Sub: ("-", "+"), ast.Mult: ("*", "/"), ast.Div: ("/", "*"), ast.FloorDiv: ("//", "*"),
    ast.Mod: ("%", "//"), ast.Pow: ("**", "*"), ast.BitAnd: ("&", "|"), ast.BitOr: ("|", "&"),
}  # fmt: skip
CALLED = {
    "min": "max", "max": "min", "minimum": "maximum", "maximum": "minimum", "any": "all", "all": "any",
    "zeros": "ones", "ones": "zeros", "floor": "ceil", "ceil": "floor", "argmin": "argmax", "argmax": "argmin",
    "mean": "sum", "first": "last", "last": "first",
}  # fmt: skip
ASSERTED = {"strict", "stacklevel"}  # keywords: zip's is an assertion, a warning's a courtesy
SAID = {"warn", "warning", "print", "BadOption", "BadTable", "cast"}  # calls that make text, or nothing


Placed = ast.expr | ast.stmt | ast.keyword
Place = Callable[[Placed], tuple[int, int]]


@dataclass(frozen=True)
class Mutant:
    """A file with one fault in it: `text` stands where source[start:end] was."""

    path: Path
    operator: str
    source: bytes
    start: int
    end: int
    text: str

    @property
    def mutated(self) -> bytes:
        return self.source[: self.start] + self.text.encode() + self.source[self.end :]

    @property
    def is_python(self) -> bool:
        try:
            compile(self.mutated, "mutant", "exec")
        except (SyntaxError, ValueError):
            return False
        return True

    @property
    def line(self) -> int:
        return self.source.count(b"\n", 0, self.start) + 1

    @property
    def changed(self) -> tuple[str, str]:
        """The lines that are touched, before and after, each stripped."""
        first = self.source.rfind(b"\n", 0, self.start) + 1
        last = self.source.find(b"\n", self.end)
        head, tail = self.source[first : self.start], self.source[self.end : last]
        lines = (head + between + tail for between in (self.source[self.start : self.end], self.text.encode()))
        before, after = ("\n".join(map(str.strip, one.decode().splitlines())) for one in lines)
        return before, after

    @property
    def diff(self) -> str:
        before, after = self.changed
        return "\n".join(
            [*(f"- {line}" for line in before.splitlines()), *(f"+ {line}" for line in after.splitlines())]
        )


def mutants_of(path: Path, source: bytes) -> list[Mutant]:
    """All that there are of a file, in the order of its lines; some few are no Python (`is_python`)."""
    place = _places(source)
    return [
        Mutant(path, operator, source, start, end, text)
        for node in _changeable([ast.parse(source)])
        for operator, (start, end), text in _edits(node, source, place)
    ]


def _places(source: bytes) -> Place:
    """A function from a node to where it starts and ends in the source, in bytes."""
    starts = [0]
    for line in source.splitlines(keepends=True):
        starts.append(starts[-1] + len(line))

    def place(node: Placed) -> tuple[int, int]:
        assert node.end_lineno is not None
        assert node.end_col_offset is not None
        return starts[node.lineno - 1] + node.col_offset, starts[node.end_lineno - 1] + node.end_col_offset

    return place


# --- which nodes are looked at --------------------------------------------------------------------------


def _changeable(nodes: Iterable[ast.AST]) -> Iterator[ast.expr | ast.stmt]:
    """Nodes that say what is computed."""
    for node in nodes:
        if isinstance(node, (ast.expr, ast.stmt)):
            yield node
        yield from _changeable(one for one in _parts(node) if not _is_exempt(one))


def _parts(node: ast.AST) -> Iterable[ast.AST]:
    """What of a node is looked into: no annotation, no decorator, no text that somebody reads."""
    match node:
        case ast.Raise():
            return []
        case ast.Call() if _name(node) in SAID:
            return []
        case ast.AnnAssign():
            return [node.value] if node.value else []
        case ast.FunctionDef():
            return [*node.args.defaults, *(one for one in node.args.kw_defaults if one), *node.body]
        case ast.ClassDef():
            return node.body
        case _:
            return ast.iter_child_nodes(node)


def _is_exempt(node: ast.AST) -> bool:
    """Docstrings, other text, imports, assertions, `__all__`, type aliases and what is only for the type checker."""
    if isinstance(node, (ast.Import, ast.ImportFrom, ast.Assert, ast.JoinedStr)):
        return True
    if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant):
        return True
    if isinstance(node, ast.keyword):
        return node.arg in ASSERTED
    if isinstance(node, ast.If) and isinstance(node.test, ast.Name) and node.test.id == "TYPE_CHECKING":
        return True
    if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name):
        is_type = isinstance(node.value, ast.Subscript) and isinstance(node.value.value, ast.Name)
        return node.targets[0].id == "__all__" or is_type
    return False


def _name(call: ast.Call) -> str:
    return call.func.attr if isinstance(call.func, ast.Attribute) else getattr(call.func, "id", "")


# --- what is made of them -------------------------------------------------------------------------------


def _edits(node: ast.expr | ast.stmt, source: bytes, place: Place) -> Iterator[tuple[str, tuple[int, int], str]]:
    """Of a node: the operator's name, from where to where the source is replaced, and by what."""

    def between(left: ast.expr, right: ast.expr, sign: str, other: str) -> tuple[tuple[int, int], str]:
        start, end = place(left)[1], place(right)[0]
        return (start, end), source[start:end].decode().replace(sign, other, 1)

    match node:
        case ast.Compare(ops=[op]):
            sign, *others = COMPARED[type(op)]
            for other in others:
                yield "comparison", *between(node.left, node.comparators[0], sign, other)
        case ast.BoolOp():
            left, right, *_ = node.values
            signs = ("and", "or") if isinstance(node.op, ast.And) else ("or", "and")
            yield "and, or", *between(left, right, *signs)
        case ast.UnaryOp(op=ast.Not() | ast.USub() | ast.Invert()) if not isinstance(node.operand, ast.Constant):
            start, length = place(node)[0], len("not ") if isinstance(node.op, ast.Not) else 1
            yield "not, minus", (start, start + length), ""
        case ast.BinOp() if type(node.op) in COMPUTED:
            yield "arithmetic", *between(node.left, node.right, *COMPUTED[type(node.op)])
        case ast.AugAssign() if type(node.op) in COMPUTED:
            yield "arithmetic", *between(node.target, node.value, *COMPUTED[type(node.op)])
            yield "statement", place(node), "pass"
        case ast.Constant(value=bool(value)):
            yield "constant", place(node), str(not value)
        case ast.Constant(value=int(value) | float(value)):
            yield "constant", place(node), repr(value + 1)
        case ast.If() | ast.While() | ast.IfExp():
            for truth in ("True", "False"):
                yield "condition", place(node.test), truth
        case ast.Return(value=ast.expr()) if ast.unparse(node) != "return None":
            yield "return", place(node), "return None"
        case ast.Call():
            yield from _edits_of_call(node, place)
            if name := CALLED.get(_name(node)):
                end = place(node.func)[1]
                yield "call", (end - len(_name(node)), end), name
        case ast.Expr(value=ast.Call()) | ast.Raise() | ast.Continue() | ast.Break() | ast.Delete():
            yield "statement", place(node), "pass"
        case ast.Assign(targets=[ast.Attribute() | ast.Subscript()]):
            yield "statement", place(node), "pass"
        case _:
            pass


def _edits_of_call(node: ast.Call, place: Place) -> Iterator[tuple[str, tuple[int, int], str]]:
    """Each keyword left out, with the comma before it (or behind it, where it is the first)."""
    arguments = [*node.args, *node.keywords]
    for at, one in enumerate(arguments):
        if isinstance(one, ast.keyword) and one.arg not in (None, *ASSERTED):
            start, end = place(one)
            if at:
                start = place(arguments[at - 1])[1]
            elif len(arguments) > 1:
                end = place(arguments[1])[0]
            yield "argument", (start, end), ""
