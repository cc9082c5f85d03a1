"""Workers and people's processes that die at sprints, webhooks, runs, polls and ticks."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from django.utils import timezone

from accounts.models import AuditEntry
from connections.models import Connection, MappedProject
from planning.models import Change, Iteration, Pi, SprintLink, Team, WorkItem
from sync.mapping import new_sprints
from sync.models import Run, RunPart
from sync.runs import project_runs
from sync.schedule import sweep, tasks
from sync.webhook import webhooks
from tests.sync.world import World


@pytest.fixture
def planned(world: World) -> Iteration:
    pi = Pi.objects.create(name="PI 2099.1")
    return Iteration.objects.create(
        pi=pi, index=1, name="99.1.1", start=date(2099, 1, 5), end=date(2099, 1, 18)
    )


def make(world: World, iteration: Iteration) -> None:
    team = Team.objects.select_related("project__connection").get(pk=world.team.pk)
    if iteration in new_sprints.lacking(team):
        new_sprints.make(team, [iteration], actor=world.person)


@pytest.mark.parametrize("place", ["sprint.created", "sprint.linking", "sprint.linked"])
def test_a_sprint_is_made_once_and_told_of_once(world: World, planned, killed_at, place: str):
    with killed_at(place):
        make(world, planned)
    make(world, planned)
    link = SprintLink.objects.get(iteration=planned)
    (sprint,) = [s for s in world.handle.site.sprints.values() if s.name == "Falcon 99.1.1"]
    assert (link.sprint_id, link.sprint_state) == (sprint.id, "future")
    told = AuditEntry.objects.filter(action__in=("sprint.created", "sprint.adopted"))
    assert told.count() == 1


@pytest.mark.parametrize("place", ["sprint.linked", "place.placed", "ensure.queued"])
def test_items_that_waited_for_the_sprint_reach_it(world: World, planned, killed_at, place: str):
    """Whoever gave the iteration its sprint died before anybody heard of it."""
    site = world.handle.site
    item, there = WorkItem.objects.live().filter(project=world.project).order_by("rank")[:2]
    world.edit(item, iteration=str(planned.pk))
    world.settle()
    assert "iteration" in WorkItem.objects.get(pk=item.pk).shadow.parked
    # Long ago: no poll reads them again.
    MappedProject.objects.update(watermark=timezone.now() + timedelta(hours=1))
    if place == "sprint.linked":
        with killed_at(place):
            make(world, planned)
    else:
        made = world.jira("POST", "/rest/agile/1.0/sprint", name="Falcon 99.1.1",
                          originBoardId=world.project.board_id)  # fmt: skip
        path = f"/rest/agile/1.0/sprint/{made['id']}/issue"
        world.jira("POST", path, issues=[there.remote_key])
        world.reconcile()
        SprintLink.objects.create(iteration=planned, team=world.team, sprint_id=made["id"])
        with killed_at(place):
            tasks.place(str(world.project.pk))
    world.settle()
    world.settle()
    (sprint,) = [s for s in site.sprints.values() if s.name == "Falcon 99.1.1"]
    field = world.project.field_map["iteration"]
    assert str(sprint.id) in str(world.issue(item.remote_key)[field])
    if place != "sprint.linked":
        there.refresh_from_db()
        assert there.iteration == planned
    assert not Change.objects.exclude(state="settled").exists()


@pytest.mark.parametrize(
    "place", ["webhook.removed", "webhook.secret_kept", "webhook.created", "webhook.registered"]
)
def test_our_webhook_is_in_jira_once(world: World, killed_at, settings, place: str):
    world.handle.site.users["svc-alm"].global_permissions.add("ADMINISTER")
    settings.BASE_URL = "https://alm.example.com"
    webhooks.register(world.connection)
    world.connection.refresh_from_db()
    with killed_at(place):
        webhooks.register(world.connection)
    world.connection.refresh_from_db()
    webhooks.register(world.connection)
    world.connection.refresh_from_db()
    (hook,) = world.handle.site.parts["webhooks"].known.values()
    assert world.connection.webhook_id == str(hook.id)


def test_our_webhook_is_taken_out_by_whoever_comes_next(world: World, killed_at, settings):
    world.handle.site.users["svc-alm"].global_permissions.add("ADMINISTER")
    settings.BASE_URL = "https://alm.example.com"
    webhooks.register(world.connection)
    world.connection.refresh_from_db()
    with killed_at("webhook.taken_out"):
        webhooks.remove(world.connection)
    assert webhooks.remove(Connection.objects.get(pk=world.connection.pk))
    assert not world.handle.site.parts["webhooks"].known
    assert Connection.objects.get(pk=world.connection.pk).webhook_state == "none"


RUN = ["run.starting", "run.started", "run.listed", "run.read", "run.applied", "run.settled",
       "run.judged", "run.finishing", "run.finished", "sprint.observed"]  # fmt: skip


@pytest.mark.parametrize("place", RUN)
def test_a_first_import_is_ended_and_followed_by_polls_and_comparisons(
    world: World, killed_at, place: str
):
    world.iteration(1, next(iter(world.handle.site.sprints)))
    key = world.create_issue("New in Jira")
    MappedProject.objects.update(watermark=None, poll_due=None, reconcile_due=None)
    run = project_runs.request(world.project, "import")
    with killed_at(place):
        while project_runs.work(run.pk):
            pass
    while project_runs.work(run.pk):
        pass
    run.refresh_from_db()
    project = MappedProject.objects.get(pk=world.project.pk)
    assert (run.state, run.done) == ("finished", run.total)
    assert None not in (project.watermark, project.poll_due, project.reconcile_due)
    assert WorkItem.objects.filter(remote_key=key).count() == 1
    assert not RunPart.objects.exists()


@pytest.mark.parametrize("place", ["tick.run_due", "tick.run_asked", "tick.poll_claimed"])
def test_a_beat_that_dies_puts_off_no_daily_comparison(world: World, killed_at, place: str):
    now = timezone.now()
    MappedProject.objects.update(reconcile_due=now, poll_due=now)
    with killed_at(place):
        sweep.claim_polls()
        sweep.due_runs()
    sweep.due_runs()
    assert Run.objects.filter(kind="reconcile").count() == 1
    due = MappedProject.objects.get(pk=world.project.pk).poll_due
    assert due is not None
    assert due - now < timedelta(hours=1)


@pytest.mark.parametrize("place", ["poll.kept", "poll.ended"])
def test_a_poll_goes_on(world: World, killed_at, monkeypatch: pytest.MonkeyPatch, place: str):
    from sync.inbound import polls

    monkeypatch.setattr(polls, "BATCH", 3)
    item = world.first()
    world.edit_issue(item.remote_key, summary="Polled")
    with killed_at(place):
        world.poll()
    world.poll()
    item.refresh_from_db()
    assert (item.summary, item.version) == ("Polled", 2)
    assert MappedProject.objects.get(pk=world.project.pk).poll_place == {}
