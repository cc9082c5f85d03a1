"""Templates, and many projects mapped together: planned, decided on, carried out."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from accounts.models import User
from almconnect.lib.api import Refused
from connections.models import Connection, MappedProject
from planning import own_projects
from planning.custom_field_editing import add_field, remove_field
from planning.models import Art, Pi, SprintLink, Team, WorkItem
from sync.core import template as names
from sync.mapping import mapping_plan, project_mapping, templates
from sync.models import MappingDraft, MappingPlan, MappingTemplate, PlannedProject, Run
from sync.pairs import mapping_versions
from sync.runs import project_runs
from tests.sync.world import World

OTHERS = ("OTTER", "LYNX", "HERON")


def work(plan: MappingPlan) -> None:
    while mapping_plan.work(plan.pk):
        pass


def imported() -> None:
    for run in Run.objects.filter(state__in=("waiting", "running")):
        while project_runs.work(run.pk):
            pass


def rows_of(plan: MappingPlan) -> dict[str, PlannedProject]:
    return {one.key: one for one in PlannedProject.objects.filter(plan=plan)}


@pytest.fixture
def template(world: World) -> MappingTemplate:
    project_mapping.change(
        world.project,
        actor=world.person,
        values={"conflict_policy": "ask", "field_map": {"labels": None}},
    )
    return templates.save(world.project, "Stories", actor=world.person)


# ── Templates ────────────────────────────────────────────────────────────────────────────────────
def test_a_template_holds_names_and_comes_back_from_its_file(
    world: World, template: MappingTemplate
) -> None:
    assert template.content["types"]["Story"] == "Story"
    assert "labels" not in template.content["fields"]
    name, content = templates.read(templates.as_file(template))
    assert (name, content) == ("Stories", template.content)
    assert templates.fitted(content, world.project).misfits == []


def test_fields_of_the_customers_choice_go_by_their_names(world: World) -> None:
    """Their ids are of one console alone; one that a board does not have stays out, and is said."""
    made = world.control("POST", "fields", name="Area", kind="select", choices=["North"])["id"]
    field = add_field(actor=world.person, name="Region", kind="choice")
    project_mapping.change(
        world.project,
        actor=world.person,
        values={
            "field_map": {field.word: made},
            "field_directions": {field.word: "from_jira", "labels": "to_jira"},
        },
    )
    row = templates.save(world.project, "Stories", actor=world.person)
    assert row.content["fields"]["custom:Region"] == "Area"
    assert row.content["field_directions"] == {"custom:Region": "from_jira", "labels": "to_jira"}
    _name, content = templates.read(templates.as_file(row))
    found = templates.fitted(content, world.project)
    assert found.misfits == []
    assert found.values["field_map"][field.word] == made
    assert found.values["field_directions"][field.word] == "from_jira"
    project_mapping.change(
        world.project, actor=world.person, values={"field_map": {field.word: None}}
    )
    remove_field(field, actor=world.person)
    found = templates.fitted(content, world.project)
    assert [(one.word, one.name, one.kind) for one in found.misfits] == [
        ("Region", "Area", names.MISSING)
    ]
    assert found.values["field_directions"] == {"labels": "to_jira"}


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("types: [", "no YAML in line 1"),
        ("- a", "mapping of words"),
        ("colour: red", "no part “colour”"),
        ("direction: sideways", "one of: both"),
        ("types: {Story: 5}", "both texts"),
        ("field_directions: {labels: sideways}", "one of both"),
        ("link_rules: [{from: a}]", "from, word, to and link_type"),
        ("create_defaults: {Story: 3}", "board word: field in Jira"),
        ("transition_defaults: {Done: {Due: 2026-01-01}}", "put a date in quotes"),
        ("types: &a {Story: Story}\nfields: *a", "no YAML"),
        ("x: " + "y" * 200_001, "too long"),
    ],
)
def test_a_file_that_is_no_template_is_refused_in_words(text: str, why: str) -> None:
    with pytest.raises(Refused) as refusal:
        templates.read(text)
    assert why in " ".join(refusal.value.fields["content"])


def test_a_template_goes_into_a_draft_of_a_mapped_project(
    world: World, template: MappingTemplate
) -> None:
    other, _run = project_mapping.map_project(world.connection, "OTTER", actor=world.person)
    imported()
    compared, fitted = templates.into_draft(template, other, actor=world.person)
    assert {(one.part, one.word) for one in compared.differences} == {
        ("conflict_policy", ""),
        ("field_map", "labels"),
    }
    assert fitted.misfits == []
    assert MappingDraft.objects.filter(project=other).exists()


# ── Mapped together ──────────────────────────────────────────────────────────────────────────────
def test_many_projects_are_mapped_by_a_template_with_teams_boards_and_sprints(
    world: World, template: MappingTemplate
) -> None:
    art, pi = Art.objects.create(name="Travel"), Pi.objects.create(name="PI 2026.4")
    lynx = Team.objects.create(name="Lynx")
    plan = mapping_plan.plan(
        world.connection,
        OTHERS,
        actor=world.person,
        template_id=template.pk,
        art=art,
        pi=pi,
    )
    work(plan)
    rows = rows_of(plan)
    assert {one.state for one in rows.values()} == {"proposed"}
    assert (rows["LYNX"].team, rows["OTTER"].team_name) == (lynx, "Otter")
    assert all(one.board_id and one.boards[0]["own"] for one in rows.values())
    assert MappedProject.objects.count() == 1  # nothing yet
    assert mapping_plan.confirm(plan, actor=world.person) == 3
    work(plan)
    assert {one.state for one in rows_of(plan).values()} == {"mapped"}
    imported()
    for key in OTHERS:
        project = MappedProject.objects.get(key=key)
        assert project.conflict_policy == "ask"
        assert "labels" not in project.field_map
        version = mapping_versions.latest(project)
        assert version is not None
        assert (version.origin, version.source) == ("template", "Stories")
        team = Team.objects.get(name=key.title())
        assert (team.art, team.project) == (art, project)
        assert SprintLink.objects.filter(team=team, iteration__pi=pi).count() == 4
        assert WorkItem.objects.filter(project=project, team=team).count() == 12


def test_without_a_template_each_project_has_its_own_proposal(world: World) -> None:
    plan = mapping_plan.plan(world.connection, ["OTTER", "falcon"], actor=world.person)
    work(plan)
    assert rows_of(plan)["FALCON"].project == world.project
    assert rows_of(plan)["FALCON"].team == world.team
    mapping_plan.confirm(plan, actor=world.person)
    work(plan)
    assert MappedProject.objects.get(key="OTTER").field_map["labels"] == "labels"
    assert Team.objects.get(name="Otter").project.key == "OTTER"


def test_what_does_not_fit_is_told_and_decided_on(world: World, template: MappingTemplate) -> None:
    template.content["statuses"]["Waiting for release"] = "Waiting for release"
    template.content["fields"]["wsjf"] = "Value"
    template.save()
    made = [
        world.control("POST", "fields", name="Value", kind="select", choices=["1"])["id"]
        for _ in range(2)
    ]
    plan = mapping_plan.plan(
        world.connection, ["OTTER"], actor=world.person, template_id=template.pk
    )
    work(plan)
    row = rows_of(plan)["OTTER"]
    told = {(one["part"], one["word"], one["kind"]) for one in row.misfits}
    assert ("statuses", "Waiting for release", names.MISSING) in told
    assert ("fields", "wsjf", names.SEVERAL) in told
    with pytest.raises(Refused, match="Decide first what is meant in OTTER"):
        mapping_plan.confirm(plan, actor=world.person)
    mapping_plan.decide(row, {"chosen": {"fields": {"wsjf": made[1]}}, "team_name": "The otters"})
    mapping_plan.confirm(plan, actor=world.person)
    work(plan)
    project = MappedProject.objects.get(key="OTTER")
    assert project.field_map["wsjf"] == made[1]
    assert "Waiting for release" not in project.status_map
    assert Team.objects.get(name="The otters").project == project


def test_a_project_that_fails_holds_up_no_other_and_can_be_tried_again(world: World) -> None:
    plan = mapping_plan.plan(world.connection, OTHERS, actor=world.person)
    work(plan)
    project = world.handle.site.project("LYNX")
    project.archived = True
    mapping_plan.confirm(plan, actor=world.person)
    work(plan)
    rows = rows_of(plan)
    assert [rows[key].state for key in OTHERS] == ["mapped", "failed", "mapped"]
    assert "archived" in rows["LYNX"].message
    project.archived = False
    assert mapping_plan.confirm(plan, actor=world.person) == 1
    work(plan)
    assert rows_of(plan)["LYNX"].state == "mapped"
    with pytest.raises(Refused, match="no project left"):
        mapping_plan.confirm(plan, actor=world.person)


def test_a_worker_that_dies_goes_on_where_it_was(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Mapped already and not yet said so: found mapped, not mapped twice."""
    plan = mapping_plan.plan(world.connection, ["OTTER"], actor=world.person)
    work(plan)
    mapping_plan.confirm(plan, actor=world.person)
    project_mapping.map_project(world.connection, "OTTER", actor=world.person)
    work(plan)
    assert rows_of(plan)["OTTER"].state == "mapped"
    assert MappedProject.objects.filter(key="OTTER").count() == 1
    assert Team.objects.get(name="Otter").project.key == "OTTER"


def test_a_connection_that_fails_keeps_the_plan_for_later(world: World) -> None:
    plan = mapping_plan.plan(world.connection, ["OTTER"], actor=world.person)
    world.fault("error", 503)
    work(plan)
    assert rows_of(plan)["OTTER"].state == "reading"
    assert mapping_plan.due() == []  # not at once
    MappingPlan.objects.update(due="2020-01-01T00:00:00Z")
    world.mend()
    Connection.objects.update(call_after=None)
    assert mapping_plan.due() == [str(plan.pk)]
    work(plan)
    assert rows_of(plan)["OTTER"].state == "proposed"


def test_left_out_is_left_out(world: World) -> None:
    plan = mapping_plan.plan(world.connection, ["OTTER", "LYNX"], actor=world.person)
    work(plan)
    mapping_plan.decide(rows_of(plan)["LYNX"], {"left_out": True})
    assert mapping_plan.confirm(plan, actor=world.person) == 1
    work(plan)
    assert not MappedProject.objects.filter(key="LYNX").exists()
    with pytest.raises(Refused, match="is mapped"):
        mapping_plan.decide(rows_of(plan)["OTTER"], {"left_out": True})


def test_an_art_gets_the_projects_of_its_own(world: World) -> None:
    art = Art.objects.create(name="Travel")
    plan = mapping_plan.plan(world.connection, ["ART", "OTTER"], actor=world.person, art=art)
    work(plan)
    rows = rows_of(plan)
    assert (rows["ART"].belongs, rows["OTTER"].belongs) == ("art", "team")
    mapping_plan.decide(rows["OTTER"], {"belongs": "art"})
    mapping_plan.confirm(plan, actor=world.person)
    work(plan)
    art.refresh_from_db()
    assert [one.key for one in own_projects.projects_of(art)] == ["ART", "OTTER"]
    assert art.project.key == "ART"
    work(plan)
    assert art.further_projects.count() == 1


@pytest.mark.parametrize(
    ("keys", "why"), [([], "between 1 and"), (["NOPE"], "sees no project NOPE")]
)
def test_a_plan_of_nothing_is_refused(world: World, keys: list[str], why: str) -> None:
    with pytest.raises(Refused, match=why):
        mapping_plan.plan(world.connection, keys, actor=world.person)


def test_fields_and_links_are_asked_for_once_however_many_projects(
    world: World, template: MappingTemplate
) -> None:
    counts: dict[int, Callable[[str], int]] = {}
    for many in (1, 3):
        world.control("POST", "reset")
        plan = mapping_plan.plan(
            world.connection, OTHERS[:many], actor=world.person, template_id=template.pk
        )
        work(plan)
        calls: dict[str, Any] = world.calls()
        counts[many] = {
            kind: sum(n for name, n in calls.items() if name.endswith(kind))
            for kind in ("/field", "/issueLinkType")
        }
    assert counts[1] == counts[3] == {"/field": 1, "/issueLinkType": 1}


# ── On the pages ─────────────────────────────────────────────────────────────────────────────────
def test_an_art_is_mapped_on_its_pages(
    world: World, template: MappingTemplate, rte: User, viewer: User, client_of: Callable[..., Any]
) -> None:
    client, page = client_of(rte), reverse("sync:map_many", args=[world.connection.pk])
    assert client_of(viewer).get(page).status_code == 403
    shown = client.get(page).content.decode()
    assert "OTTER" in shown
    refused = client.post(page, {"art": ""})
    assert refused.status_code == 422
    assert "between 1 and" in refused.content.decode()
    sent = {
        "project": ["OTTER", "LYNX"],
        "template": str(template.pk),
        "art": "new",
        "art_name": "Travel",
    }
    answer = client.post(page, sent)
    plan = MappingPlan.objects.get()
    address = reverse("sync:mapping_plan", args=[plan.pk])
    assert (answer.status_code, answer["Location"]) == (302, address)
    assert "Being looked at" in client.get(address).content.decode()
    work(plan)
    shown = client.get(address).content.decode()
    assert "2 of 2 projects looked at, 0 mapped" in " ".join(shown.split())
    rows = rows_of(plan)
    otter, lynx = rows["OTTER"], rows["LYNX"]
    decided = {
        f"take-{otter.pk}": "1",
        f"owner-{otter.pk}": "new",
        f"name-{otter.pk}": "Sea otters",
        f"board-{otter.pk}": str(otter.board_id),
        f"owner-{lynx.pk}": "none",
        f"board-{lynx.pk}": "",
        "confirm": "1",
    }
    wrong = client.post(address, {**decided, f"name-{otter.pk}": " "})
    assert (wrong.status_code, "Say the team of OTTER" in wrong.content.decode()) == (422, True)
    assert client.post(address, decided).status_code == 302
    work(plan)
    rows = rows_of(plan)
    assert (rows["OTTER"].state, rows["LYNX"].state) == ("mapped", "left_out")
    assert Team.objects.get(name="Sea otters").art.name == "Travel"
    part = client.get(address, headers={"HX-Request": "true"})
    assert part.status_code == 286


def test_templates_are_saved_downloaded_taken_and_applied_on_the_pages(
    world: World, rte: User, viewer: User, client_of: Callable[..., Any]
) -> None:
    client, listed = client_of(rte), reverse("sync:templates")
    save = reverse("sync:save_template", args=[world.project.pk])
    assert client.post(save, {"name": "  "}).status_code == 302
    assert not MappingTemplate.objects.exists()
    assert client.post(save, {"name": "Stories"})["Location"] == listed
    row = MappingTemplate.objects.get()
    got = client_of(viewer).get(reverse("sync:template_file", args=[row.pk]))
    assert got["Content-Disposition"] == 'attachment; filename="stories.yaml"'
    upload = reverse("sync:upload_template")
    text = got.content.decode().replace("name: Stories", "name: Copied")
    file = SimpleUploadedFile("a.yaml", text.encode())
    assert client_of(viewer).post(upload, {"content": file}).status_code == 403
    file = SimpleUploadedFile("a.yaml", text.encode())
    assert client.post(upload, {"content": file}).status_code == 302
    assert MappingTemplate.objects.get(name="Copied").content == row.content
    for bad in (b"\xff\xfe\x00", b"colour: red", b""):
        answer = client.post(upload, {"content": SimpleUploadedFile("b.yaml", bad)})
        assert answer.status_code == 422
    change = {"conflict_policy": "ask"}
    project_mapping.change(world.project, actor=rte, values=change)
    put = client.post(
        reverse("sync:apply_template", args=[row.pk]), {"project": str(world.project.pk)}
    )
    assert put["Location"] == reverse("sync:draft", args=[world.project.pk])
    assert MappingDraft.objects.get().values == {"conflict_policy": "jira_wins"}
    assert client.post(reverse("sync:remove_template", args=[row.pk])).status_code == 302
    assert "Copied" in client.get(listed).content.decode()
