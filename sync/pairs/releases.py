"""The versions and components of a mapped project, as the board offers them: read of Jira, and kept.

A version is known by its id: where it has another name in Jira, the board's items follow at once, and
what was agreed with them, since its issues are not touched by it there.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final

from django.db import transaction
from django.utils import timezone

from almconnect.lib import bulk_rows
from connections.models import MappedProject
from jira_client import parse
from jira_client.client import JiraClient
from jira_client.values import Issue, Project, Version
from planning import feed, inbound_writes
from planning.models import Change, ChangeState, Release, WorkItem
from sync.models import Shadow

VERSIONS, COMPONENTS = "fix_versions", "components"
_TOLD: Final = ("name", "start", "release", "released", "archived")
_LONGEST: Final = 255
_CHUNK: Final = 500


def read(project: MappedProject, jira: JiraClient, told: Project | None = None) -> dict[str, Any]:
    """Bring the project's releases up to what Jira has; what of MappedProject.facts says the rest.

    `told`: the project as Jira has just answered it, with its versions and components; without it, one
    call. Raises JiraError.
    """
    if not project.field_map.keys() & {VERSIONS, COMPONENTS}:
        return {}
    there = told or jira.projects.get(project.remote_id)
    found: dict[str, Any] = {}
    if VERSIONS in project.field_map:
        versions = there.versions
        if versions is None:
            versions = tuple(jira.versions.of_project(project.remote_id))
        keep(project, versions)
        found["releases_told"] = True
    if COMPONENTS in project.field_map and there.components is not None:
        found["components"] = sorted(there.components)
    return found


def keep(project: MappedProject, versions: Sequence[Version]) -> None:
    """Make the project's releases what Jira lists. One that it has no more goes, and the project is
    compared, since Jira touches none of its issues.
    """
    with transaction.atomic():
        MappedProject.objects.select_for_update(no_key=True).get(pk=project.pk)  # one at a time
        known = {row.remote_id: row for row in Release.objects.filter(project=project)}
        told = {one.id: one for one in versions}
        lost = {row.name: row for key, row in known.items() if key not in told}
        renamed: dict[str, str] = {}
        for one in told.values():
            row = known.get(one.id) or lost.pop(one.name, None)
            if row is None:
                Release.objects.create(project=project, **_columns(one))
                continue
            columns = _columns(one)
            if row.name != columns["name"]:
                renamed[row.name] = columns["name"]
            _update(row, columns)
        for row in lost.values():
            row.delete()
        if lost:
            due = MappedProject.objects.filter(pk=project.pk, reconcile_due__gt=timezone.now())
            due.update(reconcile_due=timezone.now())
    if renamed:
        _follow(project, renamed)


def note_seen(project: MappedProject, issues: Iterable[Issue]) -> None:
    """Versions that issues name and the board does not know yet. No query where they name none."""
    field = project.field_map.get(VERSIONS)
    seen: dict[str, Version] = {}
    for issue in issues if field else ():
        for row in issue.fields.get(str(field)) or ():
            if isinstance(row, Mapping) and row.get("id"):
                seen.setdefault(str(row["id"]), parse.version(row))
    if not seen:
        return
    mine = Release.objects.filter(project=project, remote_id__in=list(seen))
    new = seen.keys() - set(mine.values_list("remote_id", flat=True))
    rows = [Release(project=project, **_columns(seen[key])) for key in sorted(new)]
    Release.objects.bulk_create(rows, ignore_conflicts=True)


def _columns(one: Version) -> dict[str, Any]:
    told = {name: getattr(one, name) for name in _TOLD}
    return {**told, "name": one.name[:_LONGEST], "remote_id": one.id[:40]}


def _update(row: Release, columns: Mapping[str, Any]) -> None:
    changed = [name for name, value in columns.items() if getattr(row, name) != value]
    for name in changed:
        setattr(row, name, columns[name])
    if changed:
        row.save(update_fields=changed)


def _follow(project: MappedProject, renamed: Mapping[str, str]) -> None:
    """Items that name a renamed version call it so, and so does what was agreed with Jira."""
    rows = WorkItem.objects.filter(project=project).exclude(fix_versions=[])
    pairs = rows.order_by("pk").values_list("pk", VERSIONS)
    edits = Change.objects.filter(
        project=project, fields__has_key=VERSIONS
    )  # may have taken it out
    open_ = edits.exclude(state__in=(ChangeState.SETTLED, ChangeState.DROPPED))
    held_by = {pk for pk, held in pairs if renamed.keys() & set(held)}
    ids = sorted(held_by.union(open_.values_list("item_id", flat=True)))
    for at in range(0, len(ids), _CHUNK):
        _follow_some(ids[at : at + _CHUNK], renamed)


@transaction.atomic
def _follow_some(ids: Sequence[uuid.UUID], renamed: Mapping[str, str]) -> None:
    changed: dict[WorkItem, list[str]] = {}
    for item in WorkItem.objects.filter(pk__in=ids).locked():
        now = [renamed.get(name, name) for name in item.fix_versions]
        if now != item.fix_versions:
            item.fix_versions = now
            changed[item] = [VERSIONS]
    agreed = []
    for shadow in Shadow.objects.filter(item__in=ids).locked():
        if VERSIONS in shadow.agreed:
            held = [renamed.get(name, name) for name in shadow.agreed[VERSIONS]]
            shadow.agreed = {**shadow.agreed, VERSIONS: sorted(held)}
            agreed.append(shadow)
    events = inbound_writes.update(changed)
    bulk_rows.update(agreed, ("agreed",))
    feed.tell(events)
