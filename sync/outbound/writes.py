"""One item's edit on its way to Jira, and the pass that writes many of them."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field

import structlog

from jira_client.client import JiraClient
from sync.core.values import Rules
from sync.outbound.edit_calls import Sent, send_edit
from sync.outbound.edit_plans import EditPlan
from sync.outbox import refusals
from sync.outbox.poisoned_items import OF_ALL
from sync.worker.work_slot import Shift

log = structlog.get_logger(__name__)

SIDE_BY_SIDE = 4


@dataclass(slots=True)
class Edit:
    """A plan, and what came of it.

    `unconfirmed`: what Jira took, and does not show afterwards, with the reason; `set_back`: what somebody
    changed back right after it was written, and who.
    """

    plan: EditPlan
    sent: Sent = field(default_factory=Sent)
    unconfirmed: dict[str, str] = field(default_factory=dict)
    set_back: dict[str, str] = field(default_factory=dict)


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
            mine = rules.of_type(edit.plan.shadow.item.type)
            kind = rules.types.get(edit.plan.shadow.item.type)
            sent = send_edit(
                jira,
                mine,
                edit.plan.shadow.remote_id,
                edit.plan.fields.values,
                edit.plan.fields.out,
                kind,
            )
        except OF_ALL:
            raise
        except Exception as problem:  # the others' answers must not be lost with it
            log.exception("an edit could not be sent", item=str(edit.plan.item_id))
            return Sent(fault=problem)
        if sent.failure is not None and refusals.of_connection(sent.failure):
            down.set()
        return sent

    direct = [
        e
        for e in edits
        if e.plan.fields.out.fields
        or e.plan.fields.out.update
        or e.plan.fields.out.status is not None
    ]
    with ThreadPoolExecutor(max_workers=SIDE_BY_SIDE) as pool:
        for edit, sent in zip(direct, pool.map(one, direct), strict=True):
            edit.sent = sent
            _name_the_lacking(rules, edit)
    for edit in edits:
        edit.sent.refused |= edit.plan.fields.held


def _name_the_lacking(rules: Rules, edit: Edit) -> None:
    """Jira's word for a field that an issue does not have is about screens: say what it means."""
    for name in edit.plan.untold.keys() & edit.sent.refused.keys():
        edit.sent.refused[name] = (
            f"Issues of the type “{edit.plan.shadow.item.type}” in {rules.project_key} have no such field "
            f"in Jira, or the account may not see it. Jira says: {edit.sent.refused[name]}"
        )
