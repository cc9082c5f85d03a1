"""`POST …/credential`: the account that waits is taken, or the old one kept, by REST."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from accounts.models import AuditEntry
from connections.access import gateway
from connections.models import Connection, MappedProject, SecretField
from jira_sandbox.server import Handle
from tests.callers import ApiCaller
from tests.connections.conftest import basic_of


@pytest.fixture
def api(admin: Any, token_of: Callable[..., str]) -> ApiCaller:
    return ApiCaller(token_of(admin))


@pytest.fixture
def waiting(connected: Callable[..., Connection], jira: Handle, api: ApiCaller) -> str:
    """The path of a connection to which Rita's credential was sent: it waits for a decision."""
    path = f"/connections/{connected(jira).pk}"
    rita = basic_of(jira, "rita")
    sent = {"username": rita.username, "secret": rita.secret.reveal()}
    answer = api.patch(path, sent)
    assert answer.status_code == 200, answer.content
    assert answer.json()["pending"]["name"] == "Rita Train"
    assert answer.json()["account"]["name"] == "ALM Service"
    return path


def whose() -> str:
    return gateway.jira_for(Connection.objects.get()).myself().name


def test_the_new_account_is_taken(waiting: str, api: ApiCaller, jira: Handle) -> None:
    MappedProject.objects.create(
        connection=Connection.objects.get(), remote_id="1", key="FALCON", name="Falcon"
    )
    told = api.post(f"{waiting}/credential", {"take": "new"}).json()
    assert (told["account"]["name"], told["pending"], told["state"]) == ("Rita Train", None, "ok")
    assert whose() == "Rita Train"
    entry = AuditEntry.objects.filter(action="connection.authenticated").latest("pk")
    assert (entry.before["account"], entry.after["account"]) == ("ALM Service", "Rita Train")
    assert Connection.objects.get().reports.count() == 1  # what the new account may do is looked at
    assert Connection.objects.get().projects.count() == 1
    again = api.post(f"{waiting}/credential", {"take": "new"})
    assert (again.status_code, again.json()["error"]["code"]) == (409, "nothing_pending")


def test_the_old_account_is_kept(waiting: str, api: ApiCaller, jira: Handle) -> None:
    told = api.post(f"{waiting}/credential", {"take": "old"}).json()
    assert (told["account"]["name"], told["pending"]) == ("ALM Service", None)
    assert whose() == "ALM Service"
    assert not Connection.objects.get().secrets.filter(field=SecretField.PENDING).exists()
    entry = AuditEntry.objects.get(action="connection.account_kept")
    assert (entry.before, entry.after) == ({"offered": "Rita Train"}, {"account": "ALM Service"})
    again = api.post(f"{waiting}/credential", {"take": "old"})
    assert (again.status_code, again.json()["error"]["code"]) == (409, "nothing_pending")


def test_an_account_that_jira_refuses_by_now_is_not_taken(
    waiting: str, api: ApiCaller, jira: Handle
) -> None:
    user = jira.site.users["rita"]
    user.password = user.api_token = "changed meanwhile"
    refused = api.post(f"{waiting}/credential", {"take": "new"})
    assert refused.status_code == 409
    assert refused.json()["error"]["code"] == "authentication_refused"
    told = api.get(waiting).json()
    assert (told["account"]["name"], told["pending"]["name"]) == ("ALM Service", "Rita Train")
    assert whose() == "ALM Service"
    assert api.post(f"{waiting}/credential", {"take": "old"}).json()["pending"] is None


def test_what_is_no_decision(waiting: str, api: ApiCaller) -> None:
    for body in ({}, {"take": "both"}, {"take": "new", "force": True}):
        assert api.post(f"{waiting}/credential", body).status_code == 422
    assert api.get(waiting).json()["pending"]["name"] == "Rita Train"


def test_others_may_not_decide(
    waiting: str, rte: Any, viewer: Any, token_of: Callable[..., str]
) -> None:
    for person in (rte, viewer):
        answer = ApiCaller(token_of(person)).post(f"{waiting}/credential", {"take": "new"})
        assert answer.status_code == 403
    assert Connection.objects.get().pending_name == "Rita Train"
