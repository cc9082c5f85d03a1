"""The part of "#4 Fields and statuses" for links by type, and the same by REST."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from accounts.models import AuditEntry, User
from connections.models import MappedProject
from sync.models import Run
from tests.sync.pages.conftest import text_of
from tests.sync.world import World

RULE = {"from": "Enabler", "word": "enables", "to": "Story", "link_type": "Relates"}


def show(page: Client, world: World):
    return page.get(reverse("sync:fields", args=[world.connection.pk]))


def save(page: Client, world: World, *rules: dict[str, str]):
    sent = {
        f"links-rule_{number}_{part}": value
        for number, one in enumerate(rules)
        for part, value in one.items()
    }
    return page.post(reverse("sync:change_links", args=[world.project.pk]), sent)


def stored() -> list[dict[str, str]]:
    return MappedProject.objects.get().link_rules


def test_a_rule_is_stored_shown_and_taken_out(page: Client, world: World):
    words = text_of(show(page, world))
    assert "Links by type" in words
    assert save(page, world, RULE).status_code == 302
    assert stored() == [RULE]
    assert Run.objects.filter(kind="reconcile", state="waiting").exists()
    entry = AuditEntry.objects.filter(action="project.changed").latest("pk")
    assert entry.after["link_rules"] == [RULE]
    lines = show(page, world).context["links_form"].lines()
    assert [field.value() for field in lines[0].fields] == list(RULE.values())
    assert len(lines) == 3
    assert save(page, world, dict.fromkeys(RULE, "")).status_code == 302
    assert stored() == []


def test_half_a_line_is_said_beside_what_is_missing(page: Client, world: World):
    answer = save(page, world, {**RULE, "to": ""})
    assert answer.status_code == 422
    assert "Fill in the whole line, or empty it." in text_of(answer)
    assert answer.context["links_form"].errors.keys() == {"rule_0_to"}
    assert stored() == []


def test_contradicting_rules_are_refused_in_words(page: Client, world: World):
    answer = save(page, world, RULE, {**RULE, "word": "helps"})
    assert answer.status_code == 422
    words = text_of(answer)
    assert "Between Enabler and Story, Jira&#x27;s “Relates” cannot be both" in words
    assert stored() == []


def test_a_viewer_sees_rules_and_may_not_change_them(
    page: Client, viewer: User, client_of: Callable[..., Client], world: World
):
    save(page, world, RULE)
    other = client_of(viewer)
    assert "<strong>enables</strong> Story: Relates" in text_of(show(other, world))
    assert save(other, world, {}).status_code == 403
    assert stored() == [RULE]


@pytest.fixture
def patch(world: World, api: Callable[..., Any], token_of: Callable[..., str]):
    caller = api(token_of(world.person))

    def send(*rules: dict[str, Any]):
        return caller.patch(f"/projects/{world.project.pk}", {"link_rules": list(rules)})

    return send


def test_the_api_changes_and_shows_them(patch: Callable[..., Any], world: World):
    assert patch(RULE).json()["link_rules"] == [RULE]
    assert stored() == [RULE]
    assert patch().json()["link_rules"] == []


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"link_type": "Loves"}, "Jira has no link type “Loves”. It has: Blocks, "),
        ({"from": "Saga"}, "“Saga” is no type of work item that FALCON has paired. There are: "),
        ({"to": "Saga"}, "“Saga” is no type of work item"),
    ],
)
def test_what_does_not_exist_is_named(patch: Callable[..., Any], world: World, change, words):
    answer = patch({**RULE, **change})
    assert answer.status_code == 422
    error = answer.json()["error"]
    assert words in error["message"]
    assert error["fields"]["link_rules"] == [error["message"]]
    assert stored() == []


def test_one_word_for_two_link_types_and_the_same_twice(patch: Callable[..., Any]):
    twice = patch(RULE, RULE).json()["error"]["message"]
    assert twice == "Between Enabler and Story, “enables” is said twice."
    both = patch(RULE, {**RULE, "link_type": "Blocks"}).json()["error"]["message"]
    assert both.endswith("“enables” cannot be both “Relates” and “Blocks”.")


def test_a_part_that_is_missing_or_strange_is_refused(patch: Callable[..., Any]):
    for wrong in ({**RULE, "word": ""}, {**RULE, "more": "x"}, {"word": "x"}):
        assert patch(wrong).status_code == 422


def test_a_word_of_a_rule_may_be_drawn_on_the_board(
    patch: Callable[..., Any], page: Client, world: World
):
    patch(RULE)
    item = world.first()
    assert "enables" in text_of(page.get(reverse("planning:item", args=[item.pk])))
