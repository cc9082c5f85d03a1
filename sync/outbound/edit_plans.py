"""What is to be written of each item, from the rows as they are once Jira's values are merged in."""

from __future__ import annotations

import uuid
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.utils import timezone

from connections.models import Connection
from planning.models import Change, ChangeKind, ChangeState
from sync.core.edit_plan import LOOP_WITHIN, FieldPlan, Situation, plan_fields
from sync.core.values import Rules, Values
from sync.inbound.read_batch import Applied
from sync.models import Shadow
from sync.outbound import people
from sync.outbound.read_before_write import Work
from sync.outbox.poisoned_items import isolated
from sync.pairs.references import known_to_jira
from sync.pairs.rules import values_of
from sync.worker.work_slot import Shift


@dataclass(frozen=True, slots=True)
class EditPlan:
    """One item's edit, as it is decided before anything is written; nothing changes it afterwards.

    `shadow`: the pair, with its item; `changes`: the waiting changes that it folds. `fields`: what is
    written and what is left. `before` and `since`: what Jira held when it was read, and its `updated`
    then. `untold`: fields of which Jira said nothing when it was read, and why.
    """

    shadow: Shadow
    changes: tuple[Change, ...]
    fields: FieldPlan = field(default_factory=FieldPlan)
    before: Values = field(default_factory=dict)
    since: datetime | None = None
    untold: Mapping[str, str] = field(default_factory=dict)
    item_id: uuid.UUID = field(init=False, compare=False, repr=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "item_id", self.shadow.item_id)

    @property
    def writes(self) -> bool:
        """Whether there is anything to tell Jira, or to tell people of what is held."""
        return bool(self.fields.values or self.fields.ranked or self.fields.held)

    def wanted(self, name: str) -> Any:
        """The board's value that is told to Jira."""
        return self.shadow.item.rank if name == "rank" else self.fields.values[name]


def plan(
    connection: Connection,
    rules: Rules,
    shadows: Mapping[uuid.UUID, Shadow],
    work: Work,
    here: Collection[str],
    applied: Applied,
    shift: Shift,
    named: people.Named,
) -> list[EditPlan]:
    """A plan for each item whose issue is `here`, by issue id, without those that were read too late.

    `applied`: what came of merging what was read; `named`: of the people whom the items name. An item on
    which we fail ourselves has none: its changes are parked.
    """
    rows = Shadow.objects.select_related("item").filter(pk__in=[s.pk for s in shadows.values()])
    ready = [s for s in rows if s.remote_id in here and s.item_id not in applied.stale_items]
    items = [shadow.item_id for shadow in ready]
    known = known_to_jira([shadow.item for shadow in ready])
    sent_lately = _sent_lately(items)
    plans = []
    for shadow in ready:
        item, changes = shadow.item, work[shadow.item_id]
        with isolated(connection, changes, shift):
            untold = applied.untold.get(item.pk, {})
            situation = Situation(
                type=item.type,
                board=values_of(item),
                agreed=shadow.agreed,
                parked=shadow.parked,
                touched=frozenset(n for one in changes for n in one.fields) if changes else None,
                differs=applied.to_send.get(item.pk, {}),
                untold=untold,
                nobody=named.unknown.get(item.pk, {}),
                away=frozenset(named.late.get(item.pk, ())),
                sent_lately=sent_lately.get(item.pk, []),
                sprints=known.sprints_of(item),
                parents=known.parents,
            )
            plans.append(
                EditPlan(
                    shadow,
                    tuple(changes),
                    plan_fields(rules, situation),
                    before=dict(shadow.agreed),
                    since=shadow.remote_updated,
                    untold=untold,
                )
            )
    return plans


def _sent_lately(items: Iterable[uuid.UUID]) -> dict[uuid.UUID, list[Values]]:
    """Item → the fields and values of each of its edits that was settled of late."""
    rows = Change.objects.filter(
        item__in=list(items),
        kind=ChangeKind.EDIT,
        state=ChangeState.SETTLED,
        settled__gt=timezone.now() - LOOP_WITHIN,
    )
    found: dict[uuid.UUID, list[Values]] = {}
    for item, fields in rows.values_list("item_id", "fields"):
        found.setdefault(item, []).append(fields)
    return found
