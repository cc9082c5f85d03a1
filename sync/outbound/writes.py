"""One item's edit on its way to Jira, and the pass that writes many of them."""

from __future__ import annotations

import threading
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import structlog

from jira_client.client import JiraClient
from planning.models import Change
from sync.core.mapping import Outgoing
from sync.core.values import Rules
from sync.models import Shadow
from sync.outbound.edit_calls import Sent, send_edit
from sync.outbox import refusals
from sync.outbox.poisoned_items import OF_ALL
from sync.worker.work_slot import Shift

log = structlog.get_logger(__name__)

SIDE_BY_SIDE = 4


@dataclass(slots=True)
class Edit:
    """The changes it folds, what is written, what came of it.

    `before` and `since`: what Jira held when it was read, and its `updated` then. `unsaid`: fields
    whose value cannot be told to Jira, with the reason; `held`: fields that must not be, for now;
    `late`: people of whom Jira could not say just now who they are. `untold`: fields of which Jira
    said nothing when it was read; `unmapped`: touched fields that stay on the board; `unconfirmed`:
    what Jira took, and does not show afterwards, with the reason; `set_back`: what somebody changed back
    right after it was written, and who.
    """

    shadow: Shadow
    changes: list[Change]
    values: dict[str, Any] = field(default_factory=dict)
    out: Outgoing = field(default_factory=Outgoing)
    sent: Sent = field(default_factory=Sent)
    ranked: bool = False  # its place in the order is to be told
    clashing: set[str] = field(default_factory=set)  # fields that wait for a person's decision
    unsaid: dict[str, str] = field(default_factory=dict)
    held: dict[str, str] = field(default_factory=dict)
    late: dict[str, Any] = field(default_factory=dict)
    before: dict[str, Any] = field(default_factory=dict)
    since: datetime | None = None
    untold: Mapping[str, str] = field(default_factory=dict)
    unmapped: Sequence[str] = ()
    unconfirmed: dict[str, str] = field(default_factory=dict)
    set_back: dict[str, str] = field(default_factory=dict)

    def wanted(self, name: str) -> Any:
        """The board's value that is told to Jira."""
        return self.shadow.item.rank if name == "rank" else self.values[name]

    @property
    def names(self) -> set[str]:
        return {name for change in self.changes for name in change.fields}


def write(jira: JiraClient, rules: Rules, edits: Sequence[Edit], shift: Shift) -> None:
    """Fields and status, item by item, several at once. No JiraError is raised: see `Edit.sent`.

    Raises LeaseLost: then nothing more was sent.
    """
    down = threading.Event()

    def one(edit: Edit) -> Sent:
        if down.is_set() or shift.over:
            return Sent(untried=True)
        shift.check()
        try:
            mine = rules.of_type(edit.shadow.item.type)
            kind = rules.types.get(edit.shadow.item.type)
            sent = send_edit(jira, mine, edit.shadow.remote_id, edit.values, edit.out, kind)
        except OF_ALL:
            raise
        except Exception as problem:  # the others' answers must not be lost with it
            log.exception("an edit could not be sent", item=str(edit.shadow.item_id))
            return Sent(fault=problem)
        if sent.failure is not None and refusals.of_connection(sent.failure):
            down.set()
        return sent

    direct = [e for e in edits if e.out.fields or e.out.update or e.out.status is not None]
    with ThreadPoolExecutor(max_workers=SIDE_BY_SIDE) as pool:
        for edit, sent in zip(direct, pool.map(one, direct), strict=True):
            edit.sent = sent
            _name_the_lacking(rules, edit)
    for edit in edits:
        edit.sent.refused |= edit.held


def _name_the_lacking(rules: Rules, edit: Edit) -> None:
    """Jira's word for a field that an issue does not have is about screens: say what it means."""
    for name in edit.untold.keys() & edit.sent.refused.keys():
        edit.sent.refused[name] = (
            f"Issues of the type “{edit.shadow.item.type}” in {rules.project_key} have no such field "
            f"in Jira, or the account may not see it. Jira says: {edit.sent.refused[name]}"
        )
