"""Going back to an earlier version of a mapping, as far as Jira still has what it names."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from accounts.models import User
from almconnect.lib.api import Refused
from connections.access.gateway import jira_for
from connections.access.readiness import must_not_be_in_a_move
from connections.models import MappedProject
from sync.mapping import project_mapping, sprints
from sync.models import MappingVersion, VersionOrigin
from sync.pairs import mapping_versions, metadata
from sync.pairs.mapping_versions import Cause, Difference


@dataclass(frozen=True, slots=True)
class WayBack:
    """What going back to `version` changes. `left_out`: its entries that Jira does not have any more, each
    as a sentence; they stay as they are now.
    """

    version: MappingVersion
    content: dict[str, Any]
    differences: list[Difference]
    left_out: list[str]


def version_of(project: MappedProject, number: int) -> MappingVersion:
    """Raises Refused (404) for one that there is not."""
    found = MappingVersion.objects.filter(project=project, number=number).first()
    if found is None:
        words = _("The mapping of %(key)s has no version %(number)s.")
        raise Refused(words % {"key": project.key, "number": number}, code="not_found", status=404)
    return found


def plan(project: MappedProject, number: int) -> WayBack:
    """What going back would change; nothing is changed. Raises Refused 404 and 409; JiraError, NotReady."""
    must_not_be_in_a_move(project.connection)
    version = version_of(project, number)
    now = mapping_versions.content_of(project)
    content, left_out = _as_far_as_there(project, version.content, now)
    return WayBack(version, content, mapping_versions.difference(now, content), left_out)


def go(way: WayBack, project: MappedProject, *, actor: User, reason: str) -> MappedProject:
    """Make it the mapping, as a new version, and read every issue again by it.

    Pairs, agreed values and changes stay as they are: an edit that was made meanwhile in a field that is
    mapped again is sent, or is a conflict where Jira's value changed as well. Raises Refused, JiraError.
    """
    changed = project_mapping.change(
        project,
        actor=actor,
        values=mapping_versions.values_for(project, way.content),
        cause=Cause(VersionOrigin.RESTORED, reason, str(way.version.number)),
    )
    sprints.read_again(changed)
    return changed


def _as_far_as_there(
    project: MappedProject, wanted: Mapping[str, Any], now: Mapping[str, Any]
) -> tuple[dict[str, Any], list[str]]:
    """The content, with what Jira does not have any more as it stands now, and a sentence on each."""
    jira = jira_for(project.connection)
    found = metadata.find_project(jira, project.remote_id)
    statuses = jira.projects.statuses(found.key)
    there = {
        "type_map": {one.id for one in jira.projects.issue_types(found.id)},
        "field_map": {one.id for one in jira.fields.all()},
        "status_map": {one.id for some in statuses.values() for one in some},
        "link_map": {one.name for one in metadata.link_types(jira)},
    }
    content, left_out = {**now, **wanted}, []
    for part, known in there.items():
        entries = dict(wanted.get(part) or {})
        for word, remote in list(entries.items()):
            if str(remote) in known or (now.get(part) or {}).get(word) == remote:
                continue
            left_out.append(
                _("Jira has no “%(remote)s” any more, which was “%(word)s”.")
                % {"remote": remote, "word": word}
            )
            del entries[word]
            if word in (now.get(part) or {}):
                entries[word] = now[part][word]
        content[part] = entries
    return content, left_out
