"""A connection goes to another Jira with all it holds: Data Center 9 → Cloud, Cloud → Cloud."""

from __future__ import annotations

from typing import Any

from accounts.models import AuditEntry, User
from connections.models import Connection, MappedProject
from jira_sandbox.server import Handle
from planning.models import Change, Link, SprintLink, WorkItem
from sync.models import MoveRow, Shadow
from tests.sync.site_move.elsewhere import CANARY, moved, planned
from tests.sync.world import World


def written(handle: Handle) -> dict[str, Any]:
    return {one.key: (dict(one.values), one.updated) for one in handle.site.issues.values()}


def texts() -> dict[str, tuple[Any, ...]]:
    """What people see of each item of the board, by key."""
    rows = WorkItem.objects.filter(deleted=None)
    return {
        one.remote_key: (one.summary, one.description, one.status, one.iteration_id, one.team_id,
                         one.assignee_name, one.priority, tuple(one.labels))
        for one in rows
    }  # fmt: skip


def test_a_plan_reads_both_and_changes_nothing(
    world: World, there: Handle, to: Connection, rte: User
):
    board, here, other = texts(), written(world.handle), written(there)
    move = planned(world, to, rte)
    assert (texts(), written(world.handle), written(there)) == (board, here, other)
    rows = MoveRow.objects.filter(move=move)
    assert not rows.filter(kind="issue").exclude(verdict="same").exists()
    assert rows.filter(kind="issue").count() == 12
    assert set(rows.filter(kind="status").values_list("verdict", flat=True)) <= {"same", "changed"}
    world.edit(world.first(), summary="Still goes to the old one")
    world.push()
    assert world.issues("Still goes to the old one")


def test_every_id_is_one_of_the_new_jira(world: World, there: Handle, to: Connection, rte: User):
    before, other = texts(), written(there)
    old_ids = {row.remote_id: row.remote_key for row in Shadow.objects.all()}
    connection = Connection.objects.get(pk=world.connection.pk)
    moved(world, to, rte)
    now = Connection.objects.get(pk=connection.pk)
    assert (now.name, now.base_url, now.move_part) == (connection.name, there.url, "")
    assert now.site is not None
    assert now.site.identity == there.site.identity
    site = there.site
    project = MappedProject.objects.get(pk=world.project.pk)
    assert project.remote_id == str(site.project("FALCON").id)
    for word, key in project.status_map.items():
        assert site.statuses[key].name == word
    for word, key in project.type_map.items():
        assert site.types[key].name == word
    for role, key in project.field_map.items():
        assert key in site.fields, role
    assert {"iteration", "rank", "parent", "story_points"} <= project.field_map.keys()
    for row in Shadow.objects.select_related("item"):
        assert site.issues[int(row.remote_id)].key == row.remote_key == row.item.remote_key
        assert row.item.remote_id == row.remote_id
    assert old_ids.keys() & {row.remote_id for row in Shadow.objects.all()}, "ids overlap"
    for link in SprintLink.objects.all():
        assert site.sprints[link.sprint_id].name == link.sprint_name
    for link in Link.objects.filter(deleted=None).exclude(remote_id=""):
        assert int(link.remote_id) in site.links
    people = {one.account_id for one in site.users.values()} | {""}
    assert set(WorkItem.objects.values_list("assignee_id", flat=True)) <= people
    assert texts() == before, "nothing changed for people"
    assert written(there) == other, "and nothing was written"
    assert not Change.objects.exclude(state__in=("settled", "dropped")).exists()
    acts = set(AuditEntry.objects.values_list("action", flat=True))
    assert {"connection.move_planned", "connection.move_confirmed", "connection.moved"} <= acts


def test_both_directions_go_on_with_the_new_jira(
    world: World, there: Handle, to: Connection, rte: User
):
    old = written(world.handle)
    item = world.first()
    moved(world, to, rte)
    item.refresh_from_db()
    world.edit(item, summary="Written to the new Jira", status="In Progress")
    world.push()
    issue = there.site.keys[item.remote_key]
    assert issue.values["summary"] == "Written to the new Jira"
    assert issue.status.name == "In Progress"
    issue.values["summary"] = "Edited in the new Jira"
    issue.updated = there.site.now()
    world.poll()
    item.refresh_from_db()
    assert item.summary == "Edited in the new Jira"
    world.create("Made after the move")
    world.push()
    assert [
        one for one in there.site.issues.values() if one.values["summary"] == "Made after the move"
    ]
    assert written(world.handle) == old, "nothing goes to the old one any more"


def test_no_byte_of_a_foreign_issue_comes_in_and_none_of_ours_goes_there(
    world: World, there: Handle, to: Connection, rte: User
):
    site = there.site
    foreign = [one for one in site.issues.values() if one.project.key == "PAY"]
    # Under one of our keys stands another issue.
    item = world.first()
    stranger = site.keys[item.remote_key]
    stranger.values["summary"] = f"{CANARY} salaries"
    stranger.created = stranger.created.replace(year=2020)
    before = {one.key: dict(one.values) for one in (*foreign, stranger)}
    move = moved(world, to, rte)
    world.edit(WorkItem.objects.get(pk=item.pk), description="Ours, and nobody else's")
    world.push()
    item.refresh_from_db()
    assert (item.remote_id, item.sync_state, item.deleted) == ("", "local_only", None)
    assert CANARY not in item.summary + item.description
    assert {one.key: dict(one.values) for one in (*foreign, stranger)} == before
    row = MoveRow.objects.get(move=move, item=item)
    assert (row.verdict, row.new_id) == ("uncertain", "")
    # The stranger is an issue of the mapped project, so it comes in as the other one that it is.
    mine = WorkItem.objects.filter(remote_key=stranger.key)
    assert [one.pk for one in mine] != [item.pk]
    assert (
        not WorkItem.objects.filter(summary__startswith=f"{CANARY} ")
        .exclude(remote_key=stranger.key)
        .exists()
    )
