"""“Why didn't this sync?”: what stands in the way now, and what happened, oldest first."""

from __future__ import annotations

from django.test import Client
from django.urls import reverse
from django.utils import timezone

from connections.models import Connection, MappedProject
from planning import item_editing
from planning.models import WorkItem
from sync.models import Delivery
from tests.sync.pages.conftest import text_of
from tests.sync.world import World

PAGE = reverse("sync:trace")


def test_it_asks_for_a_key(page: Client, db: None):
    assert "Enter the key of an issue" in text_of(page.get(PAGE))


def test_a_synced_item_shows_its_steps_in_order(page: Client, world: World):
    item = world.edit(world.first(), summary="New words")
    world.push()
    answer = page.get(PAGE, {"key": item.remote_key.lower()})
    words = text_of(answer)
    assert "Both sides are the same" in words
    moments = [step["at"] for step in answer.context["steps"]]
    assert moments == sorted(moments)
    assert len(moments) >= 2
    assert words.index("On the board: edited") < words.index("Sent to Jira")


def test_what_stands_in_the_way_is_said_in_words(page: Client, world: World):
    item = world.edit(world.first(), summary="Waits")
    Connection.objects.update(lifecycle="paused")
    MappedProject.objects.update(direction="paused")
    words = text_of(page.get(PAGE, {"item": str(item.pk)}))
    assert f"The connection {world.connection.name} is paused." in words
    assert f"The project {world.project.key} is paused." in words
    assert "A change is on its way to Jira." not in words  # nothing moves while it is paused


def test_an_item_of_no_project_stays_on_the_board(page: Client, world: World):
    item = item_editing.create_item(actor=world.person, project=None, type="Story", summary="Ours")
    words = text_of(page.get(PAGE, {"item": str(item.pk)}))
    assert "belongs to no mapped project" in words


def test_an_unknown_key_says_why_and_what_jira_told_of_it(page: Client, world: World):
    Delivery.objects.create(
        connection=world.connection, identity="d", event="jira:issue_created", issue_key="NEW-9",
        body=b"", state="ignored",
    )  # fmt: skip
    words = text_of(page.get(PAGE, {"key": "NEW-9"}))
    assert "No work item on the board has the key NEW-9." in words
    assert "But Jira told us of it" in words
    assert "Issue created" in words
    assert "no such work item" in text_of(page.get(PAGE, {"item": "nonsense"}))


def test_a_living_item_comes_before_a_tombstone_of_its_key(page: Client, world: World):
    living = world.first()
    gone = item_editing.create_item(actor=world.person, project=None, type="Story", summary="Gone")
    WorkItem.objects.filter(pk=gone.pk).update(remote_key=living.remote_key, deleted=timezone.now())
    assert page.get(PAGE, {"key": living.remote_key}).context["item"] == living
