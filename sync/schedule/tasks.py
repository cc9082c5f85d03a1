"""Celery's view of the sync: load by id, call one verb, ask to be called again if more waits."""

from __future__ import annotations

import time
import uuid

from celery import shared_task
from django.utils import timezone

from almconnect.lib.enqueue import enqueue
from connections.access.concurrent_deletion import ends_with
from connections.access.gateway import NotReady
from connections.access.sealing import SealBroken
from connections.health import health
from connections.models import Connection, MappedProject
from connections.schedule import tasks as reports
from jira_client.errors import JiraError
from sync.inbound import drain as inbound
from sync.inbound import polls, sprint_placement
from sync.mapping import mapping_plan
from sync.models import Run
from sync.outbound import send_changes
from sync.outbox import corrective_changes
from sync.runs import project_runs
from sync.schedule import retention, sweep
from sync.site_move import move_worker
from sync.webhook import liveness, webhooks
from sync.worker.concurrency_limits import lanes
from sync.worker.lease import claim

TICK_SECONDS = 20.0  # of one tick; after that the place of a dead one is free
DRAIN_SECONDS = 10.0  # then another connection may have this worker
REGISTER_AGAIN = 60.0
TIDY_AGAIN = 3600.0  # the lease is kept, so once an hour


@shared_task(name="sync.tick")
def tick() -> None:
    """One at a time: on a slow machine ticks that all look at the same rows would fill the threads."""
    held = claim("tick", TICK_SECONDS)
    if held is None:
        return
    try:
        _wake_for_what_is_due()
    finally:
        held.release()


def _wake_for_what_is_due() -> None:
    for key in sweep.due_pushes():
        enqueue(push, key)
    for key in sweep.due_drains():
        enqueue(drain, key)
    for key in sweep.claim_polls():
        enqueue(poll, key)
    for key in sweep.due_runs():
        enqueue(work, key)
    for key in move_worker.due():
        enqueue(move, key)
    for key in mapping_plan.due():
        enqueue(map_planned, key)
    for key in sweep.due_webhooks():
        enqueue(register_webhook, key)
    liveness.judge()
    reports.sweep()
    if claim("tidy", TIDY_AGAIN) is not None:
        enqueue(tidy)


@shared_task(name="sync.push")
def push(connection_id: str) -> None:
    key = uuid.UUID(connection_id)
    with lanes.entering(key, "push") as entered:
        if entered and send_changes.send_slices(key):
            # At the end of the queue: another connection may have this worker.
            enqueue(push, connection_id)


@shared_task(name="sync.drain")
def drain(connection_id: str) -> None:
    key = uuid.UUID(connection_id)
    with lanes.entering(key, "drain") as entered:
        if entered and _drain_on(key):
            enqueue(drain, connection_id)


def _drain_on(key: uuid.UUID) -> bool:
    """Slices while there is more, for some seconds; True if there may still be more."""
    until = time.monotonic() + DRAIN_SECONDS
    while inbound.drain(key):
        if time.monotonic() > until:
            return True
    return False


@shared_task(name="sync.poll")
def poll(project_id: str) -> None:
    rows = MappedProject.objects.filter(pk=uuid.UUID(project_id))
    connection = rows.values_list("connection_id", flat=True).first()
    if connection is None:
        return
    with lanes.entering(connection, "poll") as entered:
        if entered:
            if polls.poll(uuid.UUID(project_id)):
                enqueue(poll, project_id)
        else:
            rows.update(poll_due=timezone.now())  # it was claimed; the next tick finds it again


@shared_task(name="sync.work")
def work(run_id: str) -> None:
    rows = Run.objects.filter(pk=uuid.UUID(run_id))
    connection = rows.values_list("project__connection_id", flat=True).first()
    if connection is None:
        return
    with lanes.entering(connection, "bulk") as entered:
        if entered and project_runs.work(uuid.UUID(run_id)):
            enqueue(work, run_id)


@shared_task(name="sync.move")
def move(move_id: str) -> None:
    """A move to another Jira: its plan, and carrying it out."""
    if move_worker.work(uuid.UUID(move_id)):
        enqueue(move, move_id)


@shared_task(name="sync.map_planned")
def map_planned(plan_id: str) -> None:
    """Many projects mapped together: looking at them, and mapping them."""
    if mapping_plan.work(uuid.UUID(plan_id)):
        enqueue(map_planned, plan_id)


@shared_task(name="sync.place")
def place(project_id: str) -> None:
    sprint_placement.place(uuid.UUID(project_id))
    corrective_changes.tell_iterations(uuid.UUID(project_id))


@shared_task(name="sync.tidy")
def tidy() -> None:
    retention.tidy()


@shared_task(name="sync.register_webhook")
def register_webhook(connection_id: str) -> None:
    # The lease is not released: after a failure the next try comes a minute later.
    if claim(f"webhook:{connection_id}", REGISTER_AGAIN) is None:
        return
    connection = Connection.objects.writing().filter(pk=connection_id).first()
    if connection is None:
        return
    with ends_with(connection.pk):
        try:
            webhooks.register(connection)
        except (JiraError, NotReady, SealBroken) as error:
            health.note_failure(connection, error)
