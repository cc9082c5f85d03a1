"""Cloud answers 200 as nobody where a proxy takes the credentials away; that is not the truth."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from connections.access import gateway
from connections.health import health
from connections.models import Connection, ReportState
from connections.report import permission_report
from jira_client.errors import AnonymousAnswer
from jira_sandbox.server import Handle

PROJECTS = r"^/rest/api/./project"


def switch(jira: Handle, name: str, path: str, times: int | None = None) -> None:
    jira.site.parts["faults"].switch(name, True, times=times, path=path)


def test_an_empty_list_to_nobody_is_an_error_and_stops_the_connection(
    connected: Callable[..., Connection], cloud: Handle
) -> None:
    connection = connected(cloud)
    client = gateway.jira_for(connection)
    assert client.projects.list()
    switch(cloud, "no_authorization", r"^/rest/")
    with pytest.raises(AnonymousAnswer) as caught:
        client.projects.list()
    health.note_failure(connection, caught.value)
    connection.refresh_from_db()
    assert connection.health == "stopped"


def test_a_proxy_that_takes_them_from_one_call_only_stops_nothing(
    connected: Callable[..., Connection], cloud: Handle
) -> None:
    connection = connected(cloud)
    client = gateway.jira_for(connection)
    client.projects.list()
    switch(cloud, "no_authorization", PROJECTS)
    calls = sum(cloud.site.calls.values())
    client.projects.list()
    assert sum(cloud.site.calls.values()) == calls + 2, "the answer and the proof by /myself"
    client.projects.list()
    assert sum(cloud.site.calls.values()) == calls + 3, "this call is known to be unnamed"


def test_while_every_answer_names_the_account_nothing_is_asked_besides(
    connected: Callable[..., Connection], jira: Handle
) -> None:
    client = gateway.jira_for(connected(jira))
    client.projects.list()
    calls = sum(jira.site.calls.values())
    client.projects.list()
    assert sum(jira.site.calls.values()) == calls + 1


def test_a_refused_login_at_the_global_question_fails_the_report_and_stops(
    connected: Callable[..., Connection], datacenter: Handle
) -> None:
    connection = connected(datacenter)
    real = permission_report._global

    def changed_just_before(client: object) -> dict[str, str]:
        datacenter.site.users["svc-alm"].password = "changed"
        return real(client)  # type: ignore[arg-type]

    row = permission_report.request(connection, ["FALCON"], actor=None)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(permission_report, "_global", changed_just_before)
        found = permission_report.take(row.pk)
    assert found is not None
    assert found.state == ReportState.FAILED
    assert (found.diagnosis or {})["code"] == "authentication_refused"
    connection.refresh_from_db()
    assert connection.health == "stopped"
