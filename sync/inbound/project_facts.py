"""What Jira renames, we rename: a project's key and name, link types, the account's time zone. And what
it says of the project beside that decides how issues are read: where which types name their parent.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import timedelta
from typing import Any, Final

from django.db import transaction
from django.utils import timezone

from connections.models import Connection, MappedProject
from jira_client.client import JiraClient
from jira_client.errors import NotFound
from jira_client.values import IssueType, Project
from sync.core.values import EPIC_LINK
from sync.models import Run, RunKind
from sync.pairs import (
    field_choices,
    hierarchy,
    link_names,
    metadata,
    new_choices,
    new_statuses,
    new_types,
    priorities,
    releases,
)
from sync.pairs.create_screens import CreateScreens
from sync.worker.retry_policy import Patience

COMPARED_AGAIN: Final = timedelta(hours=1)


def refresh(
    connection: Connection, jira: JiraClient, project: MappedProject, patience: Patience
) -> None:
    """Three calls to five, one more where a type is new, and one a type on Data Center, on Cloud up to
    three: once a day. Types go first, since the rest is asked by what is mapped. Raises JiraError.
    """
    note_time_zone(connection, patience.ask(jira.myself).time_zone)
    try:
        found, types = patience.ask(lambda: _asked(jira, project))
    except NotFound:
        return  # whoever reads its issues finds out why
    note_project(project, found.key, found.name)
    there = patience.ask(lambda: jira.projects.statuses(project.remote_id))
    new_statuses.pair(project, [one for statuses in there.values() for one in statuses])
    if link_names.used(project):
        link_names.follow(project, patience.ask(lambda: metadata.link_types(jira)))
    screens = CreateScreens(jira, project.key, patience)
    if not types and new_types.unseen(project, there):
        types = patience.ask(lambda: jira.projects.issue_types(project.remote_id))
    known = _hierarchy(jira, project, screens, types, patience)
    levels = {**project.facts.get("levels", {}), **known.get("levels", {})}
    new_types.pair(project, list(there), types, levels)
    choices = field_choices.facts_of(screens, project.field_map, project.type_map.values())
    known |= {
        **priorities.facts_of(screens, project.field_map, project.type_map.values()),
        **releases.read(project, jira, found),
        **choices,
        **new_choices.facts_of(project, screens, choices.get("field_choices", {})),
    }
    new_choices.pair_teams(project, new_choices.new_for_teams(project, known))
    note_facts(project, known)


def _hierarchy(
    jira: JiraClient,
    project: MappedProject,
    screens: CreateScreens,
    types: Sequence[IssueType],
    patience: Patience,
) -> dict[str, Any]:
    if project.facts.get("parent_style") == EPIC_LINK:
        fields = patience.ask(jira.fields.all)
        return hierarchy.facts_of(jira, screens, types, fields, hierarchy.known_of(project))
    levels = hierarchy.told_levels(types)
    return {"levels": levels} if levels else {}


def _asked(jira: JiraClient, project: MappedProject) -> tuple[Project, list[IssueType]]:
    """The project with its types, which Cloud is asked for only while it said no levels of some."""
    unknown = {str(one) for one in project.type_map.values()} - set(project.facts.get("levels", {}))
    if unknown or project.facts.get("parent_style") == EPIC_LINK:
        return jira.projects.with_types(project.remote_id)
    return jira.projects.get(project.remote_id), []


def note_project(project: MappedProject, key: str, name: str) -> None:
    """The project as Jira calls it now; nothing is written where it is called so already."""
    values = {"key": key[:40] or project.key, "name": name[:255] or project.name}
    if (project.key, project.name) == (values["key"], values["name"]):
        return
    MappedProject.objects.filter(pk=project.pk).update(**values)
    project.key, project.name = values["key"], values["name"]


def note_lacking(project: MappedProject, found: Mapping[str, Collection[str]]) -> None:
    """Board type → the mapped fields that its issues do not have in Jira, as a read has just shown: then
    the board does not offer them. Nothing is written where that is known. One that is there again is told
    of every issue of the type, and touches none of them: the project is compared whole.
    """
    known = project.facts.get("lacking", {})
    now = {**known, **{word: sorted(names) for word, names in found.items()}}
    now = {word: names for word, names in now.items() if names}
    if now == known:
        return
    note_facts(project, {"lacking": now})
    if any(set(names) - set(now.get(word, ())) for word, names in known.items()):
        due = MappedProject.objects.filter(pk=project.pk, reconcile_due__gt=timezone.now())
        if not _compared_lately(project):
            due.update(reconcile_due=timezone.now())


def _compared_lately(project: MappedProject) -> bool:
    """A field that comes and goes all day is no reason for a comparison each time."""
    runs = Run.objects.filter(project=project, kind=RunKind.RECONCILE)
    return runs.filter(created__gt=timezone.now() - COMPARED_AGAIN).exists()


def note_facts(project: MappedProject, found: Mapping[str, Any]) -> None:
    """What Jira's metadata says by now, over what it said."""
    if project.facts == {**project.facts, **found}:
        return
    with transaction.atomic():
        row = MappedProject.objects.select_for_update(no_key=True).get(pk=project.pk)
        row.facts = {**row.facts, **found}
        row.save(update_fields=["facts"])
    project.facts = row.facts


def note_time_zone(connection: Connection, zone: str | None) -> None:
    """JQL reads times in the account's own zone, which a person may change in Jira."""
    if zone and zone != connection.time_zone:
        Connection.objects.filter(pk=connection.pk).update(time_zone=zone[:64])
        connection.time_zone = zone[:64]
