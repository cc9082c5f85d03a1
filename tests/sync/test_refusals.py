"""What Jira refuses is parked with its reason; the rest of the item, and other items, still sync."""

from __future__ import annotations

from connections.models import Connection
from planning.models import Change, WorkItem
from sync.status import replay
from tests.sync.world import World


def test_a_refused_field_is_parked_and_the_rest_is_sent(world: World):
    item = world.edit(
        world.first(), summary="Accepted", assignee={"id": "nobody-knows", "name": "x"}
    )
    world.push()
    assert world.issue(item.remote_key)["summary"] == "Accepted"
    item.refresh_from_db()
    assert item.sync_state == "parked"
    assert "assignee" in item.sync_detail


def test_a_parked_field_is_not_sent_again_by_itself(world: World):
    item = world.edit(world.first(), assignee={"id": "nobody-knows", "name": "x"})
    world.push()
    world.edit(item, summary="Later edit")
    world.settle()
    assert world.issue(item.remote_key)["summary"] == "Later edit"
    assert Change.objects.filter(state="parked").count() == 1


def test_a_missing_permission_parks_and_a_replay_after_the_grant_sends(world: World):
    world.grant("EDIT_ISSUES", False)
    item = world.edit(world.first(), summary="Not yet allowed")
    world.push()
    change = Change.objects.get(item=item)
    assert change.state == "parked"
    world.grant("EDIT_ISSUES", True)
    replay.replay_change(change, actor=world.person)
    world.settle()
    item.refresh_from_db()
    assert world.issue(item.remote_key)["summary"] == "Not yet allowed"
    assert item.sync_state == "synced"


def test_one_poison_item_does_not_stop_another(world: World):
    bad, good = WorkItem.objects.filter(project=world.project).order_by("rank")[:2]
    world.fault("error", 500, method="PUT", path=rf"/issue/{bad.remote_id}$")
    world.edit(bad, summary="poison")
    world.edit(good, summary="medicine")
    world.push()
    assert world.issue(good.remote_key)["summary"] == "medicine"
    assert Change.objects.get(item=good).state == "settled"
    assert Change.objects.get(item=bad).state in ("waiting", "parked")


def test_a_create_that_jira_refuses_is_sent_again_once_it_was_edited(world: World):
    item = world.create("Bad priority", priority="No such priority")
    world.push()
    item.refresh_from_db()
    assert item.sync_state == "parked"
    world.edit(item, priority="High")
    world.settle()
    item.refresh_from_db()
    assert item.sync_state == "synced"
    assert world.issue(item.remote_key)["priority"]["name"] == "High"


def test_a_step_that_the_workflow_lacks_is_parked_with_the_steps_it_has(world: World):
    from sync.models import Shadow

    world.project.status_map = {**world.project.status_map, "Invented": "99999"}
    world.project.save()
    item = world.edit(world.first(), status="Invented")
    world.push()
    item.refresh_from_db()
    assert item.sync_state == "parked"
    assert "no step" in Shadow.objects.get(item=item).parked["status"]


def test_refused_credentials_stop_the_connection_and_hold_its_queue(world: World):
    user = world.handle.site.users["svc-alm"]
    user.password = user.api_token = "changed"
    item = world.edit(world.first(), summary="Held back")
    world.push()
    connection = Connection.objects.get(pk=world.connection.pk)
    assert connection.health == "stopped"
    assert Change.objects.get(item=item).state == "waiting"


def test_a_link_without_the_permission_is_parked_and_nothing_stops(world: World):
    world.grant("LINK_ISSUES", False)
    a, b = WorkItem.objects.filter(project=world.project).order_by("-rank")[:2]
    link = world.link(a, b)
    world.push()
    link.refresh_from_db()
    assert link.sync_state == "parked"
    assert Connection.objects.get(pk=world.connection.pk).health == "ok"


def test_a_link_of_an_item_that_jira_refused_waits_without_a_hurry(world: World):
    from sync.outbound import send_changes

    world.grant("CREATE_ISSUES", False)
    other = world.first()
    item = world.create("Not allowed")
    world.push()
    world.link(item, other)
    send_changes.send_slice(world.connection.pk)
    assert send_changes.send_slice(world.connection.pk) is False
    change = Change.objects.get(kind="link")
    assert (change.state, change.message) == (
        "waiting",
        "Waiting until Jira has taken the item itself.",
    )
