"""Which issues a mapping owns *now*: asked of Jira right before a link, a comment or a deletion goes there.

Edits are read before they are written anyway (`edits`); what is not read is asked for here. An issue that
was moved to a project that is not mapped, that the account does not see, or that the mapping's filter
leaves out, gets no write of any kind, and an item's deletion on the board only parts the two.
"""

from __future__ import annotations

import uuid
from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Final

from connections.models import Connection, DeletionPolicy, MappedProject
from jira_client.client import JiraClient
from jira_client.values import Issue
from planning.models import Change, ChangeKind, SyncState
from sync.inbound import outside_mapping, whose
from sync.models import Shadow, ShadowState
from sync.outbound import link_writes
from sync.outbox import change_queue
from sync.pairs import site_proof
from sync.worker.failpoints import point

NOT_OURS: Final = "not_ours"  # Change.code
FIELDS = ("project", "created")
_CHUNK = 500


def strangers(
    connection: Connection, jira: JiraClient, changes: Iterable[Change]
) -> dict[int, str]:
    """Of these links, comments and deletions, those that would write to an issue which is not this
    connection's to write to now, with the reason: change → words.

    One bulk read, and one search for each filter. Raises JiraError, SiteDoubted.
    """
    rows = list(changes)
    pairs = _pairs(rows)
    if not pairs:
        return {}
    reasons = _reasons(connection, jira, list(pairs.values()))
    found = {}
    for change in rows:
        ends = [pairs[item] for item in _items(change) if item in pairs]
        words = next((reasons[one.pk] for one in ends if one.pk in reasons), "")
        # A deletion that was sent before may be why it is not there: Jira's answer to it tells.
        if words and not (change.kind == ChangeKind.DELETE and change.attempts):
            found[change.pk] = words
    return found


def why_not(connection: Connection, jira: JiraClient, pair: Shadow) -> str:
    """Why nothing may be written to this pair's issue now; empty where it may. Raises JiraError,
    SiteDoubted.
    """
    return _reasons(connection, jira, [pair]).get(pair.pk, "")


def part(changes: Sequence[Change], reasons: Mapping[int, str]) -> list[Change]:
    """The deletions that stay; links and comments to issues that are not ours are parked. Deletions of such
    items are `issue_deletes`'s: those part the item from its issue."""
    kept = []
    for change in changes:
        if change.pk in reasons and change.kind == ChangeKind.UNLINK:
            change_queue.drop([change.pk], reasons[change.pk])
        elif change.pk in reasons and change.kind != ChangeKind.DELETE:
            change_queue.park([change.pk], NOT_OURS, reasons[change.pk])
            if change.link is not None:
                link_writes.say(change.link, SyncState.PARKED, reasons[change.pk])
        else:
            kept.append(change)
    point("ownership.parted")
    return kept


def outside_filter(
    jira: JiraClient, project: MappedProject, shadows: Iterable[Shadow], here: Collection[str]
) -> set[str]:
    """Of the issues that were read, those that the mapping's filter leaves out now. Our own creates are
    let in until they have been read once: whoever made them meant them to be of this mapping.
    """
    ids = sorted(one.remote_id for one in shadows if one.remote_updated and one.remote_id in here)
    if not ids or not project.jql.strip():
        return set()
    return set(ids) - whose.matching(jira, project.jql, ids)


def _items(change: Change) -> tuple[uuid.UUID, ...]:
    if change.kind in (ChangeKind.DELETE, ChangeKind.COMMENT):
        return (change.item_id,)
    return (change.link.source_id, change.link.target_id) if change.link else ()


def _pairs(changes: Sequence[Change]) -> dict[uuid.UUID, Shadow]:
    """Item → its pair, of all that these changes would write to."""
    items = {
        item
        for change in changes
        if change.kind != ChangeKind.DELETE
        or change.project.deletion_policy == DeletionPolicy.DELETE
        for item in _items(change)
    }
    rows = Shadow.objects.select_related("project").filter(
        item__in=items, state=ShadowState.LIVE, project__isnull=False
    )
    return {shadow.item_id: shadow for shadow in rows}


def _reasons(
    connection: Connection, jira: JiraClient, pairs: Sequence[Shadow]
) -> dict[uuid.UUID, str]:
    issues: dict[str, Issue] = {}
    for at in range(0, len(pairs), _CHUNK):
        ids = [one.remote_id for one in pairs[at : at + _CHUNK]]
        issues |= {one.id: one for one in jira.issues.fetch(ids, FIELDS).issues}
    known = {one.remote_id: one for one in pairs}
    others = {one.pk for one in site_proof.other_issues(connection, known, issues.values())}
    mapped = whose.mappings_of(connection)
    found: dict[uuid.UUID, str] = {}
    away = []
    for one in pairs:
        issue = issues.get(one.remote_id)
        if issue is None:
            found[one.pk] = (
                f"Jira does not show {one.remote_key} to the account, so nothing is written."
            )
            continue
        if one.pk in others:
            found[one.pk] = (
                f"Jira was restored, and {issue.key} is another issue now, so nothing is written to it."
            )
            continue
        home = str((issue.fields.get("project") or {}).get("id") or "")
        if home not in mapped:
            away.append(issue)
            found[one.pk] = (
                f"{issue.key} was moved in Jira to a project that is not mapped here, so nothing is "
                "written to it."
            )
        elif not any(project.writes_jira for project in mapped[home]):
            found[one.pk] = (
                f"{issue.key} is in project {mapped[home][0].key} now, which is only read."
            )
    if away:
        outside_mapping.mark_moved(connection, away)
    return found | _filtered(jira, [one for one in pairs if one.pk not in found])


def _filtered(jira: JiraClient, pairs: Sequence[Shadow]) -> dict[uuid.UUID, str]:
    by_project: dict[MappedProject, list[Shadow]] = {}
    for one in pairs:
        if one.project is not None:
            by_project.setdefault(one.project, []).append(one)
    found: dict[uuid.UUID, str] = {}
    for project, members in by_project.items():
        outside = outside_filter(jira, project, members, {one.remote_id for one in members})
        # What went over to another mapping of the project a moment ago is still ours to write to.
        outside -= whose.in_others(jira, project, outside)
        found |= {
            one.pk: f"The mapping's filter leaves {one.remote_key} out now, so nothing is written to it."
            for one in members
            if one.remote_id in outside
        }
    return found
