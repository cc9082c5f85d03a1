"""What is held by the delete brake, and what a person decided, stands also where somebody died at it."""

from __future__ import annotations

from accounts.models import AuditEntry
from planning.models import WorkItem
from sync.inbound import mass_deletion_guard
from sync.models import Brake
from tests.sync.test_mass_deletion_guard import live, vanish
from tests.sync.world import World


def test_what_a_person_decided_is_done_though_nobody_was_told(world: World, killed_at):
    rows = vanish(world, 100)
    with killed_at("brake.decided"):
        mass_deletion_guard.decide(Brake.objects.get().pk, "delete", actor=world.person)
    world.poll()
    assert live(rows) == 0
    assert AuditEntry.objects.filter(action="brake.decided").count() == 1


def test_what_was_held_stays_held(world: World, killed_at):
    with killed_at("absence.buried"):
        rows = vanish(world, 100)
    world.drain()
    rows = list(WorkItem.objects.live().filter(project=world.project))
    assert mass_deletion_guard.held(world.connection.pk) == len(rows) > 0
    assert (Brake.objects.count(), AuditEntry.objects.filter(action="brake.tripped").count()) == (
        1,
        1,
    )


def test_restored_they_are_created_once(world: World, killed_at):
    rows = vanish(world, 100)
    with killed_at("brake.decided"):
        mass_deletion_guard.decide(Brake.objects.get().pk, "restore", actor=world.person)
    with killed_at("create.sent"):
        world.push(rounds=1)
    world.push(rounds=30)
    world.settle()
    for item in rows:
        item.refresh_from_db()
        assert item.sync_state == "synced"
        assert item.remote_key in world.issues(item.summary)
    made = [one for one in world.handle.site.issues.values() if one.project.key == "FALCON"]
    assert len(made) == len(rows)
