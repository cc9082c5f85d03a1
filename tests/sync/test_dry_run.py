"""A dry run tells what a sync would change on either side, and changes nothing."""

from __future__ import annotations

import uuid
from typing import Any

import pytest
from django.urls import reverse

from connections.models import MappedProject
from planning.models import Change, WorkItem
from sync.models import Conflict, Run, Shadow
from sync.runs import dry_run, project_runs
from tests.sync.world import World


def dry(world: World) -> Run:
    run = project_runs.request(world.project, "dry_run")
    while project_runs.work(run.pk):
        pass
    run.refresh_from_db()
    assert run.state == "finished", run.message
    return run


def rows() -> list[Any]:
    """Everything a sync may write."""
    kept = [Shadow, Change, Conflict]
    items = list(WorkItem.objects.order_by("pk").values())
    project = list(MappedProject.objects.values("watermark", "poll_due", "reconcile_due"))
    return [items, project, *(list(model.objects.order_by("pk").values()) for model in kept)]


def test_both_sides_equal_is_said_so(world: World):
    world.settle()
    run = dry(world)
    assert run.findings["counts"] == {"same": run.done}
    assert run.done == run.total == WorkItem.objects.count()


def test_what_differs_is_found_on_either_side_and_nothing_is_written(world_with):
    world = world_with(conflict_policy="ask")
    world.settle()
    pulled, pushed, clashing, deleted = WorkItem.objects.order_by("remote_id")[:4]
    world.edit_issue(pulled.remote_key, summary="Jira's word")
    world.edit(pushed, summary="The board's word")
    world.edit_issue(clashing.remote_key, summary="Jira's other word")
    world.edit(clashing, summary="The board's other word")
    world.delete(deleted)
    world.create("New on the board")
    world.create_issue("New in Jira")
    before, issues = (
        rows(),
        {key: dict(one.values) for key, one in world.handle.site.issues.items()},
    )
    run = dry(world)
    assert rows() == before
    assert {key: dict(one.values) for key, one in world.handle.site.issues.items()} == issues
    counts, samples = run.findings["counts"], run.findings["samples"]
    assert counts[dry_run.BOARD_CREATE] == counts[dry_run.BOARD_UPDATE] == 1
    assert counts[dry_run.JIRA_CREATE] == counts[dry_run.JIRA_UPDATE] == 1
    assert counts[dry_run.CONFLICT] == 1
    assert samples[dry_run.BOARD_UPDATE][0]["fields"]["summary"]["jira"] == "Jira's word"
    assert samples[dry_run.JIRA_UPDATE][0]["fields"]["summary"] == {
        "board": "The board's word",
        "jira": pushed.summary,
    }
    assert samples[dry_run.CONFLICT][0]["key"] == clashing.remote_key
    assert samples[dry_run.BOARD_CREATE][0]["summary"] == "New in Jira"


def test_a_paused_project_is_judged_as_if_it_were_switched_on(world_with):
    world = world_with(direction="paused")
    assert not WorkItem.objects.exists()
    run = dry(world)
    assert run.findings["counts"][dry_run.BOARD_CREATE] == run.done > 0
    assert not WorkItem.objects.exists()
    assert MappedProject.objects.get().direction == "paused"


def test_it_goes_on_where_it_stopped(world: World, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(dry_run, "AT_ONCE", 5)
    monkeypatch.setattr(dry_run, "SLICE_SECONDS", 0.0)
    run = project_runs.request(world.project, "dry_run")
    steps = 1
    while project_runs.work(run.pk):
        steps += 1
    run.refresh_from_db()
    assert steps > 2
    assert sum(run.findings["counts"].values()) == run.done == WorkItem.objects.count()


def test_the_page_and_the_api_show_it(world: World, client_of, api, token_of):
    world.settle()
    item = world.first()
    world.edit_issue(item.remote_key, summary="<b>Jira's word</b>")
    answer = api(token_of(world.person)).post(f"/projects/{world.project.pk}/dry-run", {})
    assert answer.status_code == 202, answer.content
    while project_runs.work(uuid.UUID(answer.json()["id"])):
        pass
    run = api(token_of(world.person)).get(f"/runs/{answer.json()['id']}").json()
    assert run["kind"] == "dry_run"
    assert run["findings"]["counts"]["board_update"] == 1
    page = client_of(world.person)
    address = reverse("sync:dry_run", args=[world.project.pk, run["id"]])
    shown = page.get(address).content.decode()
    assert "would change 0 in Jira and 1 on the board" in shown
    assert "&lt;b&gt;Jira&#x27;s word&lt;/b&gt;" in shown
    assert page.get(address, headers={"HX-Request": "true"}).status_code == 286
    listed = page.get(reverse("sync:project", args=[world.project.pk])).content.decode()
    assert address in listed


def test_the_page_names_the_iteration_and_the_parent(world: World, client_of):
    world.settle()
    item, above = WorkItem.objects.order_by("remote_id")[:2]
    iteration = world.iteration(0, 1)
    world.edit(item, iteration=iteration.pk, parent=above.pk)
    run = dry(world)
    address = reverse("sync:dry_run", args=[world.project.pk, run.pk])
    shown = client_of(world.person).get(address).content.decode()
    assert str(iteration) in shown
    assert str(above) in shown
    assert str(iteration.pk) not in shown
    assert str(above.pk) not in shown


def test_a_viewer_may_look_but_not_start(world: World, viewer, client_of, api, token_of):
    run = dry(world)
    address = reverse("sync:dry_run", args=[world.project.pk, run.pk])
    assert client_of(viewer).get(address).status_code == 200
    assert (
        api(token_of(viewer)).post(f"/projects/{world.project.pk}/dry-run", {}).status_code == 403
    )
