"""`cofactor explore`: what it prints, what it refuses; that it answers is asked over a real socket."""

import json
import subprocess
import sys
import urllib.error
import urllib.request

import pytest

from cofactor.cli import main


@pytest.fixture
def saved(tmp_path):
    table = tmp_path / "ratings.csv"
    table.write_text("userId,movieId,rating\nann,1,5\nann,2,3\nbob,1,4\nbob,3,2\ncid,2,4\n")
    assert main(["fit", str(table), "--out", str(tmp_path / "m.cofactor"), "--model", "bias"]) == 0
    return str(tmp_path / "m.cofactor")


def started(*words: str) -> "subprocess.Popen[str]":
    return subprocess.Popen([sys.executable, "-m", "cofactor", "explore", *words], stdout=subprocess.PIPE, text=True)


def test_it_says_its_address_and_answers_there(saved):
    with started(saved, "--port", "0") as process:
        lines = [process.stdout.readline() for _ in range(2)]
        address = next(word for word in lines[1].split() if word.startswith("http://127.0.0.1:"))
        with urllib.request.urlopen(f"{address}api/model", timeout=30) as answer:
            assert json.load(answer)["name"] == "Bias"
        process.terminate()
    assert "Bias(" in lines[0]


def test_others_are_let_in_with_a_token_that_is_printed(saved):
    with started(saved, "--port", "0", "--allow-remote", "127.0.0.1") as process:
        lines = [process.stdout.readline() for _ in range(3)]
        address = next(word for word in lines[1].split() if word.startswith("http://"))
        asked = urllib.request.Request(
            f"{address}api/model", headers={"Authorization": f"Bearer {lines[2].split()[-1]}"}
        )
        with urllib.request.urlopen(asked, timeout=30) as answer:
            assert answer.status == 200
        with pytest.raises(urllib.error.HTTPError, match="401"):
            urllib.request.urlopen(f"{address}api/model", timeout=30)
        process.terminate()


def test_what_cannot_be_is_said(saved, capsys):
    assert main(["explore", saved, "--port", "99999"]) == 2
    assert "--port is a number from 0 to 65535" in capsys.readouterr().err
    assert main(["explore", "nowhere.cofactor"]) == 2
    assert "There is no folder" in capsys.readouterr().err


def test_a_port_that_is_taken_is_said(saved, capsys):
    import socket

    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        assert main(["explore", saved, "--port", str(port)]) == 2
    assert f"127.0.0.1:{port} cannot be used: Address already in use" in capsys.readouterr().err


def test_a_host_that_is_not_this_machine_is_said(saved, capsys):
    assert main(["explore", saved, "--port", "0", "--allow-remote", "no.such.host.invalid"]) == 2
    assert "cannot be used" in capsys.readouterr().err
