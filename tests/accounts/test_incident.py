"""Our own fault answers with an incident id and nothing else; the log holds the rest under that id."""

from __future__ import annotations

import logging
import re
from collections.abc import Callable

import pytest
from django.test import Client

from accounts import api as accounts_api
from accounts.models import User

CANARY = "canary-4f2a secret-of-the-traceback"


@pytest.fixture
def broken(monkeypatch: pytest.MonkeyPatch) -> Client:
    """A browser in front of a console whose audit trail fails."""

    def fail(*args: object, **kwargs: object) -> object:
        raise RuntimeError(CANARY)

    monkeypatch.setattr(accounts_api, "entries", fail)
    monkeypatch.setattr("accounts.audit_pages.page_of", fail)
    return Client(raise_request_exception=False)


def test_the_api_says_only_the_incident(
    broken: Client, admin: User, token_of: Callable[..., str], caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.ERROR):
        answer = broken.get("/api/v1/audit", headers={"Authorization": f"Bearer {token_of(admin)}"})
    assert (answer.status_code, answer["Content-Type"]) == (500, "application/json")
    error = answer.json()["error"]
    assert set(error) == {"code", "message", "incident"}
    assert error["code"] == "internal"
    assert CANARY not in answer.content.decode()
    assert error["incident"] in caplog.text


def test_the_page_says_only_the_incident(
    broken: Client, admin: User, caplog: pytest.LogCaptureFixture
) -> None:
    broken.force_login(admin, backend="allauth.account.auth_backends.AuthenticationBackend")
    with caplog.at_level(logging.ERROR):
        answer = broken.get("/audit/")
    assert answer.status_code == 500
    words = answer.content.decode()
    found = re.search(r'<code class="fs-5">([\w-]{8,64})</code>', words)
    assert found
    assert found.group(1) in caplog.text
    assert CANARY not in words
    assert "Traceback" not in words


def test_a_caller_cannot_write_into_the_page(broken: Client, admin: User) -> None:
    broken.force_login(admin, backend="allauth.account.auth_backends.AuthenticationBackend")
    answer = broken.get("/audit/", headers={"X-Request-ID": "<b>mine</b>"})
    assert answer.status_code == 500
    assert "mine" not in answer.content.decode()
