"""What was under way when the connection was moved: edits, creates, links, conflicts, deliveries."""

from __future__ import annotations

import json

import pytest
from django.utils import timezone

from accounts.models import User
from connections.models import Connection, MappedProject
from jira_sandbox.model.issue_creation import create
from jira_sandbox.model.links_and_moves import link
from jira_sandbox.server import Handle
from planning import link_editing
from planning.models import Change, Link, SprintLink, WorkItem
from sync.inbound import drain, gone_items
from sync.models import Conflict, Delivery, MoveRow, Shadow
from sync.outbound import send_changes
from sync.outbox import ways_out
from sync.site_move import decisions, move_worker
from sync.status import replay
from sync.webhook import inbox
from sync.worker.lease import claim
from tests.sync.site_move.elsewhere import CANARY, at_work, moved, planned
from tests.sync.world import World


def fresh(item: WorkItem) -> WorkItem:
    return WorkItem.objects.get(pk=item.pk)


def items_of(world: World, count: int) -> list[WorkItem]:
    return list(
        WorkItem.objects.filter(project=world.project, deleted=None).order_by("rank")[:count]
    )


def test_waiting_edits_go_after_the_comparison(
    world: World, there: Handle, to: Connection, rte: User
):
    one, two = items_of(world, 2)
    move = planned(world, to, rte)
    world.edit(one, summary="Waits", assignee="")
    world.create("Made while it waited", assignee="Rita Train")
    decisions.confirm(move, actor=rte)
    world.push()
    assert not [i for i in there.site.issues.values() if i.values["summary"] == "Waits"]
    assert not world.issues("Waits"), "and not to the old one either"
    world.edit(two, description="Edited while it was moved")
    at_work(move)
    assert not [i for i in there.site.issues.values() if i.values["summary"] == "Waits"]
    world.push()
    assert there.site.keys[one.remote_key].values["summary"] == "Waits"
    assert there.site.keys[one.remote_key].values["assignee"] is None
    assert there.site.keys[two.remote_key].values["description"] == "Edited while it was moved"
    (made,) = [
        i for i in there.site.issues.values() if i.values["summary"] == "Made while it waited"
    ]
    assert made.values["assignee"].name == "rita"
    assert fresh(one).sync_state == "synced"
    assert not Conflict.objects.exists(), "an id that differs is no conflict"


def test_edits_in_the_new_jira_are_edits(world: World, there: Handle, to: Connection, rte: User):
    """Somebody worked there already: what differs from the base is Jira's, also against a waiting edit."""
    one, two = items_of(world, 2)
    site = there.site
    site.keys[one.remote_key].values["description"] = "Edited there"
    move = planned(world, to, rte)
    both = site.keys[two.remote_key]
    both.values["points"] = 21.0
    decisions.confirm(move, actor=rte)
    world.edit(two, story_points=34)
    at_work(move)
    world.push()
    assert fresh(one).description == "Edited there"
    (clash,) = Conflict.objects.all()
    assert (clash.field, clash.board, clash.jira, clash.taken) == (
        "story_points",
        34.0,
        21.0,
        "jira",
    )


def test_an_edit_of_an_item_without_a_certain_issue_is_parked_with_ways_out(
    world: World, there: Handle, to: Connection, rte: User
):
    item = world.first()
    issue = there.site.keys[item.remote_key]
    there.site.forget(issue)
    move = planned(world, to, rte)
    decisions.confirm(move, actor=rte)
    world.edit(item, summary="Only here")
    at_work(move)
    world.push()
    change = Change.objects.get(item=item, state="parked")
    assert change.code == "not_moved"
    assert "not certain" in change.message
    assert ways_out.of(change) == ("restore", "keep", "delete")
    ways_out.go(change, "restore", actor=rte)
    world.push()
    now = fresh(item)
    assert there.site.issues[int(now.remote_id)].values["summary"] == "Only here"


def test_a_link_that_waits_and_one_that_is_removed(
    world: World, there: Handle, to: Connection, rte: User
):
    one, two, three = items_of(world, 3)
    drawn = world.link(one, two)
    world.push()
    site = there.site
    kind = next(k for k in site.link_types.values() if k.name == "Blocks")
    link(site, site.users["rita"], kind, site.keys[one.remote_key], site.keys[two.remote_key])
    move = planned(world, to, rte)
    decisions.confirm(move, actor=rte)
    link_editing.remove_link(drawn.pk, actor=rte)
    world.link(two, three)
    at_work(move)
    world.push()
    world.push()
    ends = {(one.source.key, one.target.key) for one in site.links.values()}
    assert (one.remote_key, two.remote_key) not in ends
    assert (two.remote_key, three.remote_key) in ends


def test_a_link_that_the_new_jira_lacks_stays_on_the_board_and_says_so(
    world: World, there: Handle, to: Connection, rte: User
):
    one, two = items_of(world, 2)
    drawn = world.link(one, two)
    world.push()
    moved(world, to, rte)
    drawn = Link.objects.get(pk=drawn.pk)
    assert (drawn.deleted, drawn.remote_id, drawn.sync_state) == (None, "", "local_only")
    assert "does not show this link" in drawn.sync_detail


def test_a_delivery_of_the_old_jira_reaches_nothing_of_the_new_one(
    world: World, there: Handle, to: Connection, rte: User
):
    """Its ids mean other issues there; some are a payroll's."""
    token = world.connection.webhook_token
    foreign = next(i for i in there.site.issues.values() if i.project.key == "PAY")
    body = {
        "webhookEvent": "jira:issue_updated",
        "issue": {"id": str(foreign.id), "key": "FALCON-1"},
    }
    world.hook(body)
    waiting = Delivery.objects.get()
    moved(world, to, rte)
    waiting.refresh_from_db()
    assert (waiting.state, waiting.connection_id) == ("ignored", to.pk)
    world.connection.refresh_from_db()
    assert world.connection.webhook_token != token, "the old Jira's webhook does not lead here"
    inbox.accept(token, {}, json.dumps({**body, "timestamp": 2}).encode())
    world.drain()
    assert not drain.drain(to.pk)
    replay.replay_delivery(waiting, actor=rte)
    world.drain()
    drain.drain(to.pk)
    assert not WorkItem.objects.filter(summary__startswith=CANARY).exists()
    assert not WorkItem.objects.filter(remote_id=str(foreign.id)).exists()


def test_a_parent_and_a_sprint_that_are_not_there_stay_on_the_board(
    world: World, there: Handle, to: Connection, rte: User
):
    parent = world.create("Parent here", type="Task")
    child = world.create("Child", type="Task")
    world.push()
    WorkItem.objects.filter(pk=child.pk).update(parent=parent)
    pair = Shadow.objects.get(item=child)
    pair.agreed = {**pair.agreed, "parent": str(parent.pk)}
    pair.save()
    planned_in = SprintLink.objects.get(iteration__index=2)
    item = WorkItem.objects.filter(iteration=planned_in.iteration, deleted=None).first()
    assert item is not None
    sprint = next(s for s in there.site.sprints.values() if s.name == planned_in.sprint_name)
    sprint.name = "Renamed there"
    site = there.site
    task = next(t for t in site.types.values() if t.name == "Task")
    create(site, site.users["rita"], site.project("FALCON"), task, {"summary": "no twin"})
    twin = create(site, site.users["rita"], site.project("FALCON"), task, {"summary": "Child"})
    assert twin.key == Shadow.objects.get(item=child).remote_key
    moved(world, to, rte)
    world.push()
    child, item = fresh(child), fresh(item)
    assert child.parent_id == parent.pk
    assert "the parent is not in this Jira" in child.sync_detail
    assert item.iteration_id == planned_in.iteration_id
    assert "no sprint of the item's team" in item.sync_detail
    assert MoveRow.objects.get(kind="sprint", old_id=str(planned_in.sprint_id)).verdict == "missing"
    assert not SprintLink.objects.filter(pk=planned_in.pk).exists()


def test_a_person_who_is_not_certain_is_called_by_name(
    world: World, there: Handle, to: Connection, rte: User
):
    twin = there.site.users["tom"]
    twin.display_name, twin.email = "Tom Other", "other@example.org"
    names = {one.pk: one.assignee_name for one in items_of(world, 12)}
    assert "Tom Falconer" in names.values()
    move = planned(world, to, rte)
    row = MoveRow.objects.get(move=move, kind="person", old_name="Tom Falconer")
    assert row.verdict == "missing"
    decisions.confirm(move, actor=rte)
    item = next(one for one in items_of(world, 12) if one.assignee_name == "Tom Falconer")
    at_work(move)
    # Cloud to Cloud the account is the same; the name there is another, so it is Jira's to say.
    shown = fresh(item).assignee_id
    assert shown == twin.account_id, "as the new Jira says it of this very issue"
    assert not Conflict.objects.exists()


def test_nothing_reads_or_writes_while_it_is_moved(
    world: World, there: Handle, to: Connection, rte: User
):
    move = planned(world, to, rte)
    decisions.confirm(move, actor=rte)
    item = world.first()
    world.edit(item, summary="Waits")
    world.edit_issue(item.remote_key, description="Edited in the old one")
    assert not send_changes.send_slice(world.connection.pk)
    world.poll()
    world.drain()
    run = world.reconcile()
    assert run.state == "waiting"
    assert not world.issues("Waits")
    assert fresh(item).description != "Edited in the old one"


def test_it_waits_for_a_worker_that_is_in_the_middle(
    world: World, there: Handle, to: Connection, rte: User
):
    move = planned(world, to, rte)
    decisions.confirm(move, actor=rte)
    at_it = claim(f"poll:{world.project.pk}")
    assert at_it is not None
    move_worker.work(move.pk)
    move.refresh_from_db()
    assert (move.state, move.phase) == ("carrying", "stop")
    assert "under way" in move.message
    assert MappedProject.objects.get(pk=world.project.pk).remote_id == world.project.remote_id
    at_it.release()
    assert at_work(move).state == "done"


@pytest.mark.parametrize("handle", ["datacenter"], indirect=True)
def test_created_at_another_moment_is_still_the_same_issue_by_its_summary(
    world: World, there: Handle, to: Connection, rte: User
):
    for issue in there.site.issues.values():
        issue.created = issue.created.replace(year=2031)
    move = moved(world, to, rte)
    assert not MoveRow.objects.filter(move=move, kind="issue").exclude(verdict="changed").exists()
    world.edit(fresh(world.first()), summary="On")
    world.push()
    assert [one for one in there.site.issues.values() if one.values["summary"] == "On"]
    assert Connection.objects.get(pk=world.connection.pk).site_doubt == ""


def test_what_is_gone_from_jira_stays_in_its_list(
    world: World, there: Handle, to: Connection, rte: User
):
    """Its issue is in neither Jira: it is kept whole, and not asked for by an old id."""
    item = world.first()
    there.site.forget(there.site.keys[item.remote_key])
    pair = Shadow.objects.get(item=item)
    Shadow.objects.filter(pk=pair.pk).update(
        state="gone", absence="unseen", look_due=timezone.now(), gone_at=timezone.now()
    )
    WorkItem.objects.filter(pk=item.pk).update(deleted=timezone.now(), sync_state="gone")
    listed = list(gone_items.rows().values_list("item", flat=True))
    assert listed == [item.pk]
    move = moved(world, to, rte)
    assert list(gone_items.rows().values_list("item", flat=True)) == listed
    now = Shadow.objects.get(item=item)
    assert (now.look_due, now.remote_id.isdigit()) == (None, False)
    world.poll()
    world.reconcile()
    assert gone_items.let_go(item.pk, actor=rte) is None
    assert move.state == "done"


def test_a_name_typed_by_hand_stays_typed(world: World, there: Handle, to: Connection, rte: User):
    """It is nobody's id, and is looked up in the Jira to which it is sent."""
    one, two = items_of(world, 2)
    world.edit(one, assignee="rita@example.com")
    WorkItem.objects.filter(pk=one.pk).update(assignee_name="")
    world.edit(two, assignee="Nobody There")
    WorkItem.objects.filter(pk=two.pk).update(assignee_name="")
    moved(world, to, rte)
    world.push()
    assert there.site.keys[one.remote_key].values["assignee"].name == "rita"
    assert fresh(one).assignee_id == there.site.users["rita"].account_id
    assert fresh(two).assignee_id == "Nobody There"
    assert "Nobody There" in fresh(two).sync_detail
