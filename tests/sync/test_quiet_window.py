"""Quiet windows: nothing is written to Jira, edits wait in the open, a comparison follows at the end."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.urls import reverse
from django.utils import timezone

from accounts.models import User
from almconnect.lib.api import Refused
from connections.health import truth
from connections.models import Connection, MappedProject
from connections.setup import quiet_window
from planning.models import Change, Iteration, Pi, Team
from sync.mapping import new_sprints
from sync.schedule import sweep
from tests.callers import ApiCaller
from tests.sync.world import World

HOUR = timedelta(hours=1)


def announce(world: World, starts: timedelta, ends: timedelta, reason: str = "Freeze") -> None:
    now = timezone.now()
    quiet_window.announce(world.connection, now + starts, now + ends, reason, actor=world.person)


def standing(world: World) -> truth.Standing:
    return truth.of_connection(Connection.objects.get(pk=world.connection.pk))


def test_edits_wait_and_jiras_come_in(world: World) -> None:
    item = world.first()
    announce(world, -HOUR, HOUR)
    world.edit(item, summary="Ours")
    world.edit_issue(world.item("FALCON-2").remote_key, summary="Theirs")
    world.settle()
    assert not world.issues("Ours")
    assert world.item("FALCON-2").summary == "Theirs"
    assert Change.objects.get(item=item).state == "waiting"
    assert sweep.due_pushes() == []
    found = standing(world)
    assert (found.code, found.reads, found.writes) == ("quiet", True, False)
    assert "(Freeze)" in found.words
    quiet_window.end(world.connection, actor=world.person)
    assert standing(world).moves
    world.settle()
    assert world.issue(item.remote_key)["summary"] == "Ours"


def test_at_its_end_everything_is_compared(world: World) -> None:
    announce(world, -HOUR, HOUR)
    row = MappedProject.objects.get(pk=world.project.pk)
    ends = Connection.objects.get(pk=world.connection.pk).quiet_ends
    assert row.reconcile_due is not None
    assert ends is not None
    assert row.reconcile_due <= ends
    MappedProject.objects.update(reconcile_due=None)
    quiet_window.end(world.connection, actor=world.person)
    row.refresh_from_db()
    assert row.reconcile_due is not None
    assert row.reconcile_due <= timezone.now()


def test_one_that_is_to_come_changes_nothing_yet_and_one_that_is_over_no_more(
    world: World,
) -> None:
    announce(world, HOUR, 2 * HOUR)
    assert standing(world).moves
    world.edit(world.first(), summary="Before it")
    world.settle()
    assert world.issues("Before it")
    Connection.objects.update(
        quiet_starts=timezone.now() - 2 * HOUR, quiet_ends=timezone.now() - HOUR
    )
    assert standing(world).moves
    world.edit(world.first(), summary="After it")
    world.settle()
    assert world.issues("After it")
    with pytest.raises(Refused, match="No quiet window"):
        quiet_window.end(world.connection, actor=world.person)


def test_what_people_write_at_once_is_refused_meanwhile(world: World) -> None:
    announce(world, -HOUR, HOUR)
    iteration = Iteration.objects.create(pi=Pi.objects.create(name="PI 9"), index=1, name="9.1")
    team = Team.objects.get(pk=world.team.pk)
    with pytest.raises(Refused, match="quiet window") as refused:
        new_sprints.make(team, [iteration], actor=world.person)
    assert refused.value.code == "quiet"


@pytest.mark.parametrize(
    ("starts", "ends", "why"),
    [
        (HOUR, -HOUR, "ends before it starts"),
        (-2 * HOUR, -HOUR, "over already"),
        (HOUR, timedelta(days=61), "longer than 60 days"),
    ],
)
def test_a_window_that_cannot_be_is_refused(
    world: World, starts: timedelta, ends: timedelta, why: str
) -> None:
    with pytest.raises(Refused, match=why):
        announce(world, starts, ends)


def test_by_api_and_on_the_page(
    world: World,
    rte: User,
    viewer: User,
    api: Callable[..., ApiCaller],
    token_of: Callable[..., str],
    client_of: Callable[..., Any],
) -> None:
    caller, path = api(token_of(rte)), f"/connections/{world.connection.pk}"
    now = timezone.now()
    sent = {
        "starts": (now - HOUR).isoformat(),
        "ends": (now + HOUR).isoformat(),
        "reason": "Freeze",
    }
    assert caller.put(f"{path}/quiet", sent).json()["quiet"]["reason"] == "Freeze"
    assert api(token_of(viewer)).put(f"{path}/quiet", sent).status_code == 403
    page = reverse("connections:detail", args=[world.connection.pk])
    client = client_of(rte)
    assert "End it now" in client.get(page).content.decode()
    assert "End it now" not in client_of(viewer).get(page).content.decode()
    assert caller.delete(f"{path}/quiet").status_code == 204
    assert caller.get(path).json()["quiet"] is None
    assert caller.delete(f"{path}/quiet").status_code == 404
    quiet = reverse("connections:quiet", args=[world.connection.pk])
    local = {
        name: timezone.localtime(now + delta).strftime("%Y-%m-%dT%H:%M")
        for name, delta in (("starts", HOUR), ("ends", 2 * HOUR))
    }
    assert client_of(viewer).post(quiet, local).status_code == 403
    client.post(quiet, {**local, "ends": ""})
    assert caller.get(path).json()["quiet"] is None
    client.post(quiet, local)
    assert caller.get(path).json()["quiet"] is not None
    assert "Take it back" in client.get(page).content.decode()
    client.post(quiet, {"end": "1"})
    assert caller.get(path).json()["quiet"] is None
