"""What Jira says becomes rows: issues that were read, merged with the shadows in one transaction.

Everything that reads issues (drain, poll, import, push's own reads) ends here, so there is one place
where an old read is refused, an own create recognised, a conflict found.
"""

from __future__ import annotations

import uuid
from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import Q

from almconnect.lib.in_array import in_array
from connections.health import site_identity
from connections.models import Direction, MappedProject
from jira_client.values import Issue
from planning import feed
from planning.models import Change, ChangeKind, ChangeState, WorkItem
from sync.core.echo import normal
from sync.core.mapping import parent_reference, see
from sync.core.values import Seen, Values
from sync.inbound import (
    duplicates,
    gone_items,
    outside_mapping,
    own_creates,
    pair_merge,
    project_facts,
    reverted_edits,
    whose,
)
from sync.inbound.read_batch import Applied, Batch, Reading, save
from sync.models import Shadow, ShadowState
from sync.outbox import change_queue
from sync.pairs import releases, server_clock, site_proof, states
from sync.pairs.rules import default_team, lookups_for, rules_of
from sync.webhook import inbox
from sync.worker.failpoints import point

FEW = 20  # issues that are read again one by one


def apply(
    project: MappedProject,
    issues: Sequence[Issue],
    *,
    began: datetime,
    sent: Mapping[uuid.UUID, Mapping[str, Any]] | None = None,
    ranked: Collection[uuid.UUID] = (),
    asked: bool = False,
    names: Mapping[str, str] | None = None,
    hold: bool = False,
    whose_now: bool = False,
) -> Applied:
    """Merge these issues of one project into the board: read rows, see issues, decide, save, in one
    transaction.

    `began`: when the read started, by our clock; a read that is older than what was applied last is
    not applied. `sent`: item id → values that Jira has just accepted from us: they are agreed before
    the merge, so that whatever the read shows beyond them is Jira's own. `ranked`: items whose place
    Jira has just accepted. `asked`: the read asked for the marks of our creates; without it, issues
    that we do not know are left in `unsure` while creates are under way. `names`: the read asked for
    the issues' changes, and this is what fields are called there (`field_names.in_changes`); without it,
    our own new issues whose changes decide are left in `unsure`. `hold`: leave what clashes in
    `disputed` where nobody has told who wrote Jira's value. `whose_now`: Jira was just asked whose they
    are; else those of another mapping of this project are left to the drain, which asks.
    """
    homes = outside_mapping.by_home(project, issues)
    issues = homes.pop(project.remote_id, [])
    with transaction.atomic():
        reading = _read(project, issues, began, sent or {}, ranked, asked, names, hold)
        all_seen = [see(reading.rules, reading.lookups, issue) for issue in issues]
        batch = _decide(reading, issues, all_seen, whose_now)
        events = save(reading, batch)
        reverted_edits.note(reading, issues, batch.moved)
        feed.tell(events)
    point("pull.applied")
    gone_items.make_whole(batch.back)
    if batch.older:
        site_proof.suspect(project.connection)
        _look_twice(project, batch.older, began)
    if batch.clock_back:
        server_clock.note_put_back(project.connection, batch.clock_back)
    _follow(project, issues)
    if batch.anothers:
        whose.send_to_drain(project, batch.anothers)
    for home, others in homes.items():
        _hand_over(batch.applied, project, home, others, began, names)
    return batch.applied


def _look_twice(project: MappedProject, older: Sequence[Shadow], began: datetime) -> None:
    """Pairs whose issue is older than it was are read once more when that can tell a clock that was put
    back from an index that lags: no edit calls for them, and the next comparison is a day away. Where
    they are many, the project is compared instead.
    """
    due = began + pair_merge.OLDER_FOR
    if len(older) > FEW:
        later = MappedProject.objects.filter(pk=project.pk, reconcile_due__gt=due)
        later.update(reconcile_due=due)
        return
    keys = {pair.remote_id: pair.remote_key for pair in older}
    why = dict.fromkeys(keys, "It is older in Jira than it was; read once more.")
    inbox.read_again(project, keys, why, faults=0, due=due)


def _read(
    project: MappedProject,
    issues: Sequence[Issue],
    began: datetime,
    accepted: Mapping[uuid.UUID, Values],
    ranked: Collection[uuid.UUID],
    asked: bool,
    names: Mapping[str, str] | None,
    hold: bool,
) -> Reading:
    """What rows say of these issues, with their items locked."""
    rules = rules_of(project)
    lookups = lookups_for(project, [parent_reference(rules, issue) for issue in issues])
    # Before the pairs are read: a create that settles in between is then already one of them.
    doubt = not asked and own_creates.waiting_creates(project)
    own = own_creates.own_creates(project, issues)
    pairs, locked = _lock_known(project, issues, own.values())
    if parted := site_proof.other_issues(project.connection, pairs, issues):
        site_proof.part(project.connection, parted)
        pairs = {key: pair for key, pair in pairs.items() if pair not in parted}
    older = any(one.id in pairs and pair_merge.is_older(pairs[one.id], one) for one in issues)
    team = default_team(project) if "team" not in rules.fields else None
    return Reading(
        project,
        rules,
        lookups,
        began,
        names,
        hold,
        accepted,
        doubt,
        own,
        pairs,
        locked,
        placed=_placed_here(pairs) - set(ranked),
        written=_written(pairs),
        left=_left(pairs),
        put_back=site_identity.restore_of(project.connection) if older else None,
        team=team.pk if team else None,
    )


def _lock_known(
    project: MappedProject, issues: Sequence[Issue], own: Iterable[Change] = ()
) -> tuple[dict[str, Shadow], dict[uuid.UUID, WorkItem]]:
    """The pairs these issues belong to, and all items that are locked for them: items first and at once,
    those of our `own` creates among them, as editing locks them.
    """
    mine = Q(connection_id=project.connection_id) & in_array(
        "remote_id", [one.id for one in issues]
    )
    pairs = dict(Shadow.objects.filter(mine).values_list("pk", "item_id"))
    wanted = {*pairs.values(), *(change.item_id for change in own)}
    if not wanted:  # an import
        return {}, {}
    locked = {item.pk: item for item in WorkItem.objects.filter(pk__in=wanted).locked()}
    found: dict[str, Shadow] = {}
    for shadow in Shadow.objects.filter(pk__in=pairs).locked():
        if shadow.item_id in locked:  # else it went away with its connection
            shadow.item = locked[shadow.item_id]
            found[shadow.remote_id] = shadow
    return found, locked


def _placed_here(known: Mapping[str, Shadow]) -> set[uuid.UUID]:
    """Items that people have put elsewhere in the order, while Jira has not heard of it."""
    waiting = Change.objects.filter(
        item__in=[shadow.item_id for shadow in known.values()],
        state__in=states.UNDER_WAY,
        fields__has_key="rank",
    )
    return set(waiting.values_list("item_id", flat=True))


def _written(known: Mapping[str, Shadow]) -> dict[uuid.UUID, dict[str, Any]]:
    """Item → values that are being written to Jira now, or were when a worker died."""
    return _sent((shadow.item_id for shadow in known.values()), states.UNDER_WAY)


def _left(known: Mapping[str, Shadow]) -> dict[uuid.UUID, dict[str, Any]]:
    """Item → values of edits that were given up while their outcome was open, since the issue was away."""
    away = [shadow.item_id for shadow in known.values() if shadow.state != ShadowState.LIVE]
    return _sent(away, (ChangeState.DROPPED, ChangeState.PARKED)) if away else {}


def _sent(items: Iterable[uuid.UUID], of: Iterable[str]) -> dict[uuid.UUID, dict[str, Any]]:
    """Item → what its edits in these states were about to write, with what was read before (`READ`)."""
    rows = Change.objects.filter(
        item__in=list(items), kind=ChangeKind.EDIT, state__in=list(of)
    ).exclude(sent={})
    found: dict[uuid.UUID, dict[str, Any]] = {}
    for item, sent in rows.order_by("pk").values_list("item_id", "sent"):
        found.setdefault(item, {}).update(sent)
    return found


def _decide(
    reading: Reading, issues: Sequence[Issue], all_seen: Sequence[Seen], whose_now: bool
) -> Batch:
    """The rows that follow from these issues as they were seen: of pairs, of own creates, of new issues."""
    batch = Batch()
    first_told = _first_told(reading.pairs, all_seen)
    for issue, seen in zip(issues, all_seen, strict=True):
        batch.applied.note_lacking(seen)
        shadow = reading.pairs.get(issue.id) or own_creates.adopt_own(reading, seen)
        if shadow is None:
            own_creates.bring_in(reading, batch, issue, seen)
        elif shadow.remote_id != seen.remote_id:
            duplicates.flag(reading.project.connection, shadow, seen)
            batch.applied.ignored += 1
        elif not whose_now and whose.is_anothers(shadow, reading.project):
            batch.applied.stale_items.add(shadow.item_id)
            batch.anothers[seen.remote_id] = seen.remote_key
        else:
            told = first_told.get(shadow.item_id, {})
            pair_merge.merge_in(reading, batch, issue, seen, shadow, told)
    return batch


def _first_told(
    known: Mapping[str, Shadow], all_seen: Iterable[Seen]
) -> dict[uuid.UUID, dict[str, Any]]:
    """Fields that Jira tells of a pair for the first time, after people have edited them on the board: item
    id → field → what stood there before its first edit that has not reached Jira.

    An issue may have been read while its type lacked the field, or before the field was mapped. Nothing
    was agreed then, and without a base a merge takes Jira's value; so the base is what people replaced
    here, and nothing at all where the item was created with a value that Jira could not take. `known`:
    issue id → pair. No query where every field that Jira tells has been agreed before.
    """
    new: dict[uuid.UUID, set[str]] = {}
    found: dict[uuid.UUID, dict[str, Any]] = {}
    for seen in all_seen:
        pair = known.get(seen.remote_id)
        if pair is None or pair.remote_updated is None:
            continue  # an own create at its first read: what it did not carry, Jira says it began with
        names = {name for name in seen.values if name != "rank" and name not in pair.agreed}
        if not seen.values.get("team"):
            names.discard("team")  # an issue that never named a team says nothing of it yet
        if names:
            new[pair.item_id] = names
    if not new:
        return {}
    changes = Change.objects.filter(item__in=list(new)).order_by("pk")
    edits = changes.filter(kind=ChangeKind.EDIT).exclude(state=ChangeState.SETTLED)
    for item, before in edits.values_list("item_id", "before"):
        for name in new[item] & before.keys():
            found.setdefault(item, {}).setdefault(name, normal(name, _plain(before[name])))
    creates = changes.filter(kind=ChangeKind.CREATE)
    for item, fields, sent in creates.values_list("item_id", "fields", "sent"):
        for name in (new[item] & fields.keys()) - sent.keys():
            found.setdefault(item, {}).setdefault(name, normal(name, None))
    return found


def _plain(value: Any) -> Any:
    """A person of the board as the id by which it is compared."""
    return value.get("id") if isinstance(value, Mapping) else value


def _follow(project: MappedProject, issues: Sequence[Issue]) -> None:
    """A project that was renamed in Jira says so on each of its issues, and they name its versions."""
    if issues:
        named = issues[-1].fields.get("project") or {}
        project_facts.note_project(
            project, str(named.get("key") or ""), str(named.get("name") or "")
        )
        releases.note_seen(project, issues)


def _hand_over(
    applied: Applied,
    project: MappedProject,
    home: str,
    issues: Sequence[Issue],
    began: datetime,
    names: Mapping[str, str] | None,
) -> None:
    """Issues that were moved to another project: to its mapping, if there is one that is at work."""
    rows = MappedProject.objects.filter(connection=project.connection_id, remote_id=home)
    others = list(rows.select_related("connection").order_by("created", "pk"))
    if len(others) > 1:
        whose.send_to_drain(others[0], {issue.id: issue.key for issue in issues})
        applied.stale_items |= whose.items_of(project.connection, [one.id for one in issues])
        return
    other = others[0] if others else None
    if other is None:
        outside_mapping.mark_moved(project.connection, issues)
    if other is None or other.direction == Direction.PAUSED:
        applied.elsewhere |= {issue.id for issue in issues}
        return
    theirs = apply(other, issues, began=began, names=names)
    change_queue.ensure(other, theirs.to_send)
    applied.items |= theirs.items
    applied.stale_items |= set(theirs.items.values())  # to be read again by the other's rules
