"""The drain: a hundred deliveries are one read, and a delivery is believed only as far as Jira agrees."""

from __future__ import annotations

import json

from jira_sandbox.model.links_and_moves import move
from planning.models import WorkItem
from sync.models import Delivery
from sync.webhook import inbox
from tests.sync.world import World


def deliver(world: World, event: str, issue_id: str, number: int = 0, **more) -> None:
    body = {"webhookEvent": event, "timestamp": number, "issue": {"id": issue_id}, **more}
    verdict, _ = inbox.accept(world.connection.webhook_token, {}, json.dumps(body).encode())
    assert verdict == "stored"


def test_a_hundred_deliveries_are_one_read(world: World):
    for number in range(100):
        item = WorkItem.objects.filter(project=world.project).order_by("rank")[number % 10]
        deliver(world, "jira:issue_updated", item.remote_id, number)
    item = world.first()
    world.edit_issue(item.remote_key, summary="Changed meanwhile")
    world.control("POST", "reset")
    world.drain()
    assert sum(world.calls().values()) <= 2
    item.refresh_from_db()
    assert item.summary == "Changed meanwhile"
    assert set(Delivery.objects.values_list("state", flat=True)) == {"done"}


def test_a_forged_body_changes_nothing(world: World):
    item = world.first()
    forged = {"fields": {"summary": "Owned"}}
    deliver(world, "jira:issue_updated", item.remote_id, issue={"id": item.remote_id, **forged})
    world.drain()
    item.refresh_from_db()
    assert (item.summary != "Owned", item.version) == (True, 1)


def test_a_forged_deletion_deletes_nothing(world: World):
    item = world.first()
    deliver(world, "jira:issue_deleted", item.remote_id)
    world.drain()
    item.refresh_from_db()
    assert item.deleted is None


def test_a_real_deletion_is_confirmed_and_done(world: World):
    item = world.first()
    world.jira("DELETE", f"/rest/api/2/issue/{item.remote_key}")
    deliver(world, "jira:issue_deleted", item.remote_id)
    world.drain()
    item.refresh_from_db()
    assert item.deleted is not None


def test_issues_of_other_projects_are_ignored(world: World):
    other = next(i for i in world.handle.site.issues.values() if i.project.key == "OTTER")
    deliver(
        world,
        "jira:issue_updated",
        str(other.id),
        issue={"id": str(other.id), "fields": {"project": {"id": str(other.project.id)}}},
    )
    world.drain()
    assert Delivery.objects.get().state == "ignored"
    assert not WorkItem.objects.filter(remote_key=other.key).exists()


def test_a_moved_issue_keeps_its_item(world: World):
    item = world.first()
    issue = world.handle.site.issue(item.remote_key)
    target = world.handle.site.project("OTTER")
    move(world.handle.site, world.handle.site.users["admin"], issue, target)
    deliver(world, "jira:issue_updated", item.remote_id)
    world.drain()
    item.refresh_from_db()
    assert item.deleted is None
    assert (item.sync_state, "moved" in item.sync_detail) == ("parked", True)


def test_while_jira_is_down_deliveries_wait(world: World):
    item = world.first()
    deliver(world, "jira:issue_updated", item.remote_id)
    world.fault("error", 503)
    world.drain()
    row = Delivery.objects.get()
    assert (row.state, row.attempts) == ("waiting", 1)
    world.mend()
    world.edit_issue(item.remote_key, summary="After the outage")
    world.drain()
    item.refresh_from_db()
    assert item.summary == "After the outage"


def test_while_a_mapping_is_paused_nothing_is_concluded(world: World):
    from connections.models import MappedProject

    item = world.first()
    world.jira("DELETE", f"/rest/api/2/issue/{item.remote_key}")
    MappedProject.objects.update(direction="paused")
    deliver(world, "jira:issue_deleted", item.remote_id)
    world.drain()
    item.refresh_from_db()
    assert item.deleted is None


def test_new_issues_of_a_filtered_mapping_are_one_search(world: World):
    from connections.models import MappedProject

    MappedProject.objects.update(jql="summary ~ wanted")
    keys = [world.create_issue("wanted" if n % 2 else "other") for n in range(30)]
    for number, key in enumerate(keys):
        deliver(world, "jira:issue_created", str(world.handle.site.issue(key).id), number)
    world.control("POST", "reset")
    world.drain()
    assert sum(world.calls().values()) <= 3
    assert WorkItem.objects.filter(summary="wanted").count() == 15
    assert not WorkItem.objects.filter(summary="other").exists()
