"""What of an item is parked without a change of its own, and the ways out of it.

A field that Jira refused while the rest of the item went on; a second issue of one create; an issue that
Jira does not show now. Each has a way out by page and API.
"""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from dataclasses import dataclass

from django.db import transaction
from django.db.models import Q, QuerySet

from accounts import audit
from accounts.models import User
from almconnect.lib.api import Refused
from connections.models import MappedProject
from planning.models import Change, ChangeKind, ChangeState, WorkItem
from planning.rules import refuse_read_only
from sync.inbound import duplicates
from sync.models import Absence, RunKind, Shadow, ShadowState
from sync.outbox import abandoned_changes
from sync.outbox.ways_out import Way
from sync.pairs import states
from sync.pairs.rules import values_of
from sync.runs import project_runs
from sync.worker.wake import PUSH, WORK, wake

ABSENT = ""  # in the place of a field's name: the issue as a whole


@dataclass(frozen=True, slots=True)
class Stuck:
    """One thing: a board field, `duplicate <id>`, or `ABSENT`."""

    field: str
    reason: str
    ways: tuple[Way, ...]


def rows(about: Q | None = None) -> QuerySet[Shadow]:
    """Living pairs of which something is parked that may have no change."""
    stuck = ~Q(parked={}) | (~Q(absence="") & ~Q(absence=Absence.HELD))
    found = Shadow.objects.filter(stuck, state=ShadowState.LIVE, item__deleted=None)
    return found.filter(about) if about is not None else found


def of(shadow: Shadow, covered: set[str] | None = None) -> list[Stuck]:
    """What is stuck of the pair; `covered`: fields that a parked change tells of already."""
    found = [
        Stuck(name, why, _ways(name))
        for name, why in sorted(shadow.parked.items())
        if name not in (covered or set())
    ]
    if shadow.absence and shadow.absence != Absence.HELD:
        found.append(Stuck(ABSENT, str(Absence(shadow.absence).label), (Way.AGAIN,)))
    return found


def covered_by_changes(shadows: list[Shadow]) -> Mapping[uuid.UUID, set[str]]:
    """Item → the fields of its parked changes, which stand in a list of their own with their ways."""
    found: dict[uuid.UUID, set[str]] = {}
    parked = Change.objects.filter(
        item__in=[one.item_id for one in shadows], state=ChangeState.PARKED, kind=ChangeKind.EDIT
    )
    for item, fields in parked.values_list("item_id", "fields"):
        found.setdefault(item, set()).update(fields)
    return found


def _ways(name: str) -> tuple[Way, ...]:
    return (Way.AGAIN,) if name.startswith(duplicates.PREFIX) else (Way.AGAIN, Way.JIRA)


@transaction.atomic
def go(item_id: uuid.UUID, field: str, way: str, *, actor: User) -> None:
    """Go one of the ways of what is stuck. Raises Refused (404, 409, 422)."""
    item = WorkItem.objects.locked().filter(pk=item_id, deleted=None).first()
    shadow = Shadow.objects.filter(item=item_id, state=ShadowState.LIVE).locked().first()
    stuck = next((one for one in of(shadow) if one.field == field), None) if shadow else None
    if item is None or shadow is None or stuck is None:
        raise Refused("Nothing of that is parked any more.", code="not_parked", status=409)
    if way not in stuck.ways:
        words = ", ".join(stuck.ways)
        raise Refused(f"The ways out of this are: {words}.", code="no_such_way", status=422)
    project = shadow.project
    if project is None:
        raise Refused("Its project is no longer mapped.", code="not_mapped", status=409)
    if way == Way.JIRA:
        abandoned_changes.take_jiras(item, shadow, [field])
    elif field == ABSENT or field.startswith(duplicates.PREFIX):
        _compare(project)
    else:
        _send(project, item, shadow, field, actor)
    audit.record(
        "field.decided",
        actor=actor,
        target=item,
        connection_id=shadow.connection_id,
        after={"field": field, "way": way},
    )
    states.derive([item.pk])


def _send(project: MappedProject, item: WorkItem, shadow: Shadow, field: str, actor: User) -> None:
    """The field's present value once more, as an edit."""
    refuse_read_only(project)
    abandoned_changes.forget(shadow, [field])
    Change.objects.create(
        project=project,
        item=item,
        kind=ChangeKind.EDIT,
        fields={field: values_of(item).get(field)},
        actor=actor,
        actor_name=str(actor),
    )
    wake(PUSH, project.connection_id)


def _compare(project: MappedProject) -> None:
    """Whether Jira shows the issue again, or has lost the second one, a full comparison finds out."""
    wake(WORK, project_runs.request(project, RunKind.RECONCILE).pk)
