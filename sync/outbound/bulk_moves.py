"""Calls that move many issues at once: fifty a call, and one by one where a group fails.

So one issue that Jira refuses or fails on holds up no other. These calls may be repeated.
"""

from __future__ import annotations

import uuid
from collections.abc import Callable, Sequence

from jira_client.client import JiraClient
from jira_client.errors import Invalid, JiraError, NotFound, PermissionRefused
from sync.core.edit_result import EditResult, Results
from sync.outbound.edit_plans import EditPlan
from sync.outbox import refusals
from sync.worker.work_slot import Shift

AT_ONCE = 50
Move = Callable[[Sequence[EditPlan]], dict[str, str]]
_REFUSALS = (Invalid, PermissionRefused, NotFound)


def move(
    jira: JiraClient,
    field: str,
    plans: Sequence[EditPlan],
    call: Move,
    shift: Shift,
    *,
    backwards: bool = False,
) -> Results:
    """Make the call for these plans; what came of it for `field`.

    `call`: moves some, and answers Jira's reasons for those left behind, by issue id. `backwards`:
    the last ones first, for calls of which each goes before the one made earlier. Raises LeaseLost.
    """
    starts = range(0, len(plans), AT_ONCE)
    found: dict[uuid.UUID, EditResult] = {}
    for start in reversed(starts) if backwards else starts:
        some = plans[start : start + AT_ONCE]
        if shift.over or any(_is_down(one) for one in found.values()):
            found |= {plan.item_id: EditResult(untried=True) for plan in some}
        else:
            found |= _move(jira, field, some, call, shift, backwards)
    return found


def _is_down(result: EditResult) -> bool:
    return result.failure is not None and refusals.of_connection(result.failure)


def _move(
    jira: JiraClient,
    field: str,
    plans: Sequence[EditPlan],
    call: Move,
    shift: Shift,
    backwards: bool,
) -> dict[uuid.UUID, EditResult]:
    shift.check()
    try:
        left = call(plans)
    except JiraError as problem:
        error = refusals.judged(jira, problem)
        if len(plans) > 1 and not refusals.of_connection(error):
            found: dict[uuid.UUID, EditResult] = {}
            for plan in reversed(plans) if backwards else plans:
                found |= _move(jira, field, [plan], call, shift, backwards)
            return found
        if isinstance(error, _REFUSALS):
            result = EditResult(refused={field: " ".join(error.messages) or str(error)})
        else:
            result = EditResult(failure=error)
        return dict.fromkeys((plan.item_id for plan in plans), result)
    return {
        plan.item_id: EditResult(refused={field: left[plan.shadow.remote_id]})
        if plan.shadow.remote_id in left
        else EditResult(accepted={field: plan.wanted(field)})
        for plan in plans
    }
