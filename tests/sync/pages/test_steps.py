"""The part of "#4 Fields and statuses" for steps that ask for more than a status."""

from __future__ import annotations

from collections.abc import Callable

from django.test import Client
from django.urls import reverse

from accounts.models import User
from connections.models import MappedProject
from tests.sync.pages.conftest import text_of
from tests.sync.world import World


def show(page: Client, world: World):
    return page.get(reverse("sync:fields", args=[world.connection.pk]))


def save(page: Client, world: World, value: str):
    form = show(page, world).context["steps_form"]
    (field,) = form.places
    address = reverse("sync:change_steps", args=[world.project.pk])
    return page.post(address, {form.add_prefix(field): value})


def test_a_demanded_field_is_shown_with_what_is_given(page: Client, world: World):
    answer = show(page, world)
    (bound,) = list(answer.context["steps_form"])
    assert bound.label == "Resolution, on the step to Rejected"
    assert bound.value() == "Done"
    assert "Steps that ask for more" in text_of(answer)


def test_another_value_is_stored_and_an_empty_one_taken_out(page: Client, world: World):
    assert save(page, world, "Duplicate").status_code == 302
    stored = MappedProject.objects.get()
    assert stored.transition_defaults == {"Rejected": {"resolution": "Duplicate"}}
    assert save(page, world, "").status_code == 302
    assert MappedProject.objects.get().transition_defaults == {}


def test_what_jira_does_not_offer_is_said_beside_the_field(page: Client, world: World):
    answer = save(page, world, "Nonsense")
    assert answer.status_code == 422
    assert "Nonsense is not one of the available choices" in text_of(answer)


def test_a_viewer_may_not(viewer: User, client_of: Callable[..., Client], world: World):
    address = reverse("sync:change_steps", args=[world.project.pk])
    assert client_of(viewer).post(address, {"steps-step_0": ""}).status_code == 403
    assert MappedProject.objects.get().transition_defaults
