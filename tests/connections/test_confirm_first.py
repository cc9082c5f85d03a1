"""Before credentials or the TLS check change, whoever signed in a while ago confirms who they are."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from allauth.account import app_settings
from django.core.signals import got_request_exception
from django.test import Client
from django.urls import reverse
from django.views.debug import get_exception_reporter_filter

from connections.models import Connection
from connections.probes import instance_probe
from jira_sandbox.server import Handle

# Page → where the person is led back to
PAGES = {
    "edit": "edit",
    "reauthenticate": "reauthenticate",
    "account": "account",
    "setup_oauth": "setup_oauth",
    "oauth_authenticate": "setup_oauth",
}
POSTS = ("edit", "reauthenticate", "account", "oauth_typed", "oauth_finish")


@pytest.fixture
def connection(connected: Callable[..., Connection], cloud: Handle) -> Connection:
    return connected(cloud)


@pytest.fixture
def browser(client_of: Callable[..., Client], admin: Any) -> Client:
    return client_of(admin)


def age(browser: Client, times: float) -> None:
    """As if the person had signed in so many time limits ago."""
    session = browser.session
    session["begun"] -= int(app_settings.REAUTHENTICATION_TIMEOUT * times)
    session.save()


def asks(answer: Any, back: str) -> bool:
    place = answer.headers.get("Location", "")
    return bool(place.startswith("/account/reauthenticate/?next=") and place.endswith(back))


@pytest.mark.parametrize("name", PAGES)
def test_a_page_is_asked_for_again(browser: Client, connection: Connection, name: str) -> None:
    page = reverse(f"connections:{name}", args=[connection.pk])
    assert not asks(browser.get(page), "")
    age(browser, 1.1)
    back = reverse(f"connections:{PAGES[name]}", args=[connection.pk])
    assert asks(browser.get(page), back.replace("/", "%2F"))


@pytest.mark.parametrize("name", POSTS)
def test_a_form_that_lay_open_may_be_sent_but_not_for_ever(
    browser: Client, connection: Connection, name: str
) -> None:
    page = reverse(f"connections:{name}", args=[connection.pk])
    browser.get("/")
    age(browser, 1.5)
    assert not asks(browser.post(page), "")
    age(browser, 0.6)
    assert asks(browser.post(page), "")
    assert "password" not in str(dict(browser.session))


def test_after_the_password_the_page_opens(browser: Client, connection: Connection) -> None:
    page = reverse("connections:edit", args=[connection.pk])
    browser.get("/")
    age(browser, 3)
    away = browser.get(page)["Location"]
    assert "What comes next touches" in browser.get(away).content.decode()
    wrong = browser.post(away, {"password": "not-mine"})
    assert wrong.status_code == 200
    assert asks(browser.get(page), "")
    back = browser.post(away, {"password": "admin-password"})
    assert back["Location"] == page
    assert browser.get(page).status_code == 200


def test_reading_and_testing_need_no_confirmation(browser: Client, connection: Connection) -> None:
    browser.get("/")
    age(browser, 3)
    assert browser.get(reverse("connections:detail", args=[connection.pk])).status_code == 200
    assert browser.post(reverse("connections:test", args=[connection.pk])).status_code == 200


def test_who_has_no_password_has_nothing_to_confirm_with(
    browser: Client, connection: Connection, admin: Any
) -> None:
    admin.set_unusable_password()
    admin.save()
    other = Client()
    other.force_login(admin, backend="allauth.account.auth_backends.AuthenticationBackend")
    other.get("/")
    age(other, 3)
    assert other.get(reverse("connections:edit", args=[connection.pk])).status_code == 200


def test_a_report_of_our_own_fault_holds_no_typed_secret(
    browser: Client, monkeypatch: pytest.MonkeyPatch, db: None
) -> None:
    def fail(connection: Connection) -> None:
        raise RuntimeError

    monkeypatch.setattr(instance_probe, "look", fail)
    seen: list[str] = []

    def note(sender: Any, request: Any, **rest: Any) -> None:
        filtered = get_exception_reporter_filter(request).get_post_parameters(request)
        seen.append(str(dict(filtered)))

    got_request_exception.connect(note)
    browser.raise_request_exception = False
    form = {"name": "J", "base_url": "https://jira.example.com", "verify_tls": "on"}
    basic = {"method": "basic", "username": "svc-alm", "password": "pass-9f3"}
    for more in (basic, {"method": "pat", "token": "pass-9f3"}):
        assert browser.post("/connections/new/jira/", form | more).status_code == 500
    got_request_exception.disconnect(note)
    assert len(seen) == 2
    assert "svc-alm" in seen[0]
    assert "pass-9f3" not in str(seen)
