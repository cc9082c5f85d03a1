"""Runs: importing a project, and comparing it whole. Restartable, in slices, many reads side by side.

Never by offset, which loses issues while others change: the ids are listed cheaply, then read a
hundred at a time. The id list is at the same time the census that finds what vanished.
"""

from __future__ import annotations

import time
import uuid
from collections.abc import Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from datetime import datetime, timedelta

from django.conf import settings
from django.db.models import F
from django.utils import timezone

from connections import health
from connections.gateway import NotReady, jira_for
from connections.models import Connection, MappedProject
from connections.sealing import SealBroken
from jira_client.client import JiraClient
from jira_client.errors import JiraError
from jira_client.values import Issue
from sync import absence, dry_run, outbox, polling, pull
from sync.core.mapping import OPERATION_PROPERTY
from sync.core.retry import Verdict, backoff
from sync.lease import Held, LeaseLost, holding
from sync.models import Run, RunKind, RunState, Shadow, ShadowState
from sync.rules import rules_of

AT_ONCE = 100
SIDE_BY_SIDE = 8
SLICE_SECONDS = 15.0
TRIES = 12


def request(project: MappedProject, kind: RunKind) -> Run:
    """Ask for a run; one that already waits or goes on is that run."""
    under_way = Run.objects.filter(
        project=project, kind=kind, state__in=(RunState.WAITING, RunState.RUNNING)
    ).first()
    return under_way or Run.objects.create(project=project, kind=kind)


def work(run_id: uuid.UUID) -> bool:
    """One slice of a run; True if somebody should call again at once."""
    run = Run.objects.select_related("project__connection").filter(pk=run_id).first()
    if run is None or run.state not in (RunState.WAITING, RunState.RUNNING):
        return False
    connection = run.project.connection
    if not connection.is_running or run.due > timezone.now():
        return False
    with holding(f"run:{run_id}") as held:
        if held is None:
            return False
        try:
            step = _dry_step if run.kind == RunKind.DRY_RUN else _slice
            return step(run, connection, jira_for(connection), held)
        except (JiraError, SealBroken) as error:
            health.note_failure(connection, error)
            _failed(run, error)
            return False
        except (NotReady, LeaseLost):
            return False


def _slice(run: Run, connection: Connection, jira: JiraClient, held: Held) -> bool:
    project = run.project
    if run.started is None:
        _start(run, jira)
    ids = sorted(jira.search.ids(f"{polling.scope(project)} ORDER BY id ASC"), key=int)
    run.total = len(ids)
    after = int(run.cursor.get("after", 0))
    left = [one for one in ids if int(one) > after]
    run.done = len(ids) - len(left)
    run.save(update_fields=["total", "done"])
    until = time.monotonic() + SLICE_SECONDS
    for part, issues, began in _read_ahead(jira, project, left):
        held.renew()
        applied = pull.apply(project, issues, began=began)
        outbox.ensure(project, applied.push)
        run.done += len(part)
        run.cursor = {**run.cursor, "after": part[-1]}
        _add_findings(run, applied)
        run.save(update_fields=["done", "cursor", "findings"])
        if time.monotonic() > until:
            return True
    if run.kind == RunKind.RECONCILE:
        _find_vanished(run, connection, jira, set(ids))
    _finish(run)
    health.note_success(connection, incoming=True)
    return False


def _dry_step(run: Run, connection: Connection, jira: JiraClient, held: Held) -> bool:
    """One slice of a dry run: nothing but the run itself is written, no watermark, no schedule."""
    if run.started is None:
        run.started, run.state = timezone.now(), RunState.RUNNING
        run.save(update_fields=["started", "state"])
    if dry_run.step(run, jira, held):
        return True
    run.state, run.finished = RunState.FINISHED, timezone.now()
    run.save(update_fields=["state", "finished"])
    health.note_success(connection)
    return False


def _start(run: Run, jira: JiraClient) -> None:
    """From now on live sync works: what changes during the run is polled from this moment on."""
    run.started, run.state = timezone.now(), RunState.RUNNING
    run.save(update_fields=["started", "state"])
    MappedProject.objects.filter(pk=run.project_id, watermark=None).update(
        watermark=polling.jira_clock(jira), poll_due=timezone.now()
    )


def _read_ahead(
    jira: JiraClient, project: MappedProject, ids: Sequence[str]
) -> Iterator[tuple[Sequence[str], Sequence[Issue], datetime]]:
    """Parts of the list with their issues, in order, while the next ones are already being read.

    At most SIDE_BY_SIDE parts are in memory, whatever the project's size.
    """
    fields = rules_of(project).read_fields
    marks = (OPERATION_PROPERTY,) if pull.waiting_creates(project) else ()

    def read(part: Sequence[str]) -> tuple[Sequence[str], Sequence[Issue], datetime]:
        began = timezone.now()
        return part, jira.issues.fetch(part, fields, marks).issues, began

    parts = iter([ids[at : at + AT_ONCE] for at in range(0, len(ids), AT_ONCE)])
    with ThreadPoolExecutor(max_workers=SIDE_BY_SIDE) as pool:
        ahead: list[Future[tuple[Sequence[str], Sequence[Issue], datetime]]] = []
        try:
            for part in parts:
                ahead.append(pool.submit(read, part))
                if len(ahead) >= SIDE_BY_SIDE:
                    yield ahead.pop(0).result()
            while ahead:
                yield ahead.pop(0).result()
        finally:
            for future in ahead:
                future.cancel()


def _add_findings(run: Run, applied: pull.Applied) -> None:
    for name in ("created", "updated", "ignored", "clashes"):
        run.findings[name] = int(run.findings.get(name, 0)) + int(getattr(applied, name))


def _find_vanished(run: Run, connection: Connection, jira: JiraClient, present: set[str]) -> None:
    """Pairs whose issue the census did not list. One side suddenly empty stops and asks instead."""
    known = Shadow.objects.filter(project=run.project, state=ShadowState.LIVE)
    total = known.count()
    absent = [one for one in known.values_list("remote_id", flat=True) if one not in present]
    if total > 10 and len(absent) * 2 > total:
        run.findings["unobserved"] = len(absent)
        run.message = (
            f"{len(absent)} of {total} issues were not listed. Nothing was deleted: check the "
            "account's permissions and the filter, then run the comparison again."
        )
        return
    # A filter may hide an issue that exists: only those that a read by id does not find are absent.
    for at in range(0, len(absent), AT_ONCE):
        fetched = jira.issues.fetch(absent[at : at + AT_ONCE], ("id",))
        run.findings["vanished"] = int(run.findings.get("vanished", 0)) + absence.note_missing(
            connection, jira, run.project, fetched.missing
        )


def _finish(run: Run) -> None:
    now = timezone.now()
    run.state, run.finished = RunState.FINISHED, now
    run.save(update_fields=["state", "finished", "findings", "message"])
    MappedProject.objects.filter(pk=run.project_id).update(
        reconcile_due=now + timedelta(seconds=settings.RECONCILE_SECONDS), poll_due=now
    )


def _failed(run: Run, error: Exception) -> None:
    """Later, from where it stopped; for good where Jira refuses the question itself."""
    attempts = run.attempts + 1
    decision = outbox.judge(error, attempts) if isinstance(error, JiraError) else None
    never = decision is not None and decision.verdict is Verdict.NEVER
    delay = decision.delay if decision and decision.delay else backoff(attempts, 0.5)
    Run.objects.filter(pk=run.pk).update(
        state=RunState.FAILED if never or attempts >= TRIES else run.state,
        attempts=F("attempts") + 1,
        due=timezone.now() + timedelta(seconds=delay),
        message=str(error)[:1000],
    )
