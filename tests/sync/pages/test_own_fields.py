"""Adding a field of Jira's to the board on "#4 Fields and statuses"."""

from __future__ import annotations

from django.test import Client
from django.urls import reverse

from connections.models import MappedProject
from planning.models import CustomField
from tests.sync.pages.conftest import filled, text_of
from tests.sync.world import World


def test_a_field_of_jiras_is_added_to_the_board(page: Client, world: World):
    remote = world.control("POST", "fields", name="Cost centre", kind="text")["id"]
    shown = page.get(reverse("sync:fields", args=[world.connection.pk]))
    assert "Another field" in text_of(shown)
    address = reverse("sync:change_fields", args=[world.project.pk])
    new = {"field_map_new": "Cost centre", "field_map_new_remote": remote}
    assert page.post(address, filled(shown, **new)).status_code == 302
    row = CustomField.objects.get()
    assert (row.name, row.kind) == ("Cost centre", "line")
    assert MappedProject.objects.get().field_map[row.word] == remote
    again = page.get(reverse("sync:fields", args=[world.connection.pk]))
    line = next(
        line
        for section in again.context["sections"]
        for line in section.lines
        if line.word == row.word
    )
    assert (str(line.label), line.remote_name) == ("Cost centre", "Cost centre")
    twice = page.post(address, filled(again, **{**new, "field_map_new_remote": ""}))
    assert twice.status_code == 422
    assert CustomField.objects.count() == 1


def test_a_field_that_is_another_word_already_adds_none(page: Client, world: World):
    shown = page.get(reverse("sync:fields", args=[world.connection.pk]))
    address = reverse("sync:change_fields", args=[world.project.pk])
    points = world.project.field_map["story_points"]
    new = {"field_map_new": "Points", "field_map_new_remote": points}
    assert page.post(address, filled(shown, **new)).status_code == 422
    assert not CustomField.objects.exists()
