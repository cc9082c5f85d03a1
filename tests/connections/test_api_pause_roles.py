"""Who may send what to `PATCH /connections/{id}`: an RTE pauses, an admin does the rest."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from accounts.models import AuditEntry, Role, User
from connections.models import Connection, Lifecycle
from tests.callers import ApiCaller

ADMIN, RTE = Role.ADMIN.value, Role.RTE.value
BODIES: list[tuple[str, Any, set[str]]] = [
    ("pausing", {"paused": True}, {ADMIN, RTE}),
    ("resuming", {"paused": False}, {ADMIN, RTE}),
    ("pausing and renaming", {"paused": True, "name": "Mine"}, {ADMIN}),
    ("renaming", {"name": "Mine"}, {ADMIN}),
    ("another password", {"secret": "x", "paused": True}, {ADMIN}),
    ("nothing", {}, {ADMIN}),
    ("a list", ["paused"], {ADMIN}),
]


@pytest.fixture
def connection(db: None) -> Connection:
    return Connection.objects.create(
        name="Plant", base_url="https://jira.example.com", lifecycle=Lifecycle.ACTIVE
    )


@pytest.mark.parametrize("role", Role.values)
@pytest.mark.parametrize(("body", "allowed"), [b[1:] for b in BODIES], ids=[b[0] for b in BODIES])
def test_each_role_with_each_body(
    connection: Connection,
    person: Callable[..., User],
    token_of: Callable[..., str],
    role: str,
    body: Any,
    allowed: set[str],
) -> None:
    caller = ApiCaller(token_of(person(role, role)))
    status = caller.patch(f"/connections/{connection.pk}", body).status_code
    assert (status == 403) == (role not in allowed), status


def test_an_rte_pauses_and_resumes_in_their_own_name(
    connection: Connection, rte: User, token_of: Callable[..., str]
) -> None:
    caller, path = ApiCaller(token_of(rte)), f"/connections/{connection.pk}"
    assert caller.patch(path, {"paused": True}).json()["state"] == "paused"
    assert caller.patch(path, {"paused": False}).json()["lifecycle"] == "active"
    actions = AuditEntry.objects.filter(actor=rte).values_list("action", flat=True)
    assert {"connection.paused", "connection.unpaused"} <= set(actions)


def test_what_cannot_be_read_is_not_a_pause(
    connection: Connection, rte: User, token_of: Callable[..., str]
) -> None:
    answer = Client().patch(
        f"/api/v1/connections/{connection.pk}",
        data=b'{"paused": ',
        content_type="application/json",
        headers={"Authorization": f"Bearer {token_of(rte)}"},
    )
    assert answer.status_code == 403
