"""Null in a PATCH clears what may be empty, and is refused where something must be."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from typing import Any

import pytest

from accounts.models import User
from connections.models import Connection, MappedProject
from planning.models import Team, WorkItem
from tests.callers import ApiCaller
from tests.outgoing import certificates

pytestmark = pytest.mark.django_db


@pytest.fixture
def caller(admin: User, token_of: Callable[..., str]) -> ApiCaller:
    return ApiCaller(token_of(admin))


@pytest.fixture
def connection() -> Connection:
    return Connection.objects.create(
        name="Plant",
        base_url="https://jira.example.com",
        username="svc",
        api_url="https://api.example.com",
        ca_bundle=certificates.make("Plant CA", authority=True).pem,
        fingerprint="ab" * 32,
    )


@pytest.fixture
def project(connection: Connection) -> MappedProject:
    return MappedProject.objects.create(
        connection=connection, key="ABC", name="ABC", remote_id="1", jql="labels = x"
    )


@pytest.mark.parametrize("name", ["username", "ca_bundle", "fingerprint", "api_url"])
def test_null_clears_it(caller: ApiCaller, connection: Connection, name: str) -> None:
    answer = caller.patch(f"/connections/{connection.pk}", {name: None})
    assert answer.status_code == 200, answer.content
    connection.refresh_from_db()
    assert getattr(connection, name) == ""


@pytest.mark.parametrize(
    "name", ["name", "base_url", "auth_method", "verify_tls", "secret", "paused"]
)
def test_null_is_refused(caller: ApiCaller, connection: Connection, name: str) -> None:
    answer = caller.patch(f"/connections/{connection.pk}", {name: None})
    assert answer.status_code == 422
    assert list(answer.json()["error"]["fields"]) == [name]


def test_null_takes_the_team_from_a_project(caller: ApiCaller, project: MappedProject) -> None:
    team = Team.objects.create(name="Red", project=project)
    item = WorkItem.objects.create(project=project, team=team, type="Story", summary="Brakes")
    path = f"/projects/{project.pk}"
    assert caller.get(path).json()["team"] == str(team.pk)
    assert caller.patch(path, {"team": None}).json()["team"] is None
    item.refresh_from_db()
    assert item.team == team  # where people have planned it
    assert caller.patch(path, {"team": str(team.pk)}).json()["team"] == str(team.pk)
    assert caller.patch(path, {"direction": "from_jira"}).json()["team"] == str(team.pk)
    assert caller.patch(path, {"jql": None}).json()["jql"] == ""


@pytest.mark.parametrize(
    "name",
    ["direction", "conflict_policy", "deletion_policy", "type_map", "field_map", "status_map"],
)
def test_null_is_refused_for_a_project(
    caller: ApiCaller, project: MappedProject, name: str
) -> None:
    answer = caller.patch(f"/projects/{project.pk}", {name: None})
    assert answer.status_code == 422
    assert list(answer.json()["error"]["fields"]) == [name]


def test_deliveries_are_told_by_project(
    caller: ApiCaller, connection: Connection, project: MappedProject
) -> None:
    def delivery(number: int, remote_id: str) -> None:
        connection.deliveries.create(
            identity=str(number), event="jira:issue_updated", project_id=remote_id, body=b"{}"
        )

    delivery(1, project.remote_id)
    delivery(2, "999")
    found: list[dict[str, Any]] = caller.get(f"/sync/deliveries?project={project.pk}").json()[
        "items"
    ]
    assert len(found) == 1
    assert found[0]["received"].endswith("Z")
    assert len(caller.get("/sync/deliveries").json()["items"]) == 2
    assert caller.get(f"/sync/deliveries?project={uuid.uuid4()}").status_code == 404
