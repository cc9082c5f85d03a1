"""The wizard walked through in a browser without JavaScript, by OAuth and by Basic Auth."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from connections.models import Connection
from jira_sandbox.server import Handle
from tests.connections.conftest import basic_of
from tests.connections.jira_browser import JiraBrowser, make_link

pytestmark = pytest.mark.django_db


@pytest.fixture
def browser(admin: Any, client_of: Callable[..., Client]) -> Client:
    return client_of(admin)


def test_oauth_from_the_cockpit_to_an_active_connection(browser: Client, jira: Handle) -> None:
    assert "Add new ALM Connection" in browser.get("/").content.decode()
    assert "Select ALM Tool" in browser.get("/connections/new/").content.decode()
    chosen = browser.post("/connections/new/", {"tool": "jira"})
    assert chosen["Location"] == "/connections/new/jira/"
    form = browser.get("/connections/new/jira/").content.decode()
    for label in ("Connection Name", "Instance URL", "Connect to Jira", "Switch to Basic Auth",
                  "Advanced Settings", "Verify TLS / SSL certificates"):  # fmt: skip
        assert label in form
    pasted = {"name": "Railways", "base_url": f" {jira.url}/browse/FALCON-1 ", "verify_tls": "on"}
    page = browser.post("/connections/new/jira/", pasted, follow=True)
    words = page.content.decode()
    connection = Connection.objects.get()
    assert connection.base_url == jira.url
    for label in ("Setup OAuth", "Consumer Key", "Public Key", "Application URL", "Authenticate",
                  "Check & Close", "Create incoming link", connection.consumer_key):  # fmt: skip
        assert label in words, label
    named = "Direct application link using OAuth 1.0" if jira.site.cloud else "Atlassian product"
    assert named in words
    make_link(jira, connection.consumer_key, connection.public_key)
    away = browser.get(f"/connections/{connection.pk}/oauth/authenticate/")
    back = JiraBrowser(jira, "svc-alm").allow(away["Location"])
    answered = browser.get(back.removeprefix("http://127.0.0.1:8000"))
    assert "Access was allowed in Jira" in answered.content.decode()
    done = browser.post(f"/connections/{connection.pk}/oauth/finish/", follow=True)
    assert "ALM Service authorised this connection" in done.content.decode()


def test_too_early_check_and_close_says_what_to_do(browser: Client, jira: Handle) -> None:
    browser.post("/connections/new/jira/", {"name": "R", "base_url": jira.url, "verify_tls": "on"})
    connection = Connection.objects.get()
    browser.get(f"/connections/{connection.pk}/oauth/")
    connection.refresh_from_db()
    make_link(jira, connection.consumer_key, connection.public_key)
    early = browser.post(f"/connections/{connection.pk}/oauth/finish/")
    assert early.status_code == 409
    assert "Press “Authenticate” first" in early.content.decode()
    browser.get(f"/connections/{connection.pk}/oauth/authenticate/")
    unanswered = browser.post(f"/connections/{connection.pk}/oauth/finish/")
    assert unanswered.status_code == 409
    connection.refresh_from_db()
    assert connection.diagnosis is not None
    assert connection.diagnosis["code"] == "permission_unknown"
    assert connection.diagnosis["what"] in unanswered.content.decode()


def test_basic_auth(browser: Client, jira: Handle) -> None:
    credential = basic_of(jira)
    values = {
        "method": "basic",
        "name": "Railways",
        "base_url": jira.url,
        "verify_tls": "on",
        "username": credential.username,
        "password": credential.secret.reveal(),
    }
    wrong = browser.post("/connections/new/jira/", values | {"password": "wrong"})
    assert wrong.status_code == 409
    draft = Connection.objects.get()
    assert draft.state == "draft"
    done = browser.post(f"/connections/{draft.pk}/edit/", values, follow=True)
    words = done.content.decode()
    assert "This connection acts as ALM Service." in words
    assert "Test connection" in words
    tested = browser.post(f"/connections/{draft.pk}/test/").content.decode()
    assert "Everything that was checked works" in tested
    assert credential.secret.reveal() not in words + tested
