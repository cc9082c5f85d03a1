"""A report covers all mapped projects, whatever it was asked for, held against each one's last look."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from connections.models import Connection, MappedProject, PermissionReport
from connections.probes import checkup
from connections.report import comparison, coverage, permission_report
from jira_sandbox.server import Handle
from sync.mapping import project_mapping

pytestmark = pytest.mark.django_db
KEYS = ("FALCON", "OTTER", "LYNX")


def mapping(connection: Connection, jira: Handle, *keys: str) -> None:
    for key in keys:
        found = jira.site.project(key)
        assert found is not None
        MappedProject.objects.create(
            connection=connection, remote_id=str(found.id), key=key, name=key
        )


def take(row: PermissionReport) -> PermissionReport:
    found = permission_report.take(row.pk)
    assert found is not None
    return found


def revoke(jira: Handle, key: str, *permissions: str) -> None:
    project = jira.site.project(key)
    assert project is not None
    for one in permissions:
        jira.site.grant(project, jira.site.users["svc-alm"], one, granted=False)


def heading(page: str) -> str:
    found = re.search(r"<h1[^>]*>(.*?)</h1>", page, re.S)
    assert found is not None
    return found[1].strip()


def shown(rows: PermissionReport) -> list[str]:
    return sorted(row["key"] for row in rows.rows)


LOST = ("EDIT_ISSUES", "LINK_ISSUES", "SCHEDULE_ISSUES")


@pytest.fixture
def connection(connected: Callable[..., Connection], jira: Handle) -> Connection:
    found = connected(jira)
    mapping(found, jira, *KEYS)
    return found


def test_projects_mapped_one_by_one_are_all_looked_at_by_the_last_report(
    connected: Callable[..., Connection], jira: Handle, rte: Any, client_of: Callable[..., Client]
) -> None:
    connection = connected(jira)
    for key in KEYS:
        project_mapping.map_project(connection, key, actor=rte)
        newest = connection.reports.first()
        assert newest is not None
        take(newest)
    newest = connection.reports.get(pk=newest.pk)
    assert shown(newest) == sorted(KEYS)
    revoke(jira, "FALCON", *LOST)  # of the first project, not of the one that was mapped last
    client = client_of(rte)
    address = f"/connections/{connection.pk}/permissions/"
    client.post(f"{address}run/", {"report": str(newest.pk)})
    again = connection.reports.exclude(pk=newest.pk).first()
    assert again is not None
    take(again) if again.state == "waiting" else None
    page = client.get(address).content.decode()
    assert "3 required permissions missing in 1 project" in heading(page)
    assert "3 of 3 mapped projects looked at" in page
    assert "Lost Edit Issues on FALCON since" in page


def test_mapping_many_asks_for_one_report_while_it_waits(
    connected: Callable[..., Connection], cloud: Handle, rte: Any
) -> None:
    connection = connected(cloud)
    for key in KEYS:
        project_mapping.map_project(connection, key, actor=rte)
    (waiting,) = connection.reports.all()
    assert shown(take(waiting)) == sorted(KEYS)


@pytest.mark.parametrize("asked", [["FALCON"], ["ART"], []])
def test_whatever_is_chosen_the_mapped_ones_are_there(
    asked: list[str], connection: Connection
) -> None:
    found = take(permission_report.request(connection, asked, actor=None))
    assert shown(found) == sorted({*KEYS, *asked})
    assert coverage.of(found) == coverage.Coverage(3, ())


def test_all_that_is_visible_does_not_forget_a_mapped_project_that_no_longer_is(
    connection: Connection, jira: Handle
) -> None:
    take(permission_report.request(connection, (), actor=None))
    revoke(jira, "OTTER", "BROWSE_PROJECTS")
    found = take(permission_report.request(connection, (), actor=None, everything=True))
    assert comparison.missing(found)["OTTER"] == ["Browse Project/s"]
    lost = [one for one in comparison.changes_since(found, comparison.previous(found)) if one.lost]
    assert [(one.project, one.name) for one in lost] == [("OTTER", "Browse Project/s")]


def test_a_row_looked_at_again_brings_the_projects_that_its_report_left_out(
    connection: Connection, jira: Handle
) -> None:
    first = take(permission_report.request(connection, (), actor=None))
    mapping(connection, jira, "ART")
    second = take(permission_report.request(connection, ["OTTER"], actor=None, base=first))
    assert shown(second) == sorted([*KEYS, "ART"])


def test_a_row_of_an_old_report_looked_at_again_does_not_bring_back_old_rows(
    connection: Connection, jira: Handle
) -> None:
    old = take(permission_report.request(connection, (), actor=None))
    revoke(jira, "FALCON", "EDIT_ISSUES")
    take(permission_report.request(connection, (), actor=None))
    third = take(permission_report.request(connection, ["OTTER"], actor=None, base=old))
    assert comparison.missing(third) == {"FALCON": ["Edit Issues"]}
    assert comparison.changes_since(third, comparison.previous(third)) == []


def test_each_project_is_held_against_its_own_last_look(
    connected: Callable[..., Connection], cloud: Handle
) -> None:
    connection = connected(cloud)
    take(permission_report.request(connection, ["FALCON"], actor=None))
    take(permission_report.request(connection, ["OTTER", "LYNX"], actor=None))
    revoke(cloud, "FALCON", "EDIT_ISSUES")
    found = take(permission_report.request(connection, (), actor=None, everything=True))
    before = comparison.previous(found)
    assert before is not None
    assert before.compared == 3
    lost = comparison.changes_since(found, before)
    assert [(one.project, one.name) for one in lost if one.lost] == [("FALCON", "Edit Issues")]


def test_an_earlier_report_says_what_it_left_out(
    connected: Callable[..., Connection],
    cloud: Handle,
    client_of: Callable[..., Client],
    api: Any,
    token_of: Any,
    rte: Any,
) -> None:
    connection = connected(cloud)
    mapping(connection, cloud, "FALCON")
    take(permission_report.request(connection, (), actor=None))
    mapping(connection, cloud, "OTTER", "LYNX")
    page = client_of(rte).get(f"/connections/{connection.pk}/permissions/").content.decode()
    head = heading(page)
    assert "held in 1 of 3 mapped projects; 2 mapped projects were not looked at" in head
    assert "LYNX, OTTER" in page
    newest = connection.reports.first()
    assert newest is not None
    told = api(token_of(rte)).get(f"/permission-checks/{newest.pk}").json()
    assert (told["mapped"], told["mapped_left_out"]) == (3, ["LYNX", "OTTER"])


def test_what_jira_did_not_tell_is_not_held(
    connection: Connection, client_of: Callable[..., Client], rte: Any
) -> None:
    found = take(permission_report.request(connection, (), actor=None))
    found.rows[0]["states"]["EDIT_ISSUES"] = "unknown"
    found.save()
    page = client_of(rte).get(f"/connections/{connection.pk}/permissions/").content.decode()
    assert "Jira did not tell every required permission in 1 project" in heading(page)


def test_test_and_report_say_the_same(
    connection: Connection, jira: Handle, client_of: Callable[..., Client], rte: Any
) -> None:
    take(permission_report.request(connection, (), actor=None))
    checkup.run(connection, actor=rte)
    assert connection.reports.count() == 1  # nothing new: the report stands
    revoke(jira, "FALCON", *LOST)
    found = checkup.run(connection, actor=rte)
    row = next(one for one in found.rows if one.name == "permissions")
    assert "Edit Issues (FALCON)" in row.message
    page = client_of(rte).get(f"/connections/{connection.pk}/permissions/").content.decode()
    assert "3 required permissions missing in 1 project" in heading(page)
    assert "Lost Edit Issues on FALCON since" in page
    newest = connection.reports.first()
    assert newest is not None
    assert shown(newest) == sorted(KEYS)
    assert newest.global_states  # what the test did not ask about stays known
