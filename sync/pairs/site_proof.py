"""Before a worker reads or writes: is this the Jira whose issues the connection holds?

The instance is asked what it is, a minute apart at most. Where that is in doubt (an address changed, or
it does not tell), a sample of the pairs is read again and all must agree. And each issue that is read
shows when it was made: another moment under the same id is another issue. Each quarter of an hour, and
where an issue is older than it was, the pairs that Jira changed last are looked at: a Jira that was put
back to an earlier state has lost just those changes.
"""

from __future__ import annotations

import time
import uuid
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime
from itertools import takewhile

from django.utils import timezone

from almconnect.lib import bulk_rows
from connections.access.gateway import SiteDoubted, jira_for
from connections.health import site_identity
from connections.models import Connection, SiteDoubt
from jira_client.values import Deployment, Issue
from planning.models import Change, ChangeState, SyncState
from sync.models import Shadow, ShadowState
from sync.pairs.server_clock import DRIFT, jira_clock
from sync.pairs.states import UNDER_WAY
from sync.pairs.trace import note_each

AGAIN = 60.0  # seconds for which a proof is good, in this process
SAMPLE = 50
LOOK_AGAIN = 900.0  # seconds to the first look for a Jira that was put back, and between two
LOST_TOGETHER = 3  # of the newest changes in a row, two of them undone: people do not do that
_proven: dict[tuple[uuid.UUID, uuid.UUID | None], float] = {}  # by connection and site
_look_due: dict[tuple[uuid.UUID, uuid.UUID | None], float] = {}


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
    known, told = connection.site, site_identity.ask(connection)
    doubt = site_identity.judge(connection, told)
    if doubt == SiteDoubt.UNPROVEN:
        # A cloud id is of one site alone; a Data Center's application id is its copy's too.
        sure = known is not None and told is not None and told.kind == Deployment.CLOUD
        doubt = "" if sure else _sample(connection, tells=told is not None)
    if doubt:
        raise SiteDoubted(SiteDoubt(doubt))
    site_identity.clear(connection)
    now = time.monotonic()
    if now >= _look_due.setdefault(_place(connection), now + LOOK_AGAIN):
        if _was_put_back(connection):
            raise SiteDoubted(SiteDoubt.RESTORED)
        _look_due[_place(connection)] = now + LOOK_AGAIN
    _proven[_place(connection)] = time.monotonic() + AGAIN


def _place(connection: Connection) -> tuple[uuid.UUID, uuid.UUID | None]:
    return connection.pk, connection.site_id


def must_be_this_jira(connection: Connection) -> None:
    """Before a held connection is compared alone: the sample would find what the comparison is to show.

    Raises SiteDoubted (ANOTHER), ConnectFailed, AnswerLost.
    """
    if site_identity.is_another(connection, site_identity.ask(connection)):
        raise SiteDoubted(SiteDoubt.ANOTHER)


def _hold(connection: Connection, doubted: SiteDoubted) -> None:
    """One that is only to be proven is not held: the next look tries again."""
    _proven.pop(_place(connection), None)
    if doubted.doubt != SiteDoubt.UNPROVEN:
        site_identity.hold(connection, doubted.doubt)


def forget() -> None:
    """Ask anew everywhere, in this process."""
    _proven.clear()
    _look_due.clear()


def suspect(connection: Connection) -> None:
    """An issue is older than it was: the next piece of work looks first whether all of Jira is."""
    _look_due[_place(connection)] = 0.0
    _proven.pop(_place(connection), None)


def other_issues(
    connection: Connection, known: Mapping[str, Shadow], issues: Iterable[Issue]
) -> list[Shadow]:
    """The pairs whose issue is another one by now: it was made at another moment.

    Raises SiteDoubted (RESTORED) where no person has said since they were read last that Jira was
    restored.
    """
    found = [known[one.id] for one in issues if one.id in known and is_other(known[one.id], one)]
    if found:
        accepted = site_identity.restore_of(connection)
        if accepted is None or any(pair.read_at > accepted[0] for pair in found):
            raise SiteDoubted(SiteDoubt.RESTORED)
    return found


def is_other(shadow: Shadow, issue: Issue) -> bool:
    """Whether the issue under the pair's id was made at another moment."""
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


def _sample(connection: Connection, *, tells: bool) -> str:
    """Read the pairs that were read last again; the doubt that remains, empty where they prove the Jira.

    Where it is known when they were made, that decides: one or a few made at another moment are numbers
    that a restored Jira gave out again, and only what was made after all that is shown is missing as it
    is from a copy; the rest is hidden or deleted. Where it is not known, keys and projects must agree,
    but for some that may have moved, and half must be there. `tells`: the instance says what it is, and
    says the right thing.
    """
    live = Shadow.objects.filter(connection=connection, state=ShadowState.LIVE, absence="")
    rows = list(live.select_related("project").order_by("-read_at", "pk")[:SAMPLE])
    if not rows:
        return ""
    jira = jira_for(connection, for_check=True)
    fields = ("project", "created", "updated")
    found = {one.id: one for one in jira.issues.fetch([r.remote_id for r in rows], fields).issues}
    if tells and not found:
        return SiteDoubt.UNPROVEN
    told = [row for row in rows if row.remote_id in found]
    sure = [row for row in told if _knows_moment(row, found[row.remote_id])]
    differing = [row for row in sure or told if not _same(row, found[row.remote_id])]
    if len(differing) * 2 > len(sure or told):
        return SiteDoubt.ANOTHER
    if differing and sure:
        return SiteDoubt.RESTORED
    missing = [row for row in rows if row.remote_id not in found]
    if sure:
        missing = [row for row in missing if _made_after_all(row, sure)]
    return SiteDoubt.ANOTHER if len(missing) * 2 > len(rows) else ""


def _made_after_all(row: Shadow, shown: Sequence[Shadow]) -> bool:
    made = row.remote_created
    return made is None or all(one.remote_created < made for one in shown if one.remote_created)


def _was_put_back(connection: Connection) -> bool:
    """Whether what Jira changed last is undone there: the newest changes that are known, in a row, are
    of issues that are older now, or not there.

    Nobody can say so where Jira's clock is wrong: then `updated` orders nothing.
    """
    rows = Shadow.objects.filter(connection=connection, state=ShadowState.LIVE, absence="")
    if accepted := site_identity.restore_of(connection):
        rows = rows.filter(read_at__gt=accepted[0])
    newest = rows.exclude(remote_updated=None).order_by("-remote_updated", "pk")
    columns = newest.values_list("remote_id", "remote_updated")[:SAMPLE]
    known = [(one, moment) for one, moment in columns if moment is not None]
    if len(known) < LOST_TOGETHER or connection.clock_note:
        return False
    jira = jira_for(connection, for_check=True)
    clock = jira_clock(jira)
    if known[0][1] > clock:
        return False
    settled = [(one, moment) for one, moment in known if moment < clock - DRIFT]
    found = jira.issues.fetch([one for one, _ in settled], ("updated",)).issues
    told = {issue.id: issue.updated for issue in found}
    together = list(takewhile(lambda row: _is_undone(told, *row), settled))
    older = sum(one in told for one, _ in together)
    return len(together) >= LOST_TOGETHER and older >= LOST_TOGETHER - 1


def _is_undone(told: Mapping[str, datetime | None], issue: str, known: datetime) -> bool:
    """Not there, or older than it was."""
    updated = told.get(issue)
    return issue not in told or (updated is not None and updated < known)


def _knows_moment(row: Shadow, issue: Issue) -> bool:
    return row.remote_created is not None and issue.created is not None


def _same(row: Shadow, issue: Issue) -> bool:
    if _knows_moment(row, issue):
        return row.remote_created == issue.created
    home = str((issue.fields.get("project") or {}).get("id", ""))
    return row.remote_key == issue.key and (row.project is None or row.project.remote_id == home)
