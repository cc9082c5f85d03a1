"""Writing what many plans say: fields and status, item by item, several at once."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import structlog

from jira_client.client import JiraClient
from sync.core.edit_result import EditResult, Results
from sync.core.values import Rules
from sync.outbound.edit_calls import send_edit
from sync.outbound.edit_plans import EditPlan
from sync.outbox import refusals
from sync.outbox.poisoned_items import OF_ALL
from sync.worker.work_slot import Shift

log = structlog.get_logger(__name__)

SIDE_BY_SIDE = 4


def write(jira: JiraClient, rules: Rules, plans: Sequence[EditPlan], shift: Shift) -> Results:
    """What came of each of these plans but its sprint and its rank. No JiraError is raised: it is part of
    the result.

    Raises LeaseLost: then nothing more was sent.
    """
    down = threading.Event()

    def one(plan: EditPlan) -> EditResult:
        if down.is_set() or shift.over:
            return EditResult(untried=True)
        shift.check()
        item, fields = plan.shadow.item, plan.fields
        try:
            mine, kind = rules.of_type(item.type), rules.types.get(item.type)
            sent = send_edit(jira, mine, plan.shadow.remote_id, fields.values, fields.out, kind)
        except OF_ALL:
            raise
        except Exception as problem:  # the others' answers must not be lost with it
            log.exception("an edit could not be sent", item=str(plan.item_id))
            return EditResult(fault=problem)
        if sent.failure is not None and refusals.of_connection(sent.failure):
            down.set()
        return _naming_the_lacking(rules, plan, sent)

    direct = [plan for plan in plans if plan.fields.out.in_issue]
    with ThreadPoolExecutor(max_workers=SIDE_BY_SIDE) as pool:
        sent = dict(zip((plan.item_id for plan in direct), pool.map(one, direct), strict=True))
    return {
        plan.item_id: sent.get(plan.item_id, EditResult()).joined(
            EditResult(refused=plan.fields.held)
        )
        for plan in plans
    }


def _naming_the_lacking(rules: Rules, plan: EditPlan, result: EditResult) -> EditResult:
    """Jira's word for a field that an issue does not have is about screens: say what it means."""
    lacking = {
        name: f"Issues of the type “{plan.shadow.item.type}” in {rules.project_key} have no such field "
        f"in Jira, or the account may not see it. Jira says: {result.refused[name]}"
        for name in plan.untold.keys() & result.refused.keys()
    }
    return replace(result, refused={**result.refused, **lacking})
