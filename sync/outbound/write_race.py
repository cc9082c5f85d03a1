"""What somebody changed in Jira between our read and our write: never lost, and never unseen.

Where the project's policy gives Jira right, or asks, the value that we overwrote is put back, and the
ordinary merge then finds both sides changed. Where it gives the board right, the conflict is kept with
both values, so that one click still takes the other.
"""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from django.utils import timezone

from connections.models import ConflictPolicy, Connection, Direction, MappedProject
from jira_client.client import JiraClient
from jira_client.values import Issue
from sync.core.echo import same
from sync.core.field_directions import TO_JIRA
from sync.core.history import Foreign, Write, later_than, overwritten
from sync.core.mapping import parent_reference, see
from sync.core.values import Rules
from sync.models import Conflict, Shadow
from sync.outbound.edit_calls import send_edit
from sync.pairs import field_names
from sync.pairs.references import known_to_jira, outgoing
from sync.pairs.rules import lookups_for, values_of
from sync.pairs.trace import note
from sync.worker.failpoints import point
from sync.worker.work_slot import Shift

ROUNDS = 5  # of putting back; each needs somebody who edits the same field in that very moment

Writes = Mapping[str, tuple[Shadow, Write]]  # by issue id


@dataclass(frozen=True, slots=True)
class Overwritten:
    """A foreign value that a write of ours replaced; `ours` is what we wrote."""

    shadow: Shadow
    foreign: Foreign
    base: Any
    ours: Any


@dataclass(slots=True)
class Window:
    """`issues` as they are now; `restored` values were put back in Jira, `kept` were not."""

    issues: list[Issue]
    restored: list[Overwritten] = field(default_factory=list)
    kept: list[Overwritten] = field(default_factory=list)

    def restored_bases(self, item: uuid.UUID) -> dict[str, Any]:
        """Fields put back → the value last agreed before our write. By now its echo may count as
        agreed, and then the merge would not see that both sides changed the field.
        """
        mine = [one for one in self.restored if one.shadow.item_id == item]
        return {one.foreign.field: one.base for one in mine}

    def restore(self, one: Overwritten) -> None:
        """This foreign value stands in Jira again, in the place of one that stood before it."""
        name = one.foreign.field
        for other in self.restored:
            if (other.shadow.pk, other.foreign.field) == (one.shadow.pk, name):
                self.restored.remove(other)
                one = replace(one, base=other.base, ours=other.ours)
                break
        self.restored.append(one)


def look_back(
    jira: JiraClient,
    project: MappedProject,
    rules: Rules,
    issues: Sequence[Issue],
    writes: Writes,
    shift: Shift,
) -> Window:
    """Find what these writes of ours overwrote, and put it back where the policy says so.

    `issues`: read after the writes, with their history. What is put back is a write as well, and may
    have overwritten something itself: so it is looked back at in its turn. Raises JiraError.
    """
    window = Window(list(issues))
    for _ in range(ROUNDS):
        writes = _restore(jira, project, rules, window, writes, shift)
        if not writes:
            break
        point("edit.restored")
        fetched = jira.issues.fetch(list(writes), rules.read_fields, history=True).issues
        fresh = {issue.id: issue for issue in fetched}
        window.issues = [fresh.get(issue.id, issue) for issue in window.issues]
    return window


def _restore(
    jira: JiraClient,
    project: MappedProject,
    rules: Rules,
    window: Window,
    writes: Writes,
    shift: Shift,
) -> Writes:
    """One round; the writes by which something was put back."""
    puts_back = (
        project.direction == Direction.BOTH and project.conflict_policy != ConflictPolicy.BOARD_WINS
    )
    updated = {issue.id: issue.updated for issue in window.issues}
    back: dict[str, tuple[Shadow, Write]] = {}
    for one, now in _found(jira, project, rules, window.issues, writes):
        name, key = one.foreign.field, one.shadow.remote_id
        since = None
        if same(name, now, one.foreign.value):
            # By a worker that did not live to tell, or by a person. What the worker overwrote in its
            # turn is still to be found.
            window.restore(one)
            since = one.foreign.written if one.foreign.put_back else None
            now = one.ours
        elif puts_back and same(name, now, one.ours) and _put_back(jira, rules, one, shift):
            window.restore(one)
            since = updated[key] or writes[key][1].since
        else:
            window.kept.append(one)
        if since is not None:
            back[key] = one.shadow, _joined(back.get(key), writes[key][1], one, now, since)
    return back


def _joined(
    known: tuple[Shadow, Write] | None, first: Write, one: Overwritten, now: Any, since: datetime
) -> Write:
    """What was put back of an issue, with one field more."""
    mine = known[1] if known else Write(first.account, {}, {}, since)
    name = one.foreign.field
    return Write(
        first.account,
        {**mine.values, name: one.foreign.value},
        {**mine.before, name: now},
        min(mine.since, since),
    )


def _found(
    jira: JiraClient,
    project: MappedProject,
    rules: Rules,
    issues: Sequence[Issue],
    writes: Writes,
) -> list[tuple[Overwritten, Any]]:
    """What was overwritten, and what Jira holds now."""
    ours = [issue for issue in issues if issue.id in writes and issue.history]
    changed = [issue for issue in ours if _others_changed(issue, writes[issue.id][1])]
    if not changed:
        return []
    lookups = lookups_for(project, [parent_reference(rules, issue) for issue in changed])
    names = field_names.in_changes(project.connection, jira)
    found = []
    for issue in changed:
        shadow, write = writes[issue.id]
        now = see(rules, lookups, issue).values
        for foreign in overwritten(rules, lookups, issue.history, write, names):
            name = foreign.field
            if rules.directions.get(name) == TO_JIRA:
                continue  # what is the board's alone to say is written over, whoever wrote it
            value = write.values[name]
            one = Overwritten(shadow, foreign, write.before.get(name), value)
            found.append((one, now.get(name)))
    return found


def _others_changed(issue: Issue, write: Write) -> bool:
    """Cheap, for the many: a single change since our read can only be our own."""
    return len(later_than(issue.history, write.since)) > 1


def _put_back(jira: JiraClient, rules: Rules, one: Overwritten, shift: Shift) -> bool:
    """Write the foreign value to Jira again; False where Jira or the mapping does not let us."""
    shift.check()
    name, value = one.foreign.field, one.foreign.value
    item = one.shadow.item
    known = known_to_jira([item], parents=[value] if name == "parent" and value else ())
    values = {name: value}
    if name == rules.team.among:
        values["team"] = values_of(item)["team"]  # else its label or component would go
    out = outgoing(rules, known, item, values)
    wanted, sprint = out.sprint
    if wanted:
        return _move_back(jira, sprint, one.shadow.remote_id)
    if out.unmapped:
        return False
    sent = send_edit(jira, rules.of_type(item.type), one.shadow.remote_id, {name: value}, out)
    if sent.failure is not None:
        raise sent.failure
    return name in sent.accepted


def _move_back(jira: JiraClient, sprint: int | None, remote_id: str) -> bool:
    if sprint is None:
        jira.sprints.to_backlog([remote_id])
    else:
        jira.sprints.move(sprint, [remote_id])
    return True


def keep(connection: Connection, window: Window) -> None:
    """In the transaction that applies the window's issues, and after that: the conflicts, signed."""
    now = timezone.now()
    for one in window.kept:
        foreign = one.foreign
        Conflict.objects.create(
            shadow=one.shadow,
            field=foreign.field,
            base=one.base,
            board=one.ours,
            jira=foreign.value,
            jira_author=foreign.author[:150],
            jira_at=foreign.at,
            taken="board",
            taken_by="policy",
            resolved=now,
        )
        words = (
            f"{foreign.author or 'Somebody'} changed {foreign.field} in Jira while the board's value "
            "was being sent; the board's was kept."
        )
        note(connection, "merge", "done", words, item=one.shadow.item)
    for one in window.restored:
        mine = Conflict.objects.filter(shadow=one.shadow, field=one.foreign.field)
        newest = mine.order_by("-found").first()
        if newest is not None:
            newest.jira_author, newest.jira_at = one.foreign.author[:150], one.foreign.at
            newest.save(update_fields=["jira_author", "jira_at"])
