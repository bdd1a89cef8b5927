"""Downloads: from a small server on this machine that can cut a connection and lie about its files."""

import hashlib
import io
import threading
import zipfile
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from cofactor.data.archives.download import download
from cofactor.data.archives.folders import find_folder, obtain
from cofactor.errors import DataNotAvailable

NOWHERE = "http://127.0.0.1:9"  # the discard port: nobody answers


def zipped(**files: bytes) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for name, data in files.items():
            archive.writestr(name, data)
    return buffer.getvalue()


ARCHIVE = zipped(**{"ml-tiny-1998/u.data": bytes(range(256)) * 400, "ml-tiny-1998/README": b"terms"})
MD5 = hashlib.md5(ARCHIVE, usedforsecurity=False).hexdigest()


class Home:
    """A server of one archive, which hangs up after `cut` bytes in the first `n_cuts` of its answers.

    ranges, lengths: whether it knows how to go on in the middle, and says how long its answers are
    asked: the Range header of each request
    """

    def __init__(self, archive: bytes) -> None:
        self.archive, self.md5, self.ranges, self.cut, self.n_cuts = archive, MD5, True, 1000, 0
        self.lengths, self.asked = True, list[str | None]()
        home = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                if self.path.endswith(".md5"):
                    self._answer(200, f"MD5 (ml-tiny.zip) = {home.md5}\n".encode())
                    return
                asked = self.headers["Range"]
                home.asked.append(asked)
                start = int(asked.removeprefix("bytes=").rstrip("-")) if asked and home.ranges else 0
                if start >= len(home.archive):
                    self._answer(416, b"")
                    return
                self._answer(206 if start else 200, home.archive[start:])

            def _answer(self, status: int, body: bytes) -> None:
                self.send_response(status)
                if home.lengths:
                    self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                cut = home.n_cuts > 0 and not self.path.endswith(".md5")
                self.wfile.write(body[: home.cut] if cut else body)
                home.n_cuts -= cut

            def log_message(self, *_: object) -> None:
                """Quiet."""

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_port}/datasets/"


@pytest.fixture
def home():
    served = Home(ARCHIVE)
    thread = threading.Thread(target=served.server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    yield served
    served.server.shutdown()
    served.server.server_close()
    thread.join()


@pytest.fixture(autouse=True)
def cache(tmp_path, monkeypatch):
    monkeypatch.delenv("COFACTOR_DATA", raising=False)
    monkeypatch.setenv("COFACTOR_CACHE", str(tmp_path / "cache"))
    return tmp_path / "cache"


def test_an_archive_is_fetched_and_unpacked_without_its_own_folder(home, cache):
    folder = obtain("ml-tiny", home.url, MD5)
    assert folder == cache / "ml-tiny"
    assert (folder / "README").read_bytes() == b"terms"
    assert [path.name for path in cache.iterdir()] == ["ml-tiny"]


def test_the_second_use_asks_nobody(home):
    obtain("ml-tiny", home.url, MD5)
    obtain("ml-tiny", NOWHERE, MD5)
    assert home.asked == [None]


def test_a_connection_that_is_cut_goes_on_where_it_stopped(home):
    home.n_cuts = 1
    folder = download("ml-tiny", home.url, MD5)
    assert home.asked == [None, "bytes=1000-"]
    assert (folder / "u.data").read_bytes() == bytes(range(256)) * 400


def test_a_line_that_keeps_breaking_is_given_up_and_what_came_is_used_the_next_time(home):
    home.n_cuts = 5
    with pytest.raises(DataNotAvailable, match="broke off 5 times; 5,000 bytes are kept"):
        obtain("ml-tiny", home.url, MD5)
    obtain("ml-tiny", home.url, MD5)
    assert home.asked[-1] == "bytes=5000-"


def test_what_an_earlier_run_left_is_used(home, cache):
    cache.mkdir()
    (cache / "ml-tiny.zip.part").write_bytes(ARCHIVE[:2000])
    download("ml-tiny", home.url, MD5)
    assert home.asked == ["bytes=2000-"]


def test_a_part_that_was_whole_already_is_only_checked(home, cache):
    cache.mkdir()
    (cache / "ml-tiny.zip.part").write_bytes(ARCHIVE)
    assert (download("ml-tiny", home.url, MD5) / "README").exists()


def test_a_part_of_an_older_edition_is_thrown_away_and_fetched_again(home, cache):
    cache.mkdir()
    (cache / "ml-tiny.zip.part").write_bytes(b"old" * 100)
    assert (download("ml-tiny", home.url, MD5) / "README").read_bytes() == b"terms"
    assert home.asked == ["bytes=300-", None]


def test_a_server_that_knows_no_ranges_sends_it_all_again(home):
    home.n_cuts, home.ranges = 1, False
    assert (download("ml-tiny", home.url, MD5) / "README").read_bytes() == b"terms"


def test_a_server_that_says_no_length_is_read_to_its_end(home):
    home.lengths = False
    assert (download("ml-tiny", home.url, MD5) / "README").read_bytes() == b"terms"
    assert home.asked == [None]


def test_a_wrong_hash_is_refused_and_leaves_nothing(home, cache):
    with pytest.raises(DataNotAvailable, match=f"{MD5}, but {'0' * 32} was expected"):
        obtain("ml-tiny", home.url, "0" * 32)
    assert list(cache.iterdir()) == []


def test_without_a_known_hash_the_published_one_is_asked_for(home, cache):
    home.md5 = "f" * 32
    with pytest.raises(DataNotAvailable, match="f" * 32):
        obtain("ml-tiny", home.url)
    home.md5 = MD5
    assert obtain("ml-tiny", home.url) == cache / "ml-tiny"


def test_a_home_that_publishes_no_hash_is_not_trusted(home, cache):
    home.md5 = "to be announced"
    with pytest.raises(DataNotAvailable, match=r"ml-tiny\.zip\.md5 holds no MD5"):
        obtain("ml-tiny", home.url)
    assert list(cache.iterdir()) == []


def test_what_is_downloaded_is_shown_beside_the_output_of_a_program_and_not_in_it(home, monkeypatch, capsys):
    monkeypatch.setenv("FORCE_COLOR", "1")  # as in a terminal
    obtain("ml-tiny", home.url, MD5)
    out, err = capsys.readouterr()
    assert "downloading ml-tiny" in err
    assert out == ""


def test_somebody_who_was_quicker_is_not_overwritten(home, cache, monkeypatch):
    def and_meanwhile_another(url, part):
        (cache / "ml-tiny").mkdir(parents=True)
        part.write_bytes(ARCHIVE)

    monkeypatch.setattr("cofactor.data.archives.download._transfer", and_meanwhile_another)
    assert download("ml-tiny", home.url, MD5) == cache / "ml-tiny"
    assert list((cache / "ml-tiny").iterdir()) == []


def test_a_file_outside_its_folder_is_not_unpacked(home, cache):
    home.archive = zipped(**{"ml-tiny/../../escaped": b"x"})
    with pytest.raises(DataNotAvailable, match="outside its own folder"):
        obtain("ml-tiny", home.url, hashlib.md5(home.archive, usedforsecurity=False).hexdigest())
    assert not (cache / "escaped").exists()
    assert find_folder("ml-tiny") is None


def test_the_users_own_folder_comes_before_everything(tmp_path, monkeypatch):
    (tmp_path / "mine" / "ml-tiny").mkdir(parents=True)
    monkeypatch.setenv("COFACTOR_DATA", str(tmp_path / "mine"))
    assert obtain("ml-tiny", NOWHERE, MD5) == tmp_path / "mine" / "ml-tiny"


def test_with_no_copy_and_no_network_the_error_says_both_ways(tmp_path, monkeypatch):
    monkeypatch.setenv("COFACTOR_DATA", str(tmp_path))
    with pytest.raises(DataNotAvailable) as error:
        obtain("ml-tiny", NOWHERE, MD5)
    assert "connect this machine to the network" in str(error.value)
    assert f"download {NOWHERE}/ml-tiny.zip elsewhere" in str(error.value)
    assert "COFACTOR_DATA" in str(error.value)
