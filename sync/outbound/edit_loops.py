"""A field that two sides keep setting back and forth is parked: people must settle that, not we.

An automation in Jira and one on the board may each undo the other's value for ever.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import timedelta

from django.utils import timezone

from planning.models import Change, ChangeKind, ChangeState
from sync.core.echo import same
from sync.core.values import Rules
from sync.outbound.writes import Edit
from sync.pairs.references import Known, outgoing

MOST = 5
WITHIN = timedelta(minutes=10)


def park(rules: Rules, known: Known, edits: Sequence[Edit]) -> None:
    """Refuse, for each edit, the fields that were set to this very value too often of late."""
    told = Change.objects.filter(
        item__in=[edit.shadow.item_id for edit in edits],
        kind=ChangeKind.EDIT,
        state=ChangeState.SETTLED,
        settled__gt=timezone.now() - WITHIN,
    )
    history: dict[object, list[dict[str, object]]] = {}
    for item, fields in told.values_list("item_id", "fields"):
        history.setdefault(item, []).append(fields)
    for edit in edits:
        before = history.get(edit.shadow.item_id, ())
        for name, value in list(edit.values.items()):
            times = sum(1 for one in before if name in one and same(name, one[name], value))
            if times >= MOST:
                _refuse(rules, known, edit, name, times + 1)


def _refuse(rules: Rules, known: Known, edit: Edit, name: str, times: int) -> None:
    words = (
        f"It was set to the same value {times} times within ten minutes, and each time changed in Jira "
        "again. Find out what changes it there, then edit it here once more."
    )
    hold(rules, known, edit, {name: words})


def hold(rules: Rules, known: Known, edit: Edit, reasons: Mapping[str, str]) -> None:
    """Keep these fields from being sent, each for its reason; those that are not to be sent anyway
    need none.
    """
    held = {name: why for name, why in reasons.items() if name in edit.values}
    if not held:
        return
    edit.values = {name: value for name, value in edit.values.items() if name not in held}
    edit.out = outgoing(rules, known, edit.shadow.item, edit.values)
    edit.held |= held
