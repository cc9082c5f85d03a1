"""Before a worker reads or writes: is this the Jira whose issues the connection holds?

The instance is asked what it is, a minute apart at most. Where that is in doubt (an address changed, or
it does not tell), a sample of the pairs is read again and all must agree. And each issue that is read
shows when it was made: another moment under the same id is another issue.
"""

from __future__ import annotations

import time
import uuid
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager

from django.utils import timezone

from almconnect.lib import bulk_rows
from connections import site_identity
from connections.gateway import SiteDoubted, jira_for
from connections.models import Connection, SiteDoubt
from jira_client.values import Issue
from planning.models import Change, ChangeState, SyncState
from sync.models import Shadow, ShadowState
from sync.states import UNDER_WAY
from sync.trace import note_each

AGAIN = 60.0  # seconds for which a proof is good, in this process
SAMPLE = 50
_proven: dict[tuple[uuid.UUID, uuid.UUID | None], float] = {}  # by connection and site


@contextmanager
def proven(connection: Connection) -> Iterator[None]:
    """`with proven(connection):` around what reads and writes. Raises SiteDoubted where it is not this
    Jira, or cannot be proven now, also by an issue that is met on the way: the connection is held then.
    Raises ConnectFailed, AnswerLost where nothing answers.
    """
    try:
        _ensure(connection)
        yield
    except SiteDoubted as doubted:
        _hold(connection, doubted)
        raise


def _ensure(connection: Connection) -> None:
    if not connection.site_doubt and time.monotonic() < _proven.get(_place(connection), 0.0):
        return
    doubt = site_identity.judge(connection, site_identity.ask(connection))
    if doubt == SiteDoubt.UNPROVEN:
        doubt = _sample(connection)
    if doubt:
        raise SiteDoubted(SiteDoubt(doubt))
    site_identity.clear(connection)
    _proven[_place(connection)] = time.monotonic() + AGAIN


def _place(connection: Connection) -> tuple[uuid.UUID, uuid.UUID | None]:
    return connection.pk, connection.site_id


def _hold(connection: Connection, doubted: SiteDoubted) -> None:
    """One that is only to be proven is not held: the next look tries again."""
    _proven.pop(_place(connection), None)
    if doubted.doubt != SiteDoubt.UNPROVEN:
        site_identity.hold(connection, doubted.doubt)


def forget() -> None:
    """Ask anew everywhere, in this process."""
    _proven.clear()


def other_issues(
    connection: Connection, known: Mapping[str, Shadow], issues: Iterable[Issue]
) -> list[Shadow]:
    """The pairs whose issue is another one by now: it was made at another moment.

    Raises SiteDoubted (RESTORED) where no person has said that Jira was restored.
    """
    found = [known[one.id] for one in issues if one.id in known and _is_other(known[one.id], one)]
    if found:
        accepted = Connection.objects.values_list("restore_accepted", flat=True)
        if accepted.get(pk=connection.pk) is None:
            raise SiteDoubted(SiteDoubt.RESTORED)
    return found


def _is_other(shadow: Shadow, issue: Issue) -> bool:
    known, told = shadow.remote_created, issue.created
    return known is not None and told is not None and known != told


def part(connection: Connection, pairs: Sequence[Shadow]) -> None:
    """The items stay on the board, no longer linked; the issues under their ids are strangers. Call it
    in the transaction that takes those in, with the pairs locked."""
    items = [one.item for one in pairs]
    words = (
        "Jira was restored, and the issue under this number is another one. Kept on the board only."
    )
    Shadow.objects.filter(pk__in=[one.pk for one in pairs]).delete()
    for item in items:
        item.remote_id = item.remote_key = ""
        item.sync_state, item.sync_detail = SyncState.LOCAL_ONLY, words
    bulk_rows.update(items, ("remote_id", "remote_key", "sync_state", "sync_detail"))
    Change.objects.filter(item__in=items, state__in=UNDER_WAY).update(
        state=ChangeState.PARKED, code="jira_restored", message=words, settled=timezone.now()
    )
    note_each(connection, "read", "skipped", words, [item.pk for item in items])


def _sample(connection: Connection) -> str:
    """Read some pairs again, the newest ids: keys, projects and moments of making must agree.

    An issue that does not come may be deleted or hidden; half of them is another Jira. What remains of
    the doubt.
    """
    live = Shadow.objects.filter(connection=connection, state=ShadowState.LIVE, absence="")
    rows = list(live.select_related("project").order_by("-read_at", "pk")[:SAMPLE])
    if not rows:
        return ""
    jira = jira_for(connection, for_check=True)
    fields = ("project", "created", "updated")
    found = {one.id: one for one in jira.issues.fetch([r.remote_id for r in rows], fields).issues}
    differing = [row for row in rows if row.remote_id in found and not _same(row, found)]
    if differing or len(found) * 2 < len(rows):
        return SiteDoubt.ANOTHER
    return ""


def _same(row: Shadow, found: dict[str, Issue]) -> bool:
    issue = found[row.remote_id]
    if row.remote_created is not None and issue.created is not None:
        return row.remote_created == issue.created
    home = str((issue.fields.get("project") or {}).get("id", ""))
    return row.remote_key == issue.key and (row.project is None or row.project.remote_id == home)
