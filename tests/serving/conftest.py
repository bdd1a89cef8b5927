"""A served model, asked by a client in this process, and by a real browser over a real socket."""

import os
import shutil
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

import cofactor as cf

pytest.importorskip("fastapi", reason="the extra 'serve' is not installed")

from fastapi.testclient import TestClient

from cofactor.serving.app import create_app
from cofactor.serving.guard import Guard, Permissions
from cofactor.serving.opened import OpenModel, Shelf


@dataclass(frozen=True)
class Served:
    """An explorer that answers at `address`."""

    address: str
    shelf: Shelf


@pytest.fixture(scope="session")
def opened(tastes, tmp_path_factory) -> OpenModel:
    """A model of the embedded data, saved and opened."""
    folder = tmp_path_factory.mktemp("explorer") / "tastes.cofactor"
    cf.ExplicitALS().fit(tastes, progress=False).save(folder)
    return OpenModel.at(folder)


@pytest.fixture
def client(opened) -> TestClient:
    """Asks the API as the page does, without a socket."""
    return client_of(Shelf(opened))


def client_of(shelf: Shelf) -> TestClient:
    return TestClient(create_app(shelf), base_url="http://localhost:8767")  # pyright: ignore[reportArgumentType]


@pytest.fixture(scope="session")
def served(opened) -> Iterator[Served]:
    """The explorer over a socket of this machine."""
    yield from serving(Shelf(opened))


@pytest.fixture(scope="session")
def served_without_people(opened) -> Iterator[Served]:
    yield from serving(Shelf(opened, permissions=Permissions(people=False)))


def serving(shelf: Shelf) -> Iterator[Served]:
    """A server in a thread, for as long as a test wants it."""
    import uvicorn

    app: Guard = create_app(shelf)
    server = uvicorn.Server(uvicorn.Config(app, port=0, log_level="error", lifespan="off"))
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    while not server.started:
        thread.join(0.01)
    port = server.servers[0].sockets[0].getsockname()[1]
    yield Served(f"http://127.0.0.1:{port}", shelf)
    server.should_exit = True
    thread.join(5)


@pytest.fixture(scope="session")
def browser():
    """The system's Chromium; without one these tests are skipped, and fail where CI_BROWSER says it must be there."""
    missing = None
    program = os.environ.get("CHROMIUM") or shutil.which("chromium") or shutil.which("google-chrome")
    if not program or not Path(program).exists():
        missing = "No Chromium is installed: apt-get install chromium, or name one in CHROMIUM."
    else:
        try:
            from playwright.sync_api import sync_playwright
        except ImportError:
            missing = "Playwright is not installed: pip install playwright."
    if missing and os.environ.get("CI_BROWSER") == "1":
        pytest.fail(missing)
    if missing:
        pytest.skip(missing)
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=program, args=["--no-sandbox"])
        yield chromium
        chromium.close()


@pytest.fixture
def page(browser, served):
    """A fresh page of the explorer; whatever it throws, or is refused by its own policy, fails the test."""
    with browser.new_context(viewport={"width": 1280, "height": 800}, base_url=served.address) as context:
        one = context.new_page()
        complaints = []
        one.on("pageerror", lambda error: complaints.append(str(error)))
        one.on("console", lambda said: complaints.append(said.text) if "Content Security Policy" in said.text else None)
        yield one
        assert not complaints
