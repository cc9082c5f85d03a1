"""One issue that was read, merged with the item it is paired with: what either side takes, what stays."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from connections.models import Direction, MappedProject, Right
from jira_client.values import Issue
from planning import inbound_writes
from planning.models import Change, ChangeKind, WorkItem
from sync.core.echo import same
from sync.core.history import (
    READ,
    Write,
    began_with,
    carried_out,
    later_than,
    newest,
    setters,
    setting,
)
from sync.core.merge import Clash, Merge
from sync.core.values import ABSENT, EMPTY, Seen, Values
from sync.inbound import duplicates, gone_items
from sync.inbound.read_batch import Batch, Reading, left_out, not_understood
from sync.models import Shadow, ShadowState
from sync.pairs import conflicts, decision, parents, states
from sync.pairs.rules import default_team, values_of

OLDER_FOR = timedelta(
    seconds=30
)  # a search index may lag behind; it does not for so long on one issue


def merge_in(
    reading: Reading,
    batch: Batch,
    issue: Issue,
    seen: Seen,
    shadow: Shadow,
    first_told: Values,
) -> None:
    """Add to the batch what follows for this pair.

    `first_told`: field that Jira tells for the first time → what people replaced on the board since.
    """
    item = shadow.item
    accepted = reading.accepted.get(shadow.item_id, {})
    batch.applied.items[seen.remote_id] = item.pk
    if (item.deleted and not shadow.is_gone) or not (
        shadow.state == ShadowState.LIVE or shadow.may_return
    ):
        batch.applied.ignored += 1
        return
    if _is_stale(reading, batch, shadow, issue):
        batch.applied.stale += 1
        _leave(batch, shadow, accepted)
        return
    remote = {name: value for name, value in seen.values.items() if name != "rank"}
    ours = values_of(item)
    first = _beginning(reading, issue, shadow, ours, remote)
    if first is None:
        batch.applied.unsure.append(seen.remote_id)
        batch.applied.stale_items.add(item.pk)
        return
    took = _took(reading, issue, shadow, remote, accepted)
    told = _told_first(reading, issue, shadow, first_told, ours, remote)
    if took is None or told is None:
        batch.applied.unsure.append(seen.remote_id)
        _leave(batch, shadow, accepted)
        return
    if _was_put_back(reading, shadow):
        batch.put_back.add(seen.remote_id)
    undone = remote if _board_is_right(reading, shadow, issue) else {}
    base = {
        **told,
        **first,
        **shadow.agreed,
        **_echo(reading.written.get(shadow.item_id, {}), seen),
        **took,
        **accepted,
        **undone,
    }
    outcome = decision.decide(reading.project, base, ours, remote)
    if way := _own_way(reading, issue, item, outcome):
        outcome = decision.decide(reading.project, {**base, **way}, ours, remote)
    outcome = parents.guarded(reading.project, shadow, seen, outcome)
    found = [_signed(reading, issue, shadow, clash) for clash in outcome.clashes]
    if reading.hold and (unsigned := conflicts.unsigned(found)):
        batch.applied.disputed[seen.remote_id] = unsigned
        return
    if shadow.is_gone:
        events, back = gone_items.bring_back(shadow, item)
        batch.revived += events
        batch.back.append(back)
    elif shadow.is_kept:
        batch.back.append(gone_items.Back(item, seen.remote_key))
    if shadow.is_kept or shadow.is_gone:
        batch.returned.append(shadow)
    _take(reading, batch, item, seen, outcome, ours, own_create=shadow.remote_updated is None)
    _advance(reading, batch, shadow, issue, seen, outcome)
    batch.current.append(seen)
    if seen.untold:
        batch.applied.untold[item.pk] = seen.untold
    if to_send := {**_never_agreed(reading, seen, shadow, ours), **outcome.to_send}:
        batch.applied.to_send[item.pk] = to_send
    batch.found += found
    batch.applied.clashes += len(found)


def _echo(written: Values, seen: Seen) -> dict[str, Any]:
    """Of these values, those that Jira shows: our own write came back before its answer was settled,
    and the board may have been edited again since.
    """
    return {
        name: value
        for name, value in written.items()
        if name in seen.values and same(name, seen.values[name], value)
    }


def _never_agreed(reading: Reading, seen: Seen, shadow: Shadow, ours: Values) -> dict[str, Any]:
    """What the board holds in fields that Jira leaves out and that were never agreed: a create could not
    carry them. Sent, Jira takes or refuses it; unsent, nobody would know that the board's is all there is.
    """
    if reading.project.direction not in (Direction.BOTH, Direction.TO_JIRA):
        return {}
    return {
        name: ours[name]
        for name, why in seen.untold.items()
        if why == ABSENT
        and name not in shadow.agreed
        and name not in reading.rules.never_told
        and ours.get(name) not in EMPTY
    }


def _told_first(
    reading: Reading,
    issue: Issue,
    shadow: Shadow,
    first_told: Values,
    ours: Values,
    remote: Values,
) -> dict[str, Any] | None:
    """The bases of fields that Jira tells for the first time. Where the board's value
    would replace Jira's, the issue's changes say whether Jira has held it since the last read: somebody
    may have written there just now what the board once held. None where they were not asked for.
    """
    bases = dict(first_told)
    replacing = {
        name: remote[name]
        for name, base in bases.items()
        if name in remote and same(name, base, remote[name]) and not same(name, ours[name], base)
    }
    since = shadow.remote_updated
    if not replacing or since is None or issue.updated == since:
        return bases
    if reading.names is None:
        return None
    later = later_than(issue.history, since)
    return bases | began_with(reading.rules, reading.lookups, later, reading.names, replacing)


def _leave(batch: Batch, shadow: Shadow, accepted: Values) -> None:
    """This read is not merged. What Jira has accepted is agreed all the same, whatever its clock says of
    the read: else an edit that sets it back there would look like no edit at all.
    """
    if accepted:
        shadow.agreed = {**shadow.agreed, **accepted}
        batch.changed.append(shadow)
    batch.applied.stale_items.add(shadow.item_id)


def _took(
    reading: Reading, issue: Issue, shadow: Shadow, remote: Values, accepted: Values
) -> dict[str, Any] | None:
    """What a worker had sent when it died, and Jira took, where somebody has changed it in Jira since, or
    where the edit was given up since the issue was away: it is what both sides had before they went on.
    The issue's own changes alone tell that; None where they were not asked for.
    """
    # What Jira shows as it was: the write never came, or somebody has set it back. The next push asks.
    names = reading.names
    under_way = reading.written.get(shadow.item_id, {})
    sent = {**reading.left.get(shadow.item_id, {}), **under_way}
    written = {
        name: value
        for name, value in sent.items()
        if name in remote.keys() - accepted.keys()
        and not (name in under_way and same(name, remote[name], value))
        and (names is not None or not same(name, remote[name], shadow.agreed.get(name)))
    }
    read = sent.get(READ)
    if not written or not read:
        return {}
    if names is None:
        return None
    since = datetime.fromisoformat(read["since"])
    write = Write(reading.project.connection.account_id, written, read["before"], since)
    return carried_out(reading.rules, reading.lookups, issue.history, names, write)


def _own_way(reading: Reading, issue: Issue, item: WorkItem, outcome: Merge) -> dict[str, Any]:
    """The status of an item that a worker left on the way to another one, when it died between two
    steps: our own account set it, so it is nobody's edit.
    """
    clash = next((one for one in outcome.clashes if one.field == "status"), None)
    if clash is None or "status" not in reading.written.get(item.pk, {}):
        return {}
    names = reading.names or {}
    # Somebody else's step that we overwrote and put back was last set by us, and is theirs all the same.
    who = setters(reading.rules, reading.lookups, issue.history, names, "status", clash.jira)
    return {"status": clash.jira} if who == {reading.project.connection.account_id} else {}


def _signed(reading: Reading, issue: Issue, shadow: Shadow, clash: Clash) -> conflicts.Found:
    """The clash with who wrote Jira's value and when, as far as the issue's changes tell."""
    rules, names = reading.rules, reading.names or {}
    change = setting(rules, reading.lookups, issue.history, names, clash.field, clash.jira)
    change = change or newest(rules, issue.history, names, clash.field)
    if change is None:
        return conflicts.Found(shadow, clash, issue.updated)
    author = change.author_name or change.author_id or ""
    return conflicts.Found(shadow, clash, change.created or issue.updated, author)


def _beginning(
    reading: Reading, issue: Issue, shadow: Shadow, ours: Values, remote: Values
) -> dict[str, Any] | None:
    """At the first read of an own create: the base of fields that it did not carry. What the board
    filled in is still to send, and what it left empty takes the default that Jira gave.

    What Jira began with only its changes tell: somebody may have edited the field there since. None
    where they would decide and were not asked for.
    """
    if shadow.remote_updated is not None:
        return {}
    missed = {
        name: value
        for name, value in remote.items()
        if ours.get(name) not in EMPTY and name not in shadow.agreed
    }
    if reading.names is not None:
        return began_with(reading.rules, reading.lookups, issue.history, reading.names, missed)
    decide_nothing = all(same(name, ours[name], value) for name, value in missed.items())
    return missed if decide_nothing else None


def _advance(
    reading: Reading, batch: Batch, shadow: Shadow, issue: Issue, seen: Seen, outcome: Merge
) -> None:
    """The shadow after this read. Most reads change nothing but when it was read: those stay cheap."""
    after = {
        "project": reading.project,
        "state": ShadowState.LIVE,
        "agreed": dict(outcome.agreed),
        "refs": dict(seen.refs),
        "parent_ref": str(seen.refs.get("parent") or ""),
        "sprint_ref": seen.refs.get("sprint"),
        "parked": {
            name: why
            for name, why in shadow.parked.items()
            if name in outcome.to_send or name in seen.untold or name.startswith(duplicates.PREFIX)
        }
        | not_understood(seen),
        "untold": left_out(seen),
        "remote_key": seen.remote_key,
        "remote_created": issue.created or shadow.remote_created,
        "remote_updated": issue.updated,
        "older_since": None,
        "look_due": None,
        "looks": 0,
        "left_behind": {},
        "absent_since": None,
        "absences": 0,
        "absence": "",
    }
    changed = shadow.project_id != reading.project.pk or any(
        getattr(shadow, name) != value for name, value in after.items() if name != "project"
    )
    for name, value in after.items():
        setattr(shadow, name, value)
    shadow.read_at = reading.began
    (batch.changed if changed else batch.untouched).append(shadow)


def _is_stale(reading: Reading, batch: Batch, shadow: Shadow, issue: Issue) -> bool:
    """Reads may overtake each other: by our clock, and by Jira's own `updated`.

    Jira's orders two reads only while its clock goes forward. Read later than what is known, older by
    Jira's word, and still so `OLDER_FOR` later: its clock was put back, or Jira was. Then it is what
    Jira holds, and is merged by value. Where a person has said that Jira was put back, what was read
    before that orders nothing.
    """
    if reading.began < shadow.read_at:
        return True
    if not is_older(shadow, issue) or _was_put_back(reading, shadow):
        return False
    if shadow.older_since is None:
        batch.older.append(shadow)
        return True
    if reading.began - shadow.older_since < OLDER_FOR:
        return True
    batch.clock_back.append(issue.key)
    return False


def is_older(shadow: Shadow, issue: Issue) -> bool:
    """By Jira's own word, than what was read of it last."""
    known, told = shadow.remote_updated, issue.updated
    return bool(known and told and told < known)


def _was_put_back(reading: Reading, shadow: Shadow) -> bool:
    """Whether a person has said that Jira was put back, since this pair was read last."""
    return reading.put_back is not None and shadow.read_at <= reading.put_back[0]


def _board_is_right(reading: Reading, shadow: Shadow, issue: Issue) -> bool:
    """Whether what Jira shows was undone by a restore, and a person wants the board's in its place."""
    asked = reading.put_back is not None and reading.put_back[1] == Right.BOARD
    return asked and _was_put_back(reading, shadow) and is_older(shadow, issue)


def _take(
    reading: Reading,
    batch: Batch,
    item: WorkItem,
    seen: Seen,
    outcome: Merge,
    ours: Values,
    *,
    own_create: bool,
) -> None:
    """`own_create`: the first read of an issue that the board has just created. What Jira fills in
    there (defaults, rank, key) nobody has edited, so the item's version stays.
    """
    changed = set(outcome.take)
    edited = {name for name in changed if ours.get(name) not in EMPTY}
    inbound_writes.take(item, outcome.take, seen.names)
    named = _rename(item, seen)
    changed |= named
    if reading.project.reads_jira:
        rank = item.rank if item.pk in reading.placed else seen.values.get("rank", item.rank)
        extras = {"rank": rank, "type": seen.type or item.type}
        changed |= {name for name, value in extras.items() if getattr(item, name) != value}
        edited |= changed & {"type"}
        inbound_writes.take(item, extras, {})
        if item.remote_key != seen.remote_key or own_create:
            changed.add("key")
        if (
            item.project_id != reading.project.pk
        ):  # the issue was moved; its id stays, so does the item
            changed |= _become_the_teams(reading, item)
            item.project = reading.project
            changed.add("project")
            edited.add("project")
            _hand_changes_over(reading.project, item)
    item.remote_id, item.remote_key = seen.remote_id, seen.remote_key
    if changed:
        silent = changed <= named or (own_create and not edited)
        (batch.filled if silent else batch.moved)[item] = changed
        batch.applied.updated += 1
    else:
        batch.applied.same += 1


def _rename(item: WorkItem, seen: Seen) -> set[str]:
    """People whom the board has by id alone, or by a name that they bear no more, are called as Jira
    calls them. Who they are stays, so it is no edit.
    """
    found = {
        name
        for name in ("assignee", "reporter")
        if seen.names.get(name)
        and getattr(item, f"{name}_id") == seen.values.get(name)
        and getattr(item, f"{name}_name") != seen.names[name][:255]
    }
    inbound_writes.take(item, {name: seen.values[name] for name in found}, seen.names)
    return found


def _become_the_teams(reading: Reading, item: WorkItem) -> set[str]:
    """An item that was its old mapping's own team's, or no team's, is now the team's of the new mapping.
    Where people have planned it into another team, it stays there.
    """
    old = default_team(item.project) if item.project is not None else None
    theirs = item.team_id is not None and (old is None or item.team_id != old.pk)
    if reading.team is None or theirs or item.team_id == reading.team:
        return set()
    item.team_id = reading.team
    return {"team"}


def _hand_changes_over(project: MappedProject, item: WorkItem) -> None:
    """What waits for the item is sent by the rules of the project in which the issue is now."""
    Change.objects.filter(item=item, state__in=states.UNDER_WAY).exclude(
        kind=ChangeKind.CREATE
    ).update(project=project)
