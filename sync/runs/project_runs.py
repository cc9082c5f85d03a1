"""Runs: importing a project, and comparing it whole. Restartable, in slices, many reads side by side.

A run goes through phases, each a list of parts that are kept as rows: *listing* finds the issues,
*reading* reads and applies them (a comparison reads little, and whole only what differs),
*catching_up* reads what changed since the run began, *census* judges what is no longer there.
"""

from __future__ import annotations

import time
import uuid
from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.utils import timezone

from almconnect.lib.gc_freeze import frozen
from connections.access.concurrent_deletion import ends_with
from connections.access.gateway import NotReady, jira_for
from connections.access.sealing import SealBroken
from connections.budget.rate_budget import Purpose
from connections.health import health
from connections.models import Connection, MappedProject
from jira_client import jql
from jira_client.client import JiraClient
from jira_client.errors import JiraError, RateLimited
from sync.inbound import absence, bisect, differences, polls, project_facts, sprint_placement
from sync.models import Run, RunKind, RunPart, RunState
from sync.outbox import change_queue
from sync.pairs import equality, server_clock, shared_projects, site_proof
from sync.pairs.rules import rules_of
from sync.runs import analyze_tables, dry_run, issue_list, parts
from sync.runs.part_reader import Read, Reader, Slice
from sync.runs.progress import Progress
from sync.webhook import inbox
from sync.worker.failpoints import point
from sync.worker.lease import Held, LeaseLost, holding
from sync.worker.retry_policy import Patience

SLICE_SECONDS = 12.0
LONGEST_SLICE = 18.0  # a task must end within twenty seconds
OVERLAP = timedelta(minutes=5)
_UNDER_WAY = (RunState.WAITING, RunState.RUNNING)


def request(project: MappedProject, kind: RunKind, mapping: Mapping[str, Any] | None = None) -> Run:
    """Ask for a run; one that already waits or goes on is that run.

    `mapping`: of a dry run, the columns of MappedProject that it tries instead of the stored ones.
    """
    tried = dict(mapping or {})
    for one in Run.objects.filter(project=project, kind=kind, state__in=_UNDER_WAY):
        if one.mapping == tried:
            return one
    return Run.objects.create(project=project, kind=kind, mapping=tried)


def work(run_id: uuid.UUID) -> bool:
    """One slice of a run; True if somebody should call again at once."""
    run = Run.objects.select_related("project__connection").filter(pk=run_id).first()
    if run is None or run.state not in _UNDER_WAY:
        return False
    connection = run.project.connection
    # What Jira was put back to may be compared, and nothing else, before a person says what is right.
    compared_alone = run.kind == RunKind.DRY_RUN and connection.may_be_compared
    if not (connection.is_running or compared_alone) or run.due > timezone.now():
        return False
    with ends_with(connection.pk), holding(f"run:{run_id}") as held:
        if held is None:
            return False
        # Another worker may have ended a slice, or the run, since the row was read.
        run.refresh_from_db(
            fields=["state", "cursor", "done", "total", "findings", "attempts", "message"]
        )
        if run.state not in _UNDER_WAY:
            return False
        at_work = _Work(run, connection, held)
        try:
            if compared_alone:
                site_proof.must_be_this_jira(connection)
                return at_work.go_on(jira_for(connection, for_check=True, purpose=Purpose.BULK))
            with site_proof.proven(connection):
                more = at_work.go_on(jira_for(connection, purpose=Purpose.BULK))
        except (JiraError, SealBroken) as error:
            return at_work.stumbled(error)
        except (NotReady, LeaseLost):
            return False
        health.note_success(connection, incoming=True)
        return more
    return False


class _Work:
    """One slice of one run."""

    def __init__(self, run: Run, connection: Connection, held: Held) -> None:
        self.run, self.connection, self.held = run, connection, held
        self.told = Progress(run)

    def go_on(self, jira: JiraClient) -> bool:
        """Phase after phase until the slice is over; True if more is to do."""
        self.jira = jira
        if self.run.kind == RunKind.DRY_RUN:
            return dry_run.work(self.run, jira, self.held)
        if self.run.started is None:
            self._start(jira)
        steps = {
            "listing": self._list,
            "reading": self._read,
            "catching_up": self._catch_up,
            "recount": self._recount,
            "census": self._judge,
        }
        with frozen(), Slice(self.held, SLICE_SECONDS, LONGEST_SLICE) as part:
            while not part.is_over:
                phase = self.run.phase or "listing"
                then = steps[phase](jira, part)
                if then == "finished":
                    sprint_placement.observe(self.run.project, jira)
                    self.told.finish()
                    point("run.finished")
                    equality.state(self.run.project)
                    return False
                self.told.save(phase=then)
        return True

    # ── Phases: each works until it is done or the slice over, and names the phase to go on with ──
    def _start(self, jira: JiraClient) -> None:
        """From now on live sync works: what changes meanwhile is polled from this moment on."""
        patience = Patience(time.monotonic() + SLICE_SECONDS / 2)
        clock = patience.ask(lambda: server_clock.jira_clock(jira))
        project_facts.refresh(self.connection, jira, self.run.project, patience)
        scope = polls.scope(self.run.project)
        self.told.start(clock, patience.ask(lambda: jira.search.count(scope)))
        point("run.started")

    def _list(self, jira: JiraClient, part: Slice) -> str:
        scope = polls.scope(self.run.project)
        if jira.flavour.bulk_fetch:
            if not issue_list.list_ids(self.told, jira, part, scope, "reading"):
                return "listing"
        elif not issue_list.cut(self.told, jira, part, scope):
            return "listing"
        return "reading"

    def _read(self, jira: JiraClient, part: Slice) -> str:
        whole = Reader.of(jira, self.run, part)
        if self.run.kind == RunKind.RECONCILE:
            untold = differences.untold_to_some(self.run.project)
            light = differences.light_fields(rules_of(self.run.project), untold)
            reader = Reader.of(jira, self.run, part, light)
            done = self._work_through(part, "reading", reader, whole)
        else:
            done = self._work_through(part, "reading", whole, None)
        if not done:
            return "reading"
        return "census" if self.run.kind == RunKind.RECONCILE else "catching_up"

    def _catch_up(self, jira: JiraClient, part: Slice) -> str:
        """What changed since the run began, read once more."""
        run = self.run
        if not run.cursor.get("caught"):
            since = _moment(run) - OVERLAP
            recent = jql.moment(since, self.connection.time_zone or None)
            scope = f"{polls.scope(run.project)} AND updated >= {recent}"
            if not issue_list.list_ids(self.told, jira, part, scope, "catching_up"):
                return "catching_up"
            self.told.save(caught=True)
        reader = Reader.of(jira, run, part)
        done = self._work_through(part, "catching_up", reader, None, counted=False)
        return "recount" if done else "catching_up"

    def _recount(self, jira: JiraClient, part: Slice) -> str:
        """After a long import, list what is there now: what was deleted meanwhile is found at once."""
        scope = polls.scope(self.run.project)
        return (
            "census" if issue_list.list_ids(self.told, jira, part, scope, "census") else "recount"
        )

    def _judge(self, jira: JiraClient, part: Slice) -> str:
        """The pairs whose issue was not listed."""
        phase = "reading" if self.run.kind == RunKind.RECONCILE else "census"
        self.held.renew()
        listed = parts.Listed(self.run, phase)
        found = absence.take_census(self.connection, jira, self.run.project, listed)
        self.told.count("vanished", found.vanished)
        if found.message:
            self.run.findings["unobserved"], self.run.message = found.unobserved, found.message
        elif words := shared_projects.overlaps_now(jira, self.run.project):
            self.run.message = words
        point("run.judged")
        return "finished"

    def _work_through(
        self, part: Slice, phase: str, reader: Reader, whole: Reader | None, counted: bool = True
    ) -> bool:
        """Read and apply what waits of a phase; True when nothing waits any more."""
        for read in part.each(reader.read, self._waiting(phase), reader.ahead):
            self.held.renew()
            point("run.read")
            if whole is None:
                self._apply(read)
            else:
                self._compare(part, whole, read)
            point("run.applied")
            ids = [issue.id for issue in read.issues] if read.part.is_range else None
            with transaction.atomic():
                parts.settle(read.part, ids)
                self._count(read, counted)
            point("run.settled")
            analyze_tables.keep_up(self.told)
        return not RunPart.objects.filter(run=self.run, phase=phase, done=False).exists()

    def _waiting(self, phase: str) -> Iterator[RunPart]:
        last = 0
        while some := parts.waiting(self.run, phase, last, 50):
            yield from some
            last = some[-1].pk

    def _apply(self, read: Read) -> None:
        """Merge what was read; an issue on which we ourselves fail stops no other."""
        project = self.run.project
        applied, failed = bisect.take_in(self.jira, project, read.issues, began=read.began)
        change_queue.ensure(project, applied.to_send)
        keys = {one.id: one.key for one in read.issues if one.id in failed}
        inbox.read_again(project, self.told.name_failed(keys), failed)
        for name in ("created", "updated", "ignored", "clashes"):
            self.told.count(name, int(getattr(applied, name)))

    def _compare(self, part: Slice, whole: Reader, read: Read) -> None:
        ids = differences.differing(self.run.project, read.issues)
        if not ids:
            return
        began = timezone.now()
        issues, lost = part.ask(lambda: whole.read_ids(ids))
        self._apply(Read(read.part, issues, began))
        self.told.name_unreadable(lost)

    def _count(self, read: Read, counted: bool) -> None:
        if counted:
            self.told.name_unreadable(read.lost)
            self.told.done(len(read.issues) + len(read.lost))
        self.told.progressed = True
        self.told.save()

    def stumbled(self, error: Exception) -> bool:
        """Later, from where it stopped. A limit of calls concerns imports first; live edits go on
        within what is left.
        """
        if not isinstance(error, RateLimited):
            health.note_failure(self.connection, error)
        self.told.stumble(error)
        return False


def _moment(run: Run) -> datetime:
    return datetime.fromisoformat(str(run.cursor["since"]))
