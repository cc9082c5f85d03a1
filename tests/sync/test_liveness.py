"""A webhook that does not echo our own writes is silent; polling quickens until it is heard again."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone

from connections.models import Connection, MappedProject
from sync.models import Attempt
from sync.schedule import sweep
from sync.webhook import liveness
from tests.sync.test_drain import deliver
from tests.sync.world import World


@pytest.fixture
def registered(world: World) -> World:
    Connection.objects.update(webhook_state="registered", webhook_id="7")
    return world


def state(world: World) -> str:
    return Connection.objects.get(pk=world.connection.pk).webhook_state


def write(world: World, ago: timedelta) -> None:
    """The board's edit reaches Jira, so long ago."""
    world.edit(world.first(), summary=f"Written {ago}")
    world.push()
    assert Attempt.objects.filter(step="send", outcome="done").exists()
    Attempt.objects.update(at=timezone.now() - ago)


def test_a_write_without_an_echo_makes_it_silent_and_polling_quicker(registered: World):
    write(registered, timedelta(minutes=5))
    assert liveness.judge() == 1
    assert state(registered) == "silent"
    MappedProject.objects.update(poll_due=timezone.now())
    sweep.claim_polls()
    due = MappedProject.objects.get(pk=registered.project.pk).poll_due
    assert due is not None
    assert due - timezone.now() < timedelta(seconds=liveness.poll_seconds("registered") / 2)


def test_it_recovers_by_the_next_delivery(registered: World):
    write(registered, timedelta(minutes=5))
    liveness.judge()
    deliver(registered, "jira:issue_updated", registered.first().remote_id)
    assert state(registered) == "registered"
    assert liveness.judge() == 0


@pytest.mark.parametrize("ago", [timedelta(seconds=30), timedelta(hours=3)])
def test_a_write_of_just_now_or_of_long_ago_proves_nothing(registered: World, ago: timedelta):
    write(registered, ago)
    assert liveness.judge() == 0
    assert state(registered) == "registered"


def test_what_was_heard_after_the_write_is_its_echo(registered: World):
    write(registered, timedelta(minutes=5))
    Connection.objects.update(webhook_seen=timezone.now() - timedelta(minutes=4))
    assert liveness.judge() == 0


def test_one_added_by_hand_counts_once_it_was_seen(world: World):
    Connection.objects.update(webhook_state="manual")
    write(world, timedelta(minutes=5))
    assert liveness.judge() == 0
    Connection.objects.update(webhook_seen=timezone.now() - timedelta(hours=2))
    assert liveness.judge() == 1
    deliver(world, "jira:issue_updated", world.first().remote_id)
    assert state(world) == "manual"


def test_a_sprints_webhook_has_the_sprints_read_again(world: World):
    import json

    from planning.models import SprintLink
    from sync.models import Delivery
    from sync.webhook import inbox

    board = f"/rest/agile/1.0/board/{world.project.board_id}/sprint"
    sprint = next(s for s in world.jira("GET", board)["values"] if s["state"] != "closed")
    world.iteration(1, sprint["id"])
    world.jira("POST", f"/rest/agile/1.0/sprint/{sprint['id']}", name="Renamed in Jira")
    body = {"webhookEvent": "sprint_updated", "timestamp": 1, "sprint": {"id": sprint["id"]}}
    inbox.accept(world.connection.webhook_token, {}, json.dumps(body).encode())
    world.drain()
    assert SprintLink.objects.get(sprint_id=sprint["id"]).sprint_name == "Renamed in Jira"
    assert Delivery.objects.get().state == "done"
