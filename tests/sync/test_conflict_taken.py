"""The click on a conflict: both sides hold the chosen value, whatever had been decided before it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.utils import timezone

from accounts.models import User
from planning.models import Change, SyncState
from sync.models import Conflict
from tests.callers import ApiCaller
from tests.sync.world import World

VALUES = {"board": "board's", "jira": "Jira's"}


@pytest.fixture
def click(
    api: Callable[[str | None], ApiCaller], token_of: Callable[..., str], rte: User
) -> Callable[..., Any]:
    """`click("jira")`: what the one conflict there is answers to it."""

    def sent(take: str) -> Any:
        path = f"/sync/conflicts/{Conflict.objects.get().pk}/resolve"
        return api(token_of(rte)).post(path, {"take": take})

    return sent


def clash(world: World, *, sent: bool = True) -> str:
    """Both sides changed one summary, and the sync has seen it; the issue's key."""
    item = world.edit(world.first(), summary=VALUES["board"])
    world.edit_issue(item.remote_key, summary=VALUES["jira"])
    if sent:
        world.settle()
    else:
        world.poll()
    return item.remote_key


def stands(world: World, key: str, value: str) -> bool:
    return world.issue(key)["summary"] == world.item(key).summary == value


@pytest.mark.parametrize("policy", ["jira_wins", "board_wins", "ask"])
@pytest.mark.parametrize("take", ["board", "jira"])
@pytest.mark.parametrize("sent", [True, False], ids=["settled", "still to send"])
def test_both_sides_hold_the_chosen_value_for_good(
    world_with: Callable[..., World],
    click: Callable[..., Any],
    policy: str,
    take: str,
    sent: bool,
):
    world = world_with(conflict_policy=policy)
    key = clash(world, sent=sent)
    assert click(take).status_code == 200
    world.settle()
    assert stands(world, key, VALUES[take])
    world.poll()
    world.reconcile()
    world.push()
    assert stands(world, key, VALUES[take])
    assert world.item(key).sync_state == SyncState.SYNCED
    assert Conflict.objects.count() == 1


@pytest.mark.parametrize("take", ["board", "jira"])
def test_a_click_while_the_other_value_is_being_written_wins(
    world_with: Callable[..., World],
    click: Callable[..., Any],
    when_at: Callable[..., None],
    take: str,
):
    world = world_with(conflict_policy="board_wins")
    key = clash(world, sent=False)
    when_at("edit.claimed", lambda: click(take))
    world.settle()
    world.reconcile()
    world.push()
    assert stands(world, key, VALUES[take])


@pytest.mark.parametrize("policy", ["jira_wins", "board_wins"])
@pytest.mark.parametrize("take", ["board", "jira"])
def test_a_late_click_replaces_what_both_sides_have_agreed_on_since(
    world_with: Callable[..., World], click: Callable[..., Any], policy: str, take: str
):
    world = world_with(conflict_policy=policy)
    key = clash(world)
    world.edit_issue(key, summary="newer")
    world.settle()
    assert click(take).status_code == 200
    world.settle()
    world.reconcile()
    world.push()
    assert stands(world, key, VALUES[take])


def test_where_nothing_is_sent_to_jira_only_what_it_holds_can_be_taken(
    world_with: Callable[..., World], click: Callable[..., Any]
):
    world = world_with()
    key = clash(world)
    world.project.direction = "from_jira"
    world.project.save()
    refused = click("board")
    assert refused.status_code == 409
    assert "synced from Jira only" in refused.json()["error"]["message"]
    assert click("jira").status_code == 200
    world.poll()
    assert stands(world, key, VALUES["jira"])
    assert not Change.objects.exclude(state__in=("settled", "dropped")).exists()


def test_the_conflict_of_an_item_that_is_gone_is_over(world: World, click: Callable[..., Any]):
    key = clash(world)
    item = world.item(key)
    item.deleted = timezone.now()
    item.save()
    gone = click("board")
    assert gone.status_code == 409
    assert "deleted" in gone.json()["error"]["message"]


def test_the_name_of_a_person_stays_with_the_choice(
    world_with: Callable[..., World], click: Callable[..., Any]
):
    world = world_with(conflict_policy="ask")
    key = world.first().remote_key
    site = world.handle.site
    other = next(one for one in site.users.values() if one.name == "admin")
    who = {"accountId": other.account_id} if site.cloud else {"name": other.name}
    world.edit(world.item(key), assignee="svc-alm")
    world.edit_issue(key, assignee=who)
    world.settle()
    assert Conflict.objects.get().field == "assignee"
    click("jira")
    world.settle()
    assert world.item(key).assignee_name == other.display_name
