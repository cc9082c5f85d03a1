"""A field that Jira leaves out of an issue is unknown: what people write there never counts as agreed."""

from __future__ import annotations

from typing import Any

import pytest
from django.urls import reverse

from planning.models import Change, WorkItem
from sync.models import Shadow
from tests.sync.world import World

pytestmark = pytest.mark.django_db(transaction=True)


def without(world: World, name: str, *types: str) -> str:
    """Give the board field's Jira field no context for these issue types (all, if none is named)."""
    site = world.handle.site
    field = world.project.field_map[name]
    with site.lock:
        project = site.project(world.project.key)
        for kind in types or ("*",):
            project.without.setdefault(kind, []).append(field)
    return field


def edited(world: World, **values: Any) -> tuple[WorkItem, Change]:
    key = world.create_issue("a story")
    world.poll()
    item = world.item(key)
    world.edit(item, **values)
    world.push()
    return WorkItem.objects.get(pk=item.pk), Change.objects.filter(item=item).order_by("-id")[0]


@pytest.mark.parametrize(
    ("name", "value"), [("story_points", 8), ("priority", "High"), ("wsjf", 3), ("labels", ["a"])]
)
def test_a_field_without_context_is_sent_and_refused_in_words(
    world: World, name: str, value: Any
) -> None:
    without(world, name)
    item, change = edited(world, **{name: value, "summary": "goes all the same"})
    assert change.state == "parked"
    assert "no such field in Jira" in change.message
    assert item.sync_state == "parked"
    assert world.issue(item.remote_key)["summary"] == "goes all the same"
    world.reconcile()
    item.refresh_from_db()
    assert item.sync_state == "parked", "no comparison may call it synced"
    assert item.story_points == (8 if name == "story_points" else None)


def test_only_the_type_that_lacks_it_is_concerned(world: World) -> None:
    site = world.handle.site
    bug = next(one.id for one in site.types.values() if one.name == "Bug")
    field = without(world, "story_points", bug)
    item, change = edited(world, story_points=8)
    assert (change.state, change.message) == ("settled", "")
    assert world.issue(item.remote_key)[field] == 8


def test_a_field_that_jira_hides_but_takes_is_not_called_agreed(world: World) -> None:
    """It is shown on the screen, and not in the answer: nothing proves that Jira holds it."""
    site = world.handle.site
    key = world.create_issue("a story")
    world.poll()
    item = world.item(key)
    field = without(world, "story_points")
    world.edit(item, story_points=8)
    with site.lock:
        site.project(world.project.key).without.clear()
    # Hidden from the account alone: on the screen, and left out of every answer.
    world.fault("write_ignored", method="PUT", path="/issue/")
    world.push()
    change = Change.objects.filter(item=item).latest("id")
    assert change.state == "parked"
    assert "still holds nothing there" in change.message
    assert world.issue(key)[field] is None


def test_a_sprint_that_jira_does_not_show_is_not_called_agreed(world: World) -> None:
    site = world.handle.site
    sprint = next(s.id for s in site.sprints.values() if s.state == "active")
    iteration = world.iteration(1, sprint)
    without(world, "iteration")
    item, change = edited(world, iteration=str(iteration.pk))
    assert change.state == "parked"
    assert "does not show the field" in change.message
    assert item.iteration_id == iteration.pk


def test_what_a_create_could_not_carry_is_told_too(world: World) -> None:
    site = world.handle.site
    sprint = next(s.id for s in site.sprints.values() if s.state == "active")
    iteration = world.iteration(1, sprint)
    without(world, "iteration")
    item = world.create("new here", iteration=str(iteration.pk))
    world.push()
    item.refresh_from_db()
    assert item.remote_key
    assert item.sync_state == "parked"


def test_the_boards_value_survives_when_jira_shows_the_field_at_last(world: World) -> None:
    field = without(world, "story_points")
    item, change = edited(world, story_points=8)
    with world.handle.site.lock:
        world.handle.site.project(world.project.key).without.clear()
    world.edit_issue(item.remote_key, summary="touched")
    world.poll()
    item.refresh_from_db()
    assert item.story_points == 8
    Change.objects.filter(pk=change.pk).update(state="waiting")
    world.push()
    assert world.issue(item.remote_key)[field] == 8
    item.refresh_from_db()
    assert item.sync_state == "synced"
    assert Shadow.objects.get(item=item).parked == {}


def test_a_field_that_is_not_mapped_is_said_to_stay(world: World) -> None:
    world.project.field_map.pop("story_points")
    world.project.save(update_fields=["field_map"])
    _item, change = edited(world, story_points=5)
    assert change.state == "settled"
    assert change.message == "Kept on the board only, since it is not mapped: story_points."


def test_the_board_offers_no_field_that_the_type_lacks(world: World, client_of: Any) -> None:
    site = world.handle.site
    bug = next(one.id for one in site.types.values() if one.name == "Bug")
    without(world, "story_points", bug)
    story = world.item(world.create_and_read("a story"))
    key = world.create_issue("a bug", issuetype={"name": "Bug"})
    world.poll()
    page = client_of(world.person)

    def offered(item: WorkItem) -> bool:
        form = page.get(reverse("planning:item", args=[item.pk])).context["form"]
        return "story_points" in form.fields

    assert (offered(story), offered(world.item(key))) == (True, False)
    new = page.get(reverse("planning:new") + f"?project={world.project.pk}").context["form"]
    assert "story_points" in new.fields, "another type has it"
    with site.lock:
        site.project(world.project.key).without.clear()
    world.edit_issue(key, summary="has it now")
    world.poll()
    assert offered(world.item(key))


def test_a_description_that_comes_as_a_document_is_not_written_over(world: World) -> None:
    site = world.handle.site
    key = world.create_issue("a story", description="*What* Jira has")
    site.documents = True
    world.poll()
    item = world.item(key)
    world.edit(item, description="what the person wrote", story_points=88)
    world.push()
    change = Change.objects.filter(item=item).latest("id")
    item.refresh_from_db()
    assert change.state == "parked"
    assert "as a document" in change.message
    assert (item.sync_state, item.description) == ("parked", "what the person wrote")
    assert site.keys[key].values["description"] == "*What* Jira has"
    assert world.issue(key)[world.project.field_map["story_points"]] == 88
    world.reconcile()
    item.refresh_from_db()
    assert (item.sync_state, item.description) == ("parked", "what the person wrote")
