"""Saving over a model: killed at any instant, one whole model is there, and nothing is left behind for long."""

import os
import stat
import subprocess
import sys
from pathlib import Path

import pytest
from safetensors import SafetensorError

import cofactor as cf
from cofactor.errors import BadModelFolder, BadOption, NotSaved
from cofactor.replacing import drafts_in, replacing

needs_fork = pytest.mark.skipif(not hasattr(os, "fork"), reason="no fork here")

KILLED_AT_EVERY_STEP = """
import os, signal, sys
import cofactor as cf
from cofactor.data.ratings import Ratings

ratings, path = Ratings.from_arrays([1, 1, 2], [1, 2, 1], [5, 3, 4]), sys.argv[1]
old, new = cf.Popularity(damping=1.0).fit(ratings), cf.Popularity(damping=2.0).fit(ratings)
found, at = [], 0
old.save(path)
while True:
    child = os.fork()
    if not child:
        left = [at]
        def count(event, _):
            if event == "open" or event.startswith(("os.", "fcntl.")):
                left[0] -= 1
                if left[0] == -1:  # once: killing oneself is an event, too
                    os.kill(os.getpid(), signal.SIGKILL)
        sys.addaudithook(count)
        new.save(path)
        os._exit(0)
    if os.waitpid(child, 0)[1] == 0:
        break
    damping = cf.open(path).damping
    found.append(damping)
    if damping == 2.0 or at % 10 == 0:  # what was left behind may be left more than once
        old.save(path)
        assert os.listdir(os.path.dirname(path)) == [os.path.basename(path)], os.listdir(os.path.dirname(path))
    at += 1
print(len(found), found.count(1.0), found.count(2.0))
"""


@pytest.fixture
def folder(checkerboard, tmp_path) -> Path:
    return cf.Bias().fit(checkerboard).save(tmp_path / "model.cofactor")


@needs_fork
def test_killed_at_any_step_of_saving_the_old_or_the_new_model_is_found_whole(tmp_path):
    (tmp_path / "models").mkdir()
    run = subprocess.run(
        [sys.executable, "-c", KILLED_AT_EVERY_STEP, tmp_path / "models" / "m"], capture_output=True, text=True
    )
    assert run.returncode == 0, run.stderr
    n_kills, n_old, n_new = map(int, run.stdout.split())
    assert n_old + n_new == n_kills > 30
    assert min(n_old, n_new) > 3


def test_a_model_killed_between_two_moves_is_opened_from_beside_its_place(folder, tmp_path):
    folder.rename(tmp_path / ".model.cofactor.0123456789abcdef.new")
    (tmp_path / ".model.cofactor.0123456789abcdef.old").mkdir()
    assert isinstance(cf.open(folder), cf.Bias)


def test_a_deleted_model_does_not_come_back_from_what_a_kill_left(folder, tmp_path):
    """The old one was moved aside and the new one stood: then somebody deleted it, on purpose."""
    folder.rename(tmp_path / ".model.cofactor.0123456789abcdef.old")
    with pytest.raises(cf.CofactorError, match="There is no folder"):
        cf.open(folder)


def test_what_a_kill_left_goes_with_the_next_save_and_what_is_not_ours_stays(checkerboard, folder, tmp_path):
    for name in ("0123456789abcdef.new", "0123456789abcdef.old", "mine.new", "0123456789abcdef.new.bak"):
        (tmp_path / f".model.cofactor.{name}").mkdir()
    (tmp_path / ".other.cofactor.0123456789abcdef.new").mkdir()
    cf.Bias().fit(checkerboard).save(folder)
    assert sorted(file.name for file in tmp_path.iterdir()) == [
        ".model.cofactor.0123456789abcdef.new.bak", ".model.cofactor.mine.new",
        ".other.cofactor.0123456789abcdef.new", "model.cofactor",
    ]  # fmt: skip


@needs_fork
def test_a_save_in_progress_is_not_taken_for_what_a_kill_left(checkerboard, folder):
    with replacing(folder) as draft:
        (draft / "model.json").write_text("half of it")
        cf.Bias().fit(checkerboard).save(folder)
        assert (draft / "model.json").read_text() == "half of it"


@needs_fork
def test_a_folder_takes_drafts_of_one_question_at_a_time(tmp_path):
    (tmp_path / ".writing-two-0123456789abcdef").mkdir()  # a kill left it, and its lock is gone
    with drafts_in(tmp_path, "one") as first, drafts_in(tmp_path, "one") as second:
        with pytest.raises(BadOption, match="something else"), drafts_in(tmp_path, "two"):
            pass
        assert sorted([first, second]) == sorted(tmp_path.iterdir())
    with drafts_in(tmp_path, "two") as alone:
        assert [alone] == [*tmp_path.iterdir()]


def test_where_the_system_refuses_the_old_model_stays(checkerboard, folder, tmp_path, monkeypatch):
    def refuse(self, target):
        if self.name.endswith(".new"):
            raise OSError("No space left on device")
        return os.rename(self, target)

    monkeypatch.setattr(Path, "rename", refuse)
    with pytest.raises(NotSaved, match="No space left"):
        cf.Popularity().fit(checkerboard).save(folder)
    assert [file.name for file in tmp_path.iterdir()] == ["model.cofactor"]
    assert isinstance(cf.open(folder), cf.Bias)


def test_files_have_the_permissions_that_the_umask_gives(checkerboard, tmp_path):
    before = os.umask(0o027)
    try:
        folder = cf.Bias().fit(checkerboard).save(tmp_path / "m")
    finally:
        os.umask(before)
    assert stat.S_IMODE(folder.stat().st_mode) == 0o750
    assert {stat.S_IMODE(file.stat().st_mode) for file in folder.iterdir()} == {0o640}


def test_a_model_is_saved_to_where_a_link_leads_and_the_link_stays(checkerboard, folder, tmp_path):
    (tmp_path / "current").symlink_to(folder)
    cf.Popularity().fit(checkerboard).save(tmp_path / "current")
    assert (tmp_path / "current").is_symlink()
    assert isinstance(cf.open(folder), cf.Popularity)


def test_a_broken_link_is_refused(checkerboard, tmp_path):
    (tmp_path / "current").symlink_to(tmp_path / "nowhere")
    with pytest.raises(BadOption, match=r"link to .*nowhere, which does not exist"):
        cf.Bias().fit(checkerboard).save(tmp_path / "current")
    (tmp_path / "a").symlink_to(tmp_path / "b")
    (tmp_path / "b").symlink_to(tmp_path / "a")
    with pytest.raises(BadOption, match=r"link to .*b"):
        cf.Bias().fit(checkerboard).save(tmp_path / "a")


@pytest.mark.parametrize("content", [None, {"model.json": '{"modelTopology": {}}'}, {"thesis.tex": "…"}, {}])
def test_nothing_but_a_saved_model_is_overwritten(content, checkerboard, tmp_path):
    """A file; a model of another program; a folder of something else; an empty one."""
    target = tmp_path / "mine"
    if content is None:
        target.write_text("thesis")
    else:
        target.mkdir()
        for name, text in content.items():
            (target / name).write_text(text)
    with pytest.raises(BadOption, match="not a saved model; it is not overwritten"):
        cf.Bias().fit(checkerboard).save(target)


def test_a_file_that_somebody_put_beside_the_model_is_not_lost(checkerboard, folder):
    (folder / "notes.txt").write_text("do not deploy")
    with pytest.raises(BadOption, match=r"'notes.txt' too, which would be lost"):
        cf.Bias().fit(checkerboard).save(folder)
    assert (folder / "notes.txt").read_text() == "do not deploy"


def test_a_full_disk_is_said_and_the_old_model_stays(checkerboard, folder, tmp_path, monkeypatch):
    def refuse(arrays, file):
        raise SafetensorError("I/O error: No space left on device (os error 28)")

    monkeypatch.setattr("cofactor.model_folder.save_file", refuse)
    with pytest.raises(NotSaved, match="No space left"):
        cf.Popularity().fit(checkerboard).save(folder)
    assert [file.name for file in tmp_path.iterdir()] == ["model.cofactor"]
    assert isinstance(cf.open(folder), cf.Bias)


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() == 0, reason="root may read anywhere")
@pytest.mark.parametrize("locked", [".", "model.cofactor", "model.cofactor/model.json", "model.cofactor/card.md"])
def test_a_folder_that_may_not_be_read_says_so(locked, folder, tmp_path):
    (tmp_path / locked).chmod(0o000)
    try:
        with pytest.raises(BadModelFolder, match="cannot be read: .*Permission denied"):
            cf.open(folder)
    finally:
        (tmp_path / locked).chmod(0o700)


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() == 0, reason="root may write anywhere")
def test_a_place_where_nobody_may_write_is_said(checkerboard, tmp_path):
    tmp_path.chmod(0o500)
    with pytest.raises(NotSaved, match="Permission denied"):
        cf.Bias().fit(checkerboard).save(tmp_path / "m")
    tmp_path.chmod(0o700)


def test_a_name_that_no_folder_can_have_is_said(checkerboard, tmp_path):
    with pytest.raises(BadOption, match="save writes to a path"):
        cf.Bias().fit(checkerboard).save(f"{tmp_path}/a\0b")
    with pytest.raises(BadOption, match="open reads a path"):
        cf.open(f"{tmp_path}/a\0b")


def test_a_path_below_a_file_is_said(checkerboard, tmp_path):
    (tmp_path / "file").touch()
    with pytest.raises(NotSaved, match="could not be written"):
        cf.Bias().fit(checkerboard).save(tmp_path / "file" / "m")


def test_a_name_that_no_folder_can_have_is_refused(tastes):
    with pytest.raises(BadOption, match="Nothing can be saved as 'aaa.*File name too long"):
        cf.Popularity().fit(tastes).save("a" * 300)
