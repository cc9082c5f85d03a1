"""Editing on the item's page: errors beside fields, and nobody's change is overwritten unseen."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.test import Client
from django.urls import reverse

from accounts.models import User
from planning.item_editing import edit_item
from planning.link_editing import add_link
from planning.models import Change, Link, WorkItem
from tests.planning.reading import Page

Make = Callable[..., WorkItem]


@pytest.fixture
def client(rte: User, client_of: Callable[..., Client]) -> Client:
    return client_of(rte)


def shown_form(client: Client, item: WorkItem) -> dict[str, str]:
    """What a browser would send if the person changed nothing."""
    return Page(client.get(reverse("planning:item", args=[item.pk])).content).form("#edit")


def test_only_what_the_person_changed_is_sent(client: Client, make_item: Make) -> None:
    item = make_item(description="one\ntwo", story_points=3, labels=["a", "b"])
    sent = shown_form(client, item)
    assert (sent["story_points"], sent["initial-story_points"]) == ("3", "3")
    address = reverse("planning:edit", args=[item.pk])
    assert client.post(address, sent).status_code == 302
    assert not Change.objects.filter(kind="edit").exists()
    assert client.post(address, {**sent, "story_points": "5"}).status_code == 302
    change = Change.objects.get(kind="edit")
    assert (change.fields, change.actor_name) == ({"story_points": 5.0}, "rte")


def test_a_refusal_stands_beside_its_field(client: Client, make_item: Make) -> None:
    item = make_item()
    sent = shown_form(client, item)
    address = reverse("planning:edit", args=[item.pk])
    for values, name in (
        ({"labels": "x" * 300}, "labels"),
        ({"parent": "NONE-1"}, "parent"),
        ({"parent": str(item.pk)}, "parent"),
        ({"summary": ""}, "summary"),
    ):
        response = client.post(address, {**sent, **values})
        assert response.status_code == 422, values
        assert f"id_{name}_error" in Page(response.content).ids, values


def test_a_stale_form_shows_what_changed_and_keeps_what_was_typed(
    client: Client, make_item: Make
) -> None:
    item = make_item(priority="Low")
    sent = shown_form(client, item)
    edit_item(item.pk, actor=None, values={"priority": "High"})
    address = reverse("planning:edit", args=[item.pk])
    stale = client.post(address, {**sent, "summary": "Mine"})
    assert stale.status_code == 422
    assert "Priority, by ALM Connect" in stale.content.decode()
    again = Page(stale.content).form("#edit")
    assert (again["summary"], again["priority"], again["version"]) == ("Mine", "High", "2")
    assert client.post(address, again).status_code == 302
    item.refresh_from_db()
    assert (item.summary, item.priority, item.version) == ("Mine", "High", 3)


def test_history_tells_both_sides(client: Client, make_item: Make) -> None:
    item = make_item()
    edit_item(item.pk, actor=None, values={"status": "Done"})
    Change.objects.filter(kind="edit").update(state="parked", message="Not on the screen.")
    text = client.get(reverse("planning:item", args=[item.pk])).content.decode()
    for words in ("nothing", "Done", "Parked", "Not on the screen.", "ALM Connect"):
        assert words in text


def test_create_link_and_delete_by_forms(client: Client, make_item: Make) -> None:
    other = make_item("Other")
    new = reverse("planning:new")
    assert client.post(new, {"save": "1", "project": "", "type": "Risk"}).status_code == 422
    sent = {"save": "1", "project": str(other.project_id), "type": "Story", "summary": "Made"}
    assert client.post(new, sent).status_code == 302
    made = WorkItem.objects.get(summary="Made")
    page = reverse("planning:add_link", args=[made.pk])
    client.post(page, {"type": "blocks", "target": str(other.pk)})
    link = Link.objects.get()
    client.post(reverse("planning:remove_link", args=[link.pk]))
    assert not Link.objects.filter(deleted=None).exists()
    add_link(actor=None, source=made, target=other, type="blocks")
    assert client.post(reverse("planning:delete", args=[made.pk])).status_code == 302
    assert client.get(reverse("planning:item", args=[made.pk])).status_code == 404
