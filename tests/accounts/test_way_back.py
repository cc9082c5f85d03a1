"""After a form, a person returns to this site, never to another."""

from __future__ import annotations

import pytest
from django.test import Client

from accounts.models import User

FOREIGN = [
    "https://evil.example/",
    "//evil.example/",
    "/\\evil.example",
    "http:///evil.example",
    "javascript:alert(1)",
    "https://127.0.0.1:8000@evil.example/",
    "\x00//evil.example",
]


@pytest.mark.django_db
@pytest.mark.parametrize("wanted", FOREIGN)
def test_the_theme_switch_stays_here(client: Client, wanted: str) -> None:
    answer = client.post("/theme/", {"theme": "dark", "next": wanted})
    assert (answer.status_code, answer["Location"]) == (302, "/")
    assert client.cookies["theme"].value == "dark"


@pytest.mark.parametrize("wanted", FOREIGN)
def test_signing_in_stays_here(client: Client, viewer: User, wanted: str) -> None:
    data = {"login": "viewer", "password": "viewer-password", "next": wanted}
    answer = client.post("/account/login/", data)
    assert answer.status_code == 302
    assert answer["Location"] == "/"


def test_a_page_of_this_site_is_kept(client: Client, viewer: User) -> None:
    data = {"login": "viewer", "password": "viewer-password", "next": "/profile/?x=1"}
    assert client.post("/account/login/", data)["Location"] == "/profile/?x=1"
    answer = client.post("/theme/", {"theme": "light", "next": "/profile/?x=1"})
    assert answer["Location"] == "/profile/?x=1"


@pytest.mark.django_db
def test_an_unknown_theme_sets_no_cookie(client: Client) -> None:
    client.post("/theme/", {"theme": "<script>"})
    assert "theme" not in client.cookies
    client.cookies["theme"] = "<script>"
    assert 'data-bs-theme="light"' in client.get("/account/login/").content.decode()


@pytest.mark.django_db
def test_a_foreign_host_gets_no_page(client: Client) -> None:
    answer = client.get("/account/login/", headers={"Host": "evil.example"})
    assert answer.status_code == 400
    assert "evil.example" not in answer.content.decode()
