"""Scopes are permissions too: what a token lacks is named, and nothing else falls for it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from almconnect.lib.secret import Secret
from connections.credentials import credentials
from connections.credentials.credentials import Credential
from connections.models import Connection
from connections.probes import checkup
from connections.report import permission_report, report_rows
from connections.setup import settings_editing
from jira_client import requirements, scopes
from jira_sandbox.gateway import issue_token
from jira_sandbox.server import Handle, running
from jira_sandbox.service_tokens import credential as client_credential
from planning.models import Team
from sync.mapping import project_mapping
from sync.runs import project_runs
from tests.sync.world import World

TOKEN = "ATATT3xScoped"
CLASSIC = ("read:jira-work", "write:jira-work", "read:jira-user")


@pytest.fixture
def site(settings: Any) -> Iterator[Handle]:
    with running("cloud", gateway=True) as handle:
        settings.ATLASSIAN_API = handle.gateway_url
        yield handle


def connection(site: Handle, *held: str) -> Connection:
    issue_token(site.site, "svc-alm", TOKEN, held)
    row = settings_editing.create(actor=None, name="Jira", base_url=site.url, auth_method="basic")
    typed = Credential("basic", Secret(TOKEN), "svc-alm@example.com")
    credentials.present(row, typed, actor=None)
    return Connection.objects.get(pk=row.pk)


def row_of(connection: Connection, name: str) -> Any:
    return {one.name: one for one in checkup.run(connection).rows}[name]


def test_all_that_is_asked_for_opens_every_call(site: Handle, db: None) -> None:
    found = row_of(connection(site, *scopes.everything()), "scopes")
    assert (found.state, found.code) == ("pass", "")
    assert "without scopes: webhook" in found.message  # to no token with scopes, as people report


def test_without_the_scopes_of_sprints_they_are_named(site: Handle, db: None) -> None:
    row = connection(site, *CLASSIC, *scopes.of_area(scopes.BOARDS))
    found = row_of(row, "scopes")
    assert (found.state, found.code) == ("warning", "scope_missing")
    assert "without scopes: sprints, webhook" in found.message
    assert "read:sprint:jira-software" in found.remedy
    row.refresh_from_db()
    assert (row.health, row_of(row, "authentication").state) == ("ok", "pass")


def test_a_token_without_the_scope_to_say_who_it_is_names_it(site: Handle, db: None) -> None:
    issue_token(site.site, "svc-alm", TOKEN, ("read:jira-work",))
    row = settings_editing.create(actor=None, name="Jira", base_url=site.url, auth_method="basic")
    typed = Credential("basic", Secret(TOKEN), "svc-alm@example.com")
    assert not credentials.offer(row, typed, actor=None)
    row.refresh_from_db()
    assert row.diagnosis["code"] == "scope_missing"
    assert "read:jira-user" in row.diagnosis["remedy"]


@pytest.mark.django_db(transaction=True)
def test_under_the_scopes_that_are_asked_for_nothing_is_refused(site: Handle, rte: Any) -> None:
    """A project is mapped, imported, edited on both sides, planned and compared by such a token."""
    row = connection(site, *scopes.everything())
    team = Team.objects.create(name="Falcon")
    project, run = project_mapping.map_project(row, "FALCON", actor=rte, team=team.pk)
    while project_runs.work(run.pk):
        pass
    world = World(site, row, project, team, rte)
    admin = site.site.users["admin"]
    world.session.auth = (admin.email, admin.api_token)
    item = world.create("By a token with scopes", story_points=3.0, labels=["scoped"])
    world.settle()
    item.refresh_from_db()
    world.edit(item, status="Done", priority="High")
    world.link(item, world.first())
    world.settle()
    world.edit_issue(item.remote_key, summary="From Jira")
    world.settle()
    world.reconcile()
    item.refresh_from_db()
    assert (item.summary, item.sync_state) == ("From Jira", "synced")
    world.delete(item)
    world.settle()
    assert project.board_id is not None


def test_without_boards_a_project_is_mapped_all_the_same(
    site: Handle, rte: Any, django_db_blocker: Any, transactional_db: None
) -> None:
    row = connection(site, *CLASSIC)
    project, run = project_mapping.map_project(row, "FALCON", actor=rte)
    while project_runs.work(run.pk):
        pass
    assert project.board_id is None
    row.refresh_from_db()
    assert (row.health, row.diagnosis) == ("ok", None)


def of_service(site: Handle, settings: Any, *held: str) -> Connection:
    """By a service account's client ID, whose tokens come with a word on their scopes."""
    settings.ATLASSIAN_AUTH = site.gateway_url
    client_credential(site.site, "svc-alm", "client-1", "ATOA-secret", held)
    row = settings_editing.create(actor=None, name="S", base_url=site.url, auth_method="service")
    credentials.present(row, Credential("service", Secret("ATOA-secret"), "client-1"), actor=None)
    return Connection.objects.get(pk=row.pk)


READS = tuple(one for one in scopes.everything() if one.startswith("read:"))


def test_scopes_that_are_told_say_what_it_may_write(site: Handle, db: None, settings: Any) -> None:
    found = row_of(of_service(site, settings, *scopes.everything()), "scopes")
    assert "every scope that the board writes with" in found.message
    assert found.state == "pass"


def test_a_scope_that_writes_is_missed_before_the_first_write(
    site: Handle, db: None, settings: Any
) -> None:
    found = row_of(of_service(site, settings, *READS), "scopes")
    assert (found.state, found.code) == ("warning", "scope_missing")
    assert "Edit an item" in found.message
    assert "write:jira-work" in found.remedy


def test_the_report_tells_a_scope_from_a_permission(site: Handle, rte: Any, settings: Any) -> None:
    """Each operation that will not work says which of the two is missing, and whom to ask for it."""
    row = of_service(site, settings, *READS, "write:issue:jira-software")
    held = site.site.users["svc-alm"]
    site.site.grant(site.site.project("FALCON"), held, "LINK_ISSUES", False)
    report = permission_report.take(permission_report.request(row, ["FALCON"], actor=rte).pk)
    told = {one["code"]: one for one in report_rows.told(report.rows[0], "ALM")["operations"]}
    for code in ("create_story", "edit", "change_status", "comment", "delete"):
        assert told[code]["state"] == "missing"
        assert "lacks a scope: write:jira-work" in told[code]["message"]
        assert "Create credentials" in told[code]["text"]
    assert told["reorder"]["state"] == "held"
    assert "Link Issues" in told["draw_dependency"]["message"]
    permissions = {
        one["key"]: one["state"] for one in report_rows.told(report.rows[0], "A")["permissions"]
    }
    assert (permissions["EDIT_ISSUES"], permissions["LINK_ISSUES"]) == ("held", "missing")


def test_every_operation_of_the_report_is_in_the_table() -> None:
    for operation in requirements.OPERATIONS:
        assert scopes.lacking(operation.code, scopes.everything()) == ()
        assert isinstance(scopes.lacking(operation.code, ()), tuple)
    assert scopes.lacking("edit", ()) == ("write:jira-work",)
    granular = scopes.OPERATIONS["PUT /rest/api/2/issue/{issue}"].granular
    assert scopes.lacking("edit", granular) == ()
