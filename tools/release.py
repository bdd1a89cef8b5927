"""A release: built from a clean checkout, checked where nothing of this project is installed, and tagged if asked.

    python3 dev.py release           the source distribution and the wheel are left in dist/
    python3 dev.py release --tag     and the commit is tagged with the version; nothing is pushed

The version is `__version__` of the package, which pyproject.toml reads, too. The wheel is built from the source
distribution, so that one that lacks a file fails here. Then it is installed into an empty environment, and the first
Python example of README.md runs in an empty folder, on ml-100k from COFACTOR_DATA or from its home, its budgets cut.
"""

import argparse
import os
import re
import subprocess
import sys
import tempfile
import venv
from collections.abc import Sequence
from pathlib import Path

__all__ = ["first_example", "main"]

ROOT = Path(__file__).parents[1]
DIST = ROOT / "dist"
BUDGET = "5s"  # of a search in the example, in place of its minutes
EXTRAS = "tune"  # what the example asks for


def main(arguments: Sequence[str]) -> int:
    """0, or the sentence that says why nothing was released."""
    parser = argparse.ArgumentParser("dev.py release", description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--tag", action="store_true", help="tag the commit where all checks pass")
    asked = parser.parse_args(arguments)
    number = version()
    refuse_changes()
    if asked.tag:
        refuse_tagged(number)
    with tempfile.TemporaryDirectory() as folder:
        build(Path(folder) / "build")
        try_wheel(Path(folder) / "use")
    if asked.tag:
        run("git", "tag", "--annotate", f"v{number}", "--message", f"cofactor {number}")
    print(f"cofactor {number}: {', '.join(file.name for file in sorted(DIST.iterdir()))}")
    return 0


def version() -> str:
    """The package's `__version__`, read from its source."""
    source = (ROOT / "src" / "cofactor" / "__init__.py").read_text("utf-8")
    found = re.search(r'^__version__ = "([^"]+)"', source, re.MULTILINE)
    assert found is not None
    return found[1]


def refuse_changes() -> None:
    """End with what is not committed: a release is what everybody can check out."""
    changed = subprocess.run(["git", "status", "--porcelain"], cwd=ROOT, capture_output=True, text=True, check=True)
    if changed.stdout:
        sys.exit(f"A release is made of what is committed, and this is not:\n{changed.stdout}")


def refuse_tagged(number: str) -> None:
    """End where the version is tagged already, or CHANGELOG.md does not name it as released."""
    if subprocess.run(["git", "rev-parse", "--quiet", "--verify", f"v{number}"], cwd=ROOT, capture_output=True).stdout:
        sys.exit(f"v{number} is tagged already. Raise __version__ in src/cofactor/__init__.py.")
    if f"## [{number}]" not in (ROOT / "CHANGELOG.md").read_text("utf-8"):
        sys.exit(f"CHANGELOG.md has no section '## [{number}]': give what is unreleased its number and its date.")


def build(folder: Path) -> None:
    """Both distributions in dist/, and nothing else there; what is said about them is checked as an index checks it."""
    for file in DIST.glob("*"):
        file.unlink()
    python = environment(folder, "build", "twine")
    run(python, "-m", "build", "--outdir", DIST, ROOT)
    run(python, "-m", "twine", "check", "--strict", *DIST.iterdir())


def try_wheel(folder: Path) -> None:
    """The wheel, installed alone, runs README.md's first example."""
    (wheel,) = DIST.glob("*.whl")
    python = environment(folder, f"{wheel}[{EXTRAS}]")
    empty = folder / "empty"
    empty.mkdir()
    (empty / "example.py").write_text(first_example((ROOT / "README.md").read_text("utf-8")), "utf-8")
    (empty / "today.csv").write_text("user,item,rating\n196,1,4\n", "utf-8")
    run(python, "example.py", folder=empty)


def first_example(readme: str) -> str:
    """The first block of Python in a page, each of its budgets cut to seconds."""
    found = re.search(r"^```python\n(.*?)^```", readme, re.MULTILINE | re.DOTALL)
    assert found is not None
    return re.sub(r'budget="\w+"', f'budget="{BUDGET}"', found[1])


def environment(folder: Path, *packages: str) -> Path:
    """The Python of a new environment that holds these packages and what they need."""
    venv.create(folder, with_pip=True)
    python = folder / ("Scripts/python.exe" if os.name == "nt" else "bin/python")
    run(python, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", *packages)
    return python


def run(*command: str | Path, folder: Path = ROOT) -> None:
    """Run a command, which is shown; end with its status where it fails."""
    print("$", *command, flush=True)
    variables = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}  # the wheel alone is tried
    status = subprocess.run(command, cwd=folder, env=variables).returncode
    if status:
        sys.exit(status)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
