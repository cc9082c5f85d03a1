"""No page and no message promises what the connection's state does not allow: all say the same sentence."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from connections.health import truth
from connections.models import Connection, MappedProject, SiteDoubt
from planning import item_editing
from planning.models import WorkItem
from sync.models import Conflict, Run, RunKind, RunState
from sync.runs import project_runs
from tests.sync.pages.conftest import text_of
from tests.sync.world import World

PROMISES = ("Jira hears of it in a moment.", "A change is on its way to Jira.")
STILL: dict[str, tuple[dict[str, Any], str]] = {
    "draft": ({"lifecycle": "draft"}, "is not set up yet"),
    "paused": ({"lifecycle": "paused"}, "is paused."),
    "stopped": ({"health": "stopped"}, "is stopped"),
    "account_pending": (
        {"pending_id": "rita", "pending_name": "Rita Train"},
        "Rita Train authorised the connection",
    ),
    "another_jira": ({"site_doubt": SiteDoubt.ANOTHER}, "leads to another Jira"),
    "site_unproven": ({"site_doubt": SiteDoubt.UNPROVEN}, "until it is proven"),
    "jira_restored": ({"site_doubt": SiteDoubt.RESTORED}, "put back to an earlier state"),
    "failing": ({"health": "failing"}, "cannot be worked with at present"),
    "quiet": (
        {
            "quiet_starts": timezone.now() - timedelta(hours=1),
            "quiet_ends": timezone.now() + timedelta(days=1),
            "quiet_reason": "Release freeze",
        },
        "(Release freeze): changes are kept here",
    ),
    "asked_to_wait": (
        {"call_after": timezone.now() + timedelta(days=1)},
        "to wait: changes are kept here",
    ),
}


def edit(page: Client, item: WorkItem, summary: str) -> str:
    form = {
        name: "" if value is None else value
        for name, value in page.get(reverse("planning:item", args=[item.pk]))
        .context["form"]
        .initial.items()
    }
    sent = {**form, "summary": summary, "version": ""}
    return text_of(page.post(reverse("planning:edit", args=[item.pk]), sent, follow=True))


@pytest.mark.parametrize("code", STILL)
def test_cockpit_and_list_say_it_too(code: str, page: Client, world: World) -> None:
    values, words = STILL[code]
    Connection.objects.filter(pk=world.connection.pk).update(**values)
    home = text_of(page.get(reverse("home")))
    assert words in home
    assert "Everything is flowing" not in home
    if code != "stopped":
        assert "does not accept" not in home, "only refused credentials are called so"
    row = Connection.objects.get(pk=world.connection.pk)
    assert truth.of_connection(row).short in text_of(page.get(reverse("connections:list")))


@pytest.mark.parametrize("code", STILL)
def test_an_edit_that_waits_is_promised_nothing(code: str, page: Client, world: World) -> None:
    values, words = STILL[code]
    Connection.objects.filter(pk=world.connection.pk).update(**values)
    item = world.first()
    said = edit(page, item, "Held back")
    item.refresh_from_db()
    assert item.summary == "Held back"
    project = MappedProject.objects.select_related("connection").get(pk=world.project.pk)
    assert truth.of_project(project).code == code
    assert said.count(words) == 2, said  # the message, and the item's own state
    traced = text_of(page.get(reverse("sync:trace"), {"item": str(item.pk)}))
    assert words in traced
    for promise in PROMISES:
        assert promise not in said
        assert promise not in traced


def test_a_paused_project_waits_too(page: Client, world: World) -> None:
    MappedProject.objects.update(direction="paused")
    said = edit(page, world.first(), "Held back")
    assert said.count(f"The project {world.project.key} is paused.") == 2
    assert not any(promise in said for promise in PROMISES)


def test_what_moves_is_still_promised(page: Client, world: World) -> None:
    said = edit(page, world.first(), "Goes")
    assert all(promise in said for promise in PROMISES)
    assert "Saved." in said


def test_an_item_of_the_board_alone_is_not_promised_to_jira(page: Client, world: World) -> None:
    item = item_editing.create_item(actor=world.person, project=None, type="Story", summary="Ours")
    said = edit(page, item, "Ours alone")
    assert "Saved. It belongs to no mapped project, so it stays on the board." in said
    assert "Jira hears" not in said


def test_the_board_s_value_of_a_conflict_waits_with_the_connection(
    page: Client, world: World
) -> None:
    MappedProject.objects.update(conflict_policy="ask")
    item = world.first()
    world.edit(item, summary="Ours")
    world.edit_issue(item.remote_key, summary="Theirs")
    world.settle()
    found = Conflict.objects.get(resolved=None)
    Connection.objects.update(lifecycle="paused")
    answer = page.post(reverse("sync:resolve", args=[found.pk]), {"take": "board"}, follow=True)
    said = text_of(answer)
    assert "summary was taken." in said
    assert "is paused." in said
    assert "on its way" not in said


@pytest.mark.parametrize("code", STILL)
def test_the_api_says_the_same_sentence(
    code: str, world: World, api: Any, token_of: Any, rte: Any
) -> None:
    Connection.objects.filter(pk=world.connection.pk).update(**STILL[code][0])
    (told,) = api(token_of(rte)).get("/sync/status").json()
    assert told["standing"]["code"] == code
    assert told["standing"]["message"] == truth.of_connection(Connection.objects.get()).words
    assert told["standing"]["writes"] is False


@pytest.mark.parametrize("code", sorted(STILL.keys() - {"draft", "asked_to_wait"}))
def test_the_heading_of_projects_says_what_stands_still(
    code: str, page: Client, world: World
) -> None:
    Connection.objects.filter(pk=world.connection.pk).update(**STILL[code][0])
    connection = Connection.objects.get()
    said = text_of(page.get(reverse("sync:projects", args=[connection.pk])))
    assert truth.of_connection(connection).short in said
    for promise in ("kept the same on both sides", "all else is in sync", "is being imported"):
        assert promise not in said


def test_a_waiting_import_of_a_paused_connection_is_not_under_way(
    page: Client, world: World
) -> None:
    project_runs.request(world.project, RunKind.IMPORT)
    Connection.objects.update(lifecycle="paused")
    said = text_of(page.get(reverse("sync:projects", args=[world.connection.pk])))
    assert "1 project waits for its import" in said
    assert "is being imported" not in said


def test_the_heading_ends_with_the_import(page: Client, world: World) -> None:
    run = project_runs.request(world.project, RunKind.IMPORT)
    polled = reverse("sync:projects_progress", args=[world.connection.pk])
    going = page.get(polled)
    assert "1 project is being imported" in text_of(going)
    Run.objects.filter(pk=run.pk).update(state=RunState.FINISHED, finished=timezone.now())
    over = page.get(polled)
    assert over.status_code == 286
    said = text_of(over)
    assert 'id="heading" hx-swap-oob="true"' in said
    assert "is being imported" not in said
    assert "1 project is kept the same on both sides" in said


def test_one_way_projects_are_not_called_the_same_on_both_sides(page: Client, world: World) -> None:
    MappedProject.objects.update(direction="from_jira")
    said = text_of(page.get(reverse("sync:projects", args=[world.connection.pk])))
    assert "1 project goes one way only" in said


def test_reading_again_is_not_promised_while_nothing_is_read(page: Client, world: World) -> None:
    project = MappedProject.objects.select_related("connection").get(pk=world.project.pk)
    words = "Saved. The project's issues are read again by the new pairs."
    assert truth.will_be_read(project, words) == words
    project.connection.site_doubt = SiteDoubt.ANOTHER
    assert "leads to another Jira" in truth.will_be_read(project, words)
    assert "are read again" not in truth.will_be_read(project, words)


@pytest.mark.parametrize("code", ["paused", "another_jira", "account_pending"])
def test_creating_moving_and_deleting_wait_too(code: str, page: Client, world: World) -> None:
    values, words = STILL[code]
    Connection.objects.update(**values)
    asked = {"project": str(world.project.pk)}
    shown = text_of(page.get(reverse("planning:new"), asked))
    assert words in shown
    assert "a moment after you save it" not in shown
    new = {**asked, "save": "1", "type": "Story", "summary": "New one"}
    made = text_of(page.post(reverse("planning:new"), new, follow=True))
    assert "Created “New one”." in made
    assert words in made
    item = world.first()
    moved = page.post(reverse("planning:move", args=[item.pk]), {"team": ""}, follow=True)
    assert words in text_of(moved)
    gone = page.post(reverse("planning:delete", args=[item.pk]), follow=True)
    assert words in text_of(gone)
