"""Much gone at once stops and asks a person: nothing is deleted before, and everything after."""

from __future__ import annotations

import pytest

from accounts.models import AuditEntry
from almconnect.lib.api import Refused
from planning.models import WorkItem
from sync.inbound import mass_deletion_guard
from sync.models import Brake
from tests.sync.test_drain import deliver
from tests.sync.world import World


def vanish(world: World, count: int) -> list[WorkItem]:
    rows = list(WorkItem.objects.live().filter(project=world.project).order_by("rank")[:count])
    for item in rows:
        address = f"/rest/api/2/issue/{item.remote_key}?deleteSubtasks=true"
        world.jira("DELETE", address)
        deliver(world, "jira:issue_deleted", item.remote_id)
    world.drain()
    return rows


def live(rows: list[WorkItem]) -> int:
    return WorkItem.objects.live().filter(pk__in=[row.pk for row in rows]).count()


def test_a_project_emptied_by_webhooks_is_held(world: World):
    rows = vanish(world, 100)
    assert live(rows) == len(rows)
    assert mass_deletion_guard.held(world.connection.pk) == len(rows)
    assert set(WorkItem.objects.filter(pk__in=[r.pk for r in rows]).values_list("sync_state")) == {
        ("parked",)
    }
    assert AuditEntry.objects.filter(action="brake.tripped").count() == 1


def test_a_few_deletions_are_believed(world: World):
    rows = vanish(world, 2)
    assert (live(rows), Brake.objects.count()) == (0, 0)


def test_a_trickle_trips_it_as_well(world: World):
    gone = 0
    while not Brake.objects.exists():
        vanish(world, 1)
        gone += 1
    assert gone <= mass_deletion_guard.MOST + 1
    assert mass_deletion_guard.held(world.connection.pk) == 1


def test_the_census_is_held_too(world: World):
    from datetime import timedelta

    from django.utils import timezone

    from sync.models import Shadow

    rows = list(WorkItem.objects.live().filter(project=world.project))
    for item in rows:
        world.jira("DELETE", f"/rest/api/2/issue/{item.remote_key}?deleteSubtasks=true")
    world.reconcile()
    Shadow.objects.update(absent_since=timezone.now() - timedelta(minutes=5))
    world.poll()
    assert live(rows) == len(rows)
    assert mass_deletion_guard.held(world.connection.pk) == len(rows)


def test_confirmed_they_are_asked_for_once_more_and_go(world: World):
    rows = vanish(world, 100)
    one = Brake.objects.get()
    done = mass_deletion_guard.decide(one.pk, "delete", actor=world.person)
    assert (done.count, done.decided_by) == (len(rows), str(world.person))
    world.poll()
    assert live(rows) == 0
    assert AuditEntry.objects.get(action="brake.decided").after["items"] == len(rows)
    assert not Brake.objects.filter(decided=None).exists()


def test_what_is_there_after_all_is_not_deleted_by_the_confirmation(world: World):
    rows = vanish(world, 100)
    shown = world.create_issue("Still here")
    from sync.models import Absence, Shadow

    issue = world.handle.site.issue(shown)
    Shadow.objects.filter(item=rows[0]).update(
        absence=Absence.HELD, remote_id=str(issue.id), remote_created=issue.created
    )
    mass_deletion_guard.decide(Brake.objects.get().pk, "delete", actor=world.person)
    world.poll()
    assert (live(rows[:1]), live(rows[1:])) == (1, 0)


def test_kept_they_stay_on_the_board_only(world: World):
    rows = vanish(world, 100)
    mass_deletion_guard.decide(Brake.objects.get().pk, "keep", actor=world.person)
    world.settle()
    assert live(rows) == len(rows)
    assert WorkItem.objects.filter(sync_state="local_only").count() == len(rows)


def test_restored_they_are_created_in_jira_again(world: World):
    rows = vanish(world, 12)
    mass_deletion_guard.decide(Brake.objects.get().pk, "restore", actor=world.person)
    world.settle()
    for row in rows:
        row.refresh_from_db()
        assert row.sync_state == "synced"
        assert world.issue(row.remote_key)["summary"] == row.summary


def test_it_is_decided_once(world: World):
    vanish(world, 100)
    one = Brake.objects.get()
    mass_deletion_guard.decide(one.pk, "keep", actor=world.person)
    with pytest.raises(Refused):
        mass_deletion_guard.decide(one.pk, "delete", actor=world.person)
    with pytest.raises(Refused):
        mass_deletion_guard.decide(one.pk, "whatever", actor=world.person)
