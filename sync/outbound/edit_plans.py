"""What is to be written of each item, from the rows as they are once Jira's values are merged in."""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence
from typing import Any, Final

from connections.models import Connection
from planning.models import Change
from sync.core.echo import same
from sync.core.values import DOCUMENT, Rules
from sync.inbound.read_batch import Applied
from sync.models import Shadow
from sync.outbound import edit_loops, people
from sync.outbound.read_before_write import Work
from sync.outbound.writes import Edit
from sync.outbox import corrective_changes
from sync.outbox.poisoned_items import isolated
from sync.pairs import conflicts
from sync.pairs.references import Known, known_to_jira, outgoing
from sync.pairs.rules import values_of
from sync.worker.work_slot import Shift

NOT_FLATTENED: Final = (
    "Jira tells this text as a document, which the board cannot show or keep whole, so it is not "
    "written over. Change it in Jira."
)


def prepare(
    connection: Connection,
    rules: Rules,
    shadows: Mapping[uuid.UUID, Shadow],
    work: Work,
    here: set[str],
    applied: Applied,
    shift: Shift,
    named: people.Named,
) -> list[Edit]:
    """An edit for each item whose issue is `here`, without those that were read too late."""
    rows = Shadow.objects.select_related("item").filter(pk__in=[s.pk for s in shadows.values()])
    ready = [s for s in rows if s.remote_id in here and s.item_id not in applied.stale_items]
    known = known_to_jira([shadow.item for shadow in ready])
    clashing = conflicts.open_fields([shadow.item_id for shadow in ready])
    edits = []
    for shadow in ready:
        with isolated(connection, work[shadow.item_id], shift):
            untold = applied.untold.get(shadow.item_id, {})
            to_send = applied.to_send.get(shadow.item_id, {})
            to_send = to_send | _unknown(shadow, work[shadow.item_id], untold)
            away = named.late.get(shadow.item_id, set())
            late = {name: to_send[name] for name in away if name in to_send}
            to_send = {name: value for name, value in to_send.items() if name not in late}
            edit = _prepare(rules, known, shadow, work[shadow.item_id], to_send)
            edit.late, edit.untold = late, untold
            edit.clashing = clashing.get(shadow.item_id, set())
            edits.append(edit)
            edit_loops.hold(rules, known, edit, named.unknown.get(shadow.item_id, {}))
            documents = [name for name, why in untold.items() if why == DOCUMENT]
            edit_loops.hold(rules, known, edit, dict.fromkeys(documents, NOT_FLATTENED))
    edit_loops.park(rules, known, edits)
    return edits


def _unknown(
    shadow: Shadow, changes: Sequence[Change], untold: Mapping[str, str]
) -> dict[str, Any]:
    """What people changed in fields of which Jira says nothing, and what a create could not carry of
    them. Nobody agrees there: it is sent, and Jira takes or refuses it.
    """
    if not untold:
        return {}
    ours = values_of(shadow.item)
    touched = {name for change in changes for name in change.fields}
    if not changes:
        touched = {name for name in untold if name not in shadow.agreed and ours[name]}
    return {
        name: ours[name]
        for name in touched & untold.keys()
        if name not in shadow.agreed or not same(name, shadow.agreed[name], ours[name])
    }


def _prepare(
    rules: Rules, known: Known, shadow: Shadow, changes: list[Change], to_send: Mapping[str, Any]
) -> Edit:
    touched = {name for change in changes for name in change.fields}
    values = {
        name: value
        for name, value in to_send.items()
        if name not in shadow.parked or name in touched
    }
    item = shadow.item
    if "team" in touched and item.iteration_id and "iteration" in rules.fields:
        # The same iteration is another sprint for another team.
        values["iteration"] = values_of(item)["iteration"]
    if "team" in rules.fields and "team" in touched and "team" in shadow.parked:
        # What Jira shows was not understood, so not merged: the person's choice replaces it.
        values["team"] = values_of(item)["team"]
    if rules.team.among_labels and "labels" in values:
        values.setdefault("team", values_of(item)["team"])  # else its label would go
    out = outgoing(rules, known, item, values)
    return Edit(
        shadow,
        changes,
        {name: value for name, value in values.items() if name not in out.unmapped},
        out,
        ranked="rank" in touched and "rank" in rules.fields,
        unmapped=sorted(touched - rules.fields.keys() - {"status"}),
        unsaid=corrective_changes.unsaid(rules, item, out),
        before=dict(shadow.agreed),
        since=shadow.remote_updated,
    )
