"""Fields that Jira tells of a pair for the first time, after people have edited them on the board.

An issue may have been read while its type lacked the field, or before the field was mapped. Nothing was
agreed then, and without a base a merge takes Jira's value; so the base is what people replaced here.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Mapping
from typing import Any

from planning.models import Change, ChangeKind, ChangeState
from sync.core.echo import normal
from sync.core.values import Seen
from sync.models import Shadow


def bases(known: Mapping[str, Shadow], all_seen: Iterable[Seen]) -> dict[uuid.UUID, dict[str, Any]]:
    """Item id → field → what stood on the board before its first edit that has not reached Jira.

    `known`: issue id → pair. No query where every field that Jira tells has been agreed before.
    """
    new: dict[uuid.UUID, set[str]] = {}
    for seen in all_seen:
        pair = known.get(seen.remote_id)
        if pair is None or pair.remote_updated is None:
            continue  # an own create at its first read: what it did not carry, Jira says it began with
        names = {name for name in seen.values if name != "rank" and name not in pair.agreed}
        if not seen.values.get("team"):
            names.discard("team")  # an issue that never named a team says nothing of it yet
        if names:
            new[pair.item_id] = names
    if not new:
        return {}
    edits = Change.objects.filter(item__in=list(new), kind=ChangeKind.EDIT)
    rows = edits.exclude(state=ChangeState.SETTLED).order_by("pk")
    found: dict[uuid.UUID, dict[str, Any]] = {}
    for item, before in rows.values_list("item_id", "before"):
        for name in new[item] & before.keys():
            found.setdefault(item, {}).setdefault(name, normal(name, _plain(before[name])))
    return found


def _plain(value: Any) -> Any:
    """A person of the board as the id by which it is compared."""
    return value.get("id") if isinstance(value, Mapping) else value
