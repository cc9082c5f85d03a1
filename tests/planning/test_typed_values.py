"""Priority and parent are judged when they are typed: by what Jira offers, and by what exists."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from accounts.models import User
from connections.models import MappedProject
from planning.item_editing import edit_item
from planning.models import Change, WorkItem
from tests.callers import ApiCaller


@pytest.fixture
def board(api: Callable[..., ApiCaller], token_of: Callable[..., str], rte: User) -> ApiCaller:
    return api(token_of(rte))


@pytest.fixture
def offering(project: MappedProject) -> MappedProject:
    project.facts = {**project.facts, "priorities": ["Highest", "Medium", "Low"]}
    project.save()
    return project


def filled(page: Client, item: WorkItem, **typed: Any) -> Any:
    shown = page.get(reverse("planning:item", args=[item.pk])).context["form"]
    start = {name: "" if value is None else value for name, value in shown.initial.items()}
    hidden = {f"initial-{name}": value for name, value in start.items()}
    sent = {**start, **hidden, **typed}
    return page.post(reverse("planning:edit", args=[item.pk]), sent)


def test_a_priority_that_jira_does_not_offer_is_refused_by_api(
    board: ApiCaller, offering: MappedProject, make_item: Callable[..., WorkItem]
) -> None:
    item = make_item(priority="Low")
    before = Change.objects.count()
    answer = board.patch(f"/items/{item.pk}", {"priority": "Sky-high"})
    assert answer.status_code == 422
    sentence = answer.json()["error"]["fields"]["priority"][0]
    assert "no priority “Sky-high”" in sentence
    assert "Highest, Medium, Low" in sentence
    new = {"project": str(offering.pk), "type": "Feature", "summary": "N", "priority": "P0"}
    assert board.post("/items", new).status_code == 422
    (row,) = board.post("/items/bulk", {"items": [new]}).json()["items"]
    assert row["error"]["fields"]["priority"]
    item.refresh_from_db()
    assert item.priority == "Low"
    assert Change.objects.count() == before


def test_it_is_taken_in_jiras_spelling(
    board: ApiCaller, offering: MappedProject, make_item: Callable[..., WorkItem]
) -> None:
    item = make_item()
    assert board.patch(f"/items/{item.pk}", {"priority": "highest"}).json()["priority"] == "Highest"
    assert board.patch(f"/items/{item.pk}", {"priority": ""}).json()["priority"] == ""


def test_what_an_issue_was_seen_to_have_is_known_too(
    board: ApiCaller, offering: MappedProject, make_item: Callable[..., WorkItem]
) -> None:
    WorkItem.objects.filter(pk=make_item().pk).update(
        priority="New in Jira", sync_state="synced", remote_id="7"
    )
    item = make_item()
    assert board.patch(f"/items/{item.pk}", {"priority": "new in jira"}).status_code == 200


def test_where_jira_never_said_or_does_not_know_the_item_nothing_is_judged(
    board: ApiCaller, make_item: Callable[..., WorkItem]
) -> None:
    assert board.patch(f"/items/{make_item().pk}", {"priority": "Any"}).status_code == 200
    local = {"type": "Story", "summary": "Ours", "priority": "Own words"}
    assert board.post("/items", local).status_code == 201


def test_the_page_offers_what_jira_takes_and_refuses_the_rest(
    client_of: Callable[..., Client],
    rte: User,
    offering: MappedProject,
    make_item: Callable[..., WorkItem],
) -> None:
    item, page = make_item(priority="Old one"), client_of(rte)
    shown = page.get(reverse("planning:item", args=[item.pk])).context["form"]
    words = [value for value, _word in shown.fields["priority"].choices]
    assert words == ["", "Highest", "Medium", "Low", "Old one"]
    refused = filled(page, item, priority="Sky-high")
    assert refused.status_code == 422
    assert "This project has no priority “Sky-high”." in refused.content.decode()
    assert filled(page, item, priority="Medium").status_code == 302
    item.refresh_from_db()
    assert item.priority == "Medium"
    assert filled(page, item, summary="Priority as it is").status_code == 302


@pytest.mark.parametrize("typed", ["NOWHERE-1", str(uuid.uuid4()), "no key at all"])
def test_a_parent_that_does_not_exist_is_refused_where_it_is_typed(
    typed: str,
    client_of: Callable[..., Client],
    rte: User,
    board: ApiCaller,
    make_item: Callable[..., WorkItem],
) -> None:
    item = make_item()
    answer = filled(client_of(rte), item, parent=typed)
    assert answer.status_code == 422
    assert "There is no" in answer.content.decode()
    told = board.patch(f"/items/{item.pk}", {"parent": typed})
    assert told.status_code == 422
    assert told.json()["error"]["fields"]["parent"]
    item.refresh_from_db()
    assert item.parent is None


def test_verbs_that_nobody_waits_for_take_every_word(
    offering: MappedProject, make_item: Callable[..., WorkItem]
) -> None:
    """Such as an import of another tool's rows: what Jira says to them is parked in its words."""
    item = make_item()
    assert edit_item(item.pk, actor=None, values={"priority": "P0"}).priority == "P0"
