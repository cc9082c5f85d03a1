"""A statement of what is equal on both sides: counted from rows, signed, kept for auditors and for calm.

An item is equal where its pair is live, nothing of it waits or is stuck, and the board holds in every
mapped field that Jira tells what Jira was last read to hold. Asks Jira nothing: a full comparison goes
before.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any, Final

from django.core.signing import BadSignature, Signer
from django.db.models import Exists, OuterRef
from django.utils import timezone

from connections.models import MappedProject
from planning.models import Change, ChangeState, SyncState, WorkItem
from sync.core.echo import same
from sync.models import Conflict, EqualityStatement, Run, RunKind, RunState, Shadow, ShadowState
from sync.pairs.rules import rules_of, values_of
from sync.pairs.states import UNDER_WAY

MOST: Final = 500  # unequal items that one statement names
WAITING, PARKED, CONFLICT, GONE, NOT_IN_JIRA, DIFFERS = (
    *("waiting", "parked", "conflict", "gone", "not_in_jira", "differs"),
)
_CHUNK: Final = 500


def state(project: MappedProject) -> EqualityStatement:
    """How the project's items stand now, signed and kept. Reads every pair once."""
    unequal: list[dict[str, Any]] = []
    items = equal = 0
    for item, why, fields in _judged(project):
        items += 1
        if not why:
            equal += 1
        elif len(unequal) < MOST:
            unequal.append(
                {
                    "item": str(item.pk),
                    "key": item.remote_key,
                    "summary": item.summary,
                    "why": why,
                    "fields": sorted(fields),
                }
            )
    row = EqualityStatement(
        project=project,
        key=project.key,
        taken=timezone.now(),
        compared=_compared(project),
        items=items,
        equal=equal,
        unequal=unequal,
    )
    row.signature = _signer().sign_object(_said(row)).rpartition(":")[2]
    row.save()
    return row


def is_signed(row: EqualityStatement) -> bool:
    """Whether the statement is as it was signed, by the key of now or by one before it."""
    signer = _signer()
    body = signer.sign_object(_said(row)).rpartition(":")[0]
    try:
        signer.unsign(f"{body}:{row.signature}")
    except BadSignature:
        return False
    return True


def latest(project: MappedProject) -> EqualityStatement | None:
    """The newest statement of the project."""
    return EqualityStatement.objects.filter(project=project).first()


def _signer() -> Signer:
    return Signer(salt="almconnect.equality")


def _said(row: EqualityStatement) -> dict[str, Any]:
    return {
        "id": str(row.pk),
        "project": str(row.project_id),
        "key": row.key,
        "taken": row.taken.isoformat(timespec="milliseconds"),
        "compared": row.compared.isoformat(timespec="milliseconds") if row.compared else None,
        "items": row.items,
        "equal": row.equal,
        "unequal": row.unequal,
    }


def _compared(project: MappedProject) -> datetime | None:
    kinds = (RunKind.IMPORT, RunKind.RECONCILE)
    runs = Run.objects.filter(project=project, kind__in=kinds, state=RunState.FINISHED)
    found: datetime | None = runs.order_by("-finished").values_list("finished", flat=True).first()
    return found


def _judged(project: MappedProject) -> Iterator[tuple[WorkItem, str, set[str]]]:
    """Every live item of the project, why it is not equal (empty where it is), and in which fields."""
    fields = set(rules_of(project).compared)
    waiting = _with_changes(project, UNDER_WAY)
    stuck = _with_changes(project, (ChangeState.PARKED, ChangeState.CONFLICT))
    open_ones = Conflict.objects.filter(shadow__project=project, resolved=None)
    clashing = set(open_ones.values_list("shadow__item_id", flat=True))
    pairs = Shadow.objects.filter(project=project, state=ShadowState.LIVE)
    for pair in pairs.select_related("item").order_by("pk").iterator(chunk_size=_CHUNK):
        item = pair.item
        if item.deleted is not None:
            continue
        if pair.absence or item.sync_state == SyncState.GONE:
            yield item, GONE, set()
        elif item.pk in clashing:
            yield item, CONFLICT, set()
        elif item.pk in stuck or pair.parked:
            yield item, PARKED, set(pair.parked)
        elif item.pk in waiting:
            yield item, WAITING, set()
        else:
            differing = _differing(pair, values_of(item), fields)
            yield item, DIFFERS if differing else "", differing
    rest = WorkItem.objects.live().filter(
        ~Exists(pairs.filter(item=OuterRef("pk"))), project=project
    )
    for item in rest.order_by("pk").iterator(chunk_size=_CHUNK):
        yield item, WAITING if item.pk in waiting else NOT_IN_JIRA, set()


def _differing(pair: Shadow, ours: Mapping[str, Any], fields: set[str]) -> set[str]:
    return {
        name
        for name in fields & pair.agreed.keys()
        if not same(name, pair.agreed[name], ours[name])
    }


def _with_changes(project: MappedProject, states: tuple[str, ...]) -> set[Any]:
    rows = Change.objects.filter(project=project, state__in=states)
    return set(rows.values_list("item_id", flat=True))
