"""A report, a revoked grant, another report, the difference, and the text for the Jira admin."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from connections.models import Connection, MappedProject, PermissionReport, ReportState
from connections.report import comparison, permission_report, report_rows
from connections.schedule import tasks
from jira_sandbox.server import Handle


def taken(connection: Connection, *keys: str) -> PermissionReport:
    row = permission_report.request(connection, keys, actor=None)
    found = permission_report.take(row.pk)
    assert found is not None
    return found


def test_a_revoked_grant_is_the_difference(
    connected: Callable[..., Connection], jira: Handle, client_of: Callable[..., Client], rte: Any
) -> None:
    connection = connected(jira)
    first = taken(connection, "FALCON", "OTTER")
    assert first.state == ReportState.FINISHED
    assert (comparison.missing(first), comparison.text_for_admin(first)) == ({}, "")
    project, user = jira.site.project("FALCON"), jira.site.users["svc-alm"]
    assert project is not None
    jira.site.grant(project, user, "SCHEDULE_ISSUES", granted=False)
    second = taken(connection, "FALCON", "OTTER")
    changes = comparison.changes_since(second, comparison.previous(second))
    assert [(c.project, c.name, c.lost) for c in changes] == [("FALCON", "Schedule Issues", True)]
    assert comparison.missing(second) == {"FALCON": ["Schedule Issues"]}
    text = comparison.text_for_admin(second)
    assert "add ALM Service to a role that holds" in text  # role, place and button
    assert "Project settings → People → “Add people”" in text
    assert "FALCON (Team Falcon): Schedule Issues (SCHEDULE_ISSUES, required)" in text
    told = report_rows.told(second.rows[0], second.account_name)
    operations = {row["name"]: row for row in told["operations"]}
    assert operations["Move to a sprint"]["state"] == "missing"
    assert operations["Draw a dependency"]["state"] == "held"
    page = client_of(rte).get(f"/connections/{connection.pk}/permissions/").content.decode()
    assert "1 required permission missing in 1 project" in page
    assert first.taken_at is not None
    day = f"{timezone.localtime(first.taken_at):%A}"
    assert f"Lost Schedule Issues on FALCON since {day}" in page
    board = client_of(rte).get(f"/connections/{connection.pk}/permissions/?view=operations")
    assert "Will not work: Schedule Issues is missing." in board.content.decode()


def test_an_invisible_project_lacks_browse_and_nothing_else_is_claimed(
    connected: Callable[..., Connection], jira: Handle
) -> None:
    row = taken(connected(jira), "FALCON", "NOWHERE").rows[1]
    states = dict(row["states"])
    assert states.pop("BROWSE_PROJECTS") == "missing"
    assert set(states.values()) == {"unknown"}


def test_a_failure_is_the_report_s_own_diagnosis(
    connected: Callable[..., Connection], datacenter: Handle
) -> None:
    connection = connected(datacenter)
    datacenter.site.users["svc-alm"].password = "changed"
    found = taken(connection)
    assert found.state == ReportState.FAILED
    assert found.diagnosis is not None
    assert found.diagnosis["code"] == "authentication_refused"


def test_only_one_worker_takes_it_and_a_silent_one_is_replaced(
    connected: Callable[..., Connection], cloud: Handle
) -> None:
    row = permission_report.request(connected(cloud), ["FALCON"], actor=None)
    rows = PermissionReport.objects.filter(pk=row.pk)
    rows.update(state=ReportState.RUNNING, started=timezone.now())
    assert permission_report.take(row.pk) is None
    rows.update(started=timezone.now() - permission_report.LEASE - timedelta(seconds=1))
    assert permission_report.take(row.pk) is not None
    assert permission_report.take(row.pk) is None


@pytest.mark.django_db(transaction=True)
def test_a_lost_message_is_sent_again(
    connected: Callable[..., Connection], cloud: Handle, eager: None
) -> None:
    row = permission_report.request(connected(cloud), ["FALCON"], actor=None)
    assert tasks.sweep() == 0  # its own message may still be on the way
    PermissionReport.objects.update(created=timezone.now() - permission_report.RESEND * 2)
    assert tasks.sweep() == 1
    row.refresh_from_db()
    assert row.state == ReportState.FINISHED


def test_once_a_day_without_being_asked(
    connected: Callable[..., Connection], cloud: Handle
) -> None:
    connection = connected(cloud)
    assert permission_report.request_daily() == []  # nothing is mapped
    MappedProject.objects.create(connection=connection, remote_id="1", key="FALCON", name="F")
    assert [row.wanted for row in permission_report.request_daily()] == [["FALCON"]]
    assert permission_report.request_daily() == []
    PermissionReport.objects.update(created=timezone.now() - permission_report.DAILY * 2)
    Connection.objects.update(health="stopped")
    assert permission_report.request_daily() == []
    Connection.objects.update(health="ok")
    assert len(permission_report.request_daily()) == 1
