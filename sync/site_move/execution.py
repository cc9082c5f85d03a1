"""A confirmed plan, carried out in parts: each is one transaction that also keeps the place to go on from,
so that a killed worker's part is done again or not at all.

*stop* waits until nobody else is at work and exchanges the Jiras; *loosen* takes the ids of the one that
is left from every pair and unlinks what is not certain; *anchor* gives the ids of the other; *names*
says persons as they are called there; then everything is compared, and only then anything is written.
"""

from __future__ import annotations

import time
import uuid
from contextlib import ExitStack
from datetime import timedelta
from typing import TypeVar

from django.db import transaction
from django.db.models import Exists, Model, OuterRef, Q, QuerySet
from django.utils import timezone

from accounts import audit
from almconnect.lib.api import Refused
from connections.access import gateway
from connections.models import Connection, Direction, Lifecycle, MappedProject, MovePart
from connections.report import permission_report
from planning.models import Change, ChangeKind, Link, SyncState, WorkItem
from sync.core.site_match import CERTAIN, Verdict
from sync.models import (
    MoveKind,
    MoveRow,
    MoveState,
    Run,
    RunKind,
    RunState,
    Shadow,
    SiteMove,
)
from sync.pairs.states import UNDER_WAY
from sync.runs import project_runs
from sync.site_move import id_replacement, jira_exchange
from sync.worker.failpoints import point
from sync.worker.lease import Held, holding
from sync.worker.wake import PUSH, TAKE_REPORT, WORK, wake

M = TypeVar("M", bound=Model)

SLICE_SECONDS = 12.0
AT_ONCE = 200
KEPT_FOR = timedelta(days=30)  # the old ids, and the old Jira's credentials
WAIT = timedelta(seconds=1)  # for work that is under way elsewhere
RUN_AGAIN = timedelta(minutes=1)
_LINK_WORDS = (
    "The Jira to which the connection was moved does not show this link. It is on the board only."
)


def work(move: SiteMove, held: Held) -> bool:
    """One slice; True if another must follow at once. Raises LeaseLost."""
    until = time.monotonic() + SLICE_SECONDS
    while move.state == MoveState.CARRYING:
        held.renew()
        if not _step(move, held):
            return False
        if time.monotonic() > until:
            return True
    if move.state == MoveState.COMPARING:
        _watch(move)
    return False


def _step(move: SiteMove, held: Held) -> bool:
    match move.phase:
        case "stop":
            return _stop(move, held)
        case "loosen":
            _loosen(move, held)
        case "anchor":
            _anchor(move, held)
        case "names":
            _people(move, held)
        case _:
            _compare(move, held)
    return True


def _stop(move: SiteMove, held: Held) -> bool:
    """No worker may be in the middle of a piece of work: its lease is held while the Jiras change places.
    Whoever begins later finds that the connection makes no call."""
    with ExitStack() as stack:
        for name in _leases(move):
            if stack.enter_context(holding(name)) is None:
                move.message = "Waiting for work that is under way to end."
                move.due = timezone.now() + WAIT
                move.save(update_fields=["message", "due"])
                return False
        point("move.stopped")
        try:
            jira_exchange.exchange(move, held)
        except Refused as refused:
            _take_back(move, refused)
            return False
    for key in move.ends:
        gateway.forget(key)
    move.message = ""
    move.save(update_fields=["message"])
    return True


def _leases(move: SiteMove) -> list[str]:
    key = move.connection_id
    projects = MappedProject.objects.filter(connection=key).values_list("pk", flat=True)
    runs = Run.objects.filter(
        project__connection=key, state__in=(RunState.WAITING, RunState.RUNNING)
    ).values_list("pk", flat=True)
    return [
        f"push:{key}",
        f"drain:{key}",
        *(f"poll:{one}" for one in projects.order_by("pk")),
        *(f"run:{one}" for one in runs.order_by("pk")),
    ]


def _take_back(move: SiteMove, refused: Refused) -> None:
    """What was confirmed does not hold any more, and nothing was changed yet: as before, with the why."""
    with transaction.atomic():
        release(move)
        move.state, move.phase, move.code, move.message = (
            MoveState.PLANNED, "", refused.code, refused.message[:1000],
        )  # fmt: skip
        move.save(update_fields=["state", "phase", "code", "message"])
        audit.record(
            "connection.move_stopped",
            actor=None,
            target=move.connection,
            connection_id=move.connection_id,
            after={"why": refused.code},
        )


def _destination(move: SiteMove) -> QuerySet[Connection]:
    return Connection.objects.filter(moves_to_it=move)


def hold(move: SiteMove) -> None:
    """Nothing but the move reads or writes on either of the two from here."""
    part = Connection.objects.filter(pk=move.connection_id)
    part.update(move_part=MovePart.MOVING)
    _destination(move).update(move_part=MovePart.KEPT)


def release(move: SiteMove) -> None:
    Connection.objects.filter(pk=move.connection_id).update(move_part="")
    back = MovePart.KEPT if move.returns_id else ""
    _destination(move).update(move_part=back)


def _loosen(move: SiteMove, held: Held) -> None:
    """The next pairs lose the ids of the Jira that is left."""
    with transaction.atomic():
        held.guard()
        pairs = _locked(_after(Shadow.objects.filter(connection=move.connection), move))
        rows = {
            row.pair: row
            for row in MoveRow.objects.filter(move=move, pair__in=[one.pk for one in pairs])
        }
        unplanned = [_unplanned(move, one) for one in pairs if one.pk not in rows]
        MoveRow.objects.bulk_create(unplanned)
        rows |= {row.pair: row for row in unplanned}
        for one in pairs:
            rows[one.pk].before = id_replacement.snapshot(one)
        MoveRow.objects.bulk_update(rows.values(), ["before"], batch_size=100)
        staying = [one for one in pairs if rows[one.pk].is_certain or one.is_gone]
        leaving = [one for one in pairs if not (rows[one.pk].is_certain or one.is_gone)]
        id_replacement.loosen(staying, [one.item_id for one in pairs])
        id_replacement.unlink(move.connection, leaving)
        _went_on(move, str(pairs[-1].pk) if pairs else None, "anchor", 0, len(pairs))
        point("move.loosening")
    point("move.loosened")


def _unplanned(move: SiteMove, pair: Shadow) -> MoveRow:
    return MoveRow(
        move=move,
        kind=MoveKind.ISSUE,
        verdict=Verdict.MISSING,
        project=pair.project,
        pair=pair.pk,
        item_id=pair.item_id,
        old_id=pair.remote_id,
        old_name=pair.remote_key,
        why="It came after the plan was made.",
    )


def _anchor(move: SiteMove, held: Held) -> None:
    """The next pairs get the ids of the other Jira."""
    with transaction.atomic():
        held.guard()
        rows = MoveRow.objects.filter(
            move=move, kind=MoveKind.ISSUE, verdict__in=CERTAIN, id__gt=int(move.place["after"])
        )
        part = list(rows.order_by("id").select_related("item__project")[:AT_ONCE])
        pairs = {
            one.pk: one
            for one in _locked(Shadow.objects.filter(pk__in=[row.pair for row in part if row.pair]))
        }
        names = names_of(move)
        id_replacement.anchor(move.connection, [row for row in part if row.pair], pairs, names)
        for row in part:
            if row.pair is None and row.item and not Shadow.objects.filter(item=row.item).exists():
                id_replacement.link_again(move.connection, row, row.item)
        _went_on(move, part[-1].pk if part else None, "names", "", 0)
        point("move.anchoring")
    point("move.anchored")


def _people(move: SiteMove, held: Held) -> None:
    """The next items name people as they are called in the other Jira."""
    with transaction.atomic():
        held.guard()
        mine = Q(project__connection=move.connection) | Q(shadow__connection=move.connection)
        keys = list(
            _after(WorkItem.objects.filter(mine), move).values_list("pk", flat=True)[:AT_ONCE]
        )
        items = list(WorkItem.objects.filter(pk__in=keys).locked())
        id_replacement.say_people(items, names_of(move))
        _went_on(move, str(keys[-1]) if keys else None, "compare", "", 0)
        point("move.naming")
    point("move.named")


def names_of(move: SiteMove) -> dict[str, str]:
    """Person's id before → what stands for them: the id there, or, where it is not certain, the name, by
    which a person is looked up before anything is sent. A name that was typed by hand stays typed."""
    rows = MoveRow.objects.filter(move=move, kind=MoveKind.PERSON)
    named = {
        row.old_id: row.new_id
        if row.is_certain
        else row.old_name or (row.old_id if row.data.get("typed") else "")
        for row in rows
    }
    return {key: value for key, value in named.items() if key != value}


def _after(rows: QuerySet[M], move: SiteMove) -> QuerySet[M]:
    after = move.place["after"]
    rows = rows.filter(pk__gt=uuid.UUID(after)) if after else rows
    return rows.order_by("pk")


def _locked(pairs: QuerySet[Shadow]) -> list[Shadow]:
    """At most AT_ONCE of these, their items locked before them, as everywhere (docs/decisions/0061)."""
    both = dict(pairs.order_by("pk").values_list("pk", "item_id")[:AT_ONCE])
    items = {one.pk: one for one in WorkItem.objects.filter(pk__in=both.values()).locked()}
    found = list(Shadow.objects.filter(pk__in=list(both)).locked())
    for one in found:
        one.item = items[one.item_id]
    return found


def _went_on(move: SiteMove, last: object, following: str, begins: object, done: int) -> None:
    """Keep the place: behind `last`, or at the beginning of the next phase where there was no more."""
    if last is None:
        move.phase, move.place = following, {"after": begins}
    else:
        move.place = {"after": last}
        move.done += done
    move.save(update_fields=["phase", "place", "done"])


def _compare(move: SiteMove, held: Held) -> None:
    """Every id is one of the other Jira now: it is read whole, and nothing is written yet."""
    with transaction.atomic():
        held.guard()
        connection = Connection.objects.get(pk=move.connection_id)
        connection.store({"move_part": MovePart.COMPARING.value})
        projects = MappedProject.objects.filter(connection=connection)
        runs = [
            project_runs.request(one, RunKind.RECONCILE)
            for one in projects.exclude(direction=Direction.PAUSED).order_by("key")
        ]
        move.notes = {**move.notes, "runs": [str(one.pk) for one in runs]}
        move.state, move.carried, move.phase = MoveState.COMPARING, timezone.now(), ""
        move.save(update_fields=["state", "carried", "phase", "notes"])
        asked = permission_report.after_mapping(connection, actor=None)
        audit.record(
            "connection.moved" if move.returns_id is None else "connection.moved_back",
            actor=None,
            target=connection,
            connection_id=connection.pk,
            before={"base_url": move.was},
            after={"base_url": move.goes_to, "unlinked": unlinked_of(move).count()},
        )
        point("move.comparing")
    for run in runs:
        wake(WORK, run.pk)
    wake(TAKE_REPORT, asked.pk)


def unlinked_of(move: SiteMove) -> QuerySet[MoveRow]:
    """Issues of the table whose items stay on the board only."""
    rows = MoveRow.objects.filter(move=move, kind=MoveKind.ISSUE).exclude(pair=None)
    return rows.exclude(verdict__in=CERTAIN)


def _watch(move: SiteMove) -> None:
    """Whether the comparisons are over. One that failed is asked for again."""
    runs = list(Run.objects.filter(pk__in=move.notes["runs"]).select_related("project"))
    failed = [run for run in runs if run.state == RunState.FAILED]
    if failed:
        again = [project_runs.request(run.project, RunKind.RECONCILE) for run in failed]
        kept = [run for run in runs if run.state != RunState.FAILED]
        move.notes = {**move.notes, "runs": [str(one.pk) for one in (*kept, *again)]}
        move.message, move.due = failed[0].message[:1000], timezone.now() + RUN_AGAIN
        move.save(update_fields=["notes", "message", "due"])
    elif all(run.state == RunState.FINISHED for run in runs):
        _end(move)
    else:
        move.due = timezone.now() + WAIT
        move.save(update_fields=["due"])


def _end(move: SiteMove) -> None:
    """Compared: from here the board's edits go to the other Jira."""
    now = timezone.now()
    with transaction.atomic():
        Connection.objects.filter(pk=move.connection_id).update(move_part="")
        _say_links(move)
        move.state, move.finished, move.message, move.code = MoveState.DONE, now, "", ""
        move.keep_until = now + KEPT_FOR
        if move.returns is not None:
            SiteMove.objects.filter(pk=move.returns.pk).update(state=MoveState.RETURNED)
            # The other Jira's connection is an ordinary one again.
            _destination(move).update(move_part="", lifecycle=Lifecycle.ACTIVE)
        move.save(update_fields=["state", "finished", "message", "code", "keep_until"])
        point("move.ending")
    point("move.ended")
    wake(PUSH, move.connection_id)


def _say_links(move: SiteMove) -> None:
    """Links that neither end lists there stay on the board, and say so; of projects that are paused
    nothing is known yet."""
    compared = Run.objects.filter(pk__in=move.notes["runs"]).values("project")
    mine = Shadow.objects.filter(connection=move.connection, project__in=compared)
    coming = Change.objects.filter(link=OuterRef("pk"), kind=ChangeKind.LINK, state__in=UNDER_WAY)
    rows = Link.objects.filter(
        ~Exists(coming),
        source__in=mine.values("item_id"),
        deleted=None,
        remote_id="",
        sync_state=SyncState.SYNCED,
    )
    rows.update(sync_state=SyncState.LOCAL_ONLY, sync_detail=_LINK_WORDS)
