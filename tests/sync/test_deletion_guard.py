"""Many deletions on the board wait for a person before they take anything from Jira."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.urls import reverse
from django.utils import timezone

from accounts.models import User
from almconnect.lib.api import Refused
from planning.models import Change, ChangeState, WorkItem
from sync.inbound import mass_deletion_guard
from sync.models import Absence, Brake, Shadow
from sync.status import replay
from tests.sync.world import World


@pytest.fixture
def deleting(world_with: Callable[..., World]) -> World:
    return world_with(deletion_policy="delete")


def items(world: World, count: int) -> list[WorkItem]:
    rows = WorkItem.objects.live().filter(project=world.project).exclude(type="Epic")
    return list(rows.order_by("rank")[:count])


def delete(world: World, rows: list[WorkItem]) -> None:
    for item in rows:
        world.delete(item)
    world.push()


def there(world: World, rows: list[WorkItem]) -> int:
    return sum(item.remote_key in world.handle.site.keys for item in rows)


def live(rows: list[WorkItem]) -> int:
    return WorkItem.objects.live().filter(pk__in=[row.pk for row in rows]).count()


def test_five_go_by_themselves(deleting: World) -> None:
    rows = items(deleting, 5)
    delete(deleting, rows)
    assert there(deleting, rows) == live(rows) == 0
    assert not Brake.objects.exists()


def test_twelve_wait_and_stand_on_the_board(deleting: World) -> None:
    rows = items(deleting, 12)
    delete(deleting, rows)
    assert there(deleting, rows) == live(rows) == 12
    stop = Brake.objects.get()
    assert stop.way == "to_jira"
    assert mass_deletion_guard.held(deleting.connection.pk) == 12
    held = Change.objects.filter(code="deletes_held")
    assert set(held.values_list("state", flat=True)) == {ChangeState.PARKED}


def test_the_sixth_within_ten_minutes_waits(deleting: World) -> None:
    rows = items(deleting, 6)
    for item in rows:
        delete(deleting, [item])
    assert there(deleting, rows) == live(rows) == 1


def test_what_hangs_on_an_issue_is_said(deleting: World) -> None:
    rows = items(deleting, 6)
    key = rows[0].remote_key
    deleting.jira("POST", f"/rest/api/2/issue/{key}/comment", body="Do not lose this")
    delete(deleting, rows)
    message = Change.objects.get(item=rows[0], code="deletes_held").message
    assert "1 comment." in message


def test_a_person_deletes_them(deleting: World, rte: User) -> None:
    rows = items(deleting, 8)
    delete(deleting, rows)
    mass_deletion_guard.decide(Brake.objects.get().pk, "delete", actor=rte, count=8)
    deleting.push()
    assert there(deleting, rows) == live(rows) == 0
    assert not Brake.objects.filter(decided=None).exists()


def test_a_decided_deletion_holds_although_the_issue_leaves_first(
    deleting: World, rte: User
) -> None:
    """Edited while it waited, and hidden before a worker came: the edit does not outlive the decision."""
    rows = items(deleting, 8)
    delete(deleting, rows)
    mass_deletion_guard.decide(Brake.objects.get().pk, "delete", actor=rte, count=8)
    item = rows[0]
    deleting.edit(item, summary="Too late")
    deleting.hide(item)
    earlier = timezone.now() - timedelta(minutes=30)
    pair = Shadow.objects.filter(item=item)
    pair.update(absence=Absence.UNOBSERVED, absences=1, absent_since=earlier)
    deleting.poll()
    assert live([item]) == 0
    deleting.show(item)
    pair.update(look_due=timezone.now())
    deleting.settle()
    assert live([item]) == 0, "it was deleted by a person, not only by its issue's leaving"


def test_a_person_keeps_them(deleting: World, rte: User) -> None:
    rows = items(deleting, 8)
    delete(deleting, rows)
    mass_deletion_guard.decide(Brake.objects.get().pk, "keep", actor=rte)
    deleting.settle()
    assert there(deleting, rows) == live(rows) == 8
    deleting.edit(rows[0], summary="Still in sync")
    deleting.push()
    assert deleting.issue(rows[0].remote_key)["summary"] == "Still in sync"


def test_a_person_unlinks_them(deleting: World, rte: User) -> None:
    rows = items(deleting, 8)
    delete(deleting, rows)
    mass_deletion_guard.decide(Brake.objects.get().pk, "unlink", actor=rte)
    deleting.settle()
    assert (there(deleting, rows), live(rows)) == (8, 0)


def test_no_token_lets_them_go(deleting: World, admin: User, api: Any, token_of: Any) -> None:
    rows = items(deleting, 8)
    delete(deleting, rows)
    caller = api(token_of(admin))
    answer = caller.post(f"/sync/brakes/{Brake.objects.get().pk}/decide", {"decision": "delete"})
    assert answer.status_code == 403
    change = Change.objects.filter(code="deletes_held")[0]
    assert caller.post(f"/sync/changes/{change.operation}/replay").status_code == 409
    with pytest.raises(Refused):
        replay.replay_change(change, actor=admin)
    many = caller.post("/sync/changes/replay", {})
    assert (many.status_code, many.json()["count"]) == (200, 0)
    deleting.push()
    assert there(deleting, rows) == 8


def test_the_page_lists_them_and_decides(deleting: World, rte: User, client_of: Any) -> None:
    rows = items(deleting, 8)
    delete(deleting, rows)
    browser = client_of(rte)
    page = browser.get(reverse("sync:brakes")).content.decode()
    assert "Delete these 8 in Jira" in page
    assert rows[0].remote_key in page
    stop = Brake.objects.get()
    sent = browser.post(
        reverse("sync:decide_brake", args=[stop.pk]), {"decision": "restore", "count": "8"}
    )
    assert sent.status_code == 302
    assert Brake.objects.get().decided is None, "restore is no answer to what was deleted here"


def test_with_unlink_as_policy_nothing_waits(world: World) -> None:
    rows = items(world, 12)
    delete(world, rows)
    assert (there(world, rows), live(rows)) == (12, 0)
    assert not Brake.objects.exists()
