"""The same report again, one row of it again, and what reaches the connection's health."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from connections.models import Connection, Health, PermissionReport, ReportState
from connections.report import comparison, permission_report, report_rows
from jira_client.requirements import PROJECT_KEYS
from jira_client.values import PermissionState, Project
from jira_sandbox.server import Handle


def taken(row: PermissionReport) -> PermissionReport:
    found = permission_report.take(row.pk)
    assert found is not None
    return found


def many(connection: Connection, number: int) -> PermissionReport:
    """A finished report of so many projects."""
    held = dict.fromkeys(PROJECT_KEYS, PermissionState.HELD)
    return PermissionReport.objects.create(
        connection=connection,
        state=ReportState.FINISHED,
        wanted=[f"P{n}" for n in range(number)],
        rows=[report_rows.kept(Project(str(n), f"P{n}", ""), held) for n in range(number)],
    )


@pytest.mark.django_db(transaction=True)
def test_a_report_of_more_projects_than_a_form_may_have_fields_runs_again(
    connected: Callable[..., Connection], cloud: Handle, client_of: Callable[..., Client], rte: Any
) -> None:
    connection = connected(cloud)
    old = many(connection, 1500)
    answer = client_of(rte).post(
        f"/connections/{connection.pk}/permissions/run/", {"report": str(old.pk)}
    )
    assert answer.status_code == 302
    newest = connection.reports.exclude(pk=old.pk).get()
    assert newest.wanted == old.wanted


def test_a_foreign_report_is_not_taken_up(
    connected: Callable[..., Connection], cloud: Handle, client_of: Callable[..., Client], rte: Any
) -> None:
    mine, other = connected(cloud), connected(cloud)
    foreign = many(other, 3)
    address = f"/connections/{mine.pk}/permissions/run/"
    answer = client_of(rte).post(address, {"report": str(foreign.pk)})
    assert answer["Location"].endswith("/permissions/projects/")  # as if no report had been named
    assert not mine.reports.exists()


def test_one_row_is_looked_at_again_and_the_others_stay(
    connected: Callable[..., Connection], jira: Handle, client_of: Callable[..., Client], rte: Any
) -> None:
    connection = connected(jira)
    first = taken(permission_report.request(connection, ["FALCON", "OTTER"], actor=None))
    for key in ("FALCON", "OTTER"):
        project = jira.site.project(key)
        assert project is not None
        jira.site.grant(project, jira.site.users["svc-alm"], "EDIT_ISSUES", granted=False)
    answer = client_of(rte).post(
        f"/connections/{connection.pk}/permissions/run/",
        {"report": str(first.pk), "row": "OTTER", "view": "operations"},
    )
    assert "view=operations" in answer["Location"]
    second = connection.reports.exclude(pk=first.pk).get()
    if second.state != ReportState.FINISHED:
        second = taken(second)
    assert [row["key"] for row in second.rows] == ["FALCON", "OTTER"]
    assert comparison.missing(second) == {"OTTER": ["Edit Issues"]}
    changes = comparison.changes_since(second, comparison.previous(second))
    assert [(one.project, one.name) for one in changes] == [("OTTER", "Edit Issues")]
    third = taken(permission_report.again(second, actor=None))
    assert comparison.missing(third) == {"FALCON": ["Edit Issues"], "OTTER": ["Edit Issues"]}


def test_keys_are_found_in_any_case(connected: Callable[..., Connection], cloud: Handle) -> None:
    found = taken(permission_report.request(connected(cloud), [" falcon ", "FALCON"], actor=None))
    assert [row["key"] for row in found.rows] == ["FALCON"]
    assert comparison.missing(found) == {}


def test_a_login_refused_at_the_last_question_reaches_health(
    connected: Callable[..., Connection], datacenter: Handle
) -> None:
    """Between the projects and the global question somebody else locks the account out."""
    connection = connected(datacenter)
    user = datacenter.site.users["svc-alm"]
    row = permission_report.request(connection, ["FALCON"], actor=None)
    real = permission_report._global

    def locked(client: Any) -> dict[str, str]:
        user.password = "changed"
        return real(client)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(permission_report, "_global", locked)
        found = taken(row)
    assert found.state == ReportState.FAILED
    assert found.diagnosis is not None
    assert found.diagnosis["code"] == "authentication_refused"
    connection.refresh_from_db()
    assert connection.health == Health.STOPPED
