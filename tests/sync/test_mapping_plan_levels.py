"""Mapping many projects by the levels of their types: other names, and projects that are an ART's own."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.urls import reverse

from accounts.models import User
from almconnect.lib.api import Refused
from connections.models import MappedProject
from jira_sandbox.model.project_admin import add_project
from planning import own_projects
from planning.models import Art
from sync.core import template as names
from sync.mapping import mapping_plan
from sync.models import MappingTemplate
from tests.sync.test_mapping_plan import rows_of, template, work  # noqa: F401  (a fixture)
from tests.sync.world import World

FEATURE = "10000"


def test_a_type_of_another_name_is_found_by_its_level(
    world: World,
    template: MappingTemplate,  # noqa: F811
    rte: User,
    client_of: Callable[..., Any],
) -> None:
    world.control("POST", "names", kind="type", id="10001", name="Aufgabe")
    plan = mapping_plan.plan(
        world.connection, ["OTTER"], actor=world.person, template_id=template.pk
    )
    work(plan)
    (told,) = [one for one in rows_of(plan)["OTTER"].misfits if one["word"] == "Story"]
    assert (told["kind"], told["name"]) == (names.ANOTHER, "Aufgabe")
    template.content["types"].pop("Task")  # then two of that level have no other word
    template.save()
    plan = mapping_plan.plan(
        world.connection, ["OTTER"], actor=world.person, template_id=template.pk
    )
    work(plan)
    row = rows_of(plan)["OTTER"]
    shown = client_of(rte).get(reverse("sync:mapping_plan", args=[plan.pk])).content.decode()
    assert "no type is called “Story”, several are of its level" in shown
    with pytest.raises(Refused, match="Decide first what is meant in OTTER"):
        mapping_plan.confirm(plan, actor=world.person)
    mapping_plan.decide(row, {"chosen": {"types": {"Story": "10001"}}})
    mapping_plan.confirm(plan, actor=world.person)
    work(plan)
    assert MappedProject.objects.get(key="OTTER").type_map["Story"] == "10001"


def test_projects_of_nothing_but_features_are_the_arts_own(world: World) -> None:
    site = world.handle.site
    with site.lock:
        for key in ("CAPS", "PLAT"):
            add_project(site, key, f"Platform {key}", (FEATURE,))
    art = Art.objects.create(name="Travel", project=world.project)
    wanted = ["CAPS", "PLAT", "OTTER"]
    plan = mapping_plan.plan(world.connection, wanted, actor=world.person, art=art)
    work(plan)
    belongs = {key: row.belongs for key, row in rows_of(plan).items()}
    assert belongs == {"CAPS": "art", "PLAT": "art", "OTTER": "team"}
    mapping_plan.confirm(plan, actor=world.person)
    work(plan)
    found = [one.key for one in own_projects.projects_of(Art.objects.get(pk=art.pk))]
    assert found == [world.project.key, "CAPS", "PLAT"]
