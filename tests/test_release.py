"""A release tries what README.md shows first, under the version that the package gives itself."""

import subprocess

import pytest

import cofactor as cf
from tools import release

PAGE = 'Words.\n\n```python\ncf.tune(model, budget="2min")  # budget\n```\n\n```python\nsecond()\n```\n'


def test_the_first_example_is_the_first_block_and_its_budgets_are_seconds():
    assert release.first_example(PAGE) == 'cf.tune(model, budget="5s")  # budget\n'


def test_the_first_example_of_the_readme_is_python_that_searches_for_seconds_only():
    example = release.first_example((release.ROOT / "README.md").read_text("utf-8"))
    compile(example, "README.md", "exec")
    assert "import cofactor" in example
    assert "min" not in "".join(line for line in example.splitlines() if "budget=" in line).partition("#")[0]


def test_the_version_is_the_packages_own():
    assert release.version() == cf.__version__


@pytest.fixture
def checkout(tmp_path, monkeypatch):
    """A checkout with one commit, of which a release would be made."""
    monkeypatch.setattr(release, "ROOT", tmp_path)
    (tmp_path / "CHANGELOG.md").write_text("## [0.1.0] - 2027-01-01\n")
    for words in (["init", "-q"], ["add", "."], ["commit", "-q", "-m", "first"], ["tag", "v0.0.9"]):
        own = ["-c", "user.name=a", "-c", "user.email=a@b", "-c", "commit.gpgsign=false"]
        subprocess.run(["git", *own, *words], cwd=tmp_path, check=True)
    return tmp_path


def test_what_is_committed_is_released(checkout):
    release.refuse_changes()
    release.refuse_tagged("0.1.0")


def test_a_change_that_is_not_committed_is_named_and_refused(checkout):
    (checkout / "new.py").write_text("")
    with pytest.raises(SystemExit, match=r"new\.py"):
        release.refuse_changes()


@pytest.mark.parametrize(
    ("number", "says"), [("0.0.9", "is tagged already"), ("0.2.0", r"no section '## \[0\.2\.0\]'")]
)
def test_a_version_that_is_tagged_or_not_in_the_changelog_is_refused(checkout, number, says):
    with pytest.raises(SystemExit, match=says):
        release.refuse_tagged(number)
