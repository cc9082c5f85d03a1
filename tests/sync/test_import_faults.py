"""An import from a Jira that fails now and then ends with every issue once."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from almconnect.lib import bulk_rows
from planning.models import WorkItem
from sync.models import Delivery, Run, RunKind
from sync.runs import project_runs
from sync.webhook import inbox
from tests.sync.importing import add_issues, fail_every, run_to_end
from tests.sync.pages.conftest import page as page
from tests.sync.world import World

pytestmark = pytest.mark.django_db


def keys_on_both_sides(world: World) -> tuple[list[str], list[str]]:
    ours = WorkItem.objects.live().filter(project=world.project)
    theirs = [one.key for one in world.handle.site.issues.values() if one.project.key == "FALCON"]
    return sorted(ours.values_list("remote_key", flat=True)), sorted(theirs)


@pytest.mark.parametrize(
    ("nth", "name", "value"),
    [(6, "error", 503), (6, "error", 500), (5, "truncated", True), (5, "garbage", True)],
)
def test_scattered_failures_are_asked_again(
    world: World, monkeypatch: pytest.MonkeyPatch, nth: int, name: str, value: Any
) -> None:
    add_issues(world, 700)
    world.fault(name, value, path="^/never$")  # switches the looking at faults on
    fail_every(monkeypatch, nth, name, value)
    run = run_to_end(world)
    assert (run.state, run.findings.get("unreadable", 0)) == ("finished", 0), run.message
    ours, theirs = keys_on_both_sides(world)
    assert ours == theirs


def test_an_outage_ends_no_run(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """However often it is tried in vain; and what counts begins anew with every step ahead."""
    add_issues(world, 500)
    run = project_runs.request(world.project, RunKind.IMPORT)
    monkeypatch.setattr(project_runs, "SLICE_SECONDS", 0.0)  # it begins, and comes no further
    project_runs.work(run.pk)
    monkeypatch.setattr(project_runs, "SLICE_SECONDS", 0.3)
    world.fault("error", 502)
    for _ in range(14):
        Run.objects.filter(pk=run.pk).update(due=timezone.now())
        assert not project_runs.work(run.pk)
    run.refresh_from_db()
    assert (run.state, run.attempts) == ("running", 14), run.message
    assert run.due > timezone.now()
    world.mend()
    run = run_to_end(world)
    assert (run.state, run.attempts) == ("finished", 0)


@pytest.mark.django_db(transaction=True)  # the budget is shared by a connection of its own
def test_a_limit_of_five_calls_a_second_is_waited_for(world: World) -> None:
    add_issues(world, 1500)
    world.control("POST", "limits", user="svc-alm", capacity=5, fill=5, interval=1)
    run = run_to_end(world, within=90)
    assert run.state == "finished", run.message
    ours, theirs = keys_on_both_sides(world)
    assert ours == theirs


def test_one_poisoned_issue_stops_no_other(world: World) -> None:
    add_issues(world, 300)
    poison = max(one.id for one in world.handle.site.issues.values())
    if world.handle.site.cloud:
        world.fault("error", 500, path="/issue/bulkfetch$", body=rf'"{poison}"')
        world.fault("error", 500, path=rf"/issue/{poison}$")
    else:
        pytest.skip("a search by range names no issue that the sandbox could fail for")
    run = run_to_end(world)
    assert run.state == "finished"
    assert run.findings["unreadable"] == 1
    assert "could not answer for 1" in run.message
    ours, theirs = keys_on_both_sides(world)
    assert set(theirs) - set(ours) == {world.handle.site.issues[poison].key}
    assert run.findings["unreadable_issues"] == [str(poison)]


@pytest.mark.parametrize("kind", [RunKind.IMPORT, RunKind.RECONCILE])
def test_issues_that_we_cannot_take_in_stop_no_other_and_are_named(
    world: World, monkeypatch: pytest.MonkeyPatch, kind: RunKind, page: Client
) -> None:
    add_issues(world, 300)
    site = world.handle.site
    bad = [site.issues[number] for number in (max(site.issues), max(site.issues) - 150)]
    for issue in bad:
        issue.values["summary"] = "poison"
    really = bulk_rows.insert

    def insert(rows: Sequence[Any]) -> None:
        if any(getattr(row, "summary", "") == "poison" for row in rows):
            raise ValueError("poison")
        really(rows)

    monkeypatch.setattr(bulk_rows, "insert", insert)
    run = run_to_end(world, kind)
    keys = sorted(issue.key for issue in bad)
    assert (run.state, run.findings["failed"]) == ("finished", 2)
    assert sorted(run.findings["failed_issues"]) == keys
    assert all(key in run.message for key in keys)
    assert "Activity" in run.message
    ours, theirs = keys_on_both_sides(world)
    assert sorted(set(theirs) - set(ours)) == keys
    assert keys[0] in page.get(reverse("sync:project", args=[world.project.pk])).content.decode()
    told = Delivery.objects.filter(event=inbox.READ_AGAIN)
    assert sorted(told.values_list("issue_key", flat=True)) == keys
    monkeypatch.setattr(bulk_rows, "insert", really)  # mended: they are tried again by themselves
    world.drain()
    world.drain()
    ours, theirs = keys_on_both_sides(world)
    assert ours == theirs


def test_what_held_a_run_up_is_not_said_of_it_when_it_has_gone_on(world: World) -> None:
    run = project_runs.request(world.project, RunKind.IMPORT)
    world.fault("error", 502, times=60)
    project_runs.work(run.pk)
    world.mend()
    run = run_to_end(world)
    assert (run.state, run.message) == ("finished", "")
