"""While another account waits for a person's word, changes to Jira wait too; reading goes on."""

from __future__ import annotations

import pytest

from accounts.models import User
from connections.credentials import credentials
from connections.models import PermissionReport
from connections.setup import confirm_account
from sync.outbound import send_changes
from sync.schedule import sweep
from tests.connections.conftest import basic_of
from tests.sync.world import World


@pytest.fixture
def held(world: World, admin: User) -> World:
    world.settle()
    outcome = credentials.present(world.connection, basic_of(world.handle, "rita"), actor=admin)
    assert outcome.pending
    assert world.connection.is_held
    return world


def test_a_change_waits_and_goes_out_as_the_account_that_was_kept(held: World, admin: User) -> None:
    item = held.first()
    before = held.issue(item.remote_key)["summary"]
    held.edit(item, summary="Held back")
    assert sweep.due_pushes() == []
    assert send_changes.send_slice(held.connection.pk) is False
    assert held.issue(item.remote_key)["summary"] == before
    confirm_account.keep(held.connection, actor=admin)
    assert sweep.due_pushes() == [str(held.connection.pk)]
    held.settle()
    assert held.issue(item.remote_key)["summary"] == "Held back"


def test_what_happens_in_jira_still_comes_in(held: World) -> None:
    item = held.first()
    held.edit_issue(item.remote_key, summary="From Jira")
    held.poll()
    item.refresh_from_db()
    assert item.summary == "From Jira"


def test_a_confirmed_account_gets_its_reports_and_the_changes_go_out(
    held: World, admin: User
) -> None:
    item = held.first()
    held.edit(item, summary="By Rita")
    known = PermissionReport.objects.count()
    confirm_account.confirm(held.connection, actor=admin)
    asked = PermissionReport.objects.order_by("-created")[0]
    assert PermissionReport.objects.count() == known + 1
    assert asked.wanted == [held.project.key]
    held.settle()
    assert held.issue(item.remote_key)["summary"] == "By Rita"
