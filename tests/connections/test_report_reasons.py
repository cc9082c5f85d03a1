"""A report comes whatever one of its questions meets: scopes, faults, and projects that are archived."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from almconnect.lib.api import Refused
from connections.access import gateway
from connections.models import Connection, MappedProject, PermissionReport
from connections.probes import checkup
from connections.report import comparison, permission_report, report_rows
from jira_client.scopes import BOARDS, SPRINTS, of_area
from jira_sandbox.server import Handle
from sync.mapping import project_mapping
from tests.connections.test_meeting_strangers import PASSWORD, offered
from tests.doctor.front import Front, Rule, fronted

pytestmark = pytest.mark.django_db
PREFIX = "/ex/jira/11111111-2222-3333-4444-555555555555"
TOKEN = "ATATT-svc-alm"
UNAUTHORIZED = {"code": 401, "message": "Unauthorized"}
NO_SCOPE = {"code": 401, "message": "Unauthorized; scope does not match"}
STRANGERS = {"auth": "none", "status": 401, "body": UNAUTHORIZED}


def taken(connection: Connection, *keys: str, everything: bool = False) -> PermissionReport:
    row = permission_report.request(connection, keys, actor=None, everything=everything)
    found = permission_report.take(row.pk)
    assert found is not None
    return found


def operations(row: report_rows.Row) -> dict[str, Any]:
    return {one["code"]: one for one in report_rows.told(row, "ALM Service")["operations"]}


def at_gateway(front: Front, jira: Handle) -> Connection:
    jira.site.users["svc-alm"].api_token = TOKEN
    site = "https://acme.atlassian.net"
    return offered(
        front, "basic", TOKEN, base_url=site, api_url=front.url, username="svc-alm@example.com"
    )


@pytest.mark.parametrize("body", [NO_SCOPE, UNAUTHORIZED])
@pytest.mark.parametrize("path", ["/rest/agile/", "/sprint$"])
def test_scopes_of_boards_are_missing(path: str, body: Any, cloud: Handle, rte: Any) -> None:
    rules = [STRANGERS, {"path": path, "auth": "any", "status": 401, "body": body}]
    with fronted(cloud, rules, prefix=PREFIX, base_as="https://acme.atlassian.net") as front:
        connection = at_gateway(front, cloud)
        assert connection.health == "ok", connection.diagnosis
        found = taken(connection, "FALCON", "OTTER")
        assert (found.state, len(found.rows)) == ("finished", 2)
        cells = operations(found.rows[0])
        assert cells["move_to_sprint"]["state"] == "unknown"
        for scope in (*of_area(BOARDS), *of_area(SPRINTS)):
            assert scope in cells["move_to_sprint"]["message"]
        assert cells["create_story"]["state"] == "held"
        project, _ = project_mapping.map_project(connection, "FALCON", actor=rte)
        if path == "/rest/agile/":
            assert project.board_id is None
        connection.refresh_from_db()
        assert (connection.health, connection.diagnosis) == ("ok", None)
        gateway.forget(connection.pk)


FAULTS: dict[str, dict[str, Any]] = {
    "a 500": {"status": 500, "body": "<html><title>Oops</title></html>"},
    "garbage": {"status": 200, "body": "]]"},
    "another shape": {"status": 200, "body": {"projectPermissions": 5}},
    "a login page": {"status": 200, "body": '<html><input type="password"></html>'},
    "a hang-up": {"close": True},
}


@pytest.mark.parametrize("fault", FAULTS)
def test_every_project_is_listed_though_the_bulk_question_fails(fault: str, cloud: Handle) -> None:
    rule = {"path": "/permissions/check$", **FAULTS[fault]}
    with fronted(cloud, [rule]) as front:
        connection = offered(front, "basic", "svc-alm-api-token", username="svc-alm@example.com")
        found = taken(connection, everything=True)
        assert found.state == "finished"
        listed = len(gateway.jira_for(connection).projects.list())
        assert len(found.rows) == listed > 1
        for row in found.rows:
            assert set(row["states"].values()) == {"unknown"}
            told = report_rows.told(row, "")
            assert told["why_unknown"].endswith(".")
            assert all(told["why_unknown"] in one["message"] for one in told["operations"])
        connection.refresh_from_db()
        assert connection.health == "ok"
        gateway.forget(connection.pk)


def test_on_data_center_one_project_alone(datacenter: Handle) -> None:
    with fronted(datacenter) as front:
        connection = offered(front, "basic", PASSWORD, username="svc-alm")
        front.rules.append(Rule(path="/mypermissions$", times=1, status=500))
        rows = taken(connection, "FALCON", "OTTER").rows
        reasons = sorted(report_rows.told(row, "")["why_unknown"] for row in rows)
        assert reasons == ["", "Jira failed inside, or is being restarted."]
        gateway.forget(connection.pk)


@pytest.fixture
def archived(datacenter: Handle) -> Handle:
    project = datacenter.site.project("FALCON")
    assert project is not None
    project.archived = True
    return datacenter


def map_falcon(connection: Connection, jira: Handle) -> MappedProject:
    project = jira.site.project("FALCON")
    assert project is not None
    return MappedProject.objects.create(
        connection=connection, remote_id=str(project.id), key="FALCON", name="Falcon"
    )


@pytest.mark.parametrize("listed", [True, False])
def test_an_archived_project_is_called_so(
    listed: bool, archived: Handle, rte: Any, client_of: Callable[..., Client]
) -> None:
    gone = [] if listed else [{"path": "/rest/api/2/project$", "status": 200, "body": []}]
    with fronted(archived, gone) as front:
        connection = offered(front, "basic", PASSWORD, username="svc-alm")
        found = taken(connection, "FALCON")
        (row,) = found.rows
        assert report_rows.told(row, "")["archived"] is True
        for cell in operations(row).values():
            assert cell["state"] == "missing"
            assert "archived" in cell["message"]
            assert "role that holds" not in cell["text"]
        text = comparison.text_for_admin(found)
        assert "FALCON" in text
        assert "archived" in text
        assert "add ALM Service" not in text
        assert comparison.missing(found) == {}
        page = client_of(rte).get(f"/connections/{connection.pk}/permissions/").content.decode()
        assert "Archived in Jira: FALCON" in page
        gateway.forget(connection.pk)


def test_an_archived_project_is_not_mapped(archived: Handle, rte: Any) -> None:
    with fronted(archived) as front:
        connection = offered(front, "basic", PASSWORD, username="svc-alm")
        with pytest.raises(Refused, match="archived in Jira") as caught:
            project_mapping.map_project(connection, "FALCON", actor=rte)
        assert (caught.value.code, caught.value.status) == ("archived", 409)
        assert not MappedProject.objects.exists()
        gateway.forget(connection.pk)


def test_the_test_names_a_mapped_project_that_was_archived_since(archived: Handle) -> None:
    with fronted(archived) as front:
        connection = offered(front, "basic", PASSWORD, username="svc-alm")
        map_falcon(connection, archived)
        row = {one.name: one for one in checkup.run(connection).rows}["permissions"]
        assert (row.state, row.code) == ("fail", "archived")
        assert "FALCON" in row.message
        gateway.forget(connection.pk)
