"""Links by the types of what they join, both ways, on both flavours; and link types that Jira lost."""

from __future__ import annotations

from typing import Any

import pytest

from connections.access.gateway import jira_for
from connections.models import MappedProject
from planning import link_editing
from planning.models import Change, Link, WorkItem
from sync.inbound import differences
from sync.mapping import mapping_check, project_mapping
from sync.models import Run
from sync.pairs.rules import rules_of
from sync.runs import project_runs
from sync.status import replay
from tests.sync.world import World

RULE = {"from": "Enabler", "word": "enables", "to": "Story", "link_type": "Relates"}
BETWEEN = {"from": "Story", "word": "needs", "to": "Story", "link_type": "Blocks"}


def rule(world: World, *rules: dict[str, str]) -> MappedProject:
    """These rules and no other; every issue is read again by them."""
    project = MappedProject.objects.get(pk=world.project.pk)
    project_mapping.change(project, actor=world.person, values={"link_rules": list(rules)})
    for run in Run.objects.filter(state="waiting"):
        while project_runs.work(run.pk):
            pass
    world.project.refresh_from_db()
    return world.project


def items(world: World, kind: str) -> list[WorkItem]:
    rows = WorkItem.objects.filter(project=world.project, type=kind, deleted=None)
    return list(rows.order_by("remote_id"))


def draw(world: World, source: WorkItem, word: str, target: WorkItem) -> Link:
    link = link_editing.add_link(actor=world.person, source=source.pk, target=target.pk, type=word)
    world.settle()
    link.refresh_from_db()
    return link


def in_jira(world: World, name: str, source: WorkItem, target: WorkItem) -> None:
    ends = {"inwardIssue": {"key": source.remote_key}, "outwardIssue": {"key": target.remote_key}}
    world.jira("POST", "/rest/api/2/issueLink", type={"name": name}, **ends)


def listed(world: World, source: WorkItem, target: WorkItem) -> set[str]:
    """The link types from one issue to another."""
    rows = world.issue(source.remote_key)["issuelinks"]
    return {
        row["type"]["name"]
        for row in rows
        if row.get("outwardIssue", {}).get("key") == target.remote_key
    }


@pytest.fixture
def pair(world: World) -> tuple[WorkItem, WorkItem]:
    """An enabler and a story that nothing joins."""
    Link.objects.all().delete()
    enabler, story = items(world, "Enabler")[0], items(world, "Story")[-1]
    assert not listed(world, enabler, story)
    return enabler, story


def word_of(source: WorkItem, target: WorkItem) -> list[str]:
    rows = Link.objects.filter(source=source, target=target, deleted=None)
    return sorted(rows.values_list("type", flat=True))


def test_the_board_draws_by_the_rule_and_jira_reads_back_the_same(world: World, pair):
    rule(world, RULE)
    enabler, story = pair
    link = draw(world, enabler, "enables", story)
    assert listed(world, enabler, story) == {"Relates"}
    assert (link.sync_state, link.type) == ("synced", "enables")
    assert word_of(enabler, story) == ["enables"]
    link_editing.remove_link(link.pk, actor=world.person)
    world.settle()
    assert listed(world, enabler, story) == set()
    assert word_of(enabler, story) == []


def test_jira_draws_and_the_board_has_the_rules_word(world: World, pair):
    rule(world, RULE)
    enabler, story = pair
    in_jira(world, "Relates", enabler, story)
    world.settle()
    assert word_of(enabler, story) == ["enables"]
    in_jira(world, "Relates", story, enabler)  # the other way round the pairs of links hold
    world.settle()
    assert word_of(story, enabler) == ["relates to"]
    assert not Change.objects.exists()


def test_a_new_rule_gives_links_that_are_there_its_word(world: World, pair):
    _enabler, story = pair
    other = items(world, "Story")[0]
    in_jira(world, "Blocks", story, other)
    world.settle()
    assert word_of(story, other) == ["blocks"]
    rule(world, BETWEEN)
    assert word_of(story, other) == ["needs"]
    rule(world)
    assert word_of(story, other) == ["blocks"]
    assert not Change.objects.exists()


def test_what_would_be_read_back_as_another_word_stays_on_the_board_and_says_so(world: World, pair):
    rule(world, BETWEEN)
    _enabler, story = pair
    other = items(world, "Story")[0]
    link = draw(world, story, "blocks", other)
    assert link.sync_state == "local_only"
    assert "“blocks” from Story to Story" in link.sync_detail
    assert listed(world, story, other) == set()


def test_a_comparison_finds_what_a_rule_changed_and_nothing_afterwards(world: World, pair):
    enabler, story = pair
    in_jira(world, "Relates", enabler, story)
    world.settle()
    project = MappedProject.objects.get(pk=world.project.pk)
    ids = [item.remote_id for item in WorkItem.objects.filter(project=project)]
    fields = differences.light_fields(rules_of(project))
    issues = jira_for(world.connection).issues.fetch(ids, fields).issues
    before = set(differences.differing(project, issues))
    project.link_rules = [RULE]
    found = set(differences.differing(project, issues)) - before
    assert found == {enabler.remote_id, story.remote_id}
    project = rule(world, RULE)
    assert differences.differing(project, issues) == []


def link_type(world: World, name: str) -> str:
    rows = world.jira("GET", "/rest/api/2/issueLinkType")["issueLinkTypes"]
    return next(f"/rest/api/2/issueLinkType/{row['id']}" for row in rows if row["name"] == name)


def test_a_link_type_that_jira_lost_is_named_and_mended(world: World, pair):
    rule(world, RULE)
    enabler, story = pair
    world.jira("DELETE", link_type(world, "Relates"))
    link = draw(world, enabler, "enables", story)
    assert link.sync_state == "parked"
    assert "Jira has no link type “Relates”" in link.sync_detail
    assert "renamed or removed" in link.sync_detail
    change = Change.objects.get(link=link)
    assert (change.state, change.code) == ("parked", "link_type_unknown")
    found = mapping_check.check(world.project).findings
    (told,) = [one for one in found if one.part == "links"]
    assert "“Relates”" in told.message
    assert "enables" in told.message
    rule(world, {**RULE, "link_type": "Cloners"})
    replay.replay_change(change, actor=world.person)
    world.settle()
    assert listed(world, enabler, story) == {"Cloners"}
    link.refresh_from_db()
    assert link.sync_state == "synced"


def test_links_of_a_renamed_type_stay_on_the_board(world: World, pair):
    _enabler, story = pair
    other = items(world, "Story")[0]
    link = draw(world, story, "blocks", other)
    assert link.remote_id
    world.jira("PUT", link_type(world, "Blocks"), name="Stops")
    world.edit_issue(story.remote_key, summary="Read again")
    world.settle()
    world.reconcile()
    assert word_of(story, other) == ["blocks"]
    world.jira("DELETE", f"/rest/api/2/issueLink/{link.remote_id}")
    world.settle()
    assert word_of(story, other) == []


def test_a_dry_run_tells_of_links(world: World, pair):
    rule(world, RULE, {**BETWEEN, "link_type": "Duplicate"})
    enabler, story = pair
    other = items(world, "Story")[0]
    world.reconcile()
    in_jira(world, "Relates", enabler, story)
    for source, word, target in ((other, "needs", story), (enabler, "relates to", story)):
        link_editing.add_link(actor=world.person, source=source.pk, target=target.pk, type=word)
    assert counts(world) == {"board_link": 1, "jira_link": 1, "kept": 1}
    world.jira("DELETE", link_type(world, "Duplicate"))
    assert counts(world) == {"board_link": 1, "link_type_unknown": 1, "kept": 1}


def counts(world: World) -> dict[str, Any]:
    run = project_runs.request(world.project, "dry_run")
    while project_runs.work(run.pk):
        pass
    run.refresh_from_db()
    told = {kind: n for kind, n in run.findings["counts"].items() if "link" in kind}
    return {**told, "kept": run.findings["kept_on_board"].get("links", 0)}
