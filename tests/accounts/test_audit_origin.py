"""The audit trail holds from where a person acted, and by which way of sign-in."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable
from typing import Any

import pytest
from django.conf import settings as console
from django.test import Client

from accounts import one_time_links, people
from accounts.models import ApiToken, AuditEntry, LinkPurpose, User
from tests.callers import ApiCaller


@pytest.fixture(autouse=True)
def _one_proxy(settings: Any) -> None:
    settings.TRUSTED_PROXIES = 1


def browser_at(address: str) -> Client:
    return Client(REMOTE_ADDR="172.18.0.5", headers={"X-Forwarded-For": f"6.6.6.6, {address}"})


def last(action: str) -> tuple[str, str]:
    entry = AuditEntry.objects.filter(action=action).first()
    assert entry is not None
    return entry.address, entry.way


def test_of_a_person_who_signed_in_with_a_password(admin: User, viewer: User) -> None:
    browser = browser_at("203.0.113.9")
    browser.post("/account/login/", {"login": "admin", "password": "admin-password"})
    assert last("person.signed_in") == ("203.0.113.9", "password")
    browser.post(f"/people/{viewer.pk}/role/", {"role": "rte"})
    assert last("person.role_changed") == ("203.0.113.9", "password")
    browser.post("/account/logout/")
    assert last("person.signed_out")[0] == "203.0.113.9"


def test_of_one_who_came_by_a_link(admin: User) -> None:
    browser = browser_at("2001:db8::9")
    browser.get(one_time_links.issue(LinkPurpose.SIGN_IN, admin).removeprefix(console.BASE_URL))
    browser.post("/people/add/", {"username": "nina", "role": "viewer"})
    assert last("person.added") == ("2001:db8::9", "link")


def test_of_a_refused_sign_in_the_address(viewer: User) -> None:
    browser_at("203.0.113.9").post("/account/login/", {"login": "viewer", "password": "x"})
    assert last("person.sign_in_failed") == ("203.0.113.9", "")


def test_of_a_token(rte: User, token_of: Callable[..., str]) -> None:
    text = token_of(rte)
    row = ApiToken.objects.get()
    Client(REMOTE_ADDR="172.18.0.5").delete(
        f"/api/v1/tokens/{row.pk}",
        headers={"Authorization": f"Bearer {text}", "X-Forwarded-For": "203.0.113.9"},
    )
    assert last("token.revoked") == ("203.0.113.9", "token")


def test_of_the_console_itself_nothing(viewer: User, admin: User) -> None:
    browser_at("203.0.113.9").get("/account/login/")
    people.change_role(actor=admin, person=viewer, role="rte")
    assert last("person.role_changed") == ("", ""), "a request that is over leaves nothing behind"


def test_page_file_and_api_show_it(
    admin: User, api: Callable[..., ApiCaller], token_of: Callable[..., str]
) -> None:
    browser = browser_at("203.0.113.9")
    browser.post("/account/login/", {"login": "admin", "password": "admin-password"})
    assert "203.0.113.9 · password" in browser.get("/audit/").content.decode()
    text = browser.get("/audit/export.csv").getvalue().decode("utf-8-sig")
    header, row, *_rest = csv.reader(io.StringIO(text))
    shown = dict(zip(header, row, strict=True))
    assert (shown["address"], shown["way"]) == ("203.0.113.9", "password")
    item = api(token_of(admin)).get("/audit").json()["items"][0]
    assert (item["address"], item["way"]) == ("203.0.113.9", "password")
