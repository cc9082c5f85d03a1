"""Sending edits: read, merge, plan, write, read again, settle. Many items in one pass, side by side.

Jira knows no If-Match. So each item is read (in bulk with its neighbours) right before it is written,
and again afterwards with its changelog: what a person changed in between becomes a conflict, never a
loss. A worker that was killed in between leaves what it sent with the change, for the next to look.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from django.db import transaction
from django.utils import timezone

from connections.models import Connection, MappedProject
from jira_client.client import JiraClient
from jira_client.errors import AnswerLost
from planning.models import Change, WorkItem
from sync.core.edit_result import EditResult, Results, together
from sync.core.history import Write
from sync.core.values import Rules
from sync.models import Shadow
from sync.outbound import (
    edit_plans,
    people,
    read_before_write,
    write_confirmation,
    write_race,
)
from sync.outbound.edit_plans import EditPlan
from sync.outbound.edit_results import settle
from sync.outbound.read_before_write import Work
from sync.outbound.writes import write
from sync.outbox import change_queue, corrective_changes, refusals
from sync.pairs.rules import rules_of
from sync.worker.failpoints import point
from sync.worker.work_slot import Shift


def send(
    connection: Connection, jira: JiraClient, project: MappedProject, work: Work, shift: Shift
) -> bool:
    """Write what these items' edits changed; True if anything was written.

    `work`: item id → its waiting edit changes, none for items that were only just created.
    Raises JiraError where the connection as a whole failed, LeaseLost.
    """
    rules = rules_of(project)
    rows = Shadow.objects.select_related("item").filter(item__in=list(work))
    shadows = {shadow.item_id: shadow for shadow in rows}
    named = people.settle(
        connection,
        jira,
        rules,
        [shadow.item for shadow in shadows.values()],
        shift,
        agreed={item: shadow.agreed for item, shadow in shadows.items()},
    )
    here, applied = read_before_write.read(connection, jira, project, rules, shadows, work, shift)
    plans = edit_plans.plan(connection, rules, shadows, work, here, applied, shift, named)
    plans = _claim(project, plans, shift)
    point("edit.claimed")
    to_write = [plan for plan in plans if plan.writes]
    results: Results = together(
        {plan.item_id: EditResult() for plan in plans}, write(jira, rules, to_write, shift)
    )
    results = _failing_late(results, named)
    point("edit.written")
    results = _read_back(connection, jira, project, rules, plans, results, shift)
    point("edit.settled")
    _raise_of_connection(results)
    return bool(to_write)


def _raise_of_connection(results: Results) -> None:
    """One item's failure is its own. But where nothing succeeded, lost answers tell of the connection."""
    failures = [one.failure for one in results.values() if one.failure is not None]
    for failure in failures:
        if refusals.of_connection(failure):
            raise failure
    lost = [failure for failure in failures if isinstance(failure, AnswerLost)]
    if lost and not any(one.accepted for one in results.values()):
        raise lost[0]


def _failing_late(results: Results, named: people.Named) -> Results:
    """Jira could not say now who some person is: the item is tried again; the rest of it has gone."""
    late = {
        item: replace(result, failure=named.failures[item])
        for item, result in results.items()
        if item in named.failures and result.failure is None and not result.untried
    }
    return {**results, **late}


def _claim(project: MappedProject, plans: Sequence[EditPlan], shift: Shift) -> list[EditPlan]:
    """The plans, each with the changes that it settles: from here a crash leaves what may have reached
    Jira with the first of them.

    What is left over from a create has none yet, and gets one: else a write whose answer nobody lived
    to read would be remembered nowhere. Raises LeaseLost.
    """
    with transaction.atomic():
        shift.guard()
        left = {
            plan.item_id: {**plan.fields.values, **plan.fields.late}
            for plan in plans
            if not plan.changes and (plan.fields.values or plan.fields.late)
        }
        made = corrective_changes.left_over(project, left)
        claimed = [
            replace(plan, changes=(made[plan.item_id],)) if plan.item_id in made else plan
            for plan in plans
        ]
        writing = [plan for plan in claimed if plan.changes and plan.fields.values]
        for plan in writing:
            change = plan.changes[0]
            read_before_write.remember(change, plan.fields.values, plan.before, plan.since)
        Change.objects.bulk_update([plan.changes[0] for plan in writing], ["sent"])
        change_queue.claim([change.pk for plan in claimed for change in plan.changes])
    return claimed


def _read_back(
    connection: Connection,
    jira: JiraClient,
    project: MappedProject,
    rules: Rules,
    plans: Sequence[EditPlan],
    results: Results,
    shift: Shift,
) -> Results:
    """What Jira made of it: accepted values are agreed, whatever else it shows is Jira's own edit.

    All that was learned is stored in one transaction, so that a crash leaves either all or nothing. The
    results are answered as this read confirms them. Raises JiraError, LeaseLost.
    """
    touched = [plan for plan in plans if results[plan.item_id].touched]
    found, began = write_race.Window([]), timezone.now()
    if touched:
        ids = [plan.shadow.remote_id for plan in touched]
        issues = jira.issues.fetch(ids, rules.read_fields, history=True).issues
        writes = {
            plan.shadow.remote_id: (plan.shadow, mine)
            for plan in touched
            if (mine := _as_write(connection, plan, results[plan.item_id]))
        }
        point("edit.read_back")
        found = write_race.look_back(jira, project, rules, issues, writes, shift)
        began = timezone.now() if found.restored else began
        results = write_confirmation.confirm(
            connection, jira, project, rules, found.issues, touched, results
        )
    sent = {
        plan.item_id: {
            **results[plan.item_id].passed,
            **_in_fields(results[plan.item_id]),
            **found.restored_bases(plan.item_id),
        }
        for plan in touched
    }
    ranked = [plan.item_id for plan in touched if "rank" in results[plan.item_id].accepted]
    work = {plan.item_id: plan.changes for plan in plans}
    with transaction.atomic():
        shift.guard()
        # Of those too that nothing was read of: their pairs are written below.
        list(WorkItem.objects.filter(pk__in=list(work)).locked().values_list("pk"))
        if found.issues:
            read_before_write.apply(
                connection,
                project,
                found.issues,
                work,
                shift,
                began=began,
                sent=sent,
                ranked=ranked,
            )
        write_race.keep(connection, found)
        settle(connection, plans, results, shift)
    return results


def _in_fields(result: EditResult) -> dict[str, Any]:
    """The accepted values that a read shows: a rank is told by its neighbours and never compared."""
    return {name: value for name, value in result.accepted.items() if name != "rank"}


def _as_write(connection: Connection, plan: EditPlan, result: EditResult) -> Write | None:
    accepted = _in_fields(result)
    if not accepted or plan.since is None:
        return None
    return Write(connection.account_id, accepted, plan.before, plan.since)
