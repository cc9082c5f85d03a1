"""Absence is not deletion: a tombstone needs positive evidence, and nothing deleted comes back."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone

from planning.models import WorkItem
from sync.inbound import absence, pull
from sync.models import Shadow
from tests.sync.world import World


def test_one_absence_is_not_enough_and_two_apart_are(world: World):
    item = world.first()
    world.jira("DELETE", f"/rest/api/2/issue/{item.remote_key}")
    world.reconcile()
    item.refresh_from_db()
    assert item.deleted is None
    Shadow.objects.filter(item=item).update(absent_since=timezone.now() - timedelta(minutes=5))
    world.reconcile()
    item.refresh_from_db()
    assert (item.deleted is not None, item.sync_state) == (True, "gone")


def test_jiras_own_word_confirmed_by_a_read_is_enough(world: World):
    from connections.access.gateway import jira_for

    item = world.first()
    world.jira("DELETE", f"/rest/api/2/issue/{item.remote_key}")
    gone = absence.note_missing(
        world.connection,
        jira_for(world.connection),
        world.project,
        [item.remote_id],
        deleted=[item.remote_id],
    )
    item.refresh_from_db()
    assert (gone, item.deleted is not None) == (1, True)


def test_a_project_out_of_sight_deletes_nothing(world: World):
    before = WorkItem.objects.live().count()
    world.grant("BROWSE_PROJECTS", False)
    for _ in range(3):
        Shadow.objects.update(absent_since=timezone.now() - timedelta(hours=1))
        world.reconcile()
    assert WorkItem.objects.live().count() == before


def test_half_a_project_vanishing_at_once_stops_and_asks(world: World):
    before = WorkItem.objects.live().count()
    for item in WorkItem.objects.filter(project=world.project).order_by("rank")[: before - 2]:
        world.jira("DELETE", f"/rest/api/2/issue/{item.remote_key}")
    run = world.reconcile()
    assert WorkItem.objects.live().count() == before
    assert "Nothing was deleted" in run.message


def test_an_old_read_that_arrives_late_is_not_applied(world: World):
    from connections.access.gateway import jira_for
    from sync.pairs.rules import rules_of

    item = world.first()
    began = timezone.now()
    fields = rules_of(world.project).read_fields
    old = jira_for(world.connection).issues.fetch([item.remote_id], fields).issues
    world.edit(item, summary="Newer")
    world.push()
    applied = pull.apply(world.project, old, began=began)
    item.refresh_from_db()
    assert (applied.stale, item.summary) == (1, "Newer")


@pytest.mark.parametrize("rounds", [3])
def test_when_edits_stop_writes_stop(world: World, rounds: int):
    world.edit(world.first(), summary="Last edit", labels=["b", "a"], description="one\ntwo\n")
    world.create("And one more")
    world.settle()
    versions = dict(WorkItem.objects.values_list("pk", "version"))
    world.control("POST", "reset")
    for _ in range(rounds):
        world.settle()
        world.reconcile()
    counts = world.calls()
    writes = [
        name for name in counts if name.startswith(("PUT ", "DELETE ")) or name.endswith("/issue")
    ]
    assert writes == []
    assert dict(WorkItem.objects.values_list("pk", "version")) == versions
