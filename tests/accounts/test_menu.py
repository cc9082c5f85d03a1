"""What a person may not open is not offered."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.test import Client

from accounts.models import User


def offered(browser: Client) -> str:
    return browser.get("/profile/").content.decode().split("<main", 1)[0]


@pytest.mark.parametrize(
    ("role", "audit", "people"),
    [
        ("viewer", False, False),
        ("rte", False, False),
        ("ops", True, False),
        ("admin", True, True),
    ],
)
def test_the_menu_follows_the_role(
    person: Callable[..., User],
    client_of: Callable[..., Client],
    role: str,
    audit: bool,
    people: bool,
) -> None:
    words = offered(client_of(person(role, role)))
    assert ('href="/audit/"' in words) is audit
    assert ('href="/people/"' in words) is people
    assert 'href="/tokens/"' in words


def test_the_page_one_is_on_is_marked(ops: User, client_of: Callable[..., Client]) -> None:
    words = client_of(ops).get("/audit/").content.decode()
    assert 'aria-current="page" href="/audit/"' in words


@pytest.mark.django_db
def test_a_stranger_sees_no_menu(client: Client) -> None:
    words = client.get("/account/login/").content.decode()
    assert 'aria-label="Main"' not in words
    assert "Sign out" not in words


def test_the_theme_follows_the_cookie_without_a_flash(
    rte: User, client_of: Callable[..., Client]
) -> None:
    browser = client_of(rte)
    browser.post("/theme/", {"theme": "dark", "next": "/profile/"})
    assert '<html lang="en" data-bs-theme="dark">' in browser.get("/profile/").content.decode()
