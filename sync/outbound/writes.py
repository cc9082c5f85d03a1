"""Writing what many plans say: fields and status item by item, sprints and ranks many at once.

One issue that Jira refuses or fails on holds up no other. Nothing here touches the board's rows.
"""

from __future__ import annotations

import threading
import uuid
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import structlog
from django.db.models import F, OuterRef, Subquery

from jira_client.client import JiraClient
from jira_client.errors import Invalid, JiraError, NotFound, PermissionRefused
from planning.models import WorkItem
from sync.core.edit_result import EditResult, Results, together
from sync.core.values import Rules
from sync.models import ShadowState
from sync.outbound.edit_calls import send_edit
from sync.outbound.edit_plans import EditPlan
from sync.outbox import refusals
from sync.outbox.poisoned_items import OF_ALL
from sync.worker.failpoints import point
from sync.worker.work_slot import Shift

log = structlog.get_logger(__name__)

SIDE_BY_SIDE = 4
AT_ONCE = 50  # issues that one call moves into a sprint, or ranks
Move = Callable[[Sequence[EditPlan]], dict[str, str]]
_REFUSALS = (Invalid, PermissionRefused, NotFound)


def write(jira: JiraClient, rules: Rules, plans: Sequence[EditPlan], shift: Shift) -> Results:
    """What came of writing these plans. No JiraError is raised: it is part of the result.

    Raises LeaseLost: then nothing more was sent.
    """
    results = _write_fields(jira, rules, plans, shift)
    point("edit.fields_sent")
    by_sprint: dict[int | None, list[EditPlan]] = {}
    for plan in plans:
        wanted, sprint = plan.fields.out.sprint
        if wanted and not results[plan.item_id].ended:
            by_sprint.setdefault(sprint, []).append(plan)
    for sprint, members in by_sprint.items():
        results = together(results, _move_to_sprint(jira, sprint, members, shift))
        point("edit.planned")
    ranked = [plan for plan in plans if plan.fields.ranked and not results[plan.item_id].ended]
    if ranked:
        results = together(results, _rank(jira, rules, ranked, shift))
        point("edit.ranked")
    return results


def _write_fields(
    jira: JiraClient, rules: Rules, plans: Sequence[EditPlan], shift: Shift
) -> Results:
    """Fields and status, item by item, several at once. Raises LeaseLost."""
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


def _move_to_sprint(
    jira: JiraClient, sprint: int | None, plans: Sequence[EditPlan], shift: Shift
) -> Results:
    """What came of moving these issues into this sprint, or to the backlog. Raises LeaseLost."""

    def call(some: Sequence[EditPlan]) -> dict[str, str]:
        ids = [plan.shadow.remote_id for plan in some]
        if sprint is None:
            jira.sprints.to_backlog(ids)
        else:
            jira.sprints.move(sprint, ids)
        return {}

    return _move(jira, "iteration", plans, call, shift)


def _rank(jira: JiraClient, rules: Rules, plans: Sequence[EditPlan], shift: Shift) -> Results:
    """What came of ranking these issues: each run of them goes before the next item that Jira has, the
    last run after the one before it, since ranks themselves are opaque.

    One query and, for neighbours that were moved together, one call for fifty. An item without
    neighbours has no place to tell. Raises LeaseLost.
    """
    runs = _runs(plans)
    found: dict[uuid.UUID, EditResult] = {}
    for (before, after), members in runs.items():
        if before is None and after is None:
            first, *rest = members
            found[first.item_id] = EditResult(accepted={"rank": first.wanted("rank")})
            if not rest:
                continue
            after, members = first.shadow.remote_key, rest

        def call(
            some: Sequence[EditPlan], before: str | None = before, after: str | None = after
        ) -> dict[str, str]:
            return _rank_between(jira, rules, some, before, after)

        # What goes behind an anchor goes in from behind, so that the order stays.
        found |= _move(jira, "rank", members, call, shift, backwards=before is None)
    return found


def _rank_between(
    jira: JiraClient,
    rules: Rules,
    plans: Sequence[EditPlan],
    before: str | None,
    after: str | None,
) -> dict[str, str]:
    keys = [plan.shadow.remote_key for plan in plans]
    left = jira.issues.rank(keys, before, after, rules.fields["rank"])
    return {one.issue_id: " ".join(one.messages) or "Jira left it where it was." for one in left}


def _runs(plans: Sequence[EditPlan]) -> dict[tuple[str | None, str | None], list[EditPlan]]:
    """(key of the item after, key of the item before) → the moved items between them, in order."""
    moved = {plan.item_id: plan for plan in plans}
    others = (
        WorkItem.objects.live()
        .filter(
            project_id=OuterRef("project_id"),
            shadow__state=ShadowState.LIVE,
            shadow__absent_since=None,  # Jira knows no place beside what is not there
        )
        .exclude(pk__in=moved)
        .exclude(rank="")
    )
    after = others.filter(rank__gt=OuterRef("rank")).order_by("rank").values("remote_key")[:1]
    before = others.filter(rank__lt=OuterRef("rank")).order_by("-rank").values("remote_key")[:1]
    rows = (
        WorkItem.objects.filter(pk__in=moved)
        .annotate(following=Subquery(after), leading=Subquery(before))
        .order_by(F("rank"), "pk")
        .values_list("pk", "following", "leading")
    )
    runs: dict[tuple[str | None, str | None], list[EditPlan]] = {}
    for item, following, leading in rows:
        anchor = (following, None) if following else (None, leading)
        runs.setdefault(anchor, []).append(moved[item])
    return runs


def _move(
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
    the last ones first, for calls of which each goes before the one made earlier. Fifty a call, and one
    by one where a group fails; these calls may be repeated. Raises LeaseLost.
    """
    starts = range(0, len(plans), AT_ONCE)
    found: dict[uuid.UUID, EditResult] = {}
    for start in reversed(starts) if backwards else starts:
        some = plans[start : start + AT_ONCE]
        if shift.over or any(_is_down(one) for one in found.values()):
            found |= {plan.item_id: EditResult(untried=True) for plan in some}
        else:
            found |= _move_at_once(jira, field, some, call, shift, backwards)
    return found


def _is_down(result: EditResult) -> bool:
    return result.failure is not None and refusals.of_connection(result.failure)


def _move_at_once(
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
                found |= _move_at_once(jira, field, [plan], call, shift, backwards)
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
