"""A read that overtakes a create's lost answer brings in no second item; two issues are never merged."""

from __future__ import annotations

from django.utils import timezone

from connections.access.gateway import jira_for
from planning.models import Change, WorkItem
from sync.core.mapping import OPERATION_PROPERTY
from sync.inbound import own_creates, polls, pull
from sync.models import Shadow
from sync.outbound import send_changes
from sync.pairs.rules import rules_of
from tests.sync.world import World


def test_a_create_during_the_poll_whose_answer_is_lost(world: World, monkeypatch):
    real = polls.own_creates.waiting_creates

    def then_create(project):
        answer = real(project)
        if not WorkItem.objects.filter(summary="Raced").exists():
            world.fault("answer_lost", times=1, method="POST", path=r"/issue(/bulk)?$")
            world.create("Raced")
            world.make_due()
            send_changes.send_slice(world.connection.pk)
        return answer

    monkeypatch.setattr(polls.own_creates, "waiting_creates", then_create)
    world.poll()
    monkeypatch.undo()
    assert WorkItem.objects.filter(summary="Raced").count() == 1
    other = world.edit(world.first(), summary="Not held up")
    world.settle()
    assert len(world.issues("Raced")) == 1
    assert set(Change.objects.values_list("state", flat=True)) == {"settled"}
    assert world.issue(other.remote_key)["summary"] == "Not held up"


def read_marked(world: World, keys: list[str]):
    ids = [str(world.handle.site.issue(key).id) for key in keys]
    jira = jira_for(world.connection)
    return jira.issues.fetch(ids, rules_of(world.project).read_fields, (OPERATION_PROPERTY,)).issues


def test_a_second_issue_with_the_same_mark_is_flagged_and_not_merged(world: World):
    item = world.create("Marked")
    world.settle()
    item.refresh_from_db()
    first = item.remote_key
    second = world.create_issue("A copy")
    mark = {"operation": str(Change.objects.get(item=item, kind="create").operation)}
    world.jira("PUT", f"/rest/api/2/issue/{second}/properties/{OPERATION_PROPERTY}", **mark)
    pull.apply(world.project, read_marked(world, [second]), began=timezone.now(), asked=True)
    item.refresh_from_db()
    assert (item.remote_key, item.summary) == (first, "Marked")
    assert Shadow.objects.get(item=item).remote_key == first
    assert (item.sync_state, second in item.sync_detail) == ("parked", True)
    world.jira("DELETE", f"/rest/api/2/issue/{second}")
    world.reconcile()
    item.refresh_from_db()
    assert item.sync_state == "synced"


def test_an_issue_that_came_in_as_an_item_of_its_own_is_given_back(world: World):
    """As older versions could leave it: one bad pair must not stop every push."""
    key = world.create_issue("Twice on the board")
    world.poll()
    twin = world.item(key)
    item = world.create("Twice on the board")
    shadow = Shadow.objects.get(item=twin)
    own_creates.bind(world.project, item, shadow.remote_id, key, {})
    twin.refresh_from_db()
    assert (twin.deleted is not None, Shadow.objects.get(item=item).remote_key) == (True, key)
