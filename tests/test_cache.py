"""One place for what is kept: where it is, what happens where there is none, and that it does not grow for ever."""

import os
import stat
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from shutil import rmtree

import pytest

import cofactor as cf
from cofactor import cache
from cofactor.cache import cache_folder, folder_to_write, folders_to_read, forget_old, write_whole


@pytest.fixture(autouse=True)
def home(tmp_path, monkeypatch) -> Iterator[Path]:
    monkeypatch.setenv("HOME", str(tmp_path))
    for name in ("COFACTOR_CACHE", "XDG_CACHE_HOME"):
        monkeypatch.delenv(name, raising=False)
    cache._of_this_process.cache_clear()
    yield tmp_path
    rmtree(cache._of_this_process())
    cache._of_this_process.cache_clear()


def no_home(monkeypatch: pytest.MonkeyPatch) -> None:
    """HOME is not set, and the user has a number but no name."""

    def refuse() -> Path:
        raise RuntimeError("Could not determine home directory.")

    monkeypatch.setattr(Path, "home", refuse)


def test_it_is_where_the_variable_says_and_a_tilde_is_the_home(monkeypatch, home):
    monkeypatch.setenv("COFACTOR_CACHE", "~/kept")
    assert cache_folder() == home / "kept"


def test_else_it_is_in_the_users_cache(monkeypatch, home):
    assert cache_folder() == home / ".cache" / "cofactor"
    monkeypatch.setenv("XDG_CACHE_HOME", "/var/cache")
    assert cache_folder() == Path("/var/cache/cofactor")


@pytest.mark.parametrize("relative", ["", ".", "cache"])
def test_a_relative_path_is_not_taken_for_the_users_cache(monkeypatch, home, relative):
    """It would be another one in every folder."""
    monkeypatch.setenv("XDG_CACHE_HOME", relative)
    assert cache_folder() == home / ".cache" / "cofactor"


def test_a_user_without_a_home_has_none_and_writes_into_a_folder_that_goes_with_the_process(monkeypatch):
    no_home(monkeypatch)
    assert cache_folder() is None
    assert folders_to_read() == []
    folder = folder_to_write()
    assert folder.is_dir()
    assert folders_to_read() == [folder]
    assert folder_to_write() == folder


def test_a_cache_that_cannot_be_written_is_read_and_another_folder_written(monkeypatch, home):
    home.joinpath("file").touch()
    monkeypatch.setenv("COFACTOR_CACHE", str(home / "file"))
    folder = folder_to_write()
    assert folder != home / "file"
    assert folders_to_read() == [home / "file", folder]


def test_what_was_written_is_there_for_those_whom_the_umask_lets_read(home):
    before = os.umask(0o022)
    try:
        write_whole(home / "inside" / "file", b"content")
    finally:
        os.umask(before)
    assert (home / "inside" / "file").read_bytes() == b"content"
    assert stat.S_IMODE((home / "inside" / "file").stat().st_mode) == 0o644


def test_a_file_that_could_not_be_put_in_place_leaves_no_draft(home):
    (home / "folder" / "inside").mkdir(parents=True)
    with pytest.raises(OSError):
        write_whole(home / "folder", b"content")
    assert [file.name for file in home.iterdir()] == ["folder"]


def test_what_was_used_longest_ago_is_forgotten_and_what_was_just_written_is_not(home):
    hours = {"new": 0, "old": 5, "older": 6, "oldest": 7}
    for name, ago in hours.items():
        (home / name).write_bytes(b"ten bytes.")
        os.utime(home / name, (time.time() - 3600 * ago,) * 2)
    forget_old(home, 20)
    assert {file.name for file in home.iterdir()} == {"new", "old"}
    forget_old(home, 0)
    assert {file.name for file in home.iterdir()} == {"new"}


def test_a_folder_that_is_gone_is_nothing_to_forget(home):
    forget_old(home / "nowhere", 0)


@pytest.mark.slow
@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() != 0, reason="only root can become somebody else")
def test_a_user_without_name_and_home_computes_where_nothing_can_be_kept(home):
    """Neither beside the sources, nor at home, nor in the folder one is in. Of three items the second is held out."""
    folder = home / "here"
    folder.mkdir()
    if as_nobody("import numba; print('ready')", folder) != "ready":
        pytest.skip("nobody may not read this Python")
    code = (
        "import numpy as np; from cofactor.kernels.ranking.ranks import mark_hits\n"
        "lists, hits = np.array([[2, 1, 0]]), np.zeros((1, 3), bool)\n"
        "mark_hits(lists, 0, np.array([0, 1]), np.array([1]), hits); print(hits.tolist())"
    )
    assert as_nobody(code, folder) == "[[False, True, False]]"
    assert list(folder.iterdir()) == []


def as_nobody(code: str, folder: Path) -> str:
    environment = {"PATH": os.environ["PATH"], "PYTHONPATH": str(Path(cf.__file__).parents[1]), "XDG_CACHE_HOME": ""}
    try:
        done = subprocess.run(
            [sys.executable, "-W", "ignore", "-c", code], cwd=folder, env=environment, capture_output=True, text=True,
            timeout=300, user=12345, group=12345, extra_groups=[],
        )  # fmt: skip
    except PermissionError:  # to run this Python
        return ""
    return done.stdout.strip() or done.stderr
