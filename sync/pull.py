"""What Jira says becomes rows: issues that were read, merged with the shadows in one transaction.

Everything that reads issues (drain, poll, import, push's own reads) ends here, so there is one place
where an old read is refused, an own create recognised, a conflict found.
"""

from __future__ import annotations

import uuid
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from almconnect.lib import bulk_rows
from connections.models import Direction, MappedProject
from jira_client.client import JiraClient
from jira_client.values import Issue
from planning import applying, feed
from planning.models import BoardEvent, Change, ChangeKind, ChangeState, SyncState, WorkItem
from sync import changelog, conflicts, duplicates, following, linking, moved, outbox, states
from sync.core.echo import same
from sync.core.history import began_with
from sync.core.mapping import OPERATION_PROPERTY, parent_reference, see
from sync.core.merge import Merge, Policy, merge
from sync.core.values import TWO_WAY, Lookups, Rules, Seen, Values
from sync.models import Shadow, ShadowState
from sync.rules import default_team, lookups_for, rules_of, values_of
from sync.trace import note

_SHADOW_COLUMNS = (
    "project",
    "state",
    "agreed",
    "refs",
    "parent_ref",
    "sprint_ref",
    "parked",
    "remote_key",
    "remote_updated",
    "read_at",
    "absent_since",
    "absences",
    "absence",
)

_EMPTY: tuple[Any, ...] = (None, "", [])


@dataclass(slots=True)
class Applied:
    """What a batch did. `push`: item id → values that Jira should get, for items known before."""

    created: int = 0
    updated: int = 0
    same: int = 0
    stale: int = 0
    ignored: int = 0
    clashes: int = 0
    push: dict[uuid.UUID, dict[str, Any]] = field(default_factory=dict)
    items: dict[str, uuid.UUID] = field(default_factory=dict)  # issue id → item
    stale_items: set[uuid.UUID] = field(default_factory=set)
    elsewhere: set[str] = field(default_factory=set)  # issue ids: in a project that is not mapped
    unsure: list[str] = field(default_factory=list)  # issue ids: not applied, more must be known

    def add(self, other: Applied) -> None:
        """What a second reading of some of the same issues did."""
        for name in ("created", "updated", "same", "stale", "ignored", "clashes"):
            setattr(self, name, getattr(self, name) + getattr(other, name))
        self.push |= other.push
        self.items |= other.items
        self.stale_items |= other.stale_items
        self.elsewhere |= other.elsewhere
        self.unsure = list(other.unsure)


@dataclass(slots=True)
class _Batch:
    project: MappedProject
    rules: Rules
    lookups: Lookups
    began: datetime
    names: Mapping[str, str] | None = (
        None  # of fields in changelogs; None: those were not asked for
    )
    applied: Applied = field(default_factory=Applied)
    new_items: list[WorkItem] = field(default_factory=list)
    new_shadows: list[Shadow] = field(default_factory=list)
    moved: dict[WorkItem, set[str]] = field(default_factory=dict)
    filled: dict[WorkItem, set[str]] = field(default_factory=dict)  # own creates, completed by Jira
    changed: list[Shadow] = field(default_factory=list)
    untouched: list[Shadow] = field(default_factory=list)
    placed: set[uuid.UUID] = field(default_factory=set)  # ranked on the board, Jira not told yet
    current: list[Seen] = field(default_factory=list)  # what was believed, for their links
    found: list[conflicts.Found] = field(default_factory=list)
    doubt: bool = False  # an unknown issue may be that of a create whose answer has not come


def take_in(
    jira: JiraClient,
    project: MappedProject,
    issues: Sequence[Issue],
    *,
    began: datetime,
    asked: bool = False,
) -> Applied:
    """`apply`, and once more for issues of which more must be known: with their marks, where a create
    under way may have made them, and with their changes, where both sides may have edited a new one.

    `asked`: these were read with their marks. Raises JiraError.
    """
    applied = apply(project, issues, began=began, asked=asked)
    if applied.unsure:
        again, names = timezone.now(), changelog.names_of(project.connection, jira)
        fields = rules_of(project).read_fields
        marks = (OPERATION_PROPERTY,)
        more = jira.issues.fetch(applied.unsure, fields, marks, history=True).issues
        applied.add(apply(project, more, began=again, asked=True, names=names))
    return applied


def apply(
    project: MappedProject,
    issues: Sequence[Issue],
    *,
    began: datetime,
    sent: Mapping[uuid.UUID, Mapping[str, Any]] | None = None,
    ranked: Collection[uuid.UUID] = (),
    asked: bool = False,
    names: Mapping[str, str] | None = None,
) -> Applied:
    """Merge these issues of one project into the board, in one transaction.

    `began`: when the read started, by our clock; a read that is older than what was applied last is
    not applied. `sent`: item id → values that Jira has just accepted from us: they are agreed before
    the merge, so that whatever the read shows beyond them is Jira's own. `ranked`: items whose place
    Jira has just accepted. `asked`: the read asked for the marks of our creates; without it, issues
    that we do not know are left in `unsure` while creates are under way. `names`: the read asked for
    the issues' changes, and this is what fields are called there (`changelog.names_of`); without it,
    our own new issues whose changes decide are left in `unsure`.
    """
    homes = moved.by_home(project, issues)
    issues = homes.pop(project.remote_id, [])
    rules = rules_of(project)
    parents = [parent_reference(rules, issue) for issue in issues]
    with transaction.atomic():
        batch = _Batch(project, rules, lookups_for(project, parents), began, names)
        # Before the pairs are read: a create that settles in between is then already one of them.
        batch.doubt = not asked and waiting_creates(project)
        known = _lock_known(project, issues)
        batch.placed = _placed_here(known) - set(ranked)
        written = _written(known)
        team = default_team(project) if "team" not in rules.fields else None
        for issue in issues:
            seen = see(rules, batch.lookups, issue)
            shadow = known.get(issue.id) or _adopt_own(batch, seen)
            if shadow is None:
                _bring_in(batch, issue, seen, team.pk if team else None)
            elif shadow.remote_id != seen.remote_id:
                duplicates.flag(project.connection, shadow, seen)
                batch.applied.ignored += 1
            else:
                echo = _echo(written.get(shadow.item_id, {}), seen)
                accepted = (sent or {}).get(shadow.item_id, {})
                _merge_in(batch, issue, seen, shadow, {**echo, **accepted})
        feed.tell(_save(batch))
    if batch.new_shadows:
        linking.find_children(project, batch.new_shadows)
    _follow(project, issues)
    for home, others in homes.items():
        _hand_over(batch.applied, project, home, others, began, names)
    return batch.applied


def _follow(project: MappedProject, issues: Sequence[Issue]) -> None:
    """A project that was renamed in Jira says so on each of its issues."""
    if issues:
        named = issues[-1].fields.get("project") or {}
        following.note_project(project, str(named.get("key") or ""), str(named.get("name") or ""))


def _hand_over(
    applied: Applied,
    project: MappedProject,
    home: str,
    issues: Sequence[Issue],
    began: datetime,
    names: Mapping[str, str] | None,
) -> None:
    """Issues that were moved to another project: to its mapping, if there is one that is at work."""
    other = (
        MappedProject.objects.filter(connection=project.connection_id, remote_id=home)
        .select_related("connection")
        .first()
    )
    if other is None:
        moved.mark(project.connection, issues)
    if other is None or other.direction == Direction.PAUSED:
        applied.elsewhere |= {issue.id for issue in issues}
        return
    theirs = apply(other, issues, began=began, names=names)
    outbox.ensure(other, theirs.push)
    applied.items |= theirs.items
    applied.stale_items |= set(theirs.items.values())  # to be read again by the other's rules


def _lock_known(project: MappedProject, issues: Sequence[Issue]) -> dict[str, Shadow]:
    """The pairs these issues belong to, items locked first, as editing locks them."""
    ids = [issue.id for issue in issues]
    mine = Q(connection_id=project.connection_id, remote_id__in=ids)
    items = Shadow.objects.filter(mine).values("item_id")
    locked = {
        item.pk: item
        for item in WorkItem.objects.select_for_update().filter(pk__in=items).order_by("pk")
    }
    found: dict[str, Shadow] = {}
    for shadow in Shadow.objects.select_for_update().filter(mine).order_by("pk"):
        shadow.item = locked[shadow.item_id]
        found[shadow.remote_id] = shadow
    return found


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
    rows = Change.objects.filter(
        item__in=[shadow.item_id for shadow in known.values()],
        kind=ChangeKind.EDIT,
        state__in=states.UNDER_WAY,
    ).exclude(sent={})
    found: dict[uuid.UUID, dict[str, Any]] = {}
    for item, sent in rows.order_by("pk").values_list("item_id", "sent"):
        found.setdefault(item, {}).update(sent)
    return found


def _echo(written: Values, seen: Seen) -> dict[str, Any]:
    """Of these values, those that Jira shows: our own write came back before its answer was settled,
    and the board may have been edited again since.
    """
    return {
        name: value
        for name, value in written.items()
        if name in seen.values and same(name, seen.values[name], value)
    }


def _adopt_own(batch: _Batch, seen: Seen) -> Shadow | None:
    """An issue we do not know that carries the mark of a create under way is that very item."""
    if not seen.operation:
        return None
    operation = _as_uuid(seen.operation)
    mine = Change.objects.filter(
        kind=ChangeKind.CREATE, project__connection=batch.project.connection
    )
    change = mine.filter(operation=operation).first() if operation else None
    if change is None:
        return None
    item = WorkItem.objects.select_for_update().get(pk=change.item_id)
    existing = Shadow.objects.filter(item=item).first()
    if existing is not None:
        existing.item = item
        return existing
    return bind(batch.project, item, seen.remote_id, seen.remote_key, change.sent)


def bind(
    project: MappedProject, item: WorkItem, remote_id: str, key: str, agreed: Mapping[str, Any]
) -> Shadow:
    """Make a locked item and an issue one pair; `agreed` is what was sent with the create.

    The shadow has read nothing yet (`remote_updated` is null): any read applies to it, and what was
    not sent counts as agreed at what Jira began with, so that the board's value is still to push.
    """
    item.remote_id, item.remote_key = remote_id, key
    item.save(update_fields=["remote_id", "remote_key"])
    _give_up_second(project, item, remote_id, key)
    shadow = Shadow.objects.create(
        connection_id=project.connection_id,
        project=project,
        item=item,
        remote_id=remote_id,
        remote_key=key,
        agreed={name: value for name, value in agreed.items() if name in TWO_WAY},
        read_at=item.created,
    )
    shadow.item = item
    return shadow


def _give_up_second(project: MappedProject, item: WorkItem, remote_id: str, key: str) -> None:
    """The issue was brought in as an item of its own before its create was known to be ours."""
    second = Shadow.objects.filter(connection_id=project.connection_id, remote_id=remote_id)
    twin = WorkItem.objects.select_for_update().filter(shadow__in=second).first()
    if twin is None:
        return
    second.delete()
    words = f"{key} is the issue of another item, “{item.summary}”."
    feed.tell(applying.vanish([twin], words))
    note(project.connection, "merge", "skipped", words, item=twin)


def _as_uuid(text: str) -> uuid.UUID | None:
    try:
        return uuid.UUID(text)
    except ValueError:
        return None


def _bring_in(batch: _Batch, issue: Issue, seen: Seen, team: uuid.UUID | None) -> None:
    if seen.type is None or not batch.project.reads_jira:
        batch.applied.ignored += 1
        return
    if batch.doubt and not seen.operation:
        batch.applied.unsure.append(seen.remote_id)
        return
    item = bulk_rows.make(
        WorkItem,
        {
            "project_id": batch.project.pk,
            "type": seen.type,
            "team_id": team,
            "remote_id": seen.remote_id,
            "remote_key": seen.remote_key,
            "sync_state": SyncState.SYNCED.value,
            "sync_at": batch.began,
        },
    )
    applying.take(item, seen.values, seen.names)
    batch.new_items.append(item)
    shadow = bulk_rows.make(
        Shadow,
        {
            "connection_id": batch.project.connection_id,
            "project_id": batch.project.pk,
            "item_id": item.pk,
            "remote_id": seen.remote_id,
            "remote_key": seen.remote_key,
            "agreed": {name: value for name, value in seen.values.items() if name != "rank"},
            "refs": dict(seen.refs),
            "parent_ref": str(seen.refs.get("parent") or ""),
            "sprint_ref": seen.refs.get("sprint"),
            "parked": _not_understood(seen),
            "remote_updated": issue.updated,
            "read_at": batch.began,
        },
    )
    shadow.item = item
    if shadow.parked:
        item.sync_state = SyncState.PARKED.value
        item.sync_detail = states.told(shadow.parked)
    batch.new_shadows.append(shadow)
    if seen.links:  # a new item without any has none on the board that could be amiss
        batch.current.append(seen)
    batch.applied.created += 1
    batch.applied.items[seen.remote_id] = item.pk


def _merge_in(
    batch: _Batch, issue: Issue, seen: Seen, shadow: Shadow, sent: Mapping[str, Any]
) -> None:
    item = shadow.item
    batch.applied.items[seen.remote_id] = item.pk
    if shadow.state not in (ShadowState.LIVE, ShadowState.UNMAPPED) or item.deleted:
        batch.applied.ignored += 1
        return
    if _is_stale(shadow, issue, batch.began):
        batch.applied.stale += 1
        batch.applied.stale_items.add(item.pk)
        return
    remote = {name: value for name, value in seen.values.items() if name != "rank"}
    ours = values_of(item)
    first = _beginning(batch, issue, shadow, ours, remote)
    if first is None:
        batch.applied.unsure.append(seen.remote_id)
        batch.applied.stale_items.add(item.pk)
        return
    outcome = decide(batch.project, {**first, **shadow.agreed, **sent}, ours, remote)
    _take(batch, item, seen, outcome, ours, own_create=shadow.remote_updated is None)
    _advance(batch, shadow, issue, seen, outcome)
    batch.current.append(seen)
    if outcome.push:
        batch.applied.push[item.pk] = dict(outcome.push)
    for clash in outcome.clashes:
        batch.found.append(conflicts.Found(shadow, clash, issue.updated))
    batch.applied.clashes += len(outcome.clashes)


def _beginning(
    batch: _Batch, issue: Issue, shadow: Shadow, ours: Values, remote: Values
) -> dict[str, Any] | None:
    """At the first read of an own create: the base of fields that it did not carry. What the board
    filled in is still to push, and what it left empty takes the default that Jira gave.

    What Jira began with only its changes tell: somebody may have edited the field there since. None
    where they would decide and were not asked for.
    """
    if shadow.remote_updated is not None:
        return {}
    missed = {
        name: value
        for name, value in remote.items()
        if ours.get(name) not in _EMPTY and name not in shadow.agreed
    }
    if batch.names is not None:
        return began_with(batch.rules, batch.lookups, issue.history, batch.names, missed)
    decide_nothing = all(same(name, ours[name], value) for name, value in missed.items())
    return missed if decide_nothing else None


def decide(project: MappedProject, base: Values, ours: Values, remote: Values) -> Merge:
    """The merge of one pair under its project's direction and policy."""
    if not remote.get("team", True):
        base = {"team": None, **base}  # an issue that never named a team takes none away
    if project.direction == Direction.FROM_JIRA:
        # Nothing is ever sent, so nobody else can be right, and no Change may wait for it.
        outcome = merge(base, ours, remote, Policy.JIRA_WINS)
        return Merge(outcome.take, {}, outcome.agreed, outcome.clashes)
    if project.direction != Direction.TO_JIRA:
        return merge(base, ours, remote, Policy(project.conflict_policy))
    # A project that only writes to Jira: what Jira changed is put back, never taken.
    outcome = merge(base, ours, remote, Policy.BOARD_WINS)
    back = {name: ours[name] for name in outcome.take if name in ours}
    return Merge({}, {**outcome.push, **back}, outcome.agreed, outcome.clashes)


def _advance(batch: _Batch, shadow: Shadow, issue: Issue, seen: Seen, outcome: Merge) -> None:
    """The shadow after this read. Most reads change nothing but when it was read: those stay cheap."""
    after = {
        "project": batch.project,
        "state": ShadowState.LIVE,
        "agreed": dict(outcome.agreed),
        "refs": dict(seen.refs),
        "parent_ref": str(seen.refs.get("parent") or ""),
        "sprint_ref": seen.refs.get("sprint"),
        "parked": {
            name: why
            for name, why in shadow.parked.items()
            if name in outcome.push or name.startswith(duplicates.PREFIX)
        }
        | _not_understood(seen),
        "remote_key": seen.remote_key,
        "remote_updated": issue.updated,
        "absent_since": None,
        "absences": 0,
        "absence": "",
    }
    changed = shadow.project_id != batch.project.pk or any(
        getattr(shadow, name) != value for name, value in after.items() if name != "project"
    )
    for name, value in after.items():
        setattr(shadow, name, value)
    shadow.read_at = batch.began
    (batch.changed if changed else batch.untouched).append(shadow)


def _not_understood(seen: Seen) -> dict[str, str]:
    """Board field → why what Jira shows there is not on the board."""
    return {
        name: f"“{value}” in Jira stands for no {name} here, or for several; the board's stays. Pair it "
        "on “#4 Fields and statuses”, or choose one on the board."
        for name, value in seen.unknown.items()
    }


def _is_stale(shadow: Shadow, issue: Issue, began: datetime) -> bool:
    """Reads may overtake each other: by our clock, and by Jira's own `updated`."""
    if began < shadow.read_at:
        return True
    return bool(shadow.remote_updated and issue.updated and issue.updated < shadow.remote_updated)


def _take(
    batch: _Batch, item: WorkItem, seen: Seen, outcome: Merge, ours: Values, *, own_create: bool
) -> None:
    """`own_create`: the first read of an issue that the board has just created. What Jira fills in
    there (defaults, rank, key) nobody has edited, so the item's version stays.
    """
    changed = set(outcome.take)
    edited = {name for name in changed if ours.get(name) not in _EMPTY}
    applying.take(item, outcome.take, seen.names)
    named = _rename(item, seen)
    changed |= named
    if batch.project.reads_jira:
        rank = item.rank if item.pk in batch.placed else seen.values.get("rank", item.rank)
        extras = {"rank": rank, "type": seen.type or item.type}
        changed |= {name for name, value in extras.items() if getattr(item, name) != value}
        edited |= changed & {"type"}
        applying.take(item, extras, {})
        if item.remote_key != seen.remote_key or own_create:
            changed.add("key")
        if (
            item.project_id != batch.project.pk
        ):  # the issue was moved; its id stays, so does the item
            item.project = batch.project
            changed.add("project")
            edited.add("project")
            _hand_changes_over(batch.project, item)
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
    applying.take(item, {name: seen.values[name] for name in found}, seen.names)
    return found


def _hand_changes_over(project: MappedProject, item: WorkItem) -> None:
    """What waits for the item is sent by the rules of the project in which the issue is now."""
    Change.objects.filter(item=item, state__in=states.UNDER_WAY).exclude(
        kind=ChangeKind.CREATE
    ).update(project=project)


def _save(batch: _Batch) -> list[BoardEvent]:
    """Write the whole batch, a few statements whatever its size; the events to tell last."""
    events = applying.insert(batch.new_items)
    bulk_rows.insert(batch.new_shadows)
    if batch.moved:
        events += applying.update(batch.moved)
    if batch.filled:
        events += applying.complete(batch.filled)
    bulk_rows.update(batch.changed, _SHADOW_COLUMNS)
    Shadow.objects.filter(pk__in=[shadow.pk for shadow in batch.untouched]).update(
        read_at=batch.began
    )
    conflicts.keep(batch.found)
    conflicts.close_agreed(batch.changed)
    events += linking.reconcile(batch.project, batch.rules, batch.current, batch.began)
    states.derive([shadow.item_id for shadow in batch.changed])
    return events


def waiting_creates(project: MappedProject) -> bool:
    """Is a create of this connection under way, so that unknown issues must be asked whose they are?

    One whose outcome stayed unknown is, too: its issue may yet be seen.
    """
    under_way = Q(state__in=(ChangeState.SENDING, ChangeState.LOOKING))
    unknown = Q(state=ChangeState.PARKED, code="outcome_unknown")
    return Change.objects.filter(
        under_way | unknown,
        kind=ChangeKind.CREATE,
        project__connection_id=project.connection_id,
    ).exists()
