"""An issue that is not there when asked for: deleted, moved away, or only out of our sight?

Absence is not deletion. An item is tombstoned only if the issue is gone while the account is who it
was and still sees the project: after Jira's own word for it (`jira:issue_deleted`), or twice.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from datetime import timedelta

from django.db import transaction
from django.utils import timezone

from connections.models import Connection, MappedProject
from jira_client.client import JiraClient
from jira_client.errors import NotFound
from planning import applying, feed
from planning.models import SyncState, WorkItem
from sync.models import Shadow, ShadowState
from sync.trace import note

LOOKS = 2
APART = timedelta(seconds=30)


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
    shadows = list(
        Shadow.objects.filter(
            connection=connection, remote_id__in=list(missing), state=ShadowState.LIVE
        )
    )
    if not shadows:
        return 0
    if not _project_visible(jira, project):
        _mark(shadows, "access_lost")
        applying.note_state(
            [shadow.item_id for shadow in shadows],
            SyncState.PARKED,
            f"The account no longer sees the project {project.key} in Jira. Ask a Jira admin for "
            "“Browse Projects”; nothing is deleted here meanwhile.",
        )
        return 0
    gone = []
    now = timezone.now()
    for shadow in shadows:
        seen_before = shadow.absent_since is not None and now - shadow.absent_since >= APART
        if shadow.remote_id in deleted or (shadow.absences + 1 >= LOOKS and seen_before):
            gone.append(shadow)
    _mark([shadow for shadow in shadows if shadow not in gone], "unobserved")
    _bury(connection, gone)
    return len(gone)


def _project_visible(jira: JiraClient, project: MappedProject) -> bool:
    """Raises JiraError for anything but a plain “not there”; `/myself` proves the account first."""
    jira.myself()
    try:
        jira.projects.get(project.remote_id)
    except NotFound:
        return False
    return True


def _mark(shadows: Iterable[Shadow], kind: str) -> None:
    for shadow in shadows:
        shadow.absences += 1
        shadow.absent_since = shadow.absent_since or timezone.now()
        shadow.absence = kind
        shadow.save(update_fields=["absences", "absent_since", "absence"])


def _bury(connection: Connection, shadows: list[Shadow]) -> None:
    if not shadows:
        return
    with transaction.atomic():
        items = list(
            WorkItem.objects.select_for_update()
            .filter(pk__in=[shadow.item_id for shadow in shadows], deleted=None)
            .order_by("pk")
        )
        Shadow.objects.filter(pk__in=[shadow.pk for shadow in shadows]).update(
            state=ShadowState.GONE, absence="deleted"
        )
        events = applying.vanish(items, "Deleted in Jira.")
        for item in items:
            note(connection, "merge", "done", "Deleted in Jira, so deleted here.", item=item)
        feed.tell(events)
