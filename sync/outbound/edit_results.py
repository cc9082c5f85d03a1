"""What became of edits, written down: settled, parked, later, or left to a person's decision."""

from __future__ import annotations

from collections.abc import Mapping, Sequence, Set

from connections.models import Connection
from planning.custom_names import called
from planning.models import Change, ChangeKind, ChangeState
from sync.core.echo import normal
from sync.core.edit_result import EditResult, Results
from sync.inbound import reverted_edits
from sync.models import Shadow
from sync.outbound.edit_plans import EditPlan
from sync.outbox import change_queue
from sync.outbox.poisoned_items import isolated
from sync.pairs import conflicts, states
from sync.pairs.trace import note, note_all
from sync.worker.work_slot import Shift

NOT_TAKEN = (
    "Look in Jira for a rule, an app or a screen that takes the change back, then send it again."
)


def settle(
    connection: Connection, plans: Sequence[EditPlan], results: Results, shift: Shift
) -> None:
    """In the transaction that applied what Jira answered, with the items of all plans locked."""
    _park_fields(plans, results)
    asked = conflicts.open_fields([plan.item_id for plan in plans])
    done: dict[str, list[int]] = {}
    for plan in plans:
        result = results[plan.item_id]
        clashing = asked.get(plan.item_id, set())
        with isolated(connection, plan.changes, shift):
            if result.fault is not None:
                raise result.fault
            for change in plan.changes:
                if _stopped(connection, result, clashing, change):
                    continue
                done.setdefault(_why_settled(plan, result, change), []).append(change.pk)
    for why, ids in done.items():
        change_queue.settle(ids, why)
    _drop_overtaken(results)
    sent = [
        (plan.shadow.item, f"Sent {', '.join(sorted(map(called, accepted)))}.")
        for plan in plans
        if (accepted := results[plan.item_id].accepted)
    ]
    note_all(connection, "send", "done", sent)
    states.derive([plan.item_id for plan in plans])


def _drop_overtaken(results: Results) -> None:
    """What was parked of a field that Jira has accepted now: nobody need look at it any more."""
    parked = Change.objects.filter(
        item__in=[item for item, result in results.items() if result.accepted],
        kind=ChangeKind.EDIT,
        state=ChangeState.PARKED,
    )
    over = [
        key
        for key, item, fields in parked.values_list("pk", "item_id", "fields")
        if fields and set(fields) <= results[item].accepted.keys()
    ]
    change_queue.drop(over, "A later edit of it has reached Jira.")


def _park_fields(plans: Sequence[EditPlan], results: Results) -> None:
    """On the shadow, each field that Jira refused or that cannot be told to it, with the reason."""
    stuck = {
        plan.shadow.pk: reasons
        for plan in plans
        if (reasons := {**plan.fields.unsaid, **results[plan.item_id].refused})
    }
    rows = list(Shadow.objects.filter(pk__in=stuck).locked())
    untold = {plan.shadow.pk: plan.untold.keys() for plan in plans if plan.untold}
    for row in rows:
        row.parked = {**row.parked, **stuck[row.pk]}
        # There is nothing in Jira: should it show the field one day, the board's value is the edit.
        empty = {name: normal(name, None) for name in untold.get(row.pk, ()) if name in row.parked}
        row.agreed = {**empty, **row.agreed}
    Shadow.objects.bulk_update(rows, ["parked", "agreed"])


def _stopped(
    connection: Connection, result: EditResult, clashing: Set[str], change: Change
) -> bool:
    """Park or postpone a change that did not reach Jira; False where it is done with."""
    refused = {name: why for name, why in result.refused.items() if name in change.fields}
    error = result.failure
    asked = clashing & set(change.fields)
    reached = set(change.fields) <= set(result.accepted)
    doubted = {name: why for name, why in result.unconfirmed.items() if name in change.fields}
    if asked:
        change_queue.leave_to_people([change.pk], asked)
    elif refused:
        message = " ".join(f"{called(name)}: {why}" for name, why in refused.items())
        change_queue.park([change.pk], "refused", message)
        note(connection, "send", "refused", message, item=change.item, change=change)
    elif error is not None and not reached:
        change_queue.set_aside(connection, change, error)
    elif result.untried and not reached:
        change_queue.unclaim([change.pk])
    elif doubted:
        _once_more(connection, change, doubted)
    else:
        return False
    return True


def _once_more(connection: Connection, change: Change, doubted: Mapping[str, str]) -> None:
    """Jira answered with success and did nothing: sent again, and then a person is asked."""
    message = " ".join(f"{name}: {why}" for name, why in doubted.items())
    if change.code == change_queue.UNCONFIRMED:
        code = change_queue.UNCONFIRMED
        change_queue.park([change.pk], code, f"{message} It was sent twice. {NOT_TAKEN}")
        note(connection, "send", "refused", message, item=change.item, change=change, code=code)
    else:
        words = f"{message} It is sent once more."
        change_queue.send_once_more(connection, change, words, said=message)


def _why_settled(plan: EditPlan, result: EditResult, change: Change) -> str:
    names = set(change.fields)
    back = {name: who for name, who in result.set_back.items() if name in names}
    if back:
        return reverted_edits.words(back)
    reasons = {**plan.fields.alone, **plan.fields.unsaid}
    told = [why for name, why in sorted(reasons.items()) if name in names]
    if told:
        return " ".join(told)
    stay = sorted(names & set(plan.fields.unmapped))
    if stay:
        return f"Kept on the board only, since it is not mapped: {', '.join(stay)}."
    if names and not names & set(result.accepted):
        return "Nothing to send: Jira already agrees, or its newer value was kept."
    return ""
