"""Which public names of the package have no docstring, or one that does not say what is returned, done or raised.

    python -m tools.docstrings            what is missing, as file:line
    python -m tools.docstrings --keep     the same, and the list of what may still be missing is written anew

Public is what no underscore begins: functions, classes and methods of modules without an underscore. A method needs no
docstring of its own where a class that it inherits from has said it. Which errors a docstring must name is read from
the source: those that the body raises by `raise`, and those that a check raises which the body calls (a function whose
name begins with `check`, `refuse`, `need` or the like), one step deep.
"""

import ast
import re
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import NamedTuple, TypeAlias

__all__ = ["KEPT", "Missing", "kept", "missing", "sources"]

ROOT = Path(__file__).parents[1]
PACKAGE = ROOT / "src" / "cofactor"
KEPT = ROOT / "tests" / "docstrings_missing.txt"  # what may still be missing, a line each
ERRORS_MODULE = "cofactor.errors"
CHECK = re.compile(r"_*(check|refuse|need|require|validate|ensure)")
RIDDLE = re.compile(r"(what|who|whom|whose|of|to|by|beside|as|with|within|where|whether)\b", re.IGNORECASE)
# what every module of a folder has by a convention that is described once, in the folder's own docstring
CONVENTIONS = {"cofactor.cli.": {"add_arguments", "run"}, "cofactor.data.sources.": {"load", "published_tests"}}

Function: TypeAlias = ast.FunctionDef | ast.AsyncFunctionDef
FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef)


class Missing(NamedTuple):
    """Something that a public name's docstring lacks."""

    file: str  # relative to the package's folder
    line: int
    name: str  # Ratings.subset
    what: str

    def __str__(self) -> str:
        return f"src/cofactor/{self.file}:{self.line} {self.name}: {self.what}"

    @property
    def key(self) -> str:
        """The same without the line's number, which any edit above it changes."""
        return f"{self.file} {self.name}: {self.what}"


@dataclass
class Module:
    """The functions and classes of a file by name, and of each name it imports: the module and the name there."""

    name: str
    functions: dict[str, Function] = field(default_factory=dict[str, Function])
    classes: dict[str, ast.ClassDef] = field(default_factory=dict[str, ast.ClassDef])
    imported: dict[str, tuple[str, str]] = field(
        default_factory=dict[str, tuple[str, str]]
    )  # name -> module, name there


Modules: TypeAlias = Mapping[str, Module]


def sources() -> dict[str, str]:
    """The text of every file of the package, by its path relative to the package's folder."""
    return {file.relative_to(PACKAGE).as_posix(): file.read_text("utf-8") for file in sorted(PACKAGE.rglob("*.py"))}


def kept() -> set[str]:
    """What may still be missing: the lines of the list."""
    return set(KEPT.read_text("utf-8").splitlines()) if KEPT.is_file() else set()


def missing(texts: Mapping[str, str]) -> list[Missing]:
    """All that public docstrings lack, in the order of files and lines.

    texts: the sources by path, `errors.py` among them, which says what our errors are
    """
    paths = {_dotted(path): path for path in texts}
    modules = {name: _module(name, ast.parse(texts[path])) for name, path in paths.items()}
    look = _Look(modules)
    found = [one for name, path in paths.items() if _is_public(name) for one in look.at(modules[name], path)]
    return sorted(found, key=lambda one: (one.file, one.line, one.what))


def _dotted(path: str) -> str:
    return ".".join(("cofactor", *Path(path).with_suffix("").parts)).removesuffix(".__init__")


def _is_public(dotted: str) -> bool:
    return not any(part.startswith("_") for part in dotted.split("."))


def _module(name: str, tree: ast.Module) -> Module:
    module = Module(name)
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and node.module:
            module.imported |= {one.asname or one.name: (node.module, one.name) for one in node.names}
    for node in tree.body:
        if isinstance(node, FUNCTIONS) and not _is_overload(node):
            module.functions[node.name] = node
        elif isinstance(node, ast.ClassDef):
            module.classes[node.name] = node
    return module


def _is_overload(node: Function) -> bool:
    return any(ast.unparse(one).endswith(("overload", ".setter", ".deleter")) for one in node.decorator_list)


def _methods(node: ast.ClassDef) -> dict[str, Function]:
    return {one.name: one for one in node.body if isinstance(one, FUNCTIONS) and not _is_overload(one)}


class _Look:
    """Looks at one module after the other, with all of them at hand."""

    def __init__(self, modules: Modules) -> None:
        self.modules = modules
        errors = modules.get(ERRORS_MODULE, Module(ERRORS_MODULE)).classes
        self.errors = {name for name, node in errors.items() if self._is_error(node, errors)}

    def _is_error(self, node: ast.ClassDef, errors: Mapping[str, ast.ClassDef]) -> bool:
        bases = [ast.unparse(base) for base in node.bases]
        return node.name == "CofactorError" or any(
            one in errors and self._is_error(errors[one], errors) for one in bases
        )

    def at(self, module: Module, path: str) -> Iterator[Missing]:
        """What the public functions, classes and methods of a module lack."""
        for name, node in module.functions.items():
            if not name.startswith("_") and not _is_convention(module.name, name):
                yield from self._of(path, node, name, ast.get_docstring(node), self._raised(node, module, None))
        for name, node in module.classes.items():
            if name.startswith("_"):
                continue
            made_by = [one for key, one in _methods(node).items() if key in ("__init__", "__post_init__")]
            raised = {error for one in made_by for error in self._raised(one, module, node)}
            texts = [ast.get_docstring(one) for one in (node, *made_by)]
            yield from self._of(path, node, name, "\n".join(filter(None, texts)), raised)
            for key, method in _methods(node).items():
                if not key.startswith("_"):
                    said = ast.get_docstring(method) or self._inherited(node, module, key)
                    raised = self._raised(method, module, node)
                    yield from self._of(path, method, f"{name}.{key}", said, raised)

    def _of(
        self, path: str, node: Function | ast.ClassDef, name: str, said: str | None, raised: set[str]
    ) -> Iterator[Missing]:
        if not said or not said.strip():
            yield Missing(path, node.lineno, name, "no docstring")
        elif RIDDLE.match(said.strip()):
            yield Missing(path, node.lineno, name, "its first sentence begins with neither a result nor a deed")
        for error in sorted(raised):
            if not re.search(rf"\braises?\b[^.]*\b{error}\b", said or "", re.IGNORECASE | re.DOTALL):
                yield Missing(path, node.lineno, name, f"does not say that it raises {error}")

    def _inherited(self, node: ast.ClassDef, module: Module, method: str) -> str | None:
        """The docstring of a method of that name in a class it inherits from."""
        for home, base in self._bases(node, module):
            own = _methods(base).get(method)
            said = (ast.get_docstring(own) if own else None) or self._inherited(base, home, method)
            if said:
                return said
        return None

    def _bases(self, node: ast.ClassDef, module: Module) -> Iterator[tuple[Module, ast.ClassDef]]:
        for base in node.bases:
            name = ast.unparse(base.value if isinstance(base, ast.Subscript) else base)
            home, there = module.imported.get(name, (module.name, name))
            if home in self.modules and there in self.modules[home].classes and name != node.name:
                yield self.modules[home], self.modules[home].classes[there]

    def _raised(self, node: Function, module: Module, owner: ast.ClassDef | None, *, deeper: bool = True) -> set[str]:
        """Our errors that a function raises; deeper: also those of the checks it calls."""
        found: set[str] = set()
        for one in ast.walk(node):
            if isinstance(one, ast.Raise) and one.exc is not None:
                found |= self._error(one.exc, module, owner)
            elif deeper and isinstance(one, ast.Call):
                for home, called, whose in self._called(one.func, module, owner):
                    if CHECK.match(called.name):
                        found |= self._raised(called, home, whose, deeper=False)
        return found

    def _error(self, raised: ast.expr, module: Module, owner: ast.ClassDef | None) -> set[str]:
        """The error that `raise` names: by its class, or by a function whose annotation says that it makes one."""
        made = raised.func if isinstance(raised, ast.Call) else raised
        names = {one.id for one in ast.walk(made) if isinstance(one, ast.Name)} & self.errors
        if names or not isinstance(raised, ast.Call):
            return names
        returns = [called.returns for _, called, _ in self._called(made, module, owner) if called.returns]
        return {name for one in returns for name in re.findall(r"\w+", ast.unparse(one))} & self.errors

    def _called(
        self, function: ast.expr, module: Module, owner: ast.ClassDef | None
    ) -> Iterator[tuple[Module, Function, ast.ClassDef | None]]:
        """The function of ours that is called, where the source tells: by its name, or by `self.` and its name."""
        if isinstance(function, ast.Name):
            home, name = module.imported.get(function.id, (module.name, function.id))
            if home in self.modules and name in self.modules[home].functions:
                yield self.modules[home], self.modules[home].functions[name], None
        elif isinstance(function, ast.Attribute) and owner and ast.unparse(function.value) in ("self", "cls"):
            for home, one in ((module, owner), *self._bases(owner, module)):
                if function.attr in _methods(one):
                    yield home, _methods(one)[function.attr], one
                    return


def _is_convention(module: str, name: str) -> bool:
    return any(module.startswith(folder) and name in names for folder, names in CONVENTIONS.items())


def main() -> int:
    found = missing(sources())
    print("\n".join(map(str, found)))
    print(f"{len(found)} to be said; {len(kept())} of them may be missing still", file=sys.stderr)
    if "--keep" in sys.argv:
        KEPT.write_text("".join(f"{line}\n" for line in sorted({one.key for one in found})), "utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
