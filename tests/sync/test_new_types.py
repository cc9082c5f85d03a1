"""Types that Jira got after the mapping: paired by their level, each with its own name; else said."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager

import pytest

from connections.models import MappedProject
from jira_sandbox.model.projects import IssueType
from sync.mapping import mapping_check, project_mapping
from sync.models import Lease, MappingVersion, Run
from sync.pairs import new_types
from sync.runs import project_runs
from tests.sync.world import PROJECT, World

SPIKE = IssueType("10900", "Spike", "", 0)


def add(world: World, kind: IssueType = SPIKE) -> None:
    site = world.handle.site
    with site.lock:
        site.types[kind.id] = kind
        project = site.project(PROJECT)
        project.type_ids = (*project.type_ids, kind.id)


def project_of(world: World) -> MappedProject:
    return MappedProject.objects.get(pk=world.project.pk)


def messages(world: World) -> str:
    return " ".join(one.message for one in mapping_check.check(project_of(world)).findings)


def test_one_of_a_level_that_is_read_is_paired_with_its_own_name(world: World) -> None:
    add(world)
    key = world.create_issue("look into it", issuetype={"id": SPIKE.id})
    world.reconcile()
    assert project_of(world).type_map["Spike"] == SPIKE.id
    item = world.item(key)
    assert (item.type, item.sync_state) == ("Spike", "synced")
    version = MappingVersion.objects.filter(project=world.project).latest("number")
    assert (version.origin, "Spike" in version.reason) == ("by_rule", True)
    assert "paired by itself, by name and level: Spike" in messages(world)
    world.edit(item, summary="looked into")
    world.settle()
    assert world.issue(key)["summary"] == "looked into"
    made = world.create("another", type="Spike")
    world.settle()
    made.refresh_from_db()
    assert world.issue(made.remote_key)["issuetype"]["id"] == SPIKE.id


def test_an_issue_that_shows_it_has_the_project_compared_soon_and_once(world: World) -> None:
    add(world)
    key = world.create_issue("look into it", issuetype={"id": SPIKE.id})
    far = "2099-01-01T00:00:00Z"
    MappedProject.objects.update(reconcile_due=far)
    world.poll()
    assert project_of(world).reconcile_due.year < 2099
    MappedProject.objects.update(reconcile_due=far)
    world.edit_issue(key, summary="again")
    world.poll()
    assert project_of(world).reconcile_due.year == 2099
    world.reconcile()
    assert world.item(key).type == "Spike"


def test_what_a_person_took_out_stays_out(world: World) -> None:
    add(world)
    world.reconcile()
    values = {"type_map": {"Spike": None}}
    project_mapping.change(project_of(world), actor=world.person, values=values)
    world.reconcile()
    said = messages(world)
    assert "Spike" not in project_of(world).type_map
    assert "No board type stands for Spike" in said
    assert "paired by itself" not in said


@pytest.mark.parametrize("kind", ["initiative", "subtask"])
def test_one_of_another_level_is_left_to_a_person(world: World, kind: str) -> None:
    level = {"initiative": 2, "subtask": -1}[kind]
    add(world, IssueType("10901", "Another", "", level))
    world.reconcile()
    assert "Another" not in project_of(world).type_map
    assert ("No board type stands for Another" in messages(world)) == (kind == "initiative")


def test_a_mapping_of_before_pairs_nothing_that_people_had_left_out(world: World) -> None:
    project = project_of(world)
    facts = {name: value for name, value in project.facts.items() if name != new_types.SEEN}
    types = {word: one for word, one in project.type_map.items() if word != "Bug"}
    MappedProject.objects.update(facts=facts, type_map=types)
    world.reconcile()
    assert "Bug" not in project_of(world).type_map
    add(world)
    world.reconcile()
    assert {"Spike"} == set(project_of(world).type_map) - set(types)


def test_the_check_pairs_it_and_has_its_issues_read(world: World) -> None:
    add(world)
    MappedProject.objects.update(reconcile_due="2099-01-01T00:00:00Z")
    assert "paired by itself, by name and level: Spike" in messages(world)
    assert project_of(world).reconcile_due.year < 2099


def test_two_of_a_name_have_words_apart(world: World) -> None:
    add(world, IssueType("10902", "Story", "", 0))
    world.reconcile()
    assert project_of(world).type_map["Story 2"] == "10902"


@pytest.mark.parametrize("place", ["run.starting", "run.started", "run.listed"])
def test_a_worker_that_dies_when_it_was_paired_leaves_none_of_its_issues_out(
    world: World, killed_at: Callable[[str], AbstractContextManager[None]], place: str
) -> None:
    add(world)
    key = world.create_issue("look into it", issuetype={"id": SPIKE.id})
    with killed_at(place):
        world.reconcile()
    Lease.objects.all().delete()
    for run in Run.objects.filter(state__in=("waiting", "running")):
        while project_runs.work(run.pk):
            pass
    assert world.item(key).type == "Spike"
    assert MappingVersion.objects.filter(project=world.project, origin="by_rule").count() == 1
