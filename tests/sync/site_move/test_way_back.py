"""The way back within thirty days, and its end."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from accounts.models import AuditEntry, User
from almconnect.lib.api import Refused
from connections.models import Connection, MappedProject, SealedSecret
from connections.setup import deletion
from jira_sandbox.server import Handle
from planning.models import SprintLink, Team, TeamBoard, WorkItem
from sync.models import Conflict, Delivery, MoveRow, Shadow, SiteMove
from sync.pairs import site_proof
from sync.schedule import retention
from sync.site_move import decisions, execution
from tests.sync.site_move.elsewhere import at_work, copy_of, destination, moved
from tests.sync.world import PROJECT, World

PAIR = ("item", "remote_id", "remote_key", "agreed", "refs", "parent_ref", "sprint_ref", "state")
MAPPING = ("remote_id", "type_map", "status_map", "field_map", "link_map", "board_id")


def pairs() -> list[tuple[Any, ...]]:
    return list(Shadow.objects.order_by("item").values_list(*PAIR))


def back(world: World, move: SiteMove, rte: User) -> SiteMove:
    site_proof.forget()
    planned = at_work(decisions.plan_back(SiteMove.objects.get(pk=move.pk), actor=rte))
    assert planned.state == "planned", planned.message
    decisions.confirm(planned, actor=rte)
    done = at_work(planned)
    assert done.state == "done", done.message
    return done


def test_there_and_back_again(world: World, there: Handle, to: Connection, rte: User):
    """With one issue that was not certain there: it is linked again."""
    lone = world.first()
    there.site.forget(there.site.keys[lone.remote_key])
    mapping = MappedProject.objects.filter(pk=world.project.pk).values(*MAPPING).get()
    before, links = pairs(), set(SprintLink.objects.values_list("iteration", "team", "sprint_id"))
    people = list(WorkItem.objects.order_by("pk").values_list("assignee_id", "reporter_id"))
    connection = Connection.objects.get(pk=world.connection.pk)
    secrets = set(SealedSecret.objects.values_list("pk", "sealed"))
    move = moved(world, to, rte)
    assert Shadow.objects.count() == len(before) - 1
    back(world, move, rte)
    assert MappedProject.objects.filter(pk=world.project.pk).values(*MAPPING).get() == mapping
    assert pairs() == before
    assert set(SprintLink.objects.values_list("iteration", "team", "sprint_id")) == links
    assert list(WorkItem.objects.order_by("pk").values_list("assignee_id", "reporter_id")) == people
    now = Connection.objects.get(pk=connection.pk)
    assert (now.base_url, now.site_id, now.webhook_token, now.move_part) == (
        connection.base_url, connection.site_id, connection.webhook_token, "",
    )  # fmt: skip
    assert set(SealedSecret.objects.values_list("pk", "sealed")) == secrets
    other = Connection.objects.get(pk=to.pk)
    assert (other.base_url, other.move_part, other.lifecycle) == (there.url, "", "active")
    move.refresh_from_db()
    assert move.state == "returned"
    world.edit(WorkItem.objects.get(pk=lone.pk), summary="Linked again")
    world.push()
    assert world.issues("Linked again")
    acts = AuditEntry.objects.filter(action="connection.moved_back")
    assert acts.count() == 1


def test_edits_of_meanwhile_go_to_the_old_jira(
    world: World, there: Handle, to: Connection, rte: User
):
    ours, theirs, only_old = WorkItem.objects.filter(project=world.project).order_by("rank")[:3]
    move = moved(world, to, rte)
    world.edit(ours, summary="Edited on the board since")
    world.push()
    assert there.site.keys[ours.remote_key].values["summary"] == "Edited on the board since"
    issue = there.site.keys[theirs.remote_key]
    issue.values["summary"], issue.updated = "Edited in the new Jira since", there.site.now()
    world.poll()
    world.edit_issue(only_old.remote_key, summary="Edited in the old Jira since")
    new = world.create("New since the move")
    world.push()
    writes = {one.key: dict(one.values) for one in there.site.issues.values()}
    back(world, move, rte)
    world.push()
    site = world.handle.site
    assert site.keys[ours.remote_key].values["summary"] == "Edited on the board since"
    assert site.keys[theirs.remote_key].values["summary"] == "Edited in the new Jira since"
    only_old.refresh_from_db()
    assert only_old.summary == "Edited in the old Jira since"
    new.refresh_from_db()
    assert (new.remote_id, new.sync_state, new.deleted) == ("", "local_only", None)
    assert not world.issues("New since the move")
    assert {one.key: dict(one.values) for one in there.site.issues.values()} == writes
    assert not Conflict.objects.exists()
    listed = MoveRow.objects.filter(move__returns=move, verdict="missing", kind="issue")
    assert [row.item_id for row in listed] == [new.pk]


@pytest.mark.parametrize("handle", ["datacenter"], indirect=True)
@pytest.mark.parametrize(
    "place", ["move.exchanged", "move.loosened", "move.anchored", "move.named", "move.comparing"]
)
def test_a_killed_way_back_goes_on(
    world: World, there: Handle, to: Connection, rte: User, killed_at, monkeypatch, place: str
):
    monkeypatch.setattr(execution, "AT_ONCE", 5)
    lone = world.first()
    there.site.forget(there.site.keys[lone.remote_key])
    before = pairs()
    move = moved(world, to, rte)
    planned = at_work(decisions.plan_back(move, actor=rte))
    decisions.confirm(planned, actor=rte)
    with killed_at(place):
        at_work(planned)
    assert at_work(planned).state == "done"
    assert pairs() == before


ONLY = pytest.mark.parametrize("handle", ["cloud"], indirect=True)


@ONLY
def test_a_project_that_was_mapped_since_must_be_unmapped(
    world: World, there: Handle, to: Connection, rte: User
):
    from sync.mapping import project_mapping

    move = moved(world, to, rte)
    connection = Connection.objects.get(pk=world.connection.pk)
    project_mapping.map_project(connection, "OTTER", actor=rte)
    planned = at_work(decisions.plan_back(move, actor=rte))
    with pytest.raises(Refused) as refused:
        decisions.confirm(planned, actor=rte)
    assert refused.value.code == "project_missing"
    assert "mapped since" in refused.value.message


@ONLY
def test_after_thirty_days_it_is_let_go(world: World, to: Connection, rte: User):
    move = moved(world, to, rte)
    world.hook({"webhookEvent": "jira:issue_updated", "issue": {"id": "1"}})
    assert retention.tidy()["moves"] == 0
    SiteMove.objects.filter(pk=move.pk).update(keep_until=timezone.now() - timedelta(seconds=1))
    assert retention.tidy()["moves"] == 1
    move.refresh_from_db()
    assert (move.state, move.destination_id) == ("let_go", None)
    assert not Connection.objects.filter(pk=to.pk).exists()
    assert not MoveRow.objects.exclude(before={}).exists()
    assert AuditEntry.objects.filter(action="connection.move_let_go", actor=None).count() == 1
    assert Delivery.objects.filter(connection=world.connection).exists() is False
    with pytest.raises(Refused) as refused:
        decisions.plan_back(move, actor=rte)
    assert refused.value.code == "no_way_back"
    world.edit(world.first(), summary="On")
    world.push()
    assert WorkItem.objects.get(summary="On").sync_state == "synced"


@ONLY
def test_a_person_lets_it_go_and_a_plan_of_the_way_back_ends_with_it(
    world: World, to: Connection, rte: User
):
    move = moved(world, to, rte)
    planned = at_work(decisions.plan_back(move, actor=rte))
    decisions.let_go(SiteMove.objects.get(pk=move.pk), actor=rte)
    planned.refresh_from_db()
    assert planned.state == "cancelled"
    with pytest.raises(Refused):
        decisions.let_go(SiteMove.objects.get(pk=move.pk), actor=rte)


@ONLY
def test_a_connection_that_is_deleted_leaves_the_other_to_be_deleted(
    world: World, to: Connection, rte: User
):
    moved(world, to, rte)
    deletion.delete(Connection.objects.get(pk=world.connection.pk), actor=rte)
    deletion.delete(Connection.objects.get(pk=to.pk), actor=rte)
    assert not Connection.objects.filter(pk=to.pk).exists()


@ONLY
def test_no_second_move_while_the_way_back_of_the_first_is_open(
    world: World, there: Handle, to: Connection, rte: User
):
    """Its kept ids would be of a Jira before the last."""
    move = moved(world, to, rte)
    with copy_of(there) as third:
        other = destination(third, rte, name="Third")
        connection = Connection.objects.get(pk=world.connection.pk)
        with pytest.raises(Refused) as refused:
            decisions.plan(connection, other, actor=rte)
        assert refused.value.code == "way_back_open"
        decisions.let_go(SiteMove.objects.get(pk=move.pk), actor=rte)
        assert moved(world, other, rte).state == "done"
        world.edit(world.first(), summary="In the third")
        world.push()
        assert [i for i in third.site.issues.values() if i.values["summary"] == "In the third"]


def test_teams_keep_their_boards_there_and_back(
    world: World, there: Handle, to: Connection, rte: User
) -> None:
    """A board that is certain there is the team's again; one that is not is none until it is chosen."""
    mine = world.handle.site.boards[world.project.board_id or 0]
    lone = world.control("POST", "boards", project=PROJECT, name="Only in the old Jira")["id"]
    red = Team.objects.create(name="Red", project=world.project)
    TeamBoard.objects.create(
        team=world.team, project=world.project, board_id=mine.id, name=mine.name
    )
    TeamBoard.objects.create(team=red, project=world.project, board_id=lone, name="Only there")
    before = list(TeamBoard.objects.order_by("pk").values_list("board_id", "name"))
    move = moved(world, to, rte)
    found = dict(TeamBoard.objects.values_list("team__name", "board_id"))
    same = next(one for one in there.site.boards.values() if one.name == mine.name)
    assert found == {"Falcon": same.id, "Red": None}
    rows = MoveRow.objects.filter(move=move, kind="board").values_list("old_name", "verdict")
    assert dict(rows)["Only in the old Jira"] == "missing"
    back(world, move, rte)
    assert list(TeamBoard.objects.order_by("pk").values_list("board_id", "name")) == before
