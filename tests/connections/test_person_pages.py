"""OAuth 2.0 in the console's pages, from the wizard to "Re-authenticate"; no secret is shown or logged."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.test import Client

from accounts.models import AuditEntry, User
from connections.access import person_tokens, sealing
from connections.models import Connection, SecretField
from jira_sandbox.oauth2.register import App, register_of
from jira_sandbox.server import Handle
from tests.connections.person_oauth import app_of, jira_of
from tests.consenting import consent

WIZARD = "/connections/new/jira/"


@pytest.fixture(params=["cloud", "datacenter"])
def jira(request: pytest.FixtureRequest, settings: Any) -> Iterator[Handle]:
    with jira_of(request.param, settings) as handle:
        yield handle


@pytest.fixture
def browser(admin: User, client_of: Callable[..., Client]) -> Client:
    return client_of(admin)


def begun(browser: Client, jira: Handle) -> str:
    """The path of “Setup OAuth 2.0”."""
    form = {"method": "oauth2", "name": "J", "verify_tls": "on", "base_url": jira.url}
    there = browser.post(WIZARD, form)
    assert there.status_code == 302, there.content.decode()
    return str(there.headers["Location"])


def allowed(browser: Client, jira: Handle, path: str, app: App, secret: str) -> Any:
    """The answer after Jira sent the browser back."""
    typed = browser.post(path, {"client_id": app.client_id, "client_secret": secret})
    assert typed.status_code == 302
    page = browser.get(path).content.decode()
    way = page.partition("/connections/oauth2/authorize/")[2].partition('"')[0]
    to_jira = browser.get(f"/connections/oauth2/authorize/{way}")
    back = consent(jira, to_jira.headers["Location"])
    return browser.get(back.partition("//")[2].partition("/")[1] + back.split("/", 3)[3])


def test_from_the_wizard_to_a_connection_in_use_and_again(
    browser: Client, jira: Handle, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.DEBUG):
        path = begun(browser, jira)
        shown = browser.get(path).content.decode()
        here, other = ("developer.atlassian.com", "External application")
        here, other = (here, other) if jira.site.cloud else (other, here)
        assert here in shown
        assert other not in shown
        app = app_of(jira)
        assert app.callback in shown
        link = shown.partition("/connections/jira-admin/")[2].partition('"')[0]
        part = Client().get(f"/connections/jira-admin/{link}").content.decode()
        assert here in part
        assert app.callback in part
        assert "to the person who sent you this link" in part
        done = allowed(browser, jira, path, app, app.secret)
        row = Connection.objects.get()
        assert done.headers["Location"] == f"/connections/{row.pk}/"
        assert (row.lifecycle, row.account_name) == ("active", "ALM Service")
        detail = browser.get(f"/connections/{row.pk}/").content.decode()
        assert "ALM Service authorised this connection" in detail

        register_of(jira.site).revoke("svc-alm")
        browser.post(f"/connections/{row.pk}/test/")
        row.refresh_from_db()
        assert (row.health, (row.diagnosis or {}).get("code")) == ("stopped", "grant_ended")
        again = browser.get(f"/connections/{row.pk}/reauthenticate/")
        assert again.headers["Location"] == path
        page = browser.get(path).content.decode()
        assert app.client_id in page
        allowed(browser, jira, path, app, "")
        row.refresh_from_db()
        assert row.health == "ok"
    secret = sealing.load(row, SecretField.ACCESS_TOKEN)
    assert secret is not None
    kept = person_tokens.read(secret)
    told = shown + detail + page + caplog.text + str(list(AuditEntry.objects.values()))
    for trace in (app.secret, kept.access, kept.refresh):
        assert trace not in told


def test_what_is_wrong_stands_beside_its_field_and_is_not_shown_again(
    browser: Client, jira: Handle
) -> None:
    path = begun(browser, jira)
    for typed, words in (
        ({"client_id": "ATOAwrong", "client_secret": "ATOAwrong"}, "This is the client secret"),
        ({"client_id": "id", "client_secret": "ATATT3xToken"}, "This is an API token"),
        ({"client_id": "id", "client_secret": ""}, "Enter the client secret."),
    ):
        answer = browser.post(path, typed)
        shown = answer.content.decode()
        assert (answer.status_code, words in shown) == (422, True)
        assert "ATOAwrong" not in shown
        assert "ATATT3xToken" not in shown
        assert "Allow access in Jira" not in shown


def test_a_wrong_secret_is_explained_where_it_is_entered(browser: Client, jira: Handle) -> None:
    answer = allowed(browser, jira, begun(browser, jira), app_of(jira), "a-wrong-secret")
    shown = answer.content.decode()
    assert answer.status_code == 409
    assert "The client ID or client secret of the app is not accepted" in shown
    assert "a-wrong-secret" not in shown
    assert Connection.objects.get().lifecycle == "draft"


def test_the_callback_without_a_run_says_what_it_is_for(
    browser: Client, jira: Handle, viewer: User, client_of: Callable[..., Client]
) -> None:
    bare = browser.get("/connections/oauth2/callback/")
    assert (bare.status_code, b"nothing to see here" in bare.content) == (404, True)
    forged = browser.get("/connections/oauth2/callback/?code=x&state=00.y")
    assert forged.status_code == 404
    path = begun(browser, jira)
    assert client_of(viewer).get(path).status_code == 403
