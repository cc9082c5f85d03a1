""" "#4 Fields and statuses": side by side with samples, and changing what is what."""

from __future__ import annotations

from collections.abc import Callable

from django.test import Client
from django.urls import reverse

from accounts.models import User
from connections.models import Connection, MappedProject
from sync.models import Run
from tests.sync.pages.conftest import filled, text_of
from tests.sync.world import World


def show(page: Client, world: World):
    return page.get(reverse("sync:fields", args=[world.connection.pk]))


def save(page: Client, world: World, **values: object):
    address = reverse("sync:change_fields", args=[world.project.pk])
    return page.post(address, filled(show(page, world), **values))


def place(page: Client, world: World, name: str, word: str) -> str:
    """The form field of a board word."""
    places = show(page, world).context["form"].places
    return next(field for field, pair in places.items() if pair == (name, word))


def test_without_a_mapping_it_leads_to_the_projects(page: Client, connection: Connection):
    words = text_of(page.get(reverse("sync:fields", args=[connection.pk])))
    assert "Map a project first" in words
    assert "#2 Projects" in words


def test_board_and_jira_stand_side_by_side_with_a_sample(page: Client, world: World):
    answer = show(page, world)
    lines = {
        (section.name, line.word): line
        for section in answer.context["sections"]
        for line in section.lines
    }
    points = lines["field_map", "story_points"]
    assert points.remote == world.project.field_map["story_points"]
    assert points.remote_name
    assert points.sample
    assert lines["status_map", "Done"].sample
    assert lines["type_map", "Story"].remote_name == "Story"
    assert lines["field_map", "summary"].control is None
    assert lines["type_map", "Story"].level == "level of stories"
    assert "without a pair: Sub-task" in text_of(answer)


def test_a_field_taken_out_stays_on_the_board(page: Client, world: World):
    field = place(page, world, "field_map", "story_points")
    assert save(page, world, **{field: ""}).status_code == 302
    project = MappedProject.objects.get()
    assert "story_points" not in project.field_map
    assert set(world.project.field_map) - set(project.field_map) == {"story_points"}
    assert Run.objects.filter(kind="reconcile", state="waiting").exists()
    assert "stays on the board" in text_of(show(page, world))


def test_a_status_gets_another_board_word(page: Client, world: World):
    old = place(page, world, "status_map", "In Progress")
    remote = world.project.status_map["In Progress"]
    save(page, world, **{old: "", "status_map_new": "Doing", "status_map_new_remote": remote})
    project = MappedProject.objects.get()
    assert project.status_map["Doing"] == remote
    assert "In Progress" not in project.status_map
    assert project.facts["statuses"]["Doing"]["category"] == "indeterminate"
    item = world.item(next(i.remote_key for i in [world.first()]))
    world.edit(item, status="Doing")
    world.push()
    assert world.issue(item.remote_key)["status"]["name"] == "In Progress"


def test_one_thing_of_jiras_is_one_board_word(page: Client, world: World):
    field = place(page, world, "status_map", "Done")
    answer = save(page, world, **{field: world.project.status_map["To Do"]})
    assert answer.status_code == 422
    assert "one of the two has to give way" in text_of(answer)
    half = save(page, world, status_map_new="Doing")
    assert "Give both" in text_of(half)
    assert MappedProject.objects.get().status_map == world.project.status_map


def test_nothing_changed_reads_nothing_again(page: Client, world: World):
    before = Run.objects.count()
    save(page, world)
    assert Run.objects.count() == before
    assert MappedProject.objects.get().field_map == world.project.field_map


def test_a_viewer_reads(viewer: User, client_of: Callable[..., Client], world: World):
    words = text_of(show(client_of(viewer), world))
    assert "Story points" in words
    assert "<select" not in words


def test_what_is_stored_is_shown_where_jira_does_not_answer(page: Client, world: World):
    Connection.objects.update(base_url="http://127.0.0.1:9")
    answer = show(page, world)
    assert answer.status_code == 409
    words = text_of(answer)
    assert "diagnosis-what" in words
    assert world.project.field_map["story_points"] in words
    assert "<select" not in words


def test_subtasks_that_the_api_mapped_keep_their_pair(page: Client, world_with):
    world = world_with(maps={"type_map": {"Sub-task": "10003"}})
    words = text_of(show(page, world))
    assert "Sub-task" in words
    assert "Jira does not show it any more" not in words
