"""The guarantee below the webhooks: what was updated since the watermark, read again and again.

JQL tells time to the minute and in the account's own time zone, so each poll overlaps the last by
minutes; what was read before changes nothing.
"""

from __future__ import annotations

import time
import uuid
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from django.utils import timezone

from connections.access.concurrent_deletion import ends_with
from connections.access.gateway import NotReady, jira_for
from connections.access.sealing import SealBroken
from connections.health import health
from connections.models import Connection, MappedProject
from jira_client import jql
from jira_client.client import JiraClient
from jira_client.errors import Invalid, JiraError, TooLarge
from jira_client.values import Issue
from sync.core.mapping import OPERATION_PROPERTY
from sync.inbound import absence, bisect, own_creates, sprint_placement
from sync.outbox import corrective_changes
from sync.pairs import server_clock, site_proof, states
from sync.pairs.rules import rules_of
from sync.webhook import inbox
from sync.worker.failpoints import point
from sync.worker.lease import Held, LeaseLost, holding

OVERLAP = timedelta(minutes=5)
BATCH = 100
SECONDS = 20.0  # of reading; a poll with more before it goes on from there, and others come between


def scope(project: MappedProject) -> str:
    """The JQL of what belongs to this mapping: by the project's id, since its key may be changed."""
    own = (
        f"project = {project.remote_id if project.remote_id.isdigit() else jql.quote(project.key)}"
    )
    return f"{own} AND ({project.jql})" if project.jql.strip() else own


def poll(project_id: uuid.UUID) -> bool:
    """Read what this project's issues became since the last poll; True if more is to be read at once."""
    project = (
        MappedProject.objects.select_related("connection")
        .filter(pk=project_id, connection__in=Connection.objects.running())
        .first()
    )
    if project is None or not (project.reads_jira or project.writes_jira):
        return False
    connection = project.connection
    if connection.call_after and connection.call_after > timezone.now():
        return False
    with ends_with(connection.pk), holding(f"poll:{project_id}") as held:
        if held is None:
            return False
        try:
            with site_proof.proven(connection):
                jira = jira_for(connection)
                more = _read_since(jira, project, held)
                if not more:
                    absence.look_again(connection, jira, project)
        except Invalid as error:
            if _begins_anew(project):
                return True
            _refused(connection, jira, project, error)
            return False
        except (JiraError, SealBroken) as error:
            health.note_failure(connection, error)
            return False
        except (NotReady, LeaseLost):
            return False
        health.note_success(connection, incoming=True)
        sprint_placement.place(project.pk)
        corrective_changes.tell_iterations(project.pk)
        corrective_changes.read_first(project)
        states.correct(project.pk)
        return more
    return False


def _begins_anew(project: MappedProject) -> bool:
    """Jira may have forgotten the place it gave out, or the issues that it was behind."""
    rows = MappedProject.objects.filter(pk=project.pk).exclude(poll_place={})
    return bool(rows.update(poll_place={}))


def _refused(
    connection: Connection, jira: JiraClient, project: MappedProject, error: Invalid
) -> None:
    """Jira does not take the question: most often, because the account sees the project no more."""
    try:
        if absence.note_out_of_sight(connection, jira, project):
            return
    except (JiraError, SealBroken) as worse:
        health.note_failure(connection, worse)
        return
    health.note_failure(connection, error)


@dataclass(slots=True)
class _Place:
    """How far a poll has come. Kept after each page, so that an error in the ten-thousandth does not
    begin at the first.

    `until`: Jira's time when the poll began, None while it is in its first page. What was changed
    later than that may have been passed already, so the watermark moves no further.
    """

    query: str
    after: Any = None
    newest: datetime | None = None
    until: datetime | None = None
    ahead: list[str] = field(default_factory=list)

    @classmethod
    def of(cls, project: MappedProject, query: str) -> _Place:
        """Where the last poll was cut off, if it asked the same."""
        kept = project.poll_place
        if kept.get("query") != query:
            return cls(query, newest=project.watermark)
        newest, until = (_moment(kept[name]) for name in ("newest", "until"))
        return cls(query, kept["after"], newest, until)

    def keep(self, project: MappedProject) -> None:
        place = {
            "query": self.query,
            "after": self.after,
            "newest": self.newest and self.newest.isoformat(),
            "until": self.until and self.until.isoformat(),
        }
        MappedProject.objects.filter(pk=project.pk).update(poll_place=place)

    def see(self, issues: Sequence[Issue], clock: datetime) -> None:
        """A page that was read and applied; `clock` is Jira's time."""
        seen = server_clock.newest(issues, clock)
        self.ahead += seen.ahead
        self.newest = max((one for one in (self.newest, seen.moment) if one), default=None)

    def end(self, project: MappedProject, clock: datetime) -> None:
        """The watermark is what was seen, and no later than Jira's own time."""
        ends = [one for one in (self.newest, self.until) if one is not None]
        values = {"watermark": min([*ends, clock])} if self.newest is not None else {}
        MappedProject.objects.filter(pk=project.pk).update(poll_place={}, **values)
        if self.ahead:
            server_clock.note_ahead(project.connection, self.ahead)
        if server_clock.watermark_in_future(project, clock):
            server_clock.note_watermark(project.connection, project, clock)


def _moment(text: str | None) -> datetime | None:
    return datetime.fromisoformat(text) if text else None


def _read_since(jira: JiraClient, project: MappedProject, held: Held) -> bool:
    """Read and apply page by page, in the order of ids, which no change moves; True if time was over
    before the last.

    Ordered by `updated` pages would shift, and a poll could not be told to go on within the thousands
    that one bulk change leaves in one minute.
    """
    query = scope(project)
    if project.watermark is not None:
        since = jql.moment(project.watermark - OVERLAP, project.connection.time_zone or None)
        query += f" AND updated >= {since}"
    ends, place = time.monotonic() + SECONDS, _Place.of(project, query)
    while True:
        marks = (OPERATION_PROPERTY,) if own_creates.waiting_creates(project) else ()
        began = timezone.now()
        issues, following = _page(jira, project, place, marks)
        point("poll.read")
        bisect.receive(jira, project, issues, began=began, asked=bool(marks))
        point("poll.applied")
        clock = jira.clock or timezone.now()
        place.see(issues, clock)
        if following is None:
            place.end(project, clock)
            point("poll.ended")
            return False
        place.until = place.until or server_clock.jira_clock(jira)
        place.after = following
        held.check()
        place.keep(project)
        point("poll.kept")
        if time.monotonic() >= ends:
            return True


def _page(
    jira: JiraClient, project: MappedProject, place: _Place, marks: Sequence[str]
) -> tuple[Sequence[Issue], Any]:
    """A page, and where the next begins. What is larger than we take is read in halves, and what is too
    large even alone waits in the inbox, to be told there.
    """
    fields = rules_of(project).read_fields
    try:
        issues, following = jira.search.kept_page(place.query, fields, place.after, BATCH, marks)
    except TooLarge:
        ids, following = jira.search.kept_page(place.query, ("id",), place.after, BATCH)
        read = bisect.fetch(jira, [one.id for one in ids], fields, marks)
        keys = {one.id: one.key for one in ids if one.id in read.failed}
        inbox.read_again(project, keys, read.failed)
        return read.issues, following
    return issues, following
