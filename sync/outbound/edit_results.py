"""What became of edits, written down: settled, parked, later, or left to a person's decision."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence

from connections.models import Connection
from planning.models import Change, ChangeKind, ChangeState
from sync.core.echo import normal
from sync.inbound import reverted_edits
from sync.models import Shadow
from sync.outbound.write_confirmation import AGAIN, UNCONFIRMED
from sync.outbound.writes import Edit
from sync.outbox import change_queue
from sync.outbox.poisoned_items import isolated
from sync.pairs import conflicts, states
from sync.pairs.trace import note, note_all
from sync.worker.work_slot import Shift

NOT_TAKEN = (
    "Look in Jira for a rule, an app or a screen that takes the change back, then send it again."
)


def settle(connection: Connection, edits: Sequence[Edit], shift: Shift) -> None:
    """In the transaction that applied what Jira answered, with the items of all edits locked."""
    _park_fields(edits)
    asked = conflicts.open_fields([edit.plan.item_id for edit in edits])
    done: dict[str, list[int]] = {}
    for edit in edits:
        clashing = edit.plan.clashing | asked.get(edit.plan.item_id, set())
        with isolated(connection, edit.plan.changes, shift):
            if edit.sent.fault is not None:
                raise edit.sent.fault
            for change in edit.plan.changes:
                if _stopped(connection, edit, clashing, change):
                    continue
                done.setdefault(_why_settled(edit, change), []).append(change.pk)
    for why, ids in done.items():
        change_queue.settle(ids, why)
    _drop_overtaken(edits)
    sent = [
        (edit.plan.shadow.item, f"Sent {', '.join(sorted(edit.sent.accepted))}.")
        for edit in edits
        if edit.sent.accepted
    ]
    note_all(connection, "send", "done", sent)
    states.derive([edit.plan.item_id for edit in edits])


def _drop_overtaken(edits: Sequence[Edit]) -> None:
    """What was parked of a field that Jira has accepted now: nobody need look at it any more."""
    accepted = {edit.plan.item_id: set(edit.sent.accepted) for edit in edits}
    parked = Change.objects.filter(
        item__in=[item for item, names in accepted.items() if names],
        kind=ChangeKind.EDIT,
        state=ChangeState.PARKED,
    )
    over = [
        key
        for key, item, fields in parked.values_list("pk", "item_id", "fields")
        if fields and set(fields) <= accepted[item]
    ]
    change_queue.drop(over, "A later edit of it has reached Jira.")


def _park_fields(edits: Sequence[Edit]) -> None:
    """On the shadow, each field that Jira refused or that cannot be told to it, with the reason."""
    stuck = {
        edit.plan.shadow.pk: {**edit.plan.fields.unsaid, **edit.sent.refused}
        for edit in edits
        if edit.plan.fields.unsaid or edit.sent.refused
    }
    rows = list(Shadow.objects.filter(pk__in=stuck).locked())
    untold = {edit.plan.shadow.pk: edit.plan.untold.keys() for edit in edits if edit.plan.untold}
    for row in rows:
        row.parked = {**row.parked, **stuck[row.pk]}
        # There is nothing in Jira: should it show the field one day, the board's value is the edit.
        empty = {name: normal(name, None) for name in untold.get(row.pk, ()) if name in row.parked}
        row.agreed = {**empty, **row.agreed}
    Shadow.objects.bulk_update(rows, ["parked", "agreed"])


def _stopped(connection: Connection, edit: Edit, clashing: Collection[str], change: Change) -> bool:
    """Park or postpone a change that did not reach Jira; False where it is done with."""
    refused = {name: why for name, why in edit.sent.refused.items() if name in change.fields}
    error = edit.sent.failure
    asked = set(clashing) & set(change.fields)
    reached = set(change.fields) <= set(edit.sent.accepted)
    doubted = {name: why for name, why in edit.unconfirmed.items() if name in change.fields}
    if asked:
        change_queue.leave_to_people([change.pk], asked)
    elif refused:
        message = " ".join(f"{name}: {why}" for name, why in refused.items())
        change_queue.park([change.pk], "refused", message)
        note(connection, "send", "refused", message, item=change.item, change=change)
    elif error is not None and not reached:
        change_queue.set_aside(connection, change, error)
    elif edit.sent.untried and not reached:
        change_queue.unclaim([change.pk])
    elif doubted:
        _once_more(connection, change, doubted)
    else:
        return False
    return True


def _once_more(connection: Connection, change: Change, doubted: Mapping[str, str]) -> None:
    """Jira answered with success and did nothing: sent again, and then a person is asked."""
    message = " ".join(f"{name}: {why}" for name, why in doubted.items())
    if change.code == UNCONFIRMED:
        change_queue.park([change.pk], UNCONFIRMED, f"{message} It was sent twice. {NOT_TAKEN}")
    else:
        words = f"{message} It is sent once more."
        change_queue.postpone([change.pk], AGAIN, words, code=UNCONFIRMED)
    outcome = "refused" if change.code == UNCONFIRMED else "later"
    note(connection, "send", outcome, message, item=change.item, change=change, code=UNCONFIRMED)


def _why_settled(edit: Edit, change: Change) -> str:
    names = set(change.fields)
    back = {name: who for name, who in edit.set_back.items() if name in names}
    if back:
        return reverted_edits.words(back)
    told = [why for name, why in sorted(edit.plan.fields.unsaid.items()) if name in names]
    if told:
        return " ".join(told)
    stay = sorted(names & set(edit.plan.fields.unmapped))
    if stay:
        return f"Kept on the board only, since it is not mapped: {', '.join(stay)}."
    if names and not names & set(edit.sent.accepted):
        return "Nothing to send: Jira already agrees, or its newer value was kept."
    return ""
