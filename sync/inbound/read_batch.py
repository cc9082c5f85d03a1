"""A read of issues, the batch of rows that follows from it, and its saving in one go."""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Mapping, Set
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final

from django.utils import timezone

from almconnect.lib import bulk_rows
from connections.models import MappedProject, Right
from planning import inbound_writes
from planning.models import BoardEvent, Change, WorkItem
from sync.core.merge import Clash
from sync.core.values import ABSENT, Lookups, Rules, Seen, Values
from sync.inbound import gone_items, issue_attachments, issue_comments, issue_links
from sync.models import Shadow
from sync.outbox import ways_out
from sync.pairs import conflicts, states
from sync.pairs.trace import note_each

BACK: Final = "Jira shows the issue again, so the item is linked to it again."
_SHADOW_COLUMNS = (
    "project",
    "state",
    "agreed",
    "refs",
    "parent_ref",
    "sprint_ref",
    "parked",
    "untold",
    "remote_key",
    "remote_created",
    "remote_updated",
    "older_since",
    "read_at",
    "absent_since",
    "absences",
    "absence",
    "look_due",
    "looks",
    "left_behind",
)


@dataclass(slots=True)
class Applied:
    """What a batch did. `to_send`: item id → values that Jira should get, for items known before;
    `untold`: item id → its mapped fields of which the read says nothing, and why.
    """

    created: int = 0
    updated: int = 0
    same: int = 0
    stale: int = 0
    ignored: int = 0
    clashes: int = 0
    to_send: dict[uuid.UUID, dict[str, Any]] = field(default_factory=dict)
    untold: dict[uuid.UUID, Mapping[str, str]] = field(default_factory=dict)
    lacking: dict[str, set[str]] = field(
        default_factory=dict
    )  # board type → fields that none of its issues in this read had
    items: dict[str, uuid.UUID] = field(default_factory=dict)  # issue id → item
    stale_items: set[uuid.UUID] = field(default_factory=set)
    elsewhere: set[str] = field(default_factory=set)  # issue ids: in a project that is not mapped
    untyped: dict[str, str] = field(
        default_factory=dict
    )  # issue id → its type, which is not mapped
    unsure: list[str] = field(default_factory=list)  # issue ids: not applied, more must be known
    disputed: dict[str, list[Clash]] = field(
        default_factory=dict
    )  # the same: whose are Jira's values?

    def add(self, other: Applied) -> None:
        """What a second reading of some of the same issues did."""
        for name in ("created", "updated", "same", "stale", "ignored", "clashes"):
            setattr(self, name, getattr(self, name) + getattr(other, name))
        self.to_send |= other.to_send
        self.untold |= other.untold
        for word, names in other.lacking.items():
            self.lacking[word] = self.lacking.get(word, names) & names
        self.items |= other.items
        self.stale_items |= other.stale_items
        self.elsewhere |= other.elsewhere
        self.untyped |= other.untyped
        self.unsure, self.disputed = list(other.unsure), dict(other.disputed)

    @classmethod
    def joined(cls, parts: Iterable[Applied]) -> Applied:
        """What several batches did."""
        whole = cls()
        for part in parts:
            whole.add(part)
        return whole

    def note_lacking(self, seen: Seen) -> None:
        """Which fields this issue does not have in Jira: a matter of its type there."""
        if seen.type is not None:
            absent = {name for name, why in seen.untold.items() if why == ABSENT}
            self.lacking[seen.type] = self.lacking.get(seen.type, absent) & absent


@dataclass(frozen=True, slots=True)
class Reading:
    """One read of issues of a project, and what rows said of them when their items were locked. Nothing
    changes it.

    `began`: when the read started. `names`: of fields in the issues' changes, None where those were not
    asked for. `hold`: leave what clashes in `disputed` until it is known who wrote Jira's value.
    `accepted`: item id → values that Jira has just taken from us. `doubt`: an unknown issue may be that of
    a create whose answer has not come; `own`: mark → the create of ours that it names. `pairs`: issue id →
    its pair; `locked`: item id → item. `placed`: items that were ranked on the board, while Jira was not
    told yet. `written`: item id → values that are being written to Jira now, or were when a worker died;
    `left`: the same of edits that were given up while the issue was away. `put_back`: when a person
    accepted that Jira was put back, and which side is right; asked where an issue is older. `team`: that
    of new items.
    """

    project: MappedProject
    rules: Rules
    lookups: Lookups
    began: datetime
    names: Mapping[str, str] | None
    hold: bool
    accepted: Mapping[uuid.UUID, Values]
    doubt: bool
    own: Mapping[str, Change]
    pairs: Mapping[str, Shadow]
    locked: Mapping[uuid.UUID, WorkItem]
    placed: Set[uuid.UUID]
    written: Mapping[uuid.UUID, Values]
    left: Mapping[uuid.UUID, Values]
    put_back: tuple[datetime, Right] | None
    team: uuid.UUID | None
    now: datetime = field(
        default_factory=timezone.now
    )  # one for all: asking costs more than it says


@dataclass(slots=True)
class Batch:
    """The rows that follow from a reading, to be saved in one go, and what is answered of them."""

    applied: Applied = field(default_factory=Applied)
    new_items: list[WorkItem] = field(default_factory=list)
    new_shadows: list[Shadow] = field(default_factory=list)
    moved: dict[WorkItem, set[str]] = field(default_factory=dict)
    filled: dict[WorkItem, set[str]] = field(default_factory=dict)  # own creates, completed by Jira
    changed: list[Shadow] = field(default_factory=list)
    untouched: list[Shadow] = field(default_factory=list)
    # Keys taken in although Jira calls them older
    clock_back: list[str] = field(default_factory=list)
    # First seen with an older `updated` than known
    older: list[Shadow] = field(default_factory=list)
    current: list[Seen] = field(default_factory=list)  # what was believed, for their links
    found: list[conflicts.Found] = field(default_factory=list)
    returned: list[Shadow] = field(default_factory=list)  # gone once, kept by a person, and back
    back: list[gone_items.Back] = field(default_factory=list)
    put_back: set[str] = field(default_factory=set)  # issue ids: older, in a Jira that was put back
    revived: list[BoardEvent] = field(default_factory=list)  # of items that were gone, and are back
    # Issue id → key: pairs of another mapping of the same Jira project
    anothers: dict[str, str] = field(default_factory=dict)


def save(reading: Reading, batch: Batch) -> list[BoardEvent]:
    """Write the whole batch, a few statements whatever its size; the events to tell last."""
    events = inbound_writes.insert(batch.new_items)
    bulk_rows.insert(batch.new_shadows)
    pairs = {**reading.pairs, **{one.remote_id: one for one in batch.new_shadows}}
    if batch.moved:
        events += inbound_writes.update(batch.moved)
    if batch.filled:
        events += inbound_writes.complete(batch.filled)
    bulk_rows.update(batch.changed, _SHADOW_COLUMNS)
    Shadow.objects.filter(pk__in=[shadow.pk for shadow in batch.untouched]).update(
        read_at=reading.began
    )
    Shadow.objects.filter(pk__in=[shadow.pk for shadow in batch.older]).update(
        older_since=reading.began
    )
    conflicts.keep(batch.found)
    conflicts.close_agreed(batch.changed)
    events += issue_links.reconcile(reading.project, reading.rules, batch.current, reading.began)
    listed = issue_comments.told(reading.rules, pairs, batch.current)
    if listed:
        events += issue_comments.reconcile(reading.project, listed, reading.began, batch.put_back)
    if attached := issue_attachments.told(pairs, batch.current):
        issue_attachments.reconcile(attached)
    back = [shadow.item_id for shadow in batch.returned]
    if back:
        ways_out.send_those_back(back)  # before their states are derived
    states.derive([shadow.item_id for shadow in batch.changed])
    if back:
        note_each(reading.project.connection, "merge", "done", BACK, back)
    return [*batch.revived, *events]


def left_out(seen: Seen) -> str:
    """The mapped board fields that Jira left out of this answer, as `Shadow.untold` keeps them."""
    return ",".join(sorted(name for name, why in seen.untold.items() if why == ABSENT))


def not_understood(seen: Seen) -> dict[str, str]:
    """Board field → why what Jira shows there is not on the board."""
    found = {}
    if seen.type is None:
        found["type"] = (
            f"Its type in Jira is “{seen.names.get('type', '')}” now, which is not mapped. Here it keeps "
            "its type; pair that type on “#4 Fields and statuses”, or change it back in Jira."
        )
    return found | {
        name: f"“{value}” in Jira stands for no {name} here, or for several; the board's stays. Pair it "
        "on “#4 Fields and statuses”, or choose one on the board."
        for name, value in seen.unknown.items()
    }
