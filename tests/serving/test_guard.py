"""Only this machine's own page may ask, others by a token; nothing is answered to pages of other addresses."""

import pytest

from cofactor.serving.guard import Permissions
from cofactor.serving.opened import Shelf
from serving.conftest import client_of

TOKEN = "correct horse battery staple"


@pytest.fixture
def remote(opened):
    return client_of(Shelf(opened, permissions=Permissions(token=TOKEN)))


@pytest.mark.parametrize("host", ["localhost:8767", "127.0.0.1", "[::1]:8767"])
def test_names_of_this_machine_are_answered(client, host):
    assert client.get("/api/model/state", headers={"host": host}).status_code == 200


@pytest.mark.parametrize("host", ["evil.example", "localhost.evil.example", "127.0.0.1.evil.example:8767", ""])
def test_a_name_that_leads_here_from_elsewhere_is_refused(client, host):
    """DNS may point any name at loopback; the page behind that name would read everything."""
    answer = client.get("/api/model", headers={"host": host})
    assert answer.status_code == 403
    assert "this machine alone" in answer.json()["message"]


@pytest.mark.parametrize(
    "headers", [{"origin": "https://evil.example"}, {"origin": "null"}, {"sec-fetch-site": "cross-site"}]
)
def test_other_pages_may_not_ask_from_a_browser_here(client, headers):
    assert client.post("/api/whatif", json={"changes": []}, headers=headers).status_code == 403


def test_the_page_itself_may_ask(client):
    headers = {"origin": "http://localhost:8767", "sec-fetch-site": "same-origin"}
    assert client.post("/api/whatif", json={"changes": []}, headers=headers).status_code == 200


def test_every_answer_tells_browsers_to_load_nothing_from_elsewhere(client):
    for path in ("/", "/explorer/main.js", "/api/model", "/api/nothing"):
        headers = client.get(path).headers
        assert "default-src 'none'" in headers["content-security-policy"]
        assert headers["x-content-type-options"] == "nosniff"


def test_answers_of_the_api_are_kept_by_no_cache(client):
    assert client.get("/api/people").headers["cache-control"] == "no-store"


def test_who_is_let_in_from_elsewhere_shows_the_token(remote):
    assert remote.get("/api/model", headers={"host": "office.example"}).status_code == 401
    assert remote.get("/api/model", headers={"authorization": f"Bearer {TOKEN}"}).status_code == 200
    assert remote.get("/api/model", headers={"authorization": "Bearer guess"}).status_code == 401


def test_the_page_hands_the_token_in_once_and_carries_a_cookie(remote):
    assert remote.post("/api/session", json={"token": "guess"}).status_code == 401
    entered = remote.post("/api/session", json={"token": f" {TOKEN} "})
    assert "HttpOnly" in entered.headers["set-cookie"]
    assert "samesite=strict" in entered.headers["set-cookie"].lower()
    assert TOKEN not in entered.text
    assert remote.get("/api/model").status_code == 200
