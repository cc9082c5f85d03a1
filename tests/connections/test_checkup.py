""" "Test connection": each row says what it found, and what depends on a failed row is not checked."""

from __future__ import annotations

import socket
from collections.abc import Callable
from datetime import timedelta

import pytest
from django.utils import timezone

from connections import probes
from connections.models import Connection, MappedProject
from connections.probes import Probe, checkup
from connections.probes.checkup import CHECKS, CheckResult, State
from connections.setup import settings_editing
from jira_sandbox.server import Handle


def states(result: CheckResult) -> dict[str, str]:
    return {row.name: row.state.value for row in result.rows}


def test_a_dead_port_fails_one_row_and_checks_nothing_below(
    connected: Callable[..., Connection], cloud: Handle
) -> None:
    connection = connected(cloud)
    with socket.create_server(("127.0.0.1", 0)) as held:
        port = held.getsockname()[1]
    connection.base_url = f"http://127.0.0.1:{port}"
    connection.save()
    result = checkup.run(connection)
    found = states(result)
    assert (found["address"], found["tcp"]) == ("pass", "fail")
    below = {name: state for name, state in found.items() if name not in ("address", "tcp")}
    applying = [check.name for check in CHECKS if check.applies(connection)]
    assert list(found) == applying
    assert set(below.values()) == {"not_checked"}
    assert result.state == State.FAIL
    connection.refresh_from_db()
    assert connection.health == "failing"


@pytest.mark.parametrize("url", ["http://169.254.169.254", "http://10.1.2.3", "http://[fd00::1]"])
def test_an_address_that_may_not_be_called(db: None, url: str) -> None:
    connection = settings_editing.create(
        actor=None, name="Inside", base_url="https://jira.example.com"
    )
    Connection.objects.update(base_url=url)  # as when the operator closed its network since
    result = checkup.run(connection)
    row = result.rows[0]
    assert (row.name, row.state, row.code) == ("address", State.FAIL, "address_refused")
    assert states(result)["tcp"] == "not_checked"


def test_a_wrong_base_url_is_named(connected: Callable[..., Connection], jira: Handle) -> None:
    connection = connected(jira)
    jira.site.configured_base_url = "https://jira.example.com/jira"
    row = next(row for row in checkup.run(connection).rows if row.name == "base_url")
    assert row.state == State.WARNING
    assert "scheme: you entered “http”, Jira says “https”" in row.message
    assert "context path: you entered “/”, Jira says “/jira”" in row.message


def test_missing_permissions_of_a_mapped_project(
    connected: Callable[..., Connection], jira: Handle
) -> None:
    connection = connected(jira)
    project = jira.site.project("FALCON")
    assert project is not None
    MappedProject.objects.create(
        connection=connection, remote_id=str(project.id), key="FALCON", name="Falcon"
    )
    assert states(checkup.run(connection))["permissions"] == "pass"
    jira.site.grant(project, jira.site.users["svc-alm"], "EDIT_ISSUES", granted=False)
    row = next(row for row in checkup.run(connection).rows if row.name == "permissions")
    assert row.state == State.FAIL
    assert "Edit Issues (FALCON)" in row.message


def test_a_token_that_ends_soon(connected: Callable[..., Connection], cloud: Handle) -> None:
    connection = connected(cloud)
    soon = timezone.now() + timedelta(days=6, hours=1)
    Connection.objects.update(token_expires=soon)
    row = next(row for row in checkup.run(connection).rows if row.name == "authentication")
    assert (row.state, row.code) == (State.WARNING, "token_expires")
    assert "ends in 6 days" in row.message


def test_a_crashed_check_is_our_fault_and_hides_nothing(
    connected: Callable[..., Connection], cloud: Handle, monkeypatch: pytest.MonkeyPatch
) -> None:
    connection = connected(cloud)

    def broken(self: Probe) -> None:
        raise ZeroDivisionError("canary")

    monkeypatch.setattr(probes.Probe, "projects", property(broken))
    result = checkup.run(connection)
    found = states(result)
    assert (found["projects"], found["authentication"]) == ("crashed", "pass")
    assert result.state == State.CRASHED
    assert "canary" not in " ".join(row.message for row in result.rows)
