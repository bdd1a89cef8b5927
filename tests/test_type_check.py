"""The type checker is spared only where nothing that its answer depends on has changed since it last passed."""

from pathlib import Path

import pytest

from tools.type_check import checked

PACKAGES = Path(".venv/lib/python3.11/site-packages")
FILES = {
    "pyproject.toml": "[tool.pyright]\ntypeCheckingMode = 'strict'\n",
    "constraints.txt": "numpy==2.0.0\n",
    "src/cofactor/a.py": "from small import b\n",
    "tests/small.py": "b = 1\n",  # not checked, but imported by what is
    "README.md": "Ratings.\n",
    ".venv/pyvenv.cfg": "version = 3.11.7\n",
    f"{PACKAGES}/numpy/__init__.pyi": "x: int\n",
    f"{PACKAGES}/numpy-2.0.0.dist-info/RECORD": "numpy/__init__.pyi,sha256=aa,7\n",
    f"{PACKAGES}/cofactor.pth": "/somewhere/src\n",
}


class Project:
    """A project, its environment, and a type checker that counts how often it runs."""

    def __init__(self, root: Path) -> None:
        self.root, self.runs, self.status = root, 0, 0
        for name, text in FILES.items():
            self.write(name, text)

    def write(self, name: str | Path, text: str) -> None:
        (self.root / name).parent.mkdir(parents=True, exist_ok=True)
        (self.root / name).write_text(text)

    def run(self) -> int:
        self.runs += 1
        return self.status

    def check(self) -> int:
        return checked(self.root, self.root / ".venv", self.run)


@pytest.fixture
def project(tmp_path):
    return Project(tmp_path)


def test_what_passed_is_not_checked_again(project, capsys):
    assert [project.check() for _ in range(3)] == [0, 0, 0]
    assert project.runs == 1
    assert "nothing that pyright reads has changed" in capsys.readouterr().out


def newer_numpy(project):
    (project.root / PACKAGES / "numpy-2.0.0.dist-info").rename(project.root / PACKAGES / "numpy-2.0.1.dist-info")


CHANGES = {
    "a source": lambda project: project.write("src/cofactor/a.py", "from small import c\n"),
    "a source of the same length": lambda project: project.write("src/cofactor/a.py", "from small import a\n"),
    "a source that is only imported": lambda project: project.write("tests/small.py", "b = ''\n"),
    "a new source": lambda project: project.write("src/cofactor/c.py", ""),
    "a new stub": lambda project: project.write("typings/numba.pyi", ""),
    "a source gone": lambda project: (project.root / "tests/small.py").unlink(),
    "a source renamed": lambda project: (project.root / "tests/small.py").rename(project.root / "tests/little.py"),
    "the configuration": lambda project: project.write("pyproject.toml", "[tool.pyright]\n"),
    "a second configuration": lambda project: project.write("pyrightconfig.json", "{}"),
    "the pinned versions": lambda project: project.write("constraints.txt", "numpy==2.0.1\n"),
    "an installed version": newer_numpy,
    "what a package holds": lambda project: project.write(f"{PACKAGES}/numpy-2.0.0.dist-info/RECORD", "b.py,,\n"),
    "an installed file, by hand": lambda project: project.write(f"{PACKAGES}/numpy/__init__.pyi", "x: str\n\n"),
    "a package without a record": lambda project: project.write(f"{PACKAGES}/six.py", ""),
    "where sources are looked for": lambda project: project.write(f"{PACKAGES}/cofactor.pth", "/elsewhere/src\n"),
    "the environment's Python": lambda project: project.write(".venv/pyvenv.cfg", "version = 3.12.0\n"),
}


@pytest.mark.parametrize("change", CHANGES.values(), ids=CHANGES)
def test_a_change_has_it_checked_again(project, change):
    project.check()
    change(project)
    project.check()
    assert project.runs == 2


def test_another_version_of_the_checker_by_its_variable_has_it_checked_again(project, monkeypatch):
    project.check()
    monkeypatch.setenv("PYRIGHT_PYTHON_FORCE_VERSION", "1.1.400")
    project.check()
    assert project.runs == 2


def test_what_it_does_not_read_may_change(project):
    project.check()
    project.write("README.md", "Ratings and clicks.\n")
    project.write(".venv/bin/ruff", "")
    project.check()
    assert project.runs == 1


def test_a_failure_is_not_remembered(project):
    project.status = 1
    assert [project.check(), project.check()] == [1, 1]
    assert project.runs == 2


def test_a_failure_undone_is_checked_again(project):
    """Passed, broken, mended: the last is the first's hash, but nothing is kept of what passed before a failure."""
    project.check()
    project.write("src/cofactor/a.py", "from small import c\n")
    project.status = 1
    assert project.check() == 1
    project.write("src/cofactor/a.py", FILES["src/cofactor/a.py"])
    assert project.check() == 1
    assert project.runs == 3


def test_a_source_written_while_it_runs_leaves_nothing_remembered(project, monkeypatch):
    monkeypatch.setattr(project, "run", lambda: project.write("src/cofactor/a.py", "b = 2\n") or 0)
    project.check()
    assert not (project.root / ".venv/types-passed").exists()
