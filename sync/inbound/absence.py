"""An issue that is not there when asked for: deleted, archived, moved away, or only out of our sight?

Absence is not deletion. An item is tombstoned only if the issue is gone while the account is who it
was and may still browse the project: after Jira's own word for it (`jira:issue_deleted`), or twice.
Many at once are held by the brake until a person has looked.
"""

from __future__ import annotations

import uuid
from collections.abc import Collection, Container, Iterable, Sequence
from dataclasses import dataclass
from datetime import timedelta

from django.db import transaction
from django.db.models import F, Q
from django.db.models.functions import Coalesce
from django.utils import timezone

from connections.models import Connection, MappedProject
from jira_client.client import JiraClient
from jira_client.errors import NotFound, PermissionRefused
from jira_client.values import Issue, PermissionState
from planning import feed, inbound_writes
from sync.inbound import (
    bisect,
    duplicates,
    kept_items,
    mass_deletion_guard,
    outside_mapping,
    project_facts,
    whose,
)
from sync.inbound import gone_items as gone_from_jira
from sync.models import Absence, Shadow, ShadowState, lock_items_of
from sync.outbox import change_queue, ways_out
from sync.pairs import parents, states
from sync.pairs.rules import rules_of
from sync.pairs.trace import note_each
from sync.worker.failpoints import point

LOOKS = 2
APART = timedelta(seconds=30)
SECOND_LOOK = timedelta(seconds=60)
AT_ONCE = 100
PROBED = 100  # issues that are asked for one by one, so that an archived one is told from a deleted
LOOKED_FOR = 1000  # at each poll
BROWSE = "BROWSE_PROJECTS"
_CHUNK = 500


@dataclass(frozen=True, slots=True)
class Census:
    """What a full list of a project's issues said about those that it lacks."""

    vanished: int = 0
    unobserved: int = 0
    message: str = ""


def note_missing(
    connection: Connection,
    jira: JiraClient,
    project: MappedProject,
    missing: Iterable[str],
    *,
    deleted: Collection[str] = (),
) -> int:
    """Classify issues (by id) that a read did not return; how many items were tombstoned.

    `deleted`: ids of which Jira's webhook said that they were deleted.
    """
    wanted = list(missing)
    live = Shadow.objects.filter(connection=connection, state=ShadowState.LIVE)
    shadows = [
        shadow
        for at in range(0, len(wanted), _CHUNK)
        for shadow in live.filter(remote_id__in=wanted[at : at + _CHUNK])
    ]
    if not shadows:
        return 0
    out_of_sight = _out_of_sight(connection, jira, project)
    if out_of_sight is not None:
        _mark(connection, shadows, out_of_sight)
        return 0
    sure = [one for one in shadows if one.remote_id in deleted or _seen_enough(one)]
    unsure = [one for one in shadows if one not in sure]
    if 0 < len(sure) <= PROBED:
        kinds = {one.pk: _probe(jira, project, one.remote_id) for one in sure}
        for kind in (Absence.ARCHIVED, Absence.MOVED, Absence.ACCESS_LOST):
            _mark(connection, [one for one in sure if kinds[one.pk] is kind], kind)
        sure = [one for one in sure if kinds[one.pk] is None]
    _mark(connection, unsure, Absence.UNOBSERVED)
    if unsure:
        _look_soon(project)
    buried = _bury(connection, project, sure, deleted)
    point("absence.buried")
    return len(buried)


def take_census(
    connection: Connection, jira: JiraClient, project: MappedProject, present: Container[str]
) -> Census:
    """Judge the pairs whose issue a full list (`present`, ids) did not hold. Raises JiraError.

    A filter may hide an issue that exists, so each is asked for by id. Half of a project missing at
    once is no deletion: they are looked for again, and then a person is asked.
    """
    duplicates.forget(project, present)
    mapped = set(connection.projects.values_list("remote_id", flat=True))
    known = Shadow.objects.filter(project=project, state=ShadowState.LIVE)
    live = 0
    absent: list[str] = []
    for one in known.values_list("remote_id", flat=True).iterator(chunk_size=_CHUNK):
        live += 1
        if one not in present:
            absent.append(one)
    missing: list[str] = []
    for at in range(0, len(absent), AT_ONCE):
        part = absent[at : at + AT_ONCE]
        fetched = jira.issues.fetch(part, ("project",))
        homes = outside_mapping.by_home(project, fetched.issues)
        for home, issues in homes.items():
            if home not in mapped:
                outside_mapping.mark_moved(connection, issues)
            elif home == project.remote_id and project.jql.strip():
                _outside(connection, jira, project, issues)
        missing += fetched.missing
    vanished = note_missing(connection, jira, project, missing)
    kept_items.look(jira, project)
    if len(missing) < mass_deletion_guard.HALF_OF or len(missing) * 2 <= live:
        return Census(vanished)
    return Census(
        vanished,
        len(missing),
        f"{len(missing)} of {live} issues were not listed. Nothing was deleted: check the "
        "account's permissions and the filter. They are looked for again, and then you are asked.",
    )


def look_again(connection: Connection, jira: JiraClient, project: MappedProject) -> None:
    """The second look, minutes after the first; also at what a person confirmed. Raises JiraError."""
    earlier = Q(absence=Absence.UNOBSERVED, absent_since__lte=timezone.now() - APART)
    at_once = Q(absence__in=(Absence.CONFIRMED, Absence.ACCESS_LOST))
    rows = Shadow.objects.filter(earlier | at_once, project=project, state=ShadowState.LIVE)
    ids = list(rows.order_by("absent_since", "pk").values_list("remote_id", flat=True)[:LOOKED_FOR])
    ids += gone_from_jira.to_look_for(project)
    fields = rules_of(project).read_fields
    for at in range(0, len(ids), AT_ONCE):
        began = timezone.now()
        fetched = jira.issues.fetch(ids[at : at + AT_ONCE], fields)
        bisect.receive_shown(jira, project, fetched.issues, began=began)
        note_missing(connection, jira, project, fetched.missing)


def _outside(
    connection: Connection, jira: JiraClient, project: MappedProject, issues: Sequence[Issue]
) -> None:
    """Issues that the filter leaves out: another mapping's of the same project, or nobody's."""
    keys = {one.id: one.key for one in issues}
    others = whose.in_others(jira, project, keys)
    whose.send_to_drain(project, {one: key for one, key in keys.items() if one in others})
    outside_mapping.mark_filtered(connection, keys.keys() - others)


def note_out_of_sight(connection: Connection, jira: JiraClient, project: MappedProject) -> bool:
    """After Jira refused to search this project: whether that is because we do not see it any more."""
    kind = _out_of_sight(connection, jira, project)
    if kind is None:
        return False
    rows = Shadow.objects.filter(project=project, state=ShadowState.LIVE).exclude(absence=kind)
    while some := list(rows[:_CHUNK]):
        _mark(connection, some, kind)
    return True


def _out_of_sight(
    connection: Connection, jira: JiraClient, project: MappedProject
) -> Absence | None:
    """Why the account cannot judge this project now; None where it can.

    Raises JiraError for anything but a plain “not there”; `/myself` proves the account first.
    """
    project_facts.note_time_zone(connection, jira.myself().time_zone)
    try:
        found = jira.projects.get(project.remote_id)
        held = jira.permissions.of_project(project.remote_id, (BROWSE,)).get(BROWSE)
    except NotFound:
        return Absence.ACCESS_LOST
    project_facts.note_project(project, found.key, found.name)
    if held is not PermissionState.HELD:
        return Absence.ACCESS_LOST
    return Absence.ARCHIVED if found.archived else None


def _probe(jira: JiraClient, project: MappedProject, issue_id: str) -> Absence | None:
    """One issue at its own address, where archived ones still answer; None: it is not there."""
    try:
        issue = jira.issues.get(issue_id, ("project",))
    except NotFound:
        return None
    except PermissionRefused:
        return Absence.ACCESS_LOST
    home = str((issue.fields.get("project") or {}).get("id", ""))
    return Absence.ARCHIVED if home in ("", project.remote_id) else Absence.MOVED


def _seen_enough(shadow: Shadow) -> bool:
    if shadow.absence in (Absence.CONFIRMED, Absence.HELD):
        return True
    since = shadow.absent_since
    apart = since is not None and timezone.now() - since >= APART
    return apart and shadow.absences + 1 >= LOOKS


def _mark(connection: Connection, shadows: Sequence[Shadow], kind: Absence) -> None:
    """Only looks that could have seen the issue count towards its deletion."""
    if shadows:
        with transaction.atomic():
            _note(connection, shadows, kind)
        point("absence.marked")


def _note(connection: Connection, shadows: Sequence[Shadow], kind: Absence) -> None:
    rows = Shadow.objects.filter(pk__in=[shadow.pk for shadow in shadows])
    lock_items_of(rows)
    if kind is Absence.UNOBSERVED:
        since = Coalesce("absent_since", timezone.now())
        rows.update(absences=F("absences") + 1, absent_since=since, absence=kind)
    elif kind is Absence.HELD:
        rows.update(absence=kind)
    else:
        rows.update(absences=0, absent_since=None, absence=kind)
    news = [shadow.item_id for shadow in shadows if shadow.absence != kind]
    if news:
        note_each(connection, "read", "skipped", str(kind.label), news)
        states.derive(news)


def _look_soon(project: MappedProject) -> None:
    soon = timezone.now() + SECOND_LOOK
    MappedProject.objects.filter(pk=project.pk, poll_due__gt=soon).update(poll_due=soon)


@transaction.atomic
def _bury(
    connection: Connection,
    project: MappedProject,
    shadows: Sequence[Shadow],
    deleted: Collection[str],
) -> list[uuid.UUID]:
    """Take the items of these pairs off the board, unless the brake holds them; which were.

    Their children lose their parent meanwhile. `deleted`: ids of which Jira said that they were deleted.
    """
    confirmed = [one for one in shadows if one.absence == Absence.CONFIRMED]
    fresh = [one for one in shadows if one.absence != Absence.CONFIRMED]
    if fresh and mass_deletion_guard.holds(connection, project, fresh):
        _note(connection, fresh, Absence.HELD)
        fresh = []
    locked = parents.lock(shadow.item_id for shadow in [*confirmed, *fresh])
    for_good = ways_out.being_deleted([*confirmed, *fresh])
    fresh = ways_out.spare_edited(fresh)
    gone = [*confirmed, *fresh]
    going = {shadow.item_id for shadow in gone}
    items = [item for item in locked if item.pk in going]
    rows = Shadow.objects.filter(pk__in=[shadow.pk for shadow in gone])
    rows.update(state=ShadowState.GONE, absence="")  # of what a person took off the board, no more
    coming_back = [item for item in items if item.pk not in for_good]
    gone_from_jira.put_away(rows.filter(item__in=coming_back), deleted)
    # What a person confirmed must not trip the brake for the next one.
    rows.filter(pk__in=[shadow.pk for shadow in fresh]).update(gone_at=timezone.now())
    if not items:
        return []
    events = inbound_writes.vanish(items, change_queue.GONE)
    ids = [item.pk for item in items]
    note_each(connection, "merge", "done", gone_from_jira.WORDS, ids)
    feed.tell(events)
    gone_from_jira.remember_children(parents.let_go(ids))
    return ids
