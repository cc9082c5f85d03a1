"""A connection by OAuth 2.0 for tests: the Jira, the app that its admin made, and a person who allows."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from urllib.parse import parse_qs, urlsplit

from accounts.models import User
from connections.credentials.credentials import Outcome
from connections.models import Connection
from connections.oauth import person_flow
from connections.setup import settings_editing
from jira_client import scopes
from jira_sandbox.oauth2.register import App
from jira_sandbox.server import Handle, running
from tests.consenting import app_at, consent

SESSION = "a session"


@contextmanager
def jira_of(flavour: str, settings: Any) -> Iterator[Handle]:
    """A sandbox; Cloud's has Atlassian's gateway and auth server."""
    with running(flavour, gateway=flavour == "cloud") as handle:
        if flavour == "cloud":
            settings.ATLASSIAN_API = settings.ATLASSIAN_AUTH = handle.gateway_url
        yield handle


def app_of(jira: Handle) -> App:
    """Made as the steps say: with the callback address and exactly the scopes of the page."""
    wanted = scopes.everything() if jira.site.cloud else ("WRITE",)
    return app_at(jira, person_flow.callback_url(), wanted)


def draft(jira: Handle, name: str = "Jira") -> Connection:
    return settings_editing.create(actor=None, name=name, base_url=jira.url, auth_method="oauth2")


def back_from(
    jira: Handle, row: Connection, app: App, person: User, **choice: Any
) -> dict[str, str]:
    """What Jira sends the person back with."""
    flow = person_flow.begin(row, app.client_id, app.secret, actor=person, session_key=SESSION)
    return again(jira, flow.pk, person, **choice)


def again(jira: Handle, flow_id: Any, person: User, **choice: Any) -> dict[str, str]:
    address = person_flow.authorize(flow_id, person=person, session_key=SESSION)
    query = urlsplit(consent(jira, address, **choice)).query
    return {name: one[0] for name, one in parse_qs(query).items()}


def answered(person: User, given: dict[str, str], session: str = SESSION) -> Outcome:
    return person_flow.answer(
        given.get("state", ""),
        code=given.get("code", ""),
        error=given.get("error", ""),
        person=person,
        session_key=session,
    )


def connected(jira: Handle, person: User, app: App | None = None, **choice: Any) -> Connection:
    row = draft(jira)
    answered(person, back_from(jira, row, app or app_of(jira), person, **choice))
    return Connection.objects.get(pk=row.pk)
