"""A link type that is renamed in Jira is the same link type: found by its id, whatever it is called."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from connections.models import MappedProject
from connections.report import permission_report, project_setup
from planning.models import Change
from sync.inbound import differences
from sync.mapping import mapping_check, project_mapping
from tests.sync.test_link_rules import (
    RULE,
    counts,
    draw,
    in_jira,
    items,
    link_type,
    listed,
    rule,
    word_of,
)
from tests.sync.world import World

BLOCKS = {"from": "Story", "word": "needs", "to": "Story", "link_type": "Blocks"}


def rename(world: World, name: str, to: str) -> None:
    world.jira("PUT", link_type(world, name), name=to)


def stored(world: World) -> MappedProject:
    return MappedProject.objects.get(pk=world.project.pk)


def test_jira_draws_by_the_new_name_and_the_board_has_the_same_word(world: World) -> None:
    """Before anything has asked for the list of link types again."""
    enabler, story = items(world, "Enabler")[0], items(world, "Story")[-1]
    other = items(world, "Story")[0]
    rule(world, RULE)
    rename(world, "Relates", "Is akin to")
    in_jira(world, "Is akin to", enabler, story)
    in_jira(world, "Is akin to", story, other)
    world.settle()
    assert word_of(enabler, story) == ["enables"], "by the rule"
    assert word_of(story, other) == ["relates to"], "by the pairs of links"
    assert not Change.objects.exists()


def test_the_board_draws_by_the_new_name_and_the_mapping_takes_it_over(world: World) -> None:
    enabler, story = items(world, "Enabler")[0], items(world, "Story")[-1]
    rule(world, RULE)
    rename(world, "Relates", "Is akin to")
    link = draw(world, enabler, "enables", story)
    assert (link.sync_state, link.sync_detail) == ("synced", "")
    assert listed(world, enabler, story) == {"Is akin to"}
    project = stored(world)
    assert project.link_rules[0]["link_type"] == "Is akin to"
    assert project.link_map["relates to"] == "Is akin to"
    world.settle()
    assert word_of(enabler, story) == ["enables"]


def test_the_daily_comparison_takes_the_new_name_over_and_nothing_differs(world: World) -> None:
    rule(world, BLOCKS)
    rename(world, "Blocks", "Stops")
    world.reconcile()
    project = stored(world)
    assert (project.link_rules[0]["link_type"], project.link_map["blocks"]) == ("Stops", "Stops")
    before = Change.objects.count()
    world.control("POST", "reset")
    world.reconcile()
    assert Change.objects.count() == before
    assert differences.differing(project, []) == []


def test_two_types_that_swap_their_names_stay_apart(world: World) -> None:
    rename(world, "Blocks", "Between")
    rename(world, "Relates", "Blocks")
    rename(world, "Between", "Relates")
    story, other, third = items(world, "Story")[:3]
    in_jira(world, "Relates", story, other)  # which was “Blocks”
    world.settle()
    assert "blocks" in word_of(story, other)
    world.reconcile()
    project = stored(world)
    assert (project.link_map["blocks"], project.link_map["relates to"]) == ("Relates", "Blocks")
    draw(world, story, "relates to", third)
    assert "Blocks" in listed(world, story, third)


def test_a_new_type_under_the_old_name_is_another_type(world: World) -> None:
    rename(world, "Relates", "Is akin to")
    words = {"name": "Relates", "inward": "relates", "outward": "relates"}
    world.jira("POST", "/rest/api/2/issueLinkType", **words)
    story, other = items(world, "Story")[:2]
    had = word_of(story, other)
    in_jira(world, "Relates", story, other)
    world.settle()
    assert word_of(story, other) == had, "nobody has said what the new type is on the board"
    world.reconcile()
    assert stored(world).link_map["relates to"] == "Is akin to"
    project_mapping.change(
        stored(world), actor=world.person, values={"link_map": {"relates to": "Relates"}}
    )
    world.edit_issue(story.remote_key, summary="Read again")
    world.settle()
    assert word_of(story, other) == sorted([*had, "relates to"]), "now a person has"


def test_a_mapping_made_before_ids_were_kept_learns_them(world: World) -> None:
    project = stored(world)
    project.facts = {name: v for name, v in project.facts.items() if name != "link_types"}
    project.save()
    world.reconcile()
    assert stored(world).facts["link_types"]["Blocks"]
    rename(world, "Blocks", "Stops")
    world.reconcile()
    assert stored(world).link_map["blocks"] == "Stops"


def test_the_page_the_check_and_the_dry_run_show_the_new_name(
    world: World, client_of: Callable[..., Client], rte: Any
) -> None:
    enabler, story = items(world, "Enabler")[0], items(world, "Story")[-1]
    rule(world, RULE)
    rename(world, "Relates", "Is akin to")
    before = stored(world).link_rules
    page = client_of(rte).get(f"/connections/{world.connection.pk}/fields/")
    text = page.content.decode()
    assert '<option value="Is akin to" selected>' in text
    assert "not there any more" not in text
    assert not [one for one in mapping_check.check(stored(world)).findings if one.part == "links"]
    world.link(enabler, story)
    Change.objects.filter(kind="link").update(due="2999-01-01T00:00:00Z")
    assert "link_type_unknown" not in counts(world)
    assert stored(world).link_rules == before, "looking writes nothing"


@pytest.mark.parametrize("way", ["rules", "pairs"])
def test_saving_the_page_takes_the_new_name_over(world: World, way: str) -> None:
    rule(world, RULE)
    rename(world, "Relates", "Is akin to")
    named = {**RULE, "link_type": "Is akin to"}
    values: dict[str, Any] = (
        {"link_rules": [named]} if way == "rules" else {"link_map": {"akin": "Is akin to"}}
    )
    project_mapping.change(stored(world), actor=world.person, values=values)
    project = stored(world)
    assert project.link_map["relates to"] == "Is akin to"
    assert project.link_rules == [named]


def test_the_permission_report_knows_it_by_its_id(world: World) -> None:
    rename(world, "Blocks", "Stops")
    wanted = permission_report.request(world.connection, [world.project.key], actor=world.person)
    permission_report.take(wanted.pk)
    setup = project_setup.earlier(world.connection)[world.project.remote_id]
    assert not [one for one in setup["obstacles"] if "link type" in one["message"]]
    world.jira("DELETE", link_type(world, "Stops"))
    permission_report.take(
        permission_report.request(world.connection, [world.project.key], actor=world.person).pk
    )
    setup = project_setup.earlier(world.connection)[world.project.remote_id]
    assert [one for one in setup["obstacles"] if "the link type Blocks" in one["message"]]
