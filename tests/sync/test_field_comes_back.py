"""A field that Jira did not tell of an issue, and tells again without the issue's being touched."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone

from connections.models import MappedProject
from jira_sandbox.model.projects import Project
from sync.inbound import differences
from sync.pairs.rules import rules_of
from tests.sync.world import World

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def home(world: World) -> Project:
    """The project, in which a Story has no labels for the moment."""
    home = world.handle.site.project(world.project.key)
    story = next(one.id for one in world.handle.site.types.values() if one.name == "Story")
    home.without[story] = [world.project.field_map["labels"]]
    return home


@pytest.fixture
def key(world: World, home: Project) -> str:
    """An issue that was read meanwhile, whose label nobody has seen."""
    key = world.create_issue("A story")
    world.handle.site.keys[key].values["labels"] = ("unseen",)
    world.poll()
    assert world.item(key).labels == []
    return key


def test_the_comparison_takes_it_in(world: World, home: Project, key: str) -> None:
    home.without.clear()
    world.reconcile()
    assert world.item(key).labels == ["unseen"]


def test_what_was_edited_before_it_went_is_taken_in_too(world: World, home: Project) -> None:
    """The pair agreed on the field once, and the read that saw the edit was told nothing of it."""
    story, lacking = home.without.popitem()
    key = world.create_and_read("A story")
    world.handle.site.keys[key].values["labels"] = ("unseen",)
    home.without[story] = lacking
    world.edit_issue(key, summary="Edited, and its field taken off")
    world.poll()
    assert world.item(key).labels == []
    home.without.clear()
    world.reconcile()
    assert world.item(key).labels == ["unseen"]


def test_an_issue_that_shows_it_again_calls_for_a_comparison(
    world: World, home: Project, key: str
) -> None:
    """Else it would take until the next day."""
    tomorrow = timezone.now() + timedelta(days=1)
    MappedProject.objects.update(reconcile_due=tomorrow)
    other = world.create_issue("Another story")
    world.poll()
    assert MappedProject.objects.get(pk=world.project.pk).reconcile_due == tomorrow
    home.without.clear()
    world.edit_issue(other, summary="Another one, edited")
    world.poll()
    due = MappedProject.objects.get(pk=world.project.pk).reconcile_due
    assert due is not None
    assert due <= timezone.now()


def test_what_no_pair_lacks_is_not_asked_for(world: World) -> None:
    """Bodies are long; a comparison reads them whole only where something differs."""
    world.poll()
    project = MappedProject.objects.get(pk=world.project.pk)
    assert differences.untold_to_some(project) == []


def test_what_some_pair_lacks_is(world: World, key: str) -> None:
    project = MappedProject.objects.get(pk=world.project.pk)
    rules = rules_of(project)
    assert differences.untold_to_some(project) == ["labels"]
    assert rules.fields["labels"] in differences.light_fields(rules, ["labels"])
    assert rules.fields["description"] not in differences.light_fields(rules, ["labels"])
