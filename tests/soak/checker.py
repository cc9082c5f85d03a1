"""The invariants, asserted over both sides once everything has come to rest.

Nothing is compared, healed or sent here. Which way the workers hear of Jira, and so what they can
know, is tests.soak.ways'; what people wrote is judged by tests.soak.fields.
"""

from __future__ import annotations

import subprocess
from collections import Counter
from pathlib import Path
from typing import Any

from connections.access.gateway import jira_for
from connections.models import Connection, DeletionPolicy, Health
from planning.models import Change, Link, WorkItem
from sync.core.echo import same
from sync.core.mapping import parent_reference, see
from sync.models import Shadow, ShadowState
from sync.pairs.rules import lookups_for, rules_of, values_of
from sync.pairs.states import UNDER_WAY
from tests.soak.comments import comment_violations
from tests.soak.fields import flagged, lost
from tests.soak.ways import Ways
from tests.soak.written import Written
from tests.sync.world import World

FLAGS = ("waiting", "parked", "conflict", "gone")
READS = ("search", "bulkfetch", "approximate-count", "permissions", "jql")


def violations(world: World, written: Written, ways: Ways = Ways.ALL) -> list[str]:
    """What breaks I1, I2, I3, I5 or I6, in words; empty when all hold.

    Of issues that left and of which no webhook told, nothing is asked before a comparison was: a search
    does not list what is not there. The same holds of what says that it was changed long ago.
    """
    site = world.handle.site
    with site.lock:
        issues = {
            str(one.id): one for one in site.issues.values() if one.project.key == world.project.key
        }
        hidden = {key for key, one in issues.items() if one.seen_by is not None}
    shadows = {
        shadow.remote_id: shadow
        for shadow in Shadow.objects.filter(connection=world.connection).select_related("item")
    }
    live = {key: one for key, one in shadows.items() if one.state == ShadowState.LIVE}
    seen = {key: one for key, one in issues.items() if key not in hidden}
    seen_anew = {key: one for key, one in seen.items() if key not in written.misdated}
    here = {key: one for key, one in live.items() if key in seen_anew and not one.absence}
    return [
        *_one_to_one(issues, shadows, written),
        *_all_there(world, seen_anew, live, written),
        *_away(world, live, written, seen),
        *_equal(world, here, written),
        *lost(here, written, _untold(world, seen) | unread(here, written)),
        *_deleted(world, issues, shadows, written),
        *_links(world, here),
        *comment_violations(world, here, written),
        *_honest(world, ways),
    ]


def _untold(world: World, issues: dict[str, Any]) -> set[tuple[str, str]]:
    """Fields without a context for the issue's type now: Jira leaves them out of its answers."""
    field_map = world.project.field_map
    return {
        (key, name)
        for key, issue in issues.items()
        for name, field in field_map.items()
        if issue.project.lacks(field, issue.type.id)
    }


def unread(live: dict[str, Shadow], written: Written) -> set[tuple[str, str]]:
    """Fields that have come back to issues which nobody has touched or read since."""
    return {
        (key, name)
        for key, name in written.came_back
        if key in live and name in live[key].untold.split(",")
    }


def _one_to_one(issues: dict[str, Any], shadows: dict[str, Shadow], written: Written) -> list[str]:
    """I3, by what the sandbox holds: the mark of one work item on two issues is a doubled create.

    An issue whose create was not answered and that was hidden at once is seen by nobody who may ask.
    One that a restore brought back after its item had found another is none of our doing.
    """
    marks: dict[str, list[str]] = {}
    for key, issue in issues.items():
        mark = issue.properties.get("almconnect")
        if isinstance(mark, dict) and mark.get("item"):
            marks.setdefault(str(mark["item"]), []).append(key)
    excused = written.away | written.brought_back
    found = [
        f"I3: item {item} has {len(keys)} issues: {', '.join(keys)}"
        for item, keys in marks.items()
        if len(keys) > 1 and excused.isdisjoint(keys)
    ]
    items = Counter(str(shadow.item_id) for shadow in shadows.values())
    return found + [f"I3: item {item} is paired {n} times" for item, n in items.items() if n > 1]


def _all_there(
    world: World, issues: dict[str, Any], live: dict[str, Shadow], written: Written
) -> list[str]:
    """I1 and I2 of creates: what either side made is on the other, or says why not."""
    types = {str(value) for value in world.project.type_map.values()}
    missing = [
        f"I2: {issue.key} is not on the board"
        for key, issue in issues.items()
        if str(issue.type.id) in types and key not in live and not _flagged_gone(world, key)
    ]
    for item_id, summary in written.board_created.items():
        item = WorkItem.objects.get(pk=item_id)
        if item.deleted or item.sync_state in FLAGS or _parted(item):
            continue
        if not Shadow.objects.filter(item=item, state=ShadowState.LIVE).exists():
            missing.append(
                f"I1: “{summary}” ({item_id}) never reached Jira, and nothing says so: {_fate(item_id)}"
            )
    keys = Counter(issue.key for issue in issues.values())
    # Of one that was away when its create was looked for, `_one_to_one` says why.
    stayed = [issue for key, issue in issues.items() if key not in written.away]
    summaries = Counter(issue.values["summary"] for issue in stayed)
    for item_id, summary in written.board_created.items():
        edited = any(key[0] == item_id and key[1] == "summary" for key in written.board)
        if not edited and summaries[summary] > 1:
            missing.append(f"I3: “{summary}” is in Jira {summaries[summary]} times")
    return missing + [f"I3: {key} twice" for key, n in keys.items() if n > 1]


def _fate(item_id: str) -> str:
    """What became of an item, for whoever looks for why."""
    item = WorkItem.objects.get(pk=item_id)
    pair = Shadow.objects.filter(item=item).first()
    rows = Change.objects.filter(item=item).order_by("pk")
    went = "; ".join(f"{one.kind} {one.state} {one.code}: {one.message}" for one in rows)
    told = f"{pair.remote_key} {pair.state} “{pair.absence}”" if pair else "no pair"
    return f"{item.sync_state} “{item.sync_detail}”, {told}; {went}"


def _parted(item: WorkItem) -> bool:
    """Its issue's number went to another issue of a restored Jira, and the item says so."""
    return item.sync_state == "local_only" and bool(item.sync_detail)


def _flagged_gone(world: World, remote_id: str) -> bool:
    rows = Shadow.objects.filter(connection=world.connection, remote_id=remote_id)
    return rows.exclude(state=ShadowState.LIVE).exists()


def _away(
    world: World, live: dict[str, Shadow], written: Written, seen: dict[str, Any]
) -> list[str]:
    """I2 of issues that left: where Jira told of it, the item that is still there says so."""
    return [
        f"I2: {shadow.remote_key} left Jira's project or sight, and its item does not say so"
        for key, shadow in live.items()
        if key not in seen
        and shadow.project_id == world.project.pk
        and key not in written.unheard
        and shadow.item.deleted is None
        and not shadow.absence
    ]


def _equal(world: World, here: dict[str, Shadow], written: Written) -> list[str]:
    """I5: every mapped field is equal, or the item is flagged. The place in the order and the type are
    told and not merged: the item shows Jira's, unless a place of the board's is on its way."""
    rules, found = rules_of(world.project), []
    fetched = (
        jira_for(world.connection, for_check=True)
        .issues.fetch(list(here), rules.read_fields)
        .issues
    )
    lookups = lookups_for(world.project, [parent_reference(rules, issue) for issue in fetched])
    late = unread(here, written)
    for issue in fetched:
        shadow, seen = here[issue.id], see(rules, lookups, issue)
        ours = {**values_of(shadow.item), "rank": shadow.item.rank, "type": shadow.item.type}
        theirs = {**seen.values, "type": seen.type or shadow.item.type}
        for name in (*rules.fields, "type"):
            if name not in theirs or name in shadow.parked or (issue.id, name) in late:
                continue
            if not same(name, ours.get(name), theirs[name]) and not flagged(shadow, name):
                found.append(
                    f"I5: {issue.key} {name}: board {ours.get(name)!r}, Jira {theirs[name]!r}"
                )
    return found


def _deleted(
    world: World, issues: dict[str, Any], shadows: dict[str, Shadow], written: Written
) -> list[str]:
    """I6: what a person deleted is gone on both sides, and nothing else is.

    Where the policy is to keep it in Jira, what was deleted on the board is still there. What a restore
    brought back to Jira stays deleted here.
    """
    found, kept = [], world.project.deletion_policy == DeletionPolicy.UNLINK
    by_item = {str(shadow.item_id): shadow for shadow in shadows.values()}
    for item_id in written.board_deleted:
        if WorkItem.objects.get(pk=item_id).deleted is None:
            found.append(
                f"I6: item {item_id} was deleted on the board and came back, {_fate(item_id)}"
            )
        shadow = by_item.get(item_id)
        if kept and shadow is not None:
            if shadow.remote_id not in issues and shadow.remote_id not in written.jira_deleted:
                found.append(f"I6: {shadow.remote_key} was deleted in Jira against the policy")
        elif shadow is not None and shadow.remote_id in issues:
            waits = Change.objects.filter(
                item=item_id, kind="delete", state__in=(*UNDER_WAY, "parked")
            )
            excused = written.away | written.brought_back
            if not waits.exists() and shadow.remote_id not in excused:
                found.append(f"I6: {shadow.remote_key} outlived its deletion on the board")
    for remote_id in written.jira_deleted - written.unheard:
        shadow = shadows.get(remote_id)
        if shadow is not None and shadow.item.deleted is None and not shadow.absence:
            found.append(f"I6: {shadow.remote_key} was deleted in Jira and stays on the board")
    for item in WorkItem.objects.filter(project=world.project).exclude(deleted=None):
        shadow = by_item.get(str(item.pk))
        by_person = str(item.pk) in written.board_deleted
        by_jira = shadow is not None and (
            shadow.remote_id in written.jira_deleted
            or (shadow.remote_id in written.away and not _shown(issues, shadow))
        )
        if not (by_person or by_jira):
            found.append(f"I6: “{item.summary}” is gone and nobody deleted it")
    return found


def _shown(issues: dict[str, Any], shadow: Shadow) -> bool:
    issue = issues.get(shadow.remote_id)
    return issue is not None and issue.seen_by is None


def _links(world: World, here: dict[str, Shadow]) -> list[str]:
    """I5 of links: each between two live pairs is in Jira exactly once."""
    site = world.handle.site
    with site.lock:
        there = Counter((str(one.source.id), str(one.target.id)) for one in site.links.values())
    pairs = {shadow.item_id: key for key, shadow in here.items()}
    found = []
    for link in Link.objects.filter(deleted=None, source__project=world.project):
        ends = (pairs.get(link.source_id), pairs.get(link.target_id))
        if None in ends or link.sync_state in FLAGS:
            continue
        if there[ends] != 1:  # type: ignore[index]
            found.append(
                f"I5: the link {ends[0]} → {ends[1]} is in Jira {there[ends]} times; "  # type: ignore[index]
                f"here it is {link.sync_state} as “{link.remote_id}”, {_history(link)}"
            )
    return found


def _history(link: Link) -> str:
    """What was to be sent of it, and what became of that."""
    rows = Change.objects.filter(link=link).order_by("pk")
    return "; ".join(f"{one.kind} {one.state}: {one.message}" for one in rows) or "never sent"


def _honest(world: World, ways: Ways) -> list[str]:
    """I1 of what people see: what says that it waits does, and the connection that works says so."""
    under_way = Change.objects.filter(state__in=UNDER_WAY).values("item")
    rows = WorkItem.objects.filter(project=world.project, deleted=None, sync_state="waiting")
    lying = rows.exclude(pk__in=under_way) if ways.polls else rows.none()
    found = [f"I1: “{item.summary}” says it waits" for item in lying]
    row = Connection.objects.get(pk=world.connection.pk)
    if row.health != Health.OK:
        found.append(f"I1: Jira answers, and the connection says {row.health}: {row.diagnosis}")
    return found


def writes(world: World) -> int:
    """How many calls have changed Jira so far, by the sandbox's own count."""
    return sum(
        count
        for call, count in world.handle.site.calls.items()
        if not call.startswith("GET") and not any(word in call for word in READS)
    )


def secrets_in(world: World, files: list[Path]) -> list[str]:
    """I7: no file of these holds a credential of the service user."""
    user = world.handle.site.users["svc-alm"]
    canaries = [word.encode() for word in (user.password, user.api_token) if word]
    return [
        f"I7: a secret is in {path.name}"
        for path in files
        if any(word in _content(path) for word in canaries)
    ]


def _content(path: Path) -> bytes:
    """Read by another process: whoever closes a file of SQLite's loses the locks that its own process
    holds there, and the next worker would cut the shared memory off under this one (SIGBUS).
    """
    done = subprocess.run(["cat", "--", str(path)], check=True, capture_output=True)
    return done.stdout
