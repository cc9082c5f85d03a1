"""What a create carries to Jira: the body of a new issue, and the mark by which it is found again."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any, Final

from planning.models import Change
from sync.core.mapping import OPERATION_PROPERTY, say
from sync.core.values import Rules
from sync.outbox import change_queue
from sync.pairs.references import Known
from sync.pairs.rules import values_of

NEEDED: Final = ("summary", "issuetype", "project")  # without them there is no issue


@dataclass(slots=True)
class New:
    """A create on its way: its change and the body that is sent."""

    change: Change
    body: dict[str, Any]


def body_of(
    rules: Rules, change: Change, known: Known, unsent: Collection[str]
) -> dict[str, Any] | None:
    """The body of the create; `change.sent` gets the board values that it carries. None: parked.

    `unsent`: people whom Jira does not know; the edit that follows the create says so.
    """
    item = change.item
    kind = rules.types.get(item.type)
    if kind is None:
        change_queue.park(
            [change.pk],
            "type_not_mapped",
            f"The type “{item.type}” is not mapped to an issue type of {rules.project_key}.",
        )
        return None
    # Status and sprint cannot be set by a create; what is empty is left to Jira's defaults.
    values = {
        name: value
        for name, value in values_of(item).items()
        if name not in ("status", "iteration", *unsent) and value not in (None, "", [])
    }
    out = say(rules, values, sprints={}, parents=known.parents)
    # A create takes no update: what it would add is all there is.
    added = {
        name: [one["add"] for one in steps if "add" in one] for name, steps in out.update.items()
    }
    fields = {**{name: values for name, values in added.items() if values}, **out.fields}
    fields |= {"project": {"id": rules.project_id}, "issuetype": {"id": kind}}
    change.sent = {
        name: value
        for name, value in values.items()
        if name not in out.unmapped and rules.fields.get(name) in fields
    }
    mark = {"operation": str(change.operation), "item": str(item.pk)}
    return {"fields": fields, "properties": {OPERATION_PROPERTY: mark}}
